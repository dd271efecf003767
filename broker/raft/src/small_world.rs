//! One member in the hands of a test: it is told what happens and asked what it does.

use std::fmt::Debug;

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_metadata::metadata_log::{
    CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID, QuorumState, SnapshotId,
};
use broker_model::{
    BrokerId, ClusterId, DirectoryId, LeaderEpoch, MonotonicMs, Now, Offset, Timestamp, Uuid,
};
use broker_protocol::messages::{
    BeginQuorumEpochRequest, FetchRequest, FetchResponse, VoteRequest, VoteResponse,
};
use broker_protocol::{
    begin_quorum_epoch_request, fetch_request, fetch_response, vote_request, vote_response,
};
use bytes::Bytes;

use crate::simulation::voter;
use crate::{
    AutoJoin, Effect, Event, HostAndPort, InboundRequest, LogView, Raft, RaftError, RaftRequest,
    RaftResponse, RaftSettings, RaftTimeouts, ReplicaKey, RequestId, RequestToken, Role, Snapshot,
    SnapshotVoters, VoterSet, WriteId,
};

pub(crate) const CLUSTER: &str = "a-cluster";

/// A member and what it did last.
pub(crate) struct Member {
    pub(crate) raft: Raft,
    pub(crate) effects: Vec<Effect>,
    pub(crate) now_ms: u64,
    asked: u64,
}

/// What a member starts from.
pub(crate) struct Disk {
    pub(crate) voters: Vec<i32>,
    pub(crate) kraft_version: i16,
    pub(crate) quorum_state: Option<QuorumState>,
    /// Epochs of the log's records, one batch of one record each.
    pub(crate) epochs: Vec<i32>,
}

impl Default for Disk {
    fn default() -> Self {
        Self {
            voters: vec![1, 2, 3],
            kraft_version: 1,
            quorum_state: None,
            epochs: Vec::new(),
        }
    }
}

pub(crate) fn replica(id: i32) -> ReplicaKey {
    ReplicaKey::new(BrokerId::new(id), voter(id).directory_id)
}

/// A batch of one record.
pub(crate) fn batch(offset: i64, epoch: i32) -> Bytes {
    let mut batch = BatchBuilder::new(BatchOptions {
        base_offset: Offset::new(offset),
        leader_epoch: LeaderEpoch::new(epoch),
        ..BatchOptions::default()
    });
    batch.append(Timestamp::from_ms(0), None, Some(b"a record"));
    batch.build().unwrap()
}

impl Member {
    /// Node 1, started from that disk.
    pub(crate) fn start(disk: Disk) -> Self {
        let voters = VoterSet::new(disk.voters.iter().map(|id| voter(*id)));
        let mut log = LogView::new(VoterSet::default());
        let snapshot = Snapshot {
            id: SnapshotId::BOOTSTRAP,
            size: 100,
        };
        let content = SnapshotVoters {
            voters: Some(voters),
            kraft_version: disk.kraft_version,
        };
        log.begin_with(snapshot, content);
        for (offset, epoch) in (0..).zip(&disk.epochs) {
            log.restore(&batch(offset, *epoch)).unwrap();
        }
        let settings = RaftSettings {
            replica: replica(1),
            cluster_id: ClusterId::new(CLUSTER),
            listener: "CONTROLLER".to_owned(),
            endpoints: voter(1).endpoints,
            kraft_version_range: (0, 1),
            bootstrap_servers: vec![HostAndPort {
                host: "n9".to_owned(),
                port: 9_093,
            }],
            auto_join: AutoJoin::Off,
            timeouts: RaftTimeouts::default(),
            fetch_bytes_max: 1_000,
            snapshot_bytes_max: 1_000,
            seed: 1,
        };
        let mut effects = Vec::new();
        let raft = Raft::new(settings, disk.quorum_state, log, now(0), &mut effects).unwrap();
        Self {
            raft,
            effects,
            now_ms: 0,
            asked: 0,
        }
    }

    /// Node 1 as the leader of an epoch in which nothing is committed yet.
    pub(crate) fn leading(disk: Disk) -> Self {
        let mut member = Self::start(disk);
        member.lead();
        member
    }

    /// All vote for node 1 until it leads.
    pub(crate) fn lead(&mut self) {
        for _ in 0..20 {
            if self.raft.role() == Role::Leader {
                return;
            }
            if self.sent_votes().is_empty() {
                self.wait_for_deadline();
            }
            if let Some((id, request)) = self.sent_votes().into_iter().next() {
                let epoch = request.topics[0].partitions[0].replica_epoch;
                self.answer(id, RaftResponse::Vote(vote_answer(epoch, true)))
                    .unwrap();
            }
        }
        panic!("it does not lead: {:?}", self.raft.role());
    }

    /// Node 1 as a leader that has committed the record with which its epoch begins.
    pub(crate) fn established(disk: Disk) -> Self {
        let mut member = Self::leading(disk);
        member.flush();
        let end = member.raft.log().end_offset();
        member.ask(fetch(2, member.epoch(), end.offset.value(), end.epoch.value()));
        assert_eq!(
            member.raft.high_watermark().map(|hw| hw.offset()),
            Some(end.offset)
        );
        member
    }

    /// Node 1 as a follower of node 2 that has fetched.
    pub(crate) fn following(epoch: i32) -> Self {
        let mut member = Self::start(Disk::default());
        member.ask(begin_quorum_epoch(2, epoch));
        let id = member.sent_fetch();
        member
            .answer(id, RaftResponse::Fetch(fetch_answer(2, epoch)))
            .unwrap();
        member
    }

    pub(crate) fn epoch(&self) -> i32 {
        self.raft.leader_and_epoch().epoch.value()
    }

    pub(crate) fn step(&mut self, event: Event) -> Result<(), RaftError> {
        self.effects.clear();
        self.raft.step(now(self.now_ms), event, &mut self.effects)
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.step(Event::Tick).unwrap();
    }

    pub(crate) fn wait_for_deadline(&mut self) {
        self.now_ms = self.raft.deadline().unwrap().as_ms();
        self.step(Event::Tick).unwrap();
    }

    /// Asks, and gives the answer if there is one at once.
    pub(crate) fn ask(&mut self, request: RaftRequest) -> Option<RaftResponse> {
        self.ask_version(request, 18)
    }

    pub(crate) fn ask_version(&mut self, request: RaftRequest, api_version: i16) -> Option<RaftResponse> {
        self.asked += 1;
        let token = RequestToken(self.asked);
        self.step(Event::Request(InboundRequest {
            token,
            api_version,
            request,
        }))
        .unwrap();
        self.answered(token)
    }

    pub(crate) fn answered(&self, wanted: RequestToken) -> Option<RaftResponse> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Respond { token, response } if *token == wanted => Some(response.clone()),
            Effect::RespondWithRecords(read) if read.token == wanted => {
                Some(read.as_ref().clone().with(batch(0, 0).into()))
            }
            _ => None,
        })
    }

    pub(crate) fn answer(&mut self, id: RequestId, response: RaftResponse) -> Result<(), RaftError> {
        self.step(Event::Response { id, response })
    }

    /// Everything that was appended is on the device.
    pub(crate) fn flush(&mut self) {
        self.step(Event::Flushed(WriteId(u64::MAX))).unwrap();
    }

    pub(crate) fn sent_votes(&self) -> Vec<(RequestId, VoteRequest)> {
        let votes = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send {
                id,
                request: RaftRequest::Vote(vote),
                ..
            } => Some((*id, vote.clone())),
            _ => None,
        });
        votes.collect()
    }

    pub(crate) fn sent_fetch(&self) -> RequestId {
        self.find(|effect| match effect {
            Effect::Send {
                id,
                request: RaftRequest::Fetch(_),
                ..
            } => Some(*id),
            _ => None,
        })
    }

    /// What the wanted effect holds, which must be there.
    pub(crate) fn find<T>(&self, wanted: impl Fn(&Effect) -> Option<T>) -> T
    where
        T: Debug,
    {
        let found = self.effects.iter().find_map(wanted);
        found.unwrap_or_else(|| panic!("not in {:#?}", self.effects))
    }

    pub(crate) fn persisted(&self) -> Option<QuorumState> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::PersistQuorumState(state) => Some(*state),
            _ => None,
        })
    }
}

fn now(ms: u64) -> Now {
    Now {
        wall: Timestamp::from_ms(1_000_000),
        monotonic: MonotonicMs::from_ms(ms),
    }
}

/// Node `candidate` asks for the vote of node 1; its log ends there.
pub(crate) fn vote(candidate: i32, epoch: i32, (last_offset, last_epoch): (i64, i32)) -> VoteRequest {
    VoteRequest {
        cluster_id: Some(CLUSTER.into()),
        voter_id: 1,
        topics: vec![vote_request::TopicData {
            topic_name: CLUSTER_METADATA_TOPIC.into(),
            partitions: vec![vote_request::PartitionData {
                replica_epoch: epoch,
                replica_id: candidate,
                replica_directory_id: replica(candidate).directory_id.uuid(),
                voter_directory_id: replica(1).directory_id.uuid(),
                last_offset_epoch: last_epoch,
                last_offset,
                ..vote_request::PartitionData::default()
            }],
            ..vote_request::TopicData::default()
        }],
        ..VoteRequest::default()
    }
}

pub(crate) fn pre_vote(candidate: i32, epoch: i32, log_end: (i64, i32)) -> VoteRequest {
    let mut request = vote(candidate, epoch, log_end);
    request.topics[0].partitions[0].pre_vote = true;
    request
}

pub(crate) fn vote_answer(epoch: i32, granted: bool) -> VoteResponse {
    VoteResponse {
        topics: vec![vote_response::TopicData {
            topic_name: CLUSTER_METADATA_TOPIC.into(),
            partitions: vec![vote_response::PartitionData {
                leader_id: -1,
                leader_epoch: epoch,
                vote_granted: granted,
                ..vote_response::PartitionData::default()
            }],
            ..vote_response::TopicData::default()
        }],
        ..VoteResponse::default()
    }
}

pub(crate) fn begin_quorum_epoch(leader: i32, epoch: i32) -> RaftRequest {
    RaftRequest::BeginQuorumEpoch(BeginQuorumEpochRequest {
        cluster_id: None,
        voter_id: 1,
        topics: vec![begin_quorum_epoch_request::TopicData {
            topic_name: CLUSTER_METADATA_TOPIC.into(),
            partitions: vec![begin_quorum_epoch_request::PartitionData {
                voter_directory_id: Uuid::ZERO,
                leader_id: leader,
                leader_epoch: epoch,
                ..begin_quorum_epoch_request::PartitionData::default()
            }],
            ..begin_quorum_epoch_request::TopicData::default()
        }],
        ..BeginQuorumEpochRequest::default()
    })
}

/// Node `from` fetches; it may wait half a second.
pub(crate) fn fetch(from: i32, epoch: i32, offset: i64, last_fetched_epoch: i32) -> RaftRequest {
    RaftRequest::Fetch(FetchRequest {
        cluster_id: None,
        replica_state: fetch_request::ReplicaState {
            replica_id: from,
            ..fetch_request::ReplicaState::default()
        },
        max_wait_ms: 500,
        topics: vec![fetch_request::FetchTopic {
            topic_id: CLUSTER_METADATA_TOPIC_ID.uuid(),
            partitions: vec![fetch_request::FetchPartition {
                current_leader_epoch: epoch,
                fetch_offset: offset,
                last_fetched_epoch,
                partition_max_bytes: 1_000,
                replica_directory_id: replica(from).directory_id.uuid(),
                ..fetch_request::FetchPartition::default()
            }],
            ..fetch_request::FetchTopic::default()
        }],
        ..FetchRequest::default()
    })
}

/// An empty answer of that leader.
pub(crate) fn fetch_answer(leader: i32, epoch: i32) -> FetchResponse {
    FetchResponse {
        responses: vec![fetch_response::FetchableTopicResponse {
            partitions: vec![fetch_response::PartitionData {
                high_watermark: -1,
                current_leader: fetch_response::LeaderIdAndEpoch {
                    leader_id: leader,
                    leader_epoch: epoch,
                    ..fetch_response::LeaderIdAndEpoch::default()
                },
                ..fetch_response::PartitionData::default()
            }],
            ..fetch_response::FetchableTopicResponse::default()
        }],
        ..FetchResponse::default()
    }
}

/// A directory that is nobody's.
pub(crate) fn strange_directory() -> DirectoryId {
    DirectoryId::new(Uuid::from_bytes([99; 16]))
}
