//! `RegisterBrokerRecord`, versions 0-4, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `RegisterBrokerRecord`, number 0.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterBrokerRecord {
    /// Versions 0-4; broker id.
    pub broker_id: i32,
    /// Versions 2-4.
    pub is_migrating_zk_broker: bool,
    /// Versions 0-4.
    pub incarnation_id: Uuid,
    /// Versions 0-4.
    pub broker_epoch: i64,
    /// Versions 0-4.
    pub end_points: Vec<BrokerEndpoint>,
    /// Versions 0-4.
    pub features: Vec<BrokerFeature>,
    /// Versions 0-4, may be null.
    pub rack: Option<StringBytes>,
    /// Versions 0-4, default true.
    pub fenced: bool,
    /// Versions 1-4.
    pub in_controlled_shutdown: bool,
    /// Versions 3-4, tag 0.
    pub log_dirs: Vec<Uuid>,
    /// Versions 4, tag 1, may be null, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for RegisterBrokerRecord {
    fn default() -> Self {
        Self {
            broker_id: 0,
            is_migrating_zk_broker: false,
            incarnation_id: Uuid::ZERO,
            broker_epoch: 0,
            end_points: Vec::new(),
            features: Vec::new(),
            rack: Some(StringBytes::EMPTY),
            fenced: true,
            in_controlled_shutdown: false,
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl RegisterBrokerRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for RegisterBrokerRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RegisterBrokerRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            broker_id: d.get_i32()?,
            is_migrating_zk_broker: if version >= 2 { d.get_bool()? } else { false },
            incarnation_id: d.get_uuid()?,
            broker_epoch: d.get_i64()?,
            end_points: d.get_structs(Form::Compact, 7, version)?,
            features: d.get_structs(Form::Compact, 6, version)?,
            rack: d.get_nullable_string(Form::Compact)?,
            fenced: d.get_bool()?,
            in_controlled_shutdown: if version >= 1 { d.get_bool()? } else { false },
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 if version >= 3 => m.log_dirs = d.get_array(Form::Compact, 16, Decoder::get_uuid)?,
                    1 if version >= 4 => {
                        m.cordoned_log_dirs = d.get_nullable_array(Form::Compact, 16, Decoder::get_uuid)?
                    }
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RegisterBrokerRecord", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        if version >= 2 {
            e.put_bool(self.is_migrating_zk_broker);
        } else {
            EncodeError::check_unset(
                self.is_migrating_zk_broker,
                "RegisterBrokerRecord.is_migrating_zk_broker",
                version,
            )?;
        }
        e.put_uuid(self.incarnation_id);
        e.put_i64(self.broker_epoch);
        e.put_structs(&self.end_points, Form::Compact, version)?;
        e.put_structs(&self.features, Form::Compact, version)?;
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        e.put_bool(self.fenced);
        if version >= 1 {
            e.put_bool(self.in_controlled_shutdown);
        } else {
            EncodeError::check_unset(
                self.in_controlled_shutdown,
                "RegisterBrokerRecord.in_controlled_shutdown",
                version,
            )?;
        }
        let tag_0 = version >= 3 && !self.log_dirs.is_empty();
        EncodeError::check_unset(
            version < 3 && !self.log_dirs.is_empty(),
            "RegisterBrokerRecord.log_dirs",
            version,
        )?;
        let tag_1 = version >= 4 && self.cordoned_log_dirs.is_some();
        EncodeError::check_unset(
            version < 4 && self.cordoned_log_dirs.is_some(),
            "RegisterBrokerRecord.cordoned_log_dirs",
            version,
        )?;
        e.put_tag_count(
            usize::from(tag_0) + usize::from(tag_1),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| e.put_uuid_array(&self.log_dirs, Form::Compact))?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_nullable_uuid_array(self.cordoned_log_dirs.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `RegisterBrokerRecord` in versions 0-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerEndpoint {
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

impl Message for BrokerEndpoint {
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

/// Part of `RegisterBrokerRecord` in versions 0-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerFeature {
    /// Versions 0-4.
    pub name: StringBytes,
    /// Versions 0-4.
    pub min_supported_version: i16,
    /// Versions 0-4.
    pub max_supported_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for BrokerFeature {
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
