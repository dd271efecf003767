//! `LeaveGroupResponse`, versions 0-5, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `LeaveGroupResponse`, number 13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupResponse {
    /// Versions 1-5, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-5.
    pub error_code: i16,
    /// Versions 3-5.
    pub members: Vec<MemberResponse>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl LeaveGroupResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for LeaveGroupResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("LeaveGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            error_code: d.get_i16()?,
            members: if version >= 3 {
                d.get_structs(form, 5, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("LeaveGroupResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_i16(self.error_code);
        if version >= 3 {
            e.put_structs(&self.members, form, version)?;
        } else {
            EncodeError::check_unset(!self.members.is_empty(), "LeaveGroupResponse.members", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `LeaveGroupResponse` in versions 3-5.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberResponse {
    /// Versions 3-5.
    pub member_id: StringBytes,
    /// Versions 3-5, may be null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 3-5.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MemberResponse {
    fn default() -> Self {
        Self {
            member_id: StringBytes::EMPTY,
            group_instance_id: Some(StringBytes::EMPTY),
            error_code: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for MemberResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            member_id: d.get_string(form)?,
            group_instance_id: d.get_nullable_string(form)?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.member_id, form)?;
        e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
