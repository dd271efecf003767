//! `ConsumerGroupRegularExpressionValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ConsumerGroupRegularExpressionValue`, number 16.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupRegularExpressionValue {
    /// Versions 0.
    pub topics: Vec<StringBytes>,
    /// Versions 0.
    pub version: i64,
    /// Versions 0.
    pub timestamp: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerGroupRegularExpressionValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupRegularExpressionValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupRegularExpressionValue", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            version: d.get_i64()?,
            timestamp: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupRegularExpressionValue", &Self::VERSIONS, version)?;
        e.put_string_array(&self.topics, Form::Compact)?;
        e.put_i64(self.version);
        e.put_i64(self.timestamp);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
