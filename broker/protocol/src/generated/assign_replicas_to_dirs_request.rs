//! `AssignReplicasToDirsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `AssignReplicasToDirsRequest`, number 73.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignReplicasToDirsRequest {
    /// Versions 0; broker id.
    pub broker_id: i32,
    /// Versions 0, default -1.
    pub broker_epoch: i64,
    /// Versions 0.
    pub directories: Vec<DirectoryData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AssignReplicasToDirsRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            directories: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl AssignReplicasToDirsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for AssignReplicasToDirsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AssignReplicasToDirsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            directories: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AssignReplicasToDirsRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        e.put_structs(&self.directories, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AssignReplicasToDirsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectoryData {
    /// Versions 0.
    pub id: Uuid,
    /// Versions 0.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DirectoryData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            id: d.get_uuid()?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.id);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AssignReplicasToDirsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 5, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AssignReplicasToDirsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0.
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

impl crate::Request for AssignReplicasToDirsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AssignReplicasToDirs;
    type Response = crate::generated::assign_replicas_to_dirs_response::AssignReplicasToDirsResponse;
}
