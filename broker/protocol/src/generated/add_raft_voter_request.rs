//! `AddRaftVoterRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `AddRaftVoterRequest`, number 80.
#[derive(Clone, Debug, PartialEq)]
pub struct AddRaftVoterRequest {
    /// Versions 0-1, may be null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 0-1.
    pub timeout_ms: i32,
    /// Versions 0-1.
    pub voter_id: i32,
    /// Versions 0-1.
    pub voter_directory_id: Uuid,
    /// Versions 0-1.
    pub listeners: Vec<Listener>,
    /// Versions 1, default true.
    pub ack_when_committed: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AddRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(StringBytes::EMPTY),
            timeout_ms: 0,
            voter_id: 0,
            voter_directory_id: Uuid::ZERO,
            listeners: Vec::new(),
            ack_when_committed: true,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl AddRaftVoterRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for AddRaftVoterRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AddRaftVoterRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            cluster_id: d.get_nullable_string(Form::Compact)?,
            timeout_ms: d.get_i32()?,
            voter_id: d.get_i32()?,
            voter_directory_id: d.get_uuid()?,
            listeners: d.get_structs(Form::Compact, 5, version)?,
            ack_when_committed: if version >= 1 { d.get_bool()? } else { true },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AddRaftVoterRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)?;
        e.put_i32(self.timeout_ms);
        e.put_i32(self.voter_id);
        e.put_uuid(self.voter_directory_id);
        e.put_structs(&self.listeners, Form::Compact, version)?;
        if version >= 1 {
            e.put_bool(self.ack_when_committed);
        } else {
            EncodeError::check_unset(
                !self.ack_when_committed,
                "AddRaftVoterRequest.ack_when_committed",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AddRaftVoterRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Versions 0-1.
    pub name: StringBytes,
    /// Versions 0-1.
    pub host: StringBytes,
    /// Versions 0-1.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Listener {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for AddRaftVoterRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AddRaftVoter;
    type Response = crate::generated::add_raft_voter_response::AddRaftVoterResponse;
}
