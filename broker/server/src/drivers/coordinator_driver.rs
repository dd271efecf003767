//! Runs the group coordinators: one for each partition of `__consumer_offsets` that is led here.
//!
//! Owns the shards and the thread `group-coordinator`, which loads them and keeps their deadlines. A call takes the
//! shard's lock, lets the coordinator decide, appends the records and tells it how that went; answers are given when
//! the records are committed (`committing`). Invariants: a shard answers only between the end of its load and the loss
//! of its partition; nobody waits for an answer under a lock; what waits is bounded by the connections, which have one request under way each.
//! Which partitions are led here follows the metadata image; what a request means is `broker_coordinator`'s.

mod append;
mod committing;
mod load;
mod shard;
mod waiting;
mod work;

pub use committing::Told;
pub use waiting::Releasable;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use broker_coordinator::{Answer, GroupConfig, GroupCoordinator, GroupMemory, Outcome, partition_for};
use broker_metadata::{GROUP_METADATA_TOPIC, MetadataChanges, MetadataImage, TopicFate};
use broker_model::{BrokerId, CompressionType, Now, PartitionIndex};
use broker_protocol::ErrorCode;
use parking_lot::{Mutex, RwLock};

use crate::clock::Clock;
use crate::drivers::metadata_driver::MetadataPublisher;
use crate::replica_manager::ReplicaManager;
use shard::{Leading, Shard};
use work::{Work, WorkQueue};

/// How the partitions of `__consumer_offsets` are read and written; `Default` is Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetsLogSettings {
    /// `offsets.topic.compression.codec`.
    pub compression: CompressionType,
    /// `offsets.load.buffer.size`: bytes that are read at once.
    pub load_buffer_size: usize,
    /// `offsets.commit.timeout.ms`: how long an answer waits for the replicas.
    pub commit_timeout: Duration,
}

impl Default for OffsetsLogSettings {
    fn default() -> Self {
        Self {
            compression: CompressionType::None,
            load_buffer_size: 5 << 20,
            commit_timeout: Duration::from_secs(5),
        }
    }
}

/// What the shards are made of.
#[derive(Debug)]
pub struct CoordinatorParts {
    /// Number of this node.
    pub node_id: BrokerId,
    /// What the configs say about groups.
    pub config: GroupConfig,
    /// How their log is read and written.
    pub log: OffsetsLogSettings,
    /// Bounds what groups hold.
    pub memory: GroupMemory,
    /// Keeps the partitions.
    pub replica_manager: Arc<ReplicaManager>,
    /// Reads the time.
    pub clock: Clock,
}

/// The group coordinators of this broker.
#[derive(Debug)]
pub struct CoordinatorDriver {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    parts: CoordinatorParts,
    /// By partition; as many as the topic has partitions.
    shards: RwLock<Vec<Arc<Shard>>>,
    work: WorkQueue,
}

impl CoordinatorDriver {
    /// Starts the thread; nothing is led here yet.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(parts: CoordinatorParts) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            work: WorkQueue::new(parts.clock),
            parts,
            shards: RwLock::default(),
        });
        let worker = shared.clone();
        let thread = std::thread::Builder::new()
            .name("group-coordinator".into())
            .spawn(move || worker.run())?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Loads what is led here by `image`, and gives up what is not.
    pub fn take_over(&self, image: &MetadataImage) {
        self.shared.follow(image);
    }

    /// Asks the coordinator of `group`, and answers when the records of its outcome are committed.
    ///
    /// # Errors
    /// The group's coordinator is not here, is loading, or its log refuses the records; or it goes, or the replicas
    /// take too long, while they are awaited.
    pub async fn decide<R>(
        &self,
        group: &str,
        decision: impl FnOnce(&mut GroupCoordinator, Now) -> Outcome<R>,
    ) -> Result<R, ErrorCode> {
        self.decide_now(group, decision)?.committed().await
    }

    /// As [`Self::decide`], with the wait left to the caller.
    ///
    /// # Errors
    /// The group's coordinator is not here, is loading, or its log refuses the records.
    pub fn decide_now<R>(
        &self,
        group: &str,
        decision: impl FnOnce(&mut GroupCoordinator, Now) -> Outcome<R>,
    ) -> Result<Told<R>, ErrorCode> {
        let shard = self.shared.shard_of(group)?;
        self.shared.with(&shard, |leading, now| {
            let outcome = decision(&mut leading.coordinator, now);
            self.shared.carry_out(leading, now, outcome.effects)?;
            Ok(leading.tell(outcome.answer))
        })?
    }

    /// Asks the coordinator of `group` for an answer that promises nothing that is written.
    ///
    /// # Errors
    /// The group's coordinator is not here, or is loading.
    pub fn decide_unwritten<R>(
        &self,
        group: &str,
        decision: impl FnOnce(&mut GroupCoordinator, Now) -> R,
    ) -> Result<R, ErrorCode> {
        let shard = self.shared.shard_of(group)?;
        self.shared
            .with(&shard, |leading, now| decision(&mut leading.coordinator, now))
    }

    /// Asks the coordinator of `group`, whose answer may have to wait for other members.
    ///
    /// # Errors
    /// As [`Self::decide`]; also when the coordinator goes while the answer is awaited.
    pub async fn decide_and_wait<R: Releasable>(
        &self,
        group: &str,
        decision: impl FnOnce(&mut GroupCoordinator, Now) -> Outcome<Answer<R>>,
    ) -> Result<R, ErrorCode> {
        let shard = self.shared.shard_of(group)?;
        let waiting = self.shared.with(&shard, |leading, now| {
            let outcome = decision(&mut leading.coordinator, now);
            match outcome.answer {
                Answer::Now(answer) => {
                    self.shared.carry_out(leading, now, outcome.effects)?;
                    Ok(Err(leading.tell(answer)))
                }
                Answer::Parked(id) => {
                    let waiting = leading.waiting.park(id);
                    // A write that failed is the coordinator's to answer, to everybody whom it concerns.
                    let _written = self.shared.carry_out(leading, now, outcome.effects);
                    Ok(Ok(waiting))
                }
            }
        })??;
        let told = match waiting {
            Err(told) => told,
            Ok(waiting) => waiting.await.map_err(|_| ErrorCode::NotCoordinator)?,
        };
        told.committed().await
    }

    /// Looks at the coordinator of `group`.
    ///
    /// # Errors
    /// It is not here, or is loading.
    pub fn look<R>(&self, group: &str, look: impl FnOnce(&GroupCoordinator) -> R) -> Result<R, ErrorCode> {
        let shard = self.shared.shard_of(group)?;
        self.shared.with(&shard, |leading, _| look(&leading.coordinator))
    }

    /// Looks at the coordinator of `group` for an answer that holds when what it rests on is committed.
    ///
    /// # Errors
    /// It is not here, or is loading.
    pub fn look_at_written<R>(
        &self,
        group: &str,
        look: impl FnOnce(&GroupCoordinator) -> R,
    ) -> Result<Told<R>, ErrorCode> {
        let shard = self.shared.shard_of(group)?;
        self.shared.with(&shard, |leading, _| {
            let answer = look(&leading.coordinator);
            leading.tell(answer)
        })
    }

    /// Looks at every coordinator that is here.
    ///
    /// # Errors
    /// One is loading.
    pub fn look_at_all<R>(&self, mut look: impl FnMut(&GroupCoordinator) -> R) -> Result<Vec<R>, ErrorCode> {
        let shards = self.shared.shards.read().clone();
        let mut seen = Vec::with_capacity(shards.len());
        for shard in shards {
            match self.shared.with(&shard, |leading, _| look(&leading.coordinator)) {
                Ok(one) => seen.push(one),
                Err(ErrorCode::NotCoordinator) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(seen)
    }

    /// Looks at the coordinator of a partition of `__consumer_offsets`.
    ///
    /// # Errors
    /// It is not here, or is loading.
    pub fn look_at_partition<R>(
        &self,
        partition: PartitionIndex,
        look: impl FnOnce(&GroupCoordinator) -> R,
    ) -> Result<R, ErrorCode> {
        let place = usize::try_from(partition.value()).unwrap_or(usize::MAX);
        let shard = self.shared.shards.read().get(place).cloned();
        let shard = shard.ok_or(ErrorCode::NotCoordinator)?;
        self.shared.with(&shard, |leading, _| look(&leading.coordinator))
    }

    /// Bytes that groups hold.
    pub fn memory_used(&self) -> usize {
        self.shared.parts.memory.used()
    }

    /// Answers everybody who waits for other members; the broker is about to stop.
    pub fn dismiss_waiting(&self) {
        for shard in self.shared.shards.read().iter() {
            // One that is not led here has nobody who waits.
            let _elsewhere = self.shared.with(shard, |leading, _| leading.waiting.drop_all());
        }
    }

    /// Ends the thread and gives every shard up.
    pub fn stop(&self) {
        for shard in self.shared.shards.write().drain(..) {
            shard.give_up(ErrorCode::NotCoordinator);
        }
        self.shared.work.end();
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the group coordinator's thread had panicked");
        }
    }
}

impl MetadataPublisher for CoordinatorDriver {
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, _now: Now) {
        let touched = |name: &str| changes.topics.values().any(|change| &*change.name == name);
        if touched(GROUP_METADATA_TOPIC) {
            self.shared.follow(image);
        }
        let deleted = changes
            .topics
            .values()
            .filter(|change| change.fate == TopicFate::Deleted && &*change.name != GROUP_METADATA_TOPIC);
        let deleted: Vec<_> = deleted.map(|change| change.name.as_ref().into()).collect();
        if !deleted.is_empty() {
            self.shared.work.push(Work::TopicsDeleted(deleted));
        }
    }
}

impl Shared {
    fn shard_of(&self, group: &str) -> Result<Arc<Shard>, ErrorCode> {
        let shards = self.shards.read();
        let count = i32::try_from(shards.len()).unwrap_or(i32::MAX);
        let index = usize::try_from(partition_for(group, count).value()).unwrap_or_default();
        shards.get(index).cloned().ok_or(ErrorCode::NotCoordinator)
    }

    /// Calls `act` with a shard that is loaded, and wakes the thread if the shard has an earlier deadline by that.
    fn with<R>(&self, shard: &Shard, act: impl FnOnce(&mut Leading, Now) -> R) -> Result<R, ErrorCode> {
        let now = self.parts.clock.now();
        let (result, deadline) = shard.with_leading(|leading| act(leading, now))?;
        self.work.wake_by(deadline);
        Ok(result)
    }
}
