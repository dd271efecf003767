//! `ListGroupsRequest`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListGroupsRequest`, number 16.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsRequest {
    /// Versions 4-5.
    pub states_filter: Vec<StringBytes>,
    /// Versions 5.
    pub types_filter: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListGroupsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for ListGroupsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListGroupsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            states_filter: if version >= 4 {
                d.get_array(form, 1, |d| d.get_string(form))?
            } else {
                Vec::new()
            },
            types_filter: if version >= 5 {
                d.get_array(form, 1, |d| d.get_string(form))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListGroupsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version >= 4 {
            e.put_string_array(&self.states_filter, form)?;
        } else {
            EncodeError::check_unset(
                !self.states_filter.is_empty(),
                "ListGroupsRequest.states_filter",
                version,
            )?;
        }
        if version >= 5 {
            e.put_string_array(&self.types_filter, form)?;
        } else {
            EncodeError::check_unset(
                !self.types_filter.is_empty(),
                "ListGroupsRequest.types_filter",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ListGroupsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ListGroups;
    type Response = crate::generated::list_groups_response::ListGroupsResponse;
}
