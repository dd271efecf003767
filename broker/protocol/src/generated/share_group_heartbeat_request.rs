//! `ShareGroupHeartbeatRequest`, versions 1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ShareGroupHeartbeatRequest`, number 76.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupHeartbeatRequest {
    /// Versions 1; group id.
    pub group_id: StringBytes,
    /// Versions 1.
    pub member_id: StringBytes,
    /// Versions 1.
    pub member_epoch: i32,
    /// Versions 1, may be null, default null.
    pub rack_id: Option<StringBytes>,
    /// Versions 1, may be null, default null; topic name.
    pub subscribed_topic_names: Option<Vec<StringBytes>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupHeartbeatRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=1;
}

impl Message for ShareGroupHeartbeatRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            member_id: d.get_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            subscribed_topic_names: d
                .get_nullable_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupHeartbeatRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_nullable_string_array(self.subscribed_topic_names.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ShareGroupHeartbeatRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ShareGroupHeartbeat;
    type Response = crate::generated::share_group_heartbeat_response::ShareGroupHeartbeatResponse;
}
