//! `DescribeDelegationTokenResponse`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `DescribeDelegationTokenResponse`, number 41.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenResponse {
    /// Versions 1-3.
    pub error_code: i16,
    /// Versions 1-3.
    pub tokens: Vec<DescribedDelegationToken>,
    /// Versions 1-3.
    pub throttle_time_ms: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeDelegationTokenResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for DescribeDelegationTokenResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeDelegationTokenResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            error_code: d.get_i16()?,
            tokens: d.get_structs(form, 30, version)?,
            throttle_time_ms: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeDelegationTokenResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i16(self.error_code);
        e.put_structs(&self.tokens, form, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeDelegationTokenResponse` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationToken {
    /// Versions 1-3.
    pub principal_type: StringBytes,
    /// Versions 1-3.
    pub principal_name: StringBytes,
    /// Versions 3.
    pub token_requester_principal_type: StringBytes,
    /// Versions 3.
    pub token_requester_principal_name: StringBytes,
    /// Versions 1-3.
    pub issue_timestamp: i64,
    /// Versions 1-3.
    pub expiry_timestamp: i64,
    /// Versions 1-3.
    pub max_timestamp: i64,
    /// Versions 1-3.
    pub token_id: StringBytes,
    /// Versions 1-3.
    pub hmac: Bytes,
    /// Versions 1-3.
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribedDelegationToken {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            principal_type: d.get_string(form)?,
            principal_name: d.get_string(form)?,
            token_requester_principal_type: if version >= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            token_requester_principal_name: if version >= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            issue_timestamp: d.get_i64()?,
            expiry_timestamp: d.get_i64()?,
            max_timestamp: d.get_i64()?,
            token_id: d.get_string(form)?,
            hmac: d.get_bytes(form)?,
            renewers: d.get_structs(form, 3, version)?,
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
        if version >= 3 {
            e.put_string(&self.token_requester_principal_type, form)?;
        } else {
            EncodeError::check_unset(
                !self.token_requester_principal_type.is_empty(),
                "DescribedDelegationToken.token_requester_principal_type",
                version,
            )?;
        }
        if version >= 3 {
            e.put_string(&self.token_requester_principal_name, form)?;
        } else {
            EncodeError::check_unset(
                !self.token_requester_principal_name.is_empty(),
                "DescribedDelegationToken.token_requester_principal_name",
                version,
            )?;
        }
        e.put_i64(self.issue_timestamp);
        e.put_i64(self.expiry_timestamp);
        e.put_i64(self.max_timestamp);
        e.put_string(&self.token_id, form)?;
        e.put_bytes(&self.hmac, form)?;
        e.put_structs(&self.renewers, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeDelegationTokenResponse` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationTokenRenewer {
    /// Versions 1-3.
    pub principal_type: StringBytes,
    /// Versions 1-3.
    pub principal_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribedDelegationTokenRenewer {
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
