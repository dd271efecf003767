//! What is due: timeouts of the role, and requests that the role wants to send to nodes that may be asked now.
//!
//! Runs after every event. Invariant: after it, nothing is due before [`Raft::deadline`].

use broker_model::MonotonicMs;

use crate::connections::Asked;
use crate::epoch_state::{EpochState, LeaderContact};
use crate::handler::vote::VoteKind;
use crate::raft::Raft;
use crate::{RaftError, Role};

/// More changes of role than can follow from one another at one moment.
const TRANSITIONS_MAX: usize = 8;

impl Raft {
    pub(crate) fn poll(&mut self) -> Result<(), RaftError> {
        for _ in 0..TRANSITIONS_MAX {
            let before = (self.role(), self.election.epoch);
            self.poll_role()?;
            if before == (self.role(), self.election.epoch) {
                break;
            }
        }
        self.expire_parked_fetches();
        Ok(())
    }

    fn poll_role(&mut self) -> Result<(), RaftError> {
        match self.role() {
            Role::Unattached => self.poll_unattached(),
            Role::Prospective => return self.poll_prospective(),
            Role::Candidate => return self.poll_candidate(),
            Role::Leader => return self.poll_leader(),
            Role::Follower => self.poll_follower(),
            Role::Resigned => self.poll_resigned(),
        }
        Ok(())
    }

    fn is_due(&self, deadline: MonotonicMs) -> bool {
        deadline <= self.now.monotonic
    }

    fn poll_unattached(&mut self) {
        let EpochState::Unattached(unattached) = &self.state else {
            return;
        };
        if self.may_stand() && self.is_due(unattached.election_deadline) {
            self.become_prospective();
        } else {
            self.send_discovery();
        }
    }

    fn poll_prospective(&mut self) -> Result<(), RaftError> {
        let EpochState::Prospective(prospective) = &self.state else {
            return Ok(());
        };
        let nominee = &prospective.nominee;
        if nominee.tally.is_granted() {
            return self.become_candidate(nominee.retries.saturating_add(1));
        }
        if nominee.tally.is_rejected() || self.is_due(nominee.deadline) {
            let follow = prospective.follow.clone();
            return match follow {
                Some(leader) => self.become_follower(self.election.epoch, leader),
                None => {
                    self.become_unattached(self.election.epoch, None);
                    Ok(())
                }
            };
        }
        let voters = nominee.tally.unrecorded();
        self.send_votes(VoteKind::PreVote, &voters);
        Ok(())
    }

    fn poll_candidate(&mut self) -> Result<(), RaftError> {
        let EpochState::Candidate(nominee) = &self.state else {
            return Ok(());
        };
        if nominee.tally.is_granted() {
            return self.become_leader();
        }
        let due = nominee
            .backoff_until
            .unwrap_or(nominee.deadline)
            .min(nominee.deadline);
        if self.is_due(due) {
            self.become_prospective();
            return Ok(());
        }
        let voters = nominee.tally.unrecorded();
        if nominee.tally.has_rejection() {
            self.start_backing_off();
        }
        self.send_votes(VoteKind::Standard, &voters);
        Ok(())
    }

    /// A candidate that was refused a vote has a rival: it tries again after a while, which may double with every
    /// loss, so that candidates do not lose to one another for ever. It does not wait for the rest of the voters,
    /// who may be dead: 1. Of three voters the leader dies. 2. The two others stand at once and vote for themselves.
    /// 3. Neither has a majority against it, and both would wait for the whole election timeout.
    fn start_backing_off(&mut self) {
        let EpochState::Candidate(nominee) = &mut self.state else {
            return;
        };
        if nominee.backoff_until.is_none() {
            let steps = 2_u64 << nominee.retries.saturating_sub(1).min(20);
            let base = self.settings.timeouts.retry_backoff_ms;
            let backoff = base.saturating_mul(1 + self.jitter.below(steps));
            let backoff = backoff.min(self.settings.timeouts.election_backoff_max_ms);
            nominee.backoff_until = Some(self.now.monotonic.plus_ms(backoff.max(1)));
        }
    }

    fn poll_leader(&mut self) -> Result<(), RaftError> {
        let EpochState::Leader(leader) = &self.state else {
            return Ok(());
        };
        let alone = self.is_voter() && self.voters().len() == 1;
        let removed = !self.is_voter() && leader.high_watermark > self.log.voters().latest_offset();
        if removed || (!alone && self.is_due(leader.check_quorum_deadline)) {
            self.become_resigned();
            return Ok(());
        }
        self.send_begin_quorum_epochs();
        self.poll_pending_change();
        Ok(())
    }

    fn poll_follower(&mut self) {
        let EpochState::Follower(follower) = &self.state else {
            return;
        };
        if self.is_due(follower.fetch_deadline) {
            if self.may_stand() {
                self.become_prospective();
            } else {
                self.become_unattached(self.election.epoch, None);
            }
        } else if self.installing.is_none() && self.connections.is_ready(follower.leader.id) {
            self.send_to_leader();
        }
    }

    fn poll_resigned(&mut self) {
        let EpochState::Resigned(resigned) = &self.state else {
            return;
        };
        if self.is_due(resigned.deadline) {
            // A node does not vote in an epoch that it led, so it has to leave it to take part again.
            self.become_unattached(self.election.epoch.next(), None);
        } else {
            self.send_end_quorum_epochs();
        }
    }

    pub(crate) fn role_deadline(&self) -> Option<MonotonicMs> {
        match &self.state {
            EpochState::Unattached(unattached) => self.may_stand().then_some(unattached.election_deadline),
            EpochState::Prospective(prospective) => Some(prospective.nominee.deadline),
            EpochState::Candidate(nominee) => Some(
                nominee
                    .backoff_until
                    .unwrap_or(nominee.deadline)
                    .min(nominee.deadline),
            ),
            EpochState::Leader(leader) => {
                let pending = leader.pending.as_ref().map(|pending| pending.deadline);
                let alone = self.voters().len() == 1;
                let quorum = leader.check_quorum_deadline.min(leader.begin_quorum_epoch_at);
                [(!alone).then_some(quorum), pending].into_iter().flatten().min()
            }
            EpochState::Follower(follower) => Some(follower.fetch_deadline),
            EpochState::Resigned(resigned) => Some(resigned.deadline),
        }
    }

    /// A leader whose connection broke gets a moment to come back, not the whole fetch timeout: its process is most
    /// likely gone (T1 of the failover budget), and a pre-vote does no harm when it is not.
    pub(crate) fn on_leader_disconnected(&mut self, node: broker_model::BrokerId) {
        let wait = self.settings.timeouts.broken_connection_ms;
        let soon = self
            .now
            .monotonic
            .plus_ms(wait.saturating_add(self.jitter.below(wait)));
        if let EpochState::Follower(follower) = &mut self.state
            && follower.leader.id == node
        {
            follower.contact = LeaderContact::Lost;
            follower.fetch_deadline = follower.fetch_deadline.min(soon);
        }
    }

    /// Asks one node after the other who leads, by a fetch (KIP-595: any node answers with the leader it knows).
    fn send_discovery(&mut self) {
        let durable = self.installing.is_none() && self.log.flushed() == self.log.end_offset().offset;
        if !durable || !self.connections.is_idle() {
            return;
        }
        let Some(to) = self.next_to_ask() else {
            return;
        };
        let request = self.fetch_request();
        self.send(to, Asked::Fetch, request);
    }
}
