//! `DeleteGroupsResponse`, versions 0-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DeleteGroupsResponse`, number 42.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteGroupsResponse {
    /// Versions 0-3.
    pub throttle_time_ms: i32,
    /// Versions 0-3.
    pub results: Vec<DeletableGroupResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteGroupsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=3;
}

impl Message for DeleteGroupsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            results: d.get_structs(form, 4, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteGroupsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.results, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteGroupsResponse` in versions 0-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeletableGroupResult {
    /// Versions 0-3; group id.
    pub group_id: StringBytes,
    /// Versions 0-3.
    pub error_code: i16,
    /// Versions 3, may be null, default null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeletableGroupResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            group_id: d.get_string(form)?,
            error_code: d.get_i16()?,
            error_message: if version >= 3 {
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
        let form = Form::since(version, 2);
        e.put_string(&self.group_id, form)?;
        e.put_i16(self.error_code);
        if version >= 3 {
            e.put_nullable_string(self.error_message.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
