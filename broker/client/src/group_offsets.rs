//! Committed offsets of groups: read, write, delete.

use broker_codec::StringBytes;
use broker_model::{GenerationId, LeaderEpoch, Offset, PartitionIndex, TopicPartition};
use broker_protocol::messages::{OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use broker_protocol::offset_fetch_request::OffsetFetchRequestGroup;
use broker_protocol::offset_fetch_response::OffsetFetchResponsePartitions;

use crate::by_leader::by_topic;
use crate::error::Asked;
use crate::{Client, ClientError, Lane};

/// Last versions that name topics and not their ids.
const OFFSET_FETCH_BY_NAME: i16 = 9;
const OFFSET_COMMIT_BY_NAME: i16 = 9;
/// First version of OffsetFetch that takes several groups.
const OFFSET_FETCH_IN_BATCHES: i16 = 8;

/// Where a group has come to in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The partition.
    pub partition: TopicPartition,
    /// The next offset that the group reads.
    pub offset: Offset,
    /// Epoch of the leader when it was committed.
    pub leader_epoch: LeaderEpoch,
    /// What the committer wrote beside it.
    pub metadata: String,
}

/// On whose behalf offsets are committed.
#[derive(Clone, Debug, Default)]
pub enum Committer {
    /// Nobody's: the group must be empty.
    #[default]
    Administrator,
    /// A member of the group.
    Member {
        /// Which.
        member: StringBytes,
        /// In which generation.
        generation: GenerationId,
    },
}

impl Client {
    /// All offsets that a group has committed, by topic and partition; none for a group that does not exist.
    ///
    /// # Errors
    /// The coordinator cannot be reached, or the group may not be seen.
    pub async fn committed_offsets(&self, group: &str) -> Result<Vec<CommittedOffset>, ClientError> {
        self.retried(async || {
            let connection = self.coordinator(group, Lane::General).await?;
            let batched =
                connection.version_of::<OffsetFetchRequest>(OFFSET_FETCH_BY_NAME)? >= OFFSET_FETCH_IN_BATCHES;
            let of_group = OffsetFetchRequestGroup {
                group_id: group.into(),
                topics: None,
                ..OffsetFetchRequestGroup::default()
            };
            let request = if batched {
                OffsetFetchRequest {
                    groups: vec![of_group],
                    ..OffsetFetchRequest::default()
                }
            } else {
                OffsetFetchRequest {
                    group_id: group.into(),
                    topics: None,
                    ..OffsetFetchRequest::default()
                }
            };
            let response = connection.call_at_most(&request, OFFSET_FETCH_BY_NAME).await?;
            let asked = Asked::of::<OffsetFetchRequest>(&connection);
            read_offsets(group, response, &asked)
        })
        .await
    }

    /// Commits offsets.
    ///
    /// # Errors
    /// The group has members and the committer is not one of them, or a partition is refused.
    pub async fn commit_offsets(
        &self,
        group: &str,
        committer: &Committer,
        offsets: &[CommittedOffset],
    ) -> Result<(), ClientError> {
        let request = commit_request(group, committer, offsets);
        self.retried(async || {
            let connection = self.coordinator(group, Lane::General).await?;
            let response = connection.call_at_most(&request, OFFSET_COMMIT_BY_NAME).await?;
            let asked = Asked::of::<OffsetCommitRequest>(&connection);
            for topic in &response.topics {
                for partition in &topic.partitions {
                    let subject = format_args!("group {group}, {}-{}", topic.name, partition.partition_index);
                    asked.verdict(subject, partition.error_code, None)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Forgets committed offsets.
    ///
    /// # Errors
    /// The group does not exist, or still subscribes to the topic.
    pub async fn delete_committed_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<(), ClientError> {
        let partition = |key: &&TopicPartition| OffsetDeleteRequestPartition {
            partition_index: key.partition.value(),
            ..OffsetDeleteRequestPartition::default()
        };
        let topics = by_topic(partitions)
            .into_iter()
            .map(|(name, keys)| OffsetDeleteRequestTopic {
                name: (&*name).into(),
                partitions: keys.iter().map(partition).collect(),
                ..OffsetDeleteRequestTopic::default()
            });
        let request = OffsetDeleteRequest {
            group_id: group.into(),
            topics: topics.collect(),
            ..OffsetDeleteRequest::default()
        };
        self.retried(async || {
            let connection = self.coordinator(group, Lane::General).await?;
            let response = connection.call(&request).await?;
            let asked = Asked::of::<OffsetDeleteRequest>(&connection);
            asked.verdict(format_args!("group {group}"), response.error_code, None)?;
            for topic in &response.topics {
                for partition in &topic.partitions {
                    let subject = format_args!("group {group}, {}-{}", topic.name, partition.partition_index);
                    asked.verdict(subject, partition.error_code, None)?;
                }
            }
            Ok(())
        })
        .await
    }
}

fn commit_request(group: &str, committer: &Committer, offsets: &[CommittedOffset]) -> OffsetCommitRequest {
    let keys: Vec<TopicPartition> = offsets.iter().map(|offset| offset.partition.clone()).collect();
    let partition = |key: &&TopicPartition| {
        let offset = offsets.iter().find(|offset| offset.partition == **key)?;
        Some(OffsetCommitRequestPartition {
            partition_index: key.partition.value(),
            committed_offset: offset.offset.value(),
            committed_leader_epoch: offset.leader_epoch.value(),
            committed_metadata: Some(offset.metadata.as_str().into()),
            ..OffsetCommitRequestPartition::default()
        })
    };
    let topics = by_topic(&keys)
        .into_iter()
        .map(|(name, keys)| OffsetCommitRequestTopic {
            name: (&*name).into(),
            partitions: keys.iter().filter_map(partition).collect(),
            ..OffsetCommitRequestTopic::default()
        });
    let mut request = OffsetCommitRequest {
        group_id: group.into(),
        topics: topics.collect(),
        ..OffsetCommitRequest::default()
    };
    if let Committer::Member { member, generation } = committer {
        request.member_id = member.clone();
        request.generation_id_or_member_epoch = generation.value();
    }
    request
}

fn read_offsets(
    group: &str,
    response: broker_protocol::messages::OffsetFetchResponse,
    asked: &Asked,
) -> Result<Vec<CommittedOffset>, ClientError> {
    let subject = || format!("group {group}");
    asked.verdict(subject(), response.error_code, None)?;
    let mut offsets = Vec::new();
    for topic in response.topics {
        for partition in topic.partitions {
            let partition = OffsetFetchResponsePartitions {
                partition_index: partition.partition_index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                metadata: partition.metadata,
                error_code: partition.error_code,
                ..OffsetFetchResponsePartitions::default()
            };
            offsets.extend(committed(&topic.name, partition, asked)?);
        }
    }
    for group in response.groups {
        asked.verdict(subject(), group.error_code, None)?;
        for topic in group.topics {
            for partition in topic.partitions {
                offsets.extend(committed(&topic.name, partition, asked)?);
            }
        }
    }
    offsets.sort_by(|a, b| a.partition.cmp(&b.partition));
    Ok(offsets)
}

fn committed(
    topic: &str,
    partition: OffsetFetchResponsePartitions,
    asked: &Asked,
) -> Result<Option<CommittedOffset>, ClientError> {
    let key = TopicPartition::new(topic, PartitionIndex::new(partition.partition_index));
    asked.verdict(&key, partition.error_code, None)?;
    Ok((partition.committed_offset >= 0).then(|| CommittedOffset {
        partition: key,
        offset: Offset::new(partition.committed_offset),
        leader_epoch: LeaderEpoch::new(partition.committed_leader_epoch),
        metadata: partition.metadata.map(String::from).unwrap_or_default(),
    }))
}
