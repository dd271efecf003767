//! `ListPartitionReassignmentsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListPartitionReassignmentsRequest`, number 46.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    /// Versions 0, default 60000.
    pub timeout_ms: i32,
    /// Versions 0, may be null, default null.
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            topics: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ListPartitionReassignmentsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ListPartitionReassignmentsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListPartitionReassignmentsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            timeout_ms: d.get_i32()?,
            topics: d.get_nullable_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListPartitionReassignmentsRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.timeout_ms);
        e.put_nullable_structs(self.topics.as_deref(), Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ListPartitionReassignmentsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPartitionReassignmentsTopics {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Versions 0.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ListPartitionReassignmentsTopics {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partition_indexes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i32_array(&self.partition_indexes, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ListPartitionReassignmentsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ListPartitionReassignments;
    type Response =
        crate::generated::list_partition_reassignments_response::ListPartitionReassignmentsResponse;
}
