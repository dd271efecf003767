//! `DefaultPrincipalData`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DefaultPrincipalData`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DefaultPrincipalData {
    /// Versions 0.
    pub r#type: StringBytes,
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub token_authenticated: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DefaultPrincipalData {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DefaultPrincipalData {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DefaultPrincipalData", &Self::VERSIONS, version)?;
        Ok(Self {
            r#type: d.get_string(Form::Compact)?,
            name: d.get_string(Form::Compact)?,
            token_authenticated: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DefaultPrincipalData", &Self::VERSIONS, version)?;
        e.put_string(&self.r#type, Form::Compact)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_bool(self.token_authenticated);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
