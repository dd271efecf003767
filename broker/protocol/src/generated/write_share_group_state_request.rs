//! `WriteShareGroupStateRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `WriteShareGroupStateRequest`, number 85.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteShareGroupStateRequest {
    /// Versions 0-1.
    pub group_id: StringBytes,
    /// Versions 0-1.
    pub topics: Vec<WriteStateData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl WriteShareGroupStateRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for WriteShareGroupStateRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("WriteShareGroupStateRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("WriteShareGroupStateRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `WriteShareGroupStateRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteStateData {
    /// Versions 0-1.
    pub topic_id: Uuid,
    /// Versions 0-1.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for WriteStateData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 22, version)?,
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

/// Part of `WriteShareGroupStateRequest` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData {
    /// Versions 0-1.
    pub partition: i32,
    /// Versions 0-1.
    pub state_epoch: i32,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Versions 0-1.
    pub start_offset: i64,
    /// Versions 1, default -1, dropped elsewhere.
    pub delivery_complete_count: i32,
    /// Versions 0-1.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition: 0,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            state_batches: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.get_i32()?,
            state_epoch: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            start_offset: d.get_i64()?,
            delivery_complete_count: if version >= 1 { d.get_i32()? } else { -1 },
            state_batches: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_i32(self.state_epoch);
        e.put_i32(self.leader_epoch);
        e.put_i64(self.start_offset);
        if version >= 1 {
            e.put_i32(self.delivery_complete_count);
        }
        e.put_structs(&self.state_batches, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `WriteShareGroupStateRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateBatch {
    /// Versions 0-1.
    pub first_offset: i64,
    /// Versions 0-1.
    pub last_offset: i64,
    /// Versions 0-1.
    pub delivery_state: i8,
    /// Versions 0-1.
    pub delivery_count: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for StateBatch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.get_i64()?,
            last_offset: d.get_i64()?,
            delivery_state: d.get_i8()?,
            delivery_count: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.first_offset);
        e.put_i64(self.last_offset);
        e.put_i8(self.delivery_state);
        e.put_i16(self.delivery_count);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for WriteShareGroupStateRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::WriteShareGroupState;
    type Response = crate::generated::write_share_group_state_response::WriteShareGroupStateResponse;
}
