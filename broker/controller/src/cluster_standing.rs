//! How a cluster stands, as whoever looks after it asks: what each broker holds and could hand over, how well
//! partitions are replicated, what moves; and handing over what one broker leads before it stops.
//!
//! Reads the image alone, so that it can be worked out beside the controller. Invariant: a leader counts as movable
//! exactly when [`QuorumController::move_leaders_away`] would move it, so that asking again and again ends at none.

use std::collections::{BTreeMap, BTreeSet};

use broker_metadata::image::directory;
use broker_metadata::{MetadataImage, MetadataRecord, PartitionRegistration};
use broker_model::BrokerId;
use broker_protocol::ErrorCode;

use crate::leadership::RulesByTopic;
use crate::partition_change::{Election, ElectionRules, PartitionChange};
use crate::safe_to_stop::MinInSync;
use crate::{ApiError, Outcome, QuorumController, spread_brokers};

/// Most leaders that one decision moves.
const MOVES_PER_BATCH_MAX: usize = 1_000;

/// A cluster as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterStanding {
    /// Every registered broker.
    pub brokers: BTreeMap<BrokerId, BrokerStanding>,
    /// All partitions.
    pub partitions: PartitionCounts,
    /// Most replicas of a partition, 0 without partitions.
    pub largest_replication_factor: usize,
    /// Replicas that are added and not in sync yet, and those that are to go.
    pub moving_replicas: usize,
    /// Brokers for which a spread was asked ([`QuorumController::start_spread`]), and that are registered still.
    pub spread_to: BTreeSet<BrokerId>,
}

/// A broker as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrokerStanding {
    /// The controller sends no clients to it.
    pub is_fenced: bool,
    /// It takes no new replicas.
    pub is_cordoned: bool,
    /// Replicas that it has or is getting, those of running reassignments included.
    pub replicas: usize,
    /// Partitions that it leads.
    pub leaders: usize,
    /// Partitions that it leads and another replica in sync could.
    pub movable_leaders: usize,
}

/// How well partitions are replicated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartitionCounts {
    /// All of them.
    pub total: usize,
    /// With a replica out of sync.
    pub under_replicated: usize,
    /// With fewer in sync than `min.insync.replicas` asks for.
    pub under_min_isr: usize,
    /// Without a leader.
    pub offline: usize,
}

impl ClusterStanding {
    /// From the image.
    pub fn from_image(image: &MetadataImage, min_in_sync: MinInSync<'_>) -> Self {
        let brokers = image.cluster.brokers.values().map(|broker| {
            let standing = BrokerStanding {
                is_fenced: broker.fenced,
                is_cordoned: broker.is_cordoned(),
                ..BrokerStanding::default()
            };
            (broker.id, standing)
        });
        let mut standing = Self {
            brokers: brokers.collect(),
            spread_to: spread_brokers(image),
            ..Self::default()
        };
        standing.spread_to.retain(|id| standing.brokers.contains_key(id));
        for topic in image.topics.sorted_by_name() {
            let needed = min_in_sync(&topic.name);
            for (_, partition) in topic.indexed_partitions() {
                standing.count(image, partition, needed);
            }
        }
        standing
    }

    fn count(&mut self, image: &MetadataImage, partition: &PartitionRegistration, needed: usize) {
        let (replicas, in_sync) = (partition.replicas.len(), partition.isr.len());
        let counts = &mut self.partitions;
        counts.total += 1;
        counts.under_replicated += usize::from(in_sync < replicas);
        counts.under_min_isr += usize::from(in_sync < needed.min(replicas));
        counts.offline += usize::from(!partition.has_leader());
        let late = partition.adding_replicas.iter();
        let late = late.filter(|id| !partition.isr.contains(id)).count();
        self.moving_replicas += late + partition.removing_replicas.len();
        let lasting = partition.replicas.len() - partition.removing_replicas.len().min(replicas);
        self.largest_replication_factor = self.largest_replication_factor.max(lasting);
        for id in &partition.replicas {
            if let Some(broker) = self.brokers.get_mut(id) {
                broker.replicas += 1;
            }
        }
        if let Some(leader) = self.brokers.get_mut(&partition.leader) {
            leader.leaders += 1;
            leader.movable_leaders += usize::from(has_successor(image, partition));
        }
    }
}

/// Whether a replica in sync other than the leader could lead.
fn has_successor(image: &MetadataImage, partition: &PartitionRegistration) -> bool {
    let others = partition.isr.iter().filter(|id| **id != partition.leader);
    others
        .filter(|id| partition.replicas.contains(id))
        .any(|id| could_lead(image, partition, *id))
}

fn could_lead(image: &MetadataImage, partition: &PartitionRegistration, id: BrokerId) -> bool {
    let held_in = partition.directory_of(id).unwrap_or(directory::UNASSIGNED);
    let broker = image.cluster.broker(id);
    broker.is_some_and(|broker| broker.is_active() && broker.has_online_directory(held_in))
}

impl QuorumController {
    /// Gives what the broker leads to other replicas in sync, where there are any; the broker stays in sync. The
    /// answer is how many leaders move; one decision moves so many at most, so one asks until it is 0.
    ///
    /// # Errors
    /// The broker is not registered.
    pub fn move_leaders_away(&self, broker: BrokerId) -> Result<Outcome<usize>, ApiError> {
        if self.image().cluster.broker(broker).is_none() {
            let message = format!("Broker {broker} is not registered.");
            return Err(ApiError::new(ErrorCode::BrokerIdNotRegistered, message));
        }
        let Some(held) = self.image().topics.indexes().of(broker) else {
            return Ok(Outcome::answer(0));
        };
        let mut records: Vec<MetadataRecord> = Vec::new();
        let mut rules_by_topic = RulesByTopic::new(self);
        for (topic, indexes) in self.by_name(&held.held) {
            let rules = ElectionRules {
                election: Election::Online,
                ..rules_by_topic.of(topic)
            };
            for index in indexes {
                let led = topic
                    .partition(*index)
                    .filter(|partition| partition.leader == broker);
                let Some(partition) = led.filter(|partition| has_successor(self.image(), partition)) else {
                    continue;
                };
                if records.len() == MOVES_PER_BATCH_MAX {
                    return Ok(Outcome::new(records, MOVES_PER_BATCH_MAX));
                }
                let can_lead = |id| id != broker && self.can_lead(partition, id);
                let change = PartitionChange::new(partition, rules, can_lead).record(topic.id, *index);
                let change = change.filter(|change| change.leader >= 0);
                records.extend(change.map(MetadataRecord::from));
            }
        }
        let moved = records.len();
        Ok(Outcome::new(records, moved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::{World, ids};

    fn standing(world: &World) -> ClusterStanding {
        ClusterStanding::from_image(world.controller.image(), &|_| 2)
    }

    fn of(world: &World, id: i32) -> BrokerStanding {
        standing(world).brokers[&BrokerId::new(id)]
    }

    /// Brokers 1 to 3 with four partitions of three replicas, all in sync; broker 4 with nothing.
    fn world() -> World {
        let mut world = World::with_brokers(3);
        world.create("t", 4, 3);
        for index in 0..4 {
            world.set_isr("t", index, &ids(&[1, 2, 3]));
        }
        world.register(4);
        world.unfence(4);
        world
    }

    #[test]
    fn a_broker_counts_what_it_holds_and_leads() {
        let world = world();
        let standing = standing(&world);
        let replicas = |id| standing.brokers[&BrokerId::new(id)].replicas;
        assert_eq!([1, 2, 3, 4].map(replicas), [4, 4, 4, 0]);
        let leaders: usize = standing.brokers.values().map(|broker| broker.leaders).sum();
        assert_eq!((leaders, standing.partitions.total), (4, 4));
        assert_eq!(standing.largest_replication_factor, 3);
    }

    #[test]
    fn a_replica_out_of_sync_counts_once_and_one_that_is_added_moves() {
        let mut world = world();
        let leader = world.partition("t", 0).leader;
        world.set_isr("t", 0, &[leader]);
        world.reassign("t", 1, &[1, 2, 4]);
        let standing = standing(&world);
        assert_eq!(standing.partitions.under_replicated, 2);
        assert_eq!(standing.partitions.under_min_isr, 1);
        assert_eq!(standing.moving_replicas, 2);
        assert_eq!(standing.largest_replication_factor, 3);
        assert_eq!(standing.brokers[&BrokerId::new(4)].replicas, 1);
    }

    #[test]
    fn leaders_move_away_and_none_is_movable_then() {
        let mut world = world();
        let busy = world.partition("t", 0).leader;
        let moved = world.controller.move_leaders_away(busy).unwrap();
        let movable = of(&world, busy.value()).movable_leaders;
        assert_eq!(world.commit(moved), movable);
        assert!(movable > 0);
        let after = of(&world, busy.value());
        assert_eq!((after.leaders, after.movable_leaders), (0, 0));
        assert!(world.partition("t", 0).isr.contains(&busy), "it stays in sync");
        assert_eq!(
            world.controller.move_leaders_away(busy).unwrap().records,
            Vec::new()
        );
    }

    #[test]
    fn a_leader_without_a_successor_is_not_movable_and_stays() {
        let mut world = world();
        let leader = world.partition("t", 0).leader;
        world.set_isr("t", 0, &[leader]);
        let moved = world.controller.move_leaders_away(leader).unwrap();
        world.commit(moved);
        assert_eq!(world.partition("t", 0).leader, leader);
        assert_eq!(of(&world, leader.value()).movable_leaders, 0);
        assert_eq!(of(&world, leader.value()).leaders, 1);
    }

    #[test]
    fn a_fenced_successor_counts_for_nothing() {
        let mut world = world();
        let leader = world.partition("t", 0).leader;
        for id in [1, 2, 3].into_iter().filter(|id| *id != leader.value()) {
            world.fence(id);
        }
        assert_eq!(of(&world, leader.value()).movable_leaders, 0);
        assert_eq!(of(&world, leader.value()).leaders, 4);
    }

    #[test]
    fn leaders_of_an_unknown_broker_cannot_be_moved() {
        let error = world()
            .controller
            .move_leaders_away(BrokerId::new(9))
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::BrokerIdNotRegistered);
    }
}
