//! The cluster while a plan is made: who holds what, and what that adds up to on each broker.
//!
//! Invariant: `totals`, `held`, `written` and `led` are what the replica lists add up to; only [`Assignment::apply`] and [`Assignment::place`]
//! change them.
//! Brokers and racks are numbers here, in the order of the facts.

use std::collections::{BTreeMap, BTreeSet};

use broker_model::BrokerId;

use super::facts::{BrokerRole, ClusterFacts, PartitionLoad};
use super::step::Step;

/// What a broker holds, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) replicas: u64,
    pub(super) leaders: u64,
    pub(super) bytes: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
}

/// A broker while a plan is made.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) id: BrokerId,
    pub(super) rack: usize,
    pub(super) capacity: Option<u64>,
    /// Whether it counts for averages.
    pub(super) is_balanced: bool,
    /// Whether new replicas and leaderships may come here.
    pub(super) takes: bool,
    /// Whether everything must leave.
    pub(super) is_drained: bool,
}

/// A partition while a plan is made.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) replicas: Vec<usize>,
    pub(super) load: PartitionLoad,
    pub(super) is_moving: bool,
}

/// Who holds what.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) brokers: Vec<Slot>,
    pub(super) partitions: Vec<Placed>,
    pub(super) totals: Vec<Totals>,
    /// Of each broker, its partitions by bytes.
    pub(super) held: Vec<BTreeSet<(u64, usize)>>,
    /// Of each broker, its partitions by bytes that are written.
    pub(super) written: Vec<BTreeSet<(u64, usize)>>,
    /// Of each broker, the partitions that it should lead, by bytes that are read.
    pub(super) led: Vec<BTreeSet<(u64, usize)>>,
    /// How many racks have a broker that may hold replicas.
    racks: usize,
}

impl Assignment {
    /// Of facts that name no unknown broker.
    pub(super) fn new(facts: &ClusterFacts, drained: &BTreeSet<BrokerId>) -> Self {
        let mut rack_numbers = BTreeMap::new();
        for broker in &facts.brokers {
            let next = rack_numbers.len();
            rack_numbers.entry(broker.rack.as_deref()).or_insert(next);
        }
        let slot = |broker: &super::BrokerFacts| {
            let is_drained = drained.contains(&broker.id);
            let is_balanced = broker.role == BrokerRole::Balanced && !is_drained;
            Slot {
                id: broker.id,
                rack: rack_numbers[&broker.rack.as_deref()],
                capacity: broker.disk_capacity,
                is_balanced,
                takes: is_balanced,
                is_drained,
            }
        };
        let brokers: Vec<Slot> = facts.brokers.iter().map(slot).collect();
        let number: BTreeMap<BrokerId, usize> =
            brokers.iter().zip(0..).map(|(slot, at)| (slot.id, at)).collect();
        let staying = brokers.iter().filter(|slot| !slot.is_drained);
        let racks = staying.map(|slot| slot.rack).collect::<BTreeSet<_>>().len();
        let placed = facts.partitions.iter().map(|partition| Placed {
            replicas: partition.replicas.iter().map(|id| number[id]).collect(),
            load: bounded(partition.load),
            is_moving: partition.is_moving,
        });
        let mut assignment = Self {
            totals: vec![Totals::default(); brokers.len()],
            held: vec![BTreeSet::new(); brokers.len()],
            written: vec![BTreeSet::new(); brokers.len()],
            led: vec![BTreeSet::new(); brokers.len()],
            partitions: placed.collect(),
            racks,
            brokers,
        };
        for partition in 0..assignment.partitions.len() {
            for place in 0..assignment.partitions[partition].replicas.len() {
                let broker = assignment.partitions[partition].replicas[place];
                assignment.hold(partition, broker);
                if place == 0 {
                    assignment.lead(partition, broker);
                }
            }
        }
        assignment
    }

    pub(super) fn ids(&self, partition: usize) -> Vec<BrokerId> {
        let replicas = self.partitions[partition].replicas.iter();
        replicas.map(|broker| self.brokers[*broker].id).collect()
    }

    /// How far a partition is from the spread that the racks allow: racks that it could be in and is not, and
    /// replicas beyond a rack's fair share; 0 when it is spread as well as can be.
    pub(super) fn rack_excess(&self, replicas: &[usize]) -> usize {
        self.rack_excess_with(replicas, |broker| broker)
    }

    /// The same with some brokers taken for others.
    pub(super) fn rack_excess_with(&self, replicas: &[usize], taken_for: impl Fn(usize) -> usize) -> usize {
        let racks = self.racks.max(1);
        let fair = replicas.len().div_ceil(racks);
        let rack = |place: usize| self.brokers[taken_for(replicas[place])].rack;
        let (mut used, mut crowded) = (0, 0);
        for place in 0..replicas.len() {
            let own = rack(place);
            if (0..place).any(|earlier| rack(earlier) == own) {
                continue;
            }
            let sharing = (place..replicas.len())
                .filter(|later| rack(*later) == own)
                .count();
            used += 1;
            crowded += sharing.saturating_sub(fair);
        }
        replicas.len().min(racks).saturating_sub(used) + crowded
    }

    /// Whether the broker may get that many bytes more.
    pub(super) fn has_room(&self, broker: usize, bytes: u64) -> bool {
        let capacity = self.brokers[broker].capacity.unwrap_or(u64::MAX);
        self.totals[broker].bytes.saturating_add(bytes) <= capacity
    }

    /// Does the step.
    pub(super) fn apply(&mut self, step: Step) {
        match step {
            Step::Move { partition, from, to } => self.replace(partition, from, to),
            Step::Swap {
                there,
                back,
                from,
                to,
            } => {
                self.replace(there, from, to);
                self.replace(back, to, from);
            }
            Step::Lead { partition, to } => {
                let replicas = &mut self.partitions[partition].replicas;
                let Some(place) = replicas.iter().position(|broker| *broker == to) else {
                    return;
                };
                let from = replicas[0];
                replicas.swap(0, place);
                self.unlead(partition, from);
                self.lead(partition, to);
            }
        }
    }

    /// Puts the partition on exactly these brokers, the one that should lead first.
    pub(super) fn place(&mut self, partition: usize, replicas: Vec<usize>) {
        let old = std::mem::replace(&mut self.partitions[partition].replicas, replicas.clone());
        for broker in &old {
            self.release(partition, *broker);
        }
        for broker in &replicas {
            self.hold(partition, *broker);
        }
        if let (Some(old), Some(new)) = (old.first(), replicas.first()) {
            self.unlead(partition, *old);
            self.lead(partition, *new);
        }
    }

    fn replace(&mut self, partition: usize, from: usize, to: usize) {
        let replicas = &mut self.partitions[partition].replicas;
        let Some(place) = replicas.iter().position(|broker| *broker == from) else {
            return;
        };
        replicas[place] = to;
        self.release(partition, from);
        self.hold(partition, to);
        if place == 0 {
            self.unlead(partition, from);
            self.lead(partition, to);
        }
    }

    fn release(&mut self, partition: usize, broker: usize) {
        let load = self.partitions[partition].load;
        self.held[broker].remove(&(load.bytes, partition));
        self.written[broker].remove(&(load.bytes_in, partition));
        let totals = &mut self.totals[broker];
        totals.replicas -= 1;
        totals.bytes -= load.bytes;
        totals.bytes_in -= load.bytes_in;
    }

    fn hold(&mut self, partition: usize, broker: usize) {
        let load = self.partitions[partition].load;
        self.held[broker].insert((load.bytes, partition));
        self.written[broker].insert((load.bytes_in, partition));
        let totals = &mut self.totals[broker];
        totals.replicas += 1;
        totals.bytes += load.bytes;
        totals.bytes_in += load.bytes_in;
    }

    fn lead(&mut self, partition: usize, broker: usize) {
        let load = self.partitions[partition].load;
        self.led[broker].insert((load.bytes_out, partition));
        self.totals[broker].leaders += 1;
        self.totals[broker].bytes_out += load.bytes_out;
    }

    fn unlead(&mut self, partition: usize, broker: usize) {
        let load = self.partitions[partition].load;
        self.led[broker].remove(&(load.bytes_out, partition));
        self.totals[broker].leaders -= 1;
        self.totals[broker].bytes_out -= load.bytes_out;
    }
}

/// Loads are measured elsewhere: bounded so that a million partitions of them add up.
fn bounded(load: PartitionLoad) -> PartitionLoad {
    const MOST: u64 = 1 << 43;
    PartitionLoad {
        bytes: load.bytes.min(MOST),
        bytes_in: load.bytes_in.min(MOST),
        bytes_out: load.bytes_out.min(MOST),
    }
}
