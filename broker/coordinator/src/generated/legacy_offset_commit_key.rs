//! `LegacyOffsetCommitKey`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `LegacyOffsetCommitKey`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LegacyOffsetCommitKey {
    /// Versions 0.
    pub group: StringBytes,
    /// Versions 0.
    pub topic: StringBytes,
    /// Versions 0.
    pub partition: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl LegacyOffsetCommitKey {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for LegacyOffsetCommitKey {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("LegacyOffsetCommitKey", &Self::VERSIONS, version)?;
        Ok(Self {
            group: d.get_string(Form::Plain)?,
            topic: d.get_string(Form::Plain)?,
            partition: d.get_i32()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("LegacyOffsetCommitKey", &Self::VERSIONS, version)?;
        e.put_string(&self.group, Form::Plain)?;
        e.put_string(&self.topic, Form::Plain)?;
        e.put_i32(self.partition);
        Ok(())
    }
}
