//! `ListConfigResourcesResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListConfigResourcesResponse`, number 74.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListConfigResourcesResponse {
    /// Versions 0-1.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1.
    pub config_resources: Vec<ConfigResource>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListConfigResourcesResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for ListConfigResourcesResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListConfigResourcesResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            config_resources: d.get_structs(Form::Compact, 2, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListConfigResourcesResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_structs(&self.config_resources, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ListConfigResourcesResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigResource {
    /// Versions 0-1.
    pub resource_name: StringBytes,
    /// Versions 1, default 16, dropped elsewhere.
    pub resource_type: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ConfigResource {
    fn default() -> Self {
        Self {
            resource_name: StringBytes::EMPTY,
            resource_type: 16,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ConfigResource {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            resource_name: d.get_string(Form::Compact)?,
            resource_type: if version >= 1 { d.get_i8()? } else { 16 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.resource_name, Form::Compact)?;
        if version >= 1 {
            e.put_i8(self.resource_type);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
