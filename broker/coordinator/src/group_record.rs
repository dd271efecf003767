//! Records of `__consumer_offsets` in Kafka's formats.

use broker_codec::{DecodeError, EncodeError, StringBytes};
use broker_model::Timestamp;
use bytes::Bytes;

use crate::classic_group::ClassicGroup;
use crate::generated::group_key::GroupKey;
use crate::generated::group_metadata_value::MemberMetadata;
use crate::generated::group_value::GroupValue;
use crate::messages::{GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue};
use crate::offsets::OffsetAndMetadata;

/// Offsets with a lifetime of their own are written in the one version that has a place for it.
const VERSION_WITH_EXPIRY: i16 = 1;
const OFFSET_VERSION: i16 = 4;
const GROUP_VERSION: i16 = 3;

/// One record of the log; without a value it is a tombstone.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRecord {
    /// What the record is about.
    pub key: GroupKey,
    /// What it says.
    pub value: Option<GroupValue>,
}

impl GroupRecord {
    /// Reads a record.
    ///
    /// # Errors
    /// When key or value are unknown or malformed.
    pub fn decode(key: Bytes, value: Option<Bytes>) -> Result<Self, DecodeError> {
        let key = GroupKey::decode(key)?;
        let value = value
            .map(|value| GroupValue::decode(key.number(), value))
            .transpose()?;
        Ok(Self { key, value })
    }

    /// Writes key and value.
    ///
    /// # Errors
    /// When a text is too long.
    pub fn encode(&self) -> Result<(Bytes, Option<Bytes>), EncodeError> {
        let value = self.value.as_ref().map(|value| value.encode(version_of(value)));
        Ok((self.key.encode()?, value.transpose()?))
    }

    pub(crate) fn offset(
        group: &StringBytes,
        topic: &StringBytes,
        partition: i32,
        offset: Option<&OffsetAndMetadata>,
    ) -> Self {
        let key = OffsetCommitKey {
            group: group.clone(),
            topic: topic.clone(),
            partition,
            ..OffsetCommitKey::default()
        };
        let value = offset.map(|offset| OffsetCommitValue {
            offset: offset.offset,
            leader_epoch: offset.leader_epoch,
            metadata: offset.metadata.clone(),
            commit_timestamp: offset.committed_at.as_ms(),
            expire_timestamp: offset.expires_at.unwrap_or(Timestamp::NONE).as_ms(),
            topic_id: offset.topic_id,
            ..OffsetCommitValue::default()
        });
        Self {
            key: key.into(),
            value: value.map(GroupValue::from),
        }
    }

    pub(crate) fn group_tombstone(group: &StringBytes) -> Self {
        Self {
            key: group_key(group),
            value: None,
        }
    }

    /// The first record of a group, before it has had members.
    pub(crate) fn new_group(group: &ClassicGroup) -> Self {
        let value = GroupMetadataValue {
            protocol: None,
            leader: None,
            current_state_timestamp: group.state_changed_at.unwrap_or(Timestamp::NONE).as_ms(),
            ..GroupMetadataValue::default()
        };
        Self {
            key: group_key(&group.id),
            value: Some(value.into()),
        }
    }

    /// A generation: its members with what `assignment_of` gives them.
    pub(crate) fn generation(group: &ClassicGroup, assignment_of: impl Fn(&StringBytes) -> Bytes) -> Self {
        let protocol = group.protocol_name.clone().unwrap_or_default();
        let members = group.members.values().map(|member| MemberMetadata {
            member_id: member.id.clone(),
            group_instance_id: member.instance.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout: member.rebalance_timeout_ms,
            session_timeout: member.session_timeout_ms,
            subscription: member.metadata_for(&protocol),
            assignment: assignment_of(&member.id),
            ..MemberMetadata::default()
        });
        let value = GroupMetadataValue {
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            generation: group.generation.value(),
            protocol: group.protocol_name.clone(),
            leader: group.leader.clone(),
            current_state_timestamp: group.state_changed_at.unwrap_or(Timestamp::NONE).as_ms(),
            members: members.collect(),
            ..GroupMetadataValue::default()
        };
        Self {
            key: group_key(&group.id),
            value: Some(value.into()),
        }
    }
}

fn group_key(group: &StringBytes) -> GroupKey {
    GroupMetadataKey {
        group: group.clone(),
        ..GroupMetadataKey::default()
    }
    .into()
}

fn version_of(value: &GroupValue) -> i16 {
    match value {
        GroupValue::OffsetCommit(value) if value.expire_timestamp >= 0 => VERSION_WITH_EXPIRY,
        GroupValue::OffsetCommit(_) => OFFSET_VERSION,
        GroupValue::GroupMetadata(_) => GROUP_VERSION,
        _ => 0,
    }
}
