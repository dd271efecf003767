//! `StreamsGroupTargetAssignmentMemberValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupTargetAssignmentMemberValue`, number 21.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTargetAssignmentMemberValue {
    /// Versions 0.
    pub active_tasks: Vec<TaskIds>,
    /// Versions 0.
    pub standby_tasks: Vec<TaskIds>,
    /// Versions 0.
    pub warmup_tasks: Vec<TaskIds>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupTargetAssignmentMemberValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupTargetAssignmentMemberValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version(
            "StreamsGroupTargetAssignmentMemberValue",
            &Self::VERSIONS,
            version,
        )?;
        Ok(Self {
            active_tasks: d.get_structs(Form::Compact, 3, version)?,
            standby_tasks: d.get_structs(Form::Compact, 3, version)?,
            warmup_tasks: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version(
            "StreamsGroupTargetAssignmentMemberValue",
            &Self::VERSIONS,
            version,
        )?;
        e.put_structs(&self.active_tasks, Form::Compact, version)?;
        e.put_structs(&self.standby_tasks, Form::Compact, version)?;
        e.put_structs(&self.warmup_tasks, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupTargetAssignmentMemberValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    /// Versions 0.
    pub subtopology_id: StringBytes,
    /// Versions 0.
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
