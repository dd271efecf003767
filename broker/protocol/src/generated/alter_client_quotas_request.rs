//! `AlterClientQuotasRequest`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AlterClientQuotasRequest`, number 49.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasRequest {
    /// Versions 0-1.
    pub entries: Vec<EntryData>,
    /// Versions 0-1.
    pub validate_only: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterClientQuotasRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for AlterClientQuotasRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterClientQuotasRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        Ok(Self {
            entries: d.get_structs(form, 3, version)?,
            validate_only: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterClientQuotasRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_structs(&self.entries, form, version)?;
        e.put_bool(self.validate_only);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterClientQuotasRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData {
    /// Versions 0-1.
    pub entity: Vec<EntityData>,
    /// Versions 0-1.
    pub ops: Vec<OpData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for EntryData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            entity: d.get_structs(form, 3, version)?,
            ops: d.get_structs(form, 11, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_structs(&self.entity, form, version)?;
        e.put_structs(&self.ops, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterClientQuotasRequest` in versions 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityData {
    /// Versions 0-1.
    pub entity_type: StringBytes,
    /// Versions 0-1, may be null.
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
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            entity_type: d.get_string(form)?,
            entity_name: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_string(&self.entity_type, form)?;
        e.put_nullable_string(self.entity_name.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterClientQuotasRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpData {
    /// Versions 0-1.
    pub key: StringBytes,
    /// Versions 0-1.
    pub value: f64,
    /// Versions 0-1.
    pub remove: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OpData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            key: d.get_string(form)?,
            value: d.get_f64()?,
            remove: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_string(&self.key, form)?;
        e.put_f64(self.value);
        e.put_bool(self.remove);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for AlterClientQuotasRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterClientQuotas;
    type Response = crate::generated::alter_client_quotas_response::AlterClientQuotasResponse;
}
