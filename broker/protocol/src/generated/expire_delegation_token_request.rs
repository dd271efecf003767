//! `ExpireDelegationTokenRequest`, versions 1-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use bytes::Bytes;

/// Message `ExpireDelegationTokenRequest`, number 40.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpireDelegationTokenRequest {
    /// Versions 1-2.
    pub hmac: Bytes,
    /// Versions 1-2.
    pub expiry_time_period_ms: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ExpireDelegationTokenRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for ExpireDelegationTokenRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ExpireDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            hmac: d.get_bytes(form)?,
            expiry_time_period_ms: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ExpireDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_bytes(&self.hmac, form)?;
        e.put_i64(self.expiry_time_period_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ExpireDelegationTokenRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ExpireDelegationToken;
    type Response = crate::generated::expire_delegation_token_response::ExpireDelegationTokenResponse;
}
