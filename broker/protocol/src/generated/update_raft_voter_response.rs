//! `UpdateRaftVoterResponse`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `UpdateRaftVoterResponse`, number 82.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateRaftVoterResponse {
    /// Versions 0.
    pub throttle_time_ms: i32,
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0, tag 0.
    pub current_leader: CurrentLeader,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl UpdateRaftVoterResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UpdateRaftVoterResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UpdateRaftVoterResponse", &Self::VERSIONS, version)?;
        let mut m = Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            current_leader: CurrentLeader::default(),
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.current_leader = CurrentLeader::decode(d, version)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UpdateRaftVoterResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        let tag_0 = self.current_leader != CurrentLeader::default();
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| self.current_leader.encode(e, version))?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `UpdateRaftVoterResponse` in versions 0.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentLeader {
    /// Versions 0, default -1; broker id.
    pub leader_id: i32,
    /// Versions 0, default -1.
    pub leader_epoch: i32,
    /// Versions 0.
    pub host: StringBytes,
    /// Versions 0.
    pub port: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CurrentLeader {
    fn default() -> Self {
        Self {
            leader_id: -1,
            leader_epoch: -1,
            host: StringBytes::EMPTY,
            port: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for CurrentLeader {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
