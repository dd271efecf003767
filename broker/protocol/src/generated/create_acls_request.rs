//! `CreateAclsRequest`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `CreateAclsRequest`, number 30.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateAclsRequest {
    /// Versions 1-3.
    pub creations: Vec<AclCreation>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl CreateAclsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for CreateAclsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("CreateAclsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            creations: d.get_structs(form, 8, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("CreateAclsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_structs(&self.creations, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateAclsRequest` in versions 1-3.
#[derive(Clone, Debug, PartialEq)]
pub struct AclCreation {
    /// Versions 1-3.
    pub resource_type: i8,
    /// Versions 1-3.
    pub resource_name: StringBytes,
    /// Versions 1-3, default 3.
    pub resource_pattern_type: i8,
    /// Versions 1-3.
    pub principal: StringBytes,
    /// Versions 1-3.
    pub host: StringBytes,
    /// Versions 1-3.
    pub operation: i8,
    /// Versions 1-3.
    pub permission_type: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AclCreation {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            resource_pattern_type: 3,
            principal: StringBytes::EMPTY,
            host: StringBytes::EMPTY,
            operation: 0,
            permission_type: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for AclCreation {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            resource_pattern_type: d.get_i8()?,
            principal: d.get_string(form)?,
            host: d.get_string(form)?,
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
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, form)?;
        e.put_i8(self.resource_pattern_type);
        e.put_string(&self.principal, form)?;
        e.put_string(&self.host, form)?;
        e.put_i8(self.operation);
        e.put_i8(self.permission_type);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for CreateAclsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::CreateAcls;
    type Response = crate::generated::create_acls_response::CreateAclsResponse;
}
