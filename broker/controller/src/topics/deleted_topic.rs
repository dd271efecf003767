//! What stays known of a deleted topic: that its objects in the remote tier are to go (ADR 15).
//!
//! Written with the deletion itself, in one batch, because nobody could tell later: that the metadata do not have a topic
//! is no proof that it was deleted. Taken back by the broker that found the topic's folder in the bucket empty. Invariant:
//! a client can neither say nor unsay by a configuration that a topic is there; all that it can take back is the mark.

use broker_metadata::{
    ConfigResourceType, DELETED_TOPIC_NAME, DeletedTopic, MetadataRecord, is_internal_topic,
    is_marked_deleted, mark_removal, marked_topic,
};
use broker_model::TopicId;
use broker_protocol::incremental_alter_configs_request::AlterConfigsResource;

use crate::config_rules::RemoteTier;
use crate::configs::OpType;
use crate::{ApiError, QuorumController};

impl QuorumController {
    /// The record that stays, if the topic may have been tiered.
    pub(super) fn mark_of_deletion(&self, topic: &DeletedTopic) -> Option<MetadataRecord> {
        let may_be_tiered = self.rules.remote_tier(self.image()) == RemoteTier::Enabled;
        (may_be_tiered && !is_internal_topic(&topic.name)).then(|| topic.mark())
    }

    /// The deleted topic that a request says nothing is left of.
    pub(crate) fn deleted_topic_of(request: &AlterConfigsResource) -> Option<TopicId> {
        let kind = ConfigResourceType::from_code(request.resource_type)?;
        let takes_back = matches!(&*request.configs, [config]
            if config.name.as_str() == DELETED_TOPIC_NAME && config.config_operation == OpType::Delete as i8);
        marked_topic(kind, &request.resource_name).filter(|_| takes_back)
    }

    /// Forgets a deleted topic; one that is forgotten already is no error.
    pub(crate) fn forget_deleted_topic(&self, id: TopicId) -> Vec<MetadataRecord> {
        let is_marked = is_marked_deleted(self.image(), id);
        is_marked.then(|| mark_removal(id)).into_iter().collect()
    }

    /// Refuses to make a topic under the id of one whose objects are to go.
    pub(super) fn check_not_deleted(&self, id: TopicId) -> Result<(), ApiError> {
        match is_marked_deleted(self.image(), id) {
            false => Ok(()),
            true => Err(ApiError::invalid_request(
                "A topic of that id was deleted, and its objects are to go; plan the restore anew.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_metadata::deleted_topics;
    use broker_protocol::ErrorCode;
    use broker_protocol::delete_topics_request::DeleteTopicState;
    use broker_protocol::incremental_alter_configs_request::AlterableConfig;
    use broker_protocol::messages::{DeleteTopicsRequest, IncrementalAlterConfigsRequest};

    use super::*;
    use crate::small_world::World;

    fn delete(world: &mut World, name: &str) -> TopicId {
        let id = world.controller.image().topics.id_of(name).unwrap();
        let request = DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some(name.into()),
                ..DeleteTopicState::default()
            }],
            ..DeleteTopicsRequest::default()
        };
        let outcome = world.controller.delete_topics(&request, 6);
        assert_eq!(world.commit(outcome).responses[0].error_code, 0);
        id
    }

    fn told(world: &World) -> Vec<(TopicId, String)> {
        let told = deleted_topics(world.controller.image());
        told.into_iter().map(|topic| (topic.id, topic.name)).collect()
    }

    /// Answers the code of a request about a resource, as the broker that swept sends it or otherwise.
    fn alter(world: &mut World, resource: &str, operation: OpType) -> ErrorCode {
        alter_all(world, resource, &[("name", operation)])
    }

    fn alter_all(world: &mut World, resource: &str, operations: &[(&str, OpType)]) -> ErrorCode {
        let config = |(name, operation): &(&str, OpType)| AlterableConfig {
            name: (*name).into(),
            config_operation: *operation as i8,
            value: Some("x".into()),
            ..AlterableConfig::default()
        };
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: ConfigResourceType::Topic.code(),
                resource_name: resource.into(),
                configs: operations.iter().map(config).collect(),
                ..AlterConfigsResource::default()
            }],
            ..IncrementalAlterConfigsRequest::default()
        };
        let outcome = world.controller.incremental_alter_configs(&request);
        let answer = world.commit(outcome);
        ErrorCode::from_i16(answer.responses[0].error_code).unwrap()
    }

    #[test]
    fn a_deleted_topic_is_remembered_until_nothing_is_left_of_it() {
        let mut world = World::with_remote_tier(2);
        world.create("orders", 1, 2);
        let id = delete(&mut world, "orders");
        assert_eq!(told(&world), [(id, "orders".to_owned())]);
        world.fail_over();
        assert_eq!(told(&world), [(id, "orders".to_owned())]);
        let resource = format!("eddyline/deleted/{}", id.uuid());
        for _again in 0..2 {
            assert_eq!(alter(&mut world, &resource, OpType::Delete), ErrorCode::None);
            assert_eq!(told(&world), []);
        }
        assert_eq!(world.controller.image().configs.iter().count(), 0);
    }

    #[test]
    fn a_topic_that_is_made_anew_under_the_name_is_another() {
        let mut world = World::with_remote_tier(2);
        world.create("orders", 1, 2);
        let first = delete(&mut world, "orders");
        world.create("orders", 1, 2);
        let second = world.controller.image().topics.id_of("orders").unwrap();
        assert_ne!(first, second);
        assert_eq!(told(&world), [(first, "orders".to_owned())]);
    }

    #[test]
    fn nothing_is_remembered_where_nothing_is_tiered() {
        let mut world = World::with_brokers(2);
        world.create("orders", 1, 2);
        delete(&mut world, "orders");
        assert_eq!(told(&world), []);
        let mut world = World::with_remote_tier(2);
        world.create("__consumer_offsets", 1, 2);
        delete(&mut world, "__consumer_offsets");
        assert_eq!(told(&world), [], "internal topics are never tiered");
    }

    #[test]
    fn a_mark_cannot_be_made_by_a_client_and_one_is_taken_back_by_its_own_name_only() {
        let mut world = World::with_remote_tier(2);
        world.create("orders", 1, 2);
        let living = world.controller.image().topics.id_of("orders").unwrap();
        let resource = format!("eddyline/deleted/{}", living.uuid());
        for operation in [OpType::Set, OpType::Append, OpType::Subtract] {
            let refused = alter(&mut world, &resource, operation);
            assert_eq!(refused, ErrorCode::InvalidTopicException, "{operation:?}");
        }
        let deleted = delete(&mut world, "orders");
        for other in ["eddyline/deleted/x", "eddyline/deleted", "orders"] {
            assert_ne!(alter(&mut world, other, OpType::Delete), ErrorCode::None);
        }
        let resource = format!("eddyline/deleted/{}", deleted.uuid());
        let (name, other) = (("name", OpType::Delete), ("retention.ms", OpType::Delete));
        for nothing_of_it in [&[][..], &[other], &[name, other]] {
            assert_ne!(alter_all(&mut world, &resource, nothing_of_it), ErrorCode::None);
        }
        assert_eq!(told(&world), [(deleted, "orders".to_owned())]);
    }
}
