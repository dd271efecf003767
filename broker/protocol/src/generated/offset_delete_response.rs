//! `OffsetDeleteResponse`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `OffsetDeleteResponse`, number 47.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponse {
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0.
    pub topics: Vec<OffsetDeleteResponseTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl OffsetDeleteResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for OffsetDeleteResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetDeleteResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            error_code: d.get_i16()?,
            throttle_time_ms: d.get_i32()?,
            topics: d.get_structs(Form::Plain, 6, version)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetDeleteResponse", &Self::VERSIONS, version)?;
        e.put_i16(self.error_code);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, Form::Plain, version)?;
        Ok(())
    }
}

/// Part of `OffsetDeleteResponse` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponseTopic {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Versions 0.
    pub partitions: Vec<OffsetDeleteResponsePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetDeleteResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Plain)?,
            partitions: d.get_structs(Form::Plain, 6, version)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Plain)?;
        e.put_structs(&self.partitions, Form::Plain, version)?;
        Ok(())
    }
}

/// Part of `OffsetDeleteResponse` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponsePartition {
    /// Versions 0.
    pub partition_index: i32,
    /// Versions 0.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetDeleteResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        Ok(())
    }
}
