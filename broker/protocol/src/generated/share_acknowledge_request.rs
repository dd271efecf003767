//! `ShareAcknowledgeRequest`, versions 1-2, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareAcknowledgeRequest`, number 79.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareAcknowledgeRequest {
    /// Versions 1-2, may be null, default null; group id.
    pub group_id: Option<StringBytes>,
    /// Versions 1-2, may be null.
    pub member_id: Option<StringBytes>,
    /// Versions 1-2.
    pub share_session_epoch: i32,
    /// Versions 2.
    pub is_renew_ack: bool,
    /// Versions 1-2.
    pub topics: Vec<AcknowledgeTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ShareAcknowledgeRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(StringBytes::EMPTY),
            share_session_epoch: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ShareAcknowledgeRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for ShareAcknowledgeRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareAcknowledgeRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_nullable_string(Form::Compact)?,
            member_id: d.get_nullable_string(Form::Compact)?,
            share_session_epoch: d.get_i32()?,
            is_renew_ack: if version >= 2 { d.get_bool()? } else { false },
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareAcknowledgeRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.group_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.member_id.as_deref(), Form::Compact)?;
        e.put_i32(self.share_session_epoch);
        if version >= 2 {
            e.put_bool(self.is_renew_ack);
        } else {
            EncodeError::check_unset(self.is_renew_ack, "ShareAcknowledgeRequest.is_renew_ack", version)?;
        }
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgeTopic {
    /// Versions 1-2.
    pub topic_id: Uuid,
    /// Versions 1-2.
    pub partitions: Vec<AcknowledgePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AcknowledgeTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgePartition {
    /// Versions 1-2.
    pub partition_index: i32,
    /// Versions 1-2.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AcknowledgePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            acknowledgement_batches: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_structs(&self.acknowledgement_batches, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgementBatch {
    /// Versions 1-2.
    pub first_offset: i64,
    /// Versions 1-2.
    pub last_offset: i64,
    /// Versions 1-2.
    pub acknowledge_types: Vec<i8>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AcknowledgementBatch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.get_i64()?,
            last_offset: d.get_i64()?,
            acknowledge_types: d.get_array(Form::Compact, 1, Decoder::get_i8)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.first_offset);
        e.put_i64(self.last_offset);
        e.put_i8_array(&self.acknowledge_types, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ShareAcknowledgeRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ShareAcknowledge;
    type Response = crate::generated::share_acknowledge_response::ShareAcknowledgeResponse;
}
