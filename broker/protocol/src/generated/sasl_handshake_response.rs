//! `SaslHandshakeResponse`, versions 0-1, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `SaslHandshakeResponse`, number 17.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeResponse {
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1.
    pub mechanisms: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl SaslHandshakeResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for SaslHandshakeResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SaslHandshakeResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            error_code: d.get_i16()?,
            mechanisms: d.get_array(Form::Plain, 2, |d| d.get_string(Form::Plain))?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SaslHandshakeResponse", &Self::VERSIONS, version)?;
        e.put_i16(self.error_code);
        e.put_string_array(&self.mechanisms, Form::Plain)?;
        Ok(())
    }
}
