//! `UpdateFeaturesResponse`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `UpdateFeaturesResponse`, number 57.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesResponse {
    /// Versions 0-2.
    pub throttle_time_ms: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2, may be null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-1, dropped elsewhere.
    pub results: Vec<UpdatableFeatureResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for UpdateFeaturesResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            results: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl UpdateFeaturesResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for UpdateFeaturesResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UpdateFeaturesResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            results: if version <= 1 {
                d.get_structs(Form::Compact, 5, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UpdateFeaturesResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        if version <= 1 {
            e.put_structs(&self.results, Form::Compact, version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `UpdateFeaturesResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdatableFeatureResult {
    /// Versions 0-1.
    pub feature: StringBytes,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for UpdatableFeatureResult {
    fn default() -> Self {
        Self {
            feature: StringBytes::EMPTY,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for UpdatableFeatureResult {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            feature: d.get_string(Form::Compact)?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.feature, Form::Compact)?;
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
