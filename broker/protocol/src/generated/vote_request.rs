//! `VoteRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `VoteRequest`, number 52.
#[derive(Clone, Debug, PartialEq)]
pub struct VoteRequest {
    /// Versions 0-2, may be null, default null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 1-2, default -1, dropped elsewhere; broker id.
    pub voter_id: i32,
    /// Versions 0-2.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for VoteRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            voter_id: -1,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl VoteRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for VoteRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("VoteRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            cluster_id: d.get_nullable_string(Form::Compact)?,
            voter_id: if version >= 1 { d.get_i32()? } else { -1 },
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("VoteRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)?;
        if version >= 1 {
            e.put_i32(self.voter_id);
        }
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `VoteRequest` in versions 0-2.
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
            partitions: d.get_structs(Form::Compact, 25, version)?,
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

/// Part of `VoteRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Versions 0-2.
    pub replica_epoch: i32,
    /// Versions 0-2; broker id.
    pub replica_id: i32,
    /// Versions 1-2, dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// Versions 1-2, dropped elsewhere.
    pub voter_directory_id: Uuid,
    /// Versions 0-2.
    pub last_offset_epoch: i32,
    /// Versions 0-2.
    pub last_offset: i64,
    /// Versions 2.
    pub pre_vote: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            replica_epoch: d.get_i32()?,
            replica_id: d.get_i32()?,
            replica_directory_id: if version >= 1 { d.get_uuid()? } else { Uuid::ZERO },
            voter_directory_id: if version >= 1 { d.get_uuid()? } else { Uuid::ZERO },
            last_offset_epoch: d.get_i32()?,
            last_offset: d.get_i64()?,
            pre_vote: if version >= 2 { d.get_bool()? } else { false },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i32(self.replica_epoch);
        e.put_i32(self.replica_id);
        if version >= 1 {
            e.put_uuid(self.replica_directory_id);
        }
        if version >= 1 {
            e.put_uuid(self.voter_directory_id);
        }
        e.put_i32(self.last_offset_epoch);
        e.put_i64(self.last_offset);
        if version >= 2 {
            e.put_bool(self.pre_vote);
        } else {
            EncodeError::check_unset(self.pre_vote, "PartitionData.pre_vote", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for VoteRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Vote;
    type Response = crate::generated::vote_response::VoteResponse;
}
