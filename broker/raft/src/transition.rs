//! Changes of role and epoch. Every one goes through `enter`, which persists the election state before anything else
//! happens in the new role.
//!
//! Invariants: the epoch never goes back; an epoch's leader, once known, does not change; a vote given in an epoch
//! stays given as long as that epoch lasts.

use std::collections::{BTreeMap, BTreeSet};

use broker_metadata::metadata_log::{ControlRecord, LeaderChange};
use broker_model::{BrokerId, LeaderEpoch, MonotonicMs, Offset};

use crate::epoch_state::{
    Election, EpochState, FollowerState, LeaderContact, LeaderState, Nominee, Prospective, ResignedState,
    Unattached, VoteTally,
};
use crate::raft::Raft;
use crate::{Destination, Effect, LeaderAndEpoch, RaftError, ReplicaKey, Role};

impl Raft {
    /// The first role after a start.
    pub(crate) fn start(&mut self, stored: Election) -> Result<(), RaftError> {
        if self.election != stored {
            self.effects
                .push(Effect::PersistQuorumState(self.election.persisted()));
        }
        self.effects
            .push(Effect::LeaderChanged(self.election.leader_and_epoch()));
        if let Some(offset) = self.high_watermark {
            self.effects
                .push(Effect::HighWatermarkAdvanced(broker_model::HighWatermark::at(
                    offset,
                )));
        }
        self.effects.push(Effect::VotersChanged(self.voters().clone()));
        if self.is_voter() && self.voters().len() == 1 {
            return self.become_candidate(1);
        }
        let leader = self.election.leader;
        if leader == Some(self.settings.replica.id) {
            self.become_resigned();
            return Ok(());
        }
        match leader.and_then(|leader| self.destination(leader)) {
            Some(leader) => self.become_follower(self.election.epoch, leader),
            None => {
                self.become_unattached(self.election.epoch, None);
                Ok(())
            }
        }
    }

    fn enter(&mut self, election: Election, state: EpochState) {
        debug_assert!(election.epoch >= self.election.epoch, "epochs never go back");
        if election != self.election {
            self.effects
                .push(Effect::PersistQuorumState(election.persisted()));
        }
        if election.leader_and_epoch() != self.election.leader_and_epoch() {
            self.effects
                .push(Effect::LeaderChanged(election.leader_and_epoch()));
        }
        self.election = election;
        self.connections.reset();
        self.leader_high_watermark = self.high_watermark;
        let left = std::mem::replace(&mut self.state, state);
        if let EpochState::Leader(left) = left {
            if self.election.epoch == left.epoch {
                // It stays the leader of that epoch for those who ask, but nobody leads any more.
                self.effects.push(Effect::LeaderChanged(LeaderAndEpoch {
                    epoch: left.epoch,
                    leader: None,
                }));
            }
            self.refuse_pending_change(left.pending);
            self.complete_parked_fetches();
        }
    }

    /// Waits for a leader in that epoch; `leader` is one that cannot be reached yet.
    pub(crate) fn become_unattached(&mut self, epoch: LeaderEpoch, leader: Option<BrokerId>) {
        let mut election = self.election_in(epoch);
        election.leader = election.leader.or(leader);
        let election_deadline = match self.time_left() {
            Some(deadline) if deadline > self.now.monotonic => deadline,
            _ => self.election_deadline(),
        };
        self.enter(election, EpochState::Unattached(Unattached { election_deadline }));
    }

    /// Follows the leader of that epoch.
    pub(crate) fn become_follower(
        &mut self,
        epoch: LeaderEpoch,
        leader: Destination,
    ) -> Result<(), RaftError> {
        let mut election = self.election_in(epoch);
        if let Some(known) = election.leader.filter(|known| *known != leader.id) {
            return Err(RaftError::TwoLeaders {
                epoch,
                known,
                claimed: leader.id,
            });
        }
        election.leader = Some(leader.id);
        let now = self.now.monotonic;
        let state = FollowerState {
            leader,
            contact: LeaderContact::Unconfirmed,
            fetch_deadline: now.plus_ms(self.settings.timeouts.fetch_timeout_ms),
            update_voter_at: now,
            snapshot: None,
        };
        self.enter(election, EpochState::Follower(state));
        Ok(())
    }

    /// Asks whether an election could be won (KIP-996).
    pub(crate) fn become_prospective(&mut self) {
        let (retries, follow) = match &self.state {
            EpochState::Candidate(nominee) => (nominee.retries, None),
            EpochState::Follower(follower) if follower.contact != LeaderContact::Lost => {
                (0, Some(follower.leader.clone()))
            }
            _ => (0, None),
        };
        let nominee = self.nominee(retries);
        let state = EpochState::Prospective(Prospective { nominee, follow });
        self.enter(self.election, state);
    }

    /// Stands for election in the next epoch.
    pub(crate) fn become_candidate(&mut self, retries: u32) -> Result<(), RaftError> {
        let nominee = self.nominee(retries);
        let won = nominee.tally.is_granted();
        let mut election = Election::new(self.election.epoch.next());
        election.voted = Some(self.settings.replica);
        self.enter(election, EpochState::Candidate(nominee));
        if won { self.become_leader() } else { Ok(()) }
    }

    /// Leads the epoch in which this candidate has a majority of votes.
    pub(crate) fn become_leader(&mut self) -> Result<(), RaftError> {
        let EpochState::Candidate(nominee) = &self.state else {
            return Ok(());
        };
        let granting = nominee.tally.granting();
        let now = self.now.monotonic;
        let leader = LeaderState {
            epoch: self.election.epoch,
            epoch_start: self.log.end_offset().offset,
            high_watermark: None,
            replicas: BTreeMap::new(),
            fetched_voters: BTreeSet::new(),
            check_quorum_deadline: now.plus_ms(self.settings.timeouts.check_quorum_ms()),
            begin_quorum_epoch_at: now,
            pending: None,
        };
        let mut election = self.election;
        election.leader = Some(self.settings.replica.id);
        self.enter(election, EpochState::Leader(Box::new(leader)));
        self.append_epoch_start(granting)
    }

    /// The first record of the epoch. Behind it, once, the voters that `format` put into the first snapshot, so that
    /// replicas get them that never see that snapshot; and whenever this voter listens elsewhere than they say, the
    /// voters with the right address: others ask the leader to change theirs (UpdateRaftVoter), a leader asks nobody.
    fn append_epoch_start(&mut self, granting_voters: Vec<BrokerId>) -> Result<(), RaftError> {
        let mut controls = vec![ControlRecord::LeaderChange(LeaderChange {
            leader: self.settings.replica.id,
            voters: self.voters().iter().map(|voter| voter.id).collect(),
            granting_voters,
        })];
        if self.kraft_version() > 0 {
            let stand_in_log = self.log.voters().latest_offset() != Some(Offset::NONE);
            if !stand_in_log {
                controls.push(ControlRecord::KRaftVersion(self.kraft_version()));
            }
            let own = self.settings.as_voter(self.settings.replica.directory_id);
            let voters = self
                .voters()
                .updated(own)
                .unwrap_or_else(|| self.voters().clone());
            if !stand_in_log || voters != *self.voters() {
                controls.push(ControlRecord::KRaftVoters(voters.to_record()));
            }
        }
        self.append_controls(&controls).map(drop)
    }

    /// Leads no longer, and tells the voters, the one with the longest log first.
    pub(crate) fn become_resigned(&mut self) {
        let me = self.settings.replica;
        let mut preferred: Vec<ReplicaKey> = self.voters().keys().filter(|voter| voter.id != me.id).collect();
        if let EpochState::Leader(leader) = &self.state {
            preferred.sort_by_key(|voter| {
                std::cmp::Reverse(leader.progress(*voter).and_then(|progress| progress.end_offset))
            });
        }
        let unacknowledged = preferred
            .iter()
            .filter_map(|voter| self.destination(voter.id))
            .collect();
        let deadline = self.election_deadline();
        let state = ResignedState {
            deadline,
            unacknowledged,
            preferred,
        };
        self.enter(self.election, EpochState::Resigned(state));
    }

    pub(crate) fn on_resign(&mut self, epoch: LeaderEpoch) -> Result<(), RaftError> {
        if self.role() == Role::Leader && self.election.epoch == epoch {
            self.become_resigned();
        }
        Ok(())
    }

    /// The election state when the epoch becomes that one.
    const fn election_in(&self, epoch: LeaderEpoch) -> Election {
        if epoch.value() > self.election.epoch.value() {
            Election::new(epoch)
        } else {
            self.election
        }
    }

    fn nominee(&mut self, retries: u32) -> Nominee {
        Nominee {
            tally: VoteTally::new(self.voters().clone(), self.settings.replica.id),
            deadline: self.election_deadline(),
            retries,
            backoff_until: None,
        }
    }

    /// When an election that begins now is over.
    pub(crate) fn election_deadline(&mut self) -> MonotonicMs {
        let timeout = self.settings.timeouts.election_timeout_ms;
        self.now
            .monotonic
            .plus_ms(timeout.saturating_add(self.jitter.below(timeout)))
    }

    /// When the present role would have asked for an election: a message of a newer epoch does not start the wait
    /// anew, or a stream of them would keep this member from ever standing.
    const fn time_left(&self) -> Option<MonotonicMs> {
        match &self.state {
            EpochState::Unattached(unattached) => Some(unattached.election_deadline),
            EpochState::Prospective(prospective) => Some(prospective.nominee.deadline),
            EpochState::Candidate(nominee) => Some(nominee.deadline),
            EpochState::Follower(follower) => Some(follower.fetch_deadline),
            EpochState::Leader(_) => None,
            EpochState::Resigned(resigned) => Some(resigned.deadline),
        }
    }
}
