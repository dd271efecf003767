//! `EndQuorumEpochRequest`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `EndQuorumEpochRequest`, number 54.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndQuorumEpochRequest {
    /// Versions 0-1, may be null, default null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 0-1.
    pub topics: Vec<TopicData>,
    /// Versions 1, dropped elsewhere.
    pub leader_endpoints: Vec<LeaderEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl EndQuorumEpochRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for EndQuorumEpochRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EndQuorumEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            cluster_id: d.get_nullable_string(form)?,
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
        EncodeError::check_version("EndQuorumEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_nullable_string(self.cluster_id.as_deref(), form)?;
        e.put_structs(&self.topics, form, version)?;
        if version >= 1 {
            e.put_structs(&self.leader_endpoints, form, version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `EndQuorumEpochRequest` in versions 0-1.
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

/// Part of `EndQuorumEpochRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-1.
    pub partition_index: i32,
    /// Versions 0-1; broker id.
    pub leader_id: i32,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Versions 0, dropped elsewhere.
    pub preferred_successors: Vec<i32>,
    /// Versions 1, dropped elsewhere.
    pub preferred_candidates: Vec<ReplicaInfo>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            partition_index: d.get_i32()?,
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            preferred_successors: if version <= 0 {
                d.get_array(form, 4, Decoder::get_i32)?
            } else {
                Vec::new()
            },
            preferred_candidates: if version >= 1 {
                d.get_structs(form, 21, version)?
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
        let form = Form::since(version, 1);
        e.put_i32(self.partition_index);
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        if version <= 0 {
            e.put_i32_array(&self.preferred_successors, form)?;
        }
        if version >= 1 {
            e.put_structs(&self.preferred_candidates, form, version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `EndQuorumEpochRequest` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaInfo {
    /// Versions 1; broker id.
    pub candidate_id: i32,
    /// Versions 1.
    pub candidate_directory_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ReplicaInfo {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            candidate_id: d.get_i32()?,
            candidate_directory_id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.candidate_id);
        e.put_uuid(self.candidate_directory_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `EndQuorumEpochRequest` in versions 1.
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

impl crate::Request for EndQuorumEpochRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::EndQuorumEpoch;
    type Response = crate::generated::end_quorum_epoch_response::EndQuorumEpochResponse;
}
