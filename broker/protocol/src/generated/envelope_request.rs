//! `EnvelopeRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use bytes::Bytes;

/// Message `EnvelopeRequest`, number 58.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvelopeRequest {
    /// Versions 0.
    pub request_data: Bytes,
    /// Versions 0, may be null.
    pub request_principal: Option<Bytes>,
    /// Versions 0.
    pub client_host_address: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for EnvelopeRequest {
    fn default() -> Self {
        Self {
            request_data: Bytes::new(),
            request_principal: Some(Bytes::new()),
            client_host_address: Bytes::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl EnvelopeRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for EnvelopeRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EnvelopeRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            request_data: d.get_bytes(Form::Compact)?,
            request_principal: d.get_nullable_bytes(Form::Compact)?,
            client_host_address: d.get_bytes(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("EnvelopeRequest", &Self::VERSIONS, version)?;
        e.put_bytes(&self.request_data, Form::Compact)?;
        e.put_nullable_bytes(self.request_principal.as_deref(), Form::Compact)?;
        e.put_bytes(&self.client_host_address, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for EnvelopeRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Envelope;
    type Response = crate::generated::envelope_response::EnvelopeResponse;
}
