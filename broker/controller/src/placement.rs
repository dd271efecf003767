//! Where the replicas of new partitions go: striped over racks and brokers (KIP-36).
//!
//! Racks take turns, and so do the brokers of a rack, so that leaders and replicas are spread evenly. The first
//! replica, which will lead, is always on a broker that is not fenced; fenced brokers are used for others when a
//! rack has nothing better. After each broker has led once the order is shuffled anew, so that the same brokers do
//! not share all partitions.
//!
//! ```text
//! racks a: 1 2   b: 3 4   c: 5      replication factor 3
//! partition 0   a1 b3 c5
//! partition 1   b4 c5 a2
//! partition 2   c5 a1 b3
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_model::BrokerId;
use thiserror::Error;

use crate::Seed;

/// A broker that may hold replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableBroker {
    /// The broker.
    pub id: BrokerId,
    /// Its rack.
    pub rack: Option<Arc<str>>,
    /// Whether it is fenced: it may hold replicas, but cannot lead.
    pub fenced: bool,
}

/// What is to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacementSpec {
    /// How many partitions.
    pub partitions: usize,
    /// How many replicas of each.
    pub replication_factor: usize,
}

/// There are too few brokers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlacementError {
    /// Fewer brokers than replicas.
    #[error(
        "{wanted} replicas of a partition need as many brokers, but {registered} can take replicas: they are registered and not cordoned"
    )]
    TooFewBrokers {
        /// Replicas of a partition.
        wanted: usize,
        /// Brokers that can take replicas.
        registered: usize,
    },
    /// Nobody could lead.
    #[error("every broker is fenced or stopping, so that none could lead a new partition")]
    AllFenced,
}

/// Places partitions one after another.
#[derive(Debug)]
pub struct ReplicaPlacer {
    racks: Vec<Rack>,
    seed: Seed,
    /// Rack whose turn it is to lead.
    turn: usize,
    /// Partitions placed since the last shuffle.
    placed: usize,
    unfenced: usize,
}

#[derive(Debug)]
struct Rack {
    unfenced: Ring,
    fenced: Ring,
}

/// Brokers that take turns: each partition begins one broker further than the one before.
#[derive(Debug, Default)]
struct Ring {
    brokers: Vec<BrokerId>,
    first: usize,
    /// Brokers that the current partition has had from here.
    used: usize,
}

impl Ring {
    fn begin_partition(&mut self) {
        if self.used > 0 {
            self.first = (self.first + 1) % self.brokers.len();
        }
        self.used = 0;
    }

    /// The next broker that the current partition does not have yet.
    fn next(&mut self) -> Option<BrokerId> {
        if self.used == self.brokers.len() {
            return None;
        }
        let chosen = self.brokers[(self.first + self.used) % self.brokers.len()];
        self.used += 1;
        Some(chosen)
    }
}

impl Rack {
    fn next(&mut self) -> Option<BrokerId> {
        self.unfenced.next().or_else(|| self.fenced.next())
    }
}

impl ReplicaPlacer {
    /// Takes the brokers that may hold replicas.
    pub fn new(brokers: &[UsableBroker], seed: Seed) -> Self {
        let mut by_rack: BTreeMap<Option<&str>, Rack> = BTreeMap::new();
        for broker in brokers {
            let rack = by_rack.entry(broker.rack.as_deref()).or_insert_with(|| Rack {
                unfenced: Ring::default(),
                fenced: Ring::default(),
            });
            let ring = if broker.fenced {
                &mut rack.fenced
            } else {
                &mut rack.unfenced
            };
            ring.brokers.push(broker.id);
        }
        let mut placer = Self {
            racks: by_rack.into_values().collect(),
            seed,
            turn: 0,
            placed: 0,
            unfenced: brokers.iter().filter(|broker| !broker.fenced).count(),
        };
        placer.shuffle();
        placer
    }

    /// Replicas of each partition, the preferred leader first.
    ///
    /// # Errors
    /// There are too few brokers, or none can lead.
    pub fn place(&mut self, spec: PlacementSpec) -> Result<Vec<Vec<BrokerId>>, PlacementError> {
        let registered = self
            .racks
            .iter()
            .map(|rack| rack.unfenced.brokers.len() + rack.fenced.brokers.len())
            .sum();
        if registered < spec.replication_factor {
            return Err(PlacementError::TooFewBrokers {
                wanted: spec.replication_factor,
                registered,
            });
        }
        if self.unfenced == 0 {
            return Err(PlacementError::AllFenced);
        }
        Ok((0..spec.partitions)
            .map(|_| self.place_one(spec.replication_factor))
            .collect())
    }

    fn place_one(&mut self, replication_factor: usize) -> Vec<BrokerId> {
        if self.placed == self.unfenced {
            self.shuffle();
        }
        for rack in &mut self.racks {
            rack.unfenced.begin_partition();
            rack.fenced.begin_partition();
        }
        let count = self.racks.len();
        let mut taken = Vec::with_capacity(replication_factor);
        let mut rack = self.turn;
        for step in 0..count {
            rack = (self.turn + step) % count;
            if let Some(leader) = self.racks[rack].unfenced.next() {
                taken.push(leader);
                break;
            }
        }
        let mut misses = 0;
        while taken.len() < replication_factor && misses < count {
            rack = (rack + 1) % count;
            match self.racks[rack].next() {
                Some(follower) => {
                    taken.push(follower);
                    misses = 0;
                }
                None => misses += 1,
            }
        }
        self.turn = (self.turn + 1) % count;
        self.placed += 1;
        taken
    }

    fn shuffle(&mut self) {
        self.placed = 0;
        self.seed.shuffle(&mut self.racks);
        for rack in &mut self.racks {
            self.seed.shuffle(&mut rack.unfenced.brokers);
            self.seed.shuffle(&mut rack.fenced.brokers);
        }
    }
}

#[cfg(test)]
mod tests;
