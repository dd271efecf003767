//! `ConsumerGroupCurrentMemberAssignmentValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};
use broker_model::Uuid;

/// Message `ConsumerGroupCurrentMemberAssignmentValue`, number 8.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// Versions 0.
    pub member_epoch: i32,
    /// Versions 0.
    pub previous_member_epoch: i32,
    /// Versions 0.
    pub state: i8,
    /// Versions 0.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// Versions 0.
    pub partitions_pending_revocation: Vec<TopicPartitions>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerGroupCurrentMemberAssignmentValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupCurrentMemberAssignmentValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version(
            "ConsumerGroupCurrentMemberAssignmentValue",
            &Self::VERSIONS,
            version,
        )?;
        Ok(Self {
            member_epoch: d.get_i32()?,
            previous_member_epoch: d.get_i32()?,
            state: d.get_i8()?,
            assigned_partitions: d.get_structs(Form::Compact, 18, version)?,
            partitions_pending_revocation: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version(
            "ConsumerGroupCurrentMemberAssignmentValue",
            &Self::VERSIONS,
            version,
        )?;
        e.put_i32(self.member_epoch);
        e.put_i32(self.previous_member_epoch);
        e.put_i8(self.state);
        e.put_structs(&self.assigned_partitions, Form::Compact, version)?;
        e.put_structs(&self.partitions_pending_revocation, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupCurrentMemberAssignmentValue` in versions 0.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicPartitions {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partitions: Vec<i32>,
    /// Versions 0, tag 0, may be null.
    pub assignment_epochs: Option<Vec<i32>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for TopicPartitions {
    fn default() -> Self {
        Self {
            topic_id: Uuid::ZERO,
            partitions: Vec::new(),
            assignment_epochs: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for TopicPartitions {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let mut m = Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            assignment_epochs: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.assignment_epochs = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_i32_array(&self.partitions, Form::Compact)?;
        let tag_0 = self
            .assignment_epochs
            .as_ref()
            .is_none_or(|value| !value.is_empty());
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_nullable_i32_array(self.assignment_epochs.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}
