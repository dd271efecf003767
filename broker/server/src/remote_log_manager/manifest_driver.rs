//! Carries out what `broker_tiered::manifest_keeper` wants of the store, for one partition and epoch.
//!
//! Owns the keeper and the pauses between failures. Invariant: what others see as the manifest, readers and the log's
//! retention alike, is one that was written, and only while this epoch lasts.

use std::sync::Arc;
use std::time::Duration;

use broker_model::Timestamp;
use broker_replication::fetch::ReplicaKey;
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::{KeeperEffect, KeeperEvent, Leadership, ManifestKeeper, StepContext};
use broker_tiered::retry_budget::RetryBudget;
use tokio::sync::watch;

use super::Shared;
use super::wiring::{Orders, ended};
use crate::clock::{seed_or_time, uuid_or_time};
use crate::remote_store::RemoteStore;

/// How a piece of work with the manifest ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driven {
    /// The manifest is held and as it should be.
    Held,
    /// Somebody else has it, or the orders changed: this epoch's work is over.
    Over,
}

#[derive(Debug)]
pub(super) struct ManifestDriver {
    shared: Arc<Shared>,
    key: ReplicaKey,
    leadership: Leadership,
    keeper: ManifestKeeper,
    store: RemoteStore,
    orders: watch::Receiver<Orders>,
    budget: RetryBudget,
}

impl ManifestDriver {
    /// Takes the manifest over.
    pub(super) async fn begin(
        shared: Arc<Shared>,
        key: ReplicaKey,
        leadership: Leadership,
        store: RemoteStore,
        orders: watch::Receiver<Orders>,
    ) -> Option<Self> {
        let (keeper, effect) = ManifestKeeper::begin(leadership.clone());
        let mut driver = Self {
            budget: RetryBudget::new(shared.settings.retry),
            shared,
            key,
            leadership,
            keeper,
            store,
            orders,
        };
        (driver.drive(Some(effect)).await == Driven::Held).then_some(driver)
    }

    /// What is held; the last call told that it is.
    pub(super) fn held(&self) -> Option<Arc<Manifest>> {
        self.keeper.held().cloned()
    }

    /// Changes the manifest.
    pub(super) async fn change(&mut self, change: impl FnOnce(&mut Manifest, Timestamp)) -> Driven {
        let context = self.context();
        let effect = self.keeper.change(context, change);
        self.drive(effect).await
    }

    async fn drive(&mut self, mut effect: Option<KeeperEffect>) -> Driven {
        while let Some(wanted) = effect {
            let event = match wanted {
                KeeperEffect::Read => {
                    let read = self.store.read_manifest(&self.leadership.partition).await;
                    KeeperEvent::Read(read)
                }
                KeeperEffect::Put(manifest, condition) => {
                    KeeperEvent::Put(self.store.put_manifest(&manifest, &condition).await)
                }
                KeeperEffect::Pause => {
                    if self.pause().await == Driven::Over {
                        return Driven::Over;
                    }
                    KeeperEvent::Resume
                }
                KeeperEffect::Missing => {
                    let folder = self.leadership.partition.folder();
                    tracing::error!(%folder,
                        "the manifest of a partition is gone though its log begins in the remote tier; nothing is copied or deleted until it is back: \
                         put its last sound version back (a version of the bucket, or a copy); the broker tries again by itself");
                    // Who only deletes needs no manifest, and begins again as one who expects none.
                    if self.pause().await == Driven::Over || *self.orders.borrow() == Orders::GiveUpRemote {
                        return Driven::Over;
                    }
                    KeeperEvent::Resume
                }
                KeeperEffect::Settled => {
                    self.budget.succeeded();
                    self.publish();
                    return Driven::Held;
                }
                KeeperEffect::Lost(to) => {
                    let partition = self.leadership.partition.folder();
                    tracing::info!(%partition, writer = %to.writer.broker, epoch = %to.writer.epoch,
                        "another leader owns the manifest; this one changes nothing any more");
                    return Driven::Over;
                }
            };
            let context = self.context();
            effect = self.keeper.step(event, context);
        }
        match self.keeper.held() {
            Some(_) => Driven::Held,
            None => Driven::Over,
        }
    }

    /// Waits as long as failures in a row ask for, unless the orders end it.
    pub(super) async fn pause(&mut self) -> Driven {
        self.shared.counters.store_failures.add(1);
        let pause = self.budget.failed(seed_or_time(&self.shared.clock) as u32);
        let over = ended(self.orders.clone());
        match tokio::time::timeout(Duration::from_millis(pause), over).await {
            Ok(()) => Driven::Over,
            Err(_elapsed) => Driven::Held,
        }
    }

    /// Shows what was written to readers, and tells the log how far the remote tier goes.
    fn publish(&self) {
        let Some(manifest) = self.held() else { return };
        let end = manifest.remote_end();
        self.shared.led.write().insert(self.key, manifest);
        let topic = self.key.topic;
        let handle = self
            .shared
            .replica_manager
            .partition_by_id(topic, self.key.partition.value());
        if let Ok(handle) = handle {
            let _led_no_longer = handle.with(|partition| {
                if partition.leader_epoch() == self.leadership.epoch {
                    partition.log_mut().note_remote_end(Some(end));
                }
            });
        }
    }

    /// Shows readers nothing of this epoch any more.
    pub(super) fn retract(&self) {
        let mut led = self.shared.led.write();
        let is_own = |manifest: &Arc<Manifest>| manifest.writer.epoch == self.leadership.epoch;
        if led.get(&self.key).is_some_and(is_own) {
            led.remove(&self.key);
        }
    }

    fn context(&self) -> StepContext {
        StepContext {
            nonce: uuid_or_time(&self.shared.clock),
            now: self.shared.clock.wall(),
        }
    }
}

impl Drop for ManifestDriver {
    fn drop(&mut self) {
        self.retract();
    }
}
