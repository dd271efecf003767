//! What CreateTopics, CreatePartitions and DeleteTopics answer; the codes are Kafka's.

use broker_model::{BrokerId, Uuid};
use broker_protocol::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use broker_protocol::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::messages::{CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest};

use crate::small_world::{World, directory, topic};

fn create(world: &mut World, topics: Vec<CreatableTopic>) -> Vec<(String, i16)> {
    let request = CreateTopicsRequest {
        topics,
        ..CreateTopicsRequest::default()
    };
    let seed = world.seed();
    let outcome = world.controller.create_topics(&request, seed);
    let response = world.commit(outcome);
    response
        .topics
        .iter()
        .map(|result| (result.name.to_string(), result.error_code))
        .collect()
}

fn code(topic: CreatableTopic) -> i16 {
    let mut world = World::with_brokers(1);
    world.create("old.name", 1, 1);
    let answers = create(&mut world, vec![topic]);
    assert_eq!(answers.len(), 1);
    answers[0].1
}

fn assigned(assignments: &[(i32, &[i32])]) -> CreatableTopic {
    let assignments = assignments
        .iter()
        .map(|(index, brokers)| CreatableReplicaAssignment {
            partition_index: *index,
            broker_ids: brokers.to_vec(),
            ..CreatableReplicaAssignment::default()
        });
    CreatableTopic {
        assignments: assignments.collect(),
        ..topic("t", -1, -1)
    }
}

fn configured(name: &str, value: Option<&str>) -> CreatableTopic {
    let config = CreatableTopicConfig {
        name: name.into(),
        value: value.map(Into::into),
        ..CreatableTopicConfig::default()
    };
    CreatableTopic {
        configs: vec![config],
        ..topic("t", 1, 1)
    }
}

#[test]
fn codes_of_create_topics_are_kafkas() {
    let both = CreatableTopic {
        num_partitions: 1,
        replication_factor: 1,
        ..assigned(&[(0, &[1])])
    };
    let cases = [
        (topic("t", 3, 1), 0),
        (topic("t", -1, -1), 0),
        (topic("old.name", 1, 1), 36),
        (topic("old_name", 1, 1), 17),
        (topic("oldname", 1, 1), 0),
        (topic("t", 1, 3), 38),
        (topic("t", 1, 0), 38),
        (topic("t", 1, -2), 38),
        (topic("t", 0, 1), 37),
        (topic("t", -2, 1), 37),
        (topic("t", 10_001, 1), 44),
        (topic("a b", 1, 1), 17),
        (topic("", 1, 1), 17),
        (topic(".", 1, 1), 17),
        (topic("..", 1, 1), 17),
        (topic(&"x".repeat(250), 1, 1), 17),
        (topic(&"x".repeat(249), 1, 1), 0),
        (topic("__consumer_offsets", 1, 1), 0),
        (topic("__cluster_metadata", 1, 1), 42),
        (both, 42),
        (assigned(&[(0, &[1]), (1, &[1])]), 0),
        (assigned(&[(0, &[9])]), 39),
        (assigned(&[(0, &[1]), (2, &[1])]), 39),
        (assigned(&[(0, &[1]), (0, &[1])]), 39),
        (assigned(&[(0, &[1, 1])]), 39),
        (assigned(&[(0, &[])]), 39),
        (configured("no.such.key", Some("1")), 40),
        (configured("retention.ms", Some("abc")), 40),
        (configured("retention.ms", None), 40),
        (configured("min.insync.replicas", Some("3")), 0),
    ];
    for (topic, expected) in cases {
        let shown = format!("{topic:?}");
        assert_eq!(code(topic), expected, "{shown}");
    }
}

#[test]
fn a_topic_named_twice_is_refused_and_the_others_are_made() {
    let mut world = World::with_brokers(1);
    let answers = create(
        &mut world,
        vec![topic("a", 1, 1), topic("a", 1, 1), topic("b", 1, 1)],
    );
    assert_eq!(answers, [("b".to_owned(), 0), ("a".to_owned(), 42)]);
    assert_eq!(world.controller.image().topics.len(), 1);
}

#[test]
fn validation_alone_makes_nothing() {
    let mut world = World::with_brokers(1);
    let request = CreateTopicsRequest {
        topics: vec![topic("a", 2, 1)],
        validate_only: true,
        ..CreateTopicsRequest::default()
    };
    let seed = world.seed();
    let outcome = world.controller.create_topics(&request, seed);
    assert!(outcome.records.is_empty());
    let result = &outcome.response.topics[0];
    assert_eq!(
        (
            result.error_code,
            result.num_partitions,
            result.replication_factor
        ),
        (0, 2, 1)
    );
}

#[test]
fn a_new_partition_is_led_by_its_first_live_replica_in_that_brokers_directory() {
    let mut world = World::with_brokers(3);
    world.fence(2);
    create(&mut world, vec![assigned(&[(0, &[2, 3, 1])])]);
    let partition = world.partition("t", 0);
    assert_eq!(partition.leader, BrokerId::new(3));
    assert_eq!(partition.isr, crate::small_world::ids(&[3, 1]));
    assert_eq!(partition.directories, [directory(2), directory(3), directory(1)]);
}

#[test]
fn three_replicas_with_two_brokers_fenced_are_accepted() {
    let mut world = World::with_brokers(3);
    world.fence(2);
    world.fence(3);
    world.create("t", 1, 3);
    assert_eq!(world.partition("t", 0).isr.len(), 1);
}

fn widen(world: &mut World, count: i32, assigned: Option<&[&[i32]]>) -> i16 {
    let assignments = assigned.map(|assigned| {
        let assignment = |brokers: &&[i32]| CreatePartitionsAssignment {
            broker_ids: brokers.to_vec(),
            ..CreatePartitionsAssignment::default()
        };
        assigned.iter().map(assignment).collect()
    });
    let request = CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic {
            name: "t".into(),
            count,
            assignments,
            ..CreatePartitionsTopic::default()
        }],
        ..CreatePartitionsRequest::default()
    };
    let seed = world.seed();
    let outcome = world.controller.create_partitions(&request, seed);
    world.commit(outcome).results[0].error_code
}

#[test]
fn codes_of_create_partitions_are_kafkas() {
    let mut world = World::with_brokers(1);
    assert_eq!(widen(&mut world, 3, None), 3);
    world.create("t", 3, 1);
    assert_eq!(widen(&mut world, 3, None), 37);
    assert_eq!(widen(&mut world, 1, None), 37);
    assert_eq!(widen(&mut world, -5, None), 37);
    assert_eq!(widen(&mut world, 5, Some(&[&[1]])), 39);
    assert_eq!(widen(&mut world, 4, Some(&[&[7]])), 39);
    assert_eq!(widen(&mut world, 20_000, None), 44);
    assert_eq!(widen(&mut world, 5, None), 0);
    assert_eq!(widen(&mut world, 6, Some(&[&[1]])), 0);
    assert_eq!(world.controller.image().topics.partition_count(), 6);
}

fn delete(world: &mut World, topics: Vec<(Option<&str>, Uuid)>) -> Vec<i16> {
    let topics = topics.into_iter().map(|(name, topic_id)| DeleteTopicState {
        name: name.map(Into::into),
        topic_id,
        ..DeleteTopicState::default()
    });
    let request = DeleteTopicsRequest {
        topics: topics.collect(),
        ..DeleteTopicsRequest::default()
    };
    let outcome = world.controller.delete_topics(&request, 6);
    world
        .commit(outcome)
        .responses
        .iter()
        .map(|result| result.error_code)
        .collect()
}

#[test]
fn codes_of_delete_topics_are_kafkas() {
    let mut world = World::with_brokers(1);
    world.create("a", 1, 1);
    world.create("b", 1, 1);
    let other = Uuid::from_bytes([5; 16]);
    assert_eq!(delete(&mut world, vec![(Some("nope"), Uuid::ZERO)]), [3]);
    assert_eq!(delete(&mut world, vec![(None, other)]), [100]);
    assert_eq!(delete(&mut world, vec![(Some("a"), other)]), [42]);
    assert_eq!(delete(&mut world, vec![(None, Uuid::ZERO)]), [42]);
    assert_eq!(
        delete(&mut world, vec![(Some("a"), Uuid::ZERO), (Some("a"), Uuid::ZERO)]),
        [42]
    );
    assert_eq!(delete(&mut world, vec![(Some("a"), Uuid::ZERO)]), [0]);
    let id = world.controller.image().topics.id_of("b").unwrap().uuid();
    assert_eq!(
        delete(&mut world, vec![(Some("b"), Uuid::ZERO), (None, id)]),
        [0, 42]
    );
    assert!(world.controller.image().topics.is_empty());
}
