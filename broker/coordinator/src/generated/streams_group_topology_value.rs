//! `StreamsGroupTopologyValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupTopologyValue`, number 23.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTopologyValue {
    /// Versions 0.
    pub epoch: i32,
    /// Versions 0.
    pub subtopologies: Vec<Subtopology>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupTopologyValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupTopologyValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupTopologyValue", &Self::VERSIONS, version)?;
        Ok(Self {
            epoch: d.get_i32()?,
            subtopologies: d.get_structs(Form::Compact, 8, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupTopologyValue", &Self::VERSIONS, version)?;
        e.put_i32(self.epoch);
        e.put_structs(&self.subtopologies, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupTopologyValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    /// Versions 0.
    pub subtopology_id: StringBytes,
    /// Versions 0.
    pub source_topics: Vec<StringBytes>,
    /// Versions 0.
    pub source_topic_regex: Vec<StringBytes>,
    /// Versions 0.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// Versions 0.
    pub repartition_sink_topics: Vec<StringBytes>,
    /// Versions 0.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// Versions 0.
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

/// Part of `StreamsGroupTopologyValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopartitionGroup {
    /// Versions 0.
    pub source_topics: Vec<i16>,
    /// Versions 0.
    pub source_topic_regex: Vec<i16>,
    /// Versions 0.
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

/// Part of `StreamsGroupTopologyValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicConfig {
    /// Versions 0.
    pub key: StringBytes,
    /// Versions 0.
    pub value: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicConfig {
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

/// Part of `StreamsGroupTopologyValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub partitions: i32,
    /// Versions 0.
    pub replication_factor: i16,
    /// Versions 0.
    pub topic_configs: Vec<TopicConfig>,
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
