//! `DescribeTopicPartitionsResponse`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DescribeTopicPartitionsResponse`, number 75.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTopicPartitionsResponse {
    /// Versions 0, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// Versions 0, may be null, default null.
    pub next_cursor: Option<Cursor>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeTopicPartitionsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DescribeTopicPartitionsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeTopicPartitionsResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            topics: d.get_structs(Form::Compact, 26, version)?,
            next_cursor: d.get_nullable_struct(version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeTopicPartitionsResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_nullable_struct(self.next_cursor.as_ref(), version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTopicPartitionsResponse` in versions 0.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0, may be null; topic name.
    pub name: Option<StringBytes>,
    /// Versions 0, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 0, dropped elsewhere.
    pub is_internal: bool,
    /// Versions 0.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// Versions 0, default -2147483648.
    pub topic_authorized_operations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(StringBytes::EMPTY),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeTopicPartitionsResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.get_i16()?,
            name: d.get_nullable_string(Form::Compact)?,
            topic_id: d.get_uuid()?,
            is_internal: d.get_bool()?,
            partitions: d.get_structs(Form::Compact, 20, version)?,
            topic_authorized_operations: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.error_code);
        e.put_nullable_string(self.name.as_deref(), Form::Compact)?;
        e.put_uuid(self.topic_id);
        e.put_bool(self.is_internal);
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_i32(self.topic_authorized_operations);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTopicPartitionsResponse` in versions 0.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0.
    pub partition_index: i32,
    /// Versions 0; broker id.
    pub leader_id: i32,
    /// Versions 0, default -1, dropped elsewhere.
    pub leader_epoch: i32,
    /// Versions 0; broker id.
    pub replica_nodes: Vec<i32>,
    /// Versions 0; broker id.
    pub isr_nodes: Vec<i32>,
    /// Versions 0, may be null, default null; broker id.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Versions 0, may be null, default null; broker id.
    pub last_known_elr: Option<Vec<i32>>,
    /// Versions 0, dropped elsewhere; broker id.
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeTopicPartitionsResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.get_i16()?,
            partition_index: d.get_i32()?,
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            replica_nodes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            isr_nodes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            eligible_leader_replicas: d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
            last_known_elr: d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
            offline_replicas: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.error_code);
        e.put_i32(self.partition_index);
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_i32_array(&self.replica_nodes, Form::Compact)?;
        e.put_i32_array(&self.isr_nodes, Form::Compact)?;
        e.put_nullable_i32_array(self.eligible_leader_replicas.as_deref(), Form::Compact)?;
        e.put_nullable_i32_array(self.last_known_elr.as_deref(), Form::Compact)?;
        e.put_i32_array(&self.offline_replicas, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTopicPartitionsResponse` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    /// Versions 0; topic name.
    pub topic_name: StringBytes,
    /// Versions 0.
    pub partition_index: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Cursor {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            partition_index: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_i32(self.partition_index);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
