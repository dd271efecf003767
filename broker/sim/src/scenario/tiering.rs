//! What is done to the object store of a run, and what has to be in it at the end.

use broker_storage::UnifiedLog;
use broker_tiered::leader_work::WorkSettings;
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::RemoteObject;
use broker_tiered::retry_budget::RetryLimits;
use bytes::Bytes;

use super::{Power, Scenario};
use crate::chance::Chance;
use crate::checker::Violation;
use crate::client::{Client, Consumer, FLEETING_TOPIC, Fleeting, ReadFrom};
use crate::message::PartitionId;
use crate::network::Place;
use crate::process::Hosted;
use crate::sabotage::Sabotage;
use crate::settings::TierSettings;
use crate::store::{Conditions, ObjectStore};
use crate::world::{Ambush, Step, Storage, World};

/// What the nodes are told of their remote tier.
pub(super) fn settings(chance: &mut Chance, segment_bytes: u32) -> TierSettings {
    let segment = u64::from(segment_bytes);
    TierSettings {
        work: WorkSettings {
            task_interval_ms: chance.between(100, 1_000),
            retry: RetryLimits {
                first_ms: chance.between(20, 200),
                most_ms: chance.between(200, 2_000),
            },
            reader_grace_ms: chance.between(200, 3_000),
            orphan_grace_ms: chance.between(500, 5_000),
        },
        local_retention_bytes: segment * chance.between(0, 4),
        retention_bytes: (chance.below(3) == 0).then(|| segment * chance.between(3, 12)),
        look_ms: chance.between(200, 1_000),
    }
}

impl Scenario {
    pub(super) fn set_up_store(&mut self, world: &mut World) {
        if self.settings.tiering.is_none() {
            return;
        }
        let conditions = match self.settings.sabotage {
            Sabotage::IgnoredConditions => Conditions::Ignored,
            _ => Conditions::Kept,
        };
        let drawn = self.tier_chance.below(250);
        let faults = match self.settings.sabotage {
            // So that there is damage to serve in few runs.
            Sabotage::ServedDamage => 600,
            _ => drawn,
        };
        let delay_max_ms = self.tier_chance.between(1, 60);
        world.storage = Some(Storage::new(ObjectStore::new(conditions), faults, delay_max_ms));
    }

    /// A topic that is deleted again and again, and somebody who reads it from the beginning again and again.
    pub(super) fn add_clients_of_tiers(&mut self, world: &mut World) -> Result<(), Violation> {
        if self.settings.tiering.is_none() {
            return Ok(());
        }
        world.add_client(Client::Fleeting(Fleeting::new()))?;
        let reader = Consumer::new(FLEETING_TOPIC, ReadFrom::LeaderAgain(200));
        world.add_client(Client::Consumer(reader))
    }

    /// Lets the store be away for all or for one, or waits for a node at a step of its work.
    pub(super) fn strike_store(&mut self, world: &mut World) {
        let pause_ms = self.tier_chance.between(200, 6_000);
        let node = i32::try_from(
            self.tier_chance
                .between(1, u64::try_from(self.nodes).unwrap_or(3)),
        );
        let node = node.unwrap_or(1);
        let what = self.tier_chance.below(12);
        let may_kill = self.power != Power::FailsOnOneMachine && self.may_crash(world);
        let until = world.now + pause_ms;
        let Some(storage) = &mut world.storage else {
            return;
        };
        let kills = [
            Step::BeforePut,
            Step::AfterPut,
            Step::BeforeCommit,
            Step::AfterCommit,
            Step::BeforeLocalDelete,
        ];
        match what {
            0 => {
                storage.away_until = until;
                world.counts.outages += 1;
                world.note(|| format!("the store is away until {until}"));
            }
            1 => {
                world.network.cut(Place::Node(node), Place::Store);
                world.note(|| format!("n{node} is cut off from the store"));
            }
            2..=4 if may_kill => {
                let step = self.tier_chance.pick(&kills).copied().unwrap_or(Step::AfterPut);
                storage.ambush = Some(Ambush { step, pause_ms });
            }
            5 => {
                let step = Step::InFlight;
                storage.ambush = Some(Ambush { step, pause_ms });
            }
            6 => self.make_zombie(world),
            _ => {}
        }
    }

    /// Cuts a leader off from all nodes, but not from the store and its clients.
    fn make_zombie(&mut self, world: &mut World) {
        let image = world.checker.newest_image();
        let partitions = image.into_iter().flat_map(|image| image.topics.iter());
        let leaders: Vec<i32> = partitions
            .flat_map(|topic| topic.partitions.iter().map(|partition| partition.leader.value()))
            .filter(|leader| *leader >= 0)
            .collect();
        let Some(leader) = self.tier_chance.pick(&leaders).copied() else {
            return;
        };
        world.note(|| format!("n{leader} leads alone"));
        world.counts.partitions += 1;
        for other in (1..=self.nodes).filter(|other| *other != leader) {
            world.network.cut(Place::Node(leader), Place::Node(other));
            world.network.cut(Place::Node(other), Place::Node(leader));
        }
    }
}

/// The store does what it should from now on.
pub(super) fn make_whole(world: &mut World) {
    if let Some(storage) = &mut world.storage {
        storage.faults = 0;
        storage.delay_max_ms = 2;
        storage.away_until = 0;
        storage.ambush = None;
    }
}

/// Nobody is waited for any more.
pub(super) fn disarm(world: &mut World) {
    if let Some(storage) = &mut world.storage {
        storage.ambush = None;
    }
}

/// What happened in the store.
pub(super) fn count(world: &mut World) {
    let seen = world.checker.tier_counts();
    world.counts.manifests += seen.manifests;
    world.counts.takeovers += seen.takeovers;
    world.counts.copies += seen.copies;
    world.counts.removed_objects += seen.removed;
}

/// Whether everything that is closed is copied, by those who lead now.
pub(super) fn is_copied(world: &World) -> Result<(), Violation> {
    let is_there = |client: &Client| matches!(client, Client::Fleeting(fleeting) if !fleeting.is_over());
    if world.clients.iter().any(is_there) {
        return Err("liveness (I28): a topic is not deleted".to_owned());
    }
    nothing_is_left(world)?;
    let processes = world.nodes.values().filter_map(|node| node.process.as_ref());
    for (id, hosted) in processes.flat_map(|process| &process.replicas.hosted) {
        let Hosted::Leading(leader) = hosted else {
            continue;
        };
        if !leader.log().config().remote_storage_enable {
            continue;
        }
        let manifest = world.checker.manifest(*id);
        let writer = manifest.map(|manifest| manifest.writer.epoch);
        if writer != Some(leader.leader_epoch()) {
            return Err(format!(
                "liveness (I28): the manifest of {} is of epoch {writer:?}, its leader in {}",
                id.1,
                leader.leader_epoch()
            ));
        }
        let end = manifest.map(Manifest::remote_end);
        let closed = leader
            .log()
            .closed_segments()
            .last()
            .map(|segment| segment.next_offset);
        if closed > end {
            return Err(format!(
                "liveness (I28): the remote part of {} ends at {end:?}, its closed segments at {closed:?}",
                id.1
            ));
        }
    }
    Ok(())
}

/// Whether everything in the store is of a topic that there is.
fn nothing_is_left(world: &World) -> Result<(), Violation> {
    let (Some(storage), Some(image)) = (&world.storage, world.checker.newest_image()) else {
        return Ok(());
    };
    let is_left = |path: &&str| {
        let object = RemoteObject::parse(path);
        object.is_some_and(|object| image.topics.by_id(object.partition.topic_id).is_none())
    };
    match storage.store.paths().find(is_left) {
        None => Ok(()),
        Some(path) => Err(format!("deleted (I20): {path} stays, and its topic is gone")),
    }
}

/// A log from its start on, of both tiers.
pub(super) fn whole_log(
    world: &World,
    id: PartitionId,
    log: &UnifiedLog,
    local: Bytes,
) -> Result<Bytes, Violation> {
    let (start, until) = (log.log_start().value(), log.local_log_start().value());
    match &world.storage {
        Some(storage) if start < until => {
            let remote = world.checker.remote_records(id, &storage.store, start..until)?;
            Ok([remote, local].concat().into())
        }
        _ => Ok(local),
    }
}
