//! `ShareFetchResponse`, versions 1-2, flexible from 1. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Records, StringBytes,
};
use broker_model::Uuid;

/// Message `ShareFetchResponse`, number 78.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchResponse {
    /// Versions 1-2.
    pub throttle_time_ms: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Versions 1-2, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-2.
    pub acquisition_lock_timeout_ms: i32,
    /// Versions 1-2.
    pub responses: Vec<ShareFetchableTopicResponse>,
    /// Versions 1-2.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareFetchResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for ShareFetchResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareFetchResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            acquisition_lock_timeout_ms: d.get_i32()?,
            responses: d.get_structs(Form::Compact, 18, version)?,
            node_endpoints: d.get_structs(Form::Compact, 11, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareFetchResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_i32(self.acquisition_lock_timeout_ms);
        e.put_structs(&self.responses, Form::Compact, version)?;
        e.put_structs(&self.node_endpoints, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareFetchResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchableTopicResponse {
    /// Versions 1-2.
    pub topic_id: Uuid,
    /// Versions 1-2.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ShareFetchableTopicResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 22, version)?,
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

/// Part of `ShareFetchResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 1-2.
    pub partition_index: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Versions 1-2, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-2.
    pub acknowledge_error_code: i16,
    /// Versions 1-2, may be null, default null.
    pub acknowledge_error_message: Option<StringBytes>,
    /// Versions 1-2.
    pub current_leader: LeaderIdAndEpoch,
    /// Versions 1-2.
    pub records: Records,
    /// Versions 1-2.
    pub acquired_records: Vec<AcquiredRecords>,
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
            acknowledge_error_code: d.get_i16()?,
            acknowledge_error_message: d.get_nullable_string(Form::Compact)?,
            current_leader: LeaderIdAndEpoch::decode(d, version)?,
            records: d.get_records(Form::Compact)?,
            acquired_records: d.get_structs(Form::Compact, 19, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_i16(self.acknowledge_error_code);
        e.put_nullable_string(self.acknowledge_error_message.as_deref(), Form::Compact)?;
        self.current_leader.encode(e, version)?;
        e.put_records(&self.records, Form::Compact)?;
        e.put_structs(&self.acquired_records, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareFetchResponse` in versions 1-2.
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

/// Part of `ShareFetchResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcquiredRecords {
    /// Versions 1-2.
    pub first_offset: i64,
    /// Versions 1-2.
    pub last_offset: i64,
    /// Versions 1-2.
    pub delivery_count: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AcquiredRecords {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.get_i64()?,
            last_offset: d.get_i64()?,
            delivery_count: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.first_offset);
        e.put_i64(self.last_offset);
        e.put_i16(self.delivery_count);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareFetchResponse` in versions 1-2.
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
