//! `DeleteAclsRequest`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DeleteAclsRequest`, number 31.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteAclsRequest {
    /// Versions 1-3.
    pub filters: Vec<DeleteAclsFilter>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteAclsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for DeleteAclsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteAclsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            filters: d.get_structs(form, 8, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteAclsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_structs(&self.filters, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteAclsRequest` in versions 1-3.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAclsFilter {
    /// Versions 1-3.
    pub resource_type_filter: i8,
    /// Versions 1-3, may be null.
    pub resource_name_filter: Option<StringBytes>,
    /// Versions 1-3, default 3.
    pub pattern_type_filter: i8,
    /// Versions 1-3, may be null.
    pub principal_filter: Option<StringBytes>,
    /// Versions 1-3, may be null.
    pub host_filter: Option<StringBytes>,
    /// Versions 1-3.
    pub operation: i8,
    /// Versions 1-3.
    pub permission_type: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DeleteAclsFilter {
    fn default() -> Self {
        Self {
            resource_type_filter: 0,
            resource_name_filter: Some(StringBytes::EMPTY),
            pattern_type_filter: 3,
            principal_filter: Some(StringBytes::EMPTY),
            host_filter: Some(StringBytes::EMPTY),
            operation: 0,
            permission_type: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DeleteAclsFilter {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            resource_type_filter: d.get_i8()?,
            resource_name_filter: d.get_nullable_string(form)?,
            pattern_type_filter: d.get_i8()?,
            principal_filter: d.get_nullable_string(form)?,
            host_filter: d.get_nullable_string(form)?,
            operation: d.get_i8()?,
            permission_type: d.get_i8()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i8(self.resource_type_filter);
        e.put_nullable_string(self.resource_name_filter.as_deref(), form)?;
        e.put_i8(self.pattern_type_filter);
        e.put_nullable_string(self.principal_filter.as_deref(), form)?;
        e.put_nullable_string(self.host_filter.as_deref(), form)?;
        e.put_i8(self.operation);
        e.put_i8(self.permission_type);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DeleteAclsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DeleteAcls;
    type Response = crate::generated::delete_acls_response::DeleteAclsResponse;
}
