//! `DescribeQuorumResponse`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DescribeQuorumResponse`, number 55.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeQuorumResponse {
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 2, may be null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Versions 0-2.
    pub topics: Vec<TopicData>,
    /// Versions 2.
    pub nodes: Vec<Node>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeQuorumResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            topics: Vec::new(),
            nodes: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeQuorumResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DescribeQuorumResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeQuorumResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: if version >= 2 {
                d.get_nullable_string(Form::Compact)?
            } else {
                Some(StringBytes::EMPTY)
            },
            topics: d.get_structs(Form::Compact, 3, version)?,
            nodes: if version >= 2 {
                d.get_structs(Form::Compact, 6, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeQuorumResponse", &Self::VERSIONS, version)?;
        e.put_i16(self.error_code);
        if version >= 2 {
            e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        }
        e.put_structs(&self.topics, Form::Compact, version)?;
        if version >= 2 {
            e.put_structs(&self.nodes, Form::Compact, version)?;
        } else {
            EncodeError::check_unset(!self.nodes.is_empty(), "DescribeQuorumResponse.nodes", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeQuorumResponse` in versions 0-2.
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

/// Part of `DescribeQuorumResponse` in versions 0-2.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 2, may be null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Versions 0-2; broker id.
    pub leader_id: i32,
    /// Versions 0-2.
    pub leader_epoch: i32,
    /// Versions 0-2.
    pub high_watermark: i64,
    /// Versions 0-2.
    pub current_voters: Vec<ReplicaState>,
    /// Versions 0-2.
    pub observers: Vec<ReplicaState>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            leader_id: 0,
            leader_epoch: 0,
            high_watermark: 0,
            current_voters: Vec::new(),
            observers: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: if version >= 2 {
                d.get_nullable_string(Form::Compact)?
            } else {
                Some(StringBytes::EMPTY)
            },
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            high_watermark: d.get_i64()?,
            current_voters: d.get_structs(Form::Compact, 13, version)?,
            observers: d.get_structs(Form::Compact, 13, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        if version >= 2 {
            e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        }
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_i64(self.high_watermark);
        e.put_structs(&self.current_voters, Form::Compact, version)?;
        e.put_structs(&self.observers, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeQuorumResponse` in versions 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Versions 2; broker id.
    pub node_id: i32,
    /// Versions 2.
    pub listeners: Vec<Listener>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Node {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            listeners: d.get_structs(Form::Compact, 5, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_structs(&self.listeners, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeQuorumResponse` in versions 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Versions 2.
    pub name: StringBytes,
    /// Versions 2.
    pub host: StringBytes,
    /// Versions 2.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Listener {
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

/// Part of `DescribeQuorumResponse` in versions 0-2.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    /// Versions 0-2; broker id.
    pub replica_id: i32,
    /// Versions 2.
    pub replica_directory_id: Uuid,
    /// Versions 0-2.
    pub log_end_offset: i64,
    /// Versions 1-2, default -1, dropped elsewhere.
    pub last_fetch_timestamp: i64,
    /// Versions 1-2, default -1, dropped elsewhere.
    pub last_caught_up_timestamp: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: 0,
            replica_directory_id: Uuid::ZERO,
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ReplicaState {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            replica_id: d.get_i32()?,
            replica_directory_id: if version >= 2 { d.get_uuid()? } else { Uuid::ZERO },
            log_end_offset: d.get_i64()?,
            last_fetch_timestamp: if version >= 1 { d.get_i64()? } else { -1 },
            last_caught_up_timestamp: if version >= 1 { d.get_i64()? } else { -1 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.replica_id);
        if version >= 2 {
            e.put_uuid(self.replica_directory_id);
        } else {
            EncodeError::check_unset(
                self.replica_directory_id != Uuid::ZERO,
                "ReplicaState.replica_directory_id",
                version,
            )?;
        }
        e.put_i64(self.log_end_offset);
        if version >= 1 {
            e.put_i64(self.last_fetch_timestamp);
        }
        if version >= 1 {
            e.put_i64(self.last_caught_up_timestamp);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
