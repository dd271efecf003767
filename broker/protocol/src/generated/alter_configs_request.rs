//! `AlterConfigsRequest`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AlterConfigsRequest`, number 33.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsRequest {
    /// Versions 0-2.
    pub resources: Vec<AlterConfigsResource>,
    /// Versions 0-2.
    pub validate_only: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterConfigsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for AlterConfigsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterConfigsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            resources: d.get_structs(form, 4, version)?,
            validate_only: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterConfigsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_structs(&self.resources, form, version)?;
        e.put_bool(self.validate_only);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterConfigsRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResource {
    /// Versions 0-2.
    pub resource_type: i8,
    /// Versions 0-2.
    pub resource_name: StringBytes,
    /// Versions 0-2.
    pub configs: Vec<AlterableConfig>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AlterConfigsResource {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            configs: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, form)?;
        e.put_structs(&self.configs, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterConfigsRequest` in versions 0-2.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterableConfig {
    /// Versions 0-2.
    pub name: StringBytes,
    /// Versions 0-2, may be null.
    pub value: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for AlterableConfig {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            name: d.get_string(form)?,
            value: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.name, form)?;
        e.put_nullable_string(self.value.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for AlterConfigsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterConfigs;
    type Response = crate::generated::alter_configs_response::AlterConfigsResponse;
}
