//! `IncrementalAlterConfigsResponse`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `IncrementalAlterConfigsResponse`, number 44.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncrementalAlterConfigsResponse {
    /// Versions 0-1.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub responses: Vec<AlterConfigsResourceResponse>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl IncrementalAlterConfigsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for IncrementalAlterConfigsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("IncrementalAlterConfigsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            responses: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("IncrementalAlterConfigsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.responses, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `IncrementalAlterConfigsResponse` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterConfigsResourceResponse {
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-1.
    pub resource_type: i8,
    /// Versions 0-1.
    pub resource_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AlterConfigsResourceResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for AlterConfigsResourceResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
