//! `HeartbeatRequest`, versions 0-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `HeartbeatRequest`, number 12.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeartbeatRequest {
    /// Versions 0-4; group id.
    pub group_id: StringBytes,
    /// Versions 0-4.
    pub generation_id: i32,
    /// Versions 0-4.
    pub member_id: StringBytes,
    /// Versions 3-4, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl HeartbeatRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for HeartbeatRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("HeartbeatRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            group_id: d.get_string(form)?,
            generation_id: d.get_i32()?,
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("HeartbeatRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_string(&self.group_id, form)?;
        e.put_i32(self.generation_id);
        e.put_string(&self.member_id, form)?;
        if version >= 3 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.group_instance_id.is_some(),
                "HeartbeatRequest.group_instance_id",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for HeartbeatRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Heartbeat;
    type Response = crate::generated::heartbeat_response::HeartbeatResponse;
}
