//! `ListGroupsResponse`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListGroupsResponse`, number 16.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsResponse {
    /// Versions 1-5, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-5.
    pub error_code: i16,
    /// Versions 0-5.
    pub groups: Vec<ListedGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListGroupsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for ListGroupsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            error_code: d.get_i16()?,
            groups: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_i16(self.error_code);
        e.put_structs(&self.groups, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ListGroupsResponse` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedGroup {
    /// Versions 0-5; group id.
    pub group_id: StringBytes,
    /// Versions 0-5.
    pub protocol_type: StringBytes,
    /// Versions 4-5, dropped elsewhere.
    pub group_state: StringBytes,
    /// Versions 5, dropped elsewhere.
    pub group_type: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ListedGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            group_id: d.get_string(form)?,
            protocol_type: d.get_string(form)?,
            group_state: if version >= 4 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            group_type: if version >= 5 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_string(&self.group_id, form)?;
        e.put_string(&self.protocol_type, form)?;
        if version >= 4 {
            e.put_string(&self.group_state, form)?;
        }
        if version >= 5 {
            e.put_string(&self.group_type, form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
