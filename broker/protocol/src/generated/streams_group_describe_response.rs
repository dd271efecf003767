//! `StreamsGroupDescribeResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupDescribeResponse`, number 89.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupDescribeResponse {
    /// Versions 0-1.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupDescribeResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for StreamsGroupDescribeResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupDescribeResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            groups: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupDescribeResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.groups, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-1; group id.
    pub group_id: StringBytes,
    /// Versions 0-1.
    pub group_state: StringBytes,
    /// Versions 0-1.
    pub group_epoch: i32,
    /// Versions 0-1.
    pub assignment_epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub topology: Option<Topology>,
    /// Versions 0-1.
    pub members: Vec<Member>,
    /// Versions 0-1, default -2147483648.
    pub authorized_operations: i32,
    /// Versions 1, may be null, default null.
    pub topology_description: Option<TopologyDescription>,
    /// Versions 1.
    pub topology_description_status: i8,
    /// Versions 1, may be null, default null, dropped elsewhere.
    pub assignor_name: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: StringBytes::EMPTY,
            group_state: StringBytes::EMPTY,
            group_epoch: 0,
            assignment_epoch: 0,
            topology: None,
            members: Vec::new(),
            authorized_operations: i32::MIN,
            topology_description: None,
            topology_description_status: 0,
            assignor_name: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribedGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            group_id: d.get_string(Form::Compact)?,
            group_state: d.get_string(Form::Compact)?,
            group_epoch: d.get_i32()?,
            assignment_epoch: d.get_i32()?,
            topology: d.get_nullable_struct(version)?,
            members: d.get_structs(Form::Compact, 28, version)?,
            authorized_operations: d.get_i32()?,
            topology_description: if version >= 1 {
                d.get_nullable_struct(version)?
            } else {
                None
            },
            topology_description_status: if version >= 1 { d.get_i8()? } else { 0 },
            assignor_name: if version >= 1 {
                d.get_nullable_string(Form::Compact)?
            } else {
                None
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.group_state, Form::Compact)?;
        e.put_i32(self.group_epoch);
        e.put_i32(self.assignment_epoch);
        e.put_nullable_struct(self.topology.as_ref(), version)?;
        e.put_structs(&self.members, Form::Compact, version)?;
        e.put_i32(self.authorized_operations);
        if version >= 1 {
            e.put_nullable_struct(self.topology_description.as_ref(), version)?;
        } else {
            EncodeError::check_unset(
                self.topology_description.is_some(),
                "DescribedGroup.topology_description",
                version,
            )?;
        }
        if version >= 1 {
            e.put_i8(self.topology_description_status);
        } else {
            EncodeError::check_unset(
                self.topology_description_status != 0,
                "DescribedGroup.topology_description_status",
                version,
            )?;
        }
        if version >= 1 {
            e.put_nullable_string(self.assignor_name.as_deref(), Form::Compact)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Versions 0-1.
    pub epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub subtopologies: Option<Vec<Subtopology>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Topology {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: d.get_i32()?,
            subtopologies: d.get_nullable_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.epoch);
        e.put_nullable_structs(self.subtopologies.as_deref(), Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    /// Versions 0-1.
    pub subtopology_id: StringBytes,
    /// Versions 0-1; topic name.
    pub source_topics: Vec<StringBytes>,
    /// Versions 0-1; topic name.
    pub repartition_sink_topics: Vec<StringBytes>,
    /// Versions 0-1.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// Versions 0-1.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Subtopology {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            source_topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            repartition_sink_topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            state_changelog_topics: d.get_structs(Form::Compact, 9, version)?,
            repartition_source_topics: d.get_structs(Form::Compact, 9, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_string_array(&self.source_topics, Form::Compact)?;
        e.put_string_array(&self.repartition_sink_topics, Form::Compact)?;
        e.put_structs(&self.state_changelog_topics, Form::Compact, version)?;
        e.put_structs(&self.repartition_source_topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// Versions 0-1.
    pub member_id: StringBytes,
    /// Versions 0-1.
    pub member_epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub instance_id: Option<StringBytes>,
    /// Versions 0-1, may be null, default null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0-1.
    pub client_id: StringBytes,
    /// Versions 0-1.
    pub client_host: StringBytes,
    /// Versions 0-1.
    pub topology_epoch: i32,
    /// Versions 0-1.
    pub process_id: StringBytes,
    /// Versions 0-1, may be null, default null.
    pub user_endpoint: Option<Endpoint>,
    /// Versions 0-1.
    pub client_tags: Vec<KeyValue>,
    /// Versions 0-1.
    pub task_offsets: Vec<TaskOffset>,
    /// Versions 0-1.
    pub task_end_offsets: Vec<TaskOffset>,
    /// Versions 0-1.
    pub assignment: Assignment,
    /// Versions 0-1.
    pub target_assignment: Assignment,
    /// Versions 0-1.
    pub is_classic: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Member {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            member_id: d.get_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            instance_id: d.get_nullable_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            client_id: d.get_string(Form::Compact)?,
            client_host: d.get_string(Form::Compact)?,
            topology_epoch: d.get_i32()?,
            process_id: d.get_string(Form::Compact)?,
            user_endpoint: d.get_nullable_struct(version)?,
            client_tags: d.get_structs(Form::Compact, 3, version)?,
            task_offsets: d.get_structs(Form::Compact, 14, version)?,
            task_end_offsets: d.get_structs(Form::Compact, 14, version)?,
            assignment: Assignment::decode(d, version)?,
            target_assignment: Assignment::decode(d, version)?,
            is_classic: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_nullable_string(self.instance_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_string(&self.client_id, Form::Compact)?;
        e.put_string(&self.client_host, Form::Compact)?;
        e.put_i32(self.topology_epoch);
        e.put_string(&self.process_id, Form::Compact)?;
        e.put_nullable_struct(self.user_endpoint.as_ref(), version)?;
        e.put_structs(&self.client_tags, Form::Compact, version)?;
        e.put_structs(&self.task_offsets, Form::Compact, version)?;
        e.put_structs(&self.task_end_offsets, Form::Compact, version)?;
        self.assignment.encode(e, version)?;
        self.target_assignment.encode(e, version)?;
        e.put_bool(self.is_classic);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
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

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
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

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    /// Versions 0-1.
    pub active_tasks: Vec<TaskIds>,
    /// Versions 0-1.
    pub standby_tasks: Vec<TaskIds>,
    /// Versions 0-1.
    pub warmup_tasks: Vec<TaskIds>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Assignment {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            active_tasks: d.get_structs(Form::Compact, 3, version)?,
            standby_tasks: d.get_structs(Form::Compact, 3, version)?,
            warmup_tasks: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_structs(&self.active_tasks, Form::Compact, version)?;
        e.put_structs(&self.standby_tasks, Form::Compact, version)?;
        e.put_structs(&self.warmup_tasks, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
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

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
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

/// Part of `StreamsGroupDescribeResponse` in versions 0-1.
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

/// Part of `StreamsGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescription {
    /// Versions 1.
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// Versions 1.
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopologyDescription {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopologies: d.get_structs(Form::Compact, 3, version)?,
            global_stores: d.get_structs(Form::Compact, 15, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_structs(&self.subtopologies, Form::Compact, version)?;
        e.put_structs(&self.global_stores, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionSubtopology {
    /// Versions 1.
    pub subtopology_id: StringBytes,
    /// Versions 1.
    pub nodes: Vec<TopologyDescriptionNode>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopologyDescriptionSubtopology {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            nodes: d.get_structs(Form::Compact, 7, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_structs(&self.nodes, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionNode {
    /// Versions 1.
    pub name: StringBytes,
    /// Versions 1.
    pub node_type: i8,
    /// Versions 1; topic name.
    pub source_topics: Vec<StringBytes>,
    /// Versions 1, may be null, default null; topic name.
    pub sink_topic: Option<StringBytes>,
    /// Versions 1.
    pub stores: Vec<StringBytes>,
    /// Versions 1.
    pub successors: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopologyDescriptionNode {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            node_type: d.get_i8()?,
            source_topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            sink_topic: d.get_nullable_string(Form::Compact)?,
            stores: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            successors: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i8(self.node_type);
        e.put_string_array(&self.source_topics, Form::Compact)?;
        e.put_nullable_string(self.sink_topic.as_deref(), Form::Compact)?;
        e.put_string_array(&self.stores, Form::Compact)?;
        e.put_string_array(&self.successors, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionGlobalStore {
    /// Versions 1.
    pub source: TopologyDescriptionNode,
    /// Versions 1.
    pub processor: TopologyDescriptionNode,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopologyDescriptionGlobalStore {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source: TopologyDescriptionNode::decode(d, version)?,
            processor: TopologyDescriptionNode::decode(d, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.source.encode(e, version)?;
        self.processor.encode(e, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
