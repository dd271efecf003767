//! `DescribeDelegationTokenRequest`, versions 1-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeDelegationTokenRequest`, number 41.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    /// Versions 1-3, may be null.
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeDelegationTokenRequest {
    fn default() -> Self {
        Self {
            owners: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeDelegationTokenRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=3;
}

impl Message for DescribeDelegationTokenRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            owners: d.get_nullable_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeDelegationTokenRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_nullable_structs(self.owners.as_deref(), form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeDelegationTokenRequest` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenOwner {
    /// Versions 1-3.
    pub principal_type: StringBytes,
    /// Versions 1-3.
    pub principal_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeDelegationTokenOwner {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            principal_type: d.get_string(form)?,
            principal_name: d.get_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.principal_type, form)?;
        e.put_string(&self.principal_name, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DescribeDelegationTokenRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeDelegationToken;
    type Response = crate::generated::describe_delegation_token_response::DescribeDelegationTokenResponse;
}
