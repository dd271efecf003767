//! What a log needs to know of a stored batch without unpacking it, for every format that was ever written.
//!
//! A batch of format 2 carries it all in its header. A message of format 0 or 1 stands for a batch of its own,
//! alone or as wrapper of compressed ones, in which case only its last offset is known (Kafka has written neither
//! since 0.11, but keeps serving them).

use broker_codec::batch::{BatchAttributes, HEADER_SIZE, RecordBatchHeader, crc32c};
use broker_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp, TimestampType};

/// Bytes of a format 2 header; enough to view any batch.
pub const VIEW_SIZE: usize = HEADER_SIZE;
/// Offset and length, which stand before every batch and are not counted by the length.
const PREFIX_SIZE: usize = 12;
const LEGACY_SIZE_MIN: usize = 14;
const MAGIC_AT: usize = 16;

/// A batch as the log sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchView {
    /// First offset.
    pub base_offset: Offset,
    /// Last offset.
    pub last_offset: Offset,
    /// Bytes of the whole batch.
    pub size: usize,
    pub(crate) magic: i8,
    /// Epoch of the leader that wrote it; -1 in formats 0 and 1.
    pub leader_epoch: LeaderEpoch,
    /// Checksum as stored, of everything behind the attributes.
    pub(crate) checksum: u32,
    pub(crate) attributes: BatchAttributes,
    /// Largest timestamp of its records; -1 in format 0.
    pub max_timestamp: Timestamp,
    pub(crate) base_timestamp: Timestamp,
    pub(crate) producer_id: ProducerId,
    pub(crate) producer_epoch: ProducerEpoch,
    pub(crate) base_sequence: Sequence,
    pub(crate) record_count: i32,
}

fn int<const SIZE: usize>(bytes: &[u8], at: usize) -> Option<[u8; SIZE]> {
    bytes.get(at..at.checked_add(SIZE)?)?.try_into().ok()
}

/// CRC-32 of messages in formats 0 and 1.
fn crc32(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32
}

impl BatchView {
    /// Reads the batch that begins at the start of `bytes`; only its first 61 bytes are needed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "the header is cut short";
        let base_offset = Offset::new(i64::from_be_bytes(int(bytes, 0).ok_or(SHORT)?));
        let length = i32::from_be_bytes(int(bytes, 8).ok_or(SHORT)?);
        let length = usize::try_from(length).map_err(|_| "the length is negative")?;
        let magic = i8::from_be_bytes(int(bytes, MAGIC_AT).ok_or(SHORT)?);
        if base_offset < Offset::ZERO {
            return Err("the offset is negative");
        }
        match magic {
            0 | 1 => Self::parse_legacy(bytes, base_offset, length, magic),
            2 => Self::parse_current(bytes, base_offset, length),
            _ => Err("the format is not known"),
        }
    }

    fn parse_current(bytes: &[u8], base_offset: Offset, length: usize) -> Result<Self, &'static str> {
        let header = RecordBatchHeader::parse(bytes).map_err(|_| "the header is malformed")?;
        let last_offset = base_offset
            .value()
            .checked_add(i64::from(header.last_offset_delta));
        let last_offset = last_offset.filter(|last| *last < Offset::MAX.value());
        let (Some(last_offset), true) = (
            last_offset,
            header.last_offset_delta >= 0 && header.record_count >= 0,
        ) else {
            return Err("the offsets run over");
        };
        Ok(Self {
            base_offset,
            last_offset: Offset::new(last_offset),
            size: length + PREFIX_SIZE,
            magic: 2,
            leader_epoch: header.partition_leader_epoch,
            checksum: header.crc,
            attributes: header.attributes,
            base_timestamp: header.base_timestamp,
            max_timestamp: header.max_timestamp,
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
            record_count: header.record_count,
        })
    }

    fn parse_legacy(bytes: &[u8], offset: Offset, length: usize, magic: i8) -> Result<Self, &'static str> {
        const SHORT: &str = "the message is cut short";
        let size_min = LEGACY_SIZE_MIN + if magic == 1 { 8 } else { 0 };
        if length < size_min {
            return Err("the length does not even cover the header");
        }
        let timestamp = match magic {
            1 => Timestamp::from_ms(i64::from_be_bytes(int(bytes, 18).ok_or(SHORT)?)),
            _ => Timestamp::NONE,
        };
        Ok(Self {
            base_offset: offset,
            last_offset: offset,
            size: length + PREFIX_SIZE,
            magic,
            leader_epoch: LeaderEpoch::NONE,
            checksum: u32::from_be_bytes(int(bytes, 12).ok_or(SHORT)?),
            attributes: BatchAttributes::new(i16::from(i8::from_be_bytes(int(bytes, 17).ok_or(SHORT)?))),
            max_timestamp: timestamp,
            base_timestamp: timestamp,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            record_count: 1,
        })
    }

    /// Offset after the last record.
    pub fn next_offset(&self) -> Offset {
        self.last_offset.plus(1)
    }

    /// Whether it belongs to a transaction.
    pub(crate) fn is_transactional(&self) -> bool {
        self.magic == 2 && self.attributes.is_transactional()
    }

    /// Whether it holds markers instead of data.
    pub(crate) fn is_control(&self) -> bool {
        self.magic == 2 && self.attributes.is_control()
    }

    /// Whether the broker set the timestamps.
    pub(crate) fn is_log_append_time(&self) -> bool {
        self.magic > 0 && self.attributes.timestamp_type() == TimestampType::LogAppendTime
    }

    /// Sequence of the last record; -1 without a producer.
    pub(crate) fn last_sequence(&self) -> Sequence {
        match self.producer_id.is_known() && self.base_sequence.value() >= 0 {
            true => self
                .base_sequence
                .plus((self.last_offset.since(self.base_offset)) as i32),
            false => Sequence::NONE,
        }
    }

    /// Whether `bytes`, which are the whole batch, match their checksum.
    pub fn checksum_matches(&self, bytes: &[u8]) -> bool {
        let covered = if self.magic == 2 { 21 } else { 16 };
        bytes
            .get(covered..self.size)
            .is_some_and(|covered| match self.magic {
                2 => crc32c(covered) == self.checksum,
                _ => crc32(covered) == self.checksum,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        assert!(BatchView::parse(&[]).is_err());
        assert!(BatchView::parse(&[0; 61]).is_err());
        assert!(BatchView::parse(&[0xff; 61]).is_err());
    }
}
