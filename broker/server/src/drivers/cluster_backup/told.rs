//! Metadata and committed offsets in the words of a backup, and back.

use broker_coordinator::GroupRecord;
use broker_coordinator::group_key::GroupKey;
use broker_coordinator::group_value::GroupValue;
use broker_coordinator::messages::{OffsetCommitKey, OffsetCommitValue};
use broker_metadata::metadata_log::{CheckpointHead, write_checkpoint};
use broker_metadata::{LogFormatError, MetadataImage, image_records};
use broker_model::Timestamp;
use broker_tiered::backup::CommittedOffset;
use bytes::Bytes;

/// The metadata as a snapshot; the same bytes for the same metadata, whenever it is made.
pub(super) fn checkpoint(image: &MetadataImage) -> Result<Bytes, LogFormatError> {
    let timeless = Timestamp::from_ms(0);
    let head = CheckpointHead {
        epoch: 0,
        last_contained_log_timestamp: timeless,
        voters: None,
    };
    write_checkpoint(
        &head,
        image.features.metadata_version,
        &image_records(image),
        timeless,
    )
}

/// What a record says was committed; none if it is about something else.
pub(crate) fn committed_offset(record: GroupRecord) -> Option<CommittedOffset> {
    let (GroupKey::OffsetCommit(key), Some(GroupValue::OffsetCommit(value))) = (record.key, record.value)
    else {
        return None;
    };
    Some(CommittedOffset {
        group: key.group.to_string(),
        topic: key.topic.to_string(),
        topic_id: value.topic_id,
        partition: key.partition,
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata.to_string(),
        committed_at_ms: value.commit_timestamp,
        expires_at_ms: value.expire_timestamp,
    })
}

/// The record that commits it again.
pub(crate) fn group_record(offset: &CommittedOffset) -> GroupRecord {
    let key = OffsetCommitKey {
        group: offset.group.as_str().into(),
        topic: offset.topic.as_str().into(),
        partition: offset.partition,
        ..OffsetCommitKey::default()
    };
    let value = OffsetCommitValue {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: offset.metadata.as_str().into(),
        commit_timestamp: offset.committed_at_ms,
        expire_timestamp: offset.expires_at_ms,
        topic_id: offset.topic_id,
        ..OffsetCommitValue::default()
    };
    GroupRecord {
        key: key.into(),
        value: Some(value.into()),
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Uuid;

    use super::*;

    #[test]
    fn a_committed_offset_is_committed_again_as_it_was() {
        for expires_at_ms in [-1, 99] {
            let offset = CommittedOffset {
                group: "readers".to_owned(),
                topic: "events".to_owned(),
                topic_id: Uuid::from_bytes([9; 16]),
                partition: 3,
                offset: 42,
                leader_epoch: 5,
                metadata: "here".to_owned(),
                committed_at_ms: 4,
                expires_at_ms,
            };
            assert_eq!(committed_offset(group_record(&offset)), Some(offset));
        }
    }
}
