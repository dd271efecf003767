//! `StreamsGroupHeartbeatRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupHeartbeatRequest`, number 88.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    /// Versions 0-1; group id.
    pub group_id: StringBytes,
    /// Versions 0-1.
    pub member_id: StringBytes,
    /// Versions 0-1.
    pub member_epoch: i32,
    /// Versions 0-1.
    pub endpoint_information_epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub instance_id: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0-1, default -1.
    pub rebalance_timeout_ms: i32,
    /// Versions 0-1, may be null, default null.
    pub topology: Option<Topology>,
    /// Versions 0-1, may be null, default null.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// Versions 0-1, may be null, default null.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// Versions 0-1, may be null, default null.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Versions 0-1, may be null, default null.
    pub process_id: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub user_endpoint: Option<Endpoint>,
    /// Versions 0-1, may be null, default null.
    pub client_tags: Option<Vec<KeyValue>>,
    /// Versions 0-1, may be null, default null.
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// Versions 0-1, may be null, default null.
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    /// Versions 0-1.
    pub shutdown_application: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            member_id: StringBytes::EMPTY,
            member_epoch: 0,
            endpoint_information_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl StreamsGroupHeartbeatRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for StreamsGroupHeartbeatRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            member_id: d.get_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            endpoint_information_epoch: d.get_i32()?,
            instance_id: d.get_nullable_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            rebalance_timeout_ms: d.get_i32()?,
            topology: d.get_nullable_struct(version)?,
            active_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            standby_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            warmup_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            process_id: d.get_nullable_string(Form::Compact)?,
            user_endpoint: d.get_nullable_struct(version)?,
            client_tags: d.get_nullable_structs(Form::Compact, 3, version)?,
            task_offsets: d.get_nullable_structs(Form::Compact, 14, version)?,
            task_end_offsets: d.get_nullable_structs(Form::Compact, 14, version)?,
            shutdown_application: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_i32(self.endpoint_information_epoch);
        e.put_nullable_string(self.instance_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_i32(self.rebalance_timeout_ms);
        e.put_nullable_struct(self.topology.as_ref(), version)?;
        e.put_nullable_structs(self.active_tasks.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.standby_tasks.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.warmup_tasks.as_deref(), Form::Compact, version)?;
        e.put_nullable_string(self.process_id.as_deref(), Form::Compact)?;
        e.put_nullable_struct(self.user_endpoint.as_ref(), version)?;
        e.put_nullable_structs(self.client_tags.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.task_offsets.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.task_end_offsets.as_deref(), Form::Compact, version)?;
        e.put_bool(self.shutdown_application);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Versions 0-1.
    pub epoch: i32,
    /// Versions 0-1.
    pub subtopologies: Vec<Subtopology>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Topology {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: d.get_i32()?,
            subtopologies: d.get_structs(Form::Compact, 8, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.epoch);
        e.put_structs(&self.subtopologies, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    /// Versions 0-1.
    pub subtopology_id: StringBytes,
    /// Versions 0-1; topic name.
    pub source_topics: Vec<StringBytes>,
    /// Versions 0-1.
    pub source_topic_regex: Vec<StringBytes>,
    /// Versions 0-1.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// Versions 0-1; topic name.
    pub repartition_sink_topics: Vec<StringBytes>,
    /// Versions 0-1.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// Versions 0-1.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Subtopology {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            source_topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            source_topic_regex: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            state_changelog_topics: d.get_structs(Form::Compact, 9, version)?,
            repartition_sink_topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            repartition_source_topics: d.get_structs(Form::Compact, 9, version)?,
            copartition_groups: d.get_structs(Form::Compact, 4, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_string_array(&self.source_topics, Form::Compact)?;
        e.put_string_array(&self.source_topic_regex, Form::Compact)?;
        e.put_structs(&self.state_changelog_topics, Form::Compact, version)?;
        e.put_string_array(&self.repartition_sink_topics, Form::Compact)?;
        e.put_structs(&self.repartition_source_topics, Form::Compact, version)?;
        e.put_structs(&self.copartition_groups, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopartitionGroup {
    /// Versions 0-1.
    pub source_topics: Vec<i16>,
    /// Versions 0-1.
    pub source_topic_regex: Vec<i16>,
    /// Versions 0-1.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for CopartitionGroup {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source_topics: d.get_array(Form::Compact, 2, Decoder::get_i16)?,
            source_topic_regex: d.get_array(Form::Compact, 2, Decoder::get_i16)?,
            repartition_source_topics: d.get_array(Form::Compact, 2, Decoder::get_i16)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i16_array(&self.source_topics, Form::Compact)?;
        e.put_i16_array(&self.source_topic_regex, Form::Compact)?;
        e.put_i16_array(&self.repartition_source_topics, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue {
    /// Versions 0-1.
    pub key: StringBytes,
    /// Versions 0-1.
    pub value: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for KeyValue {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.get_string(Form::Compact)?,
            value: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.key, Form::Compact)?;
        e.put_string(&self.value, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    /// Versions 0-1; topic name.
    pub name: StringBytes,
    /// Versions 0-1.
    pub partitions: i32,
    /// Versions 0-1.
    pub replication_factor: i16,
    /// Versions 0-1.
    pub topic_configs: Vec<KeyValue>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicInfo {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partitions: d.get_i32()?,
            replication_factor: d.get_i16()?,
            topic_configs: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i32(self.partitions);
        e.put_i16(self.replication_factor);
        e.put_structs(&self.topic_configs, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// Versions 0-1.
    pub host: StringBytes,
    /// Versions 0-1.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Endpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskOffset {
    /// Versions 0-1.
    pub subtopology_id: StringBytes,
    /// Versions 0-1.
    pub partition: i32,
    /// Versions 0-1.
    pub offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TaskOffset {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            partition: d.get_i32()?,
            offset: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_i32(self.partition);
        e.put_i64(self.offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    /// Versions 0-1.
    pub subtopology_id: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TaskIds {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for StreamsGroupHeartbeatRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::StreamsGroupHeartbeat;
    type Response = crate::generated::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
}
