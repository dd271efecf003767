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

use super::answer_room::AnswerRoom;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::drivers::coordinator_driver::Told;
use crate::network::RequestContext;

/// First version whose answer has an error of the group.
const FIRST_WITH_ERROR: i16 = 2;
/// First version that asks for several groups.
const FIRST_WITH_GROUPS: i16 = 8;
/// First version that names topics by id.
const FIRST_BY_ID: i16 = 10;
/// Bytes that a group, a topic and a partition of an answer take in memory, about.
const GROUP_SIZE: usize = 128;
const TOPIC_SIZE: usize = 128;
const PARTITION_SIZE: usize = 96;

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
    let mut fetch = Fetch {
        broker,
        stability,
        room: AnswerRoom::new(),
        uncommitted: Vec::new(),
    };
    if version >= FIRST_WITH_GROUPS {
        let image = broker.image.load();
        let groups = request
            .groups
            .into_iter()
            .map(|group| match version >= FIRST_BY_ID {
                true => fetch.group_by_id(&image, group),
                false => fetch.group(&group),
            });
        let mut groups: Vec<_> = groups.collect();
        drop(image);
        for (group, error) in fetch.not_committed().await {
            for told in groups.iter_mut().filter(|told| told.group_id == group.group_id) {
                *told = refused(&group, error);
            }
        }
        return Ok(Answer::Respond(OffsetFetchResponse {
            groups,
            ..OffsetFetchResponse::default()
        }));
    }
    let group = only_group(&mut request);
    let mut fetched = fetch.group(&group);
    for (group, error) in fetch.not_committed().await {
        fetched = refused(&group, error);
    }
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

struct Fetch<'a> {
    broker: &'a Broker,
    stability: OffsetStability,
    room: AnswerRoom,
    /// Groups of which something is told that is not committed.
    uncommitted: Vec<(OffsetFetchRequestGroup, Told<()>)>,
}

impl Fetch<'_> {
    /// Waits until what is told is committed. Answers the groups of which it is not, and what clients are told then.
    async fn not_committed(&mut self) -> Vec<(OffsetFetchRequestGroup, ErrorCode)> {
        let mut failed = Vec::new();
        for (group, told) in self.uncommitted.drain(..) {
            match told.committed().await {
                Ok(()) => {}
                // Clients give up at the code for a commit that takes too long; this one they try again.
                Err(ErrorCode::CoordinatorNotAvailable) => {
                    failed.push((group, ErrorCode::CoordinatorLoadInProgress));
                }
                Err(error) => failed.push((group, error)),
            }
        }
        failed
    }

    fn group(&mut self, group: &OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
        let fetched = self.reserve(group).and_then(|()| self.look_up(group));
        fetched.unwrap_or_else(|error| refused(group, error))
    }

    /// Topics that are no more have no id, so that their offsets cannot be told.
    fn group_by_id(
        &mut self,
        image: &MetadataImage,
        mut group: OffsetFetchRequestGroup,
    ) -> OffsetFetchResponseGroup {
        if let Err(error) = self.reserve(&group) {
            return refused(&group, error);
        }
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
        let mut fetched = match self.look_up(&group) {
            Ok(fetched) => fetched,
            Err(error) => return refused(&group, error),
        };
        if group.topics.is_none() {
            fetched.topics.retain_mut(|topic| {
                let found = image.topics.by_name(&topic.name);
                topic.topic_id = found.map(|found| found.id.uuid()).unwrap_or_default();
                found.is_some()
            });
        }
        fetched.topics.extend(unknown);
        fetched
    }

    /// Takes room for what is asked for by name; what a whole group has is known only when it was looked up.
    fn reserve(&mut self, group: &OffsetFetchRequestGroup) -> Result<(), ErrorCode> {
        let topics = group.topics.iter().flatten();
        let sizes = topics.map(|topic| size_of_topic(topic.partition_indexes.len()));
        match self.room.take(GROUP_SIZE + sizes.sum::<usize>()) {
            true => Ok(()),
            false => Err(ErrorCode::InvalidRequest),
        }
    }

    fn look_up(&mut self, group: &OffsetFetchRequestGroup) -> Result<OffsetFetchResponseGroup, ErrorCode> {
        let stability = self.stability;
        let told = self
            .broker
            .groups
            .look_at_written(&group.group_id, |coordinator| {
                coordinator.offset_fetch(group, stability)
            })?;
        let (fetched, uncommitted) = told.split();
        self.uncommitted
            .extend(uncommitted.map(|told| (group.clone(), told)));
        let sizes = fetched.topics.iter().map(|topic| match group.topics {
            None => size_of_topic(topic.partitions.len()) + size_of_metadata(topic),
            Some(_) => size_of_metadata(topic),
        });
        match self.room.take(sizes.sum()) {
            true => Ok(fetched),
            false => Err(ErrorCode::InvalidRequest),
        }
    }
}

fn refused(group: &OffsetFetchRequestGroup, error: ErrorCode) -> OffsetFetchResponseGroup {
    OffsetFetchResponseGroup {
        group_id: group.group_id.clone(),
        error_code: error.code(),
        ..OffsetFetchResponseGroup::default()
    }
}

/// Bytes that partitions take in memory, their metadata left out.
fn size_of_topic(partitions: usize) -> usize {
    partitions
        .saturating_mul(PARTITION_SIZE)
        .saturating_add(TOPIC_SIZE)
}

fn size_of_metadata(topic: &OffsetFetchResponseTopics) -> usize {
    let metadata = topic
        .partitions
        .iter()
        .map(|partition| partition.metadata.as_ref());
    metadata.flatten().map(|metadata| metadata.len()).sum()
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
