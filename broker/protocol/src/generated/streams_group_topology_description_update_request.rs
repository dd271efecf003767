//! `StreamsGroupTopologyDescriptionUpdateRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupTopologyDescriptionUpdateRequest`, number 93.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTopologyDescriptionUpdateRequest {
    /// Versions 0; group id.
    pub group_id: StringBytes,
    /// Versions 0.
    pub member_id: StringBytes,
    /// Versions 0.
    pub topology_epoch: i32,
    /// Versions 0.
    pub topology_description: TopologyDescription,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupTopologyDescriptionUpdateRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupTopologyDescriptionUpdateRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version(
            "StreamsGroupTopologyDescriptionUpdateRequest",
            &Self::VERSIONS,
            version,
        )?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            member_id: d.get_string(Form::Compact)?,
            topology_epoch: d.get_i32()?,
            topology_description: TopologyDescription::decode(d, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version(
            "StreamsGroupTopologyDescriptionUpdateRequest",
            &Self::VERSIONS,
            version,
        )?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.topology_epoch);
        self.topology_description.encode(e, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupTopologyDescriptionUpdateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescription {
    /// Versions 0.
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// Versions 0.
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

/// Part of `StreamsGroupTopologyDescriptionUpdateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionSubtopology {
    /// Versions 0.
    pub subtopology_id: StringBytes,
    /// Versions 0.
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

/// Part of `StreamsGroupTopologyDescriptionUpdateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionNode {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub node_type: i8,
    /// Versions 0; topic name.
    pub source_topics: Vec<StringBytes>,
    /// Versions 0, may be null, default null; topic name.
    pub sink_topic: Option<StringBytes>,
    /// Versions 0.
    pub stores: Vec<StringBytes>,
    /// Versions 0.
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

/// Part of `StreamsGroupTopologyDescriptionUpdateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopologyDescriptionGlobalStore {
    /// Versions 0.
    pub source: TopologyDescriptionNode,
    /// Versions 0.
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

impl crate::Request for StreamsGroupTopologyDescriptionUpdateRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::StreamsGroupTopologyDescriptionUpdate;
    type Response = crate::generated::streams_group_topology_description_update_response::StreamsGroupTopologyDescriptionUpdateResponse;
}
