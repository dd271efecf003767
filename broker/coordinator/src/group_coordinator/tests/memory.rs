//! What groups hold is bounded, and given back.

use broker_protocol::ErrorCode;

use super::world::{Join, World, commit_by, commit_of, sync_of_leader};
use crate::{GroupConfig, GroupMemory};

const FULL: i16 = ErrorCode::CoordinatorNotAvailable as i16;

fn world_of(memory: &GroupMemory) -> World {
    let config = GroupConfig {
        initial_rebalance_delay_ms: 0,
        ..GroupConfig::default()
    };
    World::with_memory(config, memory.clone())
}

#[test]
fn a_member_that_brings_more_than_a_group_can_keep_is_refused() {
    let mut join = Join::new();
    join.request.protocols[0].metadata = vec![0; 1 << 20].into();
    let refused = World::new().join(&join);
    assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.code());
}

#[test]
fn without_room_there_are_no_new_groups_and_the_old_ones_go_on() {
    let memory = GroupMemory::new(12_000);
    let mut world = world_of(&memory);
    let member = world.stable_group();
    let mut other = Join::new();
    let groups = (0..100).map(|number| {
        other.request.group_id = format!("other-{number}").into();
        world.join(&other).error_code
    });
    let codes: Vec<i16> = groups.collect();
    assert_eq!(codes[0], ErrorCode::MemberIdRequired.code());
    assert_eq!(codes[99], FULL);
    assert!(memory.used() <= 12_000, "{}", memory.used());
    assert_eq!(world.heartbeat(&member, 1), 0);
    let again = world.join(&Join::new().member(&member));
    assert_eq!((again.error_code, again.generation_id), (0, 2));
    assert_eq!(world.sync(&sync_of_leader(&again, &[])).error_code, 0);
}

#[test]
fn without_room_only_known_offsets_are_moved() {
    let memory = GroupMemory::new(4_000);
    let mut world = world_of(&memory);
    let codes: Vec<i16> = (0..50)
        .map(|partition| world.commit(&commit_of("t", partition, 1)))
        .collect();
    assert_eq!((codes[0], codes[49]), (0, FULL));
    assert_eq!(world.commit(&commit_of("t", 0, 2)), 0);
    assert_eq!(world.committed("t", 0), 2);
    assert!(memory.used() <= 4_000, "{}", memory.used());
}

#[test]
fn memory_comes_back_with_members_offsets_and_groups() {
    let memory = GroupMemory::new(usize::MAX);
    let mut world = world_of(&memory);
    let member = world.stable_group();
    world.commit(&commit_by(&member, 1, 5));
    assert!(memory.used() > 0);
    let before = memory.used();
    let given = world.join(&Join::new()).member_id;
    assert!(memory.used() > before);
    world.leave(&[(&given, None)]);
    assert_eq!(memory.used(), before);
    world.leave(&[(&member, None)]);
    let outcome = world.coordinator.delete_group(&"g".into());
    world.finish(outcome);
    assert_eq!(memory.used(), 0);
}

#[test]
fn a_static_members_return_takes_no_more_memory() {
    let memory = GroupMemory::new(usize::MAX);
    let mut world = world_of(&memory);
    let joined = world.join(&Join::new().instance("i"));
    world.sync(&sync_of_leader(&joined, &[(&joined.member_id, "all")]));
    let before = memory.used();
    for _ in 0..3 {
        world.join(&Join::new().instance("i"));
    }
    assert_eq!(memory.used(), before);
    world.coordinator.unload(ErrorCode::NotCoordinator);
    assert_eq!(memory.used(), 0);
}
