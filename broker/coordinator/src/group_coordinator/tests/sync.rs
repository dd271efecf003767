//! SyncGroup: assignments.

use broker_protocol::ErrorCode;

use super::world::{Join, REBALANCE_MS, World, sync_of, sync_of_leader};

#[test]
fn followers_get_their_assignment_when_the_leader_has_brought_it() {
    let mut world = World::new();
    world.stable_group_of_two();
    assert_eq!(world.state(), "Stable");
}

#[test]
fn a_stable_group_gives_an_assignment_again() {
    let mut world = World::new();
    let (_, follower) = world.stable_group_of_two();
    assert_eq!(world.sync(&sync_of(&follower, 2)).assignment, "second half");
}

#[test]
fn a_sync_must_fit_the_group() {
    let mut world = World::new();
    let member = world.stable_group();
    let error = |world: &mut World, request| world.sync(&request).error_code;
    let unknown = ErrorCode::UnknownMemberId.code();
    assert_eq!(
        error(&mut world, sync_of(&member, 6)),
        ErrorCode::IllegalGeneration.code()
    );
    assert_eq!(error(&mut world, sync_of("ghost", 1)), unknown);
    let mut elsewhere = sync_of(&member, 1);
    elsewhere.group_id = "nobody".into();
    assert_eq!(error(&mut world, elsewhere), unknown);
    let mut other_protocol = sync_of(&member, 1);
    other_protocol.protocol_name = Some("sticky".into());
    let inconsistent = ErrorCode::InconsistentGroupProtocol.code();
    assert_eq!(error(&mut world, other_protocol), inconsistent);
    let mut other_type = sync_of(&member, 1);
    other_type.protocol_type = Some("connect".into());
    assert_eq!(error(&mut world, other_type), inconsistent);
}

#[test]
fn from_version_5_on_a_sync_says_what_the_member_speaks() {
    let mut world = World::new();
    let member = world.stable_group();
    let mut silent = sync_of(&member, 1);
    silent.protocol_name = None;
    let refused = world.sync(&silent);
    assert_eq!(refused.error_code, ErrorCode::InconsistentGroupProtocol.code());
    let outcome = world.coordinator.sync_group(world.now(), 4, &silent);
    let answer = world.finish(outcome);
    assert_eq!(world.sync_answer(answer).unwrap().assignment, "all");
}

#[test]
fn a_member_without_an_assignment_gets_an_empty_one() {
    let mut world = World::new();
    let joined = world.add_member();
    let synced = world.sync(&sync_of_leader(&joined, &[]));
    assert_eq!((synced.error_code, synced.assignment.len()), (0, 0));
}

#[test]
fn a_rebalance_sends_those_who_wait_for_assignments_away() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.send_join(&Join::new().member(&leader));
    world.join(&Join::new().member(&follower));
    let waiting = world.send_sync(&sync_of(&follower, 3));
    let newcomer = world.join(&Join::new()).member_id;
    world.send_join(&Join::new().member(&newcomer));
    let answer = world.sync_answer(waiting).unwrap();
    assert_eq!(answer.error_code, ErrorCode::RebalanceInProgress.code());
}

#[test]
fn who_does_not_ask_for_its_assignment_in_time_is_no_member_any_more() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.send_join(&Join::new().member(&leader));
    let joined = world.join(&Join::new().member(&follower));
    assert_eq!(joined.generation_id, 3);
    let waiting = world.send_sync(&sync_of(&follower, 3));
    for _ in 0..REBALANCE_MS / 5_000 {
        world.heartbeat(&leader, 3);
        world.pass_ms(5_000);
    }
    let answer = world.sync_answer(waiting).unwrap();
    assert_eq!(answer.error_code, ErrorCode::RebalanceInProgress.code());
    assert_eq!(world.heartbeat(&leader, 3), ErrorCode::UnknownMemberId.code());
}
