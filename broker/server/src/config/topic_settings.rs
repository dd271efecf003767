//! What a topic's partitions act on: the topic's own configurations over what it inherits from the broker.
//!
//! A pure function of image and statics, asked anew whenever configurations change. Invariant: a text that cannot be
//! read counts as its default, because what is in the image was valid when it was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::MetadataImage;
use broker_metadata::config_def::{self, ConfigDef, ConfigValue};
use broker_model::{CompressionType, TimestampType};
use broker_replication::ReplicationSettings;
use broker_storage::{CleanupPolicy, CompressionLevels, LogConfig, TopicCompression};

use super::{EffectiveConfigs, StaticConfigs};
use crate::replica_manager::{ResolveTopicSettings, TopicSettings};

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// Works out the configurations of topics on this broker.
#[derive(Clone, Debug)]
pub struct TopicConfigs {
    statics: Arc<StaticConfigs>,
}

impl TopicConfigs {
    /// Inherits from what the node was started with and what the image changes.
    pub const fn new(statics: Arc<StaticConfigs>) -> Self {
        Self { statics }
    }
}

impl ResolveTopicSettings for TopicConfigs {
    fn resolve(&self, image: &MetadataImage, topic: &str) -> TopicSettings {
        let values = TopicValues {
            topic,
            own: image.configs.of_topic(topic).map(Arc::as_ref),
            broker: self.statics.at(image),
        };
        TopicSettings {
            replication: ReplicationSettings {
                min_in_sync_replicas: usize::try_from(values.number("min.insync.replicas")).unwrap_or(1),
                replica_lag_max_ms: values.broker.count("replica.lag.time.max.ms"),
            },
            log: Arc::new(log_config(&values)),
        }
    }
}

/// The configurations of one topic as values.
#[derive(Clone, Copy, Debug)]
struct TopicValues<'a> {
    topic: &'a str,
    own: Option<&'a Configs>,
    broker: EffectiveConfigs<'a>,
}

impl TopicValues<'_> {
    fn value(&self, name: &str) -> Option<ConfigValue> {
        let def = config_def::topic_config(name)?;
        let own = self.own.and_then(|own| own.get(name)).map(ToString::to_string);
        let text = own.or_else(|| self.broker.inherited(def));
        let parsed = text.and_then(|text| def.parse_value(&text).ok());
        parsed.or_else(|| default_value(def))
    }

    fn says(&self, name: &str) -> bool {
        self.own.is_some_and(|own| own.contains_key(name))
    }

    fn number(&self, name: &str) -> i64 {
        match self.value(name) {
            Some(ConfigValue::Number(number)) => number,
            _ => 0,
        }
    }

    fn unsigned<T: TryFrom<i64> + Default>(&self, name: &str) -> T {
        T::try_from(self.number(name)).unwrap_or_default()
    }

    /// A number of which negative ones and the greatest mean "no limit".
    fn limit<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        match self.number(name) {
            i64::MAX | ..0 => None,
            number => T::try_from(number).ok(),
        }
    }

    fn small(&self, name: &str) -> i32 {
        i32::try_from(self.number(name)).unwrap_or(i32::MAX)
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name) == Some(ConfigValue::Boolean(true))
    }

    fn word(&self, name: &str) -> String {
        match self.value(name) {
            Some(ConfigValue::Text(text)) => text,
            _ => String::new(),
        }
    }
}

fn default_value(def: &ConfigDef) -> Option<ConfigValue> {
    def.parse_value(def.default_text()?).ok()
}

fn log_config(values: &TopicValues<'_>) -> LogConfig {
    let fraction = match values.value("min.cleanable.dirty.ratio") {
        Some(ConfigValue::Double(ratio)) => ratio,
        _ => 0.5,
    };
    LogConfig {
        cleanup_policy: cleanup_policy(values),
        compression: compression(values),
        compression_levels: CompressionLevels {
            gzip: values.small("compression.gzip.level"),
            lz4: values.small("compression.lz4.level"),
            zstd: values.small("compression.zstd.level"),
        },
        delete_retention_ms: values.number("delete.retention.ms"),
        file_delete_delay_ms: values.unsigned("file.delete.delay.ms"),
        flush_messages: values.limit("flush.messages"),
        flush_ms: values.limit("flush.ms"),
        index_interval_bytes: values.unsigned("index.interval.bytes"),
        local_retention_bytes: values.limit("local.retention.bytes"),
        local_retention_ms: values.limit("local.retention.ms"),
        max_compaction_lag_ms: values.number("max.compaction.lag.ms"),
        max_decompressed_message_bytes: values.unsigned("max.decompressed.message.bytes"),
        max_message_bytes: values.unsigned("max.message.bytes"),
        timestamp_after_max_ms: values.number("message.timestamp.after.max.ms"),
        timestamp_before_max_ms: values.number("message.timestamp.before.max.ms"),
        timestamp_type: match &*values.word("message.timestamp.type") {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        },
        min_cleanable_dirty_ratio: fraction,
        min_compaction_lag_ms: values.number("min.compaction.lag.ms"),
        preallocate: values.flag("preallocate"),
        remote_copy_lag_bytes: copy_lag(values, "bytes"),
        remote_copy_lag_ms: copy_lag(values, "ms"),
        remote_log_copy_disable: values.flag("remote.log.copy.disable"),
        remote_log_delete_on_disable: values.flag("remote.log.delete.on.disable"),
        remote_storage_enable: is_tiered(values),
        retention_bytes: values.limit("retention.bytes"),
        retention_ms: values.limit("retention.ms"),
        segment_bytes: segment_bytes(values),
        segment_index_bytes: values.unsigned("segment.index.bytes"),
        segment_jitter_ms: values.unsigned("segment.jitter.ms"),
        segment_ms: values.unsigned("segment.ms"),
    }
}

/// How long copies wait by age or size (KIP-1241): what is not said is what stays local, and without a limit of that
/// neither says when.
fn copy_lag(values: &TopicValues<'_>, kind: &str) -> Option<u64> {
    let number = |name: &str| values.number(&format!("{name}.{kind}"));
    let effective = [
        number("remote.copy.lag"),
        number("local.retention"),
        number("retention"),
    ];
    // -1 of local.retention is no limit, and -2 is as the whole log.
    let [lag, local, whole] = effective;
    let effective = match (lag, local) {
        (0.., _) => lag,
        (_, -2) => whole,
        _ => local,
    };
    u64::try_from(effective).ok()
}

/// Tests of clients set a size below the usual bound under an internal name.
fn segment_bytes(values: &TopicValues<'_>) -> u32 {
    match values.value("internal.segment.bytes") {
        Some(ConfigValue::Number(bytes)) => u32::try_from(bytes).unwrap_or_default(),
        _ => values.unsigned("segment.bytes"),
    }
}

/// Whether a topic with these configurations is tiered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tiering {
    /// It says so, or all are that say nothing.
    Tiered,
    /// It is on local disks alone.
    Local,
}

/// What becomes of a topic with its own configurations.
pub(super) fn tiering_of(topic: &str, own: Option<&Configs>, broker: EffectiveConfigs<'_>) -> Tiering {
    match is_tiered(&TopicValues { topic, own, broker }) {
        true => Tiering::Tiered,
        false => Tiering::Local,
    }
}

/// What a topic says; what all topics are to be if it says nothing, unless the cleaner or brokers work on it.
fn is_tiered(values: &TopicValues<'_>) -> bool {
    if values.says("remote.storage.enable") {
        return values.flag("remote.storage.enable");
    }
    let is_open_to_all = !cleanup_policy(values).compact && !broker_metadata::is_internal_topic(values.topic);
    is_open_to_all && values.broker.flag("eddyline.remote.topics")
}

fn cleanup_policy(values: &TopicValues<'_>) -> CleanupPolicy {
    let Some(ConfigValue::List(policies)) = values.value("cleanup.policy") else {
        return LogConfig::default().cleanup_policy;
    };
    let has = |policy: &str| policies.iter().any(|other| other == policy);
    CleanupPolicy {
        delete: has("delete"),
        compact: has("compact"),
    }
}

fn compression(values: &TopicValues<'_>) -> TopicCompression {
    match &*values.word("compression.type") {
        "uncompressed" => TopicCompression::Fixed(CompressionType::None),
        "gzip" => TopicCompression::Fixed(CompressionType::Gzip),
        "snappy" => TopicCompression::Fixed(CompressionType::Snappy),
        "lz4" => TopicCompression::Fixed(CompressionType::Lz4),
        "zstd" => TopicCompression::Fixed(CompressionType::Zstd),
        _ => TopicCompression::Producer,
    }
}

#[cfg(test)]
mod tests;
