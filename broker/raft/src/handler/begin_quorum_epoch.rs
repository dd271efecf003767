//! BeginQuorumEpoch (53): a new leader tells the voters that it leads, until they fetch (KIP-595).

use broker_metadata::metadata_log::CLUSTER_METADATA_TOPIC;
use broker_model::BrokerId;
use broker_protocol::ErrorCode;
use broker_protocol::begin_quorum_epoch_request::{self, LeaderEndpoint, PartitionData as Claim};
use broker_protocol::begin_quorum_epoch_response::{PartitionData as Answer, TopicData};
use broker_protocol::messages::{BeginQuorumEpochRequest, BeginQuorumEpochResponse};

use super::{Flow, LeaderHint, endpoints, error_of, only};
use crate::connections::Asked;
use crate::epoch_state::EpochState;
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{RaftError, ReplicaKey};

/// First version that tells where the leader listens.
const FIRST_WITH_ENDPOINTS: i16 = 1;

impl Raft {
    pub(crate) fn on_begin_quorum_epoch(
        &mut self,
        api_version: i16,
        request: &BeginQuorumEpochRequest,
    ) -> Result<BeginQuorumEpochResponse, RaftError> {
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return Ok(refusal(ErrorCode::InconsistentClusterId));
        }
        let Some(claim) = only(&request.topics, parts, |partition| partition.partition_index) else {
            return Ok(refusal(ErrorCode::InvalidRequest));
        };
        let error = match self.check_voter_request(claim.leader_id, claim.leader_epoch) {
            Err(error) => error,
            Ok(()) if !self.is_for_me(request.voter_id, claim.voter_directory_id) => {
                ErrorCode::InvalidVoterKey
            }
            Ok(()) => {
                let named = request
                    .leader_endpoints
                    .iter()
                    .map(|endpoint| (endpoint.name.clone(), endpoint.host.clone(), endpoint.port));
                let address = self.settings.address(&endpoints(named));
                self.learn(&LeaderHint::new(claim.leader_id, claim.leader_epoch, address))?;
                ErrorCode::None
            }
        };
        Ok(self.begin_quorum_epoch_response(api_version, error))
    }

    fn begin_quorum_epoch_response(&self, api_version: i16, error: ErrorCode) -> BeginQuorumEpochResponse {
        BeginQuorumEpochResponse {
            topics: vec![TopicData {
                topic_name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![Answer {
                    error_code: error.code(),
                    leader_id: self.leader_id(),
                    leader_epoch: self.election.epoch.value(),
                    ..Answer::default()
                }],
                ..TopicData::default()
            }],
            node_endpoints: self.leader_endpoint(api_version, FIRST_WITH_ENDPOINTS),
            ..BeginQuorumEpochResponse::default()
        }
    }

    /// Tells voters that this node leads, when they have not been heard of for a while.
    pub(crate) fn send_begin_quorum_epochs(&mut self) {
        let (now, period) = (self.now.monotonic, self.settings.timeouts.begin_quorum_epoch_ms());
        let me = self.settings.replica.id;
        let EpochState::Leader(leader) = &mut self.state else {
            return;
        };
        if leader.begin_quorum_epoch_at > now {
            return;
        }
        leader.begin_quorum_epoch_at = now.plus_ms(period);
        let silent: Vec<ReplicaKey> = self
            .log
            .voters()
            .latest()
            .keys()
            .filter(|voter| voter.id != me)
            .filter(|voter| {
                leader
                    .last_heard(*voter)
                    .is_none_or(|heard| now.since_ms(heard) >= period)
            })
            .collect();
        for voter in silent {
            if !self.connections.is_ready(voter.id) {
                continue;
            }
            if let Some(to) = self.destination(voter.id) {
                let request = RaftRequest::BeginQuorumEpoch(self.begin_quorum_epoch_request(voter));
                self.send(to, Asked::BeginQuorumEpoch, request);
            }
        }
    }

    fn begin_quorum_epoch_request(&self, voter: ReplicaKey) -> BeginQuorumEpochRequest {
        let leader_endpoints = self.settings.endpoints.iter().map(|endpoint| LeaderEndpoint {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            ..LeaderEndpoint::default()
        });
        BeginQuorumEpochRequest {
            cluster_id: self.cluster_id(),
            voter_id: voter.id.value(),
            topics: vec![begin_quorum_epoch_request::TopicData {
                topic_name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![Claim {
                    voter_directory_id: voter.directory_id.uuid(),
                    leader_id: self.settings.replica.id.value(),
                    leader_epoch: self.election.epoch.value(),
                    ..Claim::default()
                }],
                ..begin_quorum_epoch_request::TopicData::default()
            }],
            leader_endpoints: leader_endpoints.collect(),
            ..BeginQuorumEpochRequest::default()
        }
    }

    pub(crate) fn on_begin_quorum_epoch_response(
        &mut self,
        node: BrokerId,
        response: &BeginQuorumEpochResponse,
    ) -> Result<(), RaftError> {
        let answer = response.topics.first().and_then(|topic| topic.partitions.first());
        let Some(answer) = answer.filter(|_| response.error_code == 0) else {
            self.back_off(node);
            return Ok(());
        };
        let hint = LeaderHint::of(answer.leader_id, answer.leader_epoch, &response.node_endpoints);
        let error = error_of(answer.error_code);
        match self.on_any_response(error, &hint)? {
            Flow::Done => {}
            Flow::Proceed if error == ErrorCode::None => self.acknowledge(node),
            Flow::Proceed | Flow::Retry => self.back_off(node),
        }
        Ok(())
    }

    fn acknowledge(&mut self, node: BrokerId) {
        let now = self.now.monotonic;
        let directory = self.voters().get(node).map(|voter| voter.directory_id);
        if let (Some(directory), Some(leader)) = (directory, self.leader_state()) {
            let progress = leader
                .replicas
                .entry(ReplicaKey::new(node, directory))
                .or_default();
            progress.acknowledged = Some(now);
        }
    }
}

fn parts(topic: &begin_quorum_epoch_request::TopicData) -> (&str, &[Claim]) {
    (topic.topic_name.as_str(), &topic.partitions)
}

fn refusal(error: ErrorCode) -> BeginQuorumEpochResponse {
    BeginQuorumEpochResponse {
        error_code: error.code(),
        ..BeginQuorumEpochResponse::default()
    }
}
