//! One partition behind its lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use broker_model::{BrokerId, LeaderEpoch, Now, TopicPartition};
use broker_replication::purgatory::{DelayedFetch, Wake, WatcherList};
use broker_replication::{FenceError, Follower, Leadership, Partition, ReplicationSettings};
use broker_storage::{TopicCompression, UnifiedLog};
use broker_tiered::disk_budget::Producing;
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
    /// The partition is kept here, but another broker leads it (NOT_LEADER_OR_FOLLOWER).
    #[error("another broker leads the partition")]
    NotLeader,
}

/// Why a partition does not answer a client that may know another epoch of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAskable {
    /// There is no leader here.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The epoch does not fit.
    #[error(transparent)]
    Fenced(#[from] FenceError),
}

/// What this broker has of a partition.
#[derive(Debug)]
pub enum Hosted {
    /// Its log is open and led here.
    Leading(Box<Partition<FetchWaker>>),
    /// Its log is open and follows a leader elsewhere.
    Following(Box<Follower>),
    /// Its log directory failed.
    Offline,
    /// Its topic was deleted while somebody still held the handle.
    Deleted,
}

/// What the controller wants of a replica.
#[derive(Clone, Debug)]
pub enum Role {
    /// To lead.
    Lead(Leadership),
    /// To follow.
    Follow {
        /// Who leads; [`BrokerId::NONE`] while nobody does.
        leader: BrokerId,
        /// In which epoch.
        leader_epoch: LeaderEpoch,
    },
}

impl Hosted {
    /// A log that takes its role.
    pub fn new(mut log: UnifiedLog, role: Role, settings: ReplicationSettings, now: Now) -> Self {
        // What the remote tier holds by another leader's manifest says nothing about this one's.
        log.note_remote_end(None);
        match role {
            Role::Lead(leadership) => Self::Leading(Box::new(Partition::lead(
                log,
                leadership,
                settings,
                now.monotonic,
            ))),
            Role::Follow { leader, leader_epoch } => {
                Self::Following(Box::new(Follower::new(log, leader, leader_epoch)))
            }
        }
    }

    fn assume(self, role: Role, settings: ReplicationSettings, now: Now) -> Self {
        match (self, role) {
            (Self::Leading(mut partition), Role::Lead(leadership)) => {
                partition.set_leadership(leadership, now.monotonic);
                Self::Leading(partition)
            }
            (Self::Following(mut follower), Role::Follow { leader, leader_epoch }) => {
                follower.follow(leader, leader_epoch);
                Self::Following(follower)
            }
            (Self::Leading(partition), role) => Self::new(partition.resign(), role, settings, now),
            (Self::Following(follower), role) => Self::new(follower.into_log(), role, settings, now),
            // It learns of its role when its directory is back, or never.
            (gone @ (Self::Offline | Self::Deleted), _) => gone,
        }
    }

    fn log_mut(&mut self) -> Result<&mut UnifiedLog, LookupError> {
        match self {
            Self::Leading(partition) => Ok(partition.log_mut()),
            Self::Following(follower) => Ok(follower.log_mut()),
            Self::Offline => Err(LookupError::Offline),
            Self::Deleted => Err(LookupError::UnknownPartition),
        }
    }
}

/// A partition and its lock.
#[derive(Debug)]
pub struct PartitionHandle {
    id: TopicPartition,
    hosted: Mutex<Hosted>,
    /// Fetches of consumers that read from this replica while it follows.
    readers: Mutex<WatcherList<FetchWaker>>,
    may_block: AtomicBool,
    counters: PartitionCounters,
    /// There may be something to do for the remote tier.
    remote_work: Notify,
    /// Whether the disk budget of tiered logs lets clients append.
    is_blocked: AtomicBool,
}

impl PartitionHandle {
    /// Puts a partition behind a lock.
    pub fn new(id: TopicPartition, mut hosted: Hosted) -> Self {
        let may_block = AtomicBool::new(hosted.log_mut().is_ok_and(|log| takes_long(log)));
        Self {
            id,
            hosted: Mutex::new(hosted),
            readers: Mutex::default(),
            may_block,
            counters: PartitionCounters::default(),
            remote_work: Notify::new(),
            is_blocked: AtomicBool::new(false),
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

    /// Told when a segment was closed or the start of the log moved; the task of a tiered partition waits for it.
    pub fn remote_work(&self) -> &Notify {
        &self.remote_work
    }

    /// Whether clients may append, by the disk budget of tiered logs.
    pub fn producing(&self) -> Producing {
        match self.is_blocked.load(Ordering::Relaxed) {
            true => Producing::Blocked,
            false => Producing::Open,
        }
    }

    /// Lets clients append, or not.
    pub fn set_producing(&self, producing: Producing) {
        self.is_blocked
            .store(producing == Producing::Blocked, Ordering::Relaxed);
    }

    /// Takes the lock.
    pub fn lock(&self) -> MutexGuard<'_, Hosted> {
        self.hosted.lock()
    }

    /// Takes the role that the controller wants; requests that wait at a leader that leads no longer are woken.
    pub fn assume(&self, role: Role, settings: ReplicationSettings, now: Now) {
        let mut hosted = self.hosted.lock();
        *hosted = std::mem::replace(&mut *hosted, Hosted::Deleted).assume(role, settings, now);
        drop(hosted);
        self.wake_readers();
    }

    /// Calls `ask` with the partition under its lock, if it is led here.
    ///
    /// # Errors
    /// [`LookupError::NotLeader`] when another broker leads, [`LookupError::Offline`] when its log directory failed.
    pub fn with<T>(&self, ask: impl FnOnce(&mut Partition<FetchWaker>) -> T) -> Result<T, LookupError> {
        match &mut *self.hosted.lock() {
            Hosted::Leading(partition) => Ok(ask(partition)),
            Hosted::Following(_) => Err(LookupError::NotLeader),
            Hosted::Offline => Err(LookupError::Offline),
            Hosted::Deleted => Err(LookupError::UnknownPartition),
        }
    }

    /// Calls `ask` with the follower under the lock, if another broker leads.
    ///
    /// # Errors
    /// [`LookupError::UnknownPartition`] when this broker leads, [`LookupError::Offline`] when its log directory failed.
    pub fn with_follower<T>(&self, ask: impl FnOnce(&mut Follower) -> T) -> Result<T, LookupError> {
        match &mut *self.hosted.lock() {
            Hosted::Following(follower) => Ok(ask(follower)),
            Hosted::Offline => Err(LookupError::Offline),
            Hosted::Leading(_) | Hosted::Deleted => Err(LookupError::UnknownPartition),
        }
    }

    /// Calls `ask` with the partition under its lock, if it is led here in the epoch that the client knows.
    ///
    /// # Errors
    /// As [`Self::with`]; a client that knows another epoch than this broker is told that first, as in Kafka.
    pub fn with_leader_of<T>(
        &self,
        requested: Option<LeaderEpoch>,
        ask: impl FnOnce(&mut Partition<FetchWaker>) -> T,
    ) -> Result<T, NotAskable> {
        match &mut *self.hosted.lock() {
            Hosted::Leading(partition) => {
                partition.check_leader_epoch(requested)?;
                Ok(ask(partition))
            }
            Hosted::Following(follower) => {
                FenceError::check(follower.id(), follower.leader_epoch(), requested)?;
                Err(LookupError::NotLeader.into())
            }
            Hosted::Offline => Err(LookupError::Offline.into()),
            Hosted::Deleted => Err(LookupError::UnknownPartition.into()),
        }
    }

    /// Who leads and in which epoch, as far as this replica knows.
    pub fn leader(&self, own: BrokerId) -> Option<(BrokerId, LeaderEpoch)> {
        match &*self.hosted.lock() {
            Hosted::Leading(partition) => Some((own, partition.leader_epoch())),
            Hosted::Following(follower) => Some((follower.leader(), follower.leader_epoch())),
            Hosted::Offline | Hosted::Deleted => None,
        }
    }

    /// Parks a consumer's fetch at a replica that follows, until more is committed here (KIP-392).
    pub fn watch_as_reader(&self, fetch: Arc<DelayedFetch<FetchWaker>>) {
        self.readers.lock().watch(fetch);
    }

    /// More is committed here, or the role changed: whoever reads from this follower looks again.
    pub(super) fn wake_readers(&self) {
        self.readers.lock().finish_all();
    }

    /// Calls `ask` with the log under the lock, whoever leads.
    ///
    /// # Errors
    /// [`LookupError::Offline`] when its log directory failed.
    pub fn with_log<T>(&self, ask: impl FnOnce(&mut UnifiedLog) -> T) -> Result<T, LookupError> {
        self.hosted.lock().log_mut().map(ask)
    }

    /// Whether an append takes long by the topic's `flush.messages` or `compression.type`.
    pub fn appends_may_block(&self) -> bool {
        self.may_block.load(Ordering::Relaxed)
    }

    /// Takes over the topic's settings.
    pub fn set_settings(&self, settings: &TopicSettings, now: Now) {
        let mut hosted = self.hosted.lock();
        if let Ok(log) = hosted.log_mut() {
            log.set_config(settings.log.clone());
            self.may_block.store(takes_long(log), Ordering::Relaxed);
        }
        if let Hosted::Leading(partition) = &mut *hosted {
            partition.set_settings(settings.replication, now.monotonic);
        }
    }

    /// Gives the partition up because its log directory failed; parked fetches are woken.
    pub fn take_offline(&self) {
        drop(self.give_up(Hosted::Offline));
    }

    /// Gives the partition up and answers its log, if it has one; parked fetches are woken.
    pub fn give_up(&self, from_now_on: Hosted) -> Option<UnifiedLog> {
        let before = std::mem::replace(&mut *self.hosted.lock(), from_now_on);
        self.wake_readers();
        match before {
            Hosted::Leading(partition) => Some(partition.resign()),
            Hosted::Following(follower) => Some(follower.into_log()),
            Hosted::Offline | Hosted::Deleted => None,
        }
    }
}

/// Whether appends wait for the device or pack every batch anew.
fn takes_long(log: &UnifiedLog) -> bool {
    let config = log.config();
    config.flush_messages.is_some() || config.compression != TopicCompression::Producer
}
