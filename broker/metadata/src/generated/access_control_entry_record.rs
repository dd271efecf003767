//! `AccessControlEntryRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `AccessControlEntryRecord`, number 18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessControlEntryRecord {
    /// Versions 0.
    pub id: Uuid,
    /// Versions 0.
    pub resource_type: i8,
    /// Versions 0.
    pub resource_name: StringBytes,
    /// Versions 0.
    pub pattern_type: i8,
    /// Versions 0.
    pub principal: StringBytes,
    /// Versions 0.
    pub host: StringBytes,
    /// Versions 0.
    pub operation: i8,
    /// Versions 0.
    pub permission_type: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AccessControlEntryRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for AccessControlEntryRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AccessControlEntryRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            id: d.get_uuid()?,
            resource_type: d.get_i8()?,
            resource_name: d.get_string(Form::Compact)?,
            pattern_type: d.get_i8()?,
            principal: d.get_string(Form::Compact)?,
            host: d.get_string(Form::Compact)?,
            operation: d.get_i8()?,
            permission_type: d.get_i8()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AccessControlEntryRecord", &Self::VERSIONS, version)?;
        e.put_uuid(self.id);
        e.put_i8(self.resource_type);
        e.put_string(&self.resource_name, Form::Compact)?;
        e.put_i8(self.pattern_type);
        e.put_string(&self.principal, Form::Compact)?;
        e.put_string(&self.host, Form::Compact)?;
        e.put_i8(self.operation);
        e.put_i8(self.permission_type);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
