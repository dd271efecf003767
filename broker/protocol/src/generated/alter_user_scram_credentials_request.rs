//! `AlterUserScramCredentialsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `AlterUserScramCredentialsRequest`, number 51.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterUserScramCredentialsRequest {
    /// Versions 0.
    pub deletions: Vec<ScramCredentialDeletion>,
    /// Versions 0.
    pub upsertions: Vec<ScramCredentialUpsertion>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterUserScramCredentialsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for AlterUserScramCredentialsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterUserScramCredentialsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            deletions: d.get_structs(Form::Compact, 3, version)?,
            upsertions: d.get_structs(Form::Compact, 9, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterUserScramCredentialsRequest", &Self::VERSIONS, version)?;
        e.put_structs(&self.deletions, Form::Compact, version)?;
        e.put_structs(&self.upsertions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterUserScramCredentialsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScramCredentialDeletion {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub mechanism: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ScramCredentialDeletion {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            mechanism: d.get_i8()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i8(self.mechanism);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterUserScramCredentialsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScramCredentialUpsertion {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub mechanism: i8,
    /// Versions 0.
    pub iterations: i32,
    /// Versions 0.
    pub salt: Bytes,
    /// Versions 0.
    pub salted_password: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ScramCredentialUpsertion {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            mechanism: d.get_i8()?,
            iterations: d.get_i32()?,
            salt: d.get_bytes(Form::Compact)?,
            salted_password: d.get_bytes(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i8(self.mechanism);
        e.put_i32(self.iterations);
        e.put_bytes(&self.salt, Form::Compact)?;
        e.put_bytes(&self.salted_password, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for AlterUserScramCredentialsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterUserScramCredentials;
    type Response =
        crate::generated::alter_user_scram_credentials_response::AlterUserScramCredentialsResponse;
}
