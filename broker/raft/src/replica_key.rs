//! Who a replica is and how far a log reaches: the pairs that the quorum compares.

use std::fmt;

use broker_metadata::metadata_log::SnapshotId;
use broker_model::{BrokerId, DirectoryId, LeaderEpoch, Offset};

/// A replica of the metadata log: a node with the directory that holds its log (KIP-853).
///
/// A node that lost its disk comes back with another directory and is another replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaKey {
    /// The node.
    pub id: BrokerId,
    /// Its metadata directory; [`DirectoryId::ZERO`] when it was not told.
    pub directory_id: DirectoryId,
}

/// A position in a log with the epoch of the record before it.
///
/// The order is the one that elections use: first the epoch, then the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OffsetAndEpoch {
    /// Epoch of the last record before the offset.
    pub epoch: LeaderEpoch,
    /// The position.
    pub offset: Offset,
}

/// Who leads, in which epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaderAndEpoch {
    /// The epoch.
    pub epoch: LeaderEpoch,
    /// Its leader, once known.
    pub leader: Option<BrokerId>,
}

impl ReplicaKey {
    /// Names a replica.
    pub const fn new(id: BrokerId, directory_id: DirectoryId) -> Self {
        Self { id, directory_id }
    }
}

impl fmt::Display for ReplicaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.id, self.directory_id)
    }
}

impl OffsetAndEpoch {
    /// Names a position.
    pub const fn new(offset: Offset, epoch: LeaderEpoch) -> Self {
        Self { epoch, offset }
    }
}

impl From<SnapshotId> for OffsetAndEpoch {
    fn from(id: SnapshotId) -> Self {
        Self::new(id.end_offset, LeaderEpoch::new(id.epoch))
    }
}

impl fmt::Display for OffsetAndEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.offset, self.epoch)
    }
}
