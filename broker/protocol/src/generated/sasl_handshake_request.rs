//! `SaslHandshakeRequest`, versions 0-1, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `SaslHandshakeRequest`, number 17.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeRequest {
    /// Versions 0-1.
    pub mechanism: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl SaslHandshakeRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for SaslHandshakeRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SaslHandshakeRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            mechanism: d.get_string(Form::Plain)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SaslHandshakeRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.mechanism, Form::Plain)?;
        Ok(())
    }
}

impl crate::Request for SaslHandshakeRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::SaslHandshake;
    type Response = crate::generated::sasl_handshake_response::SaslHandshakeResponse;
}
