//! What every node of a run is told at start; drawn per seed, so that small and large values meet.

use broker_controller::{SessionLimits, UpkeepSettings};
use broker_model::BrokerId;
use broker_raft::RaftTimeouts;
use broker_tiered::leader_work::WorkSettings;

use crate::sabotage::Sabotage;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The members of the metadata quorum.
    pub(crate) voters: Vec<BrokerId>,
    pub(crate) raft: RaftTimeouts,
    pub(crate) raft_fetch_bytes: i32,
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub(crate) snapshot_every_bytes: u64,
    pub(crate) metadata_segment_bytes: u32,
    /// `max.incremental.fetch.session.cache.slots`.
    pub(crate) session_slots: usize,
    pub(crate) sessions: SessionLimits,
    pub(crate) upkeep: UpkeepSettings,
    pub(crate) heartbeat_ms: u64,
    pub(crate) controller_timeout_ms: u64,
    /// How long a sync of the metadata log takes at most.
    pub(crate) flush_max_ms: u64,
    /// `min.insync.replicas` of the cluster.
    pub(crate) min_in_sync: i32,
    /// `replica.lag.time.max.ms`.
    pub(crate) replica_lag_ms: u64,
    /// `replica.fetch.wait.max.ms`.
    pub(crate) replica_wait_ms: u64,
    /// `replica.fetch.max.bytes`.
    pub(crate) replica_fetch_bytes: i32,
    /// `flush.messages` of every topic.
    pub(crate) flush_messages: Option<u64>,
    pub(crate) segment_bytes: u32,
    pub(crate) tail_cache_bytes: usize,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub(crate) checkpoint_ms: u64,
    /// What of the topics is in a remote tier, if anything is.
    pub(crate) tiering: Option<TierSettings>,
    pub(crate) sabotage: Sabotage,
}

/// Where a run keeps the records of its topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiers {
    /// On the disks of its nodes.
    LocalOnly,
    /// What is old in an object store.
    LocalAndRemote,
}

#[derive(Clone, Debug)]
pub(crate) struct TierSettings {
    pub(crate) work: WorkSettings,
    /// `local.retention.bytes`.
    pub(crate) local_retention_bytes: u64,
    /// `retention.bytes`.
    pub(crate) retention_bytes: Option<u64>,
    /// How often a node looks after its tiered logs.
    pub(crate) look_ms: u64,
}
