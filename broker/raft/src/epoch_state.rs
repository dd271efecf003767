//! The role of a member in its epoch (KIP-595, KIP-996).
//!
//! ```text
//!              election timeout                majority of pre-votes           majority of votes
//! Unattached ─────────────────► Prospective ──────────────────────► Candidate ─────────────────► Leader
//!      ▲  ▲  leader known ▲          │ no majority     ▲ no majority   │                            │ resigns,
//!      │  └── Follower ───┘◄─────────┘                 └───────────────┘                            ▼ no quorum
//!      └────────────────────────────── any message of a newer epoch, or the timeout of ───────── Resigned
//! ```
//! An observer is a member that is not in the voter set: it is Unattached or Follower only.

mod leader;
mod tally;

use broker_metadata::metadata_log::{QuorumState, SnapshotId};
use broker_model::{BrokerId, DirectoryId, LeaderEpoch, MonotonicMs};

pub(crate) use leader::{
    AddAck, ChangeKind, ChangeStage, LeaderState, OBSERVER_SESSION_MS, PendingVoterChange, ReplicaProgress,
};
pub(crate) use tally::VoteTally;

use crate::{Destination, LeaderAndEpoch, ReplicaKey};

/// What a member may not forget: it is in `quorum-state` before anything that follows from it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Election {
    pub(crate) epoch: LeaderEpoch,
    pub(crate) leader: Option<BrokerId>,
    pub(crate) voted: Option<ReplicaKey>,
}

/// The role, with what only that role knows.
#[derive(Clone, Debug)]
pub(crate) enum EpochState {
    Unattached(Unattached),
    Prospective(Prospective),
    Candidate(Nominee),
    Leader(Box<LeaderState>),
    Follower(FollowerState),
    Resigned(ResignedState),
}

/// Name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// No leader that could be followed is known.
    Unattached,
    /// Asks whether an election could be won, without disturbing anybody.
    Prospective,
    /// Asks for votes.
    Candidate,
    /// Leads.
    Leader,
    /// Fetches from the leader.
    Follower,
    /// Led in this epoch and does not any longer.
    Resigned,
}

#[derive(Clone, Debug)]
pub(crate) struct Unattached {
    pub(crate) election_deadline: MonotonicMs,
}

/// Whoever asks for votes.
#[derive(Clone, Debug)]
pub(crate) struct Nominee {
    pub(crate) tally: VoteTally,
    pub(crate) deadline: MonotonicMs,
    /// How often this member stood in a row.
    pub(crate) retries: u32,
    /// Set once the vote is lost: when to try again.
    pub(crate) backoff_until: Option<MonotonicMs>,
}

#[derive(Clone, Debug)]
pub(crate) struct Prospective {
    pub(crate) nominee: Nominee,
    /// The leader to go back to when the others still have it.
    pub(crate) follow: Option<Destination>,
}

#[derive(Clone, Debug)]
pub(crate) struct FollowerState {
    pub(crate) leader: Destination,
    pub(crate) contact: LeaderContact,
    pub(crate) fetch_deadline: MonotonicMs,
    pub(crate) update_voter_at: MonotonicMs,
    pub(crate) snapshot: Option<FetchingSnapshot>,
}

/// Whether a follower has reason to believe that its leader lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaderContact {
    /// No fetch has succeeded yet.
    Unconfirmed,
    /// A fetch has succeeded: pre-votes are refused (KIP-996).
    Confirmed,
    /// The leader resigned or its connection broke.
    Lost,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchingSnapshot {
    pub(crate) id: SnapshotId,
    pub(crate) position: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct ResignedState {
    pub(crate) deadline: MonotonicMs,
    /// Who has not heard of it yet.
    pub(crate) unacknowledged: Vec<Destination>,
    /// Voters, the one with the longest log first.
    pub(crate) preferred: Vec<ReplicaKey>,
}

impl Election {
    pub(crate) const fn new(epoch: LeaderEpoch) -> Self {
        Self {
            epoch,
            leader: None,
            voted: None,
        }
    }

    pub(crate) fn restore(state: QuorumState) -> Self {
        let known = |id: BrokerId| (id.value() >= 0).then_some(id);
        Self {
            epoch: LeaderEpoch::new(state.leader_epoch.max(0)),
            leader: known(state.leader),
            voted: known(state.voted).map(|id| ReplicaKey::new(id, state.voted_directory)),
        }
    }

    pub(crate) fn persisted(self) -> QuorumState {
        QuorumState {
            leader: self.leader.unwrap_or(BrokerId::NONE),
            leader_epoch: self.epoch.value(),
            voted: self.voted.map_or(BrokerId::NONE, |voted| voted.id),
            voted_directory: self.voted.map_or(DirectoryId::ZERO, |voted| voted.directory_id),
        }
    }

    pub(crate) const fn leader_and_epoch(self) -> LeaderAndEpoch {
        LeaderAndEpoch {
            epoch: self.epoch,
            leader: self.leader,
        }
    }
}

impl EpochState {
    pub(crate) const fn role(&self) -> Role {
        match self {
            Self::Unattached(_) => Role::Unattached,
            Self::Prospective(_) => Role::Prospective,
            Self::Candidate(_) => Role::Candidate,
            Self::Leader(_) => Role::Leader,
            Self::Follower(_) => Role::Follower,
            Self::Resigned(_) => Role::Resigned,
        }
    }
}
