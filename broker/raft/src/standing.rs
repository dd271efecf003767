//! What a leader can tell others about the quorum: who votes, where voters listen, how far each replica is.
//!
//! Changes nothing.

use broker_metadata::metadata_log::VoterEndpoint;
use broker_model::{Offset, Timestamp};

use crate::ReplicaKey;
use crate::epoch_state::{EpochState, LeaderState};
use crate::raft::Raft;

/// How far a replica of the metadata log is, as its leader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaStanding {
    /// Which replica.
    pub replica: ReplicaKey,
    /// Up to where its log is the leader's; `None` while it has not fetched.
    pub log_end: Option<Offset>,
    /// When it last fetched.
    pub last_fetch: Option<Timestamp>,
    /// When it last had everything.
    pub last_caught_up: Option<Timestamp>,
}

/// The quorum as its leader sees it (KIP-595, DescribeQuorum).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumStanding {
    /// Those who vote, by node id.
    pub voters: Vec<ReplicaStanding>,
    /// Those who only fetch.
    pub observers: Vec<ReplicaStanding>,
    /// Where the voters listen.
    pub endpoints: Vec<(ReplicaKey, Vec<VoterEndpoint>)>,
}

impl Raft {
    /// How far everybody is; `None` when this node does not lead.
    pub fn standing(&self) -> Option<QuorumStanding> {
        let EpochState::Leader(leader) = &self.state else {
            return None;
        };
        let is_voter = |replica: ReplicaKey| self.voters().contains(replica);
        let others = leader.replicas.keys().copied();
        let observers = others.filter(|replica| !is_voter(*replica) && *replica != self.settings.replica);
        Some(QuorumStanding {
            voters: self
                .voters()
                .keys()
                .map(|key| self.standing_of(leader, key))
                .collect(),
            observers: observers.map(|key| self.standing_of(leader, key)).collect(),
            endpoints: self.voter_endpoints(),
        })
    }

    fn voter_endpoints(&self) -> Vec<(ReplicaKey, Vec<VoterEndpoint>)> {
        let voters = self.voters().iter();
        voters
            .map(|voter| {
                (
                    ReplicaKey::new(voter.id, voter.directory_id),
                    voter.endpoints.clone(),
                )
            })
            .collect()
    }

    fn standing_of(&self, leader: &LeaderState, replica: ReplicaKey) -> ReplicaStanding {
        if replica.id == self.settings.replica.id {
            return ReplicaStanding {
                replica: self.settings.replica,
                log_end: Some(self.log.end_offset().offset),
                last_fetch: Some(self.now.wall),
                last_caught_up: Some(self.now.wall),
            };
        }
        let progress = leader.progress(replica).copied().unwrap_or_default();
        ReplicaStanding {
            replica,
            log_end: progress.end_offset,
            last_fetch: progress.last_fetch.map(|fetch| fetch.wall),
            last_caught_up: progress.last_caught_up,
        }
    }
}
