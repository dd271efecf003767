//! `RemoveRaftVoterRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `RemoveRaftVoterRequest`, number 81.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveRaftVoterRequest {
    /// Versions 0, may be null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 0.
    pub voter_id: i32,
    /// Versions 0.
    pub voter_directory_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for RemoveRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(StringBytes::EMPTY),
            voter_id: 0,
            voter_directory_id: Uuid::ZERO,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl RemoveRaftVoterRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for RemoveRaftVoterRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RemoveRaftVoterRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            cluster_id: d.get_nullable_string(Form::Compact)?,
            voter_id: d.get_i32()?,
            voter_directory_id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RemoveRaftVoterRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)?;
        e.put_i32(self.voter_id);
        e.put_uuid(self.voter_directory_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for RemoveRaftVoterRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::RemoveRaftVoter;
    type Response = crate::generated::remove_raft_voter_response::RemoveRaftVoterResponse;
}
