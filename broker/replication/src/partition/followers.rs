//! What fetching followers do to a partition: the high watermark moves, and the in-sync set is proposed to change.
//!
//! Invariants: the high watermark is the smallest log end over all replicas that may be in sync, and stands still
//! while fewer than `min.insync.replicas` are (KIP-966); a follower is proposed as in sync only when it has
//! everything below the high watermark and everything from before this leader's epoch (I1); one proposal at a time.
//!
//! Worked example: the leader's log ends at 130, the in-sync follower has 120, a third replica outside of the set has
//! 118 and was caught up a second ago. The high watermark waits at 118 for it: else it could never catch up with a
//! busy leader, whose end is always ahead of what it fetches.

use broker_model::{
    BrokerId, HighWatermark, LogStartOffset, MonotonicMs, Offset, PartitionEpoch, TopicPartition,
};

use super::{FollowerFetch, FollowerState, IsrAnswer, IsrProposal, Partition};
use crate::purgatory::Wake;

/// Whether the metadata let a broker join the in-sync set: it is alive and not leaving (KIP-841).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// It may.
    Eligible,
    /// It is fenced, shuts down, or fetched in an older registration.
    Ineligible,
}

/// A broker fetches as a replica and holds none (NOT_LEADER_OR_FOLLOWER): it knows newer metadata, or older.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("broker {follower} holds no replica of {partition}")]
pub struct NotAReplica {
    /// The partition.
    pub partition: TopicPartition,
    /// Who fetched.
    pub follower: BrokerId,
}

/// How far a produce request with acks=all has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProduceProgress {
    /// Its records are on enough replicas in sync.
    Acknowledged,
    /// Its records are on all replicas in sync, but these are too few (NOT_ENOUGH_REPLICAS_AFTER_APPEND).
    TooFewInSync,
    /// Its records are not everywhere yet.
    Waiting,
}

/// Appends that wait for the high watermark to pass are remembered one by one up to this many.
const REMEMBERED_APPENDS: usize = 1_024;

impl<W: Wake> Partition<W> {
    /// Takes note of a follower's fetch, and answers what is to be proposed to the controller because of it.
    ///
    /// # Errors
    /// When the broker holds no replica.
    pub fn fetched_by(
        &mut self,
        fetch: &FollowerFetch,
        eligibility: Eligibility,
    ) -> Result<Option<IsrProposal>, NotAReplica> {
        let leader_end = self.log.log_end();
        let Some(follower) = self
            .followers
            .iter_mut()
            .find(|state| state.id() == fetch.follower)
        else {
            return Err(NotAReplica {
                partition: self.id().clone(),
                follower: fetch.follower,
            });
        };
        follower.note_fetch(fetch, leader_end);
        follower.set_eligibility(eligibility);
        let is_refusing = follower.is_refusing(fetch.now);
        let proposal = match is_refusing {
            true => self.propose_shrink(fetch.now),
            false => self.propose_expansion(fetch, eligibility),
        };
        self.maybe_increment_high_watermark(fetch.now);
        Ok(proposal)
    }

    fn propose_expansion(&mut self, fetch: &FollowerFetch, eligibility: Eligibility) -> Option<IsrProposal> {
        let has_everything = fetch.fetch_offset >= self.log.high_watermark().offset()
            && fetch.fetch_offset >= self.epoch_start;
        if eligibility == Eligibility::Ineligible
            || !has_everything
            || self.in_sync.is_changing()
            || self.in_sync.may_contain(fetch.follower)
        {
            return None;
        }
        let mut set = self.in_sync.committed().to_vec();
        set.push(fetch.follower);
        Some(self.propose(set))
    }

    /// Proposes to leave out the followers that have lagged for longer than `replica.lag.time.max.ms`, and those that
    /// keep nothing of what they are given.
    pub fn propose_shrink(&mut self, now: MonotonicMs) -> Option<IsrProposal> {
        if self.in_sync.is_changing() {
            return None;
        }
        let leader_end = self.log.log_end();
        let lags = |id: &BrokerId| {
            self.followers.iter().any(|state| {
                state.id() == *id && !state.is_caught_up(leader_end, now, self.settings.replica_lag_max_ms)
            })
        };
        let kept: Vec<BrokerId> = self
            .in_sync
            .committed()
            .iter()
            .copied()
            .filter(|id| !lags(id))
            .collect();
        (kept.len() < self.in_sync.len()).then(|| self.propose(kept))
    }

    /// Looks at the followers unasked: one that was about to join and fell silent is waited for no longer than
    /// `replica.lag.time.max.ms`, one that is in sync is proposed out after that time.
    pub fn look_after_followers(&mut self, now: MonotonicMs) -> Option<IsrProposal> {
        self.maybe_increment_high_watermark(now);
        self.propose_shrink(now)
    }

    /// The metadata let these brokers join the in-sync set no more: nobody waits for them to do so, until a fetch of
    /// theirs says that they may.
    pub fn may_not_join(&mut self, brokers: &[BrokerId], now: MonotonicMs) {
        let named = self
            .followers
            .iter_mut()
            .filter(|state| brokers.contains(&state.id()));
        named.for_each(|state| state.set_eligibility(Eligibility::Ineligible));
        self.maybe_increment_high_watermark(now);
    }

    fn propose(&mut self, set: Vec<BrokerId>) -> IsrProposal {
        let with_epoch = |id: &BrokerId| {
            let state = self.followers.iter().find(|state| state.id() == *id);
            (*id, state.and_then(FollowerState::broker_epoch))
        };
        let proposal = IsrProposal {
            partition_epoch: self.in_sync.partition_epoch(),
            in_sync: set.iter().map(with_epoch).collect(),
        };
        self.in_sync.propose(set);
        proposal
    }

    /// Takes over what the controller says to the proposal that was made on top of the decision `base`.
    pub fn isr_answered(&mut self, base: PartitionEpoch, answer: IsrAnswer, now: MonotonicMs) {
        if self.in_sync.answered(base, answer) {
            self.maybe_increment_high_watermark(now);
        }
    }

    /// The follower among `candidates` that a consumer at `fetch_offset` had best read from (KIP-392): in sync, with that
    /// offset, and with the longest log.
    pub fn preferred_follower(&self, fetch_offset: Offset, candidates: &[BrokerId]) -> Option<BrokerId> {
        let is_fit = |state: &&FollowerState| {
            candidates.contains(&state.id())
                && self.in_sync.committed().contains(&state.id())
                && state.log_end().is_some_and(|end| end.offset() >= fetch_offset)
                && state.log_start().offset() <= fetch_offset
        };
        let fit = self.followers.iter().filter(is_fit);
        fit.max_by_key(|state| (state.log_end(), state.last_caught_up()))
            .map(FollowerState::id)
    }

    /// How far a request is whose records end before `required`.
    pub fn produce_progress(&self, required: Offset) -> ProduceProgress {
        if self.log.high_watermark().offset() < required {
            return ProduceProgress::Waiting;
        }
        match self.in_sync.len() >= self.required_in_sync() {
            true => ProduceProgress::Acknowledged,
            false => ProduceProgress::TooFewInSync,
        }
    }

    /// How many replicas must be in sync for an append with acks=all.
    pub fn required_in_sync(&self) -> usize {
        self.in_sync.required(self.settings.min_in_sync_replicas)
    }

    /// The smallest log start over all replicas that are alive: what DeleteRecords waits for (KIP-107).
    pub fn low_watermark(&self, is_alive: impl Fn(BrokerId) -> bool) -> LogStartOffset {
        let alive = self.followers.iter().filter(|state| is_alive(state.id()));
        let starts = alive.map(FollowerState::log_start);
        starts.fold(self.log.log_start(), LogStartOffset::min)
    }

    /// Moves the high watermark to where all replicas are that count, and wakes who waited for it.
    pub(super) fn maybe_increment_high_watermark(&mut self, now: MonotonicMs) {
        if self.in_sync.len() < self.required_in_sync() {
            return;
        }
        let Some(target) = self.replicated_up_to(now) else {
            return;
        };
        let before = self.log.high_watermark();
        if target <= before.offset() {
            return;
        }
        let after = self.log.update_high_watermark(HighWatermark::at(target));
        assert!(
            after > before,
            "the high watermark moved back from {before} to {after} (I7)"
        );
        self.produces.reached(after);
        let readable = self.take_appends_before(after.offset());
        self.fetches.more_readable(readable);
    }

    /// The smallest log end over the replicas that count; none while one of them is unknown.
    fn replicated_up_to(&self, now: MonotonicMs) -> Option<Offset> {
        let leader_end = self.log.log_end();
        let lag_max_ms = self.settings.replica_lag_max_ms;
        let mut smallest = leader_end;
        for follower in &self.followers {
            let counts = self.in_sync.may_contain(follower.id());
            let joins = || follower.is_eligible() && follower.is_caught_up(leader_end, now, lag_max_ms);
            match follower.log_end() {
                Some(end) if counts || joins() => smallest = smallest.min(end),
                None if counts => return None,
                _ => {}
            }
        }
        Some(smallest.offset())
    }

    /// Remembers an append until the high watermark has passed it.
    pub(super) fn remember_append(&mut self, next_offset: Offset, size: i64) {
        let is_full = self.appends.len() >= REMEMBERED_APPENDS;
        match self.appends.back_mut() {
            Some(last) if is_full => {
                last.0 = next_offset;
                last.1 += size;
            }
            _ => self.appends.push_back((next_offset, size)),
        }
    }

    /// Bytes of the remembered appends that end at or before `offset`, which are forgotten.
    fn take_appends_before(&mut self, offset: Offset) -> i64 {
        let mut bytes = 0;
        while let Some((end, size)) = self.appends.front() {
            if *end > offset {
                break;
            }
            bytes += size;
            self.appends.pop_front();
        }
        bytes
    }
}
