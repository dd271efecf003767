//! From the configuration to what `boot` and `format` are given.

use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_controller::{ControllerSettings, SessionLimits, TopicDeletion};
use broker_coordinator::GroupConfig;
use broker_model::{ClusterId, CompressionType, Timestamp};
use broker_replication::fetch::SessionCacheLimits;
use broker_storage::RealFs;

use super::{BrokerConfig, ControllerConfigRules, EffectiveConfigs, TopicConfigs};
use crate::boot::{AutoCreation, BootSettings};
use crate::broker::AnswerLimits;
use crate::drivers::coordinator_driver::OffsetsLogSettings;
use crate::drivers::log_cleaning::{CleanerSettings, LogCleaning};
use crate::drivers::log_maintenance::MaintenanceSettings;
use crate::drivers::metadata_log::SnapshotPolicy;
use crate::drivers::topic_creator::OffsetsTopicSettings;
use crate::format::{AlreadyFormatted, FormatRequest};

/// How long a broker whose connection broke has to come back: a restart of a listener is shorter, a dead broker
/// must be replaced before its clients notice.
const RECONNECT_MS: u64 = 300;
/// Files that stay free for connections and everything that is not a log.
const FILES_FOR_OTHERS: u64 = 512;

impl BrokerConfig {
    /// What a broker with this configuration is started with.
    pub fn boot_settings(&self) -> BootSettings {
        let configs = self.statics.alone();
        let small = |name: &str| i32::try_from(configs.number(name)).unwrap_or(i32::MAX);
        BootSettings {
            fs: Arc::new(RealFs),
            configs: self.statics.clone(),
            node_id: self.node_id,
            rack: self.rack.clone(),
            directories: self.directories.clone(),
            metadata_directory: self.metadata_directory.clone(),
            recovery_threads: configs.size("num.recovery.threads.per.data.dir"),
            listeners: self.listeners.opened.clone(),
            advertised: self.listeners.advertised.clone(),
            voter_endpoints: self.listeners.voter_endpoints.clone(),
            network: self.network.clone(),
            topic_settings: Arc::new(TopicConfigs::new(self.statics.clone())),
            config_rules: Arc::new(ControllerConfigRules::new(self.statics.clone())),
            controller: ControllerSettings {
                node_id: self.node_id,
                default_partitions: small("num.partitions"),
                default_replication_factor: i16::try_from(small("default.replication.factor")).unwrap_or(1),
                topic_deletion: if configs.flag("delete.topic.enable") {
                    TopicDeletion::Enabled
                } else {
                    TopicDeletion::Disabled
                },
            },
            min_in_sync_replicas: small("min.insync.replicas"),
            sessions: session_limits(&configs),
            replica_lag_max_ms: configs.count("replica.lag.time.max.ms"),
            auto_topic_creation: if configs.flag("auto.create.topics.enable") {
                AutoCreation::Enabled
            } else {
                AutoCreation::Disabled
            },
            maintenance: Arc::new(ArcSwap::from_pointee(maintenance_settings(&configs))),
            snapshots: SnapshotPolicy {
                max_new_record_bytes: configs.count("metadata.log.max.record.bytes.between.snapshots"),
                max_interval_ms: configs.count("metadata.log.max.snapshot.interval.ms"),
            },
            metadata_segment_bytes: u32::try_from(configs.count("metadata.log.segment.bytes"))
                .unwrap_or(u32::MAX),
            tail_cache_bytes: configs.size("eddyline.tail.cache.bytes"),
            open_files: open_files(),
            limits: AnswerLimits {
                fetch_bytes: small("fetch.max.bytes"),
                described_partitions: configs.size("max.request.partition.size.limit"),
            },
            fetch_sessions: SessionCacheLimits {
                slots: configs.size("max.incremental.fetch.session.cache.slots"),
                ..SessionCacheLimits::default()
            },
            groups: group_config(&configs),
            offsets_log: offsets_log(&configs),
            group_memory_bytes: configs.size("eddyline.group.memory.bytes"),
            offsets_topic: OffsetsTopicSettings {
                partitions: small("offsets.topic.num.partitions"),
                replication_factor: i16::try_from(small("offsets.topic.replication.factor")).unwrap_or(1),
                segment_bytes: small("offsets.topic.segment.bytes"),
            },
            admin_http: self.admin_http.clone(),
            logger_levels: self.logging.levels.clone(),
        }
    }

    /// What formats the directories of this configuration.
    pub fn format_request(
        &self,
        cluster_id: Option<ClusterId>,
        already_formatted: AlreadyFormatted,
        now: Timestamp,
    ) -> FormatRequest {
        FormatRequest {
            cluster_id,
            node_id: self.node_id,
            directories: self.directories.clone(),
            metadata_directory: self.metadata_directory.clone(),
            voter_endpoints: self.listeners.voter_endpoints.clone(),
            already_formatted,
            now,
        }
    }
}

/// When a broker counts as gone.
fn session_limits(configs: &EffectiveConfigs<'_>) -> SessionLimits {
    SessionLimits {
        session_ms: configs.count("broker.session.timeout.ms"),
        reconnect_ms: RECONNECT_MS,
    }
}

/// How what groups commit is read and written.
fn offsets_log(configs: &EffectiveConfigs<'_>) -> OffsetsLogSettings {
    let codec = u8::try_from(configs.number("offsets.topic.compression.codec")).ok();
    OffsetsLogSettings {
        compression: codec.and_then(CompressionType::from_wire).unwrap_or_default(),
        load_buffer_size: configs.size("offsets.load.buffer.size"),
    }
}

/// What the configurations say about groups.
fn group_config(configs: &EffectiveConfigs<'_>) -> GroupConfig {
    let small = |name: &str| i32::try_from(configs.number(name)).unwrap_or(i32::MAX);
    let size = |name: &str| usize::try_from(configs.count(name)).unwrap_or(usize::MAX);
    GroupConfig {
        initial_rebalance_delay_ms: small("group.initial.rebalance.delay.ms"),
        min_session_timeout_ms: small("group.min.session.timeout.ms"),
        max_session_timeout_ms: small("group.max.session.timeout.ms"),
        max_size: size("group.max.size"),
        offset_metadata_max: size("offset.metadata.max.bytes"),
        offsets_retention_ms: configs.number("offsets.retention.minutes").saturating_mul(60_000),
        offsets_retention_check_ms: configs.count("offsets.retention.check.interval.ms"),
    }
}

/// When maintenance does what, by the configurations that act now.
pub fn maintenance_settings(configs: &EffectiveConfigs<'_>) -> MaintenanceSettings {
    MaintenanceSettings {
        retention_check_ms: configs.count("log.retention.check.interval.ms"),
        recovery_checkpoint_ms: configs.count("log.flush.offset.checkpoint.interval.ms"),
        log_start_checkpoint_ms: configs.count("log.flush.start.offset.checkpoint.interval.ms"),
        high_watermark_checkpoint_ms: configs.count("replica.high.watermark.checkpoint.interval.ms"),
        producer_expiration_ms: configs.number("producer.id.expiration.ms"),
        producer_expiration_check_ms: configs.count("producer.id.expiration.check.interval.ms"),
        cleaner: CleanerSettings {
            cleaning: if configs.flag("log.cleaner.enable") {
                LogCleaning::Enabled
            } else {
                LogCleaning::Disabled
            },
            threads: configs.size("log.cleaner.threads"),
            dedupe_buffer_size: configs.size("log.cleaner.dedupe.buffer.size"),
            io_buffer_size: configs.size("log.cleaner.io.buffer.size"),
            load_factor: configs.fraction("log.cleaner.io.buffer.load.factor"),
            bytes_per_second: configs.fraction("log.cleaner.io.max.bytes.per.second"),
            backoff_ms: configs.count("log.cleaner.backoff.ms"),
        },
    }
}

/// Half of what the process may open beyond a reserve goes to logs, the rest to connections.
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.unwrap_or(1 << 20);
    let for_logs = limit.saturating_sub(FILES_FOR_OTHERS) / 2;
    usize::try_from(for_logs.clamp(64, 1 << 18)).unwrap_or(64)
}
