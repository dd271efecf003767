//! Offsets expire (KIP-211).

use super::world::{Join, World, commit_by, commit_of, sync_of_leader};
use crate::GroupConfig;

const RETENTION_MS: u64 = 7 * 24 * 3_600_000;
const CHECK_MS: u64 = 600_000;

/// Lets the members of a group live through a long time.
fn live_on(world: &mut World, members: &[(&str, i32)], ms: u64) {
    for _ in 0..ms / 1_000_000 {
        world.pass_ms(1_000_000);
        for (member, generation) in members {
            assert_eq!(world.heartbeat(member, *generation), 0);
        }
    }
}

fn stable_for_long(world: &mut World, join: Join) -> String {
    let mut join = join.version(3);
    join.request.session_timeout_ms = 1_800_000;
    let joined = world.join(&join);
    world.sync(&sync_of_leader(&joined, &[]));
    joined.member_id.to_string()
}

#[test]
fn an_offset_of_a_group_that_only_commits_expires_after_its_commit() {
    let mut world = World::new();
    world.commit(&commit_of("old", 0, 5));
    world.pass_ms(RETENTION_MS - CHECK_MS);
    world.commit(&commit_of("new", 0, 6));
    assert_eq!(world.committed("old", 0), 5);
    world.pass_ms(CHECK_MS);
    assert_eq!((world.committed("old", 0), world.committed("new", 0)), (-1, 6));
    assert_eq!(world.state(), "Empty");
    world.pass_ms(RETENTION_MS);
    assert_eq!(world.state(), "Dead", "a group of which nothing is left goes");
}

#[test]
fn offsets_of_an_empty_group_expire_after_it_became_empty() {
    let mut world = World::new();
    let member = stable_for_long(&mut world, Join::new());
    world.commit(&commit_by(&member, 1, 5));
    live_on(&mut world, &[(&member, 1)], RETENTION_MS);
    assert_eq!(world.committed("t", 0), 5);
    world.leave(&[(&member, None)]);
    world.pass_ms(RETENTION_MS - CHECK_MS);
    assert_eq!(world.committed("t", 0), 5);
    world.pass_ms(2 * CHECK_MS);
    assert_eq!((world.committed("t", 0), world.state().as_str()), (-1, "Dead"));
}

#[test]
fn a_stable_group_keeps_what_it_is_subscribed_to() {
    let mut world = World::new();
    world.commit(&commit_of("u", 0, 6));
    let member = stable_for_long(&mut world, Join::new());
    world.commit(&commit_by(&member, 1, 5));
    live_on(&mut world, &[(&member, 1)], RETENTION_MS + 2 * CHECK_MS);
    assert_eq!((world.committed("t", 0), world.committed("u", 0)), (5, -1));
}

#[test]
fn members_of_another_protocol_keep_everything() {
    let mut world = World::new();
    let member = stable_for_long(&mut world, Join::new().protocol_type("connect"));
    world.commit(&commit_by(&member, 1, 5));
    live_on(&mut world, &[(&member, 1)], RETENTION_MS + 2 * CHECK_MS);
    assert_eq!(world.committed("t", 0), 5);
}

#[test]
fn a_client_of_old_says_how_long_its_offset_is_kept() {
    let mut world = World::new();
    let mut commit = commit_of("t", 0, 5);
    commit.retention_time_ms = 1_000;
    world.commit(&commit);
    let mut world = world.fail_over(GroupConfig::default());
    assert_eq!(world.committed("t", 0), 5);
    world.pass_ms(CHECK_MS);
    assert_eq!(world.committed("t", 0), -1);
}

#[test]
fn many_offsets_expire_piece_by_piece() {
    let mut world = World::new();
    for partition in 0..5_000 {
        world.commit(&commit_of("t", partition, 5));
    }
    world.pass_ms(RETENTION_MS - 1);
    world.pass_ms(CHECK_MS + 1_000);
    assert_eq!(world.state(), "Dead");
    assert!((0..5_000).all(|partition| world.committed("t", partition) == -1));
}
