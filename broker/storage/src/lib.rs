//! Logs on disk, in Kafka's own format: segments, indexes, checkpoints, producer state, recovery, retention.
//!
//! Synchronous, without locks, clocks or randomness; files only through `Fs`. A `UnifiedLog` is one partition; who
//! serialises access to it, and on which thread flushes run, is the server's affair.

pub mod fs;
pub mod testing;

mod checkpoint;
mod cleaner;
mod epoch;
mod error;
#[cfg(test)]
mod golden_tests;
mod index;
mod log;
mod producer;
mod segment;
#[cfg(test)]
mod test_world;

pub use checkpoint::clean_shutdown::{parse_clean_shutdown, render_clean_shutdown};
pub use checkpoint::meta_properties::{MetaProperties, parse_meta_properties, render_meta_properties};
pub use checkpoint::offset_checkpoint::{
    OffsetCheckpoint, parse_offset_checkpoint, render_offset_checkpoint,
};
pub use checkpoint::partition_metadata::{parse_partition_metadata, render_partition_metadata};
pub use cleaner::cleanable::CleaningFacts;
pub use cleaner::cleaner_throttle::CleanerThrottle;
pub use cleaner::cleaning::{Cleaning, CleaningOptions, CleaningStats, CleaningStep};
pub use cleaner::log_cleaner::LogCleaner;
pub use cleaner::segment_swap::CleaningOutcome;
pub use epoch::leader_epoch_cache::{
    EpochEntry, LeaderEpochCache, parse_leader_epochs, render_leader_epochs,
};
pub use error::{
    AppendError, CleaningError, DeleteRecordsError, DirectoryError, FormatError, LoadError, ReadError,
    StorageError,
};
pub use fs::{File, Fs, RealFs};
pub use index::offset_index::{OffsetIndexEntry, parse_offset_index};
pub use index::time_index::{TimeIndexEntry, parse_time_index};
pub use index::transaction_index::{AbortedTransaction, parse_transaction_index, render_transaction_index};
pub use log::append_types::{AppendContext, AppendOrigin, AppendOutcome, LogAppendInfo};
pub use log::flush::{FlushJob, WriteBack};
pub use log::log_config::{CleanupPolicy, CompressionLevels, LogConfig, TopicCompression};
pub use log::log_directory::{
    CHECKPOINT_KINDS, CheckpointKind, DirectoryOwner, LogDirectory, format_directory, read_meta_properties,
};
pub use log::log_folder::{DirectoryHealth, OpenFileBudget};
pub use log::log_loader::{FlushHabit, LogCheckpoints, LogEnvironment, PreviousStop, RecoveryReport};
pub use log::log_manager::{
    DueDeletes, LoadedLog, LoadedLogs, LogManager, LogManagerOptions, LogProgress, Made, NewLog,
};
pub use log::log_slice::{FileSlice, LogSlice};
pub use log::log_validator::{KeyRule, UNPACKED_SIZE_MAX, ValidationError, ValidationRules, validate};
pub use log::read::{FetchIsolation, LogRead, MinOneBatch, ReadLimits};
pub use log::record_lookup::first_record_at;
pub use log::remote_part::{ClosedSegment, RemoteTail, SegmentCopy};
pub use log::retention::PendingDelete;
pub use log::retirement::Retirement;
pub use log::tail_cache::TailCacheBudget;
pub use log::timestamp_lookup::{OffsetQuery, TimestampAndOffset};
pub use log::unified_log::UnifiedLog;
pub use producer::producer_state_entry::{BatchMetadata, ProducerStateEntry};
pub use producer::producer_state_manager::TransactionOutcome;
pub use producer::snapshot_file::{parse_producer_snapshot, render_producer_snapshot};
pub use segment::batch_view::{BatchView, VIEW_SIZE as BATCH_HEADER_SIZE};
pub use segment::file_name::REMOTE_STORE_FOLDER;
