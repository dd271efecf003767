//! `TxnOffsetCommitRequest`, versions 0-6, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `TxnOffsetCommitRequest`, number 28.
#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequest {
    /// Versions 0-6; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 0-6; group id.
    pub group_id: StringBytes,
    /// Versions 0-6; producer id.
    pub producer_id: i64,
    /// Versions 0-6.
    pub producer_epoch: i16,
    /// Versions 3-6, default -1.
    pub generation_id_or_member_epoch: i32,
    /// Versions 3-6.
    pub member_id: StringBytes,
    /// Versions 3-6, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 0-6.
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        Self {
            transactional_id: StringBytes::EMPTY,
            group_id: StringBytes::EMPTY,
            producer_id: 0,
            producer_epoch: 0,
            generation_id_or_member_epoch: -1,
            member_id: StringBytes::EMPTY,
            group_instance_id: None,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl TxnOffsetCommitRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for TxnOffsetCommitRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("TxnOffsetCommitRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            transactional_id: d.get_string(form)?,
            group_id: d.get_string(form)?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            generation_id_or_member_epoch: if version >= 3 { d.get_i32()? } else { -1 },
            member_id: if version >= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            group_instance_id: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("TxnOffsetCommitRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_string(&self.transactional_id, form)?;
        e.put_string(&self.group_id, form)?;
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        if version >= 3 {
            e.put_i32(self.generation_id_or_member_epoch);
        } else {
            EncodeError::check_unset(
                self.generation_id_or_member_epoch != -1,
                "TxnOffsetCommitRequest.generation_id_or_member_epoch",
                version,
            )?;
        }
        if version >= 3 {
            e.put_string(&self.member_id, form)?;
        } else {
            EncodeError::check_unset(
                !self.member_id.is_empty(),
                "TxnOffsetCommitRequest.member_id",
                version,
            )?;
        }
        if version >= 3 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.group_instance_id.is_some(),
                "TxnOffsetCommitRequest.group_instance_id",
                version,
            )?;
        }
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `TxnOffsetCommitRequest` in versions 0-6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitRequestTopic {
    /// Versions 0-5, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 6, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 0-6.
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TxnOffsetCommitRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            name: if version <= 5 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 6 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 14, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        if version <= 5 {
            e.put_string(&self.name, form)?;
        }
        if version >= 6 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `TxnOffsetCommitRequest` in versions 0-6.
#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    /// Versions 0-6.
    pub partition_index: i32,
    /// Versions 0-6.
    pub committed_offset: i64,
    /// Versions 2-6, default -1, dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// Versions 0-6, may be null.
    pub committed_metadata: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for TxnOffsetCommitRequestPartition {
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

impl Message for TxnOffsetCommitRequestPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            partition_index: d.get_i32()?,
            committed_offset: d.get_i64()?,
            committed_leader_epoch: if version >= 2 { d.get_i32()? } else { -1 },
            committed_metadata: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_i32(self.partition_index);
        e.put_i64(self.committed_offset);
        if version >= 2 {
            e.put_i32(self.committed_leader_epoch);
        }
        e.put_nullable_string(self.committed_metadata.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for TxnOffsetCommitRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::TxnOffsetCommit;
    type Response = crate::generated::txn_offset_commit_response::TxnOffsetCommitResponse;
}
