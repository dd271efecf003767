//! `UpdateRaftVoterRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `UpdateRaftVoterRequest`, number 82.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRaftVoterRequest {
    /// Versions 0, may be null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 0.
    pub current_leader_epoch: i32,
    /// Versions 0.
    pub voter_id: i32,
    /// Versions 0.
    pub voter_directory_id: Uuid,
    /// Versions 0.
    pub listeners: Vec<Listener>,
    /// Versions 0.
    pub kraft_version_feature: KRaftVersionFeature,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for UpdateRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(StringBytes::EMPTY),
            current_leader_epoch: 0,
            voter_id: 0,
            voter_directory_id: Uuid::ZERO,
            listeners: Vec::new(),
            kraft_version_feature: KRaftVersionFeature::default(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl UpdateRaftVoterRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UpdateRaftVoterRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UpdateRaftVoterRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            cluster_id: d.get_nullable_string(Form::Compact)?,
            current_leader_epoch: d.get_i32()?,
            voter_id: d.get_i32()?,
            voter_directory_id: d.get_uuid()?,
            listeners: d.get_structs(Form::Compact, 5, version)?,
            kraft_version_feature: KRaftVersionFeature::decode(d, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UpdateRaftVoterRequest", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)?;
        e.put_i32(self.current_leader_epoch);
        e.put_i32(self.voter_id);
        e.put_uuid(self.voter_directory_id);
        e.put_structs(&self.listeners, Form::Compact, version)?;
        self.kraft_version_feature.encode(e, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `UpdateRaftVoterRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub host: StringBytes,
    /// Versions 0.
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

/// Part of `UpdateRaftVoterRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KRaftVersionFeature {
    /// Versions 0.
    pub min_supported_version: i16,
    /// Versions 0.
    pub max_supported_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for KRaftVersionFeature {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            min_supported_version: d.get_i16()?,
            max_supported_version: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.min_supported_version);
        e.put_i16(self.max_supported_version);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for UpdateRaftVoterRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::UpdateRaftVoter;
    type Response = crate::generated::update_raft_voter_response::UpdateRaftVoterResponse;
}
