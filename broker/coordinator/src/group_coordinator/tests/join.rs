//! JoinGroup and the gathering of members.

use broker_protocol::ErrorCode;

use super::world::{Join, REBALANCE_MS, SESSION_MS, World};
use crate::GroupConfig;

fn code(error: ErrorCode) -> i16 {
    error.code()
}

#[test]
fn a_new_member_is_sent_back_with_an_id() {
    let mut world = World::new();
    let answer = world.join(&Join::new());
    assert_eq!(answer.error_code, code(ErrorCode::MemberIdRequired));
    assert_eq!(&*answer.member_id, "client-01010101-0101-4101-8101-010101010101");
    assert_eq!(answer.protocol_name, None);
}

#[test]
fn up_to_version_3_a_new_member_joins_at_once() {
    let mut world = World::new();
    let answer = world.join(&Join::new().version(3));
    assert_eq!((answer.error_code, answer.generation_id), (0, 1));
    assert_eq!(answer.leader, answer.member_id);
}

#[test]
fn the_first_member_leads_and_gets_everybodys_metadata() {
    let mut world = World::new();
    let answer = world.add_member();
    assert_eq!((answer.error_code, answer.generation_id), (0, 1));
    assert_eq!(answer.leader, answer.member_id);
    assert_eq!(answer.protocol_name.as_deref(), Some("range"));
    assert_eq!(answer.protocol_type.as_deref(), Some("consumer"));
    assert_eq!(answer.members.len(), 1);
    assert_eq!(
        answer.members[0].metadata,
        Join::new().request.protocols[0].metadata
    );
}

#[test]
fn an_id_that_was_never_given_is_unknown() {
    let mut world = World::new();
    let answer = world.join(&Join::new().member("ghost"));
    assert_eq!(answer.error_code, code(ErrorCode::UnknownMemberId));
    assert_eq!(&*answer.member_id, "ghost");
    world.add_member();
    let answer = world.join(&Join::new().member("ghost"));
    assert_eq!(answer.error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn session_timeouts_have_bounds() {
    let mut world = World::new();
    for timeout in [5_999, 1_800_001, -1] {
        let mut join = Join::new();
        join.request.session_timeout_ms = timeout;
        let answer = world.join(&join);
        assert_eq!(
            answer.error_code,
            code(ErrorCode::InvalidSessionTimeout),
            "{timeout}"
        );
    }
}

#[test]
fn a_group_has_a_name() {
    let mut join = Join::new();
    join.request.group_id = "".into();
    assert_eq!(
        World::new().join(&join).error_code,
        code(ErrorCode::InvalidGroupId)
    );
}

#[test]
fn a_member_has_a_protocol_and_shares_one_with_all() {
    let mut world = World::new();
    let refused = code(ErrorCode::InconsistentGroupProtocol);
    assert_eq!(world.join(&Join::new().protocols(&[])).error_code, refused);
    assert_eq!(world.join(&Join::new().protocol_type("")).error_code, refused);
    world.add_member();
    assert_eq!(
        world.join(&Join::new().protocol_type("connect")).error_code,
        refused
    );
    assert_eq!(world.join(&Join::new().protocols(&["other"])).error_code, refused);
    let shared = world.join(&Join::new().protocols(&["other", "range"]));
    assert_eq!(shared.error_code, code(ErrorCode::MemberIdRequired));
}

#[test]
fn most_votes_decide_on_the_protocol() {
    let mut world = World::new();
    let joins = [&["a", "b"][..], &["b", "a"], &["b", "a"]];
    let answers: Vec<_> = joins
        .map(|names| world.send_join(&Join::new().version(3).protocols(names)))
        .into();
    world.pass_ms(0);
    for answer in answers {
        assert_eq!(
            world.join_answer(answer).unwrap().protocol_name.as_deref(),
            Some("b")
        );
    }
}

#[test]
fn an_empty_group_waits_for_more_members() {
    let mut world = World::with(GroupConfig {
        initial_rebalance_delay_ms: 3_000,
        ..GroupConfig::default()
    });
    let first = world.send_join(&Join::new().version(3));
    world.pass_ms(2_999);
    let second = world.send_join(&Join::new().version(3));
    world.pass_ms(1);
    assert_eq!(
        world.join_answer(first.clone()),
        None,
        "somebody came: it waits once more"
    );
    world.pass_ms(3_000);
    let (first, second) = (
        world.join_answer(first).unwrap(),
        world.join_answer(second).unwrap(),
    );
    assert_eq!((first.generation_id, second.generation_id), (1, 1));
    assert_eq!(
        first.members.len() + second.members.len(),
        2,
        "only the leader is told"
    );
}

#[test]
fn the_initial_delay_lasts_no_longer_than_the_rebalance_timeout() {
    let mut world = World::with(GroupConfig {
        initial_rebalance_delay_ms: 3_000,
        ..GroupConfig::default()
    });
    let mut join = Join::new().version(3);
    join.request.rebalance_timeout_ms = 7_000;
    let first = world.send_join(&join);
    for _ in 0..6 {
        world.pass_ms(1_000);
        world.send_join(&join);
    }
    world.pass_ms(999);
    assert_eq!(world.join_answer(first.clone()), None);
    world.pass_ms(1);
    assert_eq!(world.join_answer(first).unwrap().generation_id, 1);
}

#[test]
fn a_newcomer_makes_everybody_join_again() {
    let mut world = World::new();
    let old = world.stable_group();
    let newcomer = world.join(&Join::new()).member_id;
    let joining = world.send_join(&Join::new().member(&newcomer));
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.heartbeat(&old, 1), code(ErrorCode::RebalanceInProgress));
    assert_eq!(world.join_answer(joining.clone()), None);
    let again = world.join(&Join::new().member(&old));
    assert_eq!((again.generation_id, again.members.len()), (2, 2));
    assert_eq!(world.join_answer(joining).unwrap().leader, old);
    assert_eq!(world.state(), "CompletingRebalance");
}

#[test]
fn who_does_not_join_again_in_time_is_no_member_any_more() {
    let mut world = World::new();
    let old = world.stable_group();
    let newcomer = world.join(&Join::new()).member_id;
    let joining = world.send_join(&Join::new().member(&newcomer));
    let step = SESSION_MS as u64 / 2;
    for _ in 0..REBALANCE_MS as u64 / step {
        world.heartbeat(&old, 1);
        world.pass_ms(step);
    }
    let joined = world.join_answer(joining).unwrap();
    assert_eq!((joined.generation_id, joined.members.len()), (2, 1));
    assert_eq!(joined.leader, newcomer);
    assert_eq!(world.heartbeat(&old, 1), code(ErrorCode::UnknownMemberId));
}

#[test]
fn an_id_that_is_not_used_is_forgotten_with_its_session() {
    let mut world = World::new();
    let given = world.join(&Join::new()).member_id;
    world.pass_ms(SESSION_MS as u64);
    let answer = world.join(&Join::new().member(&given));
    assert_eq!(answer.error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn a_member_that_was_given_an_id_holds_up_a_rebalance_until_its_session_ends() {
    let mut world = World::new();
    let leader = world.stable_group();
    let _given = world.join(&Join::new());
    let again = world.send_join(&Join::new().member(&leader));
    assert_eq!(world.join_answer(again.clone()), None);
    world.pass_ms(SESSION_MS as u64);
    assert_eq!(world.join_answer(again).unwrap().generation_id, 2);
}

#[test]
fn a_repeated_join_of_a_follower_gets_the_same_generation() {
    let mut world = World::new();
    let (_, follower) = world.stable_group_of_two();
    let again = world.join(&Join::new().member(&follower));
    assert_eq!((again.error_code, again.generation_id), (0, 2));
    assert_eq!(world.state(), "Stable");
}

#[test]
fn a_repeated_join_gets_the_generation_whose_answer_was_lost() {
    let mut world = World::new();
    let joined = world.add_member();
    let again = world.join(&Join::new().member(&joined.member_id));
    assert_eq!((again.generation_id, again.members), (1, joined.members));
    assert_eq!(world.state(), "CompletingRebalance");
    let other = Join::new().member(&joined.member_id).subscribed_to(&["u"]);
    assert_eq!(world.join(&other).generation_id, 2, "it wants something else");
}

#[test]
fn a_leader_that_joins_again_makes_everybody_join_again() {
    let mut world = World::new();
    let (leader, _) = world.stable_group_of_two();
    world.send_join(&Join::new().member(&leader));
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn a_member_that_joins_twice_is_answered_twice() {
    let mut world = World::new();
    let (leader, _) = world.stable_group_of_two();
    let first = world.send_join(&Join::new().member(&leader));
    let second = world.send_join(&Join::new().member(&leader));
    let superseded = world.join_answer(first).unwrap();
    assert_eq!(superseded.error_code, code(ErrorCode::RebalanceInProgress));
    assert_eq!(world.join_answer(second), None);
}

#[test]
fn a_group_takes_no_more_members_than_it_may() {
    let mut world = World::with(GroupConfig {
        initial_rebalance_delay_ms: 0,
        max_size: 1,
        ..GroupConfig::default()
    });
    let member = world.stable_group();
    let refused = world.join(&Join::new());
    assert_eq!(refused.error_code, code(ErrorCode::GroupMaxSizeReached));
    assert_eq!(world.heartbeat(&member, 1), 0);
}

#[test]
fn a_new_member_that_waits_five_minutes_is_given_up() {
    let mut world = World::new();
    let old = world.stable_group();
    let mut patient = Join::new().version(3);
    patient.request.rebalance_timeout_ms = 600_000;
    let waiting = world.send_join(&patient);
    for _ in 0..299 {
        world.pass_ms(1_000);
        world.heartbeat(&old, 1);
    }
    assert_eq!(world.join_answer(waiting.clone()), None);
    world.pass_ms(1_000);
    let given_up = world.join_answer(waiting).unwrap();
    assert_eq!(given_up.error_code, code(ErrorCode::UnknownMemberId));
}
