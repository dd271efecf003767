//! Brokers with two directories each; codes as a Kafka 4.4 gave them.

use broker_model::MonotonicMs;
use broker_protocol::assign_replicas_to_dirs_request::{
    DirectoryData as AskedDirectory, PartitionData as AskedPartition, TopicData as AskedTopic,
};
use broker_protocol::create_topics_request::CreatableReplicaAssignment;
use broker_protocol::messages::{AlterPartitionReassignmentsRequest, CreateTopicsRequest};

use super::*;
use crate::small_world::{World, ids, topic};
use crate::{BrokerSessions, SessionLimits};

fn dir(id: i32, number: u8) -> DirectoryId {
    DirectoryId::new(Uuid::from_bytes([u8::try_from(id).unwrap() * 10 + number; 16]))
}

fn world(brokers: i32) -> World {
    let mut world = World::with_brokers(0);
    for id in 1..=brokers {
        world.register_with(id, vec![dir(id, 1), dir(id, 2)]);
        world.unfence(id);
    }
    world
}

fn assign(world: &mut World, id: i32, directory: DirectoryId, index: i32) -> (i16, i16) {
    let topic_id = world.controller.image().topics.by_name("t").unwrap().id.uuid();
    let request = AssignReplicasToDirsRequest {
        broker_id: id,
        broker_epoch: world.epoch(id).value(),
        directories: vec![AskedDirectory {
            id: directory.uuid(),
            topics: vec![AskedTopic {
                topic_id,
                partitions: vec![AskedPartition {
                    partition_index: index,
                    ..AskedPartition::default()
                }],
                ..AskedTopic::default()
            }],
            ..AskedDirectory::default()
        }],
        ..AssignReplicasToDirsRequest::default()
    };
    let outcome = world.controller.assign_replicas_to_dirs(&request);
    let response = world.commit(outcome);
    let code = response
        .directories
        .first()
        .map_or(0, |directory| directory.topics[0].partitions[0].error_code);
    (response.error_code, code)
}

fn beat(world: &mut World, id: i32, change: impl FnOnce(&mut BrokerHeartbeatRequest)) -> bool {
    let mut request = BrokerHeartbeatRequest {
        broker_id: id,
        broker_epoch: world.epoch(id).value(),
        current_metadata_offset: world.controller.loader().next_offset().value(),
        ..BrokerHeartbeatRequest::default()
    };
    change(&mut request);
    let limits = SessionLimits {
        session_ms: 9_000,
        reconnect_ms: 300,
    };
    let sessions = BrokerSessions::begin(limits, [], MonotonicMs::from_ms(0));
    let now = MonotonicMs::from_ms(0);
    let outcome = world.controller.broker_heartbeat(&sessions, &request, now);
    let response = world.commit(outcome);
    assert_eq!(response.error_code, 0);
    response.is_fenced
}

fn fail(world: &mut World, id: i32, directory: DirectoryId) -> bool {
    beat(world, id, |request| {
        request.offline_log_dirs = vec![directory.uuid()]
    })
}

#[test]
fn a_replica_lies_where_its_broker_says() {
    let mut world = world(1);
    world.create("t", 1, 1);
    assert_eq!(
        world.partition("t", 0).directories,
        [broker_metadata::image::directory::UNASSIGNED]
    );
    assert_eq!(assign(&mut world, 1, dir(1, 2), 0), (0, 0));
    assert_eq!(world.partition("t", 0).directories, [dir(1, 2)]);
    let before = world.controller.loader().next_offset();
    assert_eq!(assign(&mut world, 1, dir(1, 2), 0), (0, 0));
    assert_eq!(
        world.controller.loader().next_offset(),
        before,
        "nothing new was said"
    );
}

#[test]
fn codes_of_assignments_are_kafkas() {
    let mut world = world(2);
    world.create("t", 1, 1);
    let other = 3 - world.partition("t", 0).leader.value();
    assert_eq!(assign(&mut world, other, dir(other, 1), 0), (0, 6));
    assert_eq!(assign(&mut world, other, dir(other, 1), 9), (0, 3));
    let stale = AssignReplicasToDirsRequest {
        broker_id: 1,
        broker_epoch: 0,
        ..AssignReplicasToDirsRequest::default()
    };
    let unknown = AssignReplicasToDirsRequest {
        broker_id: 77,
        ..stale.clone()
    };
    for request in [stale, unknown] {
        let outcome = world.controller.assign_replicas_to_dirs(&request);
        assert_eq!(outcome.response.error_code, 77);
    }
}

/// Two partitions of two replicas, led by broker 1 from another directory each.
fn two_partitions() -> World {
    let mut world = world(2);
    world.create_on("t", &[&[1, 2], &[1, 2]]);
    for index in 0..2 {
        let number = u8::try_from(index).unwrap() + 1;
        assert_eq!(assign(&mut world, 1, dir(1, number), index), (0, 0));
    }
    world
}

#[test]
fn a_failed_directory_takes_its_own_partitions_and_no_others() {
    let mut world = two_partitions();
    assert!(!fail(&mut world, 1, dir(1, 1)));
    assert_eq!(world.partition("t", 0).leader, BrokerId::new(2));
    assert_eq!(world.partition("t", 0).isr, ids(&[2]));
    assert_eq!(world.partition("t", 1).leader, BrokerId::new(1));
    let broker = world.controller.image().cluster.broker(BrokerId::new(1)).unwrap();
    assert_eq!(broker.directories, [dir(1, 2)]);
    let before = world.controller.loader().next_offset();
    fail(&mut world, 1, dir(1, 1));
    assert_eq!(world.controller.loader().next_offset(), before, "it is known");
}

#[test]
fn nobody_is_elected_in_a_failed_directory() {
    let mut world = two_partitions();
    world.configure("t", "min.insync.replicas", "2");
    fail(&mut world, 1, dir(1, 1));
    assert_eq!(
        world.partition("t", 0).elr,
        ids(&[1]),
        "eligible, but for its directory"
    );
    world.fence(2);
    assert!(!world.partition("t", 0).has_leader());
    assert_eq!(world.partition("t", 1).leader, BrokerId::new(1));
    world.fence(1);
    world.unfence(1);
    assert!(!world.partition("t", 0).has_leader());
}

#[test]
fn a_replica_found_in_a_failed_directory_leaves_with_the_same_word() {
    let mut world = two_partitions();
    assert_eq!(assign(&mut world, 1, dir(1, 9), 0), (0, 0));
    let partition = world.partition("t", 0);
    assert_eq!((partition.leader, &partition.isr), (BrokerId::new(2), &ids(&[2])));
    assert_eq!(partition.directories[0], dir(1, 9));
}

#[test]
fn a_partition_without_a_leader_has_one_as_soon_as_a_replica_is_found() {
    let mut world = two_partitions();
    world.configure("t", "min.insync.replicas", "2");
    fail(&mut world, 1, dir(1, 1));
    world.fence(2);
    assert!(!world.partition("t", 0).has_leader());
    assert_eq!(assign(&mut world, 1, dir(1, 9), 0), (0, 0));
    assert!(!world.partition("t", 0).has_leader(), "nobody has that directory");
    assert_eq!(assign(&mut world, 1, dir(1, 2), 0), (0, 0));
    let partition = world.partition("t", 0);
    assert_eq!((partition.leader, &partition.isr), (BrokerId::new(1), &ids(&[1])));
    assert_eq!(partition.directories[0], dir(1, 2));
}

#[test]
fn nobody_joins_from_where_he_could_not_lead() {
    let mut world = two_partitions();
    fail(&mut world, 2, dir(2, 1));
    assert_eq!(assign(&mut world, 2, dir(2, 1), 0), (0, 0));
    assert_eq!(world.partition("t", 0).isr, ids(&[1]));
    let (code, _) = world.propose_isr("t", 0, &ids(&[1, 2]));
    assert_eq!(code, ErrorCode::IneligibleReplica.code());
    assert_eq!(world.partition("t", 0).isr, ids(&[1]));
    assert_eq!(assign(&mut world, 2, dir(2, 2), 0), (0, 0));
    world.set_isr("t", 0, &ids(&[1, 2]));
    assert_eq!(world.partition("t", 0).isr, ids(&[1, 2]));
}

#[test]
fn a_broker_that_loses_a_directory_as_it_is_let_in_asks_again() {
    let mut world = two_partitions();
    world.fence(1);
    world.fence(2);
    assert!(fail(&mut world, 1, dir(1, 1)), "still fenced");
    assert!(!beat(&mut world, 1, |_| {}));
    assert!(!world.partition("t", 0).has_leader());
}

fn cordon(world: &mut World, id: i32, directories: &[DirectoryId]) {
    let raw = directories.iter().map(|id| id.uuid()).collect();
    beat(world, id, |request| request.cordoned_log_dirs = Some(raw));
}

fn try_create(world: &mut World, factor: i16, assigned: Option<&[i32]>) -> i16 {
    let assignment = |brokers: &[i32]| CreatableReplicaAssignment {
        broker_ids: brokers.to_vec(),
        ..CreatableReplicaAssignment::default()
    };
    let mut wanted = topic("new", 1, factor);
    if let Some(brokers) = assigned {
        wanted = topic("new", -1, -1);
        wanted.assignments = vec![assignment(brokers)];
    }
    let request = CreateTopicsRequest {
        topics: vec![wanted],
        ..CreateTopicsRequest::default()
    };
    let seed = world.seed();
    world.controller.create_topics(&request, seed).response.topics[0].error_code
}

#[test]
fn a_cordoned_broker_takes_no_new_replicas_and_keeps_those_it_has() {
    let mut world = two_partitions();
    cordon(&mut world, 2, &[dir(2, 1)]);
    assert_eq!(try_create(&mut world, 2, None), 0, "half of it is free");
    cordon(&mut world, 2, &[dir(2, 1), dir(2, 2)]);
    assert_eq!(try_create(&mut world, 2, None), 38);
    assert_eq!(try_create(&mut world, 1, None), 0);
    assert_eq!(try_create(&mut world, 2, Some(&[1, 2])), 39);

    cordon(&mut world, 1, &[dir(1, 1), dir(1, 2)]);
    assert_eq!(reassign(&mut world, &[1]), 0, "what it has may stay");
    cordon(&mut world, 1, &[]);
    assert_eq!(reassign(&mut world, &[2, 1]), 39, "what it has not may not come");
}

fn reassign(world: &mut World, replicas: &[i32]) -> i16 {
    use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
    let request = AlterPartitionReassignmentsRequest {
        topics: vec![ReassignableTopic {
            name: "t".into(),
            partitions: vec![ReassignablePartition {
                partition_index: 0,
                replicas: Some(replicas.to_vec()),
                ..ReassignablePartition::default()
            }],
            ..ReassignableTopic::default()
        }],
        ..AlterPartitionReassignmentsRequest::default()
    };
    let outcome = world.controller.alter_partition_reassignments(&request);
    world.commit(outcome).responses[0].partitions[0].error_code
}
