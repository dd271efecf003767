//! Which source wins, and that every value arrives.

use std::sync::Arc;

use broker_metadata::messages::{ConfigRecord, TopicRecord};
use broker_metadata::{ConfigResourceType, MetadataDelta, MetadataImage, MetadataRecord};
use broker_model::{BrokerId, CompressionType, TimestampType, Uuid};
use broker_storage::{CleanupPolicy, LogConfig, TopicCompression};

use super::TopicConfigs;
use crate::config::{Settings, StaticConfigs};
use crate::replica_manager::{ResolveTopicSettings, TopicSettings};

const TOPIC: &str = "orders";

/// One topic, a node with settings, and configurations that the cluster has changed.
fn resolve(
    started_with: &[(&str, &str)],
    changed: &[(ConfigResourceType, &str, &str, &str)],
) -> TopicSettings {
    let mut settings = Settings::new();
    for (name, value) in started_with {
        settings.set(*name, *value);
    }
    let statics = StaticConfigs::new(BrokerId::new(1), settings);
    let mut records: Vec<MetadataRecord> = vec![
        TopicRecord {
            name: TOPIC.into(),
            topic_id: Uuid::from_bytes([1; 16]),
            ..TopicRecord::default()
        }
        .into(),
    ];
    for (kind, resource, name, value) in changed {
        let record = ConfigRecord {
            resource_type: kind.code(),
            resource_name: (*resource).into(),
            name: (*name).into(),
            value: Some((*value).into()),
            ..ConfigRecord::default()
        };
        records.push(record.into());
    }
    let image = MetadataImage::default();
    let mut delta = MetadataDelta::new(&image);
    for record in &records {
        delta.replay(record).unwrap();
    }
    let (image, _) = delta.apply(image.provenance);
    TopicConfigs::new(Arc::new(statics)).resolve(&image, TOPIC)
}

#[test]
fn topics_are_tiered_by_default_only_where_that_is_said_and_never_compacted_ones() {
    const ALL: (&str, &str) = ("eddyline.remote.topics", "true");
    let is_tiered = |broker: &[(&str, &str)], own: &[(&'static str, &'static str)]| {
        let own: Vec<_> = own
            .iter()
            .map(|(name, value)| (ConfigResourceType::Topic, TOPIC, *name, *value))
            .collect();
        resolve(broker, &own).log.remote_storage_enable
    };
    assert!(!is_tiered(&[], &[]));
    assert!(is_tiered(&[ALL], &[]));
    assert!(!is_tiered(&[ALL], &[("remote.storage.enable", "false")]));
    assert!(!is_tiered(&[ALL], &[("cleanup.policy", "compact,delete")]));
    let both = [("cleanup.policy", "compact"), ("remote.storage.enable", "true")];
    assert!(is_tiered(&[ALL], &both), "it says so itself");
}

#[test]
fn a_topic_of_which_nothing_is_said_has_the_defaults() {
    let settings = resolve(&[], &[]);
    assert_eq!(*settings.log, LogConfig::default());
    assert_eq!(settings.replication.min_in_sync_replicas, 1);
}

#[test]
fn topic_wins_over_broker_over_cluster_over_start() {
    const NAME: &str = "message.max.bytes";
    let started = [(NAME, "1000")];
    let cluster = (ConfigResourceType::Broker, "", NAME, "2000");
    let broker = (ConfigResourceType::Broker, "1", NAME, "3000");
    let other_broker = (ConfigResourceType::Broker, "2", NAME, "9000");
    let topic = (ConfigResourceType::Topic, TOPIC, "max.message.bytes", "4000");
    let size = |changed: &[_]| resolve(&started, changed).log.max_message_bytes;
    assert_eq!(size(&[]), 1000);
    assert_eq!(size(&[cluster, other_broker]), 2000);
    assert_eq!(size(&[cluster, broker]), 3000);
    assert_eq!(size(&[cluster, broker, topic]), 4000);
}

#[test]
fn milliseconds_win_over_minutes_over_hours_and_over_their_defaults() {
    let retention = |started: &[_]| resolve(started, &[]).log.retention_ms;
    assert_eq!(retention(&[("log.retention.hours", "2")]), Some(7_200_000));
    assert_eq!(
        retention(&[("log.retention.hours", "2"), ("log.retention.minutes", "3")]),
        Some(180_000)
    );
    assert_eq!(
        retention(&[("log.retention.minutes", "3"), ("log.retention.ms", "4")]),
        Some(4)
    );
    assert_eq!(retention(&[("log.retention.hours", "-1")]), None);
    assert_eq!(resolve(&[("log.roll.hours", "1")], &[]).log.segment_ms, 3_600_000);
    assert_eq!(
        resolve(&[("log.flush.interval.ms", "5")], &[]).log.flush_ms,
        Some(5)
    );
}

#[test]
fn what_was_changed_in_milliseconds_wins_over_hours_of_the_start() {
    let changed = [(ConfigResourceType::Broker, "", "log.retention.ms", "9")];
    let settings = resolve(&[("log.retention.hours", "2")], &changed);
    assert_eq!(settings.log.retention_ms, Some(9));
}

fn on_topic(lines: &[(&'static str, &'static str)]) -> TopicSettings {
    let changed: Vec<_> = lines
        .iter()
        .map(|(name, value)| (ConfigResourceType::Topic, TOPIC, *name, *value))
        .collect();
    resolve(&[], &changed)
}

#[test]
fn configs_of_records_arrive_at_the_log() {
    let settings = on_topic(&[
        ("compression.type", "zstd"),
        ("compression.gzip.level", "5"),
        ("compression.lz4.level", "6"),
        ("compression.zstd.level", "7"),
        ("max.decompressed.message.bytes", "16"),
        ("max.message.bytes", "17"),
        ("message.timestamp.after.max.ms", "18"),
        ("message.timestamp.before.max.ms", "19"),
        ("message.timestamp.type", "LogAppendTime"),
        ("min.insync.replicas", "2"),
    ]);
    assert_eq!(settings.replication.min_in_sync_replicas, 2);
    let log = &settings.log;
    assert_eq!(log.compression, TopicCompression::Fixed(CompressionType::Zstd));
    let levels = log.compression_levels;
    assert_eq!((levels.gzip, levels.lz4, levels.zstd), (5, 6, 7));
    assert_eq!(
        (log.max_decompressed_message_bytes, log.max_message_bytes),
        (16, 17)
    );
    assert_eq!(
        (log.timestamp_after_max_ms, log.timestamp_before_max_ms),
        (18, 19)
    );
    assert_eq!(log.timestamp_type, TimestampType::LogAppendTime);
}

#[test]
fn configs_of_segments_and_retention_arrive_at_the_log() {
    let settings = on_topic(&[
        ("file.delete.delay.ms", "9"),
        ("flush.messages", "10"),
        ("flush.ms", "11"),
        ("index.interval.bytes", "12"),
        ("local.retention.bytes", "13"),
        ("local.retention.ms", "14"),
        ("preallocate", "true"),
        ("remote.storage.enable", "true"),
        ("retention.bytes", "21"),
        ("retention.ms", "22"),
        ("segment.bytes", "1048577"),
        ("segment.index.bytes", "23"),
        ("segment.jitter.ms", "24"),
        ("segment.ms", "25"),
    ]);
    let log = &settings.log;
    assert_eq!(log.file_delete_delay_ms, 9);
    assert_eq!((log.flush_messages, log.flush_ms), (Some(10), Some(11)));
    assert_eq!(log.index_interval_bytes, 12);
    assert_eq!(
        (log.local_retention_bytes, log.local_retention_ms),
        (Some(13), Some(14))
    );
    assert!(log.preallocate && log.remote_storage_enable);
    assert_eq!((log.retention_bytes, log.retention_ms), (Some(21), Some(22)));
    assert_eq!((log.segment_bytes, log.segment_index_bytes), (1_048_577, 23));
    assert_eq!((log.segment_jitter_ms, log.segment_ms), (24, 25));
}

#[test]
fn a_copy_waits_as_long_as_its_segment_stays_local_if_nothing_else_is_said() {
    let lags = |kind: &str, lag: &str, local: &str, whole: &str| {
        let names = ["remote.copy.lag", "local.retention", "retention"].map(|name| format!("{name}.{kind}"));
        let [lag_name, local_name, whole_name] = names.each_ref().map(String::as_str);
        let changed = [(lag_name, lag), (local_name, local), (whole_name, whole)]
            .map(|(name, value)| (ConfigResourceType::Topic, TOPIC, name, value));
        let log = resolve(&[], &changed).log;
        match kind {
            "ms" => log.remote_copy_lag_ms,
            _ => log.remote_copy_lag_bytes,
        }
    };
    for kind in ["ms", "bytes"] {
        assert_eq!(lags(kind, "5", "7", "9"), Some(5));
        assert_eq!(lags(kind, "0", "7", "9"), Some(0));
        assert_eq!(lags(kind, "-1", "7", "9"), Some(7));
        assert_eq!(lags(kind, "-1", "0", "9"), Some(0));
        assert_eq!(lags(kind, "-1", "-2", "9"), Some(9));
        assert_eq!(lags(kind, "-1", "-2", "-1"), None);
        assert_eq!(lags(kind, "-1", "-1", "-1"), None);
    }
}

#[test]
fn configs_of_compaction_arrive_at_the_log() {
    let settings = on_topic(&[
        ("cleanup.policy", "compact, delete"),
        ("delete.retention.ms", "8"),
        ("max.compaction.lag.ms", "15"),
        ("min.cleanable.dirty.ratio", "0.25"),
        ("min.compaction.lag.ms", "20"),
    ]);
    let log = &settings.log;
    assert_eq!(
        log.cleanup_policy,
        CleanupPolicy {
            delete: true,
            compact: true
        }
    );
    assert_eq!(log.delete_retention_ms, 8);
    assert_eq!((log.min_compaction_lag_ms, log.max_compaction_lag_ms), (20, 15));
    assert!((log.min_cleanable_dirty_ratio - 0.25).abs() < f64::EPSILON);
}

#[test]
fn the_internal_size_of_a_segment_wins() {
    let changed = [(ConfigResourceType::Topic, TOPIC, "internal.segment.bytes", "100")];
    assert_eq!(resolve(&[], &changed).log.segment_bytes, 100);
}
