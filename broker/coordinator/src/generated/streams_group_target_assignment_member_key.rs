//! `StreamsGroupTargetAssignmentMemberKey`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupTargetAssignmentMemberKey`, number 21.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTargetAssignmentMemberKey {
    /// Versions 0.
    pub group_id: StringBytes,
    /// Versions 0.
    pub member_id: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupTargetAssignmentMemberKey {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupTargetAssignmentMemberKey {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupTargetAssignmentMemberKey", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Plain)?,
            member_id: d.get_string(Form::Plain)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupTargetAssignmentMemberKey", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Plain)?;
        e.put_string(&self.member_id, Form::Plain)?;
        Ok(())
    }
}
