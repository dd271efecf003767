//! `VoteResponse`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `VoteResponse`, number 52.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoteResponse {
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2.
    pub topics: Vec<TopicData>,
    /// Versions 1-2, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl VoteResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for VoteResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("VoteResponse", &Self::VERSIONS, version)?;
        let mut m = Self {
            error_code: d.get_i16()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 if version >= 1 => m.node_endpoints = d.get_structs(Form::Compact, 8, version)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("VoteResponse", &Self::VERSIONS, version)?;
        e.put_i16(self.error_code);
        e.put_structs(&self.topics, Form::Compact, version)?;
        let tag_0 = version >= 1 && !self.node_endpoints.is_empty();
        EncodeError::check_unset(
            version < 1 && !self.node_endpoints.is_empty(),
            "VoteResponse.node_endpoints",
            version,
        )?;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| e.put_structs(&self.node_endpoints, Form::Compact, version))?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `VoteResponse` in versions 0-2.
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
            partitions: d.get_structs(Form::Compact, 16, version)?,
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

/// Part of `VoteResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2; broker id.
    pub leader_id: i32,
    /// Versions 0-2.
    pub leader_epoch: i32,
    /// Versions 0-2.
    pub vote_granted: bool,
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
            vote_granted: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_bool(self.vote_granted);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `VoteResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 1-2; broker id.
    pub node_id: i32,
    /// Versions 1-2.
    pub host: StringBytes,
    /// Versions 1-2.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for NodeEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
