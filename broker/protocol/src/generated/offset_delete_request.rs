//! `OffsetDeleteRequest`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `OffsetDeleteRequest`, number 47.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequest {
    /// Versions 0; group id.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topics: Vec<OffsetDeleteRequestTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl OffsetDeleteRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for OffsetDeleteRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetDeleteRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Plain)?,
            topics: d.get_structs(Form::Plain, 6, version)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetDeleteRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Plain)?;
        e.put_structs(&self.topics, Form::Plain, version)?;
        Ok(())
    }
}

/// Part of `OffsetDeleteRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestTopic {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Versions 0.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetDeleteRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Plain)?,
            partitions: d.get_structs(Form::Plain, 4, version)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Plain)?;
        e.put_structs(&self.partitions, Form::Plain, version)?;
        Ok(())
    }
}

/// Part of `OffsetDeleteRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestPartition {
    /// Versions 0.
    pub partition_index: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetDeleteRequestPartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        Ok(())
    }
}

impl crate::Request for OffsetDeleteRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::OffsetDelete;
    type Response = crate::generated::offset_delete_response::OffsetDeleteResponse;
}
