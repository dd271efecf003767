//! OffsetDelete: forgets offsets of topics that nobody in the group is subscribed to (KIP-496).
//!
//! That the partitions exist is checked before, by the handler.

use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};
use broker_protocol::offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic};

use super::GroupCoordinator;
use crate::classic_group::{ClassicGroup, ClassicGroupState};
use crate::group_record::GroupRecord;
use crate::outcome::Outcome;

impl GroupCoordinator {
    /// Forgets offsets.
    pub fn offset_delete(&self, request: &OffsetDeleteRequest) -> Outcome<OffsetDeleteResponse> {
        let group = match self.deletable_from(request) {
            Ok(group) => group,
            Err(error) => return Outcome::answer(refuse_delete(error)),
        };
        let mut records = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let error = match group.is_subscribed_to(&topic.name) {
                true => ErrorCode::GroupSubscribedToTopic,
                false => ErrorCode::None,
            };
            let indexes = || topic.partitions.iter().map(|partition| partition.partition_index);
            if error == ErrorCode::None {
                let known = indexes().filter(|index| self.offsets.knows(&group.id, &topic.name, *index));
                records.extend(known.map(|index| GroupRecord::offset(&group.id, &topic.name, index, None)));
            }
            topics.push(OffsetDeleteResponseTopic {
                name: topic.name.clone(),
                partitions: indexes().map(|index| answered(index, error)).collect(),
                ..OffsetDeleteResponseTopic::default()
            });
        }
        let answer = OffsetDeleteResponse {
            topics,
            ..OffsetDeleteResponse::default()
        };
        Outcome::recorded(answer, records)
    }

    /// Of a group with members, only a consumer group tells what it is subscribed to.
    fn deletable_from(&self, request: &OffsetDeleteRequest) -> Result<&ClassicGroup, ErrorCode> {
        if request.group_id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let group = self.groups.get(&request.group_id);
        let group = group.ok_or(ErrorCode::GroupIdNotFound)?;
        match group.is(ClassicGroupState::Empty) || group.uses_consumer_protocol() {
            true => Ok(group),
            false => Err(ErrorCode::NonEmptyGroup),
        }
    }
}

fn answered(index: i32, error: ErrorCode) -> OffsetDeleteResponsePartition {
    OffsetDeleteResponsePartition {
        partition_index: index,
        error_code: error.code(),
        ..OffsetDeleteResponsePartition::default()
    }
}

/// The answer that nothing was forgotten.
pub fn refuse_delete(error: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse {
        error_code: error.code(),
        ..OffsetDeleteResponse::default()
    }
}
