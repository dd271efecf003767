//! `SyncGroupRequest`, versions 0-5, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `SyncGroupRequest`, number 14.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequest {
    /// Versions 0-5; group id.
    pub group_id: StringBytes,
    /// Versions 0-5.
    pub generation_id: i32,
    /// Versions 0-5.
    pub member_id: StringBytes,
    /// Versions 3-5, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub protocol_type: Option<StringBytes>,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub protocol_name: Option<StringBytes>,
    /// Versions 0-5.
    pub assignments: Vec<SyncGroupRequestAssignment>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl SyncGroupRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for SyncGroupRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("SyncGroupRequest", &Self::VERSIONS, version)?;
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
            assignments: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("SyncGroupRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_string(&self.group_id, form)?;
        e.put_i32(self.generation_id);
        e.put_string(&self.member_id, form)?;
        if version >= 3 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.group_instance_id.is_some(),
                "SyncGroupRequest.group_instance_id",
                version,
            )?;
        }
        if version >= 5 {
            e.put_nullable_string(self.protocol_type.as_deref(), form)?;
        }
        if version >= 5 {
            e.put_nullable_string(self.protocol_name.as_deref(), form)?;
        }
        e.put_structs(&self.assignments, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `SyncGroupRequest` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequestAssignment {
    /// Versions 0-5.
    pub member_id: StringBytes,
    /// Versions 0-5.
    pub assignment: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for SyncGroupRequestAssignment {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            member_id: d.get_string(form)?,
            assignment: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.member_id, form)?;
        e.put_bytes(&self.assignment, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for SyncGroupRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::SyncGroup;
    type Response = crate::generated::sync_group_response::SyncGroupResponse;
}
