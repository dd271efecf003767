//! `ApiVersionsResponse`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `ApiVersionsResponse`, number 18.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiVersionsResponse {
    /// Versions 0-5.
    pub error_code: i16,
    /// Versions 0-5.
    pub api_keys: Vec<ApiVersion>,
    /// Versions 1-5, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 3-5, tag 0, dropped elsewhere.
    pub supported_features: Vec<SupportedFeatureKey>,
    /// Versions 3-5, tag 1, default -1, dropped elsewhere.
    pub finalized_features_epoch: i64,
    /// Versions 3-5, tag 2, dropped elsewhere.
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// Versions 3-5, tag 3, dropped elsewhere.
    pub zk_migration_ready: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ApiVersionsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for ApiVersionsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ApiVersionsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        let mut m = Self {
            error_code: d.get_i16()?,
            api_keys: d.get_structs(form, 6, version)?,
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.supported_features = d.get_structs(Form::Compact, 6, version)?,
                        1 => m.finalized_features_epoch = d.get_i64()?,
                        2 => m.finalized_features = d.get_structs(Form::Compact, 6, version)?,
                        3 => m.zk_migration_ready = d.get_bool()?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ApiVersionsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_i16(self.error_code);
        e.put_structs(&self.api_keys, form, version)?;
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        let tag_0 = version >= 3 && !self.supported_features.is_empty();
        let tag_1 = version >= 3 && self.finalized_features_epoch != -1;
        let tag_2 = version >= 3 && !self.finalized_features.is_empty();
        let tag_3 = version >= 3 && self.zk_migration_ready;
        if form == Form::Compact {
            e.put_tag_count(
                usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2) + usize::from(tag_3),
                &self.unknown_tagged_fields,
            )?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_structs(&self.supported_features, Form::Compact, version)
                })?;
            }
            if tag_1 {
                e.put_tagged(1, |e| {
                    e.put_i64(self.finalized_features_epoch);
                    Ok(())
                })?;
            }
            if tag_2 {
                e.put_tagged(2, |e| {
                    e.put_structs(&self.finalized_features, Form::Compact, version)
                })?;
            }
            if tag_3 {
                e.put_tagged(3, |e| {
                    e.put_bool(self.zk_migration_ready);
                    Ok(())
                })?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `ApiVersionsResponse` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersion {
    /// Versions 0-5.
    pub api_key: i16,
    /// Versions 0-5.
    pub min_version: i16,
    /// Versions 0-5.
    pub max_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ApiVersion {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            api_key: d.get_i16()?,
            min_version: d.get_i16()?,
            max_version: d.get_i16()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_i16(self.api_key);
        e.put_i16(self.min_version);
        e.put_i16(self.max_version);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ApiVersionsResponse` in versions 3-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupportedFeatureKey {
    /// Versions 3-5.
    pub name: StringBytes,
    /// Versions 3-5.
    pub min_version: i16,
    /// Versions 3-5.
    pub max_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for SupportedFeatureKey {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            min_version: d.get_i16()?,
            max_version: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i16(self.min_version);
        e.put_i16(self.max_version);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ApiVersionsResponse` in versions 3-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalizedFeatureKey {
    /// Versions 3-5.
    pub name: StringBytes,
    /// Versions 3-5.
    pub max_version_level: i16,
    /// Versions 3-5.
    pub min_version_level: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for FinalizedFeatureKey {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            max_version_level: d.get_i16()?,
            min_version_level: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i16(self.max_version_level);
        e.put_i16(self.min_version_level);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
