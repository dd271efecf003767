//! EndQuorumEpoch (54): a leader that goes tells the voters, so that they need not wait for a timeout (KIP-595).
//!
//! The voters are told in which order to stand, the one with the longest log first; the others wait a little, each
//! twice as long as the one before.

use broker_metadata::metadata_log::CLUSTER_METADATA_TOPIC;
use broker_model::BrokerId;
use broker_protocol::ErrorCode;
use broker_protocol::end_quorum_epoch_request::{
    self, LeaderEndpoint, PartitionData as Farewell, ReplicaInfo,
};
use broker_protocol::end_quorum_epoch_response::{PartitionData as Answer, TopicData};
use broker_protocol::messages::{EndQuorumEpochRequest, EndQuorumEpochResponse};

use super::{Flow, LeaderHint, endpoints, error_of, only};
use crate::RaftError;
use crate::connections::Asked;
use crate::epoch_state::{EpochState, LeaderContact};
use crate::event::RaftRequest;
use crate::raft::Raft;

/// First version that tells where the leader listens.
const FIRST_WITH_ENDPOINTS: i16 = 1;
/// Places in the order of candidates beyond which the wait does not halve any more.
const HALVINGS_MAX: usize = 16;

impl Raft {
    pub(crate) fn on_end_quorum_epoch(
        &mut self,
        api_version: i16,
        request: &EndQuorumEpochRequest,
    ) -> Result<EndQuorumEpochResponse, RaftError> {
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return Ok(refusal(ErrorCode::InconsistentClusterId));
        }
        let Some(farewell) = only(&request.topics, parts, |partition| partition.partition_index) else {
            return Ok(refusal(ErrorCode::InvalidRequest));
        };
        let error = match self.check_voter_request(farewell.leader_id, farewell.leader_epoch) {
            Err(error) => error,
            Ok(()) => {
                let named = request
                    .leader_endpoints
                    .iter()
                    .map(|endpoint| (endpoint.name.clone(), endpoint.host.clone(), endpoint.port));
                let address = self.settings.address(&endpoints(named));
                self.learn(&LeaderHint::new(
                    farewell.leader_id,
                    farewell.leader_epoch,
                    address,
                ))?;
                self.leader_leaves(farewell);
                ErrorCode::None
            }
        };
        Ok(self.end_quorum_epoch_response(api_version, error))
    }

    fn leader_leaves(&mut self, farewell: &Farewell) {
        let wait = self.wait_for_turn(farewell);
        let at = self.now.monotonic.plus_ms(wait);
        if let EpochState::Follower(follower) = &mut self.state
            && follower.leader.id.value() == farewell.leader_id
        {
            follower.contact = LeaderContact::Lost;
            follower.fetch_deadline = at;
        }
    }

    fn wait_for_turn(&self, farewell: &Farewell) -> u64 {
        let me = self.settings.replica.id.value();
        let places: Vec<i32> = if farewell.preferred_candidates.is_empty() {
            farewell.preferred_successors.clone()
        } else {
            let candidates = farewell.preferred_candidates.iter();
            candidates.map(|candidate| candidate.candidate_id).collect()
        };
        let max = self.settings.timeouts.election_backoff_max_ms;
        match places.iter().position(|id| *id == me) {
            None | Some(0) => 0,
            Some(place) => {
                let shortest = max >> (places.len() - 1).min(HALVINGS_MAX);
                max.min(shortest << (place - 1).min(HALVINGS_MAX))
            }
        }
    }

    fn end_quorum_epoch_response(&self, api_version: i16, error: ErrorCode) -> EndQuorumEpochResponse {
        EndQuorumEpochResponse {
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
            ..EndQuorumEpochResponse::default()
        }
    }

    /// Tells the voters that have not heard of it.
    pub(crate) fn send_end_quorum_epochs(&mut self) {
        let EpochState::Resigned(resigned) = &self.state else {
            return;
        };
        for to in resigned.unacknowledged.clone() {
            if self.connections.is_ready(to.id) {
                let request = RaftRequest::EndQuorumEpoch(self.end_quorum_epoch_request());
                self.send(to, Asked::EndQuorumEpoch, request);
            }
        }
    }

    fn end_quorum_epoch_request(&self) -> EndQuorumEpochRequest {
        let EpochState::Resigned(resigned) = &self.state else {
            return EndQuorumEpochRequest::default();
        };
        let candidates = resigned.preferred.iter();
        let leader_endpoints = self.settings.endpoints.iter().map(|endpoint| LeaderEndpoint {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            ..LeaderEndpoint::default()
        });
        EndQuorumEpochRequest {
            cluster_id: self.cluster_id(),
            topics: vec![end_quorum_epoch_request::TopicData {
                topic_name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![Farewell {
                    leader_id: self.settings.replica.id.value(),
                    leader_epoch: self.election.epoch.value(),
                    preferred_successors: candidates.clone().map(|voter| voter.id.value()).collect(),
                    preferred_candidates: candidates
                        .map(|voter| ReplicaInfo {
                            candidate_id: voter.id.value(),
                            candidate_directory_id: voter.directory_id.uuid(),
                            ..ReplicaInfo::default()
                        })
                        .collect(),
                    ..Farewell::default()
                }],
                ..end_quorum_epoch_request::TopicData::default()
            }],
            leader_endpoints: leader_endpoints.collect(),
            ..EndQuorumEpochRequest::default()
        }
    }

    pub(crate) fn on_end_quorum_epoch_response(
        &mut self,
        node: BrokerId,
        response: &EndQuorumEpochResponse,
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
            Flow::Proceed if error == ErrorCode::None => {
                if let EpochState::Resigned(resigned) = &mut self.state {
                    resigned.unacknowledged.retain(|voter| voter.id != node);
                }
            }
            Flow::Proceed | Flow::Retry => self.back_off(node),
        }
        Ok(())
    }
}

fn parts(topic: &end_quorum_epoch_request::TopicData) -> (&str, &[Farewell]) {
    (topic.topic_name.as_str(), &topic.partitions)
}

fn refusal(error: ErrorCode) -> EndQuorumEpochResponse {
    EndQuorumEpochResponse {
        error_code: error.code(),
        ..EndQuorumEpochResponse::default()
    }
}
