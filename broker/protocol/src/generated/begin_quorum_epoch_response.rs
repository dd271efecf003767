//! `BeginQuorumEpochResponse`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `BeginQuorumEpochResponse`, number 53.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeginQuorumEpochResponse {
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1.
    pub topics: Vec<TopicData>,
    /// Versions 1, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl BeginQuorumEpochResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for BeginQuorumEpochResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BeginQuorumEpochResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        let mut m = Self {
            error_code: d.get_i16()?,
            topics: d.get_structs(form, 3, version)?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.node_endpoints = d.get_structs(Form::Compact, 8, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("BeginQuorumEpochResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_i16(self.error_code);
        e.put_structs(&self.topics, form, version)?;
        let tag_0 = version >= 1 && !self.node_endpoints.is_empty();
        EncodeError::check_unset(
            version < 1 && !self.node_endpoints.is_empty(),
            "BeginQuorumEpochResponse.node_endpoints",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| e.put_structs(&self.node_endpoints, Form::Compact, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `BeginQuorumEpochResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    /// Versions 0-1; topic name.
    pub topic_name: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            topic_name: d.get_string(form)?,
            partitions: d.get_structs(form, 14, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_string(&self.topic_name, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `BeginQuorumEpochResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-1.
    pub partition_index: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1; broker id.
    pub leader_id: i32,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `BeginQuorumEpochResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 1; broker id.
    pub node_id: i32,
    /// Versions 1.
    pub host: StringBytes,
    /// Versions 1.
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
