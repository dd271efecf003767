//! `JoinGroupRequest`, versions 0-9, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `JoinGroupRequest`, number 11.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupRequest {
    /// Versions 0-9; group id.
    pub group_id: StringBytes,
    /// Versions 0-9.
    pub session_timeout_ms: i32,
    /// Versions 1-9, default -1, dropped elsewhere.
    pub rebalance_timeout_ms: i32,
    /// Versions 0-9.
    pub member_id: StringBytes,
    /// Versions 5-9, may be null, default null.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 0-9.
    pub protocol_type: StringBytes,
    /// Versions 0-9.
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// Versions 8-9, may be null, default null, dropped elsewhere.
    pub reason: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: StringBytes::EMPTY,
            group_instance_id: None,
            protocol_type: StringBytes::EMPTY,
            protocols: Vec::new(),
            reason: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl JoinGroupRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=9;
}

impl Message for JoinGroupRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("JoinGroupRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            group_id: d.get_string(form)?,
            session_timeout_ms: d.get_i32()?,
            rebalance_timeout_ms: if version >= 1 { d.get_i32()? } else { -1 },
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            protocol_type: d.get_string(form)?,
            protocols: d.get_structs(form, 3, version)?,
            reason: if version >= 8 {
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
        EncodeError::check_version("JoinGroupRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        e.put_string(&self.group_id, form)?;
        e.put_i32(self.session_timeout_ms);
        if version >= 1 {
            e.put_i32(self.rebalance_timeout_ms);
        }
        e.put_string(&self.member_id, form)?;
        if version >= 5 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.group_instance_id.is_some(),
                "JoinGroupRequest.group_instance_id",
                version,
            )?;
        }
        e.put_string(&self.protocol_type, form)?;
        e.put_structs(&self.protocols, form, version)?;
        if version >= 8 {
            e.put_nullable_string(self.reason.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `JoinGroupRequest` in versions 0-9.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupRequestProtocol {
    /// Versions 0-9.
    pub name: StringBytes,
    /// Versions 0-9.
    pub metadata: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for JoinGroupRequestProtocol {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            name: d.get_string(form)?,
            metadata: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_string(&self.name, form)?;
        e.put_bytes(&self.metadata, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for JoinGroupRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::JoinGroup;
    type Response = crate::generated::join_group_response::JoinGroupResponse;
}
