//! `FeatureLevelRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `FeatureLevelRecord`, number 12.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureLevelRecord {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub feature_level: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl FeatureLevelRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for FeatureLevelRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FeatureLevelRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            feature_level: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("FeatureLevelRecord", &Self::VERSIONS, version)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_i16(self.feature_level);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
