//! A simulated machine: a disk that stays, a process that comes and goes, a clock that runs too fast or too slow.
//!
//! The process is what a driver is: it starts a member from its disk as `lib.rs` says.

use broker_metadata::metadata_log::{SnapshotId, Voter, VoterEndpoint};
use broker_model::{BrokerId, ClusterId, DirectoryId, MonotonicMs, Now, Offset, Timestamp, Uuid};
use bytes::Bytes;

use super::checker::Chain;
use super::disk::Disk;
use crate::{
    AutoJoin, Effect, HostAndPort, LogView, Raft, RaftError, RaftSettings, RaftTimeouts, ReplicaKey,
    Snapshot, SnapshotVoters, VoterSet,
};

pub(super) const LISTENER: &str = "CONTROLLER";
pub(super) const CLUSTER: &str = "simulated-cluster-0001";
const WALL_START_MS: i64 = 1_700_000_000_000;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: i32,
    /// Counts disks: a wiped node is another replica.
    pub(super) disk_number: u8,
    pub(super) disk: Disk,
    pub(super) process: Option<Process>,
    /// Counts starts: what was meant for an earlier process does not reach a later one.
    pub(super) starts: u64,
    pub(super) settings: RaftSettings,
    pub(super) configured: VoterSet,
    /// Thousandths of true speed.
    clock_rate: u64,
    clock_base: u64,
}

#[derive(Debug)]
pub(super) struct Process {
    pub(super) raft: Raft,
    pub(super) applied: Offset,
    pub(super) applied_epoch: i32,
    pub(super) tick_at: Option<u64>,
}

/// Directory of a node's disk.
pub(super) fn directory(node: i32, disk_number: u8) -> DirectoryId {
    let mut bytes = [disk_number + 1; 16];
    bytes[..4].copy_from_slice(&node.to_be_bytes());
    DirectoryId::new(Uuid::from_bytes(bytes))
}

pub(super) fn endpoint(node: i32, port: u16) -> VoterEndpoint {
    VoterEndpoint {
        name: LISTENER.to_owned(),
        host: format!("n{node}"),
        port,
    }
}

/// A voter as `format` describes it.
pub(crate) fn voter(node: i32) -> Voter {
    Voter {
        id: BrokerId::new(node),
        directory_id: directory(node, 0),
        endpoints: vec![endpoint(node, 9_093)],
        kraft_version_range: (0, 1),
    }
}

fn snapshot(id: SnapshotId, bytes: &Bytes) -> Snapshot {
    let size = bytes.len() as u64;
    Snapshot { id, size }
}

/// The bytes of a snapshot's file: its content over and over, so that it comes in pieces.
pub(super) fn snapshot_bytes(id: SnapshotId, chain: Chain) -> Bytes {
    let pieces = 40 + (id.end_offset.value() as usize * 7) % 200;
    chain.0.to_be_bytes().repeat(pieces).into()
}

pub(super) struct NodePlan {
    pub(super) id: i32,
    pub(super) seed: u64,
    pub(super) clock_rate: u64,
    pub(super) auto_join: AutoJoin,
    pub(super) timeouts: RaftTimeouts,
    pub(super) bootstrap: Vec<HostAndPort>,
    pub(super) configured: VoterSet,
}

impl Node {
    pub(super) fn new(plan: NodePlan) -> Self {
        let settings = RaftSettings {
            replica: ReplicaKey::new(BrokerId::new(plan.id), directory(plan.id, 0)),
            cluster_id: ClusterId::new(CLUSTER),
            listener: LISTENER.to_owned(),
            endpoints: vec![endpoint(plan.id, 9_093)],
            kraft_version_range: (0, 1),
            bootstrap_servers: plan.bootstrap,
            auto_join: plan.auto_join,
            timeouts: plan.timeouts,
            fetch_bytes_max: 400,
            snapshot_bytes_max: 256,
            seed: plan.seed,
        };
        Self {
            id: plan.id,
            disk_number: 0,
            disk: Disk::default(),
            process: None,
            starts: 0,
            settings,
            configured: plan.configured,
            clock_rate: plan.clock_rate,
            clock_base: plan.seed % 1_000_000,
        }
    }

    pub(super) fn clock(&self, world_ms: u64) -> Now {
        let local = self.clock_base + world_ms * self.clock_rate / 1_000;
        Now {
            wall: Timestamp::from_ms(WALL_START_MS + local as i64),
            monotonic: MonotonicMs::from_ms(local),
        }
    }

    /// When the node's clock shows that moment.
    pub(super) fn world_ms(&self, local: MonotonicMs) -> u64 {
        let since = local.as_ms().saturating_sub(self.clock_base);
        (since * 1_000).div_ceil(self.clock_rate)
    }

    /// Starts the process from the disk.
    pub(super) fn start(
        &mut self,
        world_ms: u64,
        voters_of: impl Fn(SnapshotId) -> (Chain, SnapshotVoters),
    ) -> Result<Vec<Effect>, RaftError> {
        self.starts += 1;
        self.settings.seed = self.settings.seed.wrapping_add(self.starts);
        let newest = self.disk.snapshots.keys().next_back().copied();
        let mut log = self.log_view(&voters_of)?;
        if let Some(id) = newest.filter(|id| !log.holds(*id)) {
            self.disk.reset(id.end_offset, voters_of(id).0);
            log = self.log_view(&voters_of)?;
        }
        for (id, bytes) in &self.disk.snapshots {
            log.keep_snapshot(snapshot(*id, bytes))?;
        }
        self.disk.flush();
        let mut effects = Vec::new();
        let now = self.clock(world_ms);
        let raft = Raft::new(
            self.settings.clone(),
            self.disk.quorum_state,
            log,
            now,
            &mut effects,
        )?;
        let applied = newest.map_or(Offset::ZERO, |id| id.end_offset);
        self.process = Some(Process {
            raft,
            applied,
            applied_epoch: newest.map_or(0, |id| id.epoch),
            tick_at: None,
        });
        Ok(effects)
    }

    fn log_view(
        &self,
        voters_of: impl Fn(SnapshotId) -> (Chain, SnapshotVoters),
    ) -> Result<LogView, RaftError> {
        let mut log = LogView::new(self.configured.clone());
        let start = self.disk.live.start;
        let first = self.disk.snapshots.iter().find(|(id, _)| id.end_offset == start);
        if let Some((id, bytes)) = first {
            log.begin_with(snapshot(*id, bytes), voters_of(*id).1);
        }
        log.restore(&self.disk.live.bytes())?;
        Ok(log)
    }

    /// Gives the node an empty disk, as of another machine under the same id.
    pub(super) fn wipe(&mut self) {
        self.disk = Disk::default();
        self.disk_number += 1;
        self.configured = VoterSet::default();
        self.settings.replica.directory_id = directory(self.id, self.disk_number);
    }

    /// The node listens elsewhere from its next start on.
    pub(super) fn moves(&mut self) {
        for endpoint in &mut self.settings.endpoints {
            endpoint.port += 1;
        }
    }
}
