//! `DescribeQuorumRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeQuorumRequest`, number 55.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeQuorumRequest {
    /// Versions 0-2.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeQuorumRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DescribeQuorumRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeQuorumRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeQuorumRequest", &Self::VERSIONS, version)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeQuorumRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    /// Versions 0-2; topic name.
    pub topic_name: StringBytes,
    /// Versions 0-2.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            partitions: d.get_structs(Form::Compact, 5, version)?,
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

/// Part of `DescribeQuorumRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DescribeQuorumRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeQuorum;
    type Response = crate::generated::describe_quorum_response::DescribeQuorumResponse;
}
