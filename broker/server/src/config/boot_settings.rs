//! From the configuration to what `boot` and `format` are given.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_controller::{ControllerSettings, SessionLimits, TopicDeletion, UpkeepSettings};
use broker_coordinator::GroupConfig;
use broker_metadata::MetadataVersion;
use broker_metadata::metadata_log::VoterEndpoint;
use broker_model::{BrokerId, ClusterId, CompressionType, Timestamp};
use broker_replication::fetch::SessionCacheLimits;
use broker_storage::RealFs;
use broker_tiered::retry_budget::RetryLimits;

use super::statics::ConfigSource;
use super::{BrokerConfig, ControllerConfigRules, EffectiveConfigs, TopicConfigs};
use crate::boot::{AutoCreation, BootSettings};
use crate::broker::AnswerLimits;
use crate::drivers::broker_lifecycle::{ControlledShutdown, LifecycleSettings};
use crate::drivers::coordinator_driver::OffsetsLogSettings;
use crate::drivers::log_cleaning::{CleanerSettings, LogCleaning};
use crate::drivers::log_maintenance::MaintenanceSettings;
use crate::drivers::replica_fetcher::ReplicaFetchSettings;
use crate::drivers::topic_creator::OffsetsTopicSettings;
use crate::format::{AlreadyFormatted, FormatRequest, FormatVoters};
use crate::remote_log_manager::{RemoteLimits, RemoteSettings};
use crate::remote_store::StoreLocation;
use broker_quorum::SnapshotPolicy;
use broker_tiered::copy_plan::Copying;
use broker_tiered::disk_budget::{DiskBudget, FullDiskPolicy};
use broker_tiered::remote_tail::FollowerBegin;

/// How long a broker whose connection broke has to come back: a restart of a listener is shorter, a dead broker
/// must be replaced before its clients notice.
const RECONNECT_MS: u64 = 300;
/// Files that stay free for connections and everything that is not a log.
const FILES_FOR_OTHERS: u64 = 512;

impl BrokerConfig {
    /// What a broker with this configuration is started with.
    pub fn boot_settings(&self) -> BootSettings {
        let configs = self.statics.alone();
        let small = |name: &str| small(&configs, name);
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
            roles: self.roles,
            quorum: self.quorum.clone(),
            controller_endpoints: self.listeners.controllers.clone(),
            voter_endpoints: self.voter_endpoints(),
            inter_broker_listener: self.listeners.inter_broker.clone(),
            lifecycle: lifecycle_settings(&configs),
            network: self.network.clone(),
            topic_settings: Arc::new(TopicConfigs::new(self.statics.clone())),
            config_rules: Arc::new(ControllerConfigRules::new(self.statics.clone())),
            controller: controller_settings(self.node_id, &configs),
            min_in_sync_replicas: small("min.insync.replicas"),
            sessions: session_limits(&configs),
            upkeep: upkeep_settings(&configs),
            rebalance_every_ms: rebalance_every_ms(&configs),
            replica_lag_max_ms: configs.count("replica.lag.time.max.ms"),
            replica_fetch: replica_fetch(&configs),
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
            offsets_topic: offsets_topic(&configs),
            admin_http: self.admin_http.clone(),
            admin_service: self.admin_service.clone(),
            logger_levels: self.logging.levels.clone(),
            remote: self
                .remote
                .clone()
                .map(|location| remote_settings(location, &configs)),
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
            voters: match (self.roles.is_controller(), self.quorum.static_voters.is_empty()) {
                (true, true) => FormatVoters::Standalone(self.voter_endpoints()),
                (true, false) => FormatVoters::Configured,
                (false, _) => FormatVoters::Elsewhere,
            },
            release: MetadataVersion::LATEST,
            already_formatted,
            now,
        }
    }

    /// Where the node listens as a member of the quorum; port 0 where the system chooses it.
    fn voter_endpoints(&self) -> Vec<VoterEndpoint> {
        let controllers = self.listeners.controllers.iter();
        controllers.map(|endpoint| endpoint.voter_endpoint(0)).collect()
    }
}

/// What the controller is told.
fn controller_settings(node_id: BrokerId, configs: &EffectiveConfigs<'_>) -> ControllerSettings {
    let factor = configs.number("default.replication.factor");
    ControllerSettings {
        node_id,
        default_partitions: small(configs, "num.partitions"),
        default_replication_factor: i16::try_from(factor).unwrap_or(1),
        topic_deletion: match configs.flag("delete.topic.enable") {
            true => TopicDeletion::Enabled,
            false => TopicDeletion::Disabled,
        },
    }
}

/// How the topic of offsets is made.
fn offsets_topic(configs: &EffectiveConfigs<'_>) -> OffsetsTopicSettings {
    let factor = configs.number("offsets.topic.replication.factor");
    OffsetsTopicSettings {
        partitions: small(configs, "offsets.topic.num.partitions"),
        replication_factor: i16::try_from(factor).unwrap_or(1),
        segment_bytes: small(configs, "offsets.topic.segment.bytes"),
    }
}

/// A number of type int.
fn small(configs: &EffectiveConfigs<'_>, name: &str) -> i32 {
    i32::try_from(configs.number(name)).unwrap_or(i32::MAX)
}

/// How a broker deals with its controller.
fn lifecycle_settings(configs: &EffectiveConfigs<'_>) -> LifecycleSettings {
    let ms = |name: &str| Duration::from_millis(configs.count(name));
    LifecycleSettings {
        heartbeat_interval: ms("broker.heartbeat.interval.ms"),
        session_timeout: ms("broker.session.timeout.ms"),
        registration_timeout: ms("initial.broker.registration.timeout.ms"),
        controller_timeout: ms("controller.socket.timeout.ms"),
        controlled_shutdown: match configs.flag("controlled.shutdown.enable") {
            true => ControlledShutdown::Enabled,
            false => ControlledShutdown::Disabled,
        },
    }
}

/// When a broker counts as gone.
fn session_limits(configs: &EffectiveConfigs<'_>) -> SessionLimits {
    SessionLimits {
        session_ms: configs.count("broker.session.timeout.ms"),
        reconnect_ms: RECONNECT_MS,
    }
}

/// What a controller does unasked.
fn upkeep_settings(configs: &EffectiveConfigs<'_>) -> UpkeepSettings {
    let balance_every_ms = configs
        .count("leader.imbalance.check.interval.seconds")
        .saturating_mul(1_000);
    UpkeepSettings {
        balance_every_ms: configs
            .flag("auto.leader.rebalance.enable")
            .then_some(balance_every_ms),
        unclean_every_ms: configs.count("unclean.leader.election.interval.ms"),
    }
}

/// When plans are made unasked.
fn rebalance_every_ms(configs: &EffectiveConfigs<'_>) -> Option<u64> {
    let seconds = configs.count("eddyline.rebalance.interval.seconds");
    (seconds > 0).then(|| seconds.saturating_mul(1_000))
}

/// How what other brokers lead is fetched. Without a name the listener between brokers is that of their protocol.
fn replica_fetch(configs: &EffectiveConfigs<'_>) -> ReplicaFetchSettings {
    let small = |name: &str| i32::try_from(configs.number(name)).unwrap_or(i32::MAX);
    let time = |name: &str| Duration::from_millis(configs.count(name));
    let listener = configs.text("inter.broker.listener.name");
    let listener = listener.or_else(|| configs.text("security.inter.broker.protocol"));
    ReplicaFetchSettings {
        fetchers: configs.size("num.replica.fetchers"),
        wait_max: time("replica.fetch.wait.max.ms"),
        min_bytes: small("replica.fetch.min.bytes"),
        partition_max_bytes: small("replica.fetch.max.bytes"),
        response_max_bytes: small("replica.fetch.response.max.bytes"),
        backoff_max: time("replica.fetch.backoff.ms"),
        socket_timeout: time("replica.socket.timeout.ms"),
        listener: listener.unwrap_or("PLAINTEXT").to_ascii_uppercase().into(),
    }
}

/// What may be changed of that while it is used.
pub fn remote_limits(configs: &EffectiveConfigs<'_>) -> RemoteLimits {
    let time = |name: &str| Duration::from_millis(configs.count(name));
    let size_in_bytes = configs.count("eddyline.remote.disk.bytes");
    RemoteLimits {
        copy_bytes_per_second: configs.count("remote.log.manager.copy.max.bytes.per.second"),
        fetch_bytes_per_second: configs.count("remote.log.manager.fetch.max.bytes.per.second"),
        copies: configs.size("remote.log.manager.copier.thread.pool.size"),
        reads: configs.size("remote.log.reader.threads"),
        deletes: configs.size("remote.log.manager.expiration.thread.pool.size"),
        fetch_wait_max: time("remote.fetch.max.wait.ms"),
        list_offsets_wait_max: time("remote.list.offsets.request.timeout.ms"),
        copying: match configs.flag("eddyline.remote.copy.paused") {
            true => Copying::Disabled,
            false => Copying::Enabled,
        },
        disk: DiskBudget {
            size_in_bytes: (size_in_bytes > 0).then_some(size_in_bytes),
            policy: match configs.text("eddyline.remote.disk.full.policy") {
                Some("drop-oldest") => FullDiskPolicy::DropOldest,
                _ => FullDiskPolicy::BlockProducing,
            },
        },
        follower_begin: follower_begin(configs),
    }
}

/// Only who says so gives up that a new replica copies little: Kafka's default is the other way round.
fn follower_begin(configs: &EffectiveConfigs<'_>) -> FollowerBegin {
    let values = configs.sourced(&["follower.fetch.last.tiered.offset.enable"]);
    let set = values
        .first()
        .filter(|value| value.source != ConfigSource::Default);
    match set.map(|value| value.value.trim().eq_ignore_ascii_case("true")) {
        Some(false) => FollowerBegin::AtLocalStart,
        Some(true) | None => FollowerBegin::BehindRemote,
    }
}

/// 16 parts to a GiB: each is a request that is paid for.
const PART_BYTES: usize = 64 << 20;

/// How the remote tier is used.
fn remote_settings(location: StoreLocation, configs: &EffectiveConfigs<'_>) -> RemoteSettings {
    let time = |name: &str| Duration::from_millis(configs.count(name));
    RemoteSettings {
        location,
        cache_bytes: configs.size("eddyline.remote.cache.bytes"),
        chunk_bytes: u32::try_from(configs.count("eddyline.remote.chunk.bytes")).unwrap_or(u32::MAX),
        part_bytes: PART_BYTES,
        limits: remote_limits(configs),
        threads: configs.size("remote.log.manager.thread.pool.size"),
        backup_interval: time("eddyline.remote.backup.interval.ms"),
        task_interval: time("remote.log.manager.task.interval.ms"),
        retry: RetryLimits {
            first_ms: configs.count("remote.log.manager.task.retry.backoff.ms"),
            most_ms: configs.count("remote.log.manager.task.retry.backoff.max.ms"),
        },
        reader_grace_ms: configs.count("eddyline.remote.reader.grace.ms"),
        orphan_grace_ms: configs.count("eddyline.remote.orphan.grace.ms"),
    }
}

/// How what groups commit is read and written.
fn offsets_log(configs: &EffectiveConfigs<'_>) -> OffsetsLogSettings {
    let codec = u8::try_from(configs.number("offsets.topic.compression.codec")).ok();
    OffsetsLogSettings {
        compression: codec.and_then(CompressionType::from_wire).unwrap_or_default(),
        load_buffer_size: configs.size("offsets.load.buffer.size"),
        commit_timeout: Duration::from_millis(configs.count("offsets.commit.timeout.ms")),
    }
}

/// What the configurations say about groups.
fn group_config(configs: &EffectiveConfigs<'_>) -> GroupConfig {
    let small = |name: &str| small(configs, name);
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
