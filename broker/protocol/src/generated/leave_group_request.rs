//! `LeaveGroupRequest`, versions 0-5, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `LeaveGroupRequest`, number 13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupRequest {
    /// Versions 0-5; group id.
    pub group_id: StringBytes,
    /// Versions 0-2.
    pub member_id: StringBytes,
    /// Versions 3-5.
    pub members: Vec<MemberIdentity>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl LeaveGroupRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for LeaveGroupRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("LeaveGroupRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            group_id: d.get_string(form)?,
            member_id: if version <= 2 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            members: if version >= 3 {
                d.get_structs(form, 3, version)?
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
        EncodeError::check_version("LeaveGroupRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_string(&self.group_id, form)?;
        if version <= 2 {
            e.put_string(&self.member_id, form)?;
        } else {
            EncodeError::check_unset(!self.member_id.is_empty(), "LeaveGroupRequest.member_id", version)?;
        }
        if version >= 3 {
            e.put_structs(&self.members, form, version)?;
        } else {
            EncodeError::check_unset(!self.members.is_empty(), "LeaveGroupRequest.members", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `LeaveGroupRequest` in versions 3-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberIdentity {
    /// Versions 3-5.
    pub member_id: StringBytes,
    /// Versions 3-5, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub reason: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for MemberIdentity {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            member_id: d.get_string(form)?,
            group_instance_id: d.get_nullable_string(form)?,
            reason: if version >= 5 {
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
        let form = Form::since(version, 4);
        e.put_string(&self.member_id, form)?;
        e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        if version >= 5 {
            e.put_nullable_string(self.reason.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for LeaveGroupRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::LeaveGroup;
    type Response = crate::generated::leave_group_response::LeaveGroupResponse;
}
