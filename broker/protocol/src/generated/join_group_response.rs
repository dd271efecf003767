//! `JoinGroupResponse`, versions 0-9, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `JoinGroupResponse`, number 11.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupResponse {
    /// Versions 2-9, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-9.
    pub error_code: i16,
    /// Versions 0-9, default -1.
    pub generation_id: i32,
    /// Versions 7-9, may be null, default null, dropped elsewhere.
    pub protocol_type: Option<StringBytes>,
    /// Versions 0-9, null in 7-9.
    pub protocol_name: Option<StringBytes>,
    /// Versions 0-9.
    pub leader: StringBytes,
    /// Versions 9.
    pub skip_assignment: bool,
    /// Versions 0-9.
    pub member_id: StringBytes,
    /// Versions 0-9.
    pub members: Vec<JoinGroupResponseMember>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(StringBytes::EMPTY),
            leader: StringBytes::EMPTY,
            skip_assignment: false,
            member_id: StringBytes::EMPTY,
            members: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl JoinGroupResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=9;
}

impl Message for JoinGroupResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("JoinGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            throttle_time_ms: if version >= 2 { d.get_i32()? } else { 0 },
            error_code: d.get_i16()?,
            generation_id: d.get_i32()?,
            protocol_type: if version >= 7 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            protocol_name: if version >= 7 {
                d.get_nullable_string(form)?
            } else {
                Some(d.get_string(form)?)
            },
            leader: d.get_string(form)?,
            skip_assignment: if version >= 9 { d.get_bool()? } else { false },
            member_id: d.get_string(form)?,
            members: d.get_structs(form, 4, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("JoinGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        if version >= 2 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_i16(self.error_code);
        e.put_i32(self.generation_id);
        if version >= 7 {
            e.put_nullable_string(self.protocol_type.as_deref(), form)?;
        }
        if version < 7 && self.protocol_name.is_none() {
            return Err(EncodeError::null("JoinGroupResponse.protocol_name", version));
        }
        e.put_nullable_string(self.protocol_name.as_deref(), form)?;
        e.put_string(&self.leader, form)?;
        if version >= 9 {
            e.put_bool(self.skip_assignment);
        } else {
            EncodeError::check_unset(self.skip_assignment, "JoinGroupResponse.skip_assignment", version)?;
        }
        e.put_string(&self.member_id, form)?;
        e.put_structs(&self.members, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `JoinGroupResponse` in versions 0-9.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupResponseMember {
    /// Versions 0-9.
    pub member_id: StringBytes,
    /// Versions 5-9, may be null, default null, dropped elsewhere.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 0-9.
    pub metadata: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for JoinGroupResponseMember {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            metadata: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_string(&self.member_id, form)?;
        if version >= 5 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        }
        e.put_bytes(&self.metadata, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
