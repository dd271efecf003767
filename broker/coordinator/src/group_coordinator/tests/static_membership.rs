//! Static members (KIP-345, KIP-814).

use broker_protocol::ErrorCode;

use super::world::{Join, SESSION_MS, World, commit_by, sync_of, sync_of_leader};

/// A stable group of one static member `i`; answers its id.
fn stable_static(world: &mut World) -> String {
    let joined = world.join(&Join::new().instance("i"));
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    world.sync(&sync_of_leader(&joined, &[(&joined.member_id, "all")]));
    joined.member_id.to_string()
}

#[test]
fn a_static_member_needs_no_second_round_and_is_named_after_its_instance() {
    let mut world = World::new();
    assert!(stable_static(&mut world).starts_with("i-"));
}

#[test]
fn a_static_member_that_comes_back_keeps_its_generation_and_assignment() {
    let mut world = World::new();
    let old = stable_static(&mut world);
    let back = world.join(&Join::new().instance("i"));
    assert_eq!((back.error_code, back.generation_id), (0, 1));
    assert_ne!(back.member_id, old);
    assert_eq!(back.leader, back.member_id);
    assert!(back.skip_assignment, "it leads, but must not assign");
    assert_eq!(world.sync(&sync_of(&back.member_id, 1)).assignment, "all");
}

#[test]
fn before_version_9_a_leader_that_comes_back_takes_itself_for_a_follower() {
    let mut world = World::new();
    let old = stable_static(&mut world);
    let back = world.join(&Join::new().instance("i").version(8));
    assert_eq!((back.generation_id, back.leader.as_str()), (1, old.as_str()));
    assert!(back.members.is_empty());
}

#[test]
fn the_old_incarnation_is_fenced() {
    let mut world = World::new();
    let old = stable_static(&mut world);
    world.join(&Join::new().instance("i"));
    let fenced = ErrorCode::FencedInstanceId.code();
    let mut sync = sync_of(&old, 1);
    sync.group_instance_id = Some("i".into());
    assert_eq!(world.sync(&sync).error_code, fenced);
    let mut commit = commit_by(&old, 1, 5);
    commit.group_instance_id = Some("i".into());
    assert_eq!(world.commit(&commit), fenced);
    let answer = world.join(&Join::new().instance("i").member(&old));
    assert_eq!(answer.error_code, fenced);
}

#[test]
fn an_incarnation_that_waits_is_told_that_it_is_fenced() {
    let mut world = World::new();
    let joined = world.join(&Join::new().instance("i"));
    let second = world.send_join(&Join::new().instance("j"));
    let third = world.send_join(&Join::new().instance("j"));
    let fenced = world.join_answer(second).unwrap();
    assert_eq!(fenced.error_code, ErrorCode::FencedInstanceId.code());
    assert_eq!(world.join_answer(third.clone()), None);
    world.join(&Join::new().instance("i").member(&joined.member_id));
    assert_eq!(world.join_answer(third).unwrap().generation_id, 2);
}

#[test]
fn a_static_member_that_comes_back_while_the_leader_assigns_starts_a_rebalance() {
    let mut world = World::new();
    world.join(&Join::new().instance("i"));
    let back = world.join(&Join::new().instance("i"));
    assert_eq!((back.generation_id, back.skip_assignment), (2, false));
}

#[test]
fn a_static_member_keeps_its_place_through_a_rebalance_that_it_misses() {
    let mut world = World::new();
    let mut slow = Join::new().instance("i");
    slow.request.session_timeout_ms = 1_000_000;
    let joined = world.join(&slow);
    world.sync(&sync_of_leader(&joined, &[]));
    let newcomer = world.send_join(&Join::new().instance("j"));
    world.pass_ms(60_000);
    let next = world.join_answer(newcomer).unwrap();
    assert_eq!((next.generation_id, next.members.len()), (2, 2));
    assert_eq!(world.heartbeat(&joined.member_id, 2), 0);
}

#[test]
fn a_static_members_session_ends_as_anybodys() {
    let mut world = World::new();
    let member = stable_static(&mut world);
    world.pass_ms(SESSION_MS as u64);
    assert_eq!(world.heartbeat(&member, 1), ErrorCode::UnknownMemberId.code());
}

#[test]
fn a_static_member_is_sent_away_by_its_instance() {
    let mut world = World::new();
    stable_static(&mut world);
    let left = world.leave(&[("", Some("i"))]);
    assert_eq!(left.members[0].error_code, 0);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn while_no_static_member_has_come_back_the_rebalance_goes_on() {
    let mut world = World::new();
    let slow = |instance: &str| {
        let mut join = Join::new().instance(instance);
        join.request.session_timeout_ms = 1_800_000;
        join
    };
    let first = world.join(&slow("i"));
    world.sync(&sync_of_leader(&first, &[]));
    let second = world.send_join(&slow("j"));
    let first = world.join(&slow("i").member(&first.member_id));
    assert_eq!(world.join_answer(second).unwrap().generation_id, 2);
    world.sync(&sync_of_leader(&first, &[]));
    let newcomer = world.send_join(&Join::new().version(3));
    let newcomer_gives_up = world.state();
    assert_eq!(newcomer_gives_up, "PreparingRebalance");
    let members = world.coordinator.describe_group(5, &"g".into()).members;
    let newcomer_id = members.iter().find(|member| member.group_instance_id.is_none());
    world.leave(&[(&newcomer_id.unwrap().member_id, None)]);
    assert_eq!(
        world.join_answer(newcomer).unwrap().error_code,
        ErrorCode::UnknownMemberId.code()
    );
    world.pass_ms(60_000);
    assert_eq!(world.state(), "PreparingRebalance", "nobody has joined");
    let back = world.send_join(&slow("i").member(&first.member_id));
    world.pass_ms(59_999);
    assert_eq!(world.join_answer(back.clone()), None);
    world.pass_ms(1);
    assert_eq!(world.join_answer(back).unwrap().generation_id, 3);
}
