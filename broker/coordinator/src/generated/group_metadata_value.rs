//! `GroupMetadataValue`, versions 0-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `GroupMetadataValue`, number 2.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMetadataValue {
    /// Versions 0-4.
    pub protocol_type: StringBytes,
    /// Versions 0-4.
    pub generation: i32,
    /// Versions 0-4, may be null.
    pub protocol: Option<StringBytes>,
    /// Versions 0-4, may be null.
    pub leader: Option<StringBytes>,
    /// Versions 2-4, default -1, dropped elsewhere.
    pub current_state_timestamp: i64,
    /// Versions 0-4.
    pub members: Vec<MemberMetadata>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        Self {
            protocol_type: StringBytes::EMPTY,
            generation: 0,
            protocol: Some(StringBytes::EMPTY),
            leader: Some(StringBytes::EMPTY),
            current_state_timestamp: -1,
            members: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl GroupMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for GroupMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("GroupMetadataValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            protocol_type: d.get_string(form)?,
            generation: d.get_i32()?,
            protocol: d.get_nullable_string(form)?,
            leader: d.get_nullable_string(form)?,
            current_state_timestamp: if version >= 2 { d.get_i64()? } else { -1 },
            members: d.get_structs(form, 15, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("GroupMetadataValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_string(&self.protocol_type, form)?;
        e.put_i32(self.generation);
        e.put_nullable_string(self.protocol.as_deref(), form)?;
        e.put_nullable_string(self.leader.as_deref(), form)?;
        if version >= 2 {
            e.put_i64(self.current_state_timestamp);
        }
        e.put_structs(&self.members, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `GroupMetadataValue` in versions 0-4.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberMetadata {
    /// Versions 0-4.
    pub member_id: StringBytes,
    /// Versions 3-4, may be null, default null, dropped elsewhere.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 0-4.
    pub client_id: StringBytes,
    /// Versions 0-4.
    pub client_host: StringBytes,
    /// Versions 1-4, default -1, dropped elsewhere.
    pub rebalance_timeout: i32,
    /// Versions 0-4.
    pub session_timeout: i32,
    /// Versions 0-4.
    pub subscription: Bytes,
    /// Versions 0-4.
    pub assignment: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        Self {
            member_id: StringBytes::EMPTY,
            group_instance_id: None,
            client_id: StringBytes::EMPTY,
            client_host: StringBytes::EMPTY,
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for MemberMetadata {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 3 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            client_id: d.get_string(form)?,
            client_host: d.get_string(form)?,
            rebalance_timeout: if version >= 1 { d.get_i32()? } else { -1 },
            session_timeout: d.get_i32()?,
            subscription: d.get_bytes(form)?,
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
        if version >= 3 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        }
        e.put_string(&self.client_id, form)?;
        e.put_string(&self.client_host, form)?;
        if version >= 1 {
            e.put_i32(self.rebalance_timeout);
        }
        e.put_i32(self.session_timeout);
        e.put_bytes(&self.subscription, form)?;
        e.put_bytes(&self.assignment, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
