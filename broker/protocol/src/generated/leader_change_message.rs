//! `LeaderChangeMessage`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `LeaderChangeMessage`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderChangeMessage {
    /// Versions 0-1.
    pub version: i16,
    /// Versions 0-1; broker id.
    pub leader_id: i32,
    /// Versions 0-1.
    pub voters: Vec<Voter>,
    /// Versions 0-1.
    pub granting_voters: Vec<Voter>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl LeaderChangeMessage {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for LeaderChangeMessage {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("LeaderChangeMessage", &Self::VERSIONS, version)?;
        Ok(Self {
            version: d.get_i16()?,
            leader_id: d.get_i32()?,
            voters: d.get_structs(Form::Compact, 5, version)?,
            granting_voters: d.get_structs(Form::Compact, 5, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("LeaderChangeMessage", &Self::VERSIONS, version)?;
        e.put_i16(self.version);
        e.put_i32(self.leader_id);
        e.put_structs(&self.voters, Form::Compact, version)?;
        e.put_structs(&self.granting_voters, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `LeaderChangeMessage` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voter {
    /// Versions 0-1.
    pub voter_id: i32,
    /// Versions 1.
    pub voter_directory_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Voter {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            voter_id: d.get_i32()?,
            voter_directory_id: if version >= 1 { d.get_uuid()? } else { Uuid::ZERO },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.voter_id);
        if version >= 1 {
            e.put_uuid(self.voter_directory_id);
        } else {
            EncodeError::check_unset(
                self.voter_directory_id != Uuid::ZERO,
                "Voter.voter_directory_id",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
