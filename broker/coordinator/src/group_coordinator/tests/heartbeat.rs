//! Heartbeats and sessions.

use broker_protocol::ErrorCode;

use super::world::{Join, SESSION_MS, World, commit_by, sync_of};

#[test]
fn a_heartbeat_must_fit_the_group() {
    let mut world = World::new();
    let unknown = ErrorCode::UnknownMemberId.code();
    assert_eq!(world.heartbeat("m", 1), unknown);
    let member = world.stable_group();
    assert_eq!(world.heartbeat(&member, 1), 0);
    assert_eq!(world.heartbeat(&member, 2), ErrorCode::IllegalGeneration.code());
    assert_eq!(world.heartbeat("ghost", 1), unknown);
}

#[test]
fn a_member_that_is_not_heard_of_is_gone_with_its_session() {
    let mut world = World::new();
    let member = world.stable_group();
    world.pass_ms(SESSION_MS as u64 - 1);
    assert_eq!(world.heartbeat(&member, 1), 0);
    world.pass_ms(SESSION_MS as u64);
    assert_eq!(world.heartbeat(&member, 1), ErrorCode::UnknownMemberId.code());
    assert_eq!(world.state(), "Empty");
}

#[test]
fn a_commit_counts_as_a_heartbeat() {
    let mut world = World::new();
    let member = world.stable_group();
    for _ in 0..3 {
        world.pass_ms(SESSION_MS as u64 - 1);
        assert_eq!(world.commit(&commit_by(&member, 1, 5)), 0);
    }
}

#[test]
fn the_end_of_a_session_makes_the_others_join_again() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.pass_ms(SESSION_MS as u64 / 2);
    world.heartbeat(&leader, 2);
    world.pass_ms(SESSION_MS as u64 / 2);
    assert_eq!(world.heartbeat(&follower, 2), ErrorCode::UnknownMemberId.code());
    assert_eq!(world.heartbeat(&leader, 2), ErrorCode::RebalanceInProgress.code());
    assert_eq!(world.join(&Join::new().member(&leader)).generation_id, 3);
}

#[test]
fn a_member_that_waits_for_the_others_needs_no_heartbeat() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.send_join(&Join::new().member(&leader));
    for _ in 0..3 {
        world.pass_ms(SESSION_MS as u64 / 2);
        world.heartbeat(&follower, 2);
    }
    assert_eq!(world.join(&Join::new().member(&follower)).generation_id, 3);
    let waiting = world.send_sync(&sync_of(&follower, 3));
    for _ in 0..3 {
        world.pass_ms(SESSION_MS as u64 / 2);
        world.heartbeat(&leader, 3);
    }
    assert_eq!(world.sync_answer(waiting), None);
    assert_eq!(world.heartbeat(&follower, 3), 0);
}
