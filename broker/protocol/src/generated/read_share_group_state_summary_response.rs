//! `ReadShareGroupStateSummaryResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ReadShareGroupStateSummaryResponse`, number 87.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryResponse {
    /// Versions 0-1.
    pub results: Vec<ReadStateSummaryResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ReadShareGroupStateSummaryResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for ReadShareGroupStateSummaryResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ReadShareGroupStateSummaryResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            results: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ReadShareGroupStateSummaryResponse", &Self::VERSIONS, version)?;
        e.put_structs(&self.results, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ReadShareGroupStateSummaryResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryResult {
    /// Versions 0-1.
    pub topic_id: Uuid,
    /// Versions 0-1.
    pub partitions: Vec<PartitionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ReadStateSummaryResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 24, version)?,
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

/// Part of `ReadShareGroupStateSummaryResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult {
    /// Versions 0-1.
    pub partition: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-1.
    pub state_epoch: i32,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Versions 0-1.
    pub start_offset: i64,
    /// Versions 1, default -1, dropped elsewhere.
    pub delivery_complete_count: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionResult {
    fn default() -> Self {
        Self {
            partition: 0,
            error_code: 0,
            error_message: None,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            state_epoch: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            start_offset: d.get_i64()?,
            delivery_complete_count: if version >= 1 { d.get_i32()? } else { -1 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_i32(self.state_epoch);
        e.put_i32(self.leader_epoch);
        e.put_i64(self.start_offset);
        if version >= 1 {
            e.put_i32(self.delivery_complete_count);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
