//! OffsetDelete (47): forgets offsets of a group (KIP-496).
//!
//! Decides here which partitions exist; the rest is the coordinator's.

use std::collections::HashMap;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_coordinator::refuse_delete;
use broker_metadata::MetadataImage;
use broker_model::PartitionIndex;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};
use broker_protocol::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use broker_protocol::offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    mut request: OffsetDeleteRequest,
) -> HandlerResult<OffsetDeleteResponse> {
    let refused = refuse_unknown(&broker.image.load(), &mut request.topics);
    let deleted = broker.groups.decide(&request.group_id, |coordinator, _now| {
        coordinator.offset_delete(&request)
    });
    let mut response = deleted.await.unwrap_or_else(refuse_delete);
    if response.error_code == ErrorCode::None.code() && !refused.is_empty() {
        response.topics = merge(refused, response.topics);
    }
    Ok(Answer::Respond(response))
}

/// One entry for each topic: partitions that do not exist, then the others, as Kafka puts them.
fn merge(
    mut refused: Vec<OffsetDeleteResponseTopic>,
    deleted: Vec<OffsetDeleteResponseTopic>,
) -> Vec<OffsetDeleteResponseTopic> {
    let places = refused.iter().enumerate();
    let places: HashMap<StringBytes, usize> =
        places.map(|(place, topic)| (topic.name.clone(), place)).collect();
    for topic in deleted {
        match places.get(&topic.name) {
            Some(place) => refused[*place].partitions.extend(topic.partitions),
            None => refused.push(topic),
        }
    }
    refused
}

/// Takes partitions that do not exist out of the request and answers them.
fn refuse_unknown(
    image: &MetadataImage,
    topics: &mut Vec<OffsetDeleteRequestTopic>,
) -> Vec<OffsetDeleteResponseTopic> {
    let mut refused = Vec::new();
    topics.retain_mut(|topic| {
        let found = image.topics.by_name(&topic.name);
        let exists = |partition: &OffsetDeleteRequestPartition| {
            let index = PartitionIndex::new(partition.partition_index);
            found.is_some_and(|found| found.partition(index).is_some())
        };
        let unknown = topic.partitions.iter().filter(|partition| !exists(partition));
        let unknown: Vec<_> = unknown
            .map(|partition| OffsetDeleteResponsePartition {
                partition_index: partition.partition_index,
                error_code: ErrorCode::UnknownTopicOrPartition.code(),
                ..OffsetDeleteResponsePartition::default()
            })
            .collect();
        if !unknown.is_empty() {
            refused.push(OffsetDeleteResponseTopic {
                name: topic.name.clone(),
                partitions: unknown,
                ..OffsetDeleteResponseTopic::default()
            });
        }
        topic.partitions.retain(exists);
        !topic.partitions.is_empty()
    });
    refused
}
