//! The thread's work: loads, deleted topics, and deadlines.
//!
//! Owns what waits for the thread: at most one load for each partition and term, and the names of deleted topics, as
//! many as the controller deletes. Invariant: the thread sleeps no longer than to the earliest deadline of any shard;
//! whoever sets an earlier one sees `wakes_at` later than that and wakes it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use broker_codec::StringBytes;
use broker_coordinator::GroupCoordinator;
use broker_metadata::{GROUP_METADATA_TOPIC, MetadataImage};
use broker_model::{MonotonicMs, PartitionIndex};
use broker_protocol::ErrorCode;
use parking_lot::{Condvar, Mutex};

use super::Shared;
use super::load::{LoadError, load};
use super::shard::{Leading, Shard, Term};
use super::waiting::Waiting;
use crate::clock::Clock;

/// The thread is awake and will look at every deadline before it sleeps.
const AWAKE: u64 = 0;
/// The thread is about to look at the deadlines: every new one wakes it.
const LOOKING: u64 = u64::MAX;

/// Something for the thread to do.
#[derive(Debug)]
pub(super) enum Work {
    /// Reads the log of a shard whose term began.
    Load(Arc<Shard>, Term),
    /// Forgets the offsets of topics that are no more.
    TopicsDeleted(Vec<StringBytes>),
    /// Ends the thread.
    Stop,
}

#[derive(Debug)]
pub(super) struct WorkQueue {
    queue: Mutex<VecDeque<Work>>,
    changed: Condvar,
    wakes_at: AtomicU64,
    clock: Clock,
}

impl WorkQueue {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            queue: Mutex::default(),
            changed: Condvar::new(),
            wakes_at: AWAKE.into(),
            clock,
        }
    }

    pub(super) fn push(&self, work: Work) {
        self.queue.lock().push_back(work);
        self.changed.notify_one();
    }

    /// Nothing is worth doing any more but to end.
    pub(super) fn end(&self) {
        let mut queue = self.queue.lock();
        queue.clear();
        queue.push_back(Work::Stop);
        self.changed.notify_one();
    }

    /// Makes sure that the thread is awake at `deadline`.
    pub(super) fn wake_by(&self, deadline: Option<MonotonicMs>) {
        if deadline.is_some_and(|deadline| deadline.as_ms() < self.wakes_at.load(Ordering::SeqCst)) {
            let _asleep_or_not_yet_looking = self.queue.lock();
            self.changed.notify_one();
        }
    }

    /// Waits for work or for the earliest deadline.
    fn next(&self, earliest: impl Fn() -> Option<MonotonicMs>) -> Option<Work> {
        let mut queue = self.queue.lock();
        if queue.is_empty() {
            self.wakes_at.store(LOOKING, Ordering::SeqCst);
            match earliest() {
                Some(deadline) => {
                    self.wakes_at.store(deadline.as_ms(), Ordering::SeqCst);
                    let deadline = self.clock.instant_at(deadline);
                    self.changed.wait_until(&mut queue, deadline);
                }
                None => self.changed.wait(&mut queue),
            }
            self.wakes_at.store(AWAKE, Ordering::SeqCst);
        }
        queue.pop_front()
    }
}

impl Shared {
    /// Leads what the image gives to this broker, and gives up the rest.
    pub(super) fn follow(&self, image: &MetadataImage) {
        let topic = image.topics.by_name(GROUP_METADATA_TOPIC);
        let mut shards = self.shards.write();
        let count = topic.map_or(0, |topic| topic.indexed_partitions().count());
        let kept = count.min(shards.len());
        for shard in shards.drain(kept..) {
            shard.give_up(ErrorCode::NotCoordinator);
        }
        for place in shards.len()..count {
            let index = i32::try_from(place).unwrap_or(i32::MAX);
            shards.push(Arc::new(Shard::new(PartitionIndex::new(index))));
        }
        for (index, registration) in topic.into_iter().flat_map(|topic| topic.indexed_partitions()) {
            let shard = usize::try_from(index.value())
                .ok()
                .and_then(|place| shards.get(place));
            let (Some(shard), Some(topic)) = (shard, topic) else {
                continue;
            };
            let term = Term {
                topic: topic.id,
                epoch: registration.leader_epoch,
            };
            if registration.leader != self.parts.node_id {
                shard.give_up(ErrorCode::NotCoordinator);
            } else if shard.begin(term) {
                self.work.push(Work::Load(shard.clone(), term));
            }
        }
    }

    /// The thread: works until it is told to stop.
    pub(super) fn run(&self) {
        loop {
            let shards = self.shards.read().clone();
            let earliest = || shards.iter().filter_map(|shard| shard.deadline()).min();
            match self.work.next(earliest) {
                Some(Work::Load(shard, term)) => self.load(&shard, term),
                Some(Work::TopicsDeleted(topics)) => self.forget(&topics),
                Some(Work::Stop) => return,
                None => {}
            }
            self.meet_deadlines();
        }
    }

    fn load(&self, shard: &Shard, term: Term) {
        if !shard.is_loading(term) {
            return;
        }
        match self.read_log(shard, term) {
            Ok(Some(leading)) => shard.loaded(leading),
            Ok(None) => {}
            Err(error) => {
                let partition = shard.partition.value();
                tracing::error!(partition, %error, "groups of a partition cannot be loaded");
                shard.give_up(ErrorCode::NotCoordinator);
            }
        }
    }

    fn read_log(&self, shard: &Shard, term: Term) -> Result<Option<Leading>, LoadError> {
        let parts = &self.parts;
        let handle = parts
            .replica_manager
            .partition_by_id(term.topic, shard.partition.value())?;
        let coordinator = GroupCoordinator::new(parts.config, parts.memory.clone());
        let loaded = load(
            &handle,
            coordinator,
            (&parts.clock, parts.log.load_buffer_size),
            || shard.is_loading(term),
        )?;
        Ok(loaded.map(|loaded| Leading {
            term,
            coordinator: loaded.coordinator,
            handle,
            waiting: Waiting::default(),
            leading_since: loaded.leading_since,
            uncommitted: Some(loaded.end),
            commit_timeout: parts.log.commit_timeout,
        }))
    }

    fn forget(&self, topics: &[StringBytes]) {
        let shards = self.shards.read().clone();
        for shard in shards {
            // A shard that is loading or elsewhere lets them expire.
            let _not_here = self.with(&shard, |leading, now| {
                let effects = leading.coordinator.topics_deleted(topics);
                self.carry_out(leading, now, effects)
            });
        }
    }

    fn meet_deadlines(&self) {
        let shards = self.shards.read().clone();
        for shard in shards {
            let now = self.parts.clock.monotonic();
            if shard.deadline().is_none_or(|deadline| deadline > now) {
                continue;
            }
            // What was not written is tried again: the deadline's cause is still there at the next look.
            let _written = self.with(&shard, |leading, now| {
                while let Some(effects) = leading.coordinator.on_time(now) {
                    self.carry_out(leading, now, effects)?;
                }
                Ok::<(), ErrorCode>(())
            });
        }
    }
}
