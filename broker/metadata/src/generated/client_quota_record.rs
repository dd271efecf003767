//! `ClientQuotaRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ClientQuotaRecord`, number 14.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientQuotaRecord {
    /// Versions 0.
    pub entity: Vec<EntityData>,
    /// Versions 0.
    pub key: StringBytes,
    /// Versions 0.
    pub value: f64,
    /// Versions 0.
    pub remove: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ClientQuotaRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ClientQuotaRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ClientQuotaRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            entity: d.get_structs(Form::Compact, 3, version)?,
            key: d.get_string(Form::Compact)?,
            value: d.get_f64()?,
            remove: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ClientQuotaRecord", &Self::VERSIONS, version)?;
        e.put_structs(&self.entity, Form::Compact, version)?;
        e.put_string(&self.key, Form::Compact)?;
        e.put_f64(self.value);
        e.put_bool(self.remove);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ClientQuotaRecord` in versions 0.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityData {
    /// Versions 0.
    pub entity_type: StringBytes,
    /// Versions 0, may be null.
    pub entity_name: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for EntityData {
    fn default() -> Self {
        Self {
            entity_type: StringBytes::EMPTY,
            entity_name: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for EntityData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            entity_type: d.get_string(Form::Compact)?,
            entity_name: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.entity_type, Form::Compact)?;
        e.put_nullable_string(self.entity_name.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
