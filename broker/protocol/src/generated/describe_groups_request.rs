//! `DescribeGroupsRequest`, versions 0-6, flexible from 5. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeGroupsRequest`, number 15.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsRequest {
    /// Versions 0-6; group id.
    pub groups: Vec<StringBytes>,
    /// Versions 3-6.
    pub include_authorized_operations: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeGroupsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for DescribeGroupsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeGroupsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        Ok(Self {
            groups: d.get_array(form, 1, |d| d.get_string(form))?,
            include_authorized_operations: if version >= 3 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeGroupsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        e.put_string_array(&self.groups, form)?;
        if version >= 3 {
            e.put_bool(self.include_authorized_operations);
        } else {
            EncodeError::check_unset(
                self.include_authorized_operations,
                "DescribeGroupsRequest.include_authorized_operations",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DescribeGroupsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeGroups;
    type Response = crate::generated::describe_groups_response::DescribeGroupsResponse;
}
