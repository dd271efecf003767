//! A topic that comes back from another cluster's bucket (ADR 23): made as any other, but for its id and where it begins.
//!
//! The id is chosen before, by who plans the restore, so that a plan that is carried out twice makes one topic. Invariant:
//! where its logs begin is in the same batch as the topic, and before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::{ConfigResource, PartitionBegin, PartitionRegistration, TopicBegin};
use broker_model::LeaderEpoch;
use broker_protocol::ErrorCode;

use super::create_topics::topic_records;
use super::topic_name::{Collisions, check_name};
use super::{PARTITIONS_PER_REQUEST_MAX, too_many_partitions};
use crate::{ApiError, Outcome, QuorumController, Seed};

/// The topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredTopic {
    /// Its name here.
    pub name: String,
    /// Replicas of each partition.
    pub replication_factor: usize,
    /// Its configuration.
    pub configs: BTreeMap<Arc<str>, Arc<str>>,
    /// Its id, and where it begins.
    pub begin: TopicBegin,
}

impl QuorumController {
    /// Makes the topic.
    ///
    /// # Errors
    /// It cannot be made; nothing is changed.
    pub fn create_restored_topic(&self, topic: &RestoredTopic, seed: Seed) -> Result<Outcome<()>, ApiError> {
        let name = topic.name.as_str();
        check_name(name)?;
        Collisions::new(&self.image().topics, std::iter::once(name)).check(name)?;
        let topics = &self.image().topics;
        if topics.by_name(name).is_some() || topics.by_id(topic.begin.topic_id).is_some() {
            let message = format!("Topic '{name}' already exists.");
            return Err(ApiError::new(ErrorCode::TopicAlreadyExists, message));
        }
        self.check_not_deleted(topic.begin.topic_id)?;
        let count = topic.begin.partitions.len();
        if count > PARTITIONS_PER_REQUEST_MAX {
            return Err(too_many_partitions());
        }
        if count == 0 || !topic.begin.partitions.iter().all(PartitionBegin::is_sound) {
            let message = "The partitions of the restored topic do not begin anywhere.";
            return Err(ApiError::invalid_request(message));
        }
        self.rules
            .validate(self.image(), &ConfigResource::topic(name), &topic.configs)?;
        let led_from = LeaderEpoch::new(topic.begin.leader_epoch.value().saturating_add(1));
        let placed = self.place(count, topic.replication_factor, seed)?;
        let partitions: Vec<_> = placed
            .into_iter()
            .map(|partition| PartitionRegistration {
                leader_epoch: led_from,
                ..partition
            })
            .collect();
        let id = topic.begin.topic_id.uuid();
        let mut records = topic.begin.records();
        records.extend(topic_records(name, id, &topic.configs, &partitions));
        Ok(Outcome::new(records, ()))
    }
}

#[cfg(test)]
mod tests {
    use broker_metadata::{DeletedTopic, TopicSource, begun_partition, mark_removal};
    use broker_model::{ClusterId, Offset, PartitionIndex, TopicId, Uuid};
    use broker_protocol::delete_topics_request::DeleteTopicState;
    use broker_protocol::messages::DeleteTopicsRequest;

    use super::*;
    use crate::small_world::World;

    const ID: TopicId = TopicId::new(Uuid::from_bytes([7; 16]));

    fn at(log_start: i64, remote_end: i64, resume: i64) -> PartitionBegin {
        PartitionBegin {
            log_start: Offset::new(log_start),
            remote_end: Offset::new(remote_end),
            resume: Offset::new(resume),
        }
    }

    fn restored(name: &str) -> RestoredTopic {
        let kept = ("retention.ms".into(), "-1".into());
        RestoredTopic {
            name: name.to_owned(),
            replication_factor: 2,
            configs: BTreeMap::from([kept]),
            begin: TopicBegin {
                topic_id: ID,
                source: TopicSource {
                    location: "s3://old/prefix".to_owned(),
                    cluster_id: ClusterId::new("old"),
                    topic_id: TopicId::new(Uuid::from_bytes([8; 16])),
                },
                leader_epoch: LeaderEpoch::new(1_005),
                partitions: vec![at(0, 700, 1_000_700), at(0, 0, 1_000_000)],
            },
        }
    }

    fn make(world: &mut World, topic: &RestoredTopic) -> Result<(), ErrorCode> {
        let seed = world.seed();
        let outcome = world.controller.create_restored_topic(topic, seed);
        world.commit(outcome.map_err(|error| error.code)?);
        Ok(())
    }

    #[test]
    fn a_restored_topic_begins_where_it_ended_and_is_led_in_a_later_epoch() {
        let mut world = World::with_brokers(2);
        make(&mut world, &restored("events")).unwrap();
        let image = world.controller.image();
        assert_eq!(image.topics.id_of("events"), Some(ID));
        let begun = begun_partition(image, ID, PartitionIndex::new(0))
            .unwrap()
            .unwrap();
        assert_eq!(begun.begin, at(0, 700, 1_000_700));
        let partition = world.partition("events", 1);
        assert!(partition.leader_epoch > begun.leader_epoch);
        assert_eq!((partition.replicas.len(), partition.isr.len()), (2, 2));
        let kept = image.configs.of_topic("events").unwrap();
        assert_eq!(kept.get("retention.ms").map(|value| &**value), Some("-1"));
    }

    #[test]
    fn a_plan_that_is_carried_out_twice_makes_one_topic() {
        let mut world = World::with_brokers(2);
        world.create("there", 1, 1);
        let exists = Err(ErrorCode::TopicAlreadyExists);
        assert_eq!(make(&mut world, &restored("there")), exists);
        make(&mut world, &restored("events")).unwrap();
        assert_eq!(make(&mut world, &restored("events")), exists);
        assert_eq!(make(&mut world, &restored("renamed")), exists, "the id is taken");
    }

    #[test]
    fn a_topic_that_cannot_be_made_is_refused() {
        let mut world = World::with_brokers(2);
        let refused = |world: &mut World, change: fn(&mut RestoredTopic)| {
            let mut topic = restored("events");
            change(&mut topic);
            make(world, &topic).unwrap_err()
        };
        let invalid = ErrorCode::InvalidRequest;
        assert_eq!(
            refused(&mut world, |topic| topic.begin.partitions.clear()),
            invalid
        );
        let backwards = refused(&mut world, |topic| topic.begin.partitions[1] = at(5, 4, 9));
        assert_eq!(backwards, invalid);
        let few = refused(&mut world, |topic| topic.replication_factor = 3);
        assert_eq!(few, ErrorCode::InvalidReplicationFactor);
        let name = refused(&mut world, |topic| topic.name = "eddyline/begin".to_owned());
        assert_eq!(name, ErrorCode::InvalidTopicException);
        assert_eq!(world.controller.image().configs.iter().count(), 0);
    }

    #[test]
    fn where_a_topic_begins_is_forgotten_when_it_is_deleted() {
        let mut world = World::with_brokers(2);
        make(&mut world, &restored("events")).unwrap();
        let request = DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some("events".into()),
                ..DeleteTopicState::default()
            }],
            ..DeleteTopicsRequest::default()
        };
        let outcome = world.controller.delete_topics(&request, 6);
        world.commit(outcome);
        assert_eq!(world.controller.image().configs.iter().count(), 0);
        make(&mut world, &restored("events")).unwrap();
    }

    #[test]
    fn a_topic_is_not_made_under_the_id_of_one_whose_objects_are_to_go() {
        let mut world = World::with_remote_tier(2);
        let deleted = DeletedTopic {
            id: ID,
            name: "events".to_owned(),
        };
        world.replay(vec![deleted.mark()]);
        assert_eq!(
            make(&mut world, &restored("events")),
            Err(ErrorCode::InvalidRequest)
        );
        world.replay(vec![mark_removal(ID)]);
        make(&mut world, &restored("events")).unwrap();
    }
}
