//! DescribeTopicPartitions (75): topics in pages of partitions, for clusters with very many (KIP-966).
//!
//! Topics are told in the order of their names, from the cursor on, until the limit of partitions is reached; the
//! next cursor says where the following page begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_metadata::{
    MetadataImage, PartitionRegistration, TopicImage, is_internal_topic, is_legal_topic_name,
};
use broker_model::{BrokerId, PartitionIndex};
use broker_protocol::ErrorCode;
use broker_protocol::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use broker_protocol::messages::{DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse};

use super::authorized_operations;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DescribeTopicPartitionsRequest,
) -> HandlerResult<DescribeTopicPartitionsResponse> {
    let cursor = request.cursor.as_ref();
    if cursor.is_some_and(|cursor| cursor.partition_index < 0) {
        return Ok(Answer::Respond(refuse(&request)));
    }
    let image = broker.image.load();
    let from = cursor.map(|cursor| (cursor.topic_name.clone(), cursor.partition_index));
    let limit = usize::try_from(request.response_partition_limit).unwrap_or_default();
    let page = Page {
        image: &image,
        listener: context.listener().as_str(),
        limit: limit.clamp(1, broker.limits.described_partitions.max(1)),
        from,
    };
    Ok(Answer::Respond(page.answer(&request)))
}

fn refuse(request: &DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let topics = request
        .topics
        .iter()
        .map(|topic| DescribeTopicPartitionsResponseTopic {
            error_code: ErrorCode::InvalidRequest.code(),
            name: Some(topic.name.clone()),
            topic_authorized_operations: authorized_operations::NOT_ASKED,
            ..DescribeTopicPartitionsResponseTopic::default()
        });
    DescribeTopicPartitionsResponse {
        topics: topics.collect(),
        ..DescribeTopicPartitionsResponse::default()
    }
}

struct Page<'a> {
    image: &'a MetadataImage,
    listener: &'a str,
    limit: usize,
    from: Option<(StringBytes, i32)>,
}

impl Page<'_> {
    fn answer(&self, request: &DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
        let mut response = DescribeTopicPartitionsResponse::default();
        let mut left = self.limit;
        for name in self.names(request) {
            let Some(topic) = self.image.topics.by_name(&name) else {
                response.topics.push(unknown(&name));
                continue;
            };
            let first = match &self.from {
                Some((at, index)) if *at == name => *index,
                _ => 0,
            };
            if left == 0 {
                response.next_cursor = Some(cursor(&name, first));
                break;
            }
            let partitions = self.partitions(topic, first, left);
            left -= partitions.len();
            let next = partitions.last().map_or(first, |last| last.partition_index + 1);
            response.topics.push(describe(topic, partitions));
            if topic.indexed_partitions().any(|(index, _)| index.value() >= next) {
                response.next_cursor = Some(cursor(&name, next));
                break;
            }
        }
        response
    }

    /// The names in order, from the cursor's on; all topics if none is named.
    fn names(&self, request: &DescribeTopicPartitionsRequest) -> BTreeSet<StringBytes> {
        let all: BTreeSet<StringBytes> = match request.topics.as_slice() {
            [] => self
                .image
                .topics
                .iter()
                .map(|topic| topic.name.as_ref().into())
                .collect(),
            named => named.iter().map(|topic| topic.name.clone()).collect(),
        };
        match &self.from {
            Some((first, _)) => all.into_iter().filter(|name| name >= first).collect(),
            None => all,
        }
    }

    fn partitions(
        &self,
        topic: &TopicImage,
        first: i32,
        most: usize,
    ) -> Vec<DescribeTopicPartitionsResponsePartition> {
        let after = topic
            .indexed_partitions()
            .filter(|(index, _)| index.value() >= first);
        after
            .take(most)
            .map(|(index, partition)| self.partition(index, partition))
            .collect()
    }

    fn partition(
        &self,
        index: PartitionIndex,
        partition: &PartitionRegistration,
    ) -> DescribeTopicPartitionsResponsePartition {
        let numbers = |ids: &[BrokerId]| ids.iter().map(|id| id.value()).collect::<Vec<_>>();
        let (error, leader) = match self.is_reachable(partition.leader) {
            true => (ErrorCode::None, partition.leader),
            false if self.image.cluster.is_active(partition.leader) => {
                (ErrorCode::ListenerNotFound, BrokerId::NONE)
            }
            false => (ErrorCode::LeaderNotAvailable, BrokerId::NONE),
        };
        let replicas = partition.replicas.iter();
        DescribeTopicPartitionsResponsePartition {
            error_code: error.code(),
            partition_index: index.value(),
            leader_id: leader.value(),
            leader_epoch: partition.leader_epoch.value(),
            replica_nodes: numbers(&partition.replicas),
            isr_nodes: numbers(&partition.isr),
            eligible_leader_replicas: Some(numbers(&partition.elr)),
            last_known_elr: Some(numbers(&partition.last_known_elr)),
            offline_replicas: replicas
                .filter(|id| !self.is_reachable(**id))
                .map(|id| id.value())
                .collect(),
            ..DescribeTopicPartitionsResponsePartition::default()
        }
    }

    /// Whether the client can connect to the broker.
    fn is_reachable(&self, id: BrokerId) -> bool {
        let registration = self
            .image
            .cluster
            .broker(id)
            .filter(|registration| !registration.fenced);
        registration.is_some_and(|registration| registration.listener(self.listener).is_some())
    }
}

fn cursor(topic: &StringBytes, partition_index: i32) -> Cursor {
    Cursor {
        topic_name: topic.clone(),
        partition_index,
        ..Cursor::default()
    }
}

fn describe(
    topic: &TopicImage,
    partitions: Vec<DescribeTopicPartitionsResponsePartition>,
) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic {
        name: Some(topic.name.as_ref().into()),
        topic_id: topic.id.uuid(),
        is_internal: is_internal_topic(&topic.name),
        partitions,
        topic_authorized_operations: authorized_operations::TOPIC,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

fn unknown(name: &StringBytes) -> DescribeTopicPartitionsResponseTopic {
    let error = match is_legal_topic_name(name) {
        true => ErrorCode::UnknownTopicOrPartition,
        false => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: error.code(),
        name: Some(name.clone()),
        is_internal: is_internal_topic(name),
        topic_authorized_operations: authorized_operations::TOPIC,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}
