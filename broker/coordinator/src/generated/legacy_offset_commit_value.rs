//! `LegacyOffsetCommitValue`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `LegacyOffsetCommitValue`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LegacyOffsetCommitValue {
    /// Versions 0.
    pub offset: i64,
    /// Versions 0.
    pub metadata: StringBytes,
    /// Versions 0.
    pub commit_timestamp: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl LegacyOffsetCommitValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for LegacyOffsetCommitValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("LegacyOffsetCommitValue", &Self::VERSIONS, version)?;
        Ok(Self {
            offset: d.get_i64()?,
            metadata: d.get_string(Form::Plain)?,
            commit_timestamp: d.get_i64()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("LegacyOffsetCommitValue", &Self::VERSIONS, version)?;
        e.put_i64(self.offset);
        e.put_string(&self.metadata, Form::Plain)?;
        e.put_i64(self.commit_timestamp);
        Ok(())
    }
}
