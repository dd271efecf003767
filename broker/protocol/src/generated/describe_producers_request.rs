//! `DescribeProducersRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeProducersRequest`, number 61.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeProducersRequest {
    /// Versions 0.
    pub topics: Vec<TopicRequest>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeProducersRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DescribeProducersRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeProducersRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeProducersRequest", &Self::VERSIONS, version)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeProducersRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Versions 0.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicRequest {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partition_indexes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i32_array(&self.partition_indexes, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DescribeProducersRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeProducers;
    type Response = crate::generated::describe_producers_response::DescribeProducersResponse;
}
