//! `ShareGroupStatePartitionMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareGroupStatePartitionMetadataValue`, number 15.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupStatePartitionMetadataValue {
    /// Versions 0.
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    /// Versions 0.
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    /// Versions 0.
    pub deleting_topics: Vec<TopicInfo>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupStatePartitionMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareGroupStatePartitionMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupStatePartitionMetadataValue", &Self::VERSIONS, version)?;
        Ok(Self {
            initializing_topics: d.get_structs(Form::Compact, 19, version)?,
            initialized_topics: d.get_structs(Form::Compact, 19, version)?,
            deleting_topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupStatePartitionMetadataValue", &Self::VERSIONS, version)?;
        e.put_structs(&self.initializing_topics, Form::Compact, version)?;
        e.put_structs(&self.initialized_topics, Form::Compact, version)?;
        e.put_structs(&self.deleting_topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupStatePartitionMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitionsInfo {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub topic_name: StringBytes,
    /// Versions 0.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartitionsInfo {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            topic_name: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupStatePartitionMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub topic_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicInfo {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            topic_name: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
