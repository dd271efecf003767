//! Record batches of the metadata log.
//!
//! A batch holds either metadata records, framed, without keys, or control records. Batches that this program writes
//! are not compressed; those that it reads may be.

use broker_codec::batch::{BatchBuilder, BatchOptions, RecordBatch, batches};
use broker_model::{LeaderEpoch, Offset, Timestamp};
use bytes::Bytes;

use super::control::ControlRecord;
use crate::{LogFormatError, MetadataRecord, MetadataVersion};

/// Most bytes that a batch of the metadata log may unpack to.
const UNPACKED_MAX: usize = 64 << 20;

/// Where and when a batch is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchStamp {
    /// Offset of its first record.
    pub base_offset: Offset,
    /// Epoch of the quorum's leader that writes it.
    pub leader_epoch: LeaderEpoch,
    /// When it is appended; all its records carry this time.
    pub timestamp: Timestamp,
}

/// A batch of metadata records.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataBatch {
    /// Offset of the first record.
    pub base_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Epoch of the leader that wrote it.
    pub leader_epoch: i32,
    /// When it was appended.
    pub append_timestamp: Timestamp,
    /// Its records, in order; none when it is a batch of control records.
    pub records: Vec<MetadataRecord>,
}

/// One batch of the log.
#[derive(Clone, Debug, PartialEq)]
pub enum LogBatch {
    /// Records that change the image.
    Records(MetadataBatch),
    /// Records about the log itself; `batch` has no records, but says where they stand.
    Control {
        /// Where they stand.
        batch: MetadataBatch,
        /// What they say.
        controls: Vec<ControlRecord>,
    },
}

impl LogBatch {
    /// Where the batch stands, with its metadata records.
    pub const fn batch(&self) -> &MetadataBatch {
        match self {
            Self::Records(batch) | Self::Control { batch, .. } => batch,
        }
    }
}

/// Builds a batch of metadata records.
///
/// # Errors
/// A record has a field set that its version has no place for.
pub fn records_batch(
    stamp: BatchStamp,
    version: MetadataVersion,
    records: &[MetadataRecord],
) -> Result<Bytes, LogFormatError> {
    let mut builder = builder(stamp);
    for record in records {
        let value = record.encode(written_version(record, version))?;
        builder.append(stamp.timestamp, None, Some(&value));
    }
    finish(builder)
}

pub(super) fn builder(stamp: BatchStamp) -> BatchBuilder {
    BatchBuilder::new(BatchOptions {
        base_offset: stamp.base_offset,
        leader_epoch: stamp.leader_epoch,
        ..BatchOptions::default()
    })
}

pub(super) fn finish(builder: BatchBuilder) -> Result<Bytes, LogFormatError> {
    builder.build().map_err(|error| LogFormatError::Batch {
        position: 0,
        reason: error.to_string(),
    })
}

/// Version in which the record is written when the cluster stands at that metadata version.
pub fn written_version(record: &MetadataRecord, version: MetadataVersion) -> i16 {
    match record {
        MetadataRecord::RegisterBroker(_) => version.register_broker_record_version(),
        MetadataRecord::Partition(_) => version.partition_record_version(),
        MetadataRecord::PartitionChange(_) => version.partition_change_record_version(),
        // The lowest version that has the fields that are set, as Kafka writes it.
        MetadataRecord::BrokerRegistrationChange(change) => {
            if change.cordoned_log_dirs.is_some() {
                3
            } else if !change.log_dirs.is_empty() {
                2
            } else {
                i16::from(change.in_controlled_shutdown != 0)
            }
        }
        other => other.highest_version(),
    }
}

/// Reads every batch in the bytes; a batch that is cut off at the end is an error.
///
/// # Errors
/// A batch is damaged, or a record unknown or malformed.
pub fn read_batches(bytes: &Bytes) -> Result<Vec<LogBatch>, LogFormatError> {
    let mut read = Vec::new();
    let mut position = 0;
    for batch in batches(bytes) {
        let damaged = |reason: String| LogFormatError::Batch { position, reason };
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        batch.verify_crc().map_err(|error| damaged(error.to_string()))?;
        read.push(read_batch(&batch, position)?);
        position += batch.header().size_in_bytes();
    }
    Ok(read)
}

/// What a batch says about the log itself; nothing when it holds metadata records, which stay unread.
///
/// # Errors
/// The batch is one of control records and damaged, or a record in it is unknown or malformed.
pub fn control_records(batch: &RecordBatch) -> Result<Vec<ControlRecord>, LogFormatError> {
    if !batch.header().is_control() {
        return Ok(Vec::new());
    }
    let records = batch
        .records(UNPACKED_MAX)
        .map_err(|error| LogFormatError::Batch {
            position: 0,
            reason: error.to_string(),
        })?;
    records.iter().map(ControlRecord::from_record).collect()
}

fn read_batch(batch: &RecordBatch, position: usize) -> Result<LogBatch, LogFormatError> {
    let header = batch.header();
    let records = batch
        .records(UNPACKED_MAX)
        .map_err(|error| LogFormatError::Batch {
            position,
            reason: error.to_string(),
        })?;
    let mut parsed = MetadataBatch {
        base_offset: header.base_offset,
        last_offset: header.last_offset(),
        leader_epoch: header.partition_leader_epoch.value(),
        append_timestamp: header.max_timestamp,
        records: Vec::new(),
    };
    if header.is_control() {
        let controls = records
            .iter()
            .map(ControlRecord::from_record)
            .collect::<Result<_, _>>()?;
        return Ok(LogBatch::Control {
            batch: parsed,
            controls,
        });
    }
    for record in records {
        let offset = record.offset;
        let value = record.value.ok_or(LogFormatError::NoValue(offset))?;
        let decoded =
            MetadataRecord::decode(value).map_err(|source| LogFormatError::Record { offset, source })?;
        parsed.records.push(decoded);
    }
    Ok(LogBatch::Records(parsed))
}
