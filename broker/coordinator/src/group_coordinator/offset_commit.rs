//! OffsetCommit: who may commit, and the records of what is committed.
//!
//! That the topics exist is checked before, by the handler, which also gives each topic its name and its id.

use broker_model::{Now, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};

use super::GroupCoordinator;
use crate::classic_group::{ClassicGroup, ClassicGroupState};
use crate::group_memory::{GROUP_SIZE, OFFSET_SIZE, TOPIC_SIZE};
use crate::group_record::GroupRecord;
use crate::offsets::OffsetAndMetadata;
use crate::outcome::Outcome;

/// First version that has a word for a group that does not exist.
const FIRST_WITH_UNKNOWN_GROUP: i16 = 9;
/// Most partitions of one commit, far more than a batch of Kafka's default size takes.
const PARTITIONS_MAX: usize = 100_000;

impl GroupCoordinator {
    /// Commits offsets. A client that is no member of any group may commit to one that has no members, and makes it
    /// by that; a commit of a member counts as a heartbeat.
    pub fn offset_commit(
        &mut self,
        now: Now,
        api_version: i16,
        request: &OffsetCommitRequest,
    ) -> Outcome<OffsetCommitResponse> {
        let checked = self
            .check_commit(api_version, request)
            .and_then(|()| self.check_room(request));
        if let Err(error) = checked {
            return Outcome::answer(refuse_commit(request, error));
        }
        if let Some(mut turn) = self.turn(&request.group_id, now)
            && matches!(
                turn.group.state,
                ClassicGroupState::Stable | ClassicGroupState::PreparingRebalance
            )
        {
            turn.refresh_session(&request.member_id);
        }
        let commit = Commit {
            request,
            now,
            metadata_max: self.config.offset_metadata_max,
        };
        let mut records = Vec::new();
        let answer = commit.answer(|topic, partition| match commit.offset(topic, partition) {
            Ok(offset) => {
                let group = &request.group_id;
                let index = partition.partition_index;
                records.push(GroupRecord::offset(group, &topic.name, index, Some(&offset)));
                ErrorCode::None
            }
            Err(error) => error,
        });
        Outcome::recorded(answer, records)
    }

    fn check_commit(&self, api_version: i16, request: &OffsetCommitRequest) -> Result<(), ErrorCode> {
        match self.groups.get(&request.group_id) {
            Some(group) => check_committer(group, request),
            None if request.generation_id_or_member_epoch < 0 => Ok(()),
            None if api_version < FIRST_WITH_UNKNOWN_GROUP => Err(ErrorCode::IllegalGeneration),
            None => Err(ErrorCode::GroupIdNotFound),
        }
    }
}

impl GroupCoordinator {
    /// A commit may always move what is there; for what is new there must be room.
    fn check_room(&self, request: &OffsetCommitRequest) -> Result<(), ErrorCode> {
        let group = &request.group_id;
        let mut more = match self.groups.contains_key(group) {
            true => 0,
            false => GROUP_SIZE + 2 * group.len(),
        };
        let mut count = 0_usize;
        for topic in &request.topics {
            count = count.saturating_add(topic.partitions.len());
            let known = self.offsets.of_topic(group, &topic.name);
            let known = known.map_or(0, |topic| topic.partitions.len());
            for partition in &topic.partitions {
                let index = partition.partition_index;
                if known == 0 || self.offsets.get(group, &topic.name, index).is_none() {
                    let metadata = partition.committed_metadata.as_ref();
                    more += OFFSET_SIZE + metadata.map_or(0, |metadata| metadata.len());
                }
            }
            if known == 0 {
                more += TOPIC_SIZE + topic.name.len();
            }
        }
        if count > PARTITIONS_MAX {
            return Err(ErrorCode::InvalidCommitOffsetSize);
        }
        match more == 0 || self.memory.has_room(more) {
            true => Ok(()),
            false => Err(ErrorCode::CoordinatorNotAvailable),
        }
    }
}

fn check_committer(group: &ClassicGroup, request: &OffsetCommitRequest) -> Result<(), ErrorCode> {
    if request.generation_id_or_member_epoch < 0 && group.is(ClassicGroupState::Empty) {
        return Ok(());
    }
    group.check_member(&request.member_id, request.group_instance_id.as_deref())?;
    if request.generation_id_or_member_epoch != group.generation.value() {
        return Err(ErrorCode::IllegalGeneration);
    }
    // The member has its generation, but what it commits may be another's by now.
    match group.is(ClassicGroupState::CompletingRebalance) {
        true => Err(ErrorCode::RebalanceInProgress),
        false => Ok(()),
    }
}

/// The answer that gives every partition the same error.
pub fn refuse_commit(request: &OffsetCommitRequest, error: ErrorCode) -> OffsetCommitResponse {
    answer_each(request, |_, _| error)
}

/// Length of a text in Java's units, by which Kafka bounds the metadata of a commit.
fn java_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[derive(Clone, Copy)]
struct Commit<'a> {
    request: &'a OffsetCommitRequest,
    now: Now,
    metadata_max: usize,
}

impl Commit<'_> {
    fn answer(
        &self,
        code: impl FnMut(&OffsetCommitRequestTopic, &OffsetCommitRequestPartition) -> ErrorCode,
    ) -> OffsetCommitResponse {
        answer_each(self.request, code)
    }

    fn offset(
        &self,
        topic: &OffsetCommitRequestTopic,
        partition: &OffsetCommitRequestPartition,
    ) -> Result<OffsetAndMetadata, ErrorCode> {
        let metadata = partition.committed_metadata.clone().unwrap_or_default();
        if metadata.len() > self.metadata_max && java_length(&metadata) > self.metadata_max {
            return Err(ErrorCode::OffsetMetadataTooLarge);
        }
        Ok(OffsetAndMetadata {
            offset: partition.committed_offset,
            leader_epoch: partition.committed_leader_epoch,
            metadata,
            committed_at: self.now.wall,
            expires_at: self.expires_at(),
            topic_id: topic.topic_id,
        })
    }

    /// Up to version 4 a client can say how long its offsets are kept.
    fn expires_at(&self) -> Option<Timestamp> {
        let retention_ms = self.request.retention_time_ms;
        (retention_ms >= 0).then(|| self.now.wall.plus_ms(retention_ms))
    }
}

fn answer_each(
    request: &OffsetCommitRequest,
    mut code: impl FnMut(&OffsetCommitRequestTopic, &OffsetCommitRequestPartition) -> ErrorCode,
) -> OffsetCommitResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in &request.topics {
        let partitions = topic.partitions.iter();
        let partitions = partitions.map(|partition| OffsetCommitResponsePartition {
            partition_index: partition.partition_index,
            error_code: code(topic, partition).code(),
            ..OffsetCommitResponsePartition::default()
        });
        topics.push(OffsetCommitResponseTopic {
            partitions: partitions.collect(),
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            ..OffsetCommitResponseTopic::default()
        });
    }
    OffsetCommitResponse {
        topics,
        ..OffsetCommitResponse::default()
    }
}
