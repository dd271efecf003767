//! `UpdateFeaturesRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `UpdateFeaturesRequest`, number 57.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// Versions 0-2, default 60000.
    pub timeout_ms: i32,
    /// Versions 0-2.
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// Versions 1-2.
    pub validate_only: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            feature_updates: Vec::new(),
            validate_only: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl UpdateFeaturesRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for UpdateFeaturesRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UpdateFeaturesRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            timeout_ms: d.get_i32()?,
            feature_updates: d.get_structs(Form::Compact, 5, version)?,
            validate_only: if version >= 1 { d.get_bool()? } else { false },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UpdateFeaturesRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.timeout_ms);
        e.put_structs(&self.feature_updates, Form::Compact, version)?;
        if version >= 1 {
            e.put_bool(self.validate_only);
        } else {
            EncodeError::check_unset(self.validate_only, "UpdateFeaturesRequest.validate_only", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `UpdateFeaturesRequest` in versions 0-2.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureUpdateKey {
    /// Versions 0-2.
    pub feature: StringBytes,
    /// Versions 0-2.
    pub max_version_level: i16,
    /// Versions 0.
    pub allow_downgrade: bool,
    /// Versions 1-2, default 1.
    pub upgrade_type: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self {
            feature: StringBytes::EMPTY,
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for FeatureUpdateKey {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            feature: d.get_string(Form::Compact)?,
            max_version_level: d.get_i16()?,
            allow_downgrade: if version <= 0 { d.get_bool()? } else { false },
            upgrade_type: if version >= 1 { d.get_i8()? } else { 1 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.feature, Form::Compact)?;
        e.put_i16(self.max_version_level);
        if version <= 0 {
            e.put_bool(self.allow_downgrade);
        } else {
            EncodeError::check_unset(self.allow_downgrade, "FeatureUpdateKey.allow_downgrade", version)?;
        }
        if version >= 1 {
            e.put_i8(self.upgrade_type);
        } else {
            EncodeError::check_unset(self.upgrade_type != 1, "FeatureUpdateKey.upgrade_type", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for UpdateFeaturesRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::UpdateFeatures;
    type Response = crate::generated::update_features_response::UpdateFeaturesResponse;
}
