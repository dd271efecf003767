//! `ConsumerGroupPartitionMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ConsumerGroupPartitionMetadataValue`, number 4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupPartitionMetadataValue {
    /// Versions 0.
    pub topics: Vec<TopicMetadata>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerGroupPartitionMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupPartitionMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupPartitionMetadataValue", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_structs(Form::Compact, 23, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupPartitionMetadataValue", &Self::VERSIONS, version)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupPartitionMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicMetadata {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub topic_name: StringBytes,
    /// Versions 0.
    pub num_partitions: i32,
    /// Versions 0.
    pub partition_metadata: Vec<PartitionMetadata>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicMetadata {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            topic_name: d.get_string(Form::Compact)?,
            num_partitions: d.get_i32()?,
            partition_metadata: d.get_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_i32(self.num_partitions);
        e.put_structs(&self.partition_metadata, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupPartitionMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionMetadata {
    /// Versions 0.
    pub partition: i32,
    /// Versions 0.
    pub racks: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionMetadata {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.get_i32()?,
            racks: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_string_array(&self.racks, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
