//! `UserScramCredentialRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `UserScramCredentialRecord`, number 11.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserScramCredentialRecord {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub mechanism: i8,
    /// Versions 0.
    pub salt: Bytes,
    /// Versions 0.
    pub stored_key: Bytes,
    /// Versions 0.
    pub server_key: Bytes,
    /// Versions 0.
    pub iterations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl UserScramCredentialRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UserScramCredentialRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UserScramCredentialRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            mechanism: d.get_i8()?,
            salt: d.get_bytes(Form::Compact)?,
            stored_key: d.get_bytes(Form::Compact)?,
            server_key: d.get_bytes(Form::Compact)?,
            iterations: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UserScramCredentialRecord", &Self::VERSIONS, version)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_i8(self.mechanism);
        e.put_bytes(&self.salt, Form::Compact)?;
        e.put_bytes(&self.stored_key, Form::Compact)?;
        e.put_bytes(&self.server_key, Form::Compact)?;
        e.put_i32(self.iterations);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
