//! `EnvelopeResponse`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use bytes::Bytes;

/// Message `EnvelopeResponse`, number 58.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvelopeResponse {
    /// Versions 0, may be null, default null.
    pub response_data: Option<Bytes>,
    /// Versions 0.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl EnvelopeResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for EnvelopeResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EnvelopeResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            response_data: d.get_nullable_bytes(Form::Compact)?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("EnvelopeResponse", &Self::VERSIONS, version)?;
        e.put_nullable_bytes(self.response_data.as_deref(), Form::Compact)?;
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
