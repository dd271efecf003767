//! `DescribeGroupsResponse`, versions 0-6, flexible from 5. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `DescribeGroupsResponse`, number 15.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsResponse {
    /// Versions 1-6, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-6.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeGroupsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for DescribeGroupsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            groups: d.get_structs(form, 12, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_structs(&self.groups, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeGroupsResponse` in versions 0-6.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    /// Versions 0-6.
    pub error_code: i16,
    /// Versions 6, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-6; group id.
    pub group_id: StringBytes,
    /// Versions 0-6.
    pub group_state: StringBytes,
    /// Versions 0-6.
    pub protocol_type: StringBytes,
    /// Versions 0-6.
    pub protocol_data: StringBytes,
    /// Versions 0-6.
    pub members: Vec<DescribedGroupMember>,
    /// Versions 3-6, default -2147483648.
    pub authorized_operations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: StringBytes::EMPTY,
            group_state: StringBytes::EMPTY,
            protocol_type: StringBytes::EMPTY,
            protocol_data: StringBytes::EMPTY,
            members: Vec::new(),
            authorized_operations: i32::MIN,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribedGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: if version >= 6 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            group_id: d.get_string(form)?,
            group_state: d.get_string(form)?,
            protocol_type: d.get_string(form)?,
            protocol_data: d.get_string(form)?,
            members: d.get_structs(form, 7, version)?,
            authorized_operations: if version >= 3 { d.get_i32()? } else { i32::MIN },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_i16(self.error_code);
        if version >= 6 {
            e.put_nullable_string(self.error_message.as_deref(), form)?;
        } else {
            EncodeError::check_unset(
                self.error_message.is_some(),
                "DescribedGroup.error_message",
                version,
            )?;
        }
        e.put_string(&self.group_id, form)?;
        e.put_string(&self.group_state, form)?;
        e.put_string(&self.protocol_type, form)?;
        e.put_string(&self.protocol_data, form)?;
        e.put_structs(&self.members, form, version)?;
        if version >= 3 {
            e.put_i32(self.authorized_operations);
        } else {
            EncodeError::check_unset(
                self.authorized_operations != i32::MIN,
                "DescribedGroup.authorized_operations",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeGroupsResponse` in versions 0-6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedGroupMember {
    /// Versions 0-6.
    pub member_id: StringBytes,
    /// Versions 4-6, may be null, default null, dropped elsewhere.
    pub group_instance_id: Option<StringBytes>,
    /// Versions 0-6.
    pub client_id: StringBytes,
    /// Versions 0-6.
    pub client_host: StringBytes,
    /// Versions 0-6.
    pub member_metadata: Bytes,
    /// Versions 0-6.
    pub member_assignment: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribedGroupMember {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        Ok(Self {
            member_id: d.get_string(form)?,
            group_instance_id: if version >= 4 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            client_id: d.get_string(form)?,
            client_host: d.get_string(form)?,
            member_metadata: d.get_bytes(form)?,
            member_assignment: d.get_bytes(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_string(&self.member_id, form)?;
        if version >= 4 {
            e.put_nullable_string(self.group_instance_id.as_deref(), form)?;
        }
        e.put_string(&self.client_id, form)?;
        e.put_string(&self.client_host, form)?;
        e.put_bytes(&self.member_metadata, form)?;
        e.put_bytes(&self.member_assignment, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
