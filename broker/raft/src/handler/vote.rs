//! Vote (52): who may lead the next epoch (KIP-595), and whether it is worth asking (pre-vote, KIP-996).
//!
//! A vote is granted to a candidate whose log is at least as long as this one, once in an epoch, in an epoch whose
//! leader is not known; it is persisted before it is told. A pre-vote binds nobody, so it is granted as often as
//! asked, but not while this member has reason to believe that the leader lives. A member votes whether or not it
//! believes that it or the candidate is a voter: its own voter set may be the older one (KIP-853).

use broker_metadata::metadata_log::CLUSTER_METADATA_TOPIC;
use broker_model::{BrokerId, DirectoryId, LeaderEpoch, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{VoteRequest, VoteResponse};
use broker_protocol::vote_request::{self, PartitionData as Question};
use broker_protocol::vote_response::{PartitionData as Answer, TopicData};

use super::{Flow, LeaderHint, error_of, only};
use crate::connections::Asked;
use crate::epoch_state::{Election, EpochState, LeaderContact};
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{Effect, OffsetAndEpoch, RaftError, ReplicaKey};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VoteKind {
    PreVote,
    Standard,
}

/// First version that tells where the leader listens.
const FIRST_WITH_ENDPOINTS: i16 = 1;

impl Raft {
    pub(crate) fn on_vote(
        &mut self,
        api_version: i16,
        request: &VoteRequest,
    ) -> Result<VoteResponse, RaftError> {
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return Ok(refusal(ErrorCode::InconsistentClusterId));
        }
        let Some(question) = only(&request.topics, parts, |partition| partition.partition_index) else {
            return Ok(refusal(ErrorCode::InvalidRequest));
        };
        Ok(match self.check_vote(request, question) {
            Err(error) => self.vote_response(api_version, error, false),
            Ok(kind) => {
                let granted = self.decide_vote(kind, question);
                self.vote_response(api_version, ErrorCode::None, granted)
            }
        })
    }

    fn check_vote(&self, request: &VoteRequest, question: &Question) -> Result<VoteKind, ErrorCode> {
        let last_epoch_max = question
            .replica_epoch
            .saturating_sub(i32::from(!question.pre_vote));
        if question.last_offset < 0
            || question.last_offset_epoch < 0
            || question.last_offset_epoch > last_epoch_max
        {
            return Err(ErrorCode::InvalidRequest);
        }
        self.check_voter_request(question.replica_id, question.replica_epoch)?;
        if !self.is_for_me(request.voter_id, question.voter_directory_id) {
            return Err(ErrorCode::InvalidVoterKey);
        }
        Ok(if question.pre_vote {
            VoteKind::PreVote
        } else {
            VoteKind::Standard
        })
    }

    fn decide_vote(&mut self, kind: VoteKind, question: &Question) -> bool {
        let epoch = LeaderEpoch::new(question.replica_epoch);
        let candidate = ReplicaKey::new(
            BrokerId::new(question.replica_id),
            DirectoryId::new(question.replica_directory_id),
        );
        if epoch > self.election.epoch {
            self.become_unattached(epoch, None);
        }
        let theirs = OffsetAndEpoch::new(
            Offset::new(question.last_offset),
            LeaderEpoch::new(question.last_offset_epoch),
        );
        let up_to_date = theirs >= self.log.end_offset();
        match kind {
            VoteKind::PreVote => up_to_date && self.may_need_a_leader(),
            VoteKind::Standard => self.grant_vote(candidate, up_to_date),
        }
    }

    fn may_need_a_leader(&self) -> bool {
        match &self.state {
            EpochState::Leader(_) => false,
            EpochState::Follower(follower) => follower.contact != LeaderContact::Confirmed,
            _ => true,
        }
    }

    fn grant_vote(&mut self, candidate: ReplicaKey, up_to_date: bool) -> bool {
        if let Some(voted) = self.election.voted {
            return voted == candidate;
        }
        if self.election.leader.is_some() || !up_to_date {
            return false;
        }
        self.election = Election {
            voted: Some(candidate),
            ..self.election
        };
        self.effects
            .push(Effect::PersistQuorumState(self.election.persisted()));
        let deadline = self.election_deadline();
        if let EpochState::Unattached(unattached) = &mut self.state {
            unattached.election_deadline = deadline;
        }
        true
    }

    fn vote_response(&self, api_version: i16, error: ErrorCode, granted: bool) -> VoteResponse {
        VoteResponse {
            topics: vec![TopicData {
                topic_name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![Answer {
                    error_code: error.code(),
                    leader_id: self.leader_id(),
                    leader_epoch: self.election.epoch.value(),
                    vote_granted: granted,
                    ..Answer::default()
                }],
                ..TopicData::default()
            }],
            node_endpoints: self.leader_endpoint(api_version, FIRST_WITH_ENDPOINTS),
            ..VoteResponse::default()
        }
    }

    /// Asks the voters that have not answered and can be asked now.
    pub(crate) fn send_votes(&mut self, kind: VoteKind, voters: &[BrokerId]) {
        for voter in voters {
            if !self.connections.is_ready(*voter) {
                continue;
            }
            if let Some(to) = self.destination(*voter) {
                let request = RaftRequest::Vote(self.vote_request(kind, *voter));
                self.send(to, Asked::Vote, request);
            }
        }
    }

    fn vote_request(&self, kind: VoteKind, voter: BrokerId) -> VoteRequest {
        let directory = self.voters().get(voter).map(|voter| voter.directory_id);
        let (me, end) = (self.settings.replica, self.log.end_offset());
        VoteRequest {
            cluster_id: self.cluster_id(),
            voter_id: voter.value(),
            topics: vec![vote_request::TopicData {
                topic_name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![Question {
                    replica_epoch: self.election.epoch.value(),
                    replica_id: me.id.value(),
                    replica_directory_id: me.directory_id.uuid(),
                    voter_directory_id: directory.unwrap_or_default().uuid(),
                    last_offset_epoch: end.epoch.value(),
                    last_offset: end.offset.value(),
                    pre_vote: kind == VoteKind::PreVote,
                    ..Question::default()
                }],
                ..vote_request::TopicData::default()
            }],
            ..VoteRequest::default()
        }
    }

    pub(crate) fn on_vote_response(
        &mut self,
        node: BrokerId,
        response: &VoteResponse,
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
            Flow::Proceed if error == ErrorCode::None => self.count_vote(node, answer.vote_granted),
            Flow::Proceed | Flow::Retry => self.back_off(node),
        }
        Ok(())
    }

    fn count_vote(&mut self, voter: BrokerId, granted: bool) {
        match &mut self.state {
            EpochState::Prospective(prospective) => prospective.nominee.tally.record(voter, granted),
            EpochState::Candidate(nominee) => nominee.tally.record(voter, granted),
            _ => {}
        }
    }
}

fn parts(topic: &vote_request::TopicData) -> (&str, &[Question]) {
    (topic.topic_name.as_str(), &topic.partitions)
}

fn refusal(error: ErrorCode) -> VoteResponse {
    VoteResponse {
        error_code: error.code(),
        ..VoteResponse::default()
    }
}
