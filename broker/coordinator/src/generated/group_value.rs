//! `GroupValue`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::consumer_group_current_member_assignment_value::ConsumerGroupCurrentMemberAssignmentValue;
use super::consumer_group_member_metadata_value::ConsumerGroupMemberMetadataValue;
use super::consumer_group_metadata_value::ConsumerGroupMetadataValue;
use super::consumer_group_partition_metadata_value::ConsumerGroupPartitionMetadataValue;
use super::consumer_group_regular_expression_value::ConsumerGroupRegularExpressionValue;
use super::consumer_group_target_assignment_member_value::ConsumerGroupTargetAssignmentMemberValue;
use super::consumer_group_target_assignment_metadata_value::ConsumerGroupTargetAssignmentMetadataValue;
use super::group_metadata_value::GroupMetadataValue;
use super::legacy_offset_commit_value::LegacyOffsetCommitValue;
use super::offset_commit_value::OffsetCommitValue;
use super::share_group_current_member_assignment_value::ShareGroupCurrentMemberAssignmentValue;
use super::share_group_member_metadata_value::ShareGroupMemberMetadataValue;
use super::share_group_metadata_value::ShareGroupMetadataValue;
use super::share_group_state_partition_metadata_value::ShareGroupStatePartitionMetadataValue;
use super::share_group_target_assignment_member_value::ShareGroupTargetAssignmentMemberValue;
use super::share_group_target_assignment_metadata_value::ShareGroupTargetAssignmentMetadataValue;
use super::streams_group_current_member_assignment_value::StreamsGroupCurrentMemberAssignmentValue;
use super::streams_group_member_metadata_value::StreamsGroupMemberMetadataValue;
use super::streams_group_metadata_value::StreamsGroupMetadataValue;
use super::streams_group_target_assignment_member_value::StreamsGroupTargetAssignmentMemberValue;
use super::streams_group_target_assignment_metadata_value::StreamsGroupTargetAssignmentMetadataValue;
use super::streams_group_topology_value::StreamsGroupTopologyValue;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupValue {
    /// Number 0, versions 0.
    LegacyOffsetCommit(LegacyOffsetCommitValue),
    /// Number 1, versions 0-4.
    OffsetCommit(OffsetCommitValue),
    /// Number 2, versions 0-4.
    GroupMetadata(GroupMetadataValue),
    /// Number 3, versions 0.
    ConsumerGroupMetadata(ConsumerGroupMetadataValue),
    /// Number 4, versions 0.
    ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataValue),
    /// Number 5, versions 0.
    ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataValue),
    /// Number 6, versions 0.
    ConsumerGroupTargetAssignmentMetadata(ConsumerGroupTargetAssignmentMetadataValue),
    /// Number 7, versions 0.
    ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberValue),
    /// Number 8, versions 0.
    ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentValue),
    /// Number 10, versions 0.
    ShareGroupMemberMetadata(ShareGroupMemberMetadataValue),
    /// Number 11, versions 0.
    ShareGroupMetadata(ShareGroupMetadataValue),
    /// Number 12, versions 0.
    ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataValue),
    /// Number 13, versions 0.
    ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberValue),
    /// Number 14, versions 0.
    ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentValue),
    /// Number 15, versions 0.
    ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataValue),
    /// Number 16, versions 0.
    ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionValue),
    /// Number 17, versions 0.
    StreamsGroupMetadata(StreamsGroupMetadataValue),
    /// Number 19, versions 0.
    StreamsGroupMemberMetadata(StreamsGroupMemberMetadataValue),
    /// Number 20, versions 0.
    StreamsGroupTargetAssignmentMetadata(StreamsGroupTargetAssignmentMetadataValue),
    /// Number 21, versions 0.
    StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberValue),
    /// Number 22, versions 0.
    StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentValue),
    /// Number 23, versions 0.
    StreamsGroupTopology(StreamsGroupTopologyValue),
}

impl GroupValue {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::LegacyOffsetCommit(LegacyOffsetCommitValue::decode(d, version)?),
            1 => Self::OffsetCommit(OffsetCommitValue::decode(d, version)?),
            2 => Self::GroupMetadata(GroupMetadataValue::decode(d, version)?),
            3 => Self::ConsumerGroupMetadata(ConsumerGroupMetadataValue::decode(d, version)?),
            4 => {
                Self::ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataValue::decode(d, version)?)
            }
            5 => Self::ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataValue::decode(d, version)?),
            6 => Self::ConsumerGroupTargetAssignmentMetadata(
                ConsumerGroupTargetAssignmentMetadataValue::decode(d, version)?,
            ),
            7 => Self::ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberValue::decode(
                d, version,
            )?),
            8 => Self::ConsumerGroupCurrentMemberAssignment(
                ConsumerGroupCurrentMemberAssignmentValue::decode(d, version)?,
            ),
            10 => Self::ShareGroupMemberMetadata(ShareGroupMemberMetadataValue::decode(d, version)?),
            11 => Self::ShareGroupMetadata(ShareGroupMetadataValue::decode(d, version)?),
            12 => Self::ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataValue::decode(
                d, version,
            )?),
            13 => Self::ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberValue::decode(
                d, version,
            )?),
            14 => Self::ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentValue::decode(
                d, version,
            )?),
            15 => Self::ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataValue::decode(
                d, version,
            )?),
            16 => {
                Self::ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionValue::decode(d, version)?)
            }
            17 => Self::StreamsGroupMetadata(StreamsGroupMetadataValue::decode(d, version)?),
            19 => Self::StreamsGroupMemberMetadata(StreamsGroupMemberMetadataValue::decode(d, version)?),
            20 => Self::StreamsGroupTargetAssignmentMetadata(
                StreamsGroupTargetAssignmentMetadataValue::decode(d, version)?,
            ),
            21 => Self::StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberValue::decode(
                d, version,
            )?),
            22 => Self::StreamsGroupCurrentMemberAssignment(
                StreamsGroupCurrentMemberAssignmentValue::decode(d, version)?,
            ),
            23 => Self::StreamsGroupTopology(StreamsGroupTopologyValue::decode(d, version)?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "GroupValue",
                    value: i64::from(number),
                });
            }
        })
    }

    /// Appends the body in that version.
    ///
    /// # Errors
    /// The version is unknown or has no place for a field that is set.
    pub fn encode_body(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::LegacyOffsetCommit(value) => value.encode(e, version),
            Self::OffsetCommit(value) => value.encode(e, version),
            Self::GroupMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupPartitionMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupMemberMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupTargetAssignmentMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupTargetAssignmentMember(value) => value.encode(e, version),
            Self::ConsumerGroupCurrentMemberAssignment(value) => value.encode(e, version),
            Self::ShareGroupMemberMetadata(value) => value.encode(e, version),
            Self::ShareGroupMetadata(value) => value.encode(e, version),
            Self::ShareGroupTargetAssignmentMetadata(value) => value.encode(e, version),
            Self::ShareGroupTargetAssignmentMember(value) => value.encode(e, version),
            Self::ShareGroupCurrentMemberAssignment(value) => value.encode(e, version),
            Self::ShareGroupStatePartitionMetadata(value) => value.encode(e, version),
            Self::ConsumerGroupRegularExpression(value) => value.encode(e, version),
            Self::StreamsGroupMetadata(value) => value.encode(e, version),
            Self::StreamsGroupMemberMetadata(value) => value.encode(e, version),
            Self::StreamsGroupTargetAssignmentMetadata(value) => value.encode(e, version),
            Self::StreamsGroupTargetAssignmentMember(value) => value.encode(e, version),
            Self::StreamsGroupCurrentMemberAssignment(value) => value.encode(e, version),
            Self::StreamsGroupTopology(value) => value.encode(e, version),
        }
    }

    /// The number that stands before it.
    pub fn number(&self) -> i16 {
        match self {
            Self::LegacyOffsetCommit(_) => 0,
            Self::OffsetCommit(_) => 1,
            Self::GroupMetadata(_) => 2,
            Self::ConsumerGroupMetadata(_) => 3,
            Self::ConsumerGroupPartitionMetadata(_) => 4,
            Self::ConsumerGroupMemberMetadata(_) => 5,
            Self::ConsumerGroupTargetAssignmentMetadata(_) => 6,
            Self::ConsumerGroupTargetAssignmentMember(_) => 7,
            Self::ConsumerGroupCurrentMemberAssignment(_) => 8,
            Self::ShareGroupMemberMetadata(_) => 10,
            Self::ShareGroupMetadata(_) => 11,
            Self::ShareGroupTargetAssignmentMetadata(_) => 12,
            Self::ShareGroupTargetAssignmentMember(_) => 13,
            Self::ShareGroupCurrentMemberAssignment(_) => 14,
            Self::ShareGroupStatePartitionMetadata(_) => 15,
            Self::ConsumerGroupRegularExpression(_) => 16,
            Self::StreamsGroupMetadata(_) => 17,
            Self::StreamsGroupMemberMetadata(_) => 19,
            Self::StreamsGroupTargetAssignmentMetadata(_) => 20,
            Self::StreamsGroupTargetAssignmentMember(_) => 21,
            Self::StreamsGroupCurrentMemberAssignment(_) => 22,
            Self::StreamsGroupTopology(_) => 23,
        }
    }

    /// The highest version of it that Kafka 4.4 knows.
    pub fn highest_version(&self) -> i16 {
        match self {
            Self::LegacyOffsetCommit(_) => 0,
            Self::OffsetCommit(_) => 4,
            Self::GroupMetadata(_) => 4,
            Self::ConsumerGroupMetadata(_) => 0,
            Self::ConsumerGroupPartitionMetadata(_) => 0,
            Self::ConsumerGroupMemberMetadata(_) => 0,
            Self::ConsumerGroupTargetAssignmentMetadata(_) => 0,
            Self::ConsumerGroupTargetAssignmentMember(_) => 0,
            Self::ConsumerGroupCurrentMemberAssignment(_) => 0,
            Self::ShareGroupMemberMetadata(_) => 0,
            Self::ShareGroupMetadata(_) => 0,
            Self::ShareGroupTargetAssignmentMetadata(_) => 0,
            Self::ShareGroupTargetAssignmentMember(_) => 0,
            Self::ShareGroupCurrentMemberAssignment(_) => 0,
            Self::ShareGroupStatePartitionMetadata(_) => 0,
            Self::ConsumerGroupRegularExpression(_) => 0,
            Self::StreamsGroupMetadata(_) => 0,
            Self::StreamsGroupMemberMetadata(_) => 0,
            Self::StreamsGroupTargetAssignmentMetadata(_) => 0,
            Self::StreamsGroupTargetAssignmentMember(_) => 0,
            Self::StreamsGroupCurrentMemberAssignment(_) => 0,
            Self::StreamsGroupTopology(_) => 0,
        }
    }

    /// Name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LegacyOffsetCommit(_) => "LegacyOffsetCommitValue",
            Self::OffsetCommit(_) => "OffsetCommitValue",
            Self::GroupMetadata(_) => "GroupMetadataValue",
            Self::ConsumerGroupMetadata(_) => "ConsumerGroupMetadataValue",
            Self::ConsumerGroupPartitionMetadata(_) => "ConsumerGroupPartitionMetadataValue",
            Self::ConsumerGroupMemberMetadata(_) => "ConsumerGroupMemberMetadataValue",
            Self::ConsumerGroupTargetAssignmentMetadata(_) => "ConsumerGroupTargetAssignmentMetadataValue",
            Self::ConsumerGroupTargetAssignmentMember(_) => "ConsumerGroupTargetAssignmentMemberValue",
            Self::ConsumerGroupCurrentMemberAssignment(_) => "ConsumerGroupCurrentMemberAssignmentValue",
            Self::ShareGroupMemberMetadata(_) => "ShareGroupMemberMetadataValue",
            Self::ShareGroupMetadata(_) => "ShareGroupMetadataValue",
            Self::ShareGroupTargetAssignmentMetadata(_) => "ShareGroupTargetAssignmentMetadataValue",
            Self::ShareGroupTargetAssignmentMember(_) => "ShareGroupTargetAssignmentMemberValue",
            Self::ShareGroupCurrentMemberAssignment(_) => "ShareGroupCurrentMemberAssignmentValue",
            Self::ShareGroupStatePartitionMetadata(_) => "ShareGroupStatePartitionMetadataValue",
            Self::ConsumerGroupRegularExpression(_) => "ConsumerGroupRegularExpressionValue",
            Self::StreamsGroupMetadata(_) => "StreamsGroupMetadataValue",
            Self::StreamsGroupMemberMetadata(_) => "StreamsGroupMemberMetadataValue",
            Self::StreamsGroupTargetAssignmentMetadata(_) => "StreamsGroupTargetAssignmentMetadataValue",
            Self::StreamsGroupTargetAssignmentMember(_) => "StreamsGroupTargetAssignmentMemberValue",
            Self::StreamsGroupCurrentMemberAssignment(_) => "StreamsGroupCurrentMemberAssignmentValue",
            Self::StreamsGroupTopology(_) => "StreamsGroupTopologyValue",
        }
    }
}

impl From<LegacyOffsetCommitValue> for GroupValue {
    fn from(value: LegacyOffsetCommitValue) -> Self {
        Self::LegacyOffsetCommit(value)
    }
}

impl From<OffsetCommitValue> for GroupValue {
    fn from(value: OffsetCommitValue) -> Self {
        Self::OffsetCommit(value)
    }
}

impl From<GroupMetadataValue> for GroupValue {
    fn from(value: GroupMetadataValue) -> Self {
        Self::GroupMetadata(value)
    }
}

impl From<ConsumerGroupMetadataValue> for GroupValue {
    fn from(value: ConsumerGroupMetadataValue) -> Self {
        Self::ConsumerGroupMetadata(value)
    }
}

impl From<ConsumerGroupPartitionMetadataValue> for GroupValue {
    fn from(value: ConsumerGroupPartitionMetadataValue) -> Self {
        Self::ConsumerGroupPartitionMetadata(value)
    }
}

impl From<ConsumerGroupMemberMetadataValue> for GroupValue {
    fn from(value: ConsumerGroupMemberMetadataValue) -> Self {
        Self::ConsumerGroupMemberMetadata(value)
    }
}

impl From<ConsumerGroupTargetAssignmentMetadataValue> for GroupValue {
    fn from(value: ConsumerGroupTargetAssignmentMetadataValue) -> Self {
        Self::ConsumerGroupTargetAssignmentMetadata(value)
    }
}

impl From<ConsumerGroupTargetAssignmentMemberValue> for GroupValue {
    fn from(value: ConsumerGroupTargetAssignmentMemberValue) -> Self {
        Self::ConsumerGroupTargetAssignmentMember(value)
    }
}

impl From<ConsumerGroupCurrentMemberAssignmentValue> for GroupValue {
    fn from(value: ConsumerGroupCurrentMemberAssignmentValue) -> Self {
        Self::ConsumerGroupCurrentMemberAssignment(value)
    }
}

impl From<ShareGroupMemberMetadataValue> for GroupValue {
    fn from(value: ShareGroupMemberMetadataValue) -> Self {
        Self::ShareGroupMemberMetadata(value)
    }
}

impl From<ShareGroupMetadataValue> for GroupValue {
    fn from(value: ShareGroupMetadataValue) -> Self {
        Self::ShareGroupMetadata(value)
    }
}

impl From<ShareGroupTargetAssignmentMetadataValue> for GroupValue {
    fn from(value: ShareGroupTargetAssignmentMetadataValue) -> Self {
        Self::ShareGroupTargetAssignmentMetadata(value)
    }
}

impl From<ShareGroupTargetAssignmentMemberValue> for GroupValue {
    fn from(value: ShareGroupTargetAssignmentMemberValue) -> Self {
        Self::ShareGroupTargetAssignmentMember(value)
    }
}

impl From<ShareGroupCurrentMemberAssignmentValue> for GroupValue {
    fn from(value: ShareGroupCurrentMemberAssignmentValue) -> Self {
        Self::ShareGroupCurrentMemberAssignment(value)
    }
}

impl From<ShareGroupStatePartitionMetadataValue> for GroupValue {
    fn from(value: ShareGroupStatePartitionMetadataValue) -> Self {
        Self::ShareGroupStatePartitionMetadata(value)
    }
}

impl From<ConsumerGroupRegularExpressionValue> for GroupValue {
    fn from(value: ConsumerGroupRegularExpressionValue) -> Self {
        Self::ConsumerGroupRegularExpression(value)
    }
}

impl From<StreamsGroupMetadataValue> for GroupValue {
    fn from(value: StreamsGroupMetadataValue) -> Self {
        Self::StreamsGroupMetadata(value)
    }
}

impl From<StreamsGroupMemberMetadataValue> for GroupValue {
    fn from(value: StreamsGroupMemberMetadataValue) -> Self {
        Self::StreamsGroupMemberMetadata(value)
    }
}

impl From<StreamsGroupTargetAssignmentMetadataValue> for GroupValue {
    fn from(value: StreamsGroupTargetAssignmentMetadataValue) -> Self {
        Self::StreamsGroupTargetAssignmentMetadata(value)
    }
}

impl From<StreamsGroupTargetAssignmentMemberValue> for GroupValue {
    fn from(value: StreamsGroupTargetAssignmentMemberValue) -> Self {
        Self::StreamsGroupTargetAssignmentMember(value)
    }
}

impl From<StreamsGroupCurrentMemberAssignmentValue> for GroupValue {
    fn from(value: StreamsGroupCurrentMemberAssignmentValue) -> Self {
        Self::StreamsGroupCurrentMemberAssignment(value)
    }
}

impl From<StreamsGroupTopologyValue> for GroupValue {
    fn from(value: StreamsGroupTopologyValue) -> Self {
        Self::StreamsGroupTopology(value)
    }
}
