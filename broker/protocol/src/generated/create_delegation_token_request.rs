//! `CreateDelegationTokenRequest`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `CreateDelegationTokenRequest`, number 38.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateDelegationTokenRequest {
    /// Versions 3, may be null.
    pub owner_principal_type: Option<StringBytes>,
    /// Versions 3, may be null.
    pub owner_principal_name: Option<StringBytes>,
    /// Versions 1-3.
    pub renewers: Vec<CreatableRenewers>,
    /// Versions 1-3.
    pub max_lifetime_ms: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreateDelegationTokenRequest {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(StringBytes::EMPTY),
            owner_principal_name: Some(StringBytes::EMPTY),
            renewers: Vec::new(),
            max_lifetime_ms: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl CreateDelegationTokenRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for CreateDelegationTokenRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("CreateDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            owner_principal_type: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                Some(StringBytes::EMPTY)
            },
            owner_principal_name: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                Some(StringBytes::EMPTY)
            },
            renewers: d.get_structs(form, 3, version)?,
            max_lifetime_ms: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("CreateDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        if version >= 3 {
            e.put_nullable_string(self.owner_principal_type.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.owner_principal_type
                    .as_ref()
                    .is_none_or(|value| !value.is_empty()),
                "CreateDelegationTokenRequest.owner_principal_type",
                version,
            )?;
        }
        if version >= 3 {
            e.put_nullable_string(self.owner_principal_name.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.owner_principal_name
                    .as_ref()
                    .is_none_or(|value| !value.is_empty()),
                "CreateDelegationTokenRequest.owner_principal_name",
                version,
            )?;
        }
        e.put_structs(&self.renewers, form, version)?;
        e.put_i64(self.max_lifetime_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateDelegationTokenRequest` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableRenewers {
    /// Versions 1-3.
    pub principal_type: StringBytes,
    /// Versions 1-3.
    pub principal_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for CreatableRenewers {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            principal_type: d.get_string(form)?,
            principal_name: d.get_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.principal_type, form)?;
        e.put_string(&self.principal_name, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for CreateDelegationTokenRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::CreateDelegationToken;
    type Response = crate::generated::create_delegation_token_response::CreateDelegationTokenResponse;
}
