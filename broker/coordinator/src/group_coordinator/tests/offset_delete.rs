//! OffsetDelete (KIP-496).

use broker_protocol::ErrorCode;
use broker_protocol::messages::OffsetDeleteRequest;
use broker_protocol::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};

use super::world::{GROUP, Join, World, commit_by, commit_of, sync_of_leader};

/// The error of the group and that of the partition.
fn delete(world: &mut World, topic: &str) -> (i16, Option<i16>) {
    let request = OffsetDeleteRequest {
        group_id: GROUP.into(),
        topics: vec![OffsetDeleteRequestTopic {
            name: topic.into(),
            partitions: vec![OffsetDeleteRequestPartition::default()],
            ..OffsetDeleteRequestTopic::default()
        }],
        ..OffsetDeleteRequest::default()
    };
    let outcome = world.coordinator.offset_delete(&request);
    let answer = world.finish(outcome);
    let of_partition = answer.topics.first().map(|topic| topic.partitions[0].error_code);
    (answer.error_code, of_partition)
}

#[test]
fn offsets_that_are_not_in_use_are_forgotten() {
    let mut world = World::new();
    world.commit(&commit_of("t", 0, 5));
    world.commit(&commit_of("u", 0, 6));
    assert_eq!(delete(&mut world, "t"), (0, Some(0)));
    assert_eq!((world.committed("t", 0), world.committed("u", 0)), (-1, 6));
}

#[test]
fn a_topic_that_members_are_subscribed_to_is_in_use() {
    let mut world = World::new();
    let member = world.stable_group();
    world.commit(&commit_by(&member, 1, 5));
    let subscribed = ErrorCode::GroupSubscribedToTopic.code();
    assert_eq!(delete(&mut world, "t"), (0, Some(subscribed)));
    assert_eq!(delete(&mut world, "other"), (0, Some(0)));
    assert_eq!(world.committed("t", 0), 5);
}

#[test]
fn a_group_with_members_that_are_no_consumers_does_not_tell_what_is_in_use() {
    let mut world = World::new();
    let joined = world.join(&Join::new().protocol_type("connect").version(3));
    world.sync(&sync_of_leader(&joined, &[]));
    assert_eq!(delete(&mut world, "t"), (ErrorCode::NonEmptyGroup.code(), None));
}

#[test]
fn a_group_that_is_not_there_is_an_error() {
    let unknown = ErrorCode::GroupIdNotFound.code();
    assert_eq!(delete(&mut World::new(), "t"), (unknown, None));
}

#[test]
fn offsets_of_deleted_topics_are_forgotten() {
    let mut world = World::new();
    world.commit(&commit_of("t", 0, 5));
    world.commit(&commit_of("u", 0, 6));
    let effects = world.coordinator.topics_deleted(&["t".into()]);
    world.carry_out(effects);
    assert_eq!((world.committed("t", 0), world.committed("u", 0)), (-1, 6));
}
