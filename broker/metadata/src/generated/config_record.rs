//! `ConfigRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ConfigRecord`, number 4.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigRecord {
    /// Versions 0.
    pub resource_type: i8,
    /// Versions 0.
    pub resource_name: StringBytes,
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0, may be null.
    pub value: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ConfigRecord {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: StringBytes::EMPTY,
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ConfigRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConfigRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConfigRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            resource_type: d.get_i8()?,
            resource_name: d.get_string(Form::Compact)?,
            name: d.get_string(Form::Compact)?,
            value: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConfigRecord", &Self::VERSIONS, version)?;
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, Form::Compact)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_nullable_string(self.value.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
