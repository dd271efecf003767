//! `DelegationTokenRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DelegationTokenRecord`, number 10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DelegationTokenRecord {
    /// Versions 0.
    pub owner: StringBytes,
    /// Versions 0.
    pub requester: StringBytes,
    /// Versions 0.
    pub renewers: Vec<StringBytes>,
    /// Versions 0.
    pub issue_timestamp: i64,
    /// Versions 0.
    pub max_timestamp: i64,
    /// Versions 0.
    pub expiration_timestamp: i64,
    /// Versions 0.
    pub token_id: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DelegationTokenRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DelegationTokenRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DelegationTokenRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            owner: d.get_string(Form::Compact)?,
            requester: d.get_string(Form::Compact)?,
            renewers: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            issue_timestamp: d.get_i64()?,
            max_timestamp: d.get_i64()?,
            expiration_timestamp: d.get_i64()?,
            token_id: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DelegationTokenRecord", &Self::VERSIONS, version)?;
        e.put_string(&self.owner, Form::Compact)?;
        e.put_string(&self.requester, Form::Compact)?;
        e.put_string_array(&self.renewers, Form::Compact)?;
        e.put_i64(self.issue_timestamp);
        e.put_i64(self.max_timestamp);
        e.put_i64(self.expiration_timestamp);
        e.put_string(&self.token_id, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
