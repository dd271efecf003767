//! `ShareAcknowledgeResponse`, versions 1-2, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareAcknowledgeResponse`, number 79.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareAcknowledgeResponse {
    /// Versions 1-2.
    pub throttle_time_ms: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Versions 1-2, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 2, dropped elsewhere.
    pub acquisition_lock_timeout_ms: i32,
    /// Versions 1-2.
    pub responses: Vec<ShareAcknowledgeTopicResponse>,
    /// Versions 1-2.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareAcknowledgeResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for ShareAcknowledgeResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareAcknowledgeResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            acquisition_lock_timeout_ms: if version >= 2 { d.get_i32()? } else { 0 },
            responses: d.get_structs(Form::Compact, 18, version)?,
            node_endpoints: d.get_structs(Form::Compact, 11, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareAcknowledgeResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        if version >= 2 {
            e.put_i32(self.acquisition_lock_timeout_ms);
        }
        e.put_structs(&self.responses, Form::Compact, version)?;
        e.put_structs(&self.node_endpoints, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareAcknowledgeTopicResponse {
    /// Versions 1-2.
    pub topic_id: Uuid,
    /// Versions 1-2.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ShareAcknowledgeTopicResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 17, version)?,
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

/// Part of `ShareAcknowledgeResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 1-2.
    pub partition_index: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Versions 1-2, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-2.
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            current_leader: LeaderIdAndEpoch::decode(d, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        self.current_leader.encode(e, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Versions 1-2.
    pub leader_id: i32,
    /// Versions 1-2.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for LeaderIdAndEpoch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareAcknowledgeResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 1-2; broker id.
    pub node_id: i32,
    /// Versions 1-2.
    pub host: StringBytes,
    /// Versions 1-2.
    pub port: i32,
    /// Versions 1-2, may be null, default null.
    pub rack: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for NodeEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            rack: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
