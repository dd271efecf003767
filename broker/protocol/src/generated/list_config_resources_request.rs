//! `ListConfigResourcesRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `ListConfigResourcesRequest`, number 74.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListConfigResourcesRequest {
    /// Versions 1.
    pub resource_types: Vec<i8>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListConfigResourcesRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for ListConfigResourcesRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListConfigResourcesRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            resource_types: if version >= 1 {
                d.get_array(Form::Compact, 1, Decoder::get_i8)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListConfigResourcesRequest", &Self::VERSIONS, version)?;
        if version >= 1 {
            e.put_i8_array(&self.resource_types, Form::Compact)?;
        } else {
            EncodeError::check_unset(
                !self.resource_types.is_empty(),
                "ListConfigResourcesRequest.resource_types",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ListConfigResourcesRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ListConfigResources;
    type Response = crate::generated::list_config_resources_response::ListConfigResourcesResponse;
}
