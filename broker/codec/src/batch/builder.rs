//! Builds batches: for our own topics, for the client, and where the broker has to write a batch anew.
//!
//! State: the records written so far, uncompressed. Invariant: what [`BatchBuilder::build`] returns reads back as
//! the records that were added, with offsets from the base offset on.

use broker_model::{
    CompressionType, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp, TimestampType,
};
use bytes::Bytes;

use super::header::{ATTRIBUTES_AT, CHECKSUM_AT, LENGTH_BASE};
use super::{BatchAttributes, HEADER_SIZE, RecordBatchHeader, RecordView, crc32c};
use crate::compression::{CompressionError, CompressionLevel, compress};
use crate::varint;

/// Who appends a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdentity {
    /// Id of the producer.
    pub id: ProducerId,
    /// Its incarnation.
    pub epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub base_sequence: Sequence,
}

impl ProducerIdentity {
    /// No producer.
    pub const NONE: Self = Self {
        id: ProducerId::NONE,
        epoch: ProducerEpoch::NONE,
        base_sequence: Sequence::NONE,
    };
}

/// Everything about a batch but its records.
#[derive(Clone, Copy, Debug)]
pub struct BatchOptions {
    /// Offset of the first record.
    pub base_offset: Offset,
    /// Epoch of the leader.
    pub leader_epoch: LeaderEpoch,
    /// Codec.
    pub compression: CompressionType,
    /// Level of the codec.
    pub level: CompressionLevel,
    /// Bits beside the codec.
    pub attributes: BatchAttributes,
    /// Who appends.
    pub producer: ProducerIdentity,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            base_offset: Offset::ZERO,
            leader_epoch: LeaderEpoch::NONE,
            compression: CompressionType::None,
            level: CompressionLevel::Default,
            attributes: BatchAttributes::default(),
            producer: ProducerIdentity::NONE,
        }
    }
}

/// A batch under construction.
#[derive(Debug)]
pub struct BatchBuilder {
    options: BatchOptions,
    records: Vec<u8>,
    scratch: Vec<u8>,
    base_timestamp: Option<Timestamp>,
    max_timestamp: Timestamp,
    last_offset_delta: i32,
    count: i32,
}

impl BatchBuilder {
    /// Starts an empty batch.
    pub fn new(options: BatchOptions) -> Self {
        Self {
            options,
            records: vec![0; HEADER_SIZE],
            scratch: Vec::new(),
            base_timestamp: None,
            max_timestamp: Timestamp::NONE,
            last_offset_delta: -1,
            count: 0,
        }
    }

    /// Fixes what record timestamps are relative to; otherwise the first record's timestamp is it.
    pub fn set_base_timestamp(&mut self, base: Timestamp) {
        self.base_timestamp = Some(base);
    }

    /// Says who appends, if that is known only once the records are gathered.
    pub fn set_producer(&mut self, producer: ProducerIdentity) {
        self.options.producer = producer;
    }

    /// Number of records added.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether no record was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the batch so far, before compression.
    pub fn size(&self) -> usize {
        self.records.len()
    }

    /// Adds a record at the next offset.
    pub fn append(&mut self, timestamp: Timestamp, key: Option<&[u8]>, value: Option<&[u8]>) {
        self.append_with_headers(timestamp, key, value, &[]);
    }

    /// Adds a record with headers at the next offset.
    pub fn append_with_headers(
        &mut self,
        timestamp: Timestamp,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) {
        let base = *self.base_timestamp.get_or_insert(timestamp);
        let offset_delta = self.last_offset_delta + 1;
        let mut body = std::mem::take(&mut self.scratch);
        body.clear();
        body.push(0);
        varint::write_varlong(&mut body, timestamp.since_ms(base));
        varint::write_varint(&mut body, offset_delta);
        put_nullable(&mut body, key);
        put_nullable(&mut body, value);
        varint::write_varint(&mut body, headers.len() as i32);
        for (name, value) in headers {
            put_nullable(&mut body, Some(name));
            put_nullable(&mut body, *value);
        }
        varint::write_varint(&mut self.records, body.len() as i32);
        self.records.extend_from_slice(&body);
        self.scratch = body;
        self.max_timestamp = self.max_timestamp.max(timestamp);
        self.note(offset_delta);
    }

    /// Adds a record exactly as it lies in another batch with the same base offset and base timestamp, as the
    /// cleaner does: deltas keep their meaning and gaps stay.
    pub fn append_raw(&mut self, body: &[u8], offset_delta: i32, timestamp: Timestamp) {
        varint::write_varint(&mut self.records, body.len() as i32);
        self.records.extend_from_slice(body);
        self.max_timestamp = self.max_timestamp.max(timestamp);
        self.note(offset_delta);
    }

    /// Adds a record as it lies in another batch with the same base offset, counting its time from this batch's base
    /// timestamp, which must be fixed.
    pub fn append_rebased(&mut self, view: &RecordView<'_>, timestamp: Timestamp) {
        let base = *self.base_timestamp.get_or_insert(timestamp);
        let mut body = std::mem::take(&mut self.scratch);
        body.clear();
        body.extend_from_slice(&view.body[..1]);
        varint::write_varlong(&mut body, timestamp.since_ms(base));
        body.extend_from_slice(view.behind_timestamp());
        self.append_raw(&body, view.offset_delta, timestamp);
        self.scratch = body;
    }

    fn note(&mut self, offset_delta: i32) {
        debug_assert!(offset_delta > self.last_offset_delta, "offsets grow");
        self.last_offset_delta = offset_delta;
        self.count += 1;
    }

    /// Keeps the last offset of the batch that this one replaces, though its last records are gone.
    pub fn set_last_offset_delta(&mut self, delta: i32) {
        self.last_offset_delta = self.last_offset_delta.max(delta);
    }

    /// Overrides the largest timestamp, as LogAppendTime does.
    pub fn set_max_timestamp(&mut self, timestamp: Timestamp) {
        self.max_timestamp = timestamp;
    }

    /// Finishes the batch.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn build(self) -> Result<Bytes, CompressionError> {
        let mut bytes = self.records;
        if self.options.compression != CompressionType::None {
            let packed = compress(
                self.options.compression,
                self.options.level,
                &bytes[HEADER_SIZE..],
            )?;
            bytes.truncate(HEADER_SIZE);
            bytes.extend_from_slice(&packed);
        }
        let attributes = self.options.attributes.with_compression(self.options.compression);
        let is_log_append_time = attributes.timestamp_type() == TimestampType::LogAppendTime;
        debug_assert!(
            !is_log_append_time || self.max_timestamp != Timestamp::NONE,
            "the broker's time is known"
        );
        let mut header = RecordBatchHeader {
            base_offset: self.options.base_offset,
            batch_length: (bytes.len() - LENGTH_BASE) as i32,
            partition_leader_epoch: self.options.leader_epoch,
            crc: 0,
            attributes,
            last_offset_delta: self.last_offset_delta.max(0),
            base_timestamp: self.base_timestamp.unwrap_or(Timestamp::NONE),
            max_timestamp: self.max_timestamp,
            producer_id: self.options.producer.id,
            producer_epoch: self.options.producer.epoch,
            base_sequence: self.options.producer.base_sequence,
            record_count: self.count,
        };
        bytes[..HEADER_SIZE].copy_from_slice(&header.to_bytes());
        header.crc = crc32c(&bytes[ATTRIBUTES_AT..]);
        bytes[CHECKSUM_AT..ATTRIBUTES_AT].copy_from_slice(&header.crc.to_be_bytes());
        Ok(Bytes::from(bytes))
    }
}

fn put_nullable(out: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        None => varint::write_varint(out, -1),
        Some(bytes) => {
            varint::write_varint(out, bytes.len() as i32);
            out.extend_from_slice(bytes);
        }
    }
}
