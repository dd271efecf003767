//! `StreamsGroupDescribeRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupDescribeRequest`, number 89.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupDescribeRequest {
    /// Versions 0-1; group id.
    pub group_ids: Vec<StringBytes>,
    /// Versions 0-1.
    pub include_authorized_operations: bool,
    /// Versions 1.
    pub include_topology_description: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl StreamsGroupDescribeRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for StreamsGroupDescribeRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupDescribeRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_ids: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            include_authorized_operations: d.get_bool()?,
            include_topology_description: if version >= 1 { d.get_bool()? } else { false },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupDescribeRequest", &Self::VERSIONS, version)?;
        e.put_string_array(&self.group_ids, Form::Compact)?;
        e.put_bool(self.include_authorized_operations);
        if version >= 1 {
            e.put_bool(self.include_topology_description);
        } else {
            EncodeError::check_unset(
                self.include_topology_description,
                "StreamsGroupDescribeRequest.include_topology_description",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for StreamsGroupDescribeRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::StreamsGroupDescribe;
    type Response = crate::generated::streams_group_describe_response::StreamsGroupDescribeResponse;
}
