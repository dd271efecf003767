//! `OffsetCommitRequest`, versions 2-10, flexible from 8. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `OffsetCommitRequest`, number 8.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequest {
    /// Versions 2-10; group id.
    pub group_id: StringBytes,
    /// Versions 2-10, default -1, dropped elsewhere.
    pub generation_id_or_member_epoch: i32,
    /// Versions 2-10, dropped elsewhere.
    pub member_id: StringBytes,
    /// Versions 7-10, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 2-4, default -1, dropped elsewhere.
    pub retention_time_ms: i64,
    /// Versions 2-10.
    pub topics: Vec<OffsetCommitRequestTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            generation_id_or_member_epoch: -1,
            member_id: StringBytes::EMPTY,
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl OffsetCommitRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=10;
}

impl Message for OffsetCommitRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetCommitRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 8);
        Ok(Self {
            group_id: d.get_string(form)?,
            generation_id_or_member_epoch: d.get_i32()?,
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 7 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            retention_time_ms: if version <= 4 { d.get_i64()? } else { -1 },
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetCommitRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 8);
        e.put_string(&self.group_id, form)?;
        e.put_i32(self.generation_id_or_member_epoch);
        e.put_string(&self.member_id, form)?;
        if version >= 7 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.group_instance_id.is_some(),
                "OffsetCommitRequest.group_instance_id",
                version,
            )?;
        }
        if version <= 4 {
            e.put_i64(self.retention_time_ms);
        }
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetCommitRequest` in versions 2-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitRequestTopic {
    /// Versions 2-9, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 10, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 2-10.
    pub partitions: Vec<OffsetCommitRequestPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetCommitRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 8);
        Ok(Self {
            name: if version <= 9 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 14, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 8);
        if version <= 9 {
            e.put_string(&self.name, form)?;
        }
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetCommitRequest` in versions 2-10.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequestPartition {
    /// Versions 2-10.
    pub partition_index: i32,
    /// Versions 2-10.
    pub committed_offset: i64,
    /// Versions 6-10, default -1, dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// Versions 2-10, may be null.
    pub committed_metadata: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for OffsetCommitRequestPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 8);
        Ok(Self {
            partition_index: d.get_i32()?,
            committed_offset: d.get_i64()?,
            committed_leader_epoch: if version >= 6 { d.get_i32()? } else { -1 },
            committed_metadata: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 8);
        e.put_i32(self.partition_index);
        e.put_i64(self.committed_offset);
        if version >= 6 {
            e.put_i32(self.committed_leader_epoch);
        }
        e.put_nullable_string(self.committed_metadata.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for OffsetCommitRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::OffsetCommit;
    type Response = crate::generated::offset_commit_response::OffsetCommitResponse;
}
