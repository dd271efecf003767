//! What a quorum member wants done. The driver executes effects in their order and decides nothing.

use broker_codec::Records;
use broker_metadata::metadata_log::{QuorumState, SnapshotId};
use broker_model::{BrokerId, HighWatermark, LeaderEpoch, Offset};
use broker_protocol::messages::{FetchResponse, FetchSnapshotResponse};
use bytes::Bytes;

use crate::event::{RaftRequest, RaftResponse, RequestId, RequestToken};
use crate::{HostAndPort, LeaderAndEpoch, VoterSet, WriteId};

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Put this into `quorum-state`, on the device, before anything that follows.
    PersistQuorumState(QuorumState),
    /// Append these batches to the log, as they are; report [`crate::Event::Flushed`] when they are on the device.
    Append {
        /// Number to report.
        write: WriteId,
        /// The batches, offsets and epochs already in them.
        records: Bytes,
    },
    /// Cut the log there. Nothing is reported.
    Truncate(Offset),
    /// Ask a node.
    Send {
        /// By which the answer is reported.
        id: RequestId,
        /// Whom.
        to: Destination,
        /// What.
        request: RaftRequest,
    },
    /// Answer a request.
    Respond {
        /// Which.
        token: RequestToken,
        /// What to say.
        response: RaftResponse,
    },
    /// Read the log and answer a fetch with what was read, see [`RecordsResponse::with`].
    RespondWithRecords(Box<RecordsResponse>),
    /// Read a snapshot's file and answer with what was read, see [`SnapshotResponse::with`].
    RespondWithSnapshot(Box<SnapshotResponse>),
    /// Begin the unfinished file of a snapshot, empty.
    BeginSnapshot(SnapshotId),
    /// Write a piece into that file.
    WriteSnapshot {
        /// Whose file.
        id: SnapshotId,
        /// Where in the file.
        position: u64,
        /// What.
        bytes: Records,
    },
    /// Finish that file, read it, delete the log and begin it anew behind the snapshot; then report
    /// [`crate::Event::SnapshotInstalled`]. A crash in between finds the finished file and does it again.
    InstallSnapshot(SnapshotId),
    /// Leader or epoch changed. Whoever led before does not any longer.
    LeaderChanged(LeaderAndEpoch),
    /// This node leads and everything that was committed before is committed and known to it.
    LeadershipEstablished(LeaderEpoch),
    /// Records below are committed and on this device.
    HighWatermarkAdvanced(HighWatermark),
    /// The voters changed, committed or not.
    VotersChanged(VoterSet),
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// The node; below -1 for a bootstrap server, whose node is not known.
    pub id: BrokerId,
    /// Where it listens.
    pub address: HostAndPort,
}

/// A fetch that is answered with records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordsResponse {
    /// The fetch.
    pub token: RequestToken,
    /// From which offset to read; whole batches up to the log's end.
    pub from: Offset,
    /// How many bytes to read at most, but at least one batch.
    pub bytes_max: u32,
    /// The answer without its records.
    pub response: FetchResponse,
}

/// A fetch that is answered with a piece of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotResponse {
    /// The fetch.
    pub token: RequestToken,
    /// Which snapshot.
    pub id: SnapshotId,
    /// From which byte to read.
    pub position: u64,
    /// How many bytes to read at most.
    pub bytes_max: u32,
    /// The answer without its bytes.
    pub response: FetchSnapshotResponse,
}

impl RecordsResponse {
    /// The answer with the records that were read.
    pub fn with(mut self, records: Records) -> RaftResponse {
        let partition = self
            .response
            .responses
            .first_mut()
            .and_then(|topic| topic.partitions.first_mut());
        if let Some(partition) = partition {
            partition.records = Some(records);
        }
        RaftResponse::Fetch(self.response)
    }
}

impl SnapshotResponse {
    /// The answer with the bytes that were read.
    pub fn with(mut self, bytes: Records) -> RaftResponse {
        let partition = self
            .response
            .topics
            .first_mut()
            .and_then(|topic| topic.partitions.first_mut());
        if let Some(partition) = partition {
            partition.unaligned_records = bytes;
        }
        RaftResponse::FetchSnapshot(self.response)
    }
}
