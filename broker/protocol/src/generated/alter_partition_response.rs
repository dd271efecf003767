//! `AlterPartitionResponse`, versions 2-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `AlterPartitionResponse`, number 56.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterPartitionResponse {
    /// Versions 2-3.
    pub throttle_time_ms: i32,
    /// Versions 2-3.
    pub error_code: i16,
    /// Versions 2-3.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterPartitionResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=3;
}

impl Message for AlterPartitionResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterPartitionResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterPartitionResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterPartitionResponse` in versions 2-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    /// Versions 2-3, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 2-3.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 21, version)?,
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

/// Part of `AlterPartitionResponse` in versions 2-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 2-3.
    pub partition_index: i32,
    /// Versions 2-3.
    pub error_code: i16,
    /// Versions 2-3; broker id.
    pub leader_id: i32,
    /// Versions 2-3.
    pub leader_epoch: i32,
    /// Versions 2-3; broker id.
    pub isr: Vec<i32>,
    /// Versions 2-3, dropped elsewhere.
    pub leader_recovery_state: i8,
    /// Versions 2-3.
    pub partition_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            isr: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            leader_recovery_state: d.get_i8()?,
            partition_epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_i32_array(&self.isr, Form::Compact)?;
        e.put_i8(self.leader_recovery_state);
        e.put_i32(self.partition_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
