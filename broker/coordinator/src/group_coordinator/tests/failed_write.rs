//! A log that takes no records: nobody is told of what is not kept.

use broker_protocol::ErrorCode;

use super::world::{Join, World, commit_of, sync_of, sync_of_leader};

const STORAGE_FAILED: Result<(), ErrorCode> = Err(ErrorCode::KafkaStorageError);

#[test]
fn a_commit_that_was_not_written_is_not_there() {
    let mut world = World::new();
    world.append = STORAGE_FAILED;
    world.commit(&commit_of("t", 0, 5));
    assert_eq!((world.committed("t", 0), world.state().as_str()), (-1, "Dead"));
}

#[test]
fn a_group_whose_first_record_was_not_written_is_not_there() {
    let mut world = World::new();
    world.append = STORAGE_FAILED;
    let answer = world.send_join(&Join::new().version(3));
    let refused = world.join_answer(answer).unwrap();
    assert_eq!(refused.error_code, ErrorCode::NotCoordinator.code());
    assert_eq!(world.state(), "Dead");
}

#[test]
fn an_assignment_that_was_not_written_is_given_to_nobody() {
    let mut world = World::new();
    let joined = world.add_member();
    world.append = STORAGE_FAILED;
    let refused = world.sync(&sync_of_leader(&joined, &[(&joined.member_id, "all")]));
    assert_eq!(refused.error_code, ErrorCode::NotCoordinator.code());
    assert!(refused.assignment.is_empty());
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn a_static_member_whose_return_was_not_written_has_not_come_back() {
    let mut world = World::new();
    let joined = world.join(&Join::new().instance("i"));
    world.sync(&sync_of_leader(&joined, &[(&joined.member_id, "all")]));
    world.append = STORAGE_FAILED;
    let refused = world.join(&Join::new().instance("i"));
    assert_eq!(refused.error_code, ErrorCode::NotCoordinator.code());
    assert_eq!(world.heartbeat(&joined.member_id, 1), 0);
    let mut sync = sync_of(&joined.member_id, 1);
    sync.group_instance_id = Some("i".into());
    assert_eq!(world.sync(&sync).assignment, "all");
}

#[test]
fn an_assignment_that_is_written_too_late_is_void() {
    let mut world = World::new();
    let joined = world.add_member();
    let sync = sync_of_leader(&joined, &[(&joined.member_id, "old")]);
    let late = world.coordinator.sync_group(world.now(), 5, &sync).effects;
    let other = Join::new().member(&joined.member_id).subscribed_to(&["u"]);
    let next = world.join(&other);
    assert_eq!(next.generation_id, 2);
    let effects = world
        .coordinator
        .finish_write(world.now(), &late.records, late.intent, Ok(()));
    world.carry_out(effects);
    assert_eq!(world.state(), "CompletingRebalance");
    let synced = world.sync(&sync_of_leader(&next, &[(&next.member_id, "new")]));
    assert_eq!(synced.assignment, "new");
}
