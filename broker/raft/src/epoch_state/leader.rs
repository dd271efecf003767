//! What a leader knows: how far each replica has fetched, what follows for the high watermark, who still listens.
//!
//! Invariant: the high watermark never goes back, and is unknown until a majority has the record with which the
//! leader's epoch begins. Only that record shows that no other log can be longer (Raft §5.4.2); records of earlier
//! epochs are committed through it and never by counting.

use std::collections::{BTreeMap, BTreeSet};

use broker_metadata::metadata_log::Voter;
use broker_model::{BrokerId, LeaderEpoch, MonotonicMs, Now, Offset, Timestamp};

use crate::event::RequestToken;
use crate::{HostAndPort, ReplicaKey, VoterSet};

/// How long an observer that no longer fetches is still known.
pub(crate) const OBSERVER_SESSION_MS: u64 = 300_000;

/// How far a replica is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplicaProgress {
    /// Up to where its log is a prefix of the leader's, on its device.
    pub(crate) end_offset: Option<Offset>,
    pub(crate) last_fetch: Option<Now>,
    /// Where the leader's log ended at that fetch.
    pub(crate) leader_end_at_last_fetch: Offset,
    pub(crate) last_caught_up: Option<Timestamp>,
    /// When it answered that it follows.
    pub(crate) acknowledged: Option<MonotonicMs>,
}

#[derive(Clone, Debug)]
pub(crate) struct LeaderState {
    pub(crate) epoch: LeaderEpoch,
    /// Offset of the record with which the epoch begins.
    pub(crate) epoch_start: Offset,
    pub(crate) high_watermark: Option<Offset>,
    pub(crate) replicas: BTreeMap<ReplicaKey, ReplicaProgress>,
    /// Voters that fetched since the deadline was set.
    pub(crate) fetched_voters: BTreeSet<BrokerId>,
    pub(crate) check_quorum_deadline: MonotonicMs,
    pub(crate) begin_quorum_epoch_at: MonotonicMs,
    pub(crate) pending: Option<PendingVoterChange>,
}

/// The change of voters that is being made; there is one at a time (KIP-853).
#[derive(Clone, Debug)]
pub(crate) struct PendingVoterChange {
    pub(crate) kind: ChangeKind,
    pub(crate) token: RequestToken,
    pub(crate) deadline: MonotonicMs,
    pub(crate) stage: ChangeStage,
}

/// Which API the change is answered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Add,
    Remove,
}

/// When the addition of a voter is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddAck {
    WhenAppended,
    WhenCommitted,
}

#[derive(Clone, Debug)]
pub(crate) enum ChangeStage {
    /// The new voter has not said yet which `kraft.version` it supports.
    AskVersions {
        voter: Voter,
        address: HostAndPort,
        ack: AddAck,
    },
    /// The record stands at that offset.
    Commit(Offset),
}

impl LeaderState {
    /// Forgets observers that have not fetched for long: there are as many as anybody names.
    pub(crate) fn forget_silent(&mut self, voters: &VoterSet, now: Now) {
        self.replicas.retain(|replica, progress| {
            let fetched = progress
                .last_fetch
                .map_or(MonotonicMs::default(), |fetch| fetch.monotonic);
            voters.contains(*replica) || now.monotonic.since_ms(fetched) < OBSERVER_SESSION_MS
        });
    }

    /// Counts a fetch that shows the replica's log to be a prefix of the leader's up to `fetch_offset`.
    pub(crate) fn fetched(&mut self, replica: ReplicaKey, fetch_offset: Offset, log_end: Offset, now: Now) {
        let progress = self.replicas.entry(replica).or_default();
        if fetch_offset >= log_end {
            progress.last_caught_up = progress.last_caught_up.max(Some(now.wall));
        } else if progress.last_fetch.is_some() && fetch_offset >= progress.leader_end_at_last_fetch {
            progress.last_caught_up = progress
                .last_caught_up
                .max(progress.last_fetch.map(|fetch| fetch.wall));
        }
        progress.end_offset = Some(fetch_offset);
        progress.last_fetch = Some(now);
        progress.leader_end_at_last_fetch = log_end;
    }

    /// Notes that a voter listens; true when a majority has since the deadline was set.
    pub(crate) fn heard_from(&mut self, replica: ReplicaKey, voters: &VoterSet, leader: ReplicaKey) -> bool {
        if replica.id != leader.id && voters.contains(replica) {
            self.fetched_voters.insert(replica.id);
        }
        let own = usize::from(voters.contains(leader));
        let majority = self.fetched_voters.len() + own >= voters.majority();
        if majority {
            self.fetched_voters.clear();
        }
        majority
    }

    /// The high watermark that follows from what the voters have; `flushed` is what the leader has itself.
    pub(crate) fn advance(
        &mut self,
        voters: &VoterSet,
        leader: ReplicaKey,
        flushed: Offset,
    ) -> Option<Offset> {
        let mut ends: Vec<Offset> = voters
            .keys()
            .map(|voter| self.end_of(voter, leader, flushed))
            .collect();
        ends.sort_unstable_by(|a, b| b.cmp(a));
        let majority_has = *ends.get(ends.len() / 2)?;
        if majority_has <= self.epoch_start || self.high_watermark.is_some_and(|known| known >= majority_has)
        {
            return None;
        }
        self.high_watermark = Some(majority_has);
        Some(majority_has)
    }

    fn end_of(&self, voter: ReplicaKey, leader: ReplicaKey, flushed: Offset) -> Offset {
        if voter.id == leader.id {
            return flushed;
        }
        self.progress(voter)
            .and_then(|progress| progress.end_offset)
            .unwrap_or(Offset::NONE)
    }

    /// How far a voter is; one without a directory is any replica of its node.
    pub(crate) fn progress(&self, voter: ReplicaKey) -> Option<&ReplicaProgress> {
        if voter.directory_id.is_zero() {
            let of_node = self.replicas.iter().filter(|(key, _)| key.id == voter.id);
            return of_node
                .map(|(_, progress)| progress)
                .max_by_key(|progress| progress.last_fetch.map(|fetch| fetch.monotonic));
        }
        self.replicas.get(&voter)
    }

    /// When the leader last heard from a voter.
    pub(crate) fn last_heard(&self, voter: ReplicaKey) -> Option<MonotonicMs> {
        let progress = self.progress(voter)?;
        progress
            .acknowledged
            .max(progress.last_fetch.map(|fetch| fetch.monotonic))
    }
}
