//! `GroupKey`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::consumer_group_current_member_assignment_key::ConsumerGroupCurrentMemberAssignmentKey;
use super::consumer_group_member_metadata_key::ConsumerGroupMemberMetadataKey;
use super::consumer_group_metadata_key::ConsumerGroupMetadataKey;
use super::consumer_group_partition_metadata_key::ConsumerGroupPartitionMetadataKey;
use super::consumer_group_regular_expression_key::ConsumerGroupRegularExpressionKey;
use super::consumer_group_target_assignment_member_key::ConsumerGroupTargetAssignmentMemberKey;
use super::consumer_group_target_assignment_metadata_key::ConsumerGroupTargetAssignmentMetadataKey;
use super::group_metadata_key::GroupMetadataKey;
use super::legacy_offset_commit_key::LegacyOffsetCommitKey;
use super::offset_commit_key::OffsetCommitKey;
use super::share_group_current_member_assignment_key::ShareGroupCurrentMemberAssignmentKey;
use super::share_group_member_metadata_key::ShareGroupMemberMetadataKey;
use super::share_group_metadata_key::ShareGroupMetadataKey;
use super::share_group_state_partition_metadata_key::ShareGroupStatePartitionMetadataKey;
use super::share_group_target_assignment_member_key::ShareGroupTargetAssignmentMemberKey;
use super::share_group_target_assignment_metadata_key::ShareGroupTargetAssignmentMetadataKey;
use super::streams_group_current_member_assignment_key::StreamsGroupCurrentMemberAssignmentKey;
use super::streams_group_member_metadata_key::StreamsGroupMemberMetadataKey;
use super::streams_group_metadata_key::StreamsGroupMetadataKey;
use super::streams_group_target_assignment_member_key::StreamsGroupTargetAssignmentMemberKey;
use super::streams_group_target_assignment_metadata_key::StreamsGroupTargetAssignmentMetadataKey;
use super::streams_group_topology_key::StreamsGroupTopologyKey;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupKey {
    /// Number 0, versions 0.
    LegacyOffsetCommit(LegacyOffsetCommitKey),
    /// Number 1, versions 0.
    OffsetCommit(OffsetCommitKey),
    /// Number 2, versions 0.
    GroupMetadata(GroupMetadataKey),
    /// Number 3, versions 0.
    ConsumerGroupMetadata(ConsumerGroupMetadataKey),
    /// Number 4, versions 0.
    ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey),
    /// Number 5, versions 0.
    ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataKey),
    /// Number 6, versions 0.
    ConsumerGroupTargetAssignmentMetadata(ConsumerGroupTargetAssignmentMetadataKey),
    /// Number 7, versions 0.
    ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberKey),
    /// Number 8, versions 0.
    ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentKey),
    /// Number 10, versions 0.
    ShareGroupMemberMetadata(ShareGroupMemberMetadataKey),
    /// Number 11, versions 0.
    ShareGroupMetadata(ShareGroupMetadataKey),
    /// Number 12, versions 0.
    ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataKey),
    /// Number 13, versions 0.
    ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberKey),
    /// Number 14, versions 0.
    ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentKey),
    /// Number 15, versions 0.
    ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataKey),
    /// Number 16, versions 0.
    ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionKey),
    /// Number 17, versions 0.
    StreamsGroupMetadata(StreamsGroupMetadataKey),
    /// Number 19, versions 0.
    StreamsGroupMemberMetadata(StreamsGroupMemberMetadataKey),
    /// Number 20, versions 0.
    StreamsGroupTargetAssignmentMetadata(StreamsGroupTargetAssignmentMetadataKey),
    /// Number 21, versions 0.
    StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberKey),
    /// Number 22, versions 0.
    StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentKey),
    /// Number 23, versions 0.
    StreamsGroupTopology(StreamsGroupTopologyKey),
}

impl GroupKey {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::LegacyOffsetCommit(LegacyOffsetCommitKey::decode(d, version)?),
            1 => Self::OffsetCommit(OffsetCommitKey::decode(d, version)?),
            2 => Self::GroupMetadata(GroupMetadataKey::decode(d, version)?),
            3 => Self::ConsumerGroupMetadata(ConsumerGroupMetadataKey::decode(d, version)?),
            4 => Self::ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey::decode(d, version)?),
            5 => Self::ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataKey::decode(d, version)?),
            6 => Self::ConsumerGroupTargetAssignmentMetadata(
                ConsumerGroupTargetAssignmentMetadataKey::decode(d, version)?,
            ),
            7 => Self::ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberKey::decode(
                d, version,
            )?),
            8 => Self::ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentKey::decode(
                d, version,
            )?),
            10 => Self::ShareGroupMemberMetadata(ShareGroupMemberMetadataKey::decode(d, version)?),
            11 => Self::ShareGroupMetadata(ShareGroupMetadataKey::decode(d, version)?),
            12 => Self::ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataKey::decode(
                d, version,
            )?),
            13 => Self::ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberKey::decode(
                d, version,
            )?),
            14 => Self::ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentKey::decode(
                d, version,
            )?),
            15 => Self::ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataKey::decode(
                d, version,
            )?),
            16 => {
                Self::ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionKey::decode(d, version)?)
            }
            17 => Self::StreamsGroupMetadata(StreamsGroupMetadataKey::decode(d, version)?),
            19 => Self::StreamsGroupMemberMetadata(StreamsGroupMemberMetadataKey::decode(d, version)?),
            20 => Self::StreamsGroupTargetAssignmentMetadata(
                StreamsGroupTargetAssignmentMetadataKey::decode(d, version)?,
            ),
            21 => Self::StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberKey::decode(
                d, version,
            )?),
            22 => Self::StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentKey::decode(
                d, version,
            )?),
            23 => Self::StreamsGroupTopology(StreamsGroupTopologyKey::decode(d, version)?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "GroupKey",
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
            Self::OffsetCommit(_) => 0,
            Self::GroupMetadata(_) => 0,
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
            Self::LegacyOffsetCommit(_) => "LegacyOffsetCommitKey",
            Self::OffsetCommit(_) => "OffsetCommitKey",
            Self::GroupMetadata(_) => "GroupMetadataKey",
            Self::ConsumerGroupMetadata(_) => "ConsumerGroupMetadataKey",
            Self::ConsumerGroupPartitionMetadata(_) => "ConsumerGroupPartitionMetadataKey",
            Self::ConsumerGroupMemberMetadata(_) => "ConsumerGroupMemberMetadataKey",
            Self::ConsumerGroupTargetAssignmentMetadata(_) => "ConsumerGroupTargetAssignmentMetadataKey",
            Self::ConsumerGroupTargetAssignmentMember(_) => "ConsumerGroupTargetAssignmentMemberKey",
            Self::ConsumerGroupCurrentMemberAssignment(_) => "ConsumerGroupCurrentMemberAssignmentKey",
            Self::ShareGroupMemberMetadata(_) => "ShareGroupMemberMetadataKey",
            Self::ShareGroupMetadata(_) => "ShareGroupMetadataKey",
            Self::ShareGroupTargetAssignmentMetadata(_) => "ShareGroupTargetAssignmentMetadataKey",
            Self::ShareGroupTargetAssignmentMember(_) => "ShareGroupTargetAssignmentMemberKey",
            Self::ShareGroupCurrentMemberAssignment(_) => "ShareGroupCurrentMemberAssignmentKey",
            Self::ShareGroupStatePartitionMetadata(_) => "ShareGroupStatePartitionMetadataKey",
            Self::ConsumerGroupRegularExpression(_) => "ConsumerGroupRegularExpressionKey",
            Self::StreamsGroupMetadata(_) => "StreamsGroupMetadataKey",
            Self::StreamsGroupMemberMetadata(_) => "StreamsGroupMemberMetadataKey",
            Self::StreamsGroupTargetAssignmentMetadata(_) => "StreamsGroupTargetAssignmentMetadataKey",
            Self::StreamsGroupTargetAssignmentMember(_) => "StreamsGroupTargetAssignmentMemberKey",
            Self::StreamsGroupCurrentMemberAssignment(_) => "StreamsGroupCurrentMemberAssignmentKey",
            Self::StreamsGroupTopology(_) => "StreamsGroupTopologyKey",
        }
    }
}

impl From<LegacyOffsetCommitKey> for GroupKey {
    fn from(value: LegacyOffsetCommitKey) -> Self {
        Self::LegacyOffsetCommit(value)
    }
}

impl From<OffsetCommitKey> for GroupKey {
    fn from(value: OffsetCommitKey) -> Self {
        Self::OffsetCommit(value)
    }
}

impl From<GroupMetadataKey> for GroupKey {
    fn from(value: GroupMetadataKey) -> Self {
        Self::GroupMetadata(value)
    }
}

impl From<ConsumerGroupMetadataKey> for GroupKey {
    fn from(value: ConsumerGroupMetadataKey) -> Self {
        Self::ConsumerGroupMetadata(value)
    }
}

impl From<ConsumerGroupPartitionMetadataKey> for GroupKey {
    fn from(value: ConsumerGroupPartitionMetadataKey) -> Self {
        Self::ConsumerGroupPartitionMetadata(value)
    }
}

impl From<ConsumerGroupMemberMetadataKey> for GroupKey {
    fn from(value: ConsumerGroupMemberMetadataKey) -> Self {
        Self::ConsumerGroupMemberMetadata(value)
    }
}

impl From<ConsumerGroupTargetAssignmentMetadataKey> for GroupKey {
    fn from(value: ConsumerGroupTargetAssignmentMetadataKey) -> Self {
        Self::ConsumerGroupTargetAssignmentMetadata(value)
    }
}

impl From<ConsumerGroupTargetAssignmentMemberKey> for GroupKey {
    fn from(value: ConsumerGroupTargetAssignmentMemberKey) -> Self {
        Self::ConsumerGroupTargetAssignmentMember(value)
    }
}

impl From<ConsumerGroupCurrentMemberAssignmentKey> for GroupKey {
    fn from(value: ConsumerGroupCurrentMemberAssignmentKey) -> Self {
        Self::ConsumerGroupCurrentMemberAssignment(value)
    }
}

impl From<ShareGroupMemberMetadataKey> for GroupKey {
    fn from(value: ShareGroupMemberMetadataKey) -> Self {
        Self::ShareGroupMemberMetadata(value)
    }
}

impl From<ShareGroupMetadataKey> for GroupKey {
    fn from(value: ShareGroupMetadataKey) -> Self {
        Self::ShareGroupMetadata(value)
    }
}

impl From<ShareGroupTargetAssignmentMetadataKey> for GroupKey {
    fn from(value: ShareGroupTargetAssignmentMetadataKey) -> Self {
        Self::ShareGroupTargetAssignmentMetadata(value)
    }
}

impl From<ShareGroupTargetAssignmentMemberKey> for GroupKey {
    fn from(value: ShareGroupTargetAssignmentMemberKey) -> Self {
        Self::ShareGroupTargetAssignmentMember(value)
    }
}

impl From<ShareGroupCurrentMemberAssignmentKey> for GroupKey {
    fn from(value: ShareGroupCurrentMemberAssignmentKey) -> Self {
        Self::ShareGroupCurrentMemberAssignment(value)
    }
}

impl From<ShareGroupStatePartitionMetadataKey> for GroupKey {
    fn from(value: ShareGroupStatePartitionMetadataKey) -> Self {
        Self::ShareGroupStatePartitionMetadata(value)
    }
}

impl From<ConsumerGroupRegularExpressionKey> for GroupKey {
    fn from(value: ConsumerGroupRegularExpressionKey) -> Self {
        Self::ConsumerGroupRegularExpression(value)
    }
}

impl From<StreamsGroupMetadataKey> for GroupKey {
    fn from(value: StreamsGroupMetadataKey) -> Self {
        Self::StreamsGroupMetadata(value)
    }
}

impl From<StreamsGroupMemberMetadataKey> for GroupKey {
    fn from(value: StreamsGroupMemberMetadataKey) -> Self {
        Self::StreamsGroupMemberMetadata(value)
    }
}

impl From<StreamsGroupTargetAssignmentMetadataKey> for GroupKey {
    fn from(value: StreamsGroupTargetAssignmentMetadataKey) -> Self {
        Self::StreamsGroupTargetAssignmentMetadata(value)
    }
}

impl From<StreamsGroupTargetAssignmentMemberKey> for GroupKey {
    fn from(value: StreamsGroupTargetAssignmentMemberKey) -> Self {
        Self::StreamsGroupTargetAssignmentMember(value)
    }
}

impl From<StreamsGroupCurrentMemberAssignmentKey> for GroupKey {
    fn from(value: StreamsGroupCurrentMemberAssignmentKey) -> Self {
        Self::StreamsGroupCurrentMemberAssignment(value)
    }
}

impl From<StreamsGroupTopologyKey> for GroupKey {
    fn from(value: StreamsGroupTopologyKey) -> Self {
        Self::StreamsGroupTopology(value)
    }
}
