//! What can happen to a quorum member, and the messages that members exchange.

use broker_metadata::metadata_log::SnapshotId;
use broker_model::{LeaderEpoch, LogStartOffset};
use broker_protocol::messages::{
    AddRaftVoterRequest, AddRaftVoterResponse, ApiVersionsRequest, ApiVersionsResponse,
    BeginQuorumEpochRequest, BeginQuorumEpochResponse, EndQuorumEpochRequest, EndQuorumEpochResponse,
    FetchRequest, FetchResponse, FetchSnapshotRequest, FetchSnapshotResponse, RemoveRaftVoterRequest,
    RemoveRaftVoterResponse, UpdateRaftVoterRequest, UpdateRaftVoterResponse, VoteRequest, VoteResponse,
};

use crate::{Snapshot, SnapshotVoters, WriteId};

/// Names a request of a peer or client until it is answered; the driver's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestToken(pub u64);

/// Names a request of this member until its answer or failure is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What happened. Every event comes with the time at which the driver reports it.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time passed; due at [`crate::Raft::deadline`].
    Tick,
    /// A peer or client asks.
    Request(InboundRequest),
    /// A peer answered.
    Response {
        /// The request.
        id: RequestId,
        /// What it says.
        response: RaftResponse,
    },
    /// A request of this member got no answer.
    RequestFailed {
        /// The request.
        id: RequestId,
        /// Why.
        failure: RequestFailure,
    },
    /// Everything up to that write, and the truncations before it, is on the device.
    Flushed(WriteId),
    /// This node wrote a snapshot of committed records to its end.
    SnapshotCreated(Snapshot),
    /// The snapshot that [`crate::Effect::InstallSnapshot`] named is the beginning of the log now.
    SnapshotInstalled {
        /// Which one.
        snapshot: Snapshot,
        /// What its head says.
        voters: SnapshotVoters,
    },
    /// The snapshot could not be read; it is fetched again.
    SnapshotRejected(SnapshotId),
    /// The log before a snapshot was deleted.
    LogTrimmed(LogStartOffset),
    /// This node shall not lead that epoch any longer: it stops, or its state machine failed.
    Resign(LeaderEpoch),
}

/// A request of a peer or client.
#[derive(Clone, Debug)]
pub struct InboundRequest {
    /// By which the answer is sent.
    pub token: RequestToken,
    /// Version of the request; the answer is of the same.
    pub api_version: i16,
    /// What it asks.
    pub request: RaftRequest,
}

/// Why a request got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFailure {
    /// The connection was refused or broke.
    Disconnected,
    /// No answer within the time; also when the driver gave up for another reason.
    TimedOut,
}

/// A request between members of the quorum, or of an administrator.
#[derive(Clone, Debug, PartialEq)]
pub enum RaftRequest {
    /// KIP-595, KIP-996.
    Vote(VoteRequest),
    /// KIP-595.
    BeginQuorumEpoch(BeginQuorumEpochRequest),
    /// KIP-595.
    EndQuorumEpoch(EndQuorumEpochRequest),
    /// KIP-595.
    Fetch(FetchRequest),
    /// KIP-630.
    FetchSnapshot(FetchSnapshotRequest),
    /// KIP-853.
    AddRaftVoter(AddRaftVoterRequest),
    /// KIP-853.
    RemoveRaftVoter(RemoveRaftVoterRequest),
    /// KIP-853.
    UpdateRaftVoter(UpdateRaftVoterRequest),
    /// KIP-853: which `kraft.version` a new voter supports; only sent, never received.
    ApiVersions(ApiVersionsRequest),
}

/// The answer to a [`RaftRequest`].
#[derive(Clone, Debug, PartialEq)]
pub enum RaftResponse {
    /// KIP-595, KIP-996.
    Vote(VoteResponse),
    /// KIP-595.
    BeginQuorumEpoch(BeginQuorumEpochResponse),
    /// KIP-595.
    EndQuorumEpoch(EndQuorumEpochResponse),
    /// KIP-595.
    Fetch(FetchResponse),
    /// KIP-630.
    FetchSnapshot(FetchSnapshotResponse),
    /// KIP-853.
    AddRaftVoter(AddRaftVoterResponse),
    /// KIP-853.
    RemoveRaftVoter(RemoveRaftVoterResponse),
    /// KIP-853.
    UpdateRaftVoter(UpdateRaftVoterResponse),
    /// KIP-853.
    ApiVersions(ApiVersionsResponse),
}
