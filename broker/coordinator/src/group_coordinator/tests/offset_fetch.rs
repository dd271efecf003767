//! OffsetFetch.

use broker_model::{ProducerId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use broker_protocol::offset_fetch_response::OffsetFetchResponsePartitions;

use super::world::{GROUP, World, commit_of};
use crate::{GroupRecord, OffsetStability, TransactionResult};

fn fetch(world: &World, topic_id: Uuid, stability: OffsetStability) -> OffsetFetchResponsePartitions {
    let request = OffsetFetchRequestGroup {
        group_id: GROUP.into(),
        topics: Some(vec![OffsetFetchRequestTopics {
            name: "t".into(),
            topic_id,
            partition_indexes: vec![0],
            ..OffsetFetchRequestTopics::default()
        }]),
        ..OffsetFetchRequestGroup::default()
    };
    let fetched = world.coordinator.offset_fetch(&request, stability);
    assert_eq!(fetched.error_code, 0);
    fetched.topics[0].partitions[0].clone()
}

#[test]
fn what_was_never_committed_is_no_error() {
    let told = fetch(&World::new(), Uuid::ZERO, OffsetStability::Required);
    assert_eq!(
        (
            told.committed_offset,
            told.committed_leader_epoch,
            told.error_code
        ),
        (-1, -1, 0)
    );
    assert_eq!(told.metadata.as_deref(), Some(""));
}

#[test]
fn everything_that_a_group_committed_can_be_asked_for() {
    let mut world = World::new();
    world.commit(&commit_of("b", 1, 7));
    world.commit(&commit_of("a", 0, 5));
    let request = OffsetFetchRequestGroup {
        group_id: GROUP.into(),
        topics: None,
        ..OffsetFetchRequestGroup::default()
    };
    let told = world
        .coordinator
        .offset_fetch(&request, OffsetStability::NotRequired);
    let names: Vec<&str> = told.topics.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(told.topics[1].partitions[0].committed_offset, 7);
}

#[test]
fn an_offset_of_an_earlier_topic_of_the_same_name_is_not_told_to_who_asks_by_id() {
    let mut world = World::new();
    let (old, new) = (Uuid::from_random([1; 16]), Uuid::from_random([2; 16]));
    let mut commit = commit_of("t", 0, 5);
    commit.topics[0].topic_id = old;
    world.commit(&commit);
    let offset = |id| fetch(&world, id, OffsetStability::NotRequired).committed_offset;
    assert_eq!((offset(old), offset(new), offset(Uuid::ZERO)), (5, -1, 5));
}

#[test]
fn offsets_of_an_open_transaction_are_withheld_from_who_wants_stable_ones() {
    let mut world = World::new();
    world.commit(&commit_of("t", 0, 5));
    let mut newer = World::new();
    newer.commit(&commit_of("t", 0, 9));
    let pending: GroupRecord = newer.log.remove(0);
    let producer = ProducerId::new(7);
    world.coordinator.load(world.now(), producer, &pending);
    let stable = fetch(&world, Uuid::ZERO, OffsetStability::Required);
    assert_eq!(stable.error_code, ErrorCode::UnstableOffsetCommit.code());
    assert_eq!(stable.committed_offset, -1);
    assert_eq!(
        fetch(&world, Uuid::ZERO, OffsetStability::NotRequired).committed_offset,
        5
    );
    world
        .coordinator
        .end_transaction(world.now(), producer, TransactionResult::Committed);
    assert_eq!(
        fetch(&world, Uuid::ZERO, OffsetStability::Required).committed_offset,
        9
    );
}

#[test]
fn offsets_of_an_aborted_transaction_never_were() {
    let mut world = World::new();
    world.commit(&commit_of("t", 0, 5));
    let record = world.log[0].clone();
    let mut world = World::new();
    let producer = ProducerId::new(7);
    world.coordinator.load(world.now(), producer, &record);
    world
        .coordinator
        .end_transaction(world.now(), producer, TransactionResult::Aborted);
    assert_eq!(
        fetch(&world, Uuid::ZERO, OffsetStability::Required).committed_offset,
        -1
    );
}
