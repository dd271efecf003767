//! OffsetCommit.

use broker_protocol::ErrorCode;

use super::world::{Join, World, commit_by, commit_of, sync_of_leader};
use crate::GroupConfig;

#[test]
fn a_commit_is_kept_and_makes_a_group() {
    let mut world = World::new();
    assert_eq!(world.commit(&commit_of("t", 3, 42)), 0);
    assert_eq!((world.committed("t", 3), world.committed("t", 0)), (42, -1));
    assert_eq!(world.state(), "Empty");
    assert_eq!(world.fail_over(GroupConfig::default()).committed("t", 3), 42);
}

#[test]
fn a_member_commits_in_its_generation() {
    let mut world = World::new();
    let member = world.stable_group();
    assert_eq!(world.commit(&commit_by(&member, 1, 5)), 0);
    let illegal = ErrorCode::IllegalGeneration.code();
    assert_eq!(world.commit(&commit_by(&member, 4, 6)), illegal);
    assert_eq!(world.commit(&commit_by(&member, 0, 6)), illegal);
    let unknown = ErrorCode::UnknownMemberId.code();
    assert_eq!(world.commit(&commit_by("ghost", 1, 6)), unknown);
    assert_eq!(world.commit(&commit_of("t", 0, 6)), unknown, "members only");
    assert_eq!(world.committed("t", 0), 5);
}

#[test]
fn a_generation_needs_a_group() {
    let mut world = World::new();
    assert_eq!(
        world.commit(&commit_by("m", 5, 1)),
        ErrorCode::GroupIdNotFound.code()
    );
    let outcome = world
        .coordinator
        .offset_commit(world.now(), 8, &commit_by("m", 5, 1));
    let code = outcome.answer.topics[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::IllegalGeneration.code());
    world.commit(&commit_of("t", 0, 5));
    assert_eq!(
        world.commit(&commit_by("m", 5, 1)),
        ErrorCode::UnknownMemberId.code()
    );
}

#[test]
fn while_the_leader_assigns_nobody_commits() {
    let mut world = World::new();
    let joined = world.add_member();
    let commit = commit_by(&joined.member_id, 1, 5);
    assert_eq!(world.commit(&commit), ErrorCode::RebalanceInProgress.code());
    world.sync(&sync_of_leader(&joined, &[]));
    assert_eq!(world.commit(&commit), 0);
}

#[test]
fn metadata_is_bounded_in_utf_16_units_for_each_partition_alone() {
    let mut world = World::new();
    let mut commit = commit_of("t", 0, 5);
    let mut with_metadata = |metadata: String| {
        commit.topics[0].partitions[0].committed_metadata = Some(metadata.into());
        world.commit(&commit)
    };
    assert_eq!(with_metadata("ä".repeat(4_096)), 0);
    let too_large = ErrorCode::OffsetMetadataTooLarge.code();
    assert_eq!(with_metadata("x".repeat(4_097)), too_large);
    assert_eq!(with_metadata("𝄞".repeat(2_049)), too_large);
}

#[test]
fn the_last_commit_counts_even_a_smaller_one() {
    let mut world = World::new();
    for offset in [5, 9, 2] {
        world.commit(&commit_of("t", 0, offset));
    }
    assert_eq!(world.committed("t", 0), 2);
    assert_eq!(world.fail_over(GroupConfig::default()).committed("t", 0), 2);
}

#[test]
fn a_static_member_that_is_not_known_is_unknown() {
    let mut world = World::new();
    let joined = world.join(&Join::new().instance("i"));
    world.sync(&sync_of_leader(&joined, &[]));
    let mut commit = commit_by(&joined.member_id, 1, 5);
    commit.group_instance_id = Some("j".into());
    assert_eq!(world.commit(&commit), ErrorCode::UnknownMemberId.code());
}
