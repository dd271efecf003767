//! DeleteGroups: a group without members goes, and what it committed with it.

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::delete_groups_response::DeletableGroupResult;

use super::GroupCoordinator;
use crate::classic_group::ClassicGroupState;
use crate::group_record::GroupRecord;
use crate::outcome::Outcome;

impl GroupCoordinator {
    /// Deletes one group.
    pub fn delete_group(&self, id: &StringBytes) -> Outcome<DeletableGroupResult> {
        let error = match self.groups.get(id) {
            None => ErrorCode::GroupIdNotFound,
            Some(group) if !group.is(ClassicGroupState::Empty) => ErrorCode::NonEmptyGroup,
            Some(_) => ErrorCode::None,
        };
        let records = match error {
            ErrorCode::None => self.tombstones_of(id),
            _ => Vec::new(),
        };
        let answer = DeletableGroupResult {
            group_id: id.clone(),
            error_code: error.code(),
            ..DeletableGroupResult::default()
        };
        Outcome::recorded(answer, records)
    }

    /// Tombstones for every offset of the group, and for the group last.
    fn tombstones_of(&self, id: &StringBytes) -> Vec<GroupRecord> {
        let mut records = Vec::new();
        for topic in self.offsets.of_group(id) {
            let tombstones = topic.partitions.iter();
            records.extend(tombstones.map(|(index, _)| GroupRecord::offset(id, &topic.name, *index, None)));
        }
        for pending in self.offsets.pending_of(id) {
            records.push(GroupRecord::offset(id, &pending.topic, pending.partition, None));
        }
        records.push(GroupRecord::group_tombstone(id));
        records
    }
}
