//! Decides which remembered list a Fetch request continues, and which sessions are dropped when slots run out.
//!
//! State: the sessions by id, each with the epoch that its next request must carry, and the number of partitions
//! remembered over all of them. Invariants: sessions ≤ `slots`, remembered partitions ≤ `partitions_max`; a
//! client that cannot have a session is served all the same, with session id 0 (KIP-227).
//! The bound on remembered partitions is ours: Kafka bounds only the number of sessions.

use std::collections::HashMap;

use broker_model::MonotonicMs;

use super::fetch_session::{
    FetchPartition, FetchTopic, PartitionKey, PartitionOutcome, SessionPartitions, Turn,
};

/// Number of a fetch session; 0 stands for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(i32);

impl SessionId {
    /// The wire value 0: the client has no session.
    pub const NONE: Self = Self(0);

    /// Takes the wire value.
    pub const fn new(value: i32) -> Self {
        Self(value)
    }

    /// The wire value.
    pub const fn value(self) -> i32 {
        self.0
    }
}

pub(super) const INITIAL: i32 = 0;
const FINAL: i32 = -1;

/// What a Fetch request says of its session.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    /// Session that the client continues, or [`SessionId::NONE`].
    pub session_id: SessionId,
    /// -1 ends the session, 0 asks for a new one, others count the requests of one session.
    pub session_epoch: i32,
    /// Partitions that are new or changed; all of them for epochs -1 and 0.
    pub partitions: Vec<FetchPartition>,
    /// Partitions that the client no longer wants.
    pub forgotten: Vec<PartitionKey>,
    /// Who asks: a follower's session outlives a consumer's when slots run out.
    pub privilege: Privilege,
}

/// Whose sessions give way first when slots run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// A consumer.
    Consumer,
    /// A replica.
    Follower,
}

/// How the response to a Fetch is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchContext {
    /// Names every partition; nothing is remembered.
    Sessionless,
    /// Names every partition; the session begins here.
    Full(SessionId),
    /// Names only what changed; carries the epoch that the request used.
    Incremental(SessionId, i32),
}

/// The request cannot be matched with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchSessionError {
    /// FETCH_SESSION_ID_NOT_FOUND.
    #[error("fetch session {0:?} is not known")]
    IdNotFound(SessionId),
    /// INVALID_FETCH_SESSION_EPOCH.
    #[error("fetch session {id:?} expects epoch {expected}, got {actual}")]
    InvalidEpoch {
        /// The session.
        id: SessionId,
        /// Epoch that its next request must carry.
        expected: i32,
        /// Epoch that came.
        actual: i32,
    },
    /// FETCH_SESSION_TOPIC_ID_ERROR: the session names topics the other way.
    #[error("fetch session {0:?} mixes topic names and topic ids")]
    TopicIdMismatch(SessionId),
}

/// Bounds of the cache.
#[derive(Clone, Copy, Debug)]
pub struct SessionCacheLimits {
    /// Most sessions (`max.incremental.fetch.session.cache.slots`).
    pub slots: usize,
    /// A session unused for longer may be dropped for a new one.
    pub eviction_ms: u64,
    /// Most partitions remembered over all sessions.
    pub partitions_max: usize,
}

impl Default for SessionCacheLimits {
    fn default() -> Self {
        Self {
            slots: 1_000,
            eviction_ms: 120_000,
            partitions_max: 500_000,
        }
    }
}

#[derive(Debug)]
struct Session {
    partitions: SessionPartitions,
    next_epoch: i32,
    naming: Naming,
    privilege: Privilege,
    created: MonotonicMs,
    last_used: MonotonicMs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    ByName,
    ById,
}

fn naming_of<'a>(mut topics: impl Iterator<Item = &'a FetchTopic>) -> Option<Naming> {
    topics.next().map(|topic| match topic {
        FetchTopic::Name(_) => Naming::ByName,
        FetchTopic::Id(_) => Naming::ById,
    })
}

pub(super) fn epoch_after(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

/// All fetch sessions of a broker.
#[derive(Debug)]
pub struct FetchSessionCache {
    limits: SessionCacheLimits,
    sessions: HashMap<SessionId, Session>,
    partitions: usize,
}

impl FetchSessionCache {
    /// An empty cache.
    pub fn new(limits: SessionCacheLimits) -> Self {
        Self {
            limits,
            sessions: HashMap::new(),
            partitions: 0,
        }
    }

    /// Number of sessions and of partitions remembered in them.
    pub fn size(&self) -> (usize, usize) {
        (self.sessions.len(), self.partitions)
    }

    /// Finds or makes the session of a request and answers what to read, in order.
    ///
    /// `seed` makes the id of a new session hard to guess; any number will do.
    ///
    /// # Errors
    /// When the request continues a session that is not known or is at another epoch.
    pub fn begin(
        &mut self,
        request: SessionRequest,
        now: MonotonicMs,
        seed: u64,
    ) -> Result<(FetchContext, Vec<FetchPartition>), FetchSessionError> {
        match request.session_epoch {
            FINAL => {
                self.remove(request.session_id);
                Ok((FetchContext::Sessionless, request.partitions))
            }
            INITIAL => {
                self.remove(request.session_id);
                Ok(self.create(request, now, seed))
            }
            _ => self.resume(request, now),
        }
    }

    fn create(
        &mut self,
        request: SessionRequest,
        now: MonotonicMs,
        seed: u64,
    ) -> (FetchContext, Vec<FetchPartition>) {
        let size = request.partitions.len();
        let Some(naming) = naming_of(request.partitions.iter().map(|partition| &partition.key.topic)) else {
            return (FetchContext::Sessionless, request.partitions);
        };
        if !self.make_room(size, request.privilege, now) {
            return (FetchContext::Sessionless, request.partitions);
        }
        let id = self.unused_id(seed);
        let mut partitions = SessionPartitions::default();
        partitions.upsert(request.partitions);
        let wanted = partitions.in_order();
        self.partitions += partitions.len();
        let privilege = request.privilege;
        let session = Session {
            partitions,
            next_epoch: 1,
            naming,
            privilege,
            created: now,
            last_used: now,
        };
        self.sessions.insert(id, session);
        (FetchContext::Full(id), wanted)
    }

    fn resume(
        &mut self,
        request: SessionRequest,
        now: MonotonicMs,
    ) -> Result<(FetchContext, Vec<FetchPartition>), FetchSessionError> {
        let id = request.session_id;
        let session = self
            .sessions
            .get_mut(&id)
            .ok_or(FetchSessionError::IdNotFound(id))?;
        if session.next_epoch != request.session_epoch {
            let (expected, actual) = (session.next_epoch, request.session_epoch);
            return Err(FetchSessionError::InvalidEpoch { id, expected, actual });
        }
        let topics = request.partitions.iter().map(|partition| &partition.key.topic);
        let named = naming_of(topics.chain(request.forgotten.iter().map(|key| &key.topic)));
        if named.is_some_and(|naming| naming != session.naming) {
            return Err(FetchSessionError::TopicIdMismatch(id));
        }
        let before = session.partitions.len();
        session.partitions.upsert(request.partitions);
        session.partitions.forget(&request.forgotten);
        session.next_epoch = epoch_after(request.session_epoch);
        session.last_used = now;
        let (after, wanted) = (session.partitions.len(), session.partitions.in_order());
        self.partitions = self.partitions + after - before;
        if after == 0 || self.partitions > self.limits.partitions_max {
            // An empty session is closed, and one that outgrew the budget goes on as an ordinary full fetch.
            self.remove(id);
            return Ok((FetchContext::Sessionless, wanted));
        }
        Ok((FetchContext::Incremental(id, request.session_epoch), wanted))
    }

    /// Notes what is about to be told and answers, per outcome in the same order, whether to name the partition.
    pub fn finish(
        &mut self,
        context: FetchContext,
        outcomes: &[(PartitionKey, PartitionOutcome)],
    ) -> Vec<bool> {
        let (id, names_all) = match context {
            FetchContext::Sessionless => return vec![true; outcomes.len()],
            FetchContext::Full(id) => (id, true),
            FetchContext::Incremental(id, _) => (id, false),
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return vec![true; outcomes.len()];
        };
        let mut had_turn = Vec::new();
        let mut named = Vec::with_capacity(outcomes.len());
        for (key, outcome) in outcomes {
            named.push(session.partitions.note(key, *outcome) || names_all);
            if outcome.turn == Turn::Had {
                had_turn.push(key.clone());
            }
        }
        session.partitions.rotate(&had_turn);
        named
    }

    fn remove(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.remove(&id) {
            self.partitions -= session.partitions.len();
        }
    }

    /// Whether a session of `size` partitions fits, after dropping at most one other.
    fn make_room(&mut self, size: usize, privilege: Privilege, now: MonotonicMs) -> bool {
        let fits = |cache: &Self| {
            cache.sessions.len() < cache.limits.slots
                && cache.partitions + size <= cache.limits.partitions_max
        };
        if fits(self) {
            return true;
        }
        if let Some(victim) = self.victim(size, privilege, now) {
            self.remove(victim);
        }
        fits(self)
    }

    /// The longest unused session if it is stale, else the least of those that are old, less privileged or smaller.
    fn victim(&self, size: usize, privilege: Privilege, now: MonotonicMs) -> Option<SessionId> {
        let (oldest, session) = self
            .sessions
            .iter()
            .min_by_key(|(id, session)| (session.last_used, **id))?;
        if now.since_ms(session.last_used) > self.limits.eviction_ms {
            return Some(*oldest);
        }
        let rank = |session: &Session| (session.privilege, session.partitions.len());
        self.sessions
            .iter()
            .filter(|(_, session)| now.since_ms(session.created) > self.limits.eviction_ms)
            .filter(|(_, session)| rank(session) < (privilege, size))
            .min_by_key(|(id, session)| (rank(session), **id))
            .map(|(id, _)| *id)
    }

    fn unused_id(&self, seed: u64) -> SessionId {
        let mut candidate = (seed & 0x7fff_ffff) as i32;
        loop {
            let id = SessionId(candidate.max(1));
            if !self.sessions.contains_key(&id) {
                return id;
            }
            candidate = epoch_after(id.0);
        }
    }
}

#[cfg(test)]
mod tests;
