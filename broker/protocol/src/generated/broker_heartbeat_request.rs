//! `BrokerHeartbeatRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};
use broker_model::Uuid;

/// Message `BrokerHeartbeatRequest`, number 63.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerHeartbeatRequest {
    /// Versions 0-2; broker id.
    pub broker_id: i32,
    /// Versions 0-2, default -1.
    pub broker_epoch: i64,
    /// Versions 0-2.
    pub current_metadata_offset: i64,
    /// Versions 0-2.
    pub want_fence: bool,
    /// Versions 0-2.
    pub want_shut_down: bool,
    /// Versions 1-2, tag 0.
    pub offline_log_dirs: Vec<Uuid>,
    /// Versions 2, tag 1, may be null, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for BrokerHeartbeatRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            current_metadata_offset: 0,
            want_fence: false,
            want_shut_down: false,
            offline_log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl BrokerHeartbeatRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for BrokerHeartbeatRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BrokerHeartbeatRequest", &Self::VERSIONS, version)?;
        let mut m = Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            current_metadata_offset: d.get_i64()?,
            want_fence: d.get_bool()?,
            want_shut_down: d.get_bool()?,
            offline_log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 if version >= 1 => {
                        m.offline_log_dirs = d.get_array(Form::Compact, 16, Decoder::get_uuid)?
                    }
                    1 if version >= 2 => {
                        m.cordoned_log_dirs = d.get_nullable_array(Form::Compact, 16, Decoder::get_uuid)?
                    }
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("BrokerHeartbeatRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        e.put_i64(self.current_metadata_offset);
        e.put_bool(self.want_fence);
        e.put_bool(self.want_shut_down);
        let tag_0 = version >= 1 && !self.offline_log_dirs.is_empty();
        EncodeError::check_unset(
            version < 1 && !self.offline_log_dirs.is_empty(),
            "BrokerHeartbeatRequest.offline_log_dirs",
            version,
        )?;
        let tag_1 = version >= 2 && self.cordoned_log_dirs.is_some();
        EncodeError::check_unset(
            version < 2 && self.cordoned_log_dirs.is_some(),
            "BrokerHeartbeatRequest.cordoned_log_dirs",
            version,
        )?;
        e.put_tag_count(
            usize::from(tag_0) + usize::from(tag_1),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| e.put_uuid_array(&self.offline_log_dirs, Form::Compact))?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_nullable_uuid_array(self.cordoned_log_dirs.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

impl crate::Request for BrokerHeartbeatRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::BrokerHeartbeat;
    type Response = crate::generated::broker_heartbeat_response::BrokerHeartbeatResponse;
}
