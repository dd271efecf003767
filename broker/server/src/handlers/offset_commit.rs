//! OffsetCommit (8): keeps how far a group has come (KIP-211, KIP-345; topics by id since version 10).
//!
//! Decides here which partitions exist; the rest is the coordinator's.

use std::collections::HashMap;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_coordinator::{coordinator_error, refuse_commit};
use broker_metadata::{MetadataImage, TopicImage};
use broker_model::{PartitionIndex, TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version that names topics by id.
const FIRST_BY_ID: i16 = 10;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    mut request: OffsetCommitRequest,
) -> HandlerResult<OffsetCommitResponse> {
    let version = context.api_version;
    let refused = refuse_unknown(&broker.image.load(), version, &mut request.topics);
    if request.topics.is_empty() {
        return Ok(Answer::Respond(OffsetCommitResponse {
            topics: refused,
            ..OffsetCommitResponse::default()
        }));
    }
    let committed = broker.groups.decide(&request.group_id, |coordinator, now| {
        coordinator.offset_commit(now, version, &request)
    });
    let committed = committed
        .await
        .unwrap_or_else(|error| refuse_commit(&request, coordinator_error(error)));
    Ok(Answer::Respond(OffsetCommitResponse {
        topics: merge(refused, committed.topics),
        ..OffsetCommitResponse::default()
    }))
}

/// One entry for each topic: partitions that do not exist, then the others, as Kafka puts them.
fn merge(
    mut refused: Vec<OffsetCommitResponseTopic>,
    committed: Vec<OffsetCommitResponseTopic>,
) -> Vec<OffsetCommitResponseTopic> {
    if refused.is_empty() {
        return committed;
    }
    let places = refused.iter().enumerate();
    let places: HashMap<(StringBytes, Uuid), usize> = places
        .map(|(place, topic)| ((topic.name.clone(), topic.topic_id), place))
        .collect();
    for topic in committed {
        match places.get(&(topic.name.clone(), topic.topic_id)) {
            Some(place) => refused[*place].partitions.extend(topic.partitions),
            None => refused.push(topic),
        }
    }
    refused
}

/// Takes partitions that do not exist out of the request and answers them; the other topics get name and id.
fn refuse_unknown(
    image: &MetadataImage,
    version: i16,
    topics: &mut Vec<OffsetCommitRequestTopic>,
) -> Vec<OffsetCommitResponseTopic> {
    let mut refused = Vec::new();
    topics.retain_mut(|topic| {
        let found = match version >= FIRST_BY_ID {
            true => image.topics.by_id(TopicId::new(topic.topic_id)),
            false => image.topics.by_name(&topic.name),
        };
        let error = match found {
            None if version >= FIRST_BY_ID => ErrorCode::UnknownTopicId,
            _ => ErrorCode::UnknownTopicOrPartition,
        };
        if let Some(found) = found {
            topic.name = found.name.as_ref().into();
            topic.topic_id = found.id.uuid();
        }
        let unknown = |partition: &OffsetCommitRequestPartition| !has(found, partition.partition_index);
        if topic.partitions.iter().any(unknown) {
            refused.push(OffsetCommitResponseTopic {
                name: topic.name.clone(),
                topic_id: topic.topic_id,
                partitions: topic
                    .partitions
                    .iter()
                    .filter(|partition| unknown(partition))
                    .map(|partition| answered(partition.partition_index, error))
                    .collect(),
                ..OffsetCommitResponseTopic::default()
            });
            topic.partitions.retain(|partition| !unknown(partition));
        }
        !topic.partitions.is_empty()
    });
    refused
}

fn has(topic: Option<&Arc<TopicImage>>, index: i32) -> bool {
    topic.is_some_and(|topic| topic.partition(PartitionIndex::new(index)).is_some())
}

fn answered(index: i32, error: ErrorCode) -> OffsetCommitResponsePartition {
    OffsetCommitResponsePartition {
        partition_index: index,
        error_code: error.code(),
        ..OffsetCommitResponsePartition::default()
    }
}
