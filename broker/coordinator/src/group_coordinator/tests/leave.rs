//! LeaveGroup.

use broker_protocol::ErrorCode;
use broker_protocol::messages::LeaveGroupRequest;

use super::world::{GROUP, Join, World};

#[test]
fn each_member_leaves_for_itself() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    let left = world.leave(&[(&follower, None), ("", Some("nope")), ("ghost", None)]);
    let codes: Vec<i16> = left.members.iter().map(|member| member.error_code).collect();
    let unknown = ErrorCode::UnknownMemberId.code();
    assert_eq!((left.error_code, codes), (0, vec![0, unknown, unknown]));
    assert_eq!(world.heartbeat(&leader, 2), ErrorCode::RebalanceInProgress.code());
}

#[test]
fn a_group_that_everybody_left_is_empty_and_says_so_in_the_log() {
    let mut world = World::new();
    let member = world.stable_group();
    let before = world.log.len();
    world.leave(&[(&member, None)]);
    assert_eq!(world.state(), "Empty");
    assert_eq!(world.log.len(), before + 1);
}

#[test]
fn a_group_that_is_not_there_has_no_members_to_leave() {
    let left = World::new().leave(&[("m", None)]);
    assert_eq!(left.error_code, 0);
    assert_eq!(left.members[0].error_code, ErrorCode::UnknownMemberId.code());
}

#[test]
fn up_to_version_2_the_members_error_is_the_answers() {
    let mut world = World::new();
    let member = world.stable_group();
    let request = |member: &str| LeaveGroupRequest {
        group_id: GROUP.into(),
        member_id: member.into(),
        ..LeaveGroupRequest::default()
    };
    let outcome = world.coordinator.leave_group(world.now(), 2, &request("ghost"));
    assert_eq!(
        world.finish(outcome).error_code,
        ErrorCode::UnknownMemberId.code()
    );
    let outcome = world.coordinator.leave_group(world.now(), 2, &request(&member));
    let left = world.finish(outcome);
    assert_eq!((left.error_code, left.members.len()), (0, 0));
}

#[test]
fn one_who_was_given_an_id_may_leave_and_holds_nobody_up() {
    let mut world = World::new();
    let leader = world.stable_group();
    let given = world.join(&Join::new()).member_id;
    let again = world.send_join(&Join::new().member(&leader));
    assert_eq!(world.leave(&[(&given, None)]).members[0].error_code, 0);
    assert_eq!(world.join_answer(again).unwrap().generation_id, 2);
}
