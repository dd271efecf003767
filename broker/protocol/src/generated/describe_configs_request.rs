//! `DescribeConfigsRequest`, versions 1-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeConfigsRequest`, number 32.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsRequest {
    /// Versions 1-4.
    pub resources: Vec<DescribeConfigsResource>,
    /// Versions 1-4.
    pub include_synonyms: bool,
    /// Versions 3-4.
    pub include_documentation: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeConfigsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=4;
}

impl Message for DescribeConfigsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeConfigsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            resources: d.get_structs(form, 4, version)?,
            include_synonyms: d.get_bool()?,
            include_documentation: if version >= 3 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeConfigsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_structs(&self.resources, form, version)?;
        e.put_bool(self.include_synonyms);
        if version >= 3 {
            e.put_bool(self.include_documentation);
        } else {
            EncodeError::check_unset(
                self.include_documentation,
                "DescribeConfigsRequest.include_documentation",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeConfigsRequest` in versions 1-4.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResource {
    /// Versions 1-4.
    pub resource_type: i8,
    /// Versions 1-4.
    pub resource_name: StringBytes,
    /// Versions 1-4, may be null.
    pub configuration_keys: Option<Vec<StringBytes>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeConfigsResource {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            configuration_keys: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeConfigsResource {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            configuration_keys: d.get_nullable_array(form, 1, |d| d.get_string(form))?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, form)?;
        e.put_nullable_string_array(self.configuration_keys.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DescribeConfigsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeConfigs;
    type Response = crate::generated::describe_configs_response::DescribeConfigsResponse;
}
