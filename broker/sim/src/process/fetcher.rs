//! Following: one fetcher for each leader, in a session with it, one fetch under way at a time.

use std::collections::BTreeMap;

use broker_model::{BrokerId, HighWatermark, LeaderEpoch, LogStartOffset, MonotonicMs};
use broker_replication::FetchPosition;
use broker_replication::Follower;
use broker_replication::fetch::{
    FetchPartition, FetchStep, FetchTopic, PartitionKey, Privilege, ReplicaFetch as SessionFetch,
    ReplicaFetchSession, ReplicaKey, SessionAnswer, SessionRequest,
};
use broker_storage::CheckpointKind;

use super::{Asked, Halt, Hosted, Process};
use crate::machine::Machine;
use crate::message::{PartitionId, ReplicaFetch, ReplicaFetchAnswer, ReplicaFetched, Request};
use crate::sabotage::Sabotage;

/// How long a leader is left alone after it could not answer.
const BACKOFF_MS: u64 = 50;
/// `replica.fetch.backoff.ms`.
const BACKOFF_MAX_MS: u64 = 400;

#[derive(Debug)]
pub(crate) struct Fetcher {
    session: ReplicaFetchSession,
    turn: Turn,
}

/// What a fetcher waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// For nothing but the time.
    Ask { from: MonotonicMs },
    /// For news of the metadata, or until a delay is over.
    Rest,
    /// For an answer.
    Await,
}

/// Whom a partition follows, in which epoch, and with which of its logs.
type Following = (BrokerId, LeaderEpoch, u64);

/// All fetchers, and what they were told to follow.
#[derive(Debug, Default)]
pub(super) struct Fetchers {
    by_leader: BTreeMap<BrokerId, Fetcher>,
    told: BTreeMap<PartitionId, Following>,
}

impl Fetchers {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let due = self.by_leader.values().filter_map(|fetcher| match fetcher.turn {
            Turn::Ask { from } => Some(from),
            Turn::Rest => fetcher.session.next_retry(),
            Turn::Await => None,
        });
        due.min()
    }

    fn order(&mut self, wanted: BTreeMap<PartitionId, Following>, now: MonotonicMs) {
        for (id, (leader, ..)) in &self.told {
            let stays = wanted.get(id).is_some_and(|(next, ..)| next == leader);
            if let Some(fetcher) = self.by_leader.get_mut(leader).filter(|_| !stays) {
                fetcher.session.leave(&key_of(*id));
            }
        }
        for (id, following) in &wanted {
            let (leader, epoch, _) = *following;
            if self.told.get(id) == Some(following) {
                continue;
            }
            let fetcher = self.by_leader.entry(leader).or_insert_with(|| Fetcher {
                session: ReplicaFetchSession::new(BACKOFF_MAX_MS),
                turn: Turn::Ask { from: now },
            });
            fetcher.session.follow(key_of(*id), epoch);
            if fetcher.turn == Turn::Rest {
                fetcher.turn = Turn::Ask { from: now };
            }
        }
        self.told = wanted;
    }
}

fn key_of((topic, partition): PartitionId) -> ReplicaKey {
    ReplicaKey { topic, partition }
}

impl Process {
    pub(super) fn fetch_from_leaders(&mut self) {
        let Some(epoch) = self.lifecycle.epoch else {
            return;
        };
        let now = self.now.monotonic;
        let wanted = self.replicas.following();
        self.fetchers.order(wanted, now);
        let leaders: Vec<BrokerId> = self.fetchers.by_leader.keys().copied().collect();
        for leader in leaders {
            let Some(fetch) = self.next_fetch(leader) else {
                continue;
            };
            let max_wait_ms = self.machine.settings.replica_wait_ms;
            let fetch = ReplicaFetch {
                follower: self.machine.id,
                epoch,
                session: self.machine.session_request(fetch),
                max_wait_ms,
            };
            // A leader is another node, so that nothing is served at once.
            let asked = Asked::Replicas(leader);
            let _sent = self.ask(leader, asked, Request::ReplicaFetch(fetch), max_wait_ms + 1_500);
        }
    }

    /// What to ask a leader now.
    fn next_fetch(&mut self, leader: BrokerId) -> Option<SessionFetch> {
        let now = self.now.monotonic;
        let fetcher = self.fetchers.by_leader.get_mut(&leader)?;
        let is_due = match fetcher.turn {
            Turn::Ask { from } => from <= now,
            Turn::Rest => fetcher.session.next_retry().is_some_and(|at| at <= now),
            Turn::Await => false,
        };
        if !is_due {
            return None;
        }
        for key in fetcher.session.to_look_up(now) {
            match self.replicas.hosted.get(&(key.topic, key.partition)) {
                Some(Hosted::Following(follower)) if follower.leader() == leader => {
                    fetcher.session.stands_at(key, follower.fetch_position());
                }
                _ => fetcher.session.leave(&key),
            }
        }
        let fetch = fetcher.session.next_fetch();
        fetcher.turn = match fetch {
            Some(_) => Turn::Await,
            None => Turn::Rest,
        };
        fetch
    }

    pub(super) fn fetch_failed(&mut self, leader: BrokerId) {
        let from = self.now.monotonic.plus_ms(BACKOFF_MS);
        if let Some(fetcher) = self.fetchers.by_leader.get_mut(&leader) {
            fetcher.session.connection_broke();
            fetcher.turn = Turn::Ask { from };
        }
    }

    /// Takes over what a leader answered, where the follower still is where it was when it asked.
    pub(super) fn fetched(&mut self, leader: BrokerId, answer: ReplicaFetchAnswer) -> Result<(), Halt> {
        let now = self.now.monotonic;
        let Some(fetcher) = self.fetchers.by_leader.get_mut(&leader) else {
            return Ok(());
        };
        let is_served = fetcher.session.answered(answer.session);
        let pause = match answer.session {
            SessionAnswer::Refused => BACKOFF_MS,
            SessionAnswer::Served(_) | SessionAnswer::NotFound => 0,
        };
        fetcher.turn = Turn::Ask {
            from: now.plus_ms(pause),
        };
        // What changed since it was asked for voids what was asked.
        let wanted = self.replicas.following();
        self.fetchers.order(wanted, now);
        for (id, answer) in answer.partitions.into_iter().filter(|_| is_served) {
            let key = key_of(id);
            let fetcher = self.fetchers.by_leader.get(&leader);
            let Some(asked) = fetcher.and_then(|fetcher| fetcher.session.asked(&key)) else {
                continue;
            };
            let step = self.take_over_answer(id, &asked, answer)?;
            if let Some(fetcher) = self.fetchers.by_leader.get_mut(&leader) {
                fetcher.session.stepped(key, step, now);
            }
        }
        Ok(())
    }

    /// The follower, if it still is where it was when it asked.
    fn follower_at(&mut self, id: PartitionId, asked: &FetchPosition) -> Option<&mut Follower> {
        match self.replicas.hosted.get_mut(&id) {
            Some(Hosted::Following(follower)) => {
                Some(&mut **follower).filter(|follower| follower.is_at(asked))
            }
            _ => None,
        }
    }

    fn take_over_answer(
        &mut self,
        id: PartitionId,
        asked: &FetchPosition,
        answer: ReplicaFetched,
    ) -> Result<FetchStep, Halt> {
        let now = self.now;
        let ignores = self.machine.settings.sabotage == Sabotage::IgnoredDivergence;
        let Some(follower) = self.follower_at(id, asked) else {
            return Ok(FetchStep::Taken);
        };
        let target = match &answer {
            ReplicaFetched::Records {
                records,
                high_watermark,
                log_start,
            } => {
                if let Some(base) = follower.begins_before(records, LogStartOffset::at(*log_start)) {
                    follower.begin_at(base, now)?;
                    self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
                }
                if let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) {
                    let log_start = LogStartOffset::at(*log_start);
                    follower.append(records, HighWatermark::at(*high_watermark), log_start, now)?;
                }
                return Ok(FetchStep::Taken);
            }
            ReplicaFetched::Refused(error) => return Ok(refused(*error)),
            ReplicaFetched::MovedToTiered => {
                self.look_for_tail(id, asked);
                return Ok(FetchStep::TryLater);
            }
            ReplicaFetched::Diverged(_) if ignores => return Ok(FetchStep::TryLater),
            ReplicaFetched::Diverged(diverging) => follower.agreed_end(*diverging),
            ReplicaFetched::OutOfRange { log_end, .. } => *log_end,
        };
        if follower.log_mut().lower_recovery_point(target) {
            self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
        }
        let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) else {
            return Ok(FetchStep::Taken);
        };
        match answer {
            ReplicaFetched::Diverged(diverging) => follower.truncate(diverging, now)?,
            ReplicaFetched::OutOfRange { log_start, log_end } => {
                follower.out_of_range(LogStartOffset::at(log_start), log_end, now)?
            }
            ReplicaFetched::Records { .. } | ReplicaFetched::Refused(_) | ReplicaFetched::MovedToTiered => {
                return Ok(FetchStep::Taken);
            }
        };
        Ok(FetchStep::Taken)
    }
}

/// The metadata that a follower waits for are there for a leader that fences it.
fn refused(error: broker_protocol::ErrorCode) -> FetchStep {
    match error {
        broker_protocol::ErrorCode::FencedLeaderEpoch => FetchStep::Halt,
        _ => FetchStep::TryLater,
    }
}

impl Machine {
    fn session_request(&self, fetch: SessionFetch) -> SessionRequest {
        let name = |key: &ReplicaKey| PartitionKey {
            topic: FetchTopic::Id(key.topic),
            partition: key.partition,
        };
        let wanted = |(key, position): &(ReplicaKey, FetchPosition)| FetchPartition {
            key: name(key),
            fetch_offset: position.fetch_offset,
            current_leader_epoch: Some(position.current_leader_epoch),
            last_fetched_epoch: position.last_fetched_epoch,
            max_bytes: self.settings.replica_fetch_bytes,
            log_start: position.log_start,
        };
        let is_kept = self.settings.sabotage == Sabotage::ForgottenChanges && fetch.session_epoch > 0;
        let told = fetch.partitions.iter().filter(|_| !is_kept);
        SessionRequest {
            session_id: fetch.session_id,
            session_epoch: fetch.session_epoch,
            partitions: told.map(wanted).collect(),
            forgotten: fetch.forgotten.iter().map(name).collect(),
            privilege: Privilege::Follower,
        }
    }
}
