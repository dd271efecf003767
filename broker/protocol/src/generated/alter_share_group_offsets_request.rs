//! `AlterShareGroupOffsetsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AlterShareGroupOffsetsRequest`, number 91.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequest {
    /// Versions 0; group id.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterShareGroupOffsetsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for AlterShareGroupOffsetsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterShareGroupOffsetsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterShareGroupOffsetsRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterShareGroupOffsetsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestTopic {
    /// Versions 0; topic name.
    pub topic_name: StringBytes,
    /// Versions 0.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AlterShareGroupOffsetsRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            partitions: d.get_structs(Form::Compact, 13, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterShareGroupOffsetsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// Versions 0.
    pub partition_index: i32,
    /// Versions 0.
    pub start_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AlterShareGroupOffsetsRequestPartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            start_offset: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i64(self.start_offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for AlterShareGroupOffsetsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterShareGroupOffsets;
    type Response = crate::generated::alter_share_group_offsets_response::AlterShareGroupOffsetsResponse;
}
