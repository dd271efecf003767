//! Following: one fetcher for each leader, one fetch under way at a time.

use std::collections::BTreeMap;

use broker_model::{BrokerId, HighWatermark, LogStartOffset, MonotonicMs};
use broker_replication::Follower;
use broker_replication::fetch::{FetchPartition, FetchTopic, PartitionKey};
use broker_storage::CheckpointKind;

use super::{Asked, Halt, Hosted, Process};
use crate::message::{PartitionId, ReplicaFetch, ReplicaFetched, Request};
use crate::sabotage::Sabotage;

/// How long a leader is left alone after it could not answer.
const BACKOFF_MS: u64 = 50;

#[derive(Debug)]
pub(crate) struct Fetcher {
    /// When to fetch next; none while a fetch is under way.
    next: Option<MonotonicMs>,
}

impl Fetcher {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        self.next
    }
}

impl Process {
    pub(super) fn fetch_from_leaders(&mut self) {
        let Some(epoch) = self.lifecycle.epoch else {
            self.fetchers.retain(|_, fetcher| fetcher.next.is_none());
            return;
        };
        let mut by_leader: BTreeMap<BrokerId, Vec<FetchPartition>> = BTreeMap::new();
        for (id, hosted) in &self.replicas.hosted {
            if let Hosted::Following(follower) = hosted
                && follower.leader() != BrokerId::NONE
            {
                let wanted = self.wanted_of(*id, follower);
                by_leader.entry(follower.leader()).or_default().push(wanted);
            }
        }
        self.fetchers
            .retain(|leader, fetcher| fetcher.next.is_none() || by_leader.contains_key(leader));
        for (leader, partitions) in by_leader {
            let now = self.now.monotonic;
            let fetcher = self.fetchers.entry(leader).or_insert(Fetcher { next: Some(now) });
            if fetcher.next.is_none_or(|at| at > now) {
                continue;
            }
            fetcher.next = None;
            let max_wait_ms = self.machine.settings.replica_wait_ms;
            let fetch = ReplicaFetch {
                follower: self.machine.id,
                epoch,
                partitions: partitions.clone(),
                max_wait_ms,
            };
            let asked = Asked::Replicas(leader, partitions);
            // A leader is another node, so that nothing is served at once.
            let _sent = self.ask(leader, asked, Request::ReplicaFetch(fetch), max_wait_ms + 1_500);
        }
    }

    fn wanted_of(&self, (topic, partition): PartitionId, follower: &Follower) -> FetchPartition {
        let position = follower.fetch_position();
        FetchPartition {
            key: PartitionKey {
                topic: FetchTopic::Id(topic),
                partition,
            },
            fetch_offset: position.fetch_offset,
            current_leader_epoch: Some(position.current_leader_epoch),
            last_fetched_epoch: position.last_fetched_epoch,
            max_bytes: self.machine.settings.replica_fetch_bytes,
            log_start: position.log_start,
        }
    }

    pub(super) fn fetch_failed(&mut self, leader: BrokerId) {
        if let Some(fetcher) = self.fetchers.get_mut(&leader) {
            fetcher.next = Some(self.now.monotonic.plus_ms(BACKOFF_MS));
        }
    }

    /// Takes over what a leader answered, where the follower still is where it was when it asked.
    pub(super) fn fetched(
        &mut self,
        leader: BrokerId,
        asked: &[FetchPartition],
        answers: Vec<ReplicaFetched>,
    ) -> Result<(), Halt> {
        let mut was_refused = false;
        for (wanted, answer) in asked.iter().zip(answers) {
            let FetchTopic::Id(topic) = wanted.key.topic else {
                continue;
            };
            let id = (topic, wanted.key.partition);
            if self.follower_at(id, leader, wanted).is_some() {
                was_refused |= self.take_over_answer(id, answer)?;
            }
        }
        if let Some(fetcher) = self.fetchers.get_mut(&leader) {
            let pause = if was_refused { BACKOFF_MS } else { 0 };
            fetcher.next = Some(self.now.monotonic.plus_ms(pause));
        }
        Ok(())
    }

    /// The follower, if it still is where it was when it asked.
    fn follower_at(
        &mut self,
        id: PartitionId,
        leader: BrokerId,
        wanted: &FetchPartition,
    ) -> Option<&mut Follower> {
        let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) else {
            return None;
        };
        let position = follower.fetch_position();
        let is_there = follower.leader() == leader
            && Some(position.current_leader_epoch) == wanted.current_leader_epoch
            && position.fetch_offset == wanted.fetch_offset;
        is_there.then_some(follower)
    }

    /// Whether the leader refused.
    fn take_over_answer(&mut self, id: PartitionId, answer: ReplicaFetched) -> Result<bool, Halt> {
        let now = self.now;
        let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) else {
            return Ok(false);
        };
        let target = match &answer {
            ReplicaFetched::Records {
                records,
                high_watermark,
                log_start,
            } => {
                let log_start = LogStartOffset::at(*log_start);
                if let Some(base) = follower.begins_before(records) {
                    follower.begin_at(base, now)?;
                    self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
                }
                let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) else {
                    return Ok(false);
                };
                follower.append(records, HighWatermark::at(*high_watermark), log_start, now)?;
                return Ok(false);
            }
            ReplicaFetched::Refused(_) => return Ok(true),
            ReplicaFetched::Diverged(_) if self.machine.settings.sabotage == Sabotage::IgnoredDivergence => {
                return Ok(false);
            }
            ReplicaFetched::Diverged(diverging) => follower.agreed_end(*diverging),
            ReplicaFetched::OutOfRange { log_end, .. } => *log_end,
        };
        if follower.log_mut().lower_recovery_point(target) {
            self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
        }
        let Some(Hosted::Following(follower)) = self.replicas.hosted.get_mut(&id) else {
            return Ok(false);
        };
        match answer {
            ReplicaFetched::Diverged(diverging) => follower.truncate(diverging, now)?,
            ReplicaFetched::OutOfRange { log_start, log_end } => {
                follower.out_of_range(LogStartOffset::at(log_start), log_end, now)?
            }
            _ => return Ok(false),
        };
        Ok(false)
    }
}
