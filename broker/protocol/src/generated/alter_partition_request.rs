//! `AlterPartitionRequest`, versions 2-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `AlterPartitionRequest`, number 56.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterPartitionRequest {
    /// Versions 2-3; broker id.
    pub broker_id: i32,
    /// Versions 2-3, default -1.
    pub broker_epoch: i64,
    /// Versions 2-3.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AlterPartitionRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl AlterPartitionRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=3;
}

impl Message for AlterPartitionRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterPartitionRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterPartitionRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterPartitionRequest` in versions 2-3.
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
            partitions: d.get_structs(Form::Compact, 15, version)?,
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

/// Part of `AlterPartitionRequest` in versions 2-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 2-3.
    pub partition_index: i32,
    /// Versions 2-3.
    pub leader_epoch: i32,
    /// Versions 2; broker id.
    pub new_isr: Vec<i32>,
    /// Versions 3.
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// Versions 2-3.
    pub leader_recovery_state: i8,
    /// Versions 2-3.
    pub partition_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            new_isr: if version <= 2 {
                d.get_array(Form::Compact, 4, Decoder::get_i32)?
            } else {
                Vec::new()
            },
            new_isr_with_epochs: if version >= 3 {
                d.get_structs(Form::Compact, 13, version)?
            } else {
                Vec::new()
            },
            leader_recovery_state: d.get_i8()?,
            partition_epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i32(self.leader_epoch);
        if version <= 2 {
            e.put_i32_array(&self.new_isr, Form::Compact)?;
        } else {
            EncodeError::check_unset(!self.new_isr.is_empty(), "PartitionData.new_isr", version)?;
        }
        if version >= 3 {
            e.put_structs(&self.new_isr_with_epochs, Form::Compact, version)?;
        } else {
            EncodeError::check_unset(
                !self.new_isr_with_epochs.is_empty(),
                "PartitionData.new_isr_with_epochs",
                version,
            )?;
        }
        e.put_i8(self.leader_recovery_state);
        e.put_i32(self.partition_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterPartitionRequest` in versions 3.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerState {
    /// Versions 3; broker id.
    pub broker_id: i32,
    /// Versions 3, default -1.
    pub broker_epoch: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for BrokerState {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for BrokerState {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for AlterPartitionRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterPartition;
    type Response = crate::generated::alter_partition_response::AlterPartitionResponse;
}
