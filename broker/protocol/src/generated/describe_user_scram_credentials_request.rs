//! `DescribeUserScramCredentialsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeUserScramCredentialsRequest`, number 50.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeUserScramCredentialsRequest {
    /// Versions 0, may be null.
    pub users: Option<Vec<UserName>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeUserScramCredentialsRequest {
    fn default() -> Self {
        Self {
            users: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeUserScramCredentialsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DescribeUserScramCredentialsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeUserScramCredentialsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            users: d.get_nullable_structs(Form::Compact, 2, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeUserScramCredentialsRequest", &Self::VERSIONS, version)?;
        e.put_nullable_structs(self.users.as_deref(), Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeUserScramCredentialsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserName {
    /// Versions 0.
    pub name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for UserName {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DescribeUserScramCredentialsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeUserScramCredentials;
    type Response =
        crate::generated::describe_user_scram_credentials_response::DescribeUserScramCredentialsResponse;
}
