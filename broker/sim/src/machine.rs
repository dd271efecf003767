//! A simulated machine: a disk that stays until it is exchanged, a clock that runs too fast or too slow, and what its
//! node is told at start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::metadata_log::{CheckpointHead, SnapshotId, Voter, VoterEndpoint, write_checkpoint};
use broker_metadata::{MetadataVersion, bootstrap_records};
use broker_model::{BrokerId, ClusterId, DirectoryId, MonotonicMs, Now, Timestamp, Uuid};
use broker_storage::testing::{FaultFs, MemFs};
use broker_storage::{Fs, MetaProperties, format_directory};

use crate::sabotage::Sabotage;
use crate::settings::Settings;

pub(crate) const DATA: &str = "/data";
pub(crate) const METADATA_FOLDER: &str = "/data/__cluster_metadata-0";
pub(crate) const LISTENER: &str = "CONTROLLER";
pub(crate) const WALL_START_MS: i64 = 1_700_000_000_000;

#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) id: BrokerId,
    pub(crate) disk: MemFs,
    pub(crate) faults: FaultFs,
    pub(crate) directory: DirectoryId,
    /// Disks that it has had before this one.
    disks: u8,
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: NodeClock,
}

/// What was on a disk at some time.
#[derive(Clone, Debug)]
pub(crate) struct DiskCopy {
    disk: MemFs,
    directory: DirectoryId,
}

/// A clock in thousandths of true speed, with a wall time of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeClock {
    pub(crate) rate: u64,
    pub(crate) base: u64,
    pub(crate) wall_skew_ms: i64,
}

impl NodeClock {
    pub(crate) fn at(&self, world_ms: u64) -> Now {
        let local = self.base + world_ms * self.rate / 1_000;
        let since_start = i64::try_from(local - self.base).unwrap_or(i64::MAX);
        Now {
            wall: Timestamp::from_ms(WALL_START_MS + self.wall_skew_ms + since_start),
            monotonic: MonotonicMs::from_ms(local),
        }
    }

    /// When the clock shows that moment.
    pub(crate) fn world_ms(&self, local: MonotonicMs) -> u64 {
        let since = local.as_ms().saturating_sub(self.base);
        (since * 1_000).div_ceil(self.rate)
    }
}

/// Directory of a node's disk; another disk is another directory.
pub(crate) fn directory(node: BrokerId, disk: u8) -> DirectoryId {
    let mut bytes = [disk + 1; 16];
    bytes[..4].copy_from_slice(&node.value().to_be_bytes());
    DirectoryId::new(Uuid::from_bytes(bytes))
}

pub(crate) fn endpoint(node: BrokerId) -> VoterEndpoint {
    VoterEndpoint {
        name: LISTENER.to_owned(),
        host: format!("n{node}"),
        port: 9_093,
    }
}

pub(crate) fn voter(node: BrokerId) -> Voter {
    Voter {
        id: node,
        directory_id: directory(node, 0),
        endpoints: vec![endpoint(node)],
        kraft_version_range: (0, 1),
    }
}

impl Machine {
    /// A machine whose disk was formatted.
    pub(crate) fn new(id: BrokerId, settings: Arc<Settings>, clock: NodeClock) -> Self {
        let disk = MemFs::new();
        let machine = Self {
            id,
            faults: FaultFs::new(Arc::new(disk.clone())),
            disk,
            directory: directory(id, 0),
            disks: 0,
            settings,
            clock,
        };
        machine.format();
        machine.wire();
        machine
    }

    fn wire(&self) {
        if self.settings.sabotage == Sabotage::SwallowedSyncs {
            self.faults.swallow_syncs(".log");
        }
    }

    fn insert(&mut self, disk: MemFs, directory: DirectoryId) {
        self.faults = FaultFs::new(Arc::new(disk.clone()));
        self.disk = disk;
        self.directory = directory;
        self.wire();
    }

    pub(crate) fn is_voter(&self) -> bool {
        self.settings.voters.contains(&self.id)
    }

    /// Puts an empty disk in place of the one that it has, formatted for the same node.
    pub(crate) fn take_new_disk(&mut self) {
        self.disks += 1;
        self.insert(MemFs::new(), directory(self.id, self.disks));
        self.format();
    }

    /// Puts back what was on its disk some time ago.
    pub(crate) fn restore(&mut self, copy: &DiskCopy) {
        self.insert(copy_of(&copy.disk), copy.directory);
    }

    pub(crate) fn copy_disk(&self) -> DiskCopy {
        DiskCopy {
            disk: copy_of(&self.disk),
            directory: self.directory,
        }
    }

    pub(crate) fn fs(&self) -> Arc<dyn Fs> {
        Arc::new(self.faults.clone())
    }

    pub(crate) fn cluster() -> ClusterId {
        ClusterId::new("simulated-cluster-0001")
    }

    fn format(&self) {
        let properties = MetaProperties {
            cluster_id: Self::cluster(),
            node_id: self.id,
            directory_id: self.directory,
        };
        // Where a disk is mounted was there before.
        let mounted = self.disk.create_directories(Path::new(DATA));
        let mounted = mounted.and_then(|()| self.disk.sync_directory(Path::new("/")));
        mounted.expect("memory takes a folder");
        format_directory(&self.disk, Path::new(DATA), &properties).expect("an empty disk takes it");
        if !self.is_voter() {
            return;
        }
        let head = CheckpointHead {
            epoch: 0,
            last_contained_log_timestamp: Timestamp::from_ms(WALL_START_MS),
            voters: Some(self.settings.voters.iter().map(|id| voter(*id)).collect()),
        };
        let version = MetadataVersion::LATEST;
        let bytes = write_checkpoint(&head, version, &bootstrap_records(version), Timestamp::from_ms(0));
        let bytes = bytes.expect("the records fit the version");
        let path = PathBuf::from(METADATA_FOLDER).join(SnapshotId::BOOTSTRAP.to_string());
        self.disk.plant(&path, &bytes);
    }
}

fn copy_of(disk: &MemFs) -> MemFs {
    let copy = MemFs::new();
    for path in disk.files() {
        copy.plant(&path, &disk.content(&path));
    }
    copy
}
