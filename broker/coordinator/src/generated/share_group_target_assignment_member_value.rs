//! `ShareGroupTargetAssignmentMemberValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `ShareGroupTargetAssignmentMemberValue`, number 13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupTargetAssignmentMemberValue {
    /// Versions 0.
    pub topic_partitions: Vec<TopicPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupTargetAssignmentMemberValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareGroupTargetAssignmentMemberValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupTargetAssignmentMemberValue", &Self::VERSIONS, version)?;
        Ok(Self {
            topic_partitions: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupTargetAssignmentMemberValue", &Self::VERSIONS, version)?;
        e.put_structs(&self.topic_partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupTargetAssignmentMemberValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartition {
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
