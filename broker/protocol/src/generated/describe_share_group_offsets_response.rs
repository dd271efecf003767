//! `DescribeShareGroupOffsetsResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DescribeShareGroupOffsetsResponse`, number 90.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponse {
    /// Versions 0-1.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeShareGroupOffsetsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for DescribeShareGroupOffsetsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeShareGroupOffsetsResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            groups: d.get_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeShareGroupOffsetsResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.groups, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeShareGroupOffsetsResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseGroup {
    /// Versions 0-1; group id.
    pub group_id: StringBytes,
    /// Versions 0-1.
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic>,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeShareGroupOffsetsResponseGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 19, version)?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeShareGroupOffsetsResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseTopic {
    /// Versions 0-1; topic name.
    pub topic_name: StringBytes,
    /// Versions 0-1.
    pub topic_id: Uuid,
    /// Versions 0-1.
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeShareGroupOffsetsResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_uuid(self.topic_id);
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeShareGroupOffsetsResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition {
    /// Versions 0-1.
    pub partition_index: i32,
    /// Versions 0-1.
    pub start_offset: i64,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Versions 1, default -1, dropped elsewhere.
    pub lag: i64,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeShareGroupOffsetsResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            start_offset: 0,
            leader_epoch: 0,
            lag: -1,
            error_code: 0,
            error_message: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeShareGroupOffsetsResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            start_offset: d.get_i64()?,
            leader_epoch: d.get_i32()?,
            lag: if version >= 1 { d.get_i64()? } else { -1 },
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i64(self.start_offset);
        e.put_i32(self.leader_epoch);
        if version >= 1 {
            e.put_i64(self.lag);
        }
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
