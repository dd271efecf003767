//! `SyncGroupResponse`, versions 0-5, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `SyncGroupResponse`, number 14.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupResponse {
    /// Versions 1-5, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-5.
    pub error_code: i16,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub protocol_type: Option<StringBytes>,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub protocol_name: Option<StringBytes>,
    /// Versions 0-5.
    pub assignment: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl SyncGroupResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for SyncGroupResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SyncGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            error_code: d.get_i16()?,
            protocol_type: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            protocol_name: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            assignment: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SyncGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_i16(self.error_code);
        if version >= 5 {
            e.put_nullable_string(self.protocol_type.as_deref(), form)?;
        }
        if version >= 5 {
            e.put_nullable_string(self.protocol_name.as_deref(), form)?;
        }
        e.put_bytes(&self.assignment, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
