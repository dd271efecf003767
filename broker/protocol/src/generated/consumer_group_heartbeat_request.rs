//! `ConsumerGroupHeartbeatRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ConsumerGroupHeartbeatRequest`, number 68.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    /// Versions 0-1; group id.
    pub group_id: StringBytes,
    /// Versions 0-1.
    pub member_id: StringBytes,
    /// Versions 0-1.
    pub member_epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub instance_id: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0-1, default -1.
    pub rebalance_timeout_ms: i32,
    /// Versions 0-1, may be null, default null; topic name.
    pub subscribed_topic_names: Option<Vec<StringBytes>>,
    /// Versions 1, may be null, default null.
    pub subscribed_topic_regex: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub server_assignor: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            member_id: StringBytes::EMPTY,
            member_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ConsumerGroupHeartbeatRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for ConsumerGroupHeartbeatRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            member_id: d.get_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            instance_id: d.get_nullable_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            rebalance_timeout_ms: d.get_i32()?,
            subscribed_topic_names: d
                .get_nullable_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            subscribed_topic_regex: if version >= 1 {
                d.get_nullable_string(Form::Compact)?
            } else {
                None
            },
            server_assignor: d.get_nullable_string(Form::Compact)?,
            topic_partitions: d.get_nullable_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_nullable_string(self.instance_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_i32(self.rebalance_timeout_ms);
        e.put_nullable_string_array(self.subscribed_topic_names.as_deref(), Form::Compact)?;
        if version >= 1 {
            e.put_nullable_string(self.subscribed_topic_regex.as_deref(), Form::Compact)?;
        } else {
            EncodeError::check_unset(
                self.subscribed_topic_regex.is_some(),
                "ConsumerGroupHeartbeatRequest.subscribed_topic_regex",
                version,
            )?;
        }
        e.put_nullable_string(self.server_assignor.as_deref(), Form::Compact)?;
        e.put_nullable_structs(self.topic_partitions.as_deref(), Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    /// Versions 0-1.
    pub topic_id: Uuid,
    /// Versions 0-1.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartitions {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ConsumerGroupHeartbeatRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ConsumerGroupHeartbeat;
    type Response = crate::generated::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
}
