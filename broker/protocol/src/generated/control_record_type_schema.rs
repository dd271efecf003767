//! `ControlRecordTypeSchema`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RawTaggedField};

/// Message `ControlRecordTypeSchema`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlRecordTypeSchema {
    /// Versions 0.
    pub r#type: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ControlRecordTypeSchema {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ControlRecordTypeSchema {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ControlRecordTypeSchema", &Self::VERSIONS, version)?;
        Ok(Self {
            r#type: d.get_i16()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ControlRecordTypeSchema", &Self::VERSIONS, version)?;
        e.put_i16(self.r#type);
        Ok(())
    }
}
