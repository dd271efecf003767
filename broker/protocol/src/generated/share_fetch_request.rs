//! `ShareFetchRequest`, versions 1-2, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareFetchRequest`, number 78.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareFetchRequest {
    /// Versions 1-2, may be null, default null; group id.
    pub group_id: Option<StringBytes>,
    /// Versions 1-2, may be null.
    pub member_id: Option<StringBytes>,
    /// Versions 1-2.
    pub share_session_epoch: i32,
    /// Versions 1-2.
    pub max_wait_ms: i32,
    /// Versions 1-2.
    pub min_bytes: i32,
    /// Versions 1-2, default 2147483647.
    pub max_bytes: i32,
    /// Versions 1-2.
    pub max_records: i32,
    /// Versions 1-2.
    pub batch_size: i32,
    /// Versions 2, dropped elsewhere.
    pub share_acquire_mode: i8,
    /// Versions 2.
    pub is_renew_ack: bool,
    /// Versions 1-2.
    pub topics: Vec<FetchTopic>,
    /// Versions 1-2.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(StringBytes::EMPTY),
            share_session_epoch: 0,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            max_records: 0,
            batch_size: 0,
            share_acquire_mode: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ShareFetchRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for ShareFetchRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareFetchRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_nullable_string(Form::Compact)?,
            member_id: d.get_nullable_string(Form::Compact)?,
            share_session_epoch: d.get_i32()?,
            max_wait_ms: d.get_i32()?,
            min_bytes: d.get_i32()?,
            max_bytes: d.get_i32()?,
            max_records: d.get_i32()?,
            batch_size: d.get_i32()?,
            share_acquire_mode: if version >= 2 { d.get_i8()? } else { 0 },
            is_renew_ack: if version >= 2 { d.get_bool()? } else { false },
            topics: d.get_structs(Form::Compact, 18, version)?,
            forgotten_topics_data: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareFetchRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.group_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.member_id.as_deref(), Form::Compact)?;
        e.put_i32(self.share_session_epoch);
        e.put_i32(self.max_wait_ms);
        e.put_i32(self.min_bytes);
        e.put_i32(self.max_bytes);
        e.put_i32(self.max_records);
        e.put_i32(self.batch_size);
        if version >= 2 {
            e.put_i8(self.share_acquire_mode);
        }
        if version >= 2 {
            e.put_bool(self.is_renew_ack);
        } else {
            EncodeError::check_unset(self.is_renew_ack, "ShareFetchRequest.is_renew_ack", version)?;
        }
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_structs(&self.forgotten_topics_data, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareFetchRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    /// Versions 1-2.
    pub topic_id: Uuid,
    /// Versions 1-2.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for FetchTopic {
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

/// Part of `ShareFetchRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchPartition {
    /// Versions 1-2.
    pub partition_index: i32,
    /// Versions 1-2.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for FetchPartition {
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

/// Part of `ShareFetchRequest` in versions 1-2.
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

/// Part of `ShareFetchRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    /// Versions 1-2.
    pub topic_id: Uuid,
    /// Versions 1-2.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ForgottenTopic {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ShareFetchRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ShareFetch;
    type Response = crate::generated::share_fetch_response::ShareFetchResponse;
}
