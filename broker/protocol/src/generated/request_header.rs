//! `RequestHeader`, versions 1-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `RequestHeader`.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestHeader {
    /// Versions 1-2.
    pub request_api_key: i16,
    /// Versions 1-2.
    pub request_api_version: i16,
    /// Versions 1-2.
    pub correlation_id: i32,
    /// Versions 1-2, may be null.
    pub client_id: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for RequestHeader {
    fn default() -> Self {
        Self {
            request_api_key: 0,
            request_api_version: 0,
            correlation_id: 0,
            client_id: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl RequestHeader {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for RequestHeader {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RequestHeader", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            request_api_key: d.get_i16()?,
            request_api_version: d.get_i16()?,
            correlation_id: d.get_i32()?,
            client_id: d.get_nullable_lossy_string(Form::Plain)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RequestHeader", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i16(self.request_api_key);
        e.put_i16(self.request_api_version);
        e.put_i32(self.correlation_id);
        e.put_nullable_string(self.client_id.as_deref(), Form::Plain)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
