//! The partitions that this broker keeps, each behind a lock of its own (ADR 3).
//!
//! Owns the map from topics to partitions. Invariants: a lock is held for checks, one vectored write or an index
//! lookup, never across an await and never two at once; the bytes of a read are fetched outside. What a partition
//! decides is `broker_replication`'s; which partitions there are follows the metadata image (`hosting`).

mod append;
mod awaiting_replicas;
mod closing;
mod eligible_brokers;
mod follow;
mod follow_changes;
mod hosting;
mod isr_proposals;
mod partition_handle;
mod read;
mod reconcile;
mod throttles;

pub use append::{Appended, ProduceError, ProduceRecords};
pub use awaiting_replicas::AwaitingReplicas;
pub use follow::{Asked, Cut, FetchedFromLeader};
pub use follow_changes::{FollowChanges, LeaderElsewhere};
pub use hosting::TopicReplicas;
pub use isr_proposals::{IsrProposals, WantedIsr};
pub use partition_handle::{FetchWaker, Hosted, LookupError, NotAskable, PartitionHandle, Role};
pub use read::{
    ConsumerReader, FetchOutcome, FollowerReader, FromFollowers, PartitionFetch, ReadFor, TieredFetch,
};
pub use reconcile::{ResolveTopicSettings, TopicSettings};
pub use throttles::{ReplicationThrottles, ThrottledReplica, ThrottledSide};

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use broker_model::{BrokerId, MonotonicMs, TopicId};
use broker_replication::{IsrProposal, Partition};
use broker_storage::{CheckpointKind, LogManager, LogProgress, UnifiedLog, WriteBack};
use parking_lot::{Mutex, MutexGuard, RwLock};

use eligible_brokers::EligibleBrokers;

/// The partitions that this broker keeps.
#[derive(Debug)]
pub struct ReplicaManager {
    /// Number of this node.
    pub node_id: BrokerId,
    topics: RwLock<Topics>,
    logs: Mutex<LogManager>,
    settings: Arc<dyn ResolveTopicSettings>,
    write_back: SyncSender<WriteBack>,
    isr_proposals: IsrProposals,
    follow_changes: FollowChanges,
    throttles: ReplicationThrottles,
    eligible: EligibleBrokers,
}

#[derive(Debug, Default)]
struct Topics {
    by_name: HashMap<Arc<str>, Arc<TopicReplicas>>,
    by_id: HashMap<TopicId, Arc<TopicReplicas>>,
}

impl ReplicaManager {
    /// Keeps nothing yet; `write_back` leads to the thread that starts early write-back.
    pub fn new(
        node_id: BrokerId,
        logs: LogManager,
        settings: Arc<dyn ResolveTopicSettings>,
        write_back: SyncSender<WriteBack>,
    ) -> Self {
        let logs = Mutex::new(logs);
        Self {
            node_id,
            topics: RwLock::default(),
            logs,
            settings,
            write_back,
            isr_proposals: IsrProposals::default(),
            follow_changes: FollowChanges::default(),
            throttles: ReplicationThrottles::default(),
            eligible: EligibleBrokers::default(),
        }
    }

    /// Changes of in-sync sets that wait for the controller.
    pub fn isr_proposals(&self) -> &IsrProposals {
        &self.isr_proposals
    }

    /// Changes of leaders elsewhere that the fetchers have not been told.
    pub fn follow_changes(&self) -> &FollowChanges {
        &self.follow_changes
    }

    /// Which replicas are held back while they catch up.
    pub fn throttles(&self) -> &ReplicationThrottles {
        &self.throttles
    }

    /// Lets every partition that is led here look after its followers: what waits for one that lags goes on without it,
    /// or it is proposed out of the in-sync set.
    pub fn look_after_followers(&self, now: MonotonicMs) {
        for handle in self.partitions() {
            if let Ok(Some(wanted)) = handle.with(|partition| {
                let proposal = partition.look_after_followers(now)?;
                Some(wanted_isr(partition, proposal))
            }) {
                self.isr_proposals.add(wanted);
            }
        }
    }

    /// Tells tiered logs that a restart finds their start from now on.
    pub fn note_log_starts(&self, written: &[LogProgress]) {
        for log in written.iter().filter(|log| log.log_start.is_some()) {
            let (topic, index) = (&log.partition.topic, log.partition.partition.value());
            if let Ok(handle) = self.partition_by_name(topic, index) {
                let _offline = handle.with_log(UnifiedLog::note_log_start_written);
            }
        }
    }

    /// Writes where every log starts, before one of them gives up what its files say about that.
    pub fn write_log_starts(&self) {
        let handles = self.partitions();
        let progress = handles
            .iter()
            .filter_map(|handle| handle.with_log(|log| log.progress()).ok());
        let progress: Vec<LogProgress> = progress.collect();
        let failed = self.logs().write_checkpoints(CheckpointKind::LogStart, &progress);
        for error in &failed {
            tracing::error!(%error, "checkpoint of log starts cannot be written");
        }
        if failed.is_empty() {
            self.note_log_starts(&progress);
        }
    }

    /// The log directories. Lock order: this one never while a partition's lock is held.
    pub fn logs(&self) -> MutexGuard<'_, LogManager> {
        self.logs.lock()
    }

    /// The partition `index` of the topic called `name`.
    ///
    /// # Errors
    /// When there is no such topic or partition here.
    pub fn partition_by_name(&self, name: &str, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        let topics = self.topics.read();
        topics
            .by_name
            .get(name)
            .ok_or(LookupError::UnknownTopic)?
            .partition(index)
    }

    /// The partition `index` of the topic with identity `id`.
    ///
    /// # Errors
    /// When there is no such topic or partition here.
    pub fn partition_by_id(&self, id: TopicId, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        let topics = self.topics.read();
        topics
            .by_id
            .get(&id)
            .ok_or(LookupError::UnknownTopicId)?
            .partition(index)
    }

    /// Name of the topic with identity `id`.
    pub fn topic_name(&self, id: TopicId) -> Option<Arc<str>> {
        self.topics.read().by_id.get(&id).map(|topic| topic.name.clone())
    }

    /// Every partition, in no order; for maintenance and metrics.
    pub fn partitions(&self) -> Vec<Arc<PartitionHandle>> {
        self.topics
            .read()
            .by_id
            .values()
            .flat_map(|topic| topic.all())
            .collect()
    }
}

fn wanted_isr(partition: &Partition<FetchWaker>, proposal: IsrProposal) -> WantedIsr {
    WantedIsr {
        topic: partition.topic_id(),
        partition: partition.index(),
        leader_epoch: partition.leader_epoch(),
        proposal,
    }
}
