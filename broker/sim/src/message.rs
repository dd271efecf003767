//! What the parties of a run say to one another.
//!
//! Where a core decides on a request of the protocol, that request travels; what only the server's handlers would take
//! apart travels as the facts that they find in it.

use broker_model::{Acks, BrokerEpoch, BrokerId, LeaderEpoch, Offset, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, AlterPartitionRequest,
    AlterPartitionResponse, AssignReplicasToDirsRequest, AssignReplicasToDirsResponse,
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse,
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    ElectLeadersRequest, ElectLeadersResponse, HeartbeatRequest, HeartbeatResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, JoinGroupRequest, JoinGroupResponse,
    LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest, OffsetCommitResponse, SyncGroupRequest,
    SyncGroupResponse,
};
use broker_protocol::offset_fetch_request::OffsetFetchRequestGroup;
use broker_protocol::offset_fetch_response::OffsetFetchResponseGroup;
use broker_raft::{RaftRequest, RaftResponse};
use broker_replication::DivergingEpoch;
use broker_replication::fetch::{SessionAnswer, SessionRequest};
use bytes::Bytes;

/// A partition of a topic that may be made anew under the same name.
pub(crate) type PartitionId = (TopicId, PartitionIndex);

#[derive(Clone, Debug)]
pub(crate) enum Request {
    Raft(RaftRequest),
    Register(BrokerRegistrationRequest),
    Heartbeat(BrokerHeartbeatRequest),
    AlterPartition(AlterPartitionRequest),
    AssignDirectories(AssignReplicasToDirsRequest),
    CreateTopics(CreateTopicsRequest),
    DeleteTopics(DeleteTopicsRequest),
    AlterConfigs(IncrementalAlterConfigsRequest),
    Reassign(AlterPartitionReassignmentsRequest),
    ElectLeaders(ElectLeadersRequest),
    DeleteRecords(DeleteRecords),
    ReplicaFetch(ReplicaFetch),
    Metadata,
    Produce(Produce),
    Fetch(Fetch),
    Group(GroupRequest),
}

/// What is asked of a group's coordinator.
#[derive(Clone, Debug)]
pub(crate) enum GroupRequest {
    Commit(OffsetCommitRequest),
    Fetch(OffsetFetchRequestGroup),
    Join(JoinGroupRequest),
    Sync(SyncGroupRequest),
    Heartbeat(HeartbeatRequest),
    Leave(LeaveGroupRequest),
}

impl GroupRequest {
    /// The group that is asked about.
    pub(crate) fn group(&self) -> &str {
        match self {
            Self::Commit(request) => &request.group_id,
            Self::Fetch(request) => &request.group_id,
            Self::Join(request) => &request.group_id,
            Self::Sync(request) => &request.group_id,
            Self::Heartbeat(request) => &request.group_id,
            Self::Leave(request) => &request.group_id,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Response {
    Raft(RaftResponse),
    Registered(BrokerRegistrationResponse),
    Heartbeat(BrokerHeartbeatResponse),
    AlterPartition(AlterPartitionResponse),
    DirectoriesAssigned(#[expect(dead_code, reason = "it is for the trace")] AssignReplicasToDirsResponse),
    CreateTopics(CreateTopicsResponse),
    DeletedTopics(DeleteTopicsResponse),
    ConfigsAltered(IncrementalAlterConfigsResponse),
    Reassigned(AlterPartitionReassignmentsResponse),
    Elected(#[expect(dead_code, reason = "it is for the trace")] ElectLeadersResponse),
    Deleted(Result<Offset, ErrorCode>),
    ReplicaFetch(ReplicaFetchAnswer),
    Metadata(Vec<PartitionInfo>),
    Produced(Result<Offset, ErrorCode>),
    Fetched(Result<Fetched, ErrorCode>),
    Committed(OffsetCommitResponse),
    CommittedOffsets(OffsetFetchResponseGroup),
    Joined(JoinGroupResponse),
    Synced(SyncGroupResponse),
    StillIn(HeartbeatResponse),
    Left(#[expect(dead_code, reason = "it is for the trace")] LeaveGroupResponse),
    /// The node that was asked does not coordinate the group, or could not.
    NotCoordinator,
    /// The node that was asked does not lead the quorum.
    NotController,
}

/// What a follower asks of a leader.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaFetch {
    pub(crate) follower: BrokerId,
    pub(crate) epoch: BrokerEpoch,
    pub(crate) session: SessionRequest,
    pub(crate) max_wait_ms: u64,
}

/// What a leader answers: of the session, and of those partitions that have news.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaFetchAnswer {
    pub(crate) session: SessionAnswer,
    pub(crate) partitions: Vec<(PartitionId, ReplicaFetched)>,
}

/// What a leader answers of one partition.
#[derive(Clone, Debug)]
pub(crate) enum ReplicaFetched {
    Records {
        records: Bytes,
        high_watermark: Offset,
        log_start: Offset,
    },
    Diverged(DivergingEpoch),
    OutOfRange {
        log_start: Offset,
        log_end: Offset,
    },
    /// The leader has it in the remote tier only.
    MovedToTiered,
    Refused(ErrorCode),
}

/// A partition as a node's metadata show it to clients.
#[derive(Clone, Debug)]
pub(crate) struct PartitionInfo {
    pub(crate) topic: std::sync::Arc<str>,
    pub(crate) id: PartitionId,
    pub(crate) leader: BrokerId,
    pub(crate) leader_epoch: LeaderEpoch,
    pub(crate) replicas: Vec<BrokerId>,
}

/// Moves the log start of a partition to that offset.
#[derive(Clone, Debug)]
pub(crate) struct DeleteRecords {
    pub(crate) partition: PartitionId,
    pub(crate) before: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Produce {
    pub(crate) partition: PartitionId,
    pub(crate) acks: Acks,
    pub(crate) records: Bytes,
    pub(crate) timeout_ms: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) partition: PartitionId,
    pub(crate) offset: Offset,
    pub(crate) leader_epoch: Option<LeaderEpoch>,
    pub(crate) max_wait_ms: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) records: Bytes,
    pub(crate) high_watermark: Offset,
}
