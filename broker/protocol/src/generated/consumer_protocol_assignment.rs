//! `ConsumerProtocolAssignment`, versions 0-3, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `ConsumerProtocolAssignment`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerProtocolAssignment {
    /// Versions 0-3.
    pub assigned_partitions: Vec<TopicPartition>,
    /// Versions 0-3, may be null, default null.
    pub user_data: Option<Bytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerProtocolAssignment {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=3;
}

impl Message for ConsumerProtocolAssignment {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerProtocolAssignment", &Self::VERSIONS, version)?;
        Ok(Self {
            assigned_partitions: d.get_structs(Form::Plain, 6, version)?,
            user_data: d.get_nullable_bytes(Form::Plain)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerProtocolAssignment", &Self::VERSIONS, version)?;
        e.put_structs(&self.assigned_partitions, Form::Plain, version)?;
        e.put_nullable_bytes(self.user_data.as_deref(), Form::Plain)?;
        Ok(())
    }
}

/// Part of `ConsumerProtocolAssignment` in versions 0-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    /// Versions 0-3; topic name.
    pub topic: StringBytes,
    /// Versions 0-3.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic: d.get_string(Form::Plain)?,
            partitions: d.get_array(Form::Plain, 4, Decoder::get_i32)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic, Form::Plain)?;
        e.put_i32_array(&self.partitions, Form::Plain)?;
        Ok(())
    }
}
