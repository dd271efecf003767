//! What one follower asks one leader next: which partitions, in which session, and from where (KIP-227 as the client).
//!
//! Owns the partitions that are fetched from that leader, where each was last seen to stand, and what the leader
//! remembers of them. Invariants: an incremental request names exactly what the leader does not know yet; a partition
//! that waits or stands still is not in the leader's session; an answer is taken only for a position that was asked
//! for. The logs, what an answer does to them (`follower`), and the connection are elsewhere.
//!
//! Worked example: 1,000 partitions are followed and one has new records. The first request names all, the leader
//! answers with a session id. From then on a request names the one partition whose position moved, and an answer
//! names only partitions with something new.

use std::collections::{BTreeMap, BTreeSet};

use broker_model::{LeaderEpoch, MonotonicMs, PartitionIndex, TopicId};

use super::session_cache::{INITIAL, SessionId, epoch_after};
use crate::follower::FetchPosition;

/// A partition as replicas name it to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaKey {
    /// The topic.
    pub topic: TopicId,
    /// The partition in it.
    pub partition: PartitionIndex,
}

/// The next request to the leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaFetch {
    /// The session that it continues or ends; [`SessionId::NONE`] for none.
    pub session_id: SessionId,
    /// 0 asks for a new session, others count the requests of one.
    pub session_epoch: i32,
    /// What is new to the leader, neighbours of one topic next to each other.
    pub partitions: Vec<(ReplicaKey, FetchPosition)>,
    /// What is no longer wanted.
    pub forgotten: Vec<ReplicaKey>,
}

/// What the leader says to a request as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionAnswer {
    /// It was served; with the session that goes on, or [`SessionId::NONE`].
    Served(SessionId),
    /// It does not know the session (FETCH_SESSION_ID_NOT_FOUND).
    NotFound,
    /// It refuses for another reason.
    Refused,
}

/// What came of a partition's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchStep {
    /// It was taken over; the partition may stand elsewhere now.
    Taken,
    /// The leader or the disk could not help; to be asked again after a while.
    TryLater,
    /// It was taken over, and the replica has had its share of what may be moved; to be asked again then.
    HoldBack {
        /// When.
        until: MonotonicMs,
    },
    /// Nothing can be asked of this leader in this epoch any more (FENCED_LEADER_EPOCH).
    Halt,
}

/// First wait before a partition is asked for again; it doubles up to the configured backoff.
const FIRST_BACKOFF_MS: u64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fetching,
    Delayed { until: MonotonicMs },
    Halted,
}

#[derive(Clone, Debug)]
struct Followed {
    leader_epoch: LeaderEpoch,
    standing: Standing,
    /// Where the log stands, as far as is known here.
    position: Option<FetchPosition>,
    /// What the leader's session remembers.
    told: Option<FetchPosition>,
    failures: u32,
    hold: Hold,
}

/// Whether a partition that is asked for again may have to wait on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Free,
    HeldBack,
}

/// The fetches from one leader.
#[derive(Debug)]
pub struct ReplicaFetchSession {
    backoff_max_ms: u64,
    followed: BTreeMap<ReplicaKey, Followed>,
    /// Partitions whose position has to be looked up.
    unknown: BTreeSet<ReplicaKey>,
    /// Partitions whose position the leader has not been told.
    untold: BTreeSet<ReplicaKey>,
    delayed: BTreeSet<(MonotonicMs, ReplicaKey)>,
    forgotten: BTreeSet<ReplicaKey>,
    session_id: SessionId,
    next_epoch: i32,
    /// Where the next full request begins, so that a leader without room for sessions serves everybody.
    begins_after: Option<ReplicaKey>,
}

impl ReplicaFetchSession {
    /// Follows nothing yet; waits at most `backoff_max_ms` (`replica.fetch.backoff.ms`) after a failure.
    pub fn new(backoff_max_ms: u64) -> Self {
        Self {
            backoff_max_ms,
            followed: BTreeMap::new(),
            unknown: BTreeSet::new(),
            untold: BTreeSet::new(),
            delayed: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            session_id: SessionId::NONE,
            next_epoch: INITIAL,
            begins_after: None,
        }
    }

    /// Follows a partition in this epoch of its leader from now on; one that is fetched in it already just goes on.
    pub fn follow(&mut self, key: ReplicaKey, leader_epoch: LeaderEpoch) {
        let is_known = |followed: &Followed| {
            followed.leader_epoch == leader_epoch && followed.standing == Standing::Fetching
        };
        if self.followed.get(&key).is_some_and(is_known) {
            // Its log may be another one: a replica that was taken away and given back begins empty.
            self.unknown.insert(key);
            return;
        }
        let told = self.leave_list(&key);
        let followed = Followed {
            leader_epoch,
            standing: Standing::Fetching,
            position: None,
            told,
            failures: 0,
            hold: Hold::Free,
        };
        self.forgotten.remove(&key);
        self.followed.insert(key, followed);
        self.unknown.insert(key);
    }

    /// Follows a partition no longer.
    pub fn leave(&mut self, key: &ReplicaKey) {
        if self.leave_list(key).is_some() {
            self.forgotten.insert(*key);
        }
    }

    /// Takes a partition off every list; answers what the leader remembers of it.
    fn leave_list(&mut self, key: &ReplicaKey) -> Option<FetchPosition> {
        let before = self.followed.remove(key)?;
        if let Standing::Delayed { until } = before.standing {
            self.delayed.remove(&(until, *key));
        }
        self.unknown.remove(key);
        self.untold.remove(key);
        before.told
    }

    /// Number of partitions.
    pub fn len(&self) -> usize {
        self.followed.len()
    }

    /// Whether nothing is followed.
    pub fn is_empty(&self) -> bool {
        self.followed.is_empty()
    }

    /// Takes out the partitions whose position has to be looked up, those included whose delay is over.
    pub fn to_look_up(&mut self, now: MonotonicMs) -> Vec<ReplicaKey> {
        while let Some((until, key)) = self.delayed.first().copied()
            && until <= now
        {
            self.delayed.pop_first();
            if let Some(followed) = self.followed.get_mut(&key) {
                followed.standing = Standing::Fetching;
                self.unknown.insert(key);
            }
        }
        std::mem::take(&mut self.unknown).into_iter().collect()
    }

    /// Looks up the position of every partition again: maintenance may have moved a log start.
    pub fn look_up_all(&mut self) {
        let fetching = self
            .followed
            .iter()
            .filter(|(_, followed)| followed.standing == Standing::Fetching);
        self.unknown.extend(fetching.map(|(key, _)| *key));
    }

    /// Notes where a partition stands. One that follows in another epoch by now waits for the news of that.
    pub fn stands_at(&mut self, key: ReplicaKey, position: FetchPosition) {
        let Some(followed) = self.followed.get_mut(&key) else {
            return;
        };
        if position.current_leader_epoch != followed.leader_epoch {
            self.suspend(&key, Standing::Halted);
            return;
        }
        followed.position = Some(position);
        match followed.told == Some(position) {
            true => self.untold.remove(&key),
            false => self.untold.insert(key),
        };
    }

    /// The next request; none while no partition can be asked for.
    pub fn next_fetch(&mut self) -> Option<ReplicaFetch> {
        let is_asked =
            |followed: &Followed| followed.standing == Standing::Fetching && followed.position.is_some();
        if self.next_epoch == INITIAL {
            return self.full_fetch();
        }
        if !self.followed.values().any(is_asked) {
            return None;
        }
        let mut partitions = Vec::with_capacity(self.untold.len());
        for key in std::mem::take(&mut self.untold) {
            if let Some(followed) = self.followed.get_mut(&key)
                && let Some(position) = followed.position
            {
                followed.told = Some(position);
                partitions.push((key, position));
                // A leader takes what is forgotten out after it has put in what is named.
                self.forgotten.remove(&key);
            }
        }
        Some(ReplicaFetch {
            session_id: self.session_id,
            session_epoch: self.next_epoch,
            partitions,
            forgotten: std::mem::take(&mut self.forgotten).into_iter().collect(),
        })
    }

    fn full_fetch(&mut self) -> Option<ReplicaFetch> {
        self.untold.clear();
        self.forgotten.clear();
        let mut partitions = Vec::with_capacity(self.followed.len());
        for (key, followed) in &mut self.followed {
            followed.told = match followed.standing {
                Standing::Fetching => followed.position,
                Standing::Delayed { .. } | Standing::Halted => None,
            };
            partitions.extend(followed.told.map(|position| (*key, position)));
        }
        let begin = partitions.partition_point(|(key, _)| Some(*key) <= self.begins_after);
        if begin < partitions.len() {
            partitions.rotate_left(begin);
        }
        self.begins_after = partitions.first().map(|(key, _)| *key);
        (!partitions.is_empty()).then_some(ReplicaFetch {
            session_id: self.session_id,
            session_epoch: INITIAL,
            partitions,
            forgotten: Vec::new(),
        })
    }

    /// Takes over what the leader says to the request as a whole; answers whether partitions were served.
    pub fn answered(&mut self, answer: SessionAnswer) -> bool {
        match answer {
            SessionAnswer::Served(id) if id == SessionId::NONE => self.begin_anew(SessionId::NONE),
            SessionAnswer::Served(id) if self.next_epoch == INITIAL || id == self.session_id => {
                self.session_id = id;
                self.next_epoch = epoch_after(self.next_epoch);
            }
            SessionAnswer::Served(id) => self.begin_anew(id),
            SessionAnswer::NotFound => self.begin_anew(SessionId::NONE),
            // The leader may keep the session, and is told to end it.
            SessionAnswer::Refused => self.begin_anew(self.session_id),
        }
        matches!(answer, SessionAnswer::Served(_))
    }

    /// The connection ended with a request under way: what the leader remembers is not known.
    pub fn connection_broke(&mut self) {
        self.begin_anew(self.session_id);
    }

    fn begin_anew(&mut self, ended: SessionId) {
        self.session_id = ended;
        self.next_epoch = INITIAL;
    }

    /// The position that the last request named, or an earlier one of the same session; none if no answer is awaited
    /// in the epoch that is followed now.
    pub fn asked(&self, key: &ReplicaKey) -> Option<FetchPosition> {
        let followed = self.followed.get(key)?;
        let is_current = |told: &FetchPosition| told.current_leader_epoch == followed.leader_epoch;
        followed.told.filter(is_current)
    }

    /// Whether the last that came of it was that it has to wait for its share.
    pub fn is_held_back(&self, key: &ReplicaKey) -> bool {
        self.followed
            .get(key)
            .is_some_and(|followed| followed.hold == Hold::HeldBack)
    }

    /// Notes what came of a partition's answer.
    pub fn stepped(&mut self, key: ReplicaKey, step: FetchStep, now: MonotonicMs) {
        let Some(followed) = self.followed.get_mut(&key) else {
            return;
        };
        match step {
            FetchStep::Taken => {
                followed.failures = 0;
                followed.hold = Hold::Free;
                self.unknown.insert(key);
            }
            FetchStep::TryLater => {
                let wait = FIRST_BACKOFF_MS << followed.failures.min(10);
                followed.failures = followed.failures.saturating_add(1);
                let until = now.plus_ms(wait.min(self.backoff_max_ms).max(1));
                self.suspend(&key, Standing::Delayed { until });
            }
            FetchStep::HoldBack { until } => {
                followed.failures = 0;
                followed.hold = Hold::HeldBack;
                self.suspend(&key, Standing::Delayed { until });
            }
            FetchStep::Halt => self.suspend(&key, Standing::Halted),
        }
    }

    fn suspend(&mut self, key: &ReplicaKey, standing: Standing) {
        let Some(followed) = self.followed.get_mut(key) else {
            return;
        };
        if let Standing::Delayed { until } = followed.standing {
            self.delayed.remove(&(until, *key));
        }
        if let Standing::Delayed { until } = standing {
            self.delayed.insert((until, *key));
        }
        followed.standing = standing;
        followed.position = None;
        if followed.told.take().is_some() {
            self.forgotten.insert(*key);
        }
        self.unknown.remove(key);
        self.untold.remove(key);
    }

    /// When the next delay is over.
    pub fn next_retry(&self) -> Option<MonotonicMs> {
        self.delayed.first().map(|(until, _)| *until)
    }
}

#[cfg(test)]
mod tests;
