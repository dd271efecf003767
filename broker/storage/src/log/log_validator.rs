//! What a produced record set must be before it gets offsets, and what it becomes by the topic's configs.
//!
//! Pure: bytes and rules in, bytes or a refusal out. A set that needs no change is handed on as the bytes that came.
//! Every record is walked once, in constant memory, because its count, order, key and timestamp are promises to
//! later readers. The walk is bounded by [`UNPACKED_SIZE_MAX`]. Sequences of producers are checked elsewhere.
//! Refusals follow what Kafka 4.4 was seen to answer; one is ours: offset deltas that are not 0, 1, 2, … are refused,
//! where Kafka acknowledges some of them.

use broker_codec::batch::{
    BatchBuilder, BatchError, BatchOptions, KeyPresence, ProducerIdentity, RecordBatch, RecordBatchHeader,
    RecordSummary, RecordViews, batches, crc32c, scan_records,
};
use broker_codec::compression::{CompressionError, CompressionLevel};
use broker_model::{CompressionType, Sequence, Timestamp, TimestampType};
use bytes::{Bytes, BytesMut};

/// Most bytes that the records of one batch may unpack to, whatever the topic's config allows.
pub const UNPACKED_SIZE_MAX: usize = 256 << 20;
/// Most refused records that an answer names.
const RECORD_ERRORS_MAX: usize = 1_000;
const MAGIC_AT: usize = 16;
const ATTRIBUTES_AT: usize = 21;
const CHECKSUM_AT: usize = 17;
/// Kafka's answer to zstd from clients that cannot know it (KIP-110).
const FIRST_PRODUCE_WITH_ZSTD: i16 = 7;

/// What a topic asks of the records that it takes.
#[derive(Clone, Copy, Debug)]
pub struct ValidationRules {
    /// Whether every record needs a key: the topic is compacted.
    pub keys: KeyRule,
    /// `compression.type`: `None` keeps the producer's.
    pub compression: Option<(CompressionType, CompressionLevel)>,
    /// `max.message.bytes`.
    pub max_message_bytes: usize,
    /// `max.decompressed.message.bytes`.
    pub unpacked_size_max: usize,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// Version of the Produce request, if one brought the records.
    pub request_version: Option<i16>,
}

/// Whether records need keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRule {
    /// A null key is fine.
    Optional,
    /// The topic is compacted, so that every record needs one.
    Required,
}

/// Why a record set is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// The set is not one batch of the current format (INVALID_RECORD); no log is asked about it.
    #[error("invalid record set: {0}")]
    NotOneBatch(String),
    /// The batch breaks a rule (INVALID_RECORD).
    #[error("invalid record set: {0}")]
    InvalidRecord(String),
    /// The bytes are damaged (CORRUPT_MESSAGE).
    #[error("corrupt batch: {0}")]
    Corrupt(BatchError),
    /// The batch exceeds `max.message.bytes` (MESSAGE_TOO_LARGE).
    #[error("a batch of {size} bytes exceeds the limit of {limit}")]
    TooLarge {
        /// Size of the batch with its header.
        size: usize,
        /// The topic's limit.
        limit: usize,
    },
    /// The request is older than the codec (UNSUPPORTED_COMPRESSION_TYPE).
    #[error("zstd needs Produce version {FIRST_PRODUCE_WITH_ZSTD}")]
    UnsupportedCompression,
    /// The payload does not unpack (UNKNOWN_SERVER_ERROR, as from Kafka).
    #[error(transparent)]
    Compression(#[from] CompressionError),
    /// Timestamps are out of bounds (INVALID_TIMESTAMP).
    #[error("timestamps are outside of {earliest} to {latest}")]
    InvalidTimestamp {
        /// Records that are refused: number in the batch and timestamp.
        records: Vec<(i32, Timestamp)>,
        /// Earliest timestamp that is taken.
        earliest: Timestamp,
        /// Latest timestamp that is taken.
        latest: Timestamp,
    },
    /// Records of a compacted topic have no key (INVALID_RECORD).
    #[error("{} records have no key", records.len())]
    MissingKeys {
        /// Numbers of the records in the batch.
        records: Vec<i32>,
    },
}

fn not_one_batch(reason: impl ToString) -> ValidationError {
    ValidationError::NotOneBatch(reason.to_string())
}

fn invalid(reason: impl ToString) -> ValidationError {
    ValidationError::InvalidRecord(reason.to_string())
}

/// Checks what a producer sent and makes it what the topic stores; answers one whole batch with a right checksum.
///
/// # Errors
/// The first reason for which Kafka, too, would refuse the set.
pub fn validate(records: &Bytes, rules: &ValidationRules, now: Timestamp) -> Result<Bytes, ValidationError> {
    let batch = only_batch(records)?;
    let header = batch.header();
    if header.compression() == Some(CompressionType::Zstd)
        && rules
            .request_version
            .is_some_and(|version| version < FIRST_PRODUCE_WITH_ZSTD)
    {
        return Err(ValidationError::UnsupportedCompression);
    }
    let size = header.size_in_bytes();
    if size > rules.max_message_bytes {
        return Err(ValidationError::TooLarge {
            size,
            limit: rules.max_message_bytes,
        });
    }
    batch.verify_crc().map_err(ValidationError::Corrupt)?;
    check_header(header)?;
    let max_timestamp = check_records(&batch, rules, now)?;
    finish(&batch, rules, now, max_timestamp)
}

/// The one batch that a produced record set is.
fn only_batch(records: &Bytes) -> Result<RecordBatch, ValidationError> {
    match records.get(MAGIC_AT) {
        None => return Err(not_one_batch("it holds no batch")),
        Some(0 | 1) => return Err(not_one_batch("it is in a format before 2")),
        Some(2) => {}
        Some(magic) => {
            return Err(ValidationError::Corrupt(BatchError::UnsupportedMagic(
                *magic as i8,
            )));
        }
    }
    let mut set = batches(records);
    let batch = set
        .next()
        .ok_or_else(|| not_one_batch("it holds no batch"))?
        .map_err(not_one_batch)?;
    match set.next() {
        None => Ok(batch),
        Some(_) => Err(not_one_batch("it holds more than one batch")),
    }
}

fn check_header(header: &RecordBatchHeader) -> Result<(), ValidationError> {
    if header.base_offset.value() != 0 {
        return Err(invalid("its base offset is not 0"));
    }
    if header.record_count <= 0 || i64::from(header.record_count) != i64::from(header.last_offset_delta) + 1 {
        return Err(invalid(format!(
            "{} records span {} offsets",
            header.record_count,
            i64::from(header.last_offset_delta) + 1
        )));
    }
    if header.is_control() {
        return Err(invalid("clients write no control records"));
    }
    let has_sequence = header.base_sequence != Sequence::NONE && header.base_sequence.value() >= 0;
    if header.producer_id.is_known() && header.producer_epoch.value() >= 0 && !has_sequence {
        return Err(invalid(format!(
            "producer {} gives no sequence",
            header.producer_id
        )));
    }
    Ok(())
}

/// What the walk over the records collects.
struct Walk<'a> {
    rules: &'a ValidationRules,
    base_timestamp: Timestamp,
    earliest: Timestamp,
    latest: Timestamp,
    max_timestamp: Timestamp,
    first_wrong_offset: Option<i32>,
    missing_keys: Vec<i32>,
    bad_timestamps: Vec<(i32, Timestamp)>,
}

impl Walk<'_> {
    fn visit(&mut self, index: i32, record: RecordSummary) {
        if record.offset_delta != index {
            self.first_wrong_offset.get_or_insert(index);
        }
        if record.key == KeyPresence::Null
            && self.rules.keys == KeyRule::Required
            && self.missing_keys.len() < RECORD_ERRORS_MAX
        {
            self.missing_keys.push(index);
        }
        let timestamp = self.base_timestamp.plus_ms(record.timestamp_delta);
        self.max_timestamp = self.max_timestamp.max(timestamp);
        let is_bounded =
            self.rules.timestamp_type == TimestampType::CreateTime && timestamp != Timestamp::NONE;
        if is_bounded
            && !(self.earliest..=self.latest).contains(&timestamp)
            && self.bad_timestamps.len() < RECORD_ERRORS_MAX
        {
            self.bad_timestamps.push((index, timestamp));
        }
    }
}

/// Walks all records; answers their largest timestamp.
fn check_records(
    batch: &RecordBatch,
    rules: &ValidationRules,
    now: Timestamp,
) -> Result<Timestamp, ValidationError> {
    let header = batch.header();
    let mut walk = Walk {
        rules,
        base_timestamp: header.base_timestamp,
        earliest: now.plus_ms(rules.timestamp_before_max_ms.saturating_neg()),
        latest: now.plus_ms(rules.timestamp_after_max_ms),
        max_timestamp: Timestamp::NONE,
        first_wrong_offset: None,
        missing_keys: Vec::new(),
        bad_timestamps: Vec::new(),
    };
    walk_records(batch, rules, &mut walk)?;
    if let Some(index) = walk.first_wrong_offset {
        return Err(invalid(format!("record {index} is out of order")));
    }
    if !walk.missing_keys.is_empty() {
        return Err(ValidationError::MissingKeys {
            records: walk.missing_keys,
        });
    }
    if !walk.bad_timestamps.is_empty() {
        let (earliest, latest) = (walk.earliest, walk.latest);
        return Err(ValidationError::InvalidTimestamp {
            records: walk.bad_timestamps,
            earliest,
            latest,
        });
    }
    Ok(walk.max_timestamp)
}

fn walk_records(
    batch: &RecordBatch,
    rules: &ValidationRules,
    walk: &mut Walk<'_>,
) -> Result<(), ValidationError> {
    let header = batch.header();
    let codec = codec_of(header)?;
    let payload = batch.payload();
    let outcome = if codec == CompressionType::None {
        walk_plain(&payload, header.record_count, walk)
    } else {
        let size_max = rules.unpacked_size_max.min(UNPACKED_SIZE_MAX);
        scan_records(
            (codec, &payload),
            header.record_count,
            size_max,
            |index, record| walk.visit(index, record),
        )
    };
    outcome.map_err(|error| match error {
        BatchError::Compression(error) => ValidationError::Compression(error),
        malformed => invalid(malformed),
    })
}

fn walk_plain(payload: &[u8], count: i32, walk: &mut Walk<'_>) -> Result<(), BatchError> {
    for (index, view) in RecordViews::new(payload, count).enumerate() {
        let view = view?;
        let key = if view.key.is_some() {
            KeyPresence::Present
        } else {
            KeyPresence::Null
        };
        let (timestamp_delta, offset_delta) = (view.timestamp_delta, view.offset_delta);
        walk.visit(
            index as i32,
            RecordSummary {
                timestamp_delta,
                offset_delta,
                key,
            },
        );
    }
    Ok(())
}

fn codec_of(header: &RecordBatchHeader) -> Result<CompressionType, ValidationError> {
    let bits = header.attributes.bits() as u8 & 0x07;
    header
        .compression()
        .ok_or(ValidationError::Compression(CompressionError::UnknownCodec(bits)))
}

/// Repacks, stamps the time, or hands the batch on as it is.
fn finish(
    batch: &RecordBatch,
    rules: &ValidationRules,
    now: Timestamp,
    max_timestamp: Timestamp,
) -> Result<Bytes, ValidationError> {
    let max_timestamp = match rules.timestamp_type {
        TimestampType::CreateTime => max_timestamp,
        TimestampType::LogAppendTime => now,
    };
    let source = codec_of(batch.header())?;
    match rules.compression {
        Some((target, level)) if target != source => repack(batch, rules, (target, level), max_timestamp),
        _ => Ok(with_timestamps(batch, rules.timestamp_type, max_timestamp)),
    }
}

/// The batch with these timestamps; the same bytes when it has them already.
fn with_timestamps(batch: &RecordBatch, timestamp_type: TimestampType, max_timestamp: Timestamp) -> Bytes {
    let mut header = *batch.header();
    if header.timestamp_type() == timestamp_type && header.max_timestamp == max_timestamp {
        return batch.bytes().clone();
    }
    header.attributes = header.attributes.with_timestamp_type(timestamp_type);
    header.max_timestamp = max_timestamp;
    let mut bytes = BytesMut::from(&batch.bytes()[..]);
    let head = header.to_bytes();
    bytes[..head.len()].copy_from_slice(&head);
    let checksum = crc32c(&bytes[ATTRIBUTES_AT..]);
    bytes[CHECKSUM_AT..ATTRIBUTES_AT].copy_from_slice(&checksum.to_be_bytes());
    bytes.freeze()
}

fn repack(
    batch: &RecordBatch,
    rules: &ValidationRules,
    (compression, level): (CompressionType, CompressionLevel),
    max_timestamp: Timestamp,
) -> Result<Bytes, ValidationError> {
    let header = batch.header();
    let size_max = rules.unpacked_size_max.min(UNPACKED_SIZE_MAX);
    let unpacked = batch.decompressed(size_max).map_err(invalid)?;
    let producer = ProducerIdentity {
        id: header.producer_id,
        epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
    };
    let mut builder = BatchBuilder::new(BatchOptions {
        base_offset: header.base_offset,
        leader_epoch: header.partition_leader_epoch,
        compression,
        level,
        attributes: header.attributes.with_timestamp_type(rules.timestamp_type),
        producer,
    });
    builder.set_base_timestamp(header.base_timestamp);
    for view in RecordViews::new(&unpacked, header.record_count) {
        let view = view.map_err(invalid)?;
        builder.append_raw(view.body, view.offset_delta, view.timestamp(header));
    }
    builder.set_max_timestamp(max_timestamp);
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests;
