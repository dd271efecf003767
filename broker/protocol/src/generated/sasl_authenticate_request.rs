//! `SaslAuthenticateRequest`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use bytes::Bytes;

/// Message `SaslAuthenticateRequest`, number 36.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslAuthenticateRequest {
    /// Versions 0-2.
    pub auth_bytes: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl SaslAuthenticateRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for SaslAuthenticateRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SaslAuthenticateRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            auth_bytes: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SaslAuthenticateRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_bytes(&self.auth_bytes, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for SaslAuthenticateRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::SaslAuthenticate;
    type Response = crate::generated::sasl_authenticate_response::SaslAuthenticateResponse;
}
