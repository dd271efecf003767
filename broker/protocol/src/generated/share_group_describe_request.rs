//! `ShareGroupDescribeRequest`, versions 1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ShareGroupDescribeRequest`, number 77.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupDescribeRequest {
    /// Versions 1; group id.
    pub group_ids: Vec<StringBytes>,
    /// Versions 1.
    pub include_authorized_operations: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupDescribeRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=1;
}

impl Message for ShareGroupDescribeRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupDescribeRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_ids: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            include_authorized_operations: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupDescribeRequest", &Self::VERSIONS, version)?;
        e.put_string_array(&self.group_ids, Form::Compact)?;
        e.put_bool(self.include_authorized_operations);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ShareGroupDescribeRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ShareGroupDescribe;
    type Response = crate::generated::share_group_describe_response::ShareGroupDescribeResponse;
}
