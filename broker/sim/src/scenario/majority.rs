//! Liveness of a core (TigerBeetle's second mode): after the storm a majority of the quorum and some more nodes work and
//! hear each other; the rest stays away, or half away. What the core can do without the rest it has to do.
//!
//! A partition is the core's if somebody in it may be elected and enough of its replicas are there to be in sync.

use std::collections::BTreeSet;

use broker_coordinator::partition_for;
use broker_metadata::{GROUP_METADATA_TOPIC, PartitionRegistration};

use super::{GROUPS, PEACE_MS, Scenario, settle_clients};
use crate::checker::Violation;
use crate::network::Place;
use crate::world::World;

impl Scenario {
    /// Heals a core, lets the rest down, and waits until the core does what it has to.
    pub(super) fn heal_a_core(&mut self, world: &mut World) -> Result<(), Violation> {
        let core = self.choose_core();
        world.note(|| format!("a core is healed: {core:?}"));
        world.counts.cores += 1;
        world.network.heal();
        world.network.held_up = 0;
        for id in (1..=self.nodes).filter(|id| !core.contains(id)) {
            self.let_down(world, id);
        }
        settle_clients(world);
        let since = world.now;
        loop {
            world.run_until(world.now + 500)?;
            match self.core_is_well(world, &core, since) {
                Ok(()) => return Ok(()),
                Err(broken) if world.now > since + PEACE_MS => return Err(broken),
                Err(_) => {}
            }
        }
    }

    fn choose_core(&mut self) -> BTreeSet<i32> {
        let voters = self.settings.voters.len();
        let mut order: Vec<i32> = self.settings.voters.iter().map(|id| id.value()).collect();
        let mut core = BTreeSet::new();
        while core.len() < voters / 2 + 1 {
            let Some(next) = self.chance.pick(&order).copied() else {
                break;
            };
            order.retain(|id| *id != next);
            core.insert(next);
        }
        let observers = i32::try_from(voters).unwrap_or(self.nodes) + 1..=self.nodes;
        core.extend(observers.filter(|_| self.chance.below(2) == 0));
        core
    }

    /// Takes a node away: off, frozen for a while, or cut off in one direction or both.
    fn let_down(&mut self, world: &mut World, id: i32) {
        let ways = self.chance.below(5);
        if ways == 0 && self.may_crash(world) {
            return world.hold_down(id);
        }
        if ways == 1 {
            let pause = self.chance.between(2_000, 6_000);
            return world.freeze(id, pause);
        }
        let clients = (0..world.clients.len()).map(Place::Client);
        // From everybody: one whom the controller hears and nobody else leads on, and that is nobody's mistake.
        let others = (1..=self.nodes).filter(|other| *other != id).map(Place::Node);
        let others: Vec<Place> = others.chain(clients).collect();
        for other in others {
            if ways != 2 {
                world.network.cut(Place::Node(id), other);
            }
            if ways != 3 {
                world.network.cut(other, Place::Node(id));
            }
        }
    }

    fn core_is_well(&self, world: &World, core: &BTreeSet<i32>, since: u64) -> Result<(), Violation> {
        let image = world.checker.newest_image();
        let image = image.ok_or("liveness (I28): nobody in the core ever led the quorum")?;
        for topic in image.topics.sorted_by_name() {
            for (index, partition) in topic.indexed_partitions() {
                if !self.is_of_core(partition, core) {
                    continue;
                }
                let name = format!("{}-{index}", topic.name);
                let leader = partition.leader.value();
                if is_away(world, leader, core) {
                    return Err(format!(
                        "liveness (I28): {name} has no leader in the core {core:?}: {partition:?}"
                    ));
                }
                let group = GROUPS.into_iter().find(|group| {
                    let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
                    &*topic.name == GROUP_METADATA_TOPIC && partition_for(group, count) == index
                });
                if let Some(group) = group.filter(|group| !world.checker.has_committed_since(group, since)) {
                    return Err(format!(
                        "liveness (I28): group {group} does not get on in the core {core:?}: {partition:?}"
                    ));
                }
                let is_numbers = &*topic.name == "numbers";
                if is_numbers && world.checker.acknowledged_since((topic.id, index), since) == 0 {
                    return Err(format!(
                        "liveness (I28): {name} takes no records in the core {core:?}: {partition:?}"
                    ));
                }
            }
        }
        match world.counts.topics {
            0 => Err("liveness (I28): the core makes no topic".to_owned()),
            _ => Ok(()),
        }
    }

    fn is_of_core(&self, partition: &PartitionRegistration, core: &BTreeSet<i32>) -> bool {
        let electable = partition.isr.iter().chain(&partition.elr);
        let replicas = partition.replicas.iter();
        let is_in = |id: &&broker_model::BrokerId| core.contains(&id.value());
        let there = replicas.filter(is_in).count();
        electable.filter(is_in).count() > 0 && i32::try_from(there).unwrap_or(0) >= self.settings.min_in_sync
    }
}

/// Whether a node does not run, or the core does not hear it, or it does not hear the core.
fn is_away(world: &World, id: i32, core: &BTreeSet<i32>) -> bool {
    let node = world.nodes.get(&id).filter(|node| node.process.is_some());
    let is_cut = |other: &i32| {
        let (one, other) = (Place::Node(id), Place::Node(*other));
        world.network.is_cut(one, other) || world.network.is_cut(other, one)
    };
    node.is_none_or(|node| node.frozen_until > world.now) || core.iter().any(is_cut)
}
