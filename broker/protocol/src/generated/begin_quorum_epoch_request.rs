//! `BeginQuorumEpochRequest`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `BeginQuorumEpochRequest`, number 53.
#[derive(Clone, Debug, PartialEq)]
pub struct BeginQuorumEpochRequest {
    /// Versions 0-1, may be null, default null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 1, default -1, dropped elsewhere; broker id.
    pub voter_id: i32,
    /// Versions 0-1.
    pub topics: Vec<TopicData>,
    /// Versions 1, dropped elsewhere.
    pub leader_endpoints: Vec<LeaderEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for BeginQuorumEpochRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            voter_id: -1,
            topics: Vec::new(),
            leader_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl BeginQuorumEpochRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for BeginQuorumEpochRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BeginQuorumEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            cluster_id: d.get_nullable_string(form)?,
            voter_id: if version >= 1 { d.get_i32()? } else { -1 },
            topics: d.get_structs(form, 3, version)?,
            leader_endpoints: if version >= 1 {
                d.get_structs(form, 5, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("BeginQuorumEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_nullable_string(self.cluster_id.as_deref(), form)?;
        if version >= 1 {
            e.put_i32(self.voter_id);
        }
        e.put_structs(&self.topics, form, version)?;
        if version >= 1 {
            e.put_structs(&self.leader_endpoints, form, version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `BeginQuorumEpochRequest` in versions 0-1.
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
            partitions: d.get_structs(form, 12, version)?,
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

/// Part of `BeginQuorumEpochRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-1.
    pub partition_index: i32,
    /// Versions 1, dropped elsewhere.
    pub voter_directory_id: Uuid,
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
            voter_directory_id: if version >= 1 { d.get_uuid()? } else { Uuid::ZERO },
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
        if version >= 1 {
            e.put_uuid(self.voter_directory_id);
        }
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `BeginQuorumEpochRequest` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderEndpoint {
    /// Versions 1.
    pub name: StringBytes,
    /// Versions 1.
    pub host: StringBytes,
    /// Versions 1.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for LeaderEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for BeginQuorumEpochRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::BeginQuorumEpoch;
    type Response = crate::generated::begin_quorum_epoch_response::BeginQuorumEpochResponse;
}
