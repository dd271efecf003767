//! The topic configs that storage acts on, as plain values; the server resolves and validates them.
//!
//! Defaults are Kafka 4.4's. Limits that Kafka spells "-1" or "Long.MAX_VALUE" are `None` here.

use broker_codec::compression::CompressionLevel;
use broker_model::{CompressionType, TimestampType};

use crate::log::log_validator::{KeyRule, ValidationRules};

/// What `cleanup.policy` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// `delete`: whole segments go by age and size.
    pub delete: bool,
    /// `compact`: the last record of each key stays.
    pub compact: bool,
}

/// `compression.type` of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicCompression {
    /// `producer`: batches stay as they came.
    Producer,
    /// Every batch is compressed this way.
    Fixed(CompressionType),
}

/// Levels of the codecs that have some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressionLevels {
    /// `compression.gzip.level`; -1 is the codec's own default.
    pub gzip: i32,
    /// `compression.lz4.level`.
    pub lz4: i32,
    /// `compression.zstd.level`.
    pub zstd: i32,
}

/// Settings of one log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    /// `cleanup.policy`.
    pub cleanup_policy: CleanupPolicy,
    /// `compression.type`.
    pub compression: TopicCompression,
    /// `compression.*.level`.
    pub compression_levels: CompressionLevels,
    /// `delete.retention.ms`: how long tombstones stay after they were first compacted.
    pub delete_retention_ms: i64,
    /// `file.delete.delay.ms`: how long a deleted file stays on disk under another name.
    pub file_delete_delay_ms: u64,
    /// `flush.messages`: fsync after so many records.
    pub flush_messages: Option<u64>,
    /// `flush.ms`: fsync after so long.
    pub flush_ms: Option<u64>,
    /// `index.interval.bytes`: distance of index entries.
    pub index_interval_bytes: u32,
    /// `local.retention.bytes`; `None` follows `retention_bytes`.
    pub local_retention_bytes: Option<u64>,
    /// `local.retention.ms`; `None` follows `retention_ms`.
    pub local_retention_ms: Option<i64>,
    /// `max.compaction.lag.ms`.
    pub max_compaction_lag_ms: i64,
    /// `max.decompressed.message.bytes`: cap on a batch's records when they are unpacked.
    pub max_decompressed_message_bytes: usize,
    /// `max.message.bytes`: cap on a batch.
    pub max_message_bytes: usize,
    /// `message.timestamp.after.max.ms`: how far ahead of the broker a timestamp may be.
    pub timestamp_after_max_ms: i64,
    /// `message.timestamp.before.max.ms`: how far behind the broker a timestamp may be.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `min.cleanable.dirty.ratio`.
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: i64,
    /// `preallocate`: reserve a segment's whole size when it is made.
    pub preallocate: bool,
    /// `remote.copy.lag.bytes`: bytes that must follow a segment before it is copied to the remote tier; what stays local
    /// if the topic does not say, `None` if size never allows it.
    pub remote_copy_lag_bytes: Option<u64>,
    /// `remote.copy.lag.ms`: age of a segment before it is copied to the remote tier, in the same way.
    pub remote_copy_lag_ms: Option<u64>,
    /// `remote.log.copy.disable`: nothing more is copied to the remote tier.
    pub remote_log_copy_disable: bool,
    /// `remote.log.delete.on.disable`: the remote part goes when tiering is turned off.
    pub remote_log_delete_on_disable: bool,
    /// `remote.storage.enable`.
    pub remote_storage_enable: bool,
    /// `retention.bytes`.
    pub retention_bytes: Option<u64>,
    /// `retention.ms`.
    pub retention_ms: Option<i64>,
    /// `segment.bytes`: size at which a segment is closed.
    pub segment_bytes: u32,
    /// `segment.index.bytes`: size at which an index is full.
    pub segment_index_bytes: usize,
    /// `segment.jitter.ms`: by how much at most a roll by time comes earlier.
    pub segment_jitter_ms: u64,
    /// `segment.ms`: age at which a segment is closed.
    pub segment_ms: u64,
}

impl LogConfig {
    /// Age at which a segment is closed; a compacted log must not keep records from the cleaner for longer than
    /// `max.compaction.lag.ms`.
    pub(crate) fn segment_ms_max(&self) -> u64 {
        match self.max_compaction_lag_ms {
            lag @ 1.. if self.cleanup_policy.compact => self.segment_ms.min(lag.unsigned_abs()),
            _ => self.segment_ms,
        }
    }

    /// What the settings ask of records that come in a Produce request of this version.
    pub fn validation_rules(&self, request_version: Option<i16>) -> ValidationRules {
        ValidationRules {
            keys: if self.cleanup_policy.compact {
                KeyRule::Required
            } else {
                KeyRule::Optional
            },
            compression: match self.compression {
                TopicCompression::Producer => None,
                TopicCompression::Fixed(codec) => Some((codec, self.compression_levels.level_of(codec))),
            },
            max_message_bytes: self.max_message_bytes,
            unpacked_size_max: self.max_decompressed_message_bytes,
            timestamp_type: self.timestamp_type,
            timestamp_before_max_ms: self.timestamp_before_max_ms,
            timestamp_after_max_ms: self.timestamp_after_max_ms,
            request_version,
        }
    }
}

impl CompressionLevels {
    /// The level for one codec.
    pub fn level_of(&self, codec: CompressionType) -> CompressionLevel {
        match codec {
            CompressionType::Gzip if self.gzip >= 0 => CompressionLevel::Level(self.gzip),
            CompressionType::Lz4 => CompressionLevel::Level(self.lz4),
            CompressionType::Zstd => CompressionLevel::Level(self.zstd),
            CompressionType::Gzip | CompressionType::Snappy | CompressionType::None => {
                CompressionLevel::Default
            }
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        Self {
            cleanup_policy: CleanupPolicy {
                delete: true,
                compact: false,
            },
            compression: TopicCompression::Producer,
            compression_levels: CompressionLevels {
                gzip: -1,
                lz4: 9,
                zstd: 3,
            },
            delete_retention_ms: DAY_MS,
            file_delete_delay_ms: 60_000,
            flush_messages: None,
            flush_ms: None,
            index_interval_bytes: 4096,
            local_retention_bytes: None,
            local_retention_ms: None,
            max_compaction_lag_ms: i64::MAX,
            max_decompressed_message_bytes: 2_147_483_639,
            max_message_bytes: 1_048_588,
            timestamp_after_max_ms: 3_600_000,
            timestamp_before_max_ms: i64::MAX,
            timestamp_type: TimestampType::CreateTime,
            min_cleanable_dirty_ratio: 0.5,
            min_compaction_lag_ms: 0,
            preallocate: false,
            remote_copy_lag_bytes: None,
            remote_copy_lag_ms: Some(0),
            remote_log_copy_disable: false,
            remote_log_delete_on_disable: false,
            remote_storage_enable: false,
            retention_bytes: None,
            retention_ms: Some(7 * DAY_MS),
            segment_bytes: 1 << 30,
            segment_index_bytes: 10 << 20,
            segment_jitter_ms: 0,
            segment_ms: 7 * DAY_MS as u64,
        }
    }
}
