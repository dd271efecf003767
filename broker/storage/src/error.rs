//! What can go wrong in a log, one enum per family of operations.
//!
//! Decides how a failure of the file system is read: out of space is an answer to one append, anything else
//! condemns the log directory (KIP-112), because after a failed fsync the kernel may already have dropped the
//! dirty pages and a second, successful fsync would prove nothing (I23). Kafka's error codes are not here: the
//! server maps each variant to exactly one code.

use std::io;
use std::path::{Path, PathBuf};

use broker_model::{
    BrokerId, ClusterId, CoordinatorEpoch, LocalLogStartOffset, LogEndOffset, LogStartOffset, Offset,
    ProducerEpoch, ProducerId, Sequence, TopicPartition,
};

use crate::log::log_validator::ValidationError;

/// The file system or a file on it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Reading, writing or syncing failed: the whole directory is offline from now on and is not tried again.
    #[error("log directory {} failed at {}: {source}", directory.display(), path.display())]
    LogDirectoryFailed {
        /// The entry of `log.dirs`.
        directory: PathBuf,
        /// The file or folder that was touched.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The directory failed earlier; nothing was tried.
    #[error("log directory {} is offline", directory.display())]
    LogDirectoryOffline {
        /// The entry of `log.dirs`.
        directory: PathBuf,
    },
    /// No space, or a quota is used up; the operation had no effect and may be tried again.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// The file that did not grow.
        path: PathBuf,
    },
    /// A file holds what cannot be data, and nothing on this disk can repair it.
    #[error("{} is damaged at byte {position}: {reason}", path.display())]
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// Where the damage begins.
        position: u64,
        /// What was expected.
        reason: String,
    },
}

impl StorageError {
    /// Reads a failure of the file system at `path` in log directory `directory`.
    pub fn from_io(directory: &Path, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                path: path.to_path_buf(),
            },
            _ => Self::LogDirectoryFailed {
                directory: directory.to_path_buf(),
                path: path.to_path_buf(),
                source,
            },
        }
    }
}

/// A small file of Kafka's cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The file ends before its content does.
    #[error("the file is cut short")]
    Truncated,
    /// The first field names a version that this program does not know.
    #[error("version {version} is not known")]
    UnknownVersion {
        /// What the file says.
        version: String,
    },
    /// The checksum and the content do not agree.
    #[error("checksum {stored:#010x} does not match the content, {computed:#010x}")]
    Checksum {
        /// What the file says.
        stored: u32,
        /// What the content gives.
        computed: u32,
    },
    /// A field is not what its place asks for.
    #[error("{what} is malformed")]
    Malformed {
        /// The field.
        what: &'static str,
    },
}

/// A record set is refused, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The file system failed or is full.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The validator refused what a producer sent.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// A batch that a coordinator or leader hands over is not well-formed or its checksum is wrong.
    #[error("the batch at byte {position} of the record set is malformed: {reason}")]
    MalformedBatch {
        /// Where it begins in the record set.
        position: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The record set holds no batch.
    #[error("the record set is empty")]
    EmptyRecordSet,
    /// A batch is larger than `max.message.bytes`.
    #[error("a batch of {size} bytes exceeds the limit of {limit}")]
    RecordTooLarge {
        /// Size of the batch with its header.
        size: usize,
        /// The topic's limit.
        limit: usize,
    },
    /// The batches together are larger than a segment may be.
    #[error("{size} bytes of batches exceed the segment size of {limit}")]
    RecordSetTooLarge {
        /// Size of all batches.
        size: usize,
        /// `segment.bytes`.
        limit: usize,
    },
    /// The sequence number neither follows the last one nor repeats one of the last five batches.
    #[error("producer {producer_id} sent sequence {received} where {expected} follows")]
    OutOfOrderSequence {
        /// Who sent it.
        producer_id: ProducerId,
        /// The number of the batch's first record.
        received: Sequence,
        /// The number that would have followed.
        expected: Sequence,
    },
    /// A newer incarnation of the producer has written.
    #[error("producer {producer_id} uses epoch {received} after {current}")]
    InvalidProducerEpoch {
        /// Who sent it.
        producer_id: ProducerId,
        /// The epoch of the batch.
        received: ProducerEpoch,
        /// The newest epoch that wrote.
        current: ProducerEpoch,
    },
    /// A newer transaction coordinator has written a marker.
    #[error("a marker of producer {producer_id} has coordinator epoch {received} after {current}")]
    TransactionCoordinatorFenced {
        /// Whose transaction it is.
        producer_id: ProducerId,
        /// The epoch of the marker.
        received: CoordinatorEpoch,
        /// The newest epoch that wrote.
        current: CoordinatorEpoch,
    },
    /// The offsets of replicated batches do not continue the log.
    #[error("batch at {received} does not continue the log, which ends at {log_end}")]
    UnexpectedOffset {
        /// First offset of the batch.
        received: Offset,
        /// Where the log ends.
        log_end: LogEndOffset,
    },
    /// The log has no offset left.
    #[error("the log end {log_end} has no successor")]
    OffsetsExhausted {
        /// Where the log ends.
        log_end: LogEndOffset,
    },
}

/// A cleaning ends without a result.
#[derive(Debug, thiserror::Error)]
pub enum CleaningError {
    /// The file system failed or is full, or a batch is damaged.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What the cleaning would rest on is not durable.
    #[error("the log of {partition} is to be flushed to {flush_to} before it is cleaned")]
    NotFlushed {
        /// Whose log.
        partition: TopicPartition,
        /// Up to where.
        flush_to: Offset,
    },
    /// Segments, or the whole log, went away meanwhile.
    #[error("the log of {partition} changed while it was cleaned")]
    LogChanged {
        /// Whose log.
        partition: TopicPartition,
    },
}

/// A read has no answer in this log.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system failed, or the bytes are damaged.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The offset is below the first readable one or above the end.
    #[error("offset {requested} is outside {log_start}..={log_end}")]
    OffsetOutOfRange {
        /// What was asked for.
        requested: Offset,
        /// First readable offset.
        log_start: LogStartOffset,
        /// Where the log ends.
        log_end: LogEndOffset,
    },
    /// The offset is readable, but no longer on this disk.
    #[error("offset {requested} is below the local start {local_log_start}")]
    LocalStartsAt {
        /// What was asked for.
        requested: Offset,
        /// First offset on this disk.
        local_log_start: LocalLogStartOffset,
    },
}

/// DeleteRecords cannot move the log start.
#[derive(Debug, thiserror::Error)]
pub enum DeleteRecordsError {
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The offset is above the high watermark.
    #[error("offset {requested} is beyond the high watermark {high_watermark}")]
    BeyondHighWatermark {
        /// What was asked for.
        requested: Offset,
        /// Where the committed part ends.
        high_watermark: Offset,
    },
}

/// A log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A folder's name is not that of a partition.
    #[error("{} is not the folder of a partition", path.display())]
    NotAPartition {
        /// The folder.
        path: PathBuf,
    },
    /// Data below the recovery point, which was on the device once, is no longer what was written.
    #[error("{} is damaged at byte {position}, offset {offset}, below the recovery point: {reason}", path.display())]
    DamagedBelowRecoveryPoint {
        /// The segment's file.
        path: PathBuf,
        /// Where the damage begins.
        position: u64,
        /// The first offset that is lost.
        offset: Offset,
        /// What was expected.
        reason: String,
    },
    /// Data that were flushed before others were written are no longer what was written, and those others are there.
    #[error(
        "{} is damaged at byte {position}, offset {offset}: {reason}; this is no torn write, because a whole batch \
         stands behind it, at byte {good_at} of {}",
        path.display(),
        good_path.display()
    )]
    DamagedBeforeGoodBatch {
        /// The segment's file.
        path: PathBuf,
        /// Where the damage begins.
        position: u64,
        /// The first offset that is lost.
        offset: Offset,
        /// What was expected.
        reason: &'static str,
        /// The segment's file in which the whole batch stands.
        good_path: PathBuf,
        /// Where it begins.
        good_at: u64,
    },
    /// A small file cannot be read and nothing can rebuild it.
    #[error("{}: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FormatError,
    },
}

/// A log directory may not be used by this broker.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Another process holds the directory.
    #[error("{} is in use by another process (its .lock file is held)", path.display())]
    Locked {
        /// The entry of `log.dirs`.
        path: PathBuf,
    },
    /// The directory was never formatted.
    #[error("{} has no meta.properties: run the format command first", path.display())]
    NotFormatted {
        /// The entry of `log.dirs`.
        path: PathBuf,
    },
    /// `meta.properties` cannot be read.
    #[error("{}: {source}", path.display())]
    MetaProperties {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FormatError,
    },
    /// The directory belongs to another cluster.
    #[error("{} belongs to cluster {found}, this broker to {expected}", path.display())]
    OtherCluster {
        /// The entry of `log.dirs`.
        path: PathBuf,
        /// What the directory says.
        found: ClusterId,
        /// What the broker is configured for.
        expected: ClusterId,
    },
    /// The directory belongs to another node.
    #[error("{} belongs to node {found}, this is node {expected}", path.display())]
    OtherNode {
        /// The entry of `log.dirs`.
        path: PathBuf,
        /// What the directory says.
        found: BrokerId,
        /// What the broker is configured for.
        expected: BrokerId,
    },
    /// Two entries of `log.dirs` carry one directory id: one is a copy of the other.
    #[error("{} and {} have the same directory id", first.display(), second.display())]
    DuplicateDirectory {
        /// One entry of `log.dirs`.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// One partition has a log in two directories.
    #[error("{partition} is in {} and in {}", first.display(), second.display())]
    DuplicatePartition {
        /// The folder's name.
        partition: String,
        /// One log directory.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// No log directory is left.
    #[error("none of the log directories can be used")]
    NoneLeft,
}
