//! `DescribeClientQuotasRequest`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeClientQuotasRequest`, number 48.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClientQuotasRequest {
    /// Versions 0-1.
    pub components: Vec<ComponentData>,
    /// Versions 0-1.
    pub strict: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeClientQuotasRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for DescribeClientQuotasRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeClientQuotasRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            components: d.get_structs(form, 4, version)?,
            strict: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeClientQuotasRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_structs(&self.components, form, version)?;
        e.put_bool(self.strict);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeClientQuotasRequest` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentData {
    /// Versions 0-1.
    pub entity_type: StringBytes,
    /// Versions 0-1.
    pub match_type: i8,
    /// Versions 0-1, may be null.
    pub r#match: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ComponentData {
    fn default() -> Self {
        Self {
            entity_type: StringBytes::EMPTY,
            match_type: 0,
            r#match: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ComponentData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            entity_type: d.get_string(form)?,
            match_type: d.get_i8()?,
            r#match: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_string(&self.entity_type, form)?;
        e.put_i8(self.match_type);
        e.put_nullable_string(self.r#match.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DescribeClientQuotasRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeClientQuotas;
    type Response = crate::generated::describe_client_quotas_response::DescribeClientQuotasResponse;
}
