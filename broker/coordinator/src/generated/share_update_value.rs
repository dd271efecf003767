//! `ShareUpdateValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};

/// Message `ShareUpdateValue`, number 1.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareUpdateValue {
    /// Versions 0.
    pub snapshot_epoch: i32,
    /// Versions 0.
    pub leader_epoch: i32,
    /// Versions 0.
    pub start_offset: i64,
    /// Versions 0, tag 0, default -1.
    pub delivery_complete_count: i32,
    /// Versions 0.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ShareUpdateValue {
    fn default() -> Self {
        Self {
            snapshot_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            state_batches: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ShareUpdateValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareUpdateValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareUpdateValue", &Self::VERSIONS, version)?;
        let mut m = Self {
            snapshot_epoch: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            start_offset: d.get_i64()?,
            delivery_complete_count: -1,
            state_batches: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.delivery_complete_count = d.get_i32()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareUpdateValue", &Self::VERSIONS, version)?;
        e.put_i32(self.snapshot_epoch);
        e.put_i32(self.leader_epoch);
        e.put_i64(self.start_offset);
        e.put_structs(&self.state_batches, Form::Compact, version)?;
        let tag_0 = self.delivery_complete_count != -1;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i32(self.delivery_complete_count);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `ShareUpdateValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateBatch {
    /// Versions 0.
    pub first_offset: i64,
    /// Versions 0.
    pub last_offset: i64,
    /// Versions 0.
    pub delivery_state: i8,
    /// Versions 0.
    pub delivery_count: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for StateBatch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.get_i64()?,
            last_offset: d.get_i64()?,
            delivery_state: d.get_i8()?,
            delivery_count: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.first_offset);
        e.put_i64(self.last_offset);
        e.put_i8(self.delivery_state);
        e.put_i16(self.delivery_count);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
