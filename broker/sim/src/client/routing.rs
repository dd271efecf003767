//! Which node leads what, as a client has learned it from some node's metadata, which may be old.

use std::collections::BTreeMap;

use broker_model::{BrokerId, LeaderEpoch};

use super::Surroundings;
use crate::message::{PartitionId, PartitionInfo, Request};

/// How often a client that knows enough asks anew.
const REFRESH_MS: u64 = 2_000;

#[derive(Debug, Default)]
pub(super) struct Routing {
    known: BTreeMap<PartitionId, PartitionInfo>,
    asked: Option<u64>,
    next: u64,
    requests: u64,
}

impl Routing {
    pub(super) fn next_id(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Asks some node if it is time.
    pub(super) fn refresh(&mut self, around: &mut Surroundings<'_>) {
        if self.asked.is_some() || self.next > around.now {
            return;
        }
        let Some(node) = around.chance.pick(around.nodes).copied() else {
            return;
        };
        let id = self.next_id();
        self.asked = Some(id);
        around.send(id, node, Request::Metadata, 500);
    }

    /// What is known may be wrong.
    pub(super) fn doubt(&mut self, now: u64) {
        self.next = self.next.min(now + 20);
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.asked.is_none().then_some(self.next)
    }

    /// Takes an answer over; a partition's leader of an older epoch than what is known is not believed.
    pub(super) fn learn(&mut self, id: u64, answer: Option<Vec<PartitionInfo>>, now: u64) -> bool {
        if self.asked != Some(id) {
            return false;
        }
        self.asked = None;
        self.next = now + REFRESH_MS;
        let Some(partitions) = answer else {
            self.next = now + 50;
            return true;
        };
        for partition in partitions {
            let is_older = |known: &PartitionInfo| known.leader_epoch > partition.leader_epoch;
            if !self.known.get(&partition.id).is_some_and(is_older) {
                self.known.insert(partition.id, partition);
            }
        }
        true
    }

    pub(super) fn partitions(&self, topic: &str) -> Vec<PartitionId> {
        let named = self.known.values().filter(|partition| &*partition.topic == topic);
        named.map(|partition| partition.id).collect()
    }

    pub(super) fn leader(&self, id: PartitionId) -> Option<(i32, LeaderEpoch)> {
        let known = self
            .known
            .get(&id)
            .filter(|known| known.leader != BrokerId::NONE)?;
        Some((known.leader.value(), known.leader_epoch))
    }

    pub(super) fn replicas(&self, id: PartitionId) -> Vec<i32> {
        let known = self
            .known
            .get(&id)
            .map(|known| &known.replicas[..])
            .unwrap_or_default();
        known.iter().map(|id| id.value()).collect()
    }
}
