//! `DescribeTopicPartitionsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeTopicPartitionsRequest`, number 75.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    /// Versions 0.
    pub topics: Vec<TopicRequest>,
    /// Versions 0, default 2000.
    pub response_partition_limit: i32,
    /// Versions 0, may be null, default null.
    pub cursor: Option<Cursor>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            response_partition_limit: 2000,
            cursor: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeTopicPartitionsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DescribeTopicPartitionsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeTopicPartitionsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_structs(Form::Compact, 2, version)?,
            response_partition_limit: d.get_i32()?,
            cursor: d.get_nullable_struct(version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeTopicPartitionsRequest", &Self::VERSIONS, version)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_i32(self.response_partition_limit);
        e.put_nullable_struct(self.cursor.as_ref(), version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTopicPartitionsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicRequest {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTopicPartitionsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    /// Versions 0; topic name.
    pub topic_name: StringBytes,
    /// Versions 0.
    pub partition_index: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Cursor {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            partition_index: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_i32(self.partition_index);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DescribeTopicPartitionsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeTopicPartitions;
    type Response = crate::generated::describe_topic_partitions_response::DescribeTopicPartitionsResponse;
}
