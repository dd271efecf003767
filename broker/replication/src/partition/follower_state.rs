//! What a leader knows of one follower: how far it fetched, and since when it has everything.
//!
//! State of the leader alone; it is forgotten with the leadership. Invariant: `last_caught_up` is the latest time at
//! which the follower had all that the leader had, as far as its fetches prove it.
//!
//! Worked example: the log ends at 100 when the follower fetches from 90, at time 5. At time 8 it fetches from 100
//! while the log ends at 130: it does not have everything now, but it had at time 5. It is caught up as of 5.
//!
//! A follower that is given records and asks for the same ones again and again cannot keep them: its disk is full, or
//! it finds them damaged. It says so in no other way, and is not in sync from then on, lag time or not (ADR 7).

use super::Eligibility;
use broker_model::{BrokerEpoch, BrokerId, LogEndOffset, LogStartOffset, MonotonicMs, Offset};

/// Answers that a follower may lose on the way, or be late with, before it counts as one that keeps nothing.
const REFUSALS_MIN: u32 = 4;
/// For how long it must have kept nothing by then.
const REFUSING_MIN_MS: u64 = 1_000;

/// What the answer to a fetch carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Records from the offset that was asked for.
    Records,
    /// None: there are none, or no room for them.
    Nothing,
}

/// What a follower says with a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowerFetch {
    /// Who fetches.
    pub follower: BrokerId,
    /// The epoch in which it is registered, if it says so (KIP-903).
    pub broker_epoch: Option<BrokerEpoch>,
    /// The next offset that it wants, and so the end of its log.
    pub fetch_offset: Offset,
    /// Where its log starts.
    pub log_start: LogStartOffset,
    /// What it is answered.
    pub given: Given,
    /// When.
    pub now: MonotonicMs,
}

/// Records that a follower was given and has not kept since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Refusing {
    since: MonotonicMs,
    times: u32,
}

/// One follower in the eyes of its leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerState {
    id: BrokerId,
    broker_epoch: Option<BrokerEpoch>,
    log_end: Option<LogEndOffset>,
    log_start: LogStartOffset,
    last_caught_up: MonotonicMs,
    last_fetch: MonotonicMs,
    leader_end_at_last_fetch: LogEndOffset,
    eligibility: Eligibility,
    refusing: Option<Refusing>,
}

impl FollowerState {
    /// A follower of a new leader: nothing is known of it, and it gets the whole lag time to show itself.
    pub fn new(id: BrokerId, now: MonotonicMs) -> Self {
        Self {
            id,
            broker_epoch: None,
            log_end: None,
            log_start: LogStartOffset::default(),
            last_caught_up: now,
            last_fetch: now,
            leader_end_at_last_fetch: LogEndOffset::default(),
            eligibility: Eligibility::Ineligible,
            refusing: None,
        }
    }

    /// Takes over whether the metadata let it join the in-sync set.
    pub fn set_eligibility(&mut self, eligibility: Eligibility) {
        self.eligibility = eligibility;
    }

    /// Whether the metadata let it join the in-sync set, as of its last fetch.
    pub fn is_eligible(&self) -> bool {
        self.eligibility == Eligibility::Eligible
    }

    /// Who it is.
    pub fn id(&self) -> BrokerId {
        self.id
    }

    /// The epoch in which it is registered, as its last fetch said.
    pub fn broker_epoch(&self) -> Option<BrokerEpoch> {
        self.broker_epoch
    }

    /// The end of its log; none before its first fetch.
    pub fn log_end(&self) -> Option<LogEndOffset> {
        self.log_end
    }

    /// The start of its log.
    pub fn log_start(&self) -> LogStartOffset {
        self.log_start
    }

    /// The latest time at which it had everything.
    pub fn last_caught_up(&self) -> MonotonicMs {
        self.last_caught_up
    }

    /// Takes note of a fetch while the leader's log ends at `leader_end`.
    pub fn note_fetch(&mut self, fetch: &FollowerFetch, leader_end: LogEndOffset) {
        let position = LogEndOffset::at(fetch.fetch_offset);
        if position >= leader_end {
            self.last_caught_up = self.last_caught_up.max(fetch.now);
        } else if position >= self.leader_end_at_last_fetch {
            self.last_caught_up = self.last_caught_up.max(self.last_fetch);
        }
        self.note_given(fetch);
        self.broker_epoch = fetch.broker_epoch;
        self.log_end = Some(position);
        self.log_start = fetch.log_start;
        self.last_fetch = fetch.now;
        self.leader_end_at_last_fetch = leader_end;
    }

    fn note_given(&mut self, fetch: &FollowerFetch) {
        let stands = self.log_end == Some(LogEndOffset::at(fetch.fetch_offset));
        let before = self.refusing.filter(|_| stands);
        self.refusing = match (before, fetch.given) {
            (None, Given::Records) => Some(Refusing {
                since: fetch.now,
                times: 0,
            }),
            (Some(before), Given::Records) => Some(Refusing {
                times: before.times.saturating_add(1),
                ..before
            }),
            (before, Given::Nothing) => before,
        };
    }

    /// Whether it keeps nothing of what it is given.
    pub fn is_refusing(&self, now: MonotonicMs) -> bool {
        let long_enough = |refusing: &Refusing| {
            refusing.times >= REFUSALS_MIN && now.since_ms(refusing.since) >= REFUSING_MIN_MS
        };
        self.refusing.as_ref().is_some_and(long_enough)
    }

    /// Whether it has, or lately had, everything (`replica.lag.time.max.ms`) and keeps what it is given.
    pub fn is_caught_up(&self, leader_end: LogEndOffset, now: MonotonicMs, lag_max_ms: u64) -> bool {
        let lately = now.since_ms(self.last_caught_up) <= lag_max_ms && !self.is_refusing(now);
        self.log_end == Some(leader_end) || lately
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(offset: i64, now_ms: u64) -> FollowerFetch {
        FollowerFetch {
            follower: BrokerId::new(2),
            broker_epoch: None,
            fetch_offset: Offset::new(offset),
            log_start: LogStartOffset::default(),
            given: Given::Nothing,
            now: MonotonicMs::from_ms(now_ms),
        }
    }

    fn end(offset: i64) -> LogEndOffset {
        LogEndOffset::at(Offset::new(offset))
    }

    fn at(now_ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(now_ms)
    }

    #[test]
    fn a_follower_of_a_busy_leader_was_caught_up_when_it_fetched_what_it_has_now() {
        let mut follower = FollowerState::new(BrokerId::new(2), at(0));
        follower.note_fetch(&fetch(90, 5_000), end(100));
        follower.note_fetch(&fetch(100, 8_000), end(130));
        assert!(follower.is_caught_up(end(130), at(15_000), 10_000));
        assert!(!follower.is_caught_up(end(130), at(15_001), 10_000));
    }

    #[test]
    fn a_follower_that_stops_fetching_falls_behind_only_when_there_is_something_to_fetch() {
        let mut follower = FollowerState::new(BrokerId::new(2), at(0));
        follower.note_fetch(&fetch(100, 1_000), end(100));
        assert!(follower.is_caught_up(end(100), at(1_000_000), 10_000));
        assert!(!follower.is_caught_up(end(101), at(1_000_000), 10_000));
    }

    #[test]
    fn a_follower_that_never_fetched_has_the_lag_time_to_show_itself() {
        let follower = FollowerState::new(BrokerId::new(2), at(500));
        assert!(follower.is_caught_up(end(0), at(10_500), 10_000));
        assert!(!follower.is_caught_up(end(0), at(10_501), 10_000));
    }
    fn given_at(follower: &mut FollowerState, offset: i64, times_ms: &[u64]) {
        for ms in times_ms {
            let fetch = FollowerFetch {
                given: Given::Records,
                ..fetch(offset, *ms)
            };
            follower.note_fetch(&fetch, end(100));
        }
    }

    #[test]
    fn a_follower_that_keeps_asking_for_what_it_was_given_is_not_caught_up() {
        let mut follower = FollowerState::new(BrokerId::new(2), at(0));
        given_at(&mut follower, 90, &[0, 50, 150, 350]);
        assert!(
            follower.is_caught_up(end(100), at(1_200), 10_000),
            "answers get lost"
        );
        given_at(&mut follower, 90, &[750]);
        assert!(follower.is_caught_up(end(100), at(999), 10_000), "it may be slow");
        assert!(!follower.is_caught_up(end(100), at(1_000), 10_000));
    }

    #[test]
    fn a_follower_that_keeps_something_is_slow_and_no_more() {
        let mut follower = FollowerState::new(BrokerId::new(2), at(0));
        given_at(&mut follower, 90, &[0, 300, 600, 900, 1_200]);
        assert!(follower.is_refusing(at(1_200)));
        given_at(&mut follower, 91, &[1_300]);
        assert!(!follower.is_refusing(at(9_000)));
    }

    #[test]
    fn a_follower_that_there_was_no_room_for_refuses_nothing() {
        let mut follower = FollowerState::new(BrokerId::new(2), at(0));
        for ms in [0, 300, 600, 900, 1_200, 1_500] {
            follower.note_fetch(&fetch(90, ms), end(100));
        }
        assert!(!follower.is_refusing(at(1_500)));
    }
}
