//! One partition behind its lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use broker_model::{Now, TopicPartition};
use broker_replication::Partition;
use broker_replication::purgatory::Wake;
use broker_storage::{TopicCompression, UnifiedLog};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::reconcile::TopicSettings;

use crate::metrics::PartitionCounters;

/// Wakes the task that waits for a fetch.
#[derive(Clone, Debug, Default)]
pub struct FetchWaker(pub Arc<Notify>);

impl Wake for FetchWaker {
    fn wake(&self) {
        self.0.notify_one();
    }
}

/// Why there is no partition to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// No topic has this name (UNKNOWN_TOPIC_OR_PARTITION).
    #[error("no such topic")]
    UnknownTopic,
    /// No topic has this id (UNKNOWN_TOPIC_ID).
    #[error("no topic has this id")]
    UnknownTopicId,
    /// The topic has no such partition (UNKNOWN_TOPIC_OR_PARTITION).
    #[error("the topic has no such partition")]
    UnknownPartition,
    /// The partition is kept here, but its log directory failed (KAFKA_STORAGE_ERROR).
    #[error("the log directory of the partition is offline")]
    Offline,
}

/// What this broker has of a partition.
#[derive(Debug)]
pub enum Hosted {
    /// Its log is open and led here.
    Leading(Box<Partition<FetchWaker>>),
    /// Its log directory failed.
    Offline,
    /// Its topic was deleted while somebody still held the handle.
    Deleted,
}

/// A partition and its lock.
#[derive(Debug)]
pub struct PartitionHandle {
    id: TopicPartition,
    hosted: Mutex<Hosted>,
    may_block: AtomicBool,
    counters: PartitionCounters,
}

impl PartitionHandle {
    /// Puts a partition behind a lock.
    pub fn new(id: TopicPartition, hosted: Hosted) -> Self {
        let may_block =
            AtomicBool::new(matches!(&hosted, Hosted::Leading(partition) if takes_long(partition)));
        Self {
            id,
            hosted: Mutex::new(hosted),
            may_block,
            counters: PartitionCounters::default(),
        }
    }

    /// Which partition it is.
    pub fn id(&self) -> &TopicPartition {
        &self.id
    }

    /// What clients did to it.
    pub fn counters(&self) -> &PartitionCounters {
        &self.counters
    }

    /// Takes the lock.
    pub fn lock(&self) -> MutexGuard<'_, Hosted> {
        self.hosted.lock()
    }

    /// Calls `ask` with the partition under its lock.
    ///
    /// # Errors
    /// [`LookupError::Offline`] when its log directory failed.
    pub fn with<T>(&self, ask: impl FnOnce(&mut Partition<FetchWaker>) -> T) -> Result<T, LookupError> {
        match &mut *self.hosted.lock() {
            Hosted::Leading(partition) => Ok(ask(partition)),
            Hosted::Offline => Err(LookupError::Offline),
            Hosted::Deleted => Err(LookupError::UnknownPartition),
        }
    }

    /// Whether an append takes long by the topic's `flush.messages` or `compression.type`.
    pub fn appends_may_block(&self) -> bool {
        self.may_block.load(Ordering::Relaxed)
    }

    /// Takes over the topic's settings.
    pub fn set_settings(&self, settings: &TopicSettings, now: Now) {
        if let Hosted::Leading(partition) = &mut *self.hosted.lock() {
            partition.log_mut().set_config(settings.log.clone());
            partition.set_settings(settings.replication, now.monotonic);
            self.may_block.store(takes_long(partition), Ordering::Relaxed);
        }
    }

    /// Gives the partition up because its log directory failed; parked fetches are woken.
    pub fn take_offline(&self) {
        drop(self.give_up(Hosted::Offline));
    }

    /// Gives the partition up and answers its log, if it has one; parked fetches are woken.
    pub fn give_up(&self, from_now_on: Hosted) -> Option<UnifiedLog> {
        match std::mem::replace(&mut *self.hosted.lock(), from_now_on) {
            Hosted::Leading(partition) => Some(partition.resign()),
            Hosted::Offline | Hosted::Deleted => None,
        }
    }
}

/// Whether appends wait for the device or pack every batch anew.
fn takes_long(partition: &Partition<FetchWaker>) -> bool {
    let config = partition.log().config();
    config.flush_messages.is_some() || config.compression != TopicCompression::Producer
}
