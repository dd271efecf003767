//! The task of one tiered partition that is led here, for one leader epoch.
//!
//! A pass: agree about where the log starts, let go what retention no longer covers, copy what is closed, delete what
//! left. Then it sleeps until a segment is closed, something is asked of it, or the interval is over. What a pass does
//! is decided by `broker_tiered`; here is the order of it. Invariants: the log's start moves before the manifest's, so
//! that no reader is sent where nothing is; an object is deleted only after the manifest that does not name it any more
//! was written.

use std::sync::Arc;
use std::time::Duration;

use broker_metadata::BegunPartition;
use broker_model::{LastStableOffset, LeaderEpoch, LogStartOffset, Offset, Timestamp};
use broker_replication::Partition;
use broker_replication::fetch::ReplicaKey;
use broker_storage::{ClosedSegment, LogConfig};
use broker_tiered::copy_plan::{CopyFacts, CopyIdle, CopyLag, CopyTask, CopyVerdict, Copying, copy_plan};
use broker_tiered::lineage::Lineage;
use broker_tiered::manifest_keeper::{Leadership, RemoteExpectation};
use broker_tiered::object_key::RemotePartition;
use broker_tiered::retention::{RetentionLimits, allowed_log_start, deletable};
use broker_tiered::sweep::{SweepVerdict, sweep};
use tokio::sync::watch;

use super::copy::CopyError;
use super::import::Importer;
use super::manifest_driver::{Driven, ManifestDriver};
use super::wiring::{Orders, ended};
use super::{RemoteLimits, Shared, copy};
use crate::remote_store::RemoteStore;
use crate::replica_manager::{FetchWaker, PartitionHandle};

/// How soon it is looked again when the next segment waits for followers or a transaction.
const UNSTABLE_RETRY: Duration = Duration::from_secs(1);
/// How soon at least a folder is listed again in which something is too young to tell whether it is an orphan.
const SWEEP_AGAIN_MS: i64 = 1_000;

pub(super) struct LeaderTask {
    shared: Arc<Shared>,
    key: ReplicaKey,
    epoch: LeaderEpoch,
    orders: watch::Receiver<Orders>,
    partition: RemotePartition,
    /// When the folder is listed next; none while nothing gives a reason.
    sweep_at: Option<Timestamp>,
    /// Where it comes from, if its topic was restored from another bucket.
    begun: Option<BegunPartition>,
}

/// What a pass looks at, taken under one lock.
struct Facts {
    config: Arc<LogConfig>,
    log_start: LogStartOffset,
    closed: Vec<ClosedSegment>,
    active_size: u64,
    last_stable: LastStableOffset,
    cleaned_until: Option<Offset>,
}

/// What to do after a pass.
enum Next {
    Sleep(Duration),
    Failed,
    Over,
}

impl LeaderTask {
    pub(super) fn new(
        shared: Arc<Shared>,
        (key, epoch): (ReplicaKey, LeaderEpoch),
        orders: watch::Receiver<Orders>,
        begun: Option<BegunPartition>,
    ) -> Self {
        let partition = shared.partition(key);
        // Whoever led before may have left an upload behind.
        let grace = i64::try_from(shared.settings.orphan_grace_ms).unwrap_or(i64::MAX);
        let sweep_at = Some(shared.clock.wall().plus_ms(grace));
        Self {
            shared,
            key,
            epoch,
            orders,
            partition,
            sweep_at,
            begun,
        }
    }

    pub(super) async fn run(mut self) {
        let shared = self.shared.clone();
        // A topic may be deleted while the store cannot be used; what it has there is to go all the same.
        let at_first = self.leadership();
        let store = tokio::select! {
            store = shared.gate.passed() => store,
            () = ended(self.orders.clone()) => return,
        };
        let Some((handle, leadership)) = self.found(at_first).await else {
            return;
        };
        self.fetch_first(&leadership, &store).await;
        let Some(mut driver) = self.take_manifest(leadership, &store).await else {
            return;
        };
        loop {
            let orders = *self.orders.borrow_and_update();
            let next = match orders {
                Orders::Tier => self.pass(&handle, &mut driver, &store).await,
                Orders::GiveUpRemote => self.give_up_remote(&handle, &mut driver, &store).await,
                Orders::End => Next::Over,
            };
            let pause = match next {
                Next::Over => {
                    if orders != Orders::Tier || !self.is_to_go_on(&driver).await {
                        return;
                    }
                    continue;
                }
                Next::Failed => {
                    if driver.pause().await == Driven::Over {
                        return;
                    }
                    continue;
                }
                Next::Sleep(pause) => pause,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = handle.remote_work().notified() => {}
                changed = self.orders.changed() => if changed.is_err() { return },
            }
        }
    }

    /// The log, and what it says; a topic that is deleted had one when this began.
    async fn found(
        &mut self,
        at_first: Option<(Arc<PartitionHandle>, Leadership)>,
    ) -> Option<(Arc<PartitionHandle>, Leadership)> {
        if let Some(found) = self.leadership() {
            return Some(found);
        }
        // The log is gone before the orders say why.
        let news = self.orders.wait_for(|orders| *orders != Orders::Tier).await;
        match news.map(|orders| *orders) {
            Ok(Orders::GiveUpRemote) => at_first,
            Ok(Orders::Tier | Orders::End) | Err(_) => None,
        }
    }

    /// What a restored topic has in another bucket comes first.
    async fn fetch_first(&self, leadership: &Leadership, store: &RemoteStore) {
        let Some(begun) = &self.begun else { return };
        if leadership.remote == RemoteExpectation::HoldsSegments {
            let importer = Importer {
                shared: &self.shared,
                store,
                partition: &self.partition,
                epoch: self.epoch,
                begun,
            };
            importer.run(self.orders.clone()).await;
        }
    }

    /// Takes the manifest over. Who only deletes expects nothing to be there, also if that is the order only by then.
    async fn take_manifest(&mut self, leadership: Leadership, store: &RemoteStore) -> Option<ManifestDriver> {
        loop {
            let orders = *self.orders.borrow_and_update();
            let leadership = match orders {
                Orders::End => return None,
                Orders::Tier => leadership.clone(),
                Orders::GiveUpRemote => Leadership {
                    remote: RemoteExpectation::MayBeEmpty,
                    ..leadership.clone()
                },
            };
            let (shared, key) = (self.shared.clone(), self.key);
            let begun = ManifestDriver::begin(shared, key, leadership, store.clone(), self.orders.clone());
            let begun = begun.await;
            let is_still_asked = orders == Orders::Tier && *self.orders.borrow() == Orders::GiveUpRemote;
            if begun.is_some() || !is_still_asked {
                return begun;
            }
        }
    }

    /// The log is gone or led elsewhere before the orders say so: when the topic was deleted, they say what is left to do.
    async fn is_to_go_on(&mut self, driver: &ManifestDriver) -> bool {
        driver.retract();
        let news = self.orders.wait_for(|orders| *orders != Orders::Tier).await;
        news.is_ok_and(|orders| *orders == Orders::GiveUpRemote)
    }

    /// What the log says when this epoch begins; none if it is over already.
    fn leadership(&self) -> Option<(Arc<PartitionHandle>, Leadership)> {
        let handle = self.handle()?;
        let leadership = self.ask(&handle, |partition| {
            let log = partition.log();
            let (start, local) = (log.log_start().offset(), log.local_log_start().offset());
            Leadership {
                partition: self.partition.clone(),
                broker: self.shared.replica_manager.node_id,
                epoch: self.epoch,
                log_start: log.log_start(),
                lineage: Lineage::new(log.leader_epochs().entries().to_vec(), log.log_end()),
                remote: match start < local {
                    true => RemoteExpectation::HoldsSegments,
                    false => RemoteExpectation::MayBeEmpty,
                },
            }
        });
        Some((handle, leadership?))
    }

    fn handle(&self) -> Option<Arc<PartitionHandle>> {
        let (topic, index) = (self.key.topic, self.key.partition.value());
        self.shared.replica_manager.partition_by_id(topic, index).ok()
    }

    /// Asks the partition while it is led in this epoch.
    fn ask<T>(
        &self,
        handle: &PartitionHandle,
        ask: impl FnOnce(&mut Partition<FetchWaker>) -> T,
    ) -> Option<T> {
        let asked = handle.with(|partition| (partition.leader_epoch() == self.epoch).then(|| ask(partition)));
        asked.ok().flatten()
    }

    fn facts(&self, handle: &PartitionHandle) -> Option<Facts> {
        self.ask(handle, |partition| {
            let log = partition.log();
            Facts {
                config: log.config().clone(),
                log_start: log.log_start(),
                closed: log.closed_segments(),
                active_size: log.active_size(),
                // What a power cut may still take from this disk is not copied.
                last_stable: log
                    .last_stable_offset()
                    .min(LastStableOffset::at(log.recovery_point().offset())),
                cleaned_until: log.cleaned_until(),
            }
        })
    }

    async fn pass(
        &mut self,
        handle: &PartitionHandle,
        driver: &mut ManifestDriver,
        store: &RemoteStore,
    ) -> Next {
        if self.move_start(handle, driver).await == Driven::Over {
            return Next::Over;
        }
        let next = self.copy_all(handle, driver, store).await;
        if !matches!(next, Next::Sleep(_)) {
            return next;
        }
        match self.delete_left(driver, store).await {
            Next::Sleep(_) => {}
            other => return other,
        }
        match self.sweep_if_due(driver, store).await {
            Driven::Held => next,
            Driven::Over => Next::Over,
        }
    }

    /// Brings both starts together and moves them over what retention lets go.
    async fn move_start(&self, handle: &PartitionHandle, driver: &mut ManifestDriver) -> Driven {
        let (Some(manifest), Some(facts)) = (driver.held(), self.facts(handle)) else {
            return Driven::Over;
        };
        let limits = match facts.config.cleanup_policy.delete {
            true => RetentionLimits {
                age_ms: facts.config.retention_ms.and_then(|ms| u64::try_from(ms).ok()),
                size_in_bytes: facts.config.retention_bytes,
            },
            false => RetentionLimits {
                age_ms: None,
                size_in_bytes: None,
            },
        };
        let remote_end = manifest.remote_end();
        let local_only = facts
            .closed
            .iter()
            .position(|segment| segment.next_offset > remote_end);
        let local_only = &facts.closed[local_only.unwrap_or(facts.closed.len())..];
        let now = self.shared.clock.now_for_removal().wall;
        let allowed = allowed_log_start(&manifest, local_only, facts.active_size, limits, now);
        let start = allowed
            .unwrap_or(facts.log_start)
            .max(manifest.log_start())
            .max(facts.log_start);
        let moved = self.ask(handle, |partition| {
            partition.delete_records(Some(
                start.offset().min(partition.log().high_watermark().offset()),
            ))
        });
        let start = match moved {
            Some(Ok(start)) => start,
            Some(Err(error)) => {
                tracing::error!(partition = %handle.id(), %error, "the start of a tiered log cannot be moved");
                return Driven::Held;
            }
            None => return Driven::Over,
        };
        driver.change(|manifest, now| manifest.start_at(start, now)).await
    }

    async fn copy_all(
        &mut self,
        handle: &PartitionHandle,
        driver: &mut ManifestDriver,
        store: &RemoteStore,
    ) -> Next {
        loop {
            if *self.orders.borrow() != Orders::Tier {
                return Next::Sleep(Duration::ZERO);
            }
            let (Some(manifest), Some(facts)) = (driver.held(), self.facts(handle)) else {
                return Next::Over;
            };
            let remote_end = manifest.remote_end();
            let task = match copy_plan(&self.copy_facts(&facts, remote_end)) {
                CopyVerdict::Copy(task) => task,
                CopyVerdict::Nothing(idle) => return Next::Sleep(self.idle(handle, idle)),
            };
            match self.copy(handle, driver, store, task).await {
                Ok(Driven::Held) => {}
                Ok(Driven::Over) => return Next::Over,
                Err(error) => {
                    tracing::warn!(partition = %handle.id(), %error, offset = %task.start_offset,
                        "a segment was not copied to the remote store; it is tried again");
                    self.shared.counters.copy_errors.add(1);
                    let grace = i64::try_from(self.shared.settings.orphan_grace_ms).unwrap_or(i64::MAX);
                    self.sweep_at = Some(self.shared.clock.wall().plus_ms(grace));
                    return Next::Failed;
                }
            }
        }
    }

    async fn copy(
        &self,
        handle: &PartitionHandle,
        driver: &mut ManifestDriver,
        store: &RemoteStore,
        task: CopyTask,
    ) -> Result<Driven, CopyError> {
        let begun = self.ask(handle, |partition| {
            partition.log().begin_copy(task.segment.base_offset)
        });
        let Some(begun) = begun else {
            return Ok(Driven::Over);
        };
        let Some(source) = begun? else {
            // Deleted since it was looked at; the next look finds another.
            return Ok(Driven::Held);
        };
        let shared = self.shared.clone();
        let in_memory = copy::memory_of(task.segment.size_in_bytes, shared.settings.part_bytes);
        let (Ok(_copy), Ok(_memory)) = (
            shared.copies.acquire().await,
            shared.copy_memory.acquire_many(in_memory).await,
        ) else {
            return Ok(Driven::Over);
        };
        let upload = copy::Upload {
            shared: self.shared.clone(),
            store: store.clone(),
            partition: self.partition.clone(),
            epoch: self.epoch,
        };
        let size = task.segment.size_in_bytes;
        let rate = |limits: &RemoteLimits| limits.copy_bytes_per_second;
        tokio::select! {
            () = self.shared.keep_pace(&self.shared.copy_pace, rate, size) => {}
            () = ended(self.orders.clone()) => return Ok(Driven::Over),
        }
        let metadata = tokio::select! {
            copied = upload.copy(source, task) => copied?,
            () = ended(self.orders.clone()) => return Ok(Driven::Over),
        };
        self.shared.counters.copied_bytes.add(size);
        self.shared.counters.copied_segments.add(1);
        let mut refused = None;
        let driven = driver
            .change(|manifest, _| refused = manifest.add(metadata).err())
            .await;
        match refused {
            None => Ok(driven),
            Some(error) => Err(CopyError::Manifest(error)),
        }
    }

    fn copy_facts<'a>(&self, facts: &'a Facts, remote_end: Offset) -> CopyFacts<'a> {
        let config = &facts.config;
        CopyFacts {
            remote_end,
            closed: &facts.closed,
            active_size: facts.active_size,
            last_stable: facts.last_stable,
            cleaned_until: match config.cleanup_policy.compact {
                true => Some(facts.cleaned_until.unwrap_or(Offset::ZERO)),
                false => None,
            },
            copying: match config.remote_log_copy_disable {
                true => Copying::Disabled,
                false => self.shared.limits.borrow().copying,
            },
            lag: match (config.remote_copy_lag_ms, config.remote_copy_lag_bytes) {
                (None, None) => CopyLag::NONE,
                (age_ms, size_in_bytes) => CopyLag {
                    age_ms,
                    size_in_bytes,
                },
            },
            now: self.shared.clock.wall(),
        }
    }

    /// How long nothing is to be done.
    fn idle(&self, handle: &PartitionHandle, idle: CopyIdle) -> Duration {
        let interval = self.shared.settings.task_interval;
        match idle {
            CopyIdle::OpenTransaction => UNSTABLE_RETRY.min(interval),
            CopyIdle::Gap {
                remote_end,
                local_start,
            } => {
                tracing::error!(partition = %handle.id(), %remote_end, %local_start,
                    "the offsets between the remote and the local part of a log are nowhere; nothing is copied");
                interval
            }
            CopyIdle::UpToDate | CopyIdle::Disabled | CopyIdle::NotCleaned | CopyIdle::Lag => interval,
        }
    }

    /// Deletes objects whose time for readers is over, then forgets them.
    async fn delete_left(&self, driver: &mut ManifestDriver, store: &RemoteStore) -> Next {
        let Some(manifest) = driver.held() else {
            return Next::Over;
        };
        let now = self.shared.clock.now_for_removal().wall;
        let due = deletable(&manifest, self.shared.settings.reader_grace_ms, now);
        if due.is_empty() {
            return Next::Sleep(Duration::ZERO);
        }
        let Ok(_permit) = self.shared.deletes.acquire().await else {
            return Next::Over;
        };
        for (index, key) in due.iter().enumerate() {
            if let Err(error) = store.delete_segment(&self.partition, *key).await {
                tracing::warn!(folder = %self.partition.folder(), %error, "an object is not deleted yet");
                self.shared.counters.delete_errors.add(1);
                let _settled = driver.change(|manifest, _| manifest.forget(&due[..index])).await;
                return Next::Failed;
            }
            self.shared.counters.deleted_segments.add(1);
        }
        match driver.change(|manifest, _| manifest.forget(&due)).await {
            Driven::Held => Next::Sleep(Duration::ZERO),
            Driven::Over => Next::Over,
        }
    }

    /// Looks for objects that nobody names, once after each reason for it.
    async fn sweep_if_due(&mut self, driver: &mut ManifestDriver, store: &RemoteStore) -> Driven {
        let now = self.shared.clock.now_for_removal().wall;
        if self.sweep_at.is_none_or(|due| now < due) {
            return Driven::Held;
        }
        let (Some(manifest), Ok(listed)) = (driver.held(), store.list(&self.partition).await) else {
            return Driven::Held;
        };
        self.sweep_at = None;
        let folder = self.partition.folder();
        match sweep(&manifest, &listed, &[], self.shared.settings.orphan_grace_ms, now) {
            SweepVerdict::Orphans { orphans, young } => {
                if young > 0 {
                    let grace = i64::try_from(self.shared.settings.orphan_grace_ms).unwrap_or(i64::MAX);
                    self.sweep_at = Some(now.plus_ms(grace.max(SWEEP_AGAIN_MS)));
                }
                if orphans.is_empty() {
                    return Driven::Held;
                }
                tracing::info!(%folder, count = orphans.len(), "objects that nothing names are deleted");
                driver
                    .change(|manifest, now| manifest.adopt_orphans(orphans, now))
                    .await
            }
            SweepVerdict::Doubtful { segments } => {
                tracing::error!(%folder, segments,
                    "the manifest names nothing, but segments of earlier leaders lie beside it; nothing is deleted");
                Driven::Held
            }
        }
    }

    /// The topic is deleted, or tiered no more: everything that is remote goes, the manifest last.
    async fn give_up_remote(
        &self,
        handle: &PartitionHandle,
        driver: &mut ManifestDriver,
        store: &RemoteStore,
    ) -> Next {
        // A log that goes on begins with its local part from now on.
        let _deleted = handle.with_log(|log| {
            let local = log.local_log_start().offset();
            log.maybe_increment_log_start_offset(local)
        });
        if driver.change(|manifest, now| manifest.empty_out(now)).await == Driven::Over {
            return Next::Over;
        }
        let _deleted = handle.with_log(|log| log.note_remote_end(None));
        let Some(manifest) = driver.held() else {
            return Next::Over;
        };
        for leaving in manifest.leaving() {
            if let Err(error) = store.delete_segment(&self.partition, leaving.key).await {
                tracing::warn!(folder = %self.partition.folder(), %error, "an object is not deleted yet");
                self.shared.counters.delete_errors.add(1);
                return Next::Failed;
            }
            self.shared.counters.deleted_segments.add(1);
        }
        // What an upload or a restore left there that never got into the manifest goes along.
        let unnamed = match store.segments(&self.partition).await {
            Ok(unnamed) => unnamed,
            Err(error) => {
                tracing::warn!(folder = %self.partition.folder(), %error, "a folder cannot be listed yet");
                return Next::Failed;
            }
        };
        for key in unnamed.into_keys() {
            if let Err(error) = store.delete_segment(&self.partition, key).await {
                tracing::warn!(folder = %self.partition.folder(), %error, "an object is not deleted yet");
                self.shared.counters.delete_errors.add(1);
                return Next::Failed;
            }
        }
        match store.delete_manifest(&self.partition).await {
            Ok(()) => Next::Over,
            Err(error) => {
                tracing::warn!(folder = %self.partition.folder(), %error, "a manifest is not deleted yet");
                Next::Failed
            }
        }
    }
}
