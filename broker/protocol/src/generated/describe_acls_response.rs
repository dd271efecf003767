//! `DescribeAclsResponse`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeAclsResponse`, number 29.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeAclsResponse {
    /// Versions 1-3.
    pub throttle_time_ms: i32,
    /// Versions 1-3.
    pub error_code: i16,
    /// Versions 1-3, may be null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-3.
    pub resources: Vec<DescribeAclsResource>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeAclsResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            resources: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeAclsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for DescribeAclsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeAclsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            resources: d.get_structs(form, 5, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeAclsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        e.put_structs(&self.resources, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeAclsResponse` in versions 1-3.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeAclsResource {
    /// Versions 1-3.
    pub resource_type: i8,
    /// Versions 1-3.
    pub resource_name: StringBytes,
    /// Versions 1-3, default 3.
    pub pattern_type: i8,
    /// Versions 1-3.
    pub acls: Vec<AclDescription>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeAclsResource {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            pattern_type: 3,
            acls: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeAclsResource {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            resource_type: d.get_i8()?,
            resource_name: d.get_string(form)?,
            pattern_type: d.get_i8()?,
            acls: d.get_structs(form, 5, version)?,
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
        e.put_i8(self.pattern_type);
        e.put_structs(&self.acls, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeAclsResponse` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AclDescription {
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

impl Message for AclDescription {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
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
        e.put_string(&self.principal, form)?;
        e.put_string(&self.host, form)?;
        e.put_i8(self.operation);
        e.put_i8(self.permission_type);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
