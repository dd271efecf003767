//! `BrokerRegistrationChangeRecord`, versions 0-3, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};
use broker_model::Uuid;

/// Message `BrokerRegistrationChangeRecord`, number 17.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerRegistrationChangeRecord {
    /// Versions 0-3; broker id.
    pub broker_id: i32,
    /// Versions 0-3.
    pub broker_epoch: i64,
    /// Versions 0-3, tag 0.
    pub fenced: i8,
    /// Versions 1-3, tag 1.
    pub in_controlled_shutdown: i8,
    /// Versions 2-3, tag 2.
    pub log_dirs: Vec<Uuid>,
    /// Versions 3, tag 3, may be null, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl BrokerRegistrationChangeRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=3;
}

impl Message for BrokerRegistrationChangeRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BrokerRegistrationChangeRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            fenced: 0,
            in_controlled_shutdown: 0,
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.fenced = d.get_i8()?,
                    1 if version >= 1 => m.in_controlled_shutdown = d.get_i8()?,
                    2 if version >= 2 => m.log_dirs = d.get_array(Form::Compact, 16, Decoder::get_uuid)?,
                    3 if version >= 3 => {
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
        EncodeError::check_version("BrokerRegistrationChangeRecord", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        let tag_0 = self.fenced != 0;
        let tag_1 = version >= 1 && self.in_controlled_shutdown != 0;
        EncodeError::check_unset(
            version < 1 && self.in_controlled_shutdown != 0,
            "BrokerRegistrationChangeRecord.in_controlled_shutdown",
            version,
        )?;
        let tag_2 = version >= 2 && !self.log_dirs.is_empty();
        EncodeError::check_unset(
            version < 2 && !self.log_dirs.is_empty(),
            "BrokerRegistrationChangeRecord.log_dirs",
            version,
        )?;
        let tag_3 = version >= 3 && self.cordoned_log_dirs.is_some();
        EncodeError::check_unset(
            version < 3 && self.cordoned_log_dirs.is_some(),
            "BrokerRegistrationChangeRecord.cordoned_log_dirs",
            version,
        )?;
        e.put_tag_count(
            usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2) + usize::from(tag_3),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i8(self.fenced);
                Ok(())
            })?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_i8(self.in_controlled_shutdown);
                Ok(())
            })?;
        }
        if tag_2 {
            e.put_tagged(2, |e| e.put_uuid_array(&self.log_dirs, Form::Compact))?;
        }
        if tag_3 {
            e.put_tagged(3, |e| {
                e.put_nullable_uuid_array(self.cordoned_log_dirs.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}
