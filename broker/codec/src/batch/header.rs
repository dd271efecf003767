//! The 61 bytes before the records.

use broker_model::{
    CompressionType, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp, TimestampType,
};

use super::{BatchAttributes, BatchError};

/// Bytes before the records.
pub const HEADER_SIZE: usize = 61;
/// Bytes that the length field does not count: the base offset and itself.
pub(super) const LENGTH_BASE: usize = 12;
pub(super) const MAGIC_AT: usize = 16;
pub(super) const CHECKSUM_AT: usize = 17;
pub(super) const ATTRIBUTES_AT: usize = 21;

/// What a batch says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordBatchHeader {
    /// Offset of the first record; a producer sends 0.
    pub base_offset: Offset,
    /// Bytes behind this field.
    pub batch_length: i32,
    /// Epoch of the leader that appended it.
    pub partition_leader_epoch: LeaderEpoch,
    /// Checksum of everything from the attributes on.
    pub crc: u32,
    /// Codec, timestamp type and kind.
    pub attributes: BatchAttributes,
    /// Last offset less the base offset.
    pub last_offset_delta: i32,
    /// What record timestamps are relative to, or the delete horizon.
    pub base_timestamp: Timestamp,
    /// Largest timestamp of the records.
    pub max_timestamp: Timestamp,
    /// Who appended it, or none.
    pub producer_id: ProducerId,
    /// Incarnation of the producer.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub base_sequence: Sequence,
    /// Number of records; fewer than offsets after compaction.
    pub record_count: i32,
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], BatchError> {
    let cut = BatchError::Truncated {
        needed: HEADER_SIZE,
        remaining: bytes.len(),
    };
    bytes
        .get(at..at + N)
        .and_then(|field| field.try_into().ok())
        .ok_or(cut)
}

impl RecordBatchHeader {
    /// Reads a header; only the header's own bytes are looked at.
    ///
    /// # Errors
    /// When the bytes end inside it, the format is not 2, or its length or offsets are impossible.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let magic = i8::from_be_bytes(field(bytes, MAGIC_AT)?);
        if magic != 2 {
            return Err(BatchError::UnsupportedMagic(magic));
        }
        let header = Self::parse_fields(bytes)?;
        if header.batch_length < (HEADER_SIZE - LENGTH_BASE) as i32 {
            return Err(BatchError::InvalidLength(header.batch_length));
        }
        Ok(header)
    }

    fn parse_fields(bytes: &[u8]) -> Result<Self, BatchError> {
        Ok(Self {
            base_offset: Offset::new(i64::from_be_bytes(field(bytes, 0)?)),
            batch_length: i32::from_be_bytes(field(bytes, 8)?),
            partition_leader_epoch: LeaderEpoch::new(i32::from_be_bytes(field(bytes, LENGTH_BASE)?)),
            crc: u32::from_be_bytes(field(bytes, CHECKSUM_AT)?),
            attributes: BatchAttributes::new(i16::from_be_bytes(field(bytes, ATTRIBUTES_AT)?)),
            last_offset_delta: i32::from_be_bytes(field(bytes, 23)?),
            base_timestamp: Timestamp::from_ms(i64::from_be_bytes(field(bytes, 27)?)),
            max_timestamp: Timestamp::from_ms(i64::from_be_bytes(field(bytes, 35)?)),
            producer_id: ProducerId::new(i64::from_be_bytes(field(bytes, 43)?)),
            producer_epoch: ProducerEpoch::new(i16::from_be_bytes(field(bytes, 51)?)),
            base_sequence: Sequence::new(i32::from_be_bytes(field(bytes, 53)?)),
            record_count: i32::from_be_bytes(field(bytes, 57)?),
        })
    }

    /// The header as bytes, checksum included as it stands.
    pub fn to_bytes(&self) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        bytes[..8].copy_from_slice(&self.base_offset.value().to_be_bytes());
        bytes[8..LENGTH_BASE].copy_from_slice(&self.batch_length.to_be_bytes());
        bytes[LENGTH_BASE..MAGIC_AT].copy_from_slice(&self.partition_leader_epoch.value().to_be_bytes());
        bytes[MAGIC_AT] = 2;
        bytes[CHECKSUM_AT..ATTRIBUTES_AT].copy_from_slice(&self.crc.to_be_bytes());
        bytes[ATTRIBUTES_AT..23].copy_from_slice(&self.attributes.bits().to_be_bytes());
        bytes[23..27].copy_from_slice(&self.last_offset_delta.to_be_bytes());
        bytes[27..35].copy_from_slice(&self.base_timestamp.as_ms().to_be_bytes());
        bytes[35..43].copy_from_slice(&self.max_timestamp.as_ms().to_be_bytes());
        bytes[43..51].copy_from_slice(&self.producer_id.value().to_be_bytes());
        bytes[51..53].copy_from_slice(&self.producer_epoch.value().to_be_bytes());
        bytes[53..57].copy_from_slice(&self.base_sequence.value().to_be_bytes());
        bytes[57..].copy_from_slice(&self.record_count.to_be_bytes());
        bytes
    }

    /// Bytes of the whole batch.
    pub fn size_in_bytes(&self) -> usize {
        self.batch_length as usize + LENGTH_BASE
    }

    /// Offset of the last record, or of the last one that was there before compaction.
    pub fn last_offset(&self) -> Offset {
        self.base_offset.plus(i64::from(self.last_offset_delta))
    }

    /// Offset after the last record.
    pub fn next_offset(&self) -> Offset {
        self.last_offset().plus(1)
    }

    /// Sequence of the last record; none without a producer.
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence == Sequence::NONE {
            return Sequence::NONE;
        }
        self.base_sequence.plus(self.last_offset_delta)
    }

    /// Codec of the records; `None` for bits that name none.
    pub fn compression(&self) -> Option<CompressionType> {
        self.attributes.compression()
    }

    /// Who set the timestamps.
    pub fn timestamp_type(&self) -> TimestampType {
        self.attributes.timestamp_type()
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes.is_transactional()
    }

    /// Whether the batch holds control records.
    pub fn is_control(&self) -> bool {
        self.attributes.is_control()
    }

    /// From when on tombstones of the batch may go, once a cleaning has met it (KIP-534).
    pub fn delete_horizon(&self) -> Option<Timestamp> {
        self.attributes
            .has_delete_horizon()
            .then_some(self.base_timestamp)
    }
}

/// Writes base offset and leader epoch into a batch; both stand outside the checksum.
///
/// # Panics
/// When `header` is shorter than a header.
pub fn stamp(header: &mut [u8], base_offset: Offset, leader_epoch: LeaderEpoch) {
    header[..8].copy_from_slice(&base_offset.value().to_be_bytes());
    header[LENGTH_BASE..MAGIC_AT].copy_from_slice(&leader_epoch.value().to_be_bytes());
}
