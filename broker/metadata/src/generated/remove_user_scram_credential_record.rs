//! `RemoveUserScramCredentialRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `RemoveUserScramCredentialRecord`, number 22.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoveUserScramCredentialRecord {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub mechanism: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl RemoveUserScramCredentialRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for RemoveUserScramCredentialRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RemoveUserScramCredentialRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            mechanism: d.get_i8()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RemoveUserScramCredentialRecord", &Self::VERSIONS, version)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_i8(self.mechanism);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
