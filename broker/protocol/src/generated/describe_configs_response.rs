//! `DescribeConfigsResponse`, versions 1-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeConfigsResponse`, number 32.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResponse {
    /// Versions 1-4.
    pub throttle_time_ms: i32,
    /// Versions 1-4.
    pub results: Vec<DescribeConfigsResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeConfigsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=4;
}

impl Message for DescribeConfigsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeConfigsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            results: d.get_structs(form, 7, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeConfigsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.results, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeConfigsResponse` in versions 1-4.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResult {
    /// Versions 1-4.
    pub error_code: i16,
    /// Versions 1-4, may be null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-4.
    pub resource_type: i8,
    /// Versions 1-4.
    pub resource_name: StringBytes,
    /// Versions 1-4.
    pub configs: Vec<DescribeConfigsResourceResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeConfigsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            configs: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeConfigsResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            configs: d.get_structs(form, 9, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, form)?;
        e.put_structs(&self.configs, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeConfigsResponse` in versions 1-4.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResourceResult {
    /// Versions 1-4.
    pub name: StringBytes,
    /// Versions 1-4, may be null.
    pub value: Option<StringBytes>,
    /// Versions 1-4.
    pub read_only: bool,
    /// Versions 1-4, default -1, dropped elsewhere.
    pub config_source: i8,
    /// Versions 1-4.
    pub is_sensitive: bool,
    /// Versions 1-4, dropped elsewhere.
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// Versions 3-4, dropped elsewhere.
    pub config_type: i8,
    /// Versions 3-4, may be null, dropped elsewhere.
    pub documentation: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeConfigsResourceResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            name: d.get_string(form)?,
            value: d.get_nullable_string(form)?,
            read_only: d.get_bool()?,
            config_source: d.get_i8()?,
            is_sensitive: d.get_bool()?,
            synonyms: d.get_structs(form, 4, version)?,
            config_type: if version >= 3 { d.get_i8()? } else { 0 },
            documentation: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                Some(StringBytes::EMPTY)
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.name, form)?;
        e.put_nullable_string(self.value.as_deref(), form)?;
        e.put_bool(self.read_only);
        e.put_i8(self.config_source);
        e.put_bool(self.is_sensitive);
        e.put_structs(&self.synonyms, form, version)?;
        if version >= 3 {
            e.put_i8(self.config_type);
        }
        if version >= 3 {
            e.put_nullable_string(self.documentation.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeConfigsResponse` in versions 1-4.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsSynonym {
    /// Versions 1-4.
    pub name: StringBytes,
    /// Versions 1-4, may be null.
    pub value: Option<StringBytes>,
    /// Versions 1-4.
    pub source: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeConfigsSynonym {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            source: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeConfigsSynonym {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            name: d.get_string(form)?,
            value: d.get_nullable_string(form)?,
            source: d.get_i8()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.name, form)?;
        e.put_nullable_string(self.value.as_deref(), form)?;
        e.put_i8(self.source);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
