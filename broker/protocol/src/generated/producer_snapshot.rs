//! `ProducerSnapshot`, versions 1, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `ProducerSnapshot`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProducerSnapshot {
    /// Versions 1.
    pub crc: u32,
    /// Versions 1.
    pub producer_entries: Vec<ProducerEntry>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ProducerSnapshot {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=1;
}

impl Message for ProducerSnapshot {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ProducerSnapshot", &Self::VERSIONS, version)?;
        Ok(Self {
            crc: d.get_u32()?,
            producer_entries: d.get_structs(Form::Plain, 46, version)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ProducerSnapshot", &Self::VERSIONS, version)?;
        e.put_u32(self.crc);
        e.put_structs(&self.producer_entries, Form::Plain, version)?;
        Ok(())
    }
}

/// Part of `ProducerSnapshot` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProducerEntry {
    /// Versions 1.
    pub producer_id: i64,
    /// Versions 1.
    pub epoch: i16,
    /// Versions 1.
    pub last_sequence: i32,
    /// Versions 1.
    pub last_offset: i64,
    /// Versions 1.
    pub offset_delta: i32,
    /// Versions 1.
    pub timestamp: i64,
    /// Versions 1.
    pub coordinator_epoch: i32,
    /// Versions 1.
    pub current_txn_first_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ProducerEntry {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            producer_id: d.get_i64()?,
            epoch: d.get_i16()?,
            last_sequence: d.get_i32()?,
            last_offset: d.get_i64()?,
            offset_delta: d.get_i32()?,
            timestamp: d.get_i64()?,
            coordinator_epoch: d.get_i32()?,
            current_txn_first_offset: d.get_i64()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.producer_id);
        e.put_i16(self.epoch);
        e.put_i32(self.last_sequence);
        e.put_i64(self.last_offset);
        e.put_i32(self.offset_delta);
        e.put_i64(self.timestamp);
        e.put_i32(self.coordinator_epoch);
        e.put_i64(self.current_txn_first_offset);
        Ok(())
    }
}
