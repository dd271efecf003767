//! OffsetFetch: what a group has committed.
//!
//! An unknown group has committed nothing, which is no error. Offsets that an open transaction is about to change are
//! withheld from clients that ask for stable ones (KIP-447), and an offset that was committed for a topic of the same
//! name that is no more is withheld from clients that name topics by id.

use broker_codec::StringBytes;
use broker_model::Uuid;
use broker_protocol::ErrorCode;
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use broker_protocol::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};

use super::GroupCoordinator;
use crate::GroupRecord;
use crate::offsets::{OffsetAndMetadata, TopicOffsets};

/// Whether offsets of open transactions are withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetStability {
    /// They are, with an error that makes the client ask again.
    Required,
    /// The last committed ones are given.
    NotRequired,
}

const NO_OFFSET: i64 = -1;

impl GroupCoordinator {
    /// Everything that groups have committed, as the records that say so; what open transactions are about to commit is
    /// left out.
    pub fn offset_records(&self) -> Vec<GroupRecord> {
        let of_topic = |group, topic: &TopicOffsets| {
            let record =
                |(index, offset): &(i32, _)| GroupRecord::offset(group, &topic.name, *index, Some(offset));
            topic.partitions.iter().map(record).collect::<Vec<_>>()
        };
        let groups = self.offsets.groups();
        groups
            .flat_map(|(group, topics)| topics.iter().flat_map(move |topic| of_topic(group, topic)))
            .collect()
    }

    /// Offsets of one group: of the topics asked for, or of all.
    pub fn offset_fetch(
        &self,
        request: &OffsetFetchRequestGroup,
        stability: OffsetStability,
    ) -> OffsetFetchResponseGroup {
        let view = View {
            coordinator: self,
            group: &request.group_id,
            stability,
        };
        let topics = match &request.topics {
            Some(topics) => topics.iter().map(|topic| view.topic(topic)).collect(),
            None => view.everything(),
        };
        OffsetFetchResponseGroup {
            group_id: request.group_id.clone(),
            topics,
            ..OffsetFetchResponseGroup::default()
        }
    }
}

struct View<'a> {
    coordinator: &'a GroupCoordinator,
    group: &'a StringBytes,
    stability: OffsetStability,
}

impl View<'_> {
    fn topic(&self, topic: &OffsetFetchRequestTopics) -> OffsetFetchResponseTopics {
        let offsets = &self.coordinator.offsets;
        let partition = |index: &i32| {
            let committed = offsets.get(self.group, &topic.name, *index);
            let committed = committed.filter(|offset| !is_of_another(topic.topic_id, offset.topic_id));
            self.partition(&topic.name, *index, committed)
        };
        OffsetFetchResponseTopics {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partitions: topic.partition_indexes.iter().map(partition).collect(),
            ..OffsetFetchResponseTopics::default()
        }
    }

    fn everything(&self) -> Vec<OffsetFetchResponseTopics> {
        let topics = self.coordinator.offsets.of_group(self.group).iter();
        topics
            .map(|topic| OffsetFetchResponseTopics {
                name: topic.name.clone(),
                partitions: topic
                    .partitions
                    .iter()
                    .map(|(index, offset)| self.partition(&topic.name, *index, Some(offset)))
                    .collect(),
                ..OffsetFetchResponseTopics::default()
            })
            .collect()
    }

    fn partition(
        &self,
        topic: &str,
        index: i32,
        committed: Option<&OffsetAndMetadata>,
    ) -> OffsetFetchResponsePartitions {
        let is_pending = || self.coordinator.offsets.has_pending(self.group, topic, index);
        if self.stability == OffsetStability::Required && is_pending() {
            return without_offset(index, ErrorCode::UnstableOffsetCommit);
        }
        let Some(committed) = committed else {
            return without_offset(index, ErrorCode::None);
        };
        OffsetFetchResponsePartitions {
            partition_index: index,
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch,
            metadata: Some(committed.metadata.clone()),
            ..OffsetFetchResponsePartitions::default()
        }
    }
}

/// Whether an offset belongs to another topic of the same name; ids that are not known say nothing.
fn is_of_another(wanted: Uuid, committed: Uuid) -> bool {
    wanted != Uuid::ZERO && committed != Uuid::ZERO && wanted != committed
}

/// A partition of which there is no offset to tell.
pub fn without_offset(index: i32, error: ErrorCode) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: NO_OFFSET,
        committed_leader_epoch: -1,
        metadata: Some(StringBytes::EMPTY),
        error_code: error.code(),
        ..OffsetFetchResponsePartitions::default()
    }
}
