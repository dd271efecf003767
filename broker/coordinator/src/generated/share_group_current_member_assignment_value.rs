//! `ShareGroupCurrentMemberAssignmentValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `ShareGroupCurrentMemberAssignmentValue`, number 14.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupCurrentMemberAssignmentValue {
    /// Versions 0.
    pub member_epoch: i32,
    /// Versions 0.
    pub previous_member_epoch: i32,
    /// Versions 0.
    pub state: i8,
    /// Versions 0.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupCurrentMemberAssignmentValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareGroupCurrentMemberAssignmentValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupCurrentMemberAssignmentValue", &Self::VERSIONS, version)?;
        Ok(Self {
            member_epoch: d.get_i32()?,
            previous_member_epoch: d.get_i32()?,
            state: d.get_i8()?,
            assigned_partitions: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupCurrentMemberAssignmentValue", &Self::VERSIONS, version)?;
        e.put_i32(self.member_epoch);
        e.put_i32(self.previous_member_epoch);
        e.put_i8(self.state);
        e.put_structs(&self.assigned_partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupCurrentMemberAssignmentValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
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
