//! The attribute bits of a batch: 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon.

use broker_model::{CompressionType, TimestampType};

const CODEC_MASK: i16 = 0x07;
const LOG_APPEND_TIME: i16 = 0x08;
const TRANSACTIONAL: i16 = 0x10;
const CONTROL: i16 = 0x20;
const DELETE_HORIZON: i16 = 0x40;

/// Attribute bits as they stand in a header; unknown bits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchAttributes(i16);

impl BatchAttributes {
    /// Takes the bits.
    pub const fn new(bits: i16) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn bits(self) -> i16 {
        self.0
    }

    /// Codec of the records; `None` for bits that name none.
    pub const fn compression(self) -> Option<CompressionType> {
        CompressionType::from_wire((self.0 & CODEC_MASK) as u8)
    }

    /// The same bits with another codec.
    #[must_use]
    pub const fn with_compression(self, compression: CompressionType) -> Self {
        Self(self.0 & !CODEC_MASK | compression.wire() as i16)
    }

    /// Who set the timestamps.
    pub const fn timestamp_type(self) -> TimestampType {
        if self.0 & LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// The same bits with another timestamp type.
    #[must_use]
    pub const fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        match timestamp_type {
            TimestampType::CreateTime => Self(self.0 & !LOG_APPEND_TIME),
            TimestampType::LogAppendTime => Self(self.0 | LOG_APPEND_TIME),
        }
    }

    /// Whether the batch belongs to a transaction.
    pub const fn is_transactional(self) -> bool {
        self.0 & TRANSACTIONAL != 0
    }

    /// The same bits, as part of a transaction.
    #[must_use]
    pub const fn transactional(self) -> Self {
        Self(self.0 | TRANSACTIONAL)
    }

    /// Whether the batch holds control records.
    pub const fn is_control(self) -> bool {
        self.0 & CONTROL != 0
    }

    /// The same bits, for control records.
    #[must_use]
    pub const fn control(self) -> Self {
        Self(self.0 | CONTROL)
    }

    /// Whether the base timestamp is the moment from which tombstones may go (KIP-534).
    pub const fn has_delete_horizon(self) -> bool {
        self.0 & DELETE_HORIZON != 0
    }

    /// The same bits, with a delete horizon in place of the base timestamp.
    #[must_use]
    pub const fn with_delete_horizon(self) -> Self {
        Self(self.0 | DELETE_HORIZON)
    }
}
