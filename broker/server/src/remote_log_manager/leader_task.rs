//! The task of one tiered partition that is led here, for one leader epoch.
//!
//! Carries out what `broker_tiered::leader_work` wants of the store, the log and the clock, one thing after the other, and
//! tells it what came of it. Invariants: it decides nothing; what readers and the log are shown is what it was told to
//! publish, and only while this epoch lasts.

use std::sync::Arc;
use std::time::Duration;

use broker_metadata::BegunPartition;
use broker_model::{LeaderEpoch, LogStartOffset};
use broker_replication::Partition;
use broker_replication::fetch::ReplicaKey;
use broker_tiered::copy_plan::CopyTask;
use broker_tiered::leader_work::{
    LeaderWork, LogFacts, Notice, Orders, Rest, WorkContext, WorkEffect, WorkEvent, WorkSettings,
};
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::{Leadership, RemoteExpectation};
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use tokio::sync::watch;

use super::copy::CopyError;
use super::import::Importer;
use super::wiring::ended;
use super::{Shared, copy};
use crate::clock::{seed_or_time, uuid_or_time};
use crate::metrics::RemoteTopicCounters;
use crate::remote_store::{RemoteStore, StoreError};
use crate::replica_manager::{FetchWaker, PartitionHandle};

pub(super) struct LeaderTask {
    shared: Arc<Shared>,
    key: ReplicaKey,
    epoch: LeaderEpoch,
    orders: watch::Receiver<Orders>,
    partition: RemotePartition,
    /// Where it comes from, if its topic was restored from another bucket.
    begun: Option<BegunPartition>,
}

/// Why work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Nothing is left of the partition in the store.
    GivenUp,
    /// The epoch is over, or somebody else owns the manifest.
    ForGood,
}

/// What the task works on, once it is known.
struct Workplace {
    handle: Arc<PartitionHandle>,
    store: RemoteStore,
}

impl LeaderTask {
    pub(super) fn new(
        shared: Arc<Shared>,
        (key, epoch): (ReplicaKey, LeaderEpoch),
        orders: watch::Receiver<Orders>,
        begun: Option<BegunPartition>,
    ) -> Self {
        Self {
            partition: shared.partition(key),
            shared,
            key,
            epoch,
            orders,
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
        let place = Workplace { handle, store };
        let mut led = Some(leadership);
        while let Some(leadership) = led {
            led = match self.work(leadership, &place).await {
                Ended::GivenUp => self.tiered_again(&place.handle).await,
                Ended::ForGood => None,
            };
        }
    }

    /// A topic that is tiered no more may be again in the same epoch, as one whose log begins locally.
    async fn tiered_again(&mut self, handle: &PartitionHandle) -> Option<Leadership> {
        self.retract();
        let news = self
            .orders
            .wait_for(|orders| *orders != Orders::GiveUpRemote)
            .await;
        match news.map(|orders| *orders) {
            Ok(Orders::Tier) => self.leadership_of(handle),
            Ok(Orders::GiveUpRemote | Orders::End) | Err(_) => None,
        }
    }

    async fn work(&mut self, leadership: Leadership, place: &Workplace) -> Ended {
        let shared = self.shared.clone();
        let settings = WorkSettings {
            task_interval_ms: ms(shared.settings.task_interval),
            retry: shared.settings.retry,
            reader_grace_ms: shared.settings.reader_grace_ms,
            orphan_grace_ms: shared.settings.orphan_grace_ms,
        };
        let context = self.context();
        let (mut work, mut effect) = LeaderWork::begin(leadership, settings, &context);
        while *self.orders.borrow() != Orders::End
            && let Some(event) = self.carry_out(effect, place).await
        {
            let context = self.context();
            effect = work.step(event, &context);
            work.take_notices().iter().for_each(|notice| self.say(notice));
        }
        match work.has_given_up() {
            true => Ended::GivenUp,
            false => Ended::ForGood,
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

    fn context(&mut self) -> WorkContext {
        let clock = &self.shared.clock;
        WorkContext {
            orders: *self.orders.borrow_and_update(),
            copying: self.shared.limits.borrow().copying,
            nonce: uuid_or_time(clock),
            now: clock.wall(),
            now_for_removal: clock.now_for_removal().wall,
            chance: seed_or_time(clock) as u32,
        }
    }

    /// Does what is wanted; what came of it, or none if there is nothing more to do.
    async fn carry_out(&mut self, effect: WorkEffect, place: &Workplace) -> Option<WorkEvent> {
        let (store, partition) = (&place.store, &self.partition);
        Some(match effect {
            WorkEffect::ReadManifest => WorkEvent::Read(store.read_manifest(partition).await),
            WorkEffect::PutManifest(manifest, condition) => {
                WorkEvent::Put(store.put_manifest(&manifest, &condition).await)
            }
            WorkEffect::Publish(manifest) => self.publish(manifest, &place.handle),
            WorkEffect::Look => {
                let facts = self.ask(&place.handle, |partition| LogFacts::of(partition.log()));
                facts.map_or(WorkEvent::NotLed, |facts| WorkEvent::Log(Box::new(facts)))
            }
            WorkEffect::MoveStart(start) => self.move_start(start, &place.handle),
            WorkEffect::Copy(task) => match self.copy(place, task).await {
                Ok(event) => event,
                Err(error) => {
                    tracing::warn!(partition = %place.handle.id(), %error, offset = %task.start_offset,
                        "a segment was not copied to the remote store; it is tried again");
                    self.counters().copy_errors.add(1);
                    WorkEvent::Failed
                }
            },
            WorkEffect::Delete(key) => self.delete(store, key).await,
            WorkEffect::List => match store.list(partition).await {
                Ok(listed) => WorkEvent::Listed(listed),
                Err(_) => WorkEvent::Failed,
            },
            WorkEffect::BeginLocally => {
                let _gone = place.handle.with_log(|log| {
                    let local = log.local_log_start().offset();
                    log.maybe_increment_log_start_offset(local)
                });
                WorkEvent::Done
            }
            WorkEffect::ForgetRemote => {
                let _gone = place.handle.with_log(|log| log.note_remote_end(None));
                WorkEvent::Done
            }
            WorkEffect::DeleteManifest => self.deleted(store.delete_manifest(partition).await),
            WorkEffect::Rest(rest) => return self.rest(rest, &place.handle).await,
            WorkEffect::AwaitOrders => {
                self.retract();
                let news = self.orders.wait_for(|orders| *orders != Orders::Tier).await;
                news.is_ok().then_some(WorkEvent::Woken)?
            }
            WorkEffect::Over => return None,
        })
    }

    /// Waits; none if there is nobody to give orders any more.
    async fn rest(&mut self, rest: Rest, handle: &PartitionHandle) -> Option<WorkEvent> {
        match rest {
            Rest::UntilWork(pause) => tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(pause)) => {}
                () = handle.remote_work().notified() => {}
                changed = self.orders.changed() => changed.ok()?,
            },
            Rest::AfterFailure(pause) => {
                self.shared.counters.store_failures.add(1);
                let over = ended(self.orders.clone());
                let _over = tokio::time::timeout(Duration::from_millis(pause), over).await;
            }
        }
        Some(WorkEvent::Woken)
    }

    /// What the log says when this epoch begins; none if it is over already.
    fn leadership(&self) -> Option<(Arc<PartitionHandle>, Leadership)> {
        let (topic, index) = (self.key.topic, self.key.partition.value());
        let handle = self.shared.replica_manager.partition_by_id(topic, index).ok()?;
        let leadership = self.leadership_of(&handle)?;
        Some((handle, leadership))
    }

    fn leadership_of(&self, handle: &PartitionHandle) -> Option<Leadership> {
        let broker = self.shared.replica_manager.node_id;
        self.ask(handle, |partition| {
            Leadership::of(partition.log(), self.partition.clone(), broker, self.epoch)
        })
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

    /// Shows what was written to readers, and tells the log how far the remote tier goes.
    fn publish(&self, manifest: Arc<Manifest>, handle: &PartitionHandle) -> WorkEvent {
        let end = manifest.remote_end();
        self.shared.led.write().insert(self.key, manifest);
        // Of a log that is led no more nothing is given up for what this epoch wrote.
        let _told = self.ask(handle, |partition| partition.log_mut().note_remote_end(Some(end)));
        WorkEvent::Done
    }

    /// Shows readers nothing of this epoch any more.
    fn retract(&self) {
        let mut led = self.shared.led.write();
        let is_own = |manifest: &Arc<Manifest>| manifest.writer.epoch == self.epoch;
        if led.get(&self.key).is_some_and(is_own) {
            led.remove(&self.key);
        }
    }

    fn move_start(&self, start: LogStartOffset, handle: &PartitionHandle) -> WorkEvent {
        let moved = self.ask(handle, |partition| {
            partition.delete_records(Some(
                start.offset().min(partition.log().high_watermark().offset()),
            ))
        });
        match moved {
            Some(Ok(start)) => WorkEvent::Started(start),
            Some(Err(error)) => {
                tracing::error!(partition = %handle.id(), %error, "the start of a tiered log cannot be moved");
                WorkEvent::Failed
            }
            None => WorkEvent::NotLed,
        }
    }

    /// Where what is done for the topic is counted.
    fn counters(&self) -> Arc<RemoteTopicCounters> {
        self.shared.counters_of(self.key.topic)
    }

    async fn copy(&self, place: &Workplace, task: CopyTask) -> Result<WorkEvent, CopyError> {
        let begun = self.ask(&place.handle, |partition| {
            partition.log().begin_copy(task.segment.base_offset)
        });
        let Some(begun) = begun else {
            return Ok(WorkEvent::NotLed);
        };
        let Some(source) = begun.map_err(CopyError::Begin)? else {
            // Deleted since it was looked at; the next look finds another.
            return Ok(WorkEvent::Gone);
        };
        let shared = self.shared.clone();
        let in_memory = copy::memory_of(task.segment.size_in_bytes, shared.settings.part_bytes);
        let (Ok(_copy), Ok(_memory)) = (
            shared.copies.acquire().await,
            shared.copy_memory.acquire_many(in_memory).await,
        ) else {
            return Ok(WorkEvent::NotLed);
        };
        let upload = copy::Upload {
            shared: self.shared.clone(),
            store: place.store.clone(),
            partition: self.partition.clone(),
            epoch: self.epoch,
            orders: self.orders.clone(),
        };
        let size = task.segment.size_in_bytes;
        tokio::select! {
            () = self.shared.keep_pace(&self.shared.copy_throttle, size) => {}
            () = ended(self.orders.clone()) => return Ok(WorkEvent::NotLed),
        }
        let metadata = match upload.copy(source, task).await {
            Err(CopyError::Ended) => return Ok(WorkEvent::NotLed),
            copied => copied?,
        };
        self.shared.counters.copied_bytes.add(size);
        let counters = self.counters();
        counters.copied_bytes.add(size);
        counters.copied_segments.add(1);
        Ok(WorkEvent::Copied(Box::new(metadata)))
    }

    async fn delete(&self, store: &RemoteStore, key: SegmentKey) -> WorkEvent {
        let Ok(_permit) = self.shared.deletes.acquire().await else {
            return WorkEvent::Failed;
        };
        let event = self.deleted(store.delete_segment(&self.partition, key).await);
        if matches!(event, WorkEvent::Done) {
            self.counters().deleted_segments.add(1);
        }
        event
    }

    fn deleted(&self, deleted: Result<(), StoreError>) -> WorkEvent {
        match deleted {
            Ok(()) => WorkEvent::Done,
            Err(error) => {
                tracing::warn!(folder = %self.partition.folder(), %error, "an object is not deleted yet");
                self.counters().delete_errors.add(1);
                WorkEvent::Failed
            }
        }
    }

    fn say(&self, notice: &Notice) {
        let folder = self.partition.folder();
        match notice {
            Notice::ManifestMissing => tracing::error!(%folder,
                "the manifest of a partition is gone though its log begins in the remote tier; nothing is copied or deleted until it is back: \
                 put its last sound version back (a version of the bucket, or a copy); the broker tries again by itself"),
            Notice::Lost(writer) => tracing::info!(%folder, writer = %writer.broker, epoch = %writer.epoch,
                "another leader owns the manifest; this one changes nothing any more"),
            Notice::Gap {
                remote_end,
                local_start,
            } => tracing::error!(%folder, %remote_end, %local_start,
                "the offsets between the remote and the local part of a log are nowhere; nothing is copied"),
            Notice::CopyRefused(error) => {
                self.counters().copy_errors.add(1);
                tracing::warn!(%folder, %error, "the manifest does not take a copy; it is tried again");
            }
            Notice::Orphans(count) => {
                tracing::info!(%folder, count, "objects that nothing names are deleted");
            }
            Notice::Doubtful(segments) => tracing::error!(%folder, segments,
                "the manifest names nothing, but segments of earlier leaders lie beside it; nothing is deleted"),
        }
    }
}

impl Drop for LeaderTask {
    fn drop(&mut self) {
        self.retract();
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
