//! `ControllerRegistrationRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ControllerRegistrationRequest`, number 70.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControllerRegistrationRequest {
    /// Versions 0.
    pub controller_id: i32,
    /// Versions 0.
    pub incarnation_id: Uuid,
    /// Versions 0.
    pub zk_migration_ready: bool,
    /// Versions 0.
    pub listeners: Vec<Listener>,
    /// Versions 0.
    pub features: Vec<Feature>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ControllerRegistrationRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ControllerRegistrationRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ControllerRegistrationRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            controller_id: d.get_i32()?,
            incarnation_id: d.get_uuid()?,
            zk_migration_ready: d.get_bool()?,
            listeners: d.get_structs(Form::Compact, 7, version)?,
            features: d.get_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ControllerRegistrationRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.controller_id);
        e.put_uuid(self.incarnation_id);
        e.put_bool(self.zk_migration_ready);
        e.put_structs(&self.listeners, Form::Compact, version)?;
        e.put_structs(&self.features, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ControllerRegistrationRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub host: StringBytes,
    /// Versions 0.
    pub port: u16,
    /// Versions 0.
    pub security_protocol: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Listener {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            security_protocol: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_i16(self.security_protocol);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ControllerRegistrationRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub min_supported_version: i16,
    /// Versions 0.
    pub max_supported_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Feature {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            min_supported_version: d.get_i16()?,
            max_supported_version: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i16(self.min_supported_version);
        e.put_i16(self.max_supported_version);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ControllerRegistrationRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ControllerRegistration;
    type Response = crate::generated::controller_registration_response::ControllerRegistrationResponse;
}
