//! `SaslAuthenticateResponse`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `SaslAuthenticateResponse`, number 36.
#[derive(Clone, Debug, PartialEq)]
pub struct SaslAuthenticateResponse {
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2, may be null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-2.
    pub auth_bytes: Bytes,
    /// Versions 1-2, dropped elsewhere.
    pub session_lifetime_ms: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for SaslAuthenticateResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            auth_bytes: Bytes::new(),
            session_lifetime_ms: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl SaslAuthenticateResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for SaslAuthenticateResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SaslAuthenticateResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            auth_bytes: d.get_bytes(form)?,
            session_lifetime_ms: if version >= 1 { d.get_i64()? } else { 0 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SaslAuthenticateResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        e.put_bytes(&self.auth_bytes, form)?;
        if version >= 1 {
            e.put_i64(self.session_lifetime_ms);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
