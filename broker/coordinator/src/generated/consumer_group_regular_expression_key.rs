//! `ConsumerGroupRegularExpressionKey`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ConsumerGroupRegularExpressionKey`, number 16.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupRegularExpressionKey {
    /// Versions 0.
    pub group_id: StringBytes,
    /// Versions 0.
    pub regular_expression: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerGroupRegularExpressionKey {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupRegularExpressionKey {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupRegularExpressionKey", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Plain)?,
            regular_expression: d.get_string(Form::Plain)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupRegularExpressionKey", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Plain)?;
        e.put_string(&self.regular_expression, Form::Plain)?;
        Ok(())
    }
}
