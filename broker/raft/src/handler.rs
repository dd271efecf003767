//! One file for each API of the quorum: the request that this member gets and the response to the one that it sent.
//!
//! Here is what they share: the checks that stand at the front of every request, and what any response may tell
//! about leader and epoch (KIP-595).

pub(crate) mod add_voter;
pub(crate) mod auto_join;
pub(crate) mod begin_quorum_epoch;
pub(crate) mod describe_quorum;
pub(crate) mod end_quorum_epoch;
pub(crate) mod fetch_from_leader;
pub(crate) mod fetch_snapshot;
pub(crate) mod node_endpoint;
pub(crate) mod remove_voter;
pub(crate) mod serve_fetch;
pub(crate) mod snapshot_from_leader;
pub(crate) mod update_voter;
pub(crate) mod vote;
pub(crate) mod voter_change;

use broker_codec::StringBytes;
use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, VoterEndpoint};
use broker_model::{BrokerId, LeaderEpoch, Uuid};
use broker_protocol::ErrorCode;

use crate::epoch_state::EpochState;
use crate::raft::Raft;
use crate::{Destination, HostAndPort, RaftError, Role};

/// Largest epoch that is believed: no quorum comes so far by elections, and what counts on from it does not overflow.
const EPOCH_MAX: i32 = i32::MAX / 2;

/// What a message says about the leader.
#[derive(Clone, Debug)]
pub(crate) struct LeaderHint {
    pub(crate) epoch: LeaderEpoch,
    pub(crate) leader: Option<BrokerId>,
    pub(crate) address: Option<HostAndPort>,
}

/// What remains to be done with a response after what it says about the leader was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The API looks at it.
    Proceed,
    /// Nothing.
    Done,
    /// The node is asked again after a pause.
    Retry,
}

impl LeaderHint {
    pub(crate) fn new(leader: i32, epoch: i32, address: Option<HostAndPort>) -> Self {
        Self {
            epoch: LeaderEpoch::new(epoch),
            leader: (leader >= 0).then(|| BrokerId::new(leader)),
            address,
        }
    }
}

/// The only partition of the metadata log: the partition of a message that names it and no other.
pub(crate) fn only<'a, T, P>(
    topics: &'a [T],
    parts: impl Fn(&'a T) -> (&'a str, &'a [P]),
    index: impl Fn(&P) -> i32,
) -> Option<&'a P> {
    let [topic] = topics else {
        return None;
    };
    let (name, [partition]) = parts(topic) else {
        return None;
    };
    (name == CLUSTER_METADATA_TOPIC && index(partition) == 0).then_some(partition)
}

pub(crate) fn error_of(code: i16) -> ErrorCode {
    ErrorCode::from_i16(code).unwrap_or(ErrorCode::UnknownServerError)
}

pub(crate) fn address(host: &StringBytes, port: u16) -> HostAndPort {
    HostAndPort {
        host: host.as_str().to_owned(),
        port,
    }
}

pub(crate) fn endpoints(named: impl Iterator<Item = (StringBytes, StringBytes, u16)>) -> Vec<VoterEndpoint> {
    named
        .map(|(name, host, port)| VoterEndpoint {
            name: name.into(),
            host: host.into(),
            port,
        })
        .collect()
}

impl Raft {
    pub(crate) fn is_our_cluster(&self, cluster_id: Option<&StringBytes>) -> bool {
        cluster_id.is_none_or(|id| id.as_str() == self.settings.cluster_id.as_str())
    }

    pub(crate) fn cluster_id(&self) -> Option<StringBytes> {
        Some(self.settings.cluster_id.as_str().into())
    }

    /// Whether a request that names the replica it is for means this one.
    pub(crate) fn is_for_me(&self, voter_id: i32, directory_id: Uuid) -> bool {
        let me = self.settings.replica;
        (voter_id < 0 || voter_id == me.id.value())
            && (directory_id == Uuid::ZERO || directory_id == me.directory_id.uuid())
    }

    /// Refuses a request of an older epoch or of nobody.
    pub(crate) fn check_voter_request(&self, remote: i32, epoch: i32) -> Result<(), ErrorCode> {
        if epoch < self.election.epoch.value() {
            Err(ErrorCode::FencedLeaderEpoch)
        } else if remote < 0 || epoch > EPOCH_MAX {
            Err(ErrorCode::InvalidRequest)
        } else {
            Ok(())
        }
    }

    /// Refuses a request that is not for the leader of this epoch.
    pub(crate) fn check_leader_request(&self, epoch: i32) -> Result<(), ErrorCode> {
        if epoch < self.election.epoch.value() {
            Err(ErrorCode::FencedLeaderEpoch)
        } else if epoch > self.election.epoch.value() {
            Err(ErrorCode::UnknownLeaderEpoch)
        } else if self.role() == Role::Leader {
            Ok(())
        } else {
            Err(ErrorCode::NotLeaderOrFollower)
        }
    }

    pub(crate) fn leader_id(&self) -> i32 {
        self.election.leader.unwrap_or(BrokerId::NONE).value()
    }

    /// Who leads and where it listens, if both are known.
    pub fn leader_address(&self) -> Option<Destination> {
        let leader = self.election.leader?;
        match &self.state {
            EpochState::Follower(follower) => Some(follower.leader.clone()),
            _ if leader == self.settings.replica.id => Some(Destination {
                id: leader,
                address: self.settings.address(&self.settings.endpoints)?,
            }),
            _ => self.destination(leader),
        }
    }

    /// Takes over what a message says about leader and epoch.
    pub(crate) fn learn(&mut self, hint: &LeaderHint) -> Result<(), RaftError> {
        let me = self.settings.replica.id;
        let known = self.election.leader;
        if hint.epoch < self.election.epoch || hint.epoch.value() > EPOCH_MAX {
            return Ok(());
        }
        if hint.epoch > self.election.epoch {
            return match self.leader_in(hint) {
                Some(leader) => self.become_follower(hint.epoch, leader),
                None => {
                    self.become_unattached(hint.epoch, hint.leader);
                    Ok(())
                }
            };
        }
        match (known, hint.leader) {
            (Some(known), Some(claimed)) if known != claimed => Err(RaftError::TwoLeaders {
                epoch: hint.epoch,
                known,
                claimed,
            }),
            (_, Some(claimed)) if claimed != me && (known.is_none() || self.role() == Role::Unattached) => {
                match self.leader_in(hint) {
                    Some(leader) => self.become_follower(hint.epoch, leader),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// The leader that a message names, if it is another node whose address is known.
    fn leader_in(&self, hint: &LeaderHint) -> Option<Destination> {
        let id = hint.leader.filter(|leader| *leader != self.settings.replica.id)?;
        match &hint.address {
            Some(address) => Some(Destination {
                id,
                address: address.clone(),
            }),
            None => self.destination(id),
        }
    }

    /// What every response is looked at for first.
    pub(crate) fn on_any_response(&mut self, error: ErrorCode, hint: &LeaderHint) -> Result<Flow, RaftError> {
        if hint.epoch < self.election.epoch || error == ErrorCode::UnknownLeaderEpoch {
            return Ok(Flow::Retry);
        }
        let before = (self.role(), self.election);
        self.learn(hint)?;
        let learned = before != (self.role(), self.election);
        Ok(match error {
            ErrorCode::None if hint.epoch > before.1.epoch => Flow::Done,
            ErrorCode::None => Flow::Proceed,
            _ if learned => Flow::Done,
            ErrorCode::FencedLeaderEpoch | ErrorCode::NotLeaderOrFollower | ErrorCode::BrokerNotAvailable => {
                Flow::Retry
            }
            _ => Flow::Proceed,
        })
    }

    /// Leaves a node alone for a while.
    pub(crate) fn back_off(&mut self, node: BrokerId) {
        self.connections.failed(node, self.now.monotonic);
    }
}

#[cfg(test)]
mod tests;
