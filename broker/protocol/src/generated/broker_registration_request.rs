//! `BrokerRegistrationRequest`, versions 0-4, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `BrokerRegistrationRequest`, number 62.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerRegistrationRequest {
    /// Versions 0-4; broker id.
    pub broker_id: i32,
    /// Versions 0-4.
    pub cluster_id: StringBytes,
    /// Versions 0-4.
    pub incarnation_id: Uuid,
    /// Versions 0-4.
    pub listeners: Vec<Listener>,
    /// Versions 0-4.
    pub features: Vec<Feature>,
    /// Versions 0-4, may be null.
    pub rack: Option<StringBytes>,
    /// Versions 1-4.
    pub is_migrating_zk_broker: bool,
    /// Versions 2-4, dropped elsewhere.
    pub log_dirs: Vec<Uuid>,
    /// Versions 3-4, default -1, dropped elsewhere.
    pub previous_broker_epoch: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for BrokerRegistrationRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            cluster_id: StringBytes::EMPTY,
            incarnation_id: Uuid::ZERO,
            listeners: Vec::new(),
            features: Vec::new(),
            rack: Some(StringBytes::EMPTY),
            is_migrating_zk_broker: false,
            log_dirs: Vec::new(),
            previous_broker_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl BrokerRegistrationRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for BrokerRegistrationRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BrokerRegistrationRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            broker_id: d.get_i32()?,
            cluster_id: d.get_string(Form::Compact)?,
            incarnation_id: d.get_uuid()?,
            listeners: d.get_structs(Form::Compact, 7, version)?,
            features: d.get_structs(Form::Compact, 6, version)?,
            rack: d.get_nullable_string(Form::Compact)?,
            is_migrating_zk_broker: if version >= 1 { d.get_bool()? } else { false },
            log_dirs: if version >= 2 {
                d.get_array(Form::Compact, 16, Decoder::get_uuid)?
            } else {
                Vec::new()
            },
            previous_broker_epoch: if version >= 3 { d.get_i64()? } else { -1 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("BrokerRegistrationRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_string(&self.cluster_id, Form::Compact)?;
        e.put_uuid(self.incarnation_id);
        e.put_structs(&self.listeners, Form::Compact, version)?;
        e.put_structs(&self.features, Form::Compact, version)?;
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        if version >= 1 {
            e.put_bool(self.is_migrating_zk_broker);
        } else {
            EncodeError::check_unset(
                self.is_migrating_zk_broker,
                "BrokerRegistrationRequest.is_migrating_zk_broker",
                version,
            )?;
        }
        if version >= 2 {
            e.put_uuid_array(&self.log_dirs, Form::Compact)?;
        }
        if version >= 3 {
            e.put_i64(self.previous_broker_epoch);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `BrokerRegistrationRequest` in versions 0-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Versions 0-4.
    pub name: StringBytes,
    /// Versions 0-4.
    pub host: StringBytes,
    /// Versions 0-4.
    pub port: u16,
    /// Versions 0-4.
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

/// Part of `BrokerRegistrationRequest` in versions 0-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    /// Versions 0-4.
    pub name: StringBytes,
    /// Versions 0-4.
    pub min_supported_version: i16,
    /// Versions 0-4.
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

impl crate::Request for BrokerRegistrationRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::BrokerRegistration;
    type Response = crate::generated::broker_registration_response::BrokerRegistrationResponse;
}
