//! OffsetFetch (9): how far groups have come (KIP-709: several groups; topics by id since version 10).
//!
//! Up to version 7 a request names one group; it is asked as the only one of several. Version 1 has no place for an
//! error of the group, so every partition gets it.

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_coordinator::{OffsetStability, without_offset};
use broker_metadata::MetadataImage;
use broker_model::TopicId;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use broker_protocol::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version whose answer has an error of the group.
const FIRST_WITH_ERROR: i16 = 2;
/// First version that asks for several groups.
const FIRST_WITH_GROUPS: i16 = 8;
/// First version that names topics by id.
const FIRST_BY_ID: i16 = 10;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    mut request: OffsetFetchRequest,
) -> HandlerResult<OffsetFetchResponse> {
    let version = context.api_version;
    let stability = match request.require_stable {
        true => OffsetStability::Required,
        false => OffsetStability::NotRequired,
    };
    if version >= FIRST_WITH_GROUPS {
        let image = broker.image.load();
        let groups = request
            .groups
            .into_iter()
            .map(|group| match version >= FIRST_BY_ID {
                true => fetch_by_id(broker, &image, group, stability),
                false => fetch(broker, &group, stability),
            });
        return Ok(Answer::Respond(OffsetFetchResponse {
            groups: groups.collect(),
            ..OffsetFetchResponse::default()
        }));
    }
    let group = only_group(&mut request);
    let fetched = fetch(broker, &group, stability);
    let error = ErrorCode::from_i16(fetched.error_code).unwrap_or(ErrorCode::UnknownServerError);
    let topics = match error {
        ErrorCode::None => fetched.topics,
        error if version < FIRST_WITH_ERROR => refused_topics(&group, error),
        _ => Vec::new(),
    };
    Ok(Answer::Respond(OffsetFetchResponse {
        topics: topics.into_iter().map(in_old_form).collect(),
        error_code: error.code(),
        ..OffsetFetchResponse::default()
    }))
}

fn fetch(
    broker: &Broker,
    group: &OffsetFetchRequestGroup,
    stability: OffsetStability,
) -> OffsetFetchResponseGroup {
    let fetched = broker.groups.look(&group.group_id, |coordinator| {
        coordinator.offset_fetch(group, stability)
    });
    fetched.unwrap_or_else(|error| OffsetFetchResponseGroup {
        group_id: group.group_id.clone(),
        error_code: error.code(),
        ..OffsetFetchResponseGroup::default()
    })
}

/// Topics that are no more have no id, so that their offsets cannot be told.
fn fetch_by_id(
    broker: &Broker,
    image: &MetadataImage,
    mut group: OffsetFetchRequestGroup,
    stability: OffsetStability,
) -> OffsetFetchResponseGroup {
    let mut unknown = Vec::new();
    if let Some(topics) = &mut group.topics {
        topics.retain_mut(|topic| match image.topics.by_id(TopicId::new(topic.topic_id)) {
            Some(found) => {
                topic.name = found.name.as_ref().into();
                true
            }
            None => {
                unknown.push(refused_topic(topic, ErrorCode::UnknownTopicId));
                false
            }
        });
    }
    let mut fetched = fetch(broker, &group, stability);
    if group.topics.is_none() {
        fetched.topics.retain_mut(|topic| {
            let found = image.topics.by_name(&topic.name);
            topic.topic_id = found.map(|found| found.id.uuid()).unwrap_or_default();
            found.is_some()
        });
    }
    if fetched.error_code == ErrorCode::None.code() {
        fetched.topics.extend(unknown);
    }
    fetched
}

fn only_group(request: &mut OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = request.topics.take().map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            partition_indexes: topic.partition_indexes,
            ..OffsetFetchRequestTopics::default()
        });
        topics.collect()
    });
    OffsetFetchRequestGroup {
        group_id: std::mem::replace(&mut request.group_id, StringBytes::EMPTY),
        topics,
        ..OffsetFetchRequestGroup::default()
    }
}

fn refused_topics(group: &OffsetFetchRequestGroup, error: ErrorCode) -> Vec<OffsetFetchResponseTopics> {
    let topics = group.topics.iter().flatten();
    topics.map(|topic| refused_topic(topic, error)).collect()
}

fn refused_topic(topic: &OffsetFetchRequestTopics, error: ErrorCode) -> OffsetFetchResponseTopics {
    let indexes = topic.partition_indexes.iter();
    OffsetFetchResponseTopics {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: indexes.map(|index| without_offset(*index, error)).collect(),
        ..OffsetFetchResponseTopics::default()
    }
}

fn in_old_form(topic: OffsetFetchResponseTopics) -> OffsetFetchResponseTopic {
    let partitions = topic.partitions.into_iter();
    OffsetFetchResponseTopic {
        name: topic.name,
        partitions: partitions
            .map(|partition| OffsetFetchResponsePartition {
                partition_index: partition.partition_index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                metadata: partition.metadata,
                error_code: partition.error_code,
                ..OffsetFetchResponsePartition::default()
            })
            .collect(),
        ..OffsetFetchResponseTopic::default()
    }
}
