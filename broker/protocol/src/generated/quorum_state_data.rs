//! `QuorumStateData`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `QuorumStateData`.
#[derive(Clone, Debug, PartialEq)]
pub struct QuorumStateData {
    /// Versions 0.
    pub cluster_id: StringBytes,
    /// Versions 0-1, default -1.
    pub leader_id: i32,
    /// Versions 0-1, default -1.
    pub leader_epoch: i32,
    /// Versions 0-1, default -1.
    pub voted_id: i32,
    /// Versions 1.
    pub voted_directory_id: Uuid,
    /// Versions 0.
    pub applied_offset: i64,
    /// Versions 0, may be null.
    pub current_voters: Option<Vec<Voter>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for QuorumStateData {
    fn default() -> Self {
        Self {
            cluster_id: StringBytes::EMPTY,
            leader_id: -1,
            leader_epoch: -1,
            voted_id: -1,
            voted_directory_id: Uuid::ZERO,
            applied_offset: 0,
            current_voters: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl QuorumStateData {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for QuorumStateData {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("QuorumStateData", &Self::VERSIONS, version)?;
        Ok(Self {
            cluster_id: if version <= 0 {
                d.get_string(Form::Compact)?
            } else {
                StringBytes::EMPTY
            },
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            voted_id: d.get_i32()?,
            voted_directory_id: if version >= 1 { d.get_uuid()? } else { Uuid::ZERO },
            applied_offset: if version <= 0 { d.get_i64()? } else { 0 },
            current_voters: if version <= 0 {
                d.get_nullable_structs(Form::Compact, 5, version)?
            } else {
                Some(Vec::new())
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("QuorumStateData", &Self::VERSIONS, version)?;
        if version <= 0 {
            e.put_string(&self.cluster_id, Form::Compact)?;
        } else {
            EncodeError::check_unset(!self.cluster_id.is_empty(), "QuorumStateData.cluster_id", version)?;
        }
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_i32(self.voted_id);
        if version >= 1 {
            e.put_uuid(self.voted_directory_id);
        } else {
            EncodeError::check_unset(
                self.voted_directory_id != Uuid::ZERO,
                "QuorumStateData.voted_directory_id",
                version,
            )?;
        }
        if version <= 0 {
            e.put_i64(self.applied_offset);
        } else {
            EncodeError::check_unset(
                self.applied_offset != 0,
                "QuorumStateData.applied_offset",
                version,
            )?;
        }
        if version <= 0 {
            e.put_nullable_structs(self.current_voters.as_deref(), Form::Compact, version)?;
        } else {
            EncodeError::check_unset(
                self.current_voters.as_ref().is_none_or(|value| !value.is_empty()),
                "QuorumStateData.current_voters",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `QuorumStateData` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voter {
    /// Versions 0.
    pub voter_id: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Voter {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            voter_id: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.voter_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
