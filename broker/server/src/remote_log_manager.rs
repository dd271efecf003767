//! Wires the remote tier to this broker (KIP-405, ADR 17): who copies and deletes what, and how it is read.
//!
//! Owns a runtime of its own, one task for each tiered partition that is led here (`leader_task`), one task that looks
//! after those that follow (`follower_watch`), one that empties the folders of deleted topics (`deleted_topics`), the
//! manifests of the led ones as readers see them, and the cache of what was read (`pieces`). Which partitions there are
//! follows the metadata image. Everything is decided by `broker_tiered`. Invariants: nothing here runs on a thread that
//! serves producers or consumers of the log's end; a broker whose store does not answer, or is refused, serves everything
//! that is local.

mod backup_times;
mod copy;
mod deleted_topics;
mod disk_watch;
mod follower_watch;
mod gate;
mod import;
mod leader_task;
mod pieces;
mod pool;
mod reader;
mod readers;
mod retention_share;
mod standing;
mod tail;
mod throttle;
mod wiring;

pub use backup_times::{BackupKind, BackupTimes};
pub use disk_watch::DiskStanding;
pub use reader::{ReadTimestampError, RemoteReadError, RemoteRecords, WantedRecords};
pub use retention_share::{RetentionShare, retention_shares, share};
pub use standing::{PoolStanding, StoreStanding, TopicTiers, TopicUse, topics_in_tiers};
pub use tail::TailError;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use broker_model::{ClusterId, MonotonicMs, Offset, PartitionIndex, TopicId};
use broker_replication::fetch::ReplicaKey;
use broker_tiered::chunk_cache::ChunkCacheCounts;
use broker_tiered::copy_plan::Copying;
use broker_tiered::disk_budget::DiskBudget;
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::RemotePartition;
use broker_tiered::remote_tail::FollowerBegin;
use broker_tiered::retry_budget::RetryLimits;
use parking_lot::{Mutex, RwLock};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};

use crate::clock::Clock;
use crate::metrics::{RecentFigures, RemoteCounters, RemoteTopicCounters};
use crate::remote_store::{Observations, RemoteStore, StoreLocation};
use crate::replica_manager::ReplicaManager;
use gate::Gate;
use pieces::Pieces;
use pool::Pool;
use readers::Readers;
use throttle::Throttle;
use wiring::Wired;

/// How long the stop waits for work on files; a piece of it takes a fraction of that.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How the remote tier is used.
#[derive(Clone, Debug)]
pub struct RemoteSettings {
    /// `eddyline.remote.store`.
    pub location: StoreLocation,
    /// `eddyline.remote.cache.bytes`.
    pub cache_bytes: usize,
    /// `eddyline.remote.chunk.bytes`.
    pub chunk_bytes: u32,
    /// Bytes of one part of an upload in parts.
    pub part_bytes: usize,
    /// What may be changed while it is used.
    pub limits: RemoteLimits,
    /// `remote.log.manager.thread.pool.size`.
    pub threads: usize,
    /// `eddyline.remote.backup.interval.ms`.
    pub backup_interval: Duration,
    /// `remote.log.manager.task.interval.ms`.
    pub task_interval: Duration,
    /// `remote.log.manager.task.retry.backoff.*`.
    pub retry: RetryLimits,
    /// `eddyline.remote.reader.grace.ms`: how long an object stays after readers are sent there no more.
    pub reader_grace_ms: u64,
    /// `eddyline.remote.orphan.grace.ms`: how old an object is that nothing names before it is deleted.
    pub orphan_grace_ms: u64,
}

/// What may be changed of the remote tier while it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteLimits {
    /// `remote.log.manager.copy.max.bytes.per.second`.
    pub copy_bytes_per_second: u64,
    /// `remote.log.manager.fetch.max.bytes.per.second`.
    pub fetch_bytes_per_second: u64,
    /// `remote.log.manager.copier.thread.pool.size`.
    pub copies: usize,
    /// `remote.log.reader.threads`.
    pub reads: usize,
    /// `remote.log.manager.expiration.thread.pool.size`.
    pub deletes: usize,
    /// `remote.fetch.max.wait.ms`.
    pub fetch_wait_max: Duration,
    /// `remote.list.offsets.request.timeout.ms`.
    pub list_offsets_wait_max: Duration,
    /// `eddyline.remote.copy.paused`.
    pub copying: Copying,
    /// `eddyline.remote.disk.*`.
    pub disk: DiskBudget,
    /// `follower.fetch.last.tiered.offset.enable`.
    pub follower_begin: FollowerBegin,
}

/// The remote tier as this broker has it.
#[derive(Debug)]
pub struct RemoteLogManager {
    shared: Arc<Shared>,
    wired: Mutex<Wired>,
    runtime: Mutex<Option<Runtime>>,
}

/// What a partition has in the remote tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemotePart {
    /// First offset that is not there.
    pub end: Offset,
    /// How many segments.
    pub segments: usize,
    /// Bytes of their records.
    pub size_in_bytes: u64,
    /// Segments that are to be deleted.
    pub leaving: usize,
    /// Bytes of their objects.
    pub leaving_bytes: u64,
}

/// What all its tasks work with.
#[derive(Debug)]
struct Shared {
    cluster_id: ClusterId,
    replica_manager: Arc<ReplicaManager>,
    settings: RemoteSettings,
    limits: watch::Sender<RemoteLimits>,
    clock: Clock,
    started: MonotonicMs,
    observed: Arc<Observations>,
    gate: Gate,
    disk: Mutex<DiskStanding>,
    /// Manifests of the partitions that are led here, as they were last written.
    led: RwLock<HashMap<ReplicaKey, Arc<Manifest>>>,
    /// Partitions of restored topics that are fetched from another bucket.
    importing: Mutex<HashSet<ReplicaKey>>,
    pieces: Pieces,
    copy_throttle: Throttle,
    fetch_throttle: Throttle,
    readers: Mutex<Readers>,
    copies: Pool,
    /// MiB that copies may hold in memory together.
    copy_memory: Semaphore,
    deletes: Pool,
    counters: RemoteCounters,
    backups: Arc<BackupTimes>,
}

impl Shared {
    /// Waits until so many bytes may go.
    async fn keep_pace(&self, throttle: &Throttle, bytes: u64) {
        throttle.pass(bytes, self.limits.subscribe(), &self.clock).await;
    }

    /// Where what is done for a topic is counted.
    fn counters_of(&self, topic: TopicId) -> Arc<RemoteTopicCounters> {
        self.counters.topics.of(Some(topic))
    }

    fn partition(&self, key: ReplicaKey) -> RemotePartition {
        RemotePartition {
            cluster_id: self.cluster_id.clone(),
            topic_id: key.topic,
            index: key.partition,
        }
    }
}

impl RemoteLogManager {
    /// Starts the runtime, and begins to try the store; nothing is tiered yet.
    ///
    /// # Errors
    /// The system gives no thread, or the client cannot be made.
    pub fn start(
        settings: RemoteSettings,
        cluster_id: ClusterId,
        replica_manager: Arc<ReplicaManager>,
        clock: Clock,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(settings.threads.max(1))
            .thread_name("remote-tier")
            .enable_all()
            .build()?;
        let counters = RemoteCounters::default();
        let shared = Arc::new(Shared {
            pieces: Pieces::new(&settings),
            copy_throttle: Throttle::new(|limits| limits.copy_bytes_per_second, &settings.limits),
            fetch_throttle: Throttle::new(|limits| limits.fetch_bytes_per_second, &settings.limits),
            limits: watch::Sender::new(settings.limits),
            disk: Mutex::default(),
            started: clock.monotonic(),
            backups: Arc::new(BackupTimes::new(clock)),
            observed: Observations::new(clock, counters.topics.clone()),
            readers: Mutex::default(),
            copies: Pool::new(settings.limits.copies),
            copy_memory: Semaphore::new(copy::MEMORY_MAX),
            deletes: Pool::new(settings.limits.deletes),
            led: RwLock::default(),
            importing: Mutex::default(),
            gate: Gate::default(),
            cluster_id,
            replica_manager,
            settings,
            clock,
            counters,
        });
        runtime.spawn(gate::open(shared.clone()));
        runtime.spawn(follower_watch::run(shared.clone()));
        runtime.spawn(disk_watch::run(shared.clone()));
        Ok(Self {
            shared,
            wired: Mutex::default(),
            runtime: Mutex::new(Some(runtime)),
        })
    }

    /// Ends every task; an upload that is under way is left to the sweep. What works on files now is waited for, so that
    /// nobody holds the log directories afterwards.
    pub fn stop(&self) {
        if let Some(runtime) = self.runtime.lock().take() {
            tokio::task::block_in_place(|| runtime.shutdown_timeout(STOP_PATIENCE));
        }
    }

    /// Takes over what may be changed while it is used; it acts at once.
    pub fn set_limits(&self, limits: RemoteLimits) {
        let changed = self.shared.limits.send_if_modified(|before| {
            let is_news = *before != limits;
            *before = limits;
            is_news
        });
        if changed {
            let now = self.shared.clock.monotonic();
            self.shared.copies.resize(limits.copies);
            self.shared.deletes.resize(limits.deletes);
            self.shared.pieces.resize(limits.reads);
            self.shared.copy_throttle.set_limits(&limits, now);
            self.shared.fetch_throttle.set_limits(&limits, now);
            for handle in self.shared.replica_manager.partitions() {
                handle.remote_work().notify_one();
            }
        }
    }

    /// What may be changed, as it is now.
    pub fn limits(&self) -> RemoteLimits {
        *self.shared.limits.borrow()
    }

    /// How the local disks stand to their budget.
    pub fn disk_standing(&self) -> DiskStanding {
        *self.shared.disk.lock()
    }

    /// How it is used.
    pub fn settings(&self) -> &RemoteSettings {
        &self.shared.settings
    }

    /// Counts of a topic for metrics.
    pub fn counters_of(&self, topic: TopicId) -> Arc<RemoteTopicCounters> {
        self.shared.counters_of(topic)
    }

    /// Counts for metrics.
    pub fn counters(&self) -> &RemoteCounters {
        &self.shared.counters
    }

    /// When the bucket had what a restore needs last.
    pub fn backup_times(&self) -> &Arc<BackupTimes> {
        &self.shared.backups
    }

    /// Counts of the cache, and the bytes that it holds.
    pub fn cache_counts(&self) -> (ChunkCacheCounts, usize) {
        self.shared.pieces.counts()
    }

    /// How busy the reads of the store are.
    pub fn reading(&self) -> PoolStanding {
        self.shared.pieces.reading()
    }

    /// The part of the copies that there may be at a time that are not made now, between 0 and 1.
    pub fn copies_idle_ratio(&self) -> f64 {
        let copies = &self.shared.copies;
        standing::idle_ratio(copies.idle(), copies.size())
    }

    /// How long copies were made to wait of late for `remote.log.manager.copy.max.bytes.per.second`.
    pub fn copy_waits(&self) -> RecentFigures {
        self.shared.copy_throttle.waits(self.shared.clock.monotonic())
    }

    /// How long reads were made to wait of late for `remote.log.manager.fetch.max.bytes.per.second`.
    pub fn fetch_waits(&self) -> RecentFigures {
        self.shared.fetch_throttle.waits(self.shared.clock.monotonic())
    }

    /// The remote part of a partition that is led here.
    pub fn remote_part(&self, topic: TopicId, partition: PartitionIndex) -> Option<RemotePart> {
        let led = self.shared.led.read();
        let manifest = led.get(&ReplicaKey { topic, partition })?;
        Some(RemotePart {
            end: manifest.remote_end(),
            segments: manifest.segments().len(),
            size_in_bytes: manifest.size_in_bytes(),
            leaving: manifest.leaving().len(),
            leaving_bytes: manifest.leaving_bytes(),
        })
    }

    /// Whether a partition that is led here was restored and is not all here yet.
    pub fn is_importing(&self, topic: TopicId, partition: PartitionIndex) -> bool {
        let key = ReplicaKey { topic, partition };
        self.shared.importing.lock().contains(&key)
    }

    /// Runs something else that needs the store, as soon as that may be used, until this ends.
    pub fn run_with_store<F>(&self, task: impl FnOnce(RemoteStore) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let shared = self.shared.clone();
        // It ends with the runtime.
        let _task = self.spawn(async move { task(shared.gate.passed().await).await });
    }

    fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Option<tokio::task::JoinHandle<T>> {
        self.runtime.lock().as_ref().map(|runtime| runtime.spawn(task))
    }
}

impl Drop for RemoteLogManager {
    /// A runtime may not be dropped where others wait, as where a broker did not start.
    fn drop(&mut self) {
        self.stop();
    }
}
