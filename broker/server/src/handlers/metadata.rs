//! Metadata (3): brokers, topics and who leads each partition, as the image has them.
//!
//! A topic that does not exist is answered as unknown in every version, also when this request causes it to be made:
//! the client asks again. From version 12 on topics can be asked for by id (KIP-516); as in Kafka, once one id is
//! given, names are not looked at. Brokers are told by the endpoint of the listener that the client came through.

use std::collections::HashSet;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_metadata::{
    BrokerRegistration, MetadataImage, PartitionRegistration, TopicImage, is_internal_topic,
    is_legal_topic_name,
};
use broker_model::{BrokerId, PartitionIndex, TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{MetadataRequest, MetadataResponse};
use broker_protocol::metadata_request::MetadataRequestTopic;
use broker_protocol::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};

use super::authorized_operations;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version that may ask by id.
const FIRST_BY_ID: i16 = 12;
/// First version that knows how to say that a leader has no endpoint on the client's listener.
const FIRST_WITH_LISTENER_NOT_FOUND: i16 = 6;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: MetadataRequest,
) -> HandlerResult<MetadataResponse> {
    if let Some(error) = refusal(&request, context.api_version) {
        return Ok(Answer::Respond(refuse(request, error)));
    }
    let image = broker.image.load();
    let view = View {
        broker,
        context,
        image: &image,
        request: &request,
    };
    Ok(Answer::Respond(view.answer()))
}

/// Requests that Kafka refuses whole.
fn refusal(request: &MetadataRequest, version: i16) -> Option<ErrorCode> {
    let topics = request.topics.as_deref().unwrap_or_default();
    if version < FIRST_BY_ID {
        let odd = |topic: &MetadataRequestTopic| topic.name.is_none() || topic.topic_id != Uuid::ZERO;
        return topics.iter().any(odd).then_some(ErrorCode::InvalidRequest);
    }
    // Kafka fails at the missing name, with an error of no code of its own.
    let nameless = |topic: &MetadataRequestTopic| topic.name.is_none() && topic.topic_id == Uuid::ZERO;
    topics
        .iter()
        .any(nameless)
        .then_some(ErrorCode::UnknownServerError)
}

fn refuse(request: MetadataRequest, error: ErrorCode) -> MetadataResponse {
    let topics = request.topics.unwrap_or_default().into_iter();
    MetadataResponse {
        controller_id: BrokerId::NONE.value(),
        topics: topics
            .map(|topic| MetadataResponseTopic {
                name: Some(topic.name.unwrap_or_default()),
                topic_id: topic.topic_id,
                error_code: error.code(),
                ..MetadataResponseTopic::default()
            })
            .collect(),
        ..MetadataResponse::default()
    }
}

struct View<'a> {
    broker: &'a Broker,
    context: &'a RequestContext,
    image: &'a MetadataImage,
    request: &'a MetadataRequest,
}

impl View<'_> {
    fn answer(&self) -> MetadataResponse {
        let active = |registration: &&Arc<BrokerRegistration>| !registration.fenced;
        let brokers = self.image.cluster.brokers.values().filter(active);
        MetadataResponse {
            brokers: brokers
                .filter_map(|registration| self.describe_broker(registration))
                .collect(),
            cluster_id: Some(self.broker.cluster_id.as_str().into()),
            controller_id: self.broker.node_id.value(),
            topics: self.topics(),
            cluster_authorized_operations: if self.request.include_cluster_authorized_operations {
                authorized_operations::CLUSTER
            } else {
                authorized_operations::NOT_ASKED
            },
            ..MetadataResponse::default()
        }
    }

    fn describe_broker(&self, registration: &BrokerRegistration) -> Option<MetadataResponseBroker> {
        let endpoint = registration.listener(self.context.listener().as_str())?;
        Some(MetadataResponseBroker {
            node_id: registration.id.value(),
            host: endpoint.host.as_ref().into(),
            port: endpoint.port.into(),
            rack: registration.rack.as_deref().map(StringBytes::from),
            ..MetadataResponseBroker::default()
        })
    }

    fn topics(&self) -> Vec<MetadataResponseTopic> {
        let everything = || {
            self.image
                .topics
                .iter()
                .map(|topic| self.describe_topic(topic))
                .collect()
        };
        let Some(wanted) = &self.request.topics else {
            return everything();
        };
        if wanted.is_empty() && self.context.api_version == 0 {
            return everything();
        }
        let mut seen = HashSet::with_capacity(wanted.len());
        if wanted.iter().any(|topic| topic.topic_id != Uuid::ZERO) {
            let ids = wanted.iter().map(|topic| TopicId::new(topic.topic_id));
            let distinct = ids.filter(|id| !id.is_zero() && seen.insert(*id));
            return distinct.map(|id| self.by_id(id)).collect();
        }
        let mut seen = HashSet::with_capacity(wanted.len());
        let names = wanted.iter().filter_map(|topic| topic.name.as_ref());
        names
            .filter(|name| seen.insert(name.as_str()))
            .map(|name| self.by_name(name))
            .collect()
    }

    fn by_id(&self, id: TopicId) -> MetadataResponseTopic {
        match self.image.topics.by_id(id) {
            Some(topic) => self.describe_topic(topic),
            None => MetadataResponseTopic {
                error_code: ErrorCode::UnknownTopicId.code(),
                name: None,
                topic_id: id.uuid(),
                ..MetadataResponseTopic::default()
            },
        }
    }

    fn by_name(&self, name: &StringBytes) -> MetadataResponseTopic {
        if let Some(topic) = self.image.topics.by_name(name) {
            return self.describe_topic(topic);
        }
        let error = if is_legal_topic_name(name) {
            self.create_in_background(name);
            ErrorCode::UnknownTopicOrPartition
        } else {
            ErrorCode::InvalidTopicException
        };
        MetadataResponseTopic {
            error_code: error.code(),
            name: Some(name.clone()),
            is_internal: is_internal_topic(name),
            ..MetadataResponseTopic::default()
        }
    }

    fn create_in_background(&self, name: &str) {
        if let Some(creation) = &self.broker.auto_topic_creation
            && self.request.allow_auto_topic_creation
        {
            creation.create_in_background(name);
        }
    }

    fn describe_topic(&self, topic: &TopicImage) -> MetadataResponseTopic {
        let partitions = topic.indexed_partitions();
        MetadataResponseTopic {
            error_code: ErrorCode::None.code(),
            name: Some(topic.name.as_ref().into()),
            topic_id: topic.id.uuid(),
            is_internal: is_internal_topic(&topic.name),
            partitions: partitions
                .map(|(index, partition)| self.describe_partition(index, partition))
                .collect(),
            topic_authorized_operations: if self.request.include_topic_authorized_operations {
                authorized_operations::TOPIC
            } else {
                authorized_operations::NOT_ASKED
            },
            ..MetadataResponseTopic::default()
        }
    }

    fn describe_partition(
        &self,
        index: PartitionIndex,
        partition: &PartitionRegistration,
    ) -> MetadataResponsePartition {
        let numbers = |ids: &[BrokerId]| ids.iter().map(|id| id.value()).collect();
        let offline = |id: &&BrokerId| !self.is_reachable(**id);
        let error = if self.is_reachable(partition.leader) {
            ErrorCode::None
        } else if self.image.cluster.is_active(partition.leader)
            && self.context.api_version >= FIRST_WITH_LISTENER_NOT_FOUND
        {
            ErrorCode::ListenerNotFound
        } else {
            ErrorCode::LeaderNotAvailable
        };
        let leader = if error == ErrorCode::None {
            partition.leader
        } else {
            BrokerId::NONE
        };
        MetadataResponsePartition {
            error_code: error.code(),
            partition_index: index.value(),
            leader_id: leader.value(),
            leader_epoch: partition.leader_epoch.value(),
            replica_nodes: numbers(&partition.replicas),
            isr_nodes: numbers(&partition.isr),
            offline_replicas: partition
                .replicas
                .iter()
                .filter(offline)
                .map(|id| id.value())
                .collect(),
            ..MetadataResponsePartition::default()
        }
    }

    /// Whether the client can connect to the broker.
    fn is_reachable(&self, id: BrokerId) -> bool {
        let registration = self
            .image
            .cluster
            .broker(id)
            .filter(|registration| !registration.fenced);
        registration
            .is_some_and(|registration| registration.listener(self.context.listener().as_str()).is_some())
    }
}
