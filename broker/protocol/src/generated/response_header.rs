//! `ResponseHeader`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `ResponseHeader`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResponseHeader {
    /// Versions 0-1.
    pub correlation_id: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ResponseHeader {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for ResponseHeader {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ResponseHeader", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            correlation_id: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ResponseHeader", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_i32(self.correlation_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
