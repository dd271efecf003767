//! What is done to a cluster, from a seed: faults for a while, then peace, in which it has to recover.

mod majority;
mod tiering;

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_controller::{SessionLimits, UpkeepSettings};
use broker_metadata::PartitionRegistration;
use broker_model::{Acks, BrokerId};
use broker_raft::RaftTimeouts;
use broker_storage::testing::{Fault, FaultOperation};

use crate::chance::Chance;
use crate::checker::{PLAIN_PRODUCERS, ReplicaContent, Violation};
use crate::client::{Admin, Client, Committer, Consumer, Member, NewTopic, Operator, Producer, ReadFrom};
use crate::counts::Counts;
use crate::machine::{Machine, NodeClock};
use crate::message::PartitionId;
use crate::network::{Network, Place};
use crate::process::Hosted;
use crate::sabotage::Sabotage;
use crate::settings::{Settings, Tiers};
use crate::world::World;

const STORM_MS: u64 = 12_000;
/// How long everything may take to come back.
const PEACE_MS: u64 = 25_000;
const REST_MS: u64 = 2_500;
/// Groups with members.
const GROUPS: [&str; 2] = ["crew", "gang"];

/// What power losses may do in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    /// There are none.
    Stays,
    /// Every append is synced, so that any number of machines may lose power.
    FailsAndAllIsSynced,
    /// One machine at a time loses what it had not synced.
    FailsOnOneMachine,
}

#[derive(Debug)]
pub(crate) struct Scenario {
    seed: u64,
    nodes: i32,
    power: Power,
    settings: Settings,
    chance: Chance,
    /// Chance of what is done to the store.
    tier_chance: Chance,
    /// Whether a disk was exchanged and what was on it is not back yet.
    lacks_a_disk: bool,
}

impl Scenario {
    pub(crate) fn of(seed: u64, tiers: Tiers, sabotage: Sabotage) -> Self {
        let mut chance = Chance::new(seed ^ 0x5eed_c1a5_0000_0000);
        let nodes = i32::try_from(chance.between(3, 5)).unwrap_or(3);
        let power = match chance.below(3) {
            0 => Power::Stays,
            1 => Power::FailsAndAllIsSynced,
            _ => Power::FailsOnOneMachine,
        };
        let voters = if nodes == 5 && chance.below(2) == 0 { 5 } else { 3 };
        let mut settings = Settings {
            voters: (1..=voters).map(BrokerId::new).collect(),
            raft: RaftTimeouts::default(),
            raft_fetch_bytes: 1 << chance.between(9, 16),
            snapshot_every_bytes: 1 << chance.between(8, 12),
            metadata_segment_bytes: 1 << chance.between(13, 16),
            session_slots: usize::try_from(chance.between(0, 5)).unwrap_or(5),
            sessions: SessionLimits {
                session_ms: chance.between(1_000, 4_000),
                reconnect_ms: chance.between(50, 400),
            },
            upkeep: UpkeepSettings {
                balance_every_ms: Some(chance.between(500, 5_000)),
                unclean_every_ms: chance.between(500, 5_000),
            },
            heartbeat_ms: chance.between(100, 400),
            controller_timeout_ms: 1_000,
            flush_max_ms: chance.between(1, 20),
            min_in_sync: 2,
            replica_lag_ms: chance.between(500, 4_000),
            replica_wait_ms: chance.between(20, 500),
            replica_fetch_bytes: 1 << chance.between(8, 14),
            flush_messages: (power == Power::FailsAndAllIsSynced).then_some(1),
            segment_bytes: 1 << chance.between(10, 15),
            tail_cache_bytes: if chance.below(3) == 0 { 0 } else { 1 << 16 },
            checkpoint_ms: chance.between(300, 4_000),
            tiering: None,
            sabotage,
        };
        let mut tier_chance = Chance::new(seed ^ 0x71e2_0000_0000_0000);
        if tiers == Tiers::LocalAndRemote {
            settings.segment_bytes = 1 << tier_chance.between(9, 12);
            settings.tiering = Some(tiering::settings(&mut tier_chance, settings.segment_bytes));
        }
        Self {
            seed,
            nodes,
            power,
            settings,
            chance,
            tier_chance,
            lacks_a_disk: false,
        }
    }

    /// Runs it; the trace, if it is wanted, and what came of it.
    pub(crate) fn run(mut self, wants_trace: bool) -> (Vec<String>, Result<Counts, Violation>) {
        let network = Network {
            held_up: self.chance.below(30),
            delay_max_ms: self.chance.between(1, 10),
            ..Network::calm()
        };
        let mut world = World::new(self.seed, network);
        world.forgets_what_failed_to_sync = self.power == Power::FailsAndAllIsSynced;
        world.trace = wants_trace.then(Vec::new);
        self.set_up_store(&mut world);
        let result = self
            .play(&mut world)
            .map_err(|broken| format!("at {} ms: {broken}", world.now));
        let (leaders, controllers) = world.checker.terms();
        world.counts.leaders += leaders;
        world.counts.controllers += controllers;
        tiering::count(&mut world);
        (
            world.trace.take().unwrap_or_default(),
            result.map(|()| world.counts),
        )
    }

    fn play(&mut self, world: &mut World) -> Result<(), Violation> {
        world.note(|| {
            format!(
                "{} nodes, power {:?}, {:?}",
                self.nodes, self.power, self.settings
            )
        });
        self.populate(world)?;
        let until = world.now + STORM_MS;
        while world.now < until {
            let pause = self.chance.between(20, 800);
            world.run_until((world.now + pause).min(until))?;
            self.strike(world)?;
            self.strike_store(world);
        }
        if self.chance.below(2) == 0 {
            self.heal_a_core(world)?;
        }
        self.make_peace(world)?;
        self.come_to_rest(world)
    }

    fn populate(&mut self, world: &mut World) -> Result<(), Violation> {
        let settings = Arc::new(self.settings.clone());
        for id in 1..=self.nodes {
            let clock = NodeClock {
                rate: self.chance.between(930, 1_070),
                base: self.chance.below(1_000_000),
                wall_skew_ms: i64::try_from(self.chance.below(20 * 86_400_000)).unwrap_or(0),
            };
            world.add_node(Machine::new(BrokerId::new(id), settings.clone(), clock));
            world.start(id)?;
        }
        let groups = NewTopic {
            name: broker_metadata::GROUP_METADATA_TOPIC.to_owned(),
            partitions: 2,
            replicas: 3,
        };
        let numbers = NewTopic {
            name: "numbers".to_owned(),
            partitions: i32::try_from(self.chance.between(1, 3)).unwrap_or(1),
            replicas: 3,
        };
        let topics = vec![numbers, groups];
        world.add_client(Client::Admin(Admin::new(topics)))?;
        for number in 1..=2 {
            let pause = self.chance.between(20, 100);
            let timeout = self.chance.between(300, 2_000);
            world.add_client(Client::Producer(Producer::new(
                number,
                "numbers",
                Acks::All,
                pause,
                timeout,
            )))?;
        }
        let plain = Producer::new(PLAIN_PRODUCERS, "numbers", Acks::Leader, 100, 1_000);
        world.add_client(Client::Producer(plain))?;
        for group in ["red", "green", "blue"] {
            world.add_client(Client::Committer(Committer::new(group)))?;
        }
        let pause = self.chance.between(400, 4_000);
        world.add_client(Client::Operator(Operator::new(pause)))?;
        for group in GROUPS {
            for _ in 0..self.chance.between(2, 3) {
                world.add_client(Client::Member(Member::new(group)))?;
            }
        }
        world.add_client(Client::Consumer(Consumer::new("numbers", ReadFrom::Leader)))?;
        let again = self.settings.tiering.as_ref().map_or(20, |_| 100);
        for from in [ReadFrom::AnyReplica, ReadFrom::LeaderAgain(again)] {
            world.add_client(Client::Consumer(Consumer::new("numbers", from)))?;
        }
        self.add_clients_of_tiers(world)?;
        world.run_until(world.now + 2_500)
    }

    fn strike(&mut self, world: &mut World) -> Result<(), Violation> {
        let node = i32::try_from(self.chance.between(1, u64::try_from(self.nodes).unwrap_or(3))).unwrap_or(1);
        let pause = self.chance.between(50, 3_000);
        let may_crash = self.may_crash(world);
        match self.chance.below(16) {
            0..=2 if may_crash => self.kill(world, node, pause),
            3 | 4 if self.power != Power::Stays && may_crash => world.cut_power(node, pause),
            5 => self.isolate(world, node),
            6 => self.split(world),
            7 | 8 => world.network.heal(),
            9 => world.freeze(node, pause),
            10 => world.break_a_connection(),
            11 if may_crash => world.stop(node),
            // It would end at some time when it may not.
            12 | 13 if self.power != Power::FailsOnOneMachine && may_crash => self.break_disk(world, node),
            14 | 15 => self.exchange_disk(world, pause),
            _ => {}
        }
        Ok(())
    }

    /// Of some nodes somebody keeps a copy.
    fn kill(&mut self, world: &mut World, node: i32, pause: u64) {
        world.kill(node, pause);
        let is_voter = self.settings.voters.contains(&BrokerId::new(node));
        if !is_voter && self.chance.below(2) == 0 {
            world.copy_disk(node);
        }
    }

    /// Exchanges the disk of a node without a vote: of a voter that forgets whom it voted for nothing is promised.
    fn exchange_disk(&mut self, world: &mut World, pause: u64) {
        let voters = &self.settings.voters;
        let others: Vec<i32> = (1..=self.nodes)
            .filter(|id| !voters.contains(&BrokerId::new(*id)))
            .collect();
        if let Some(node) = self.chance.pick(&others).copied()
            && is_whole(world)
        {
            self.lacks_a_disk = true;
            tiering::disarm(world);
            world.exchange_disk(node, pause);
        }
    }

    /// Whether the promise of replication covers that a node crashes now. Of two machines that lose what they had not
    /// synced nobody can tell which has more. And where all replicas of a partition crash, the last that led may come back
    /// with what it has (KIP-966): nothing, if its disk was exchanged.
    fn may_crash(&mut self, world: &World) -> bool {
        let is_sparing = self.power == Power::FailsOnOneMachine || self.lacks_a_disk;
        if !is_sparing {
            return true;
        }
        let is_whole = is_whole(world);
        self.lacks_a_disk &= !is_whole;
        is_whole
    }

    /// Lets one of the next things that a node does with its disk fail, once or until it starts again.
    fn break_disk(&mut self, world: &mut World, node: i32) {
        let operations = [
            FaultOperation::Write,
            FaultOperation::Sync,
            FaultOperation::Sync,
            FaultOperation::SyncDirectory,
            FaultOperation::Rename,
            FaultOperation::Read,
        ];
        let paths = [
            "/data",
            "numbers",
            "__consumer_offsets",
            "__cluster_metadata",
            "quorum-state",
            "checkpoint",
        ];
        let operation = self.chance.pick(&operations).copied();
        let path = self.chance.pick(&paths).copied().unwrap_or("/data");
        let fault = Fault {
            skip: u32::try_from(self.chance.below(20)).unwrap_or(0),
            count: if self.chance.below(2) == 0 { 1 } else { u32::MAX },
            ..Fault::always(operation.unwrap_or(FaultOperation::Sync), path)
        };
        world.break_disk(node, fault);
    }

    fn isolate(&mut self, world: &mut World, node: i32) {
        world.counts.partitions += 1;
        world.note(|| format!("n{node} is cut off"));
        let ways = self.chance.below(3);
        let clients = (0..world.clients.len()).map(Place::Client);
        let with_clients = self.chance.below(2) == 0;
        let nodes = (1..=self.nodes).filter(|other| *other != node).map(Place::Node);
        let others: Vec<Place> = nodes.chain(clients.filter(|_| with_clients)).collect();
        for other in others {
            if ways != 1 {
                world.network.cut(Place::Node(node), other);
            }
            if ways != 0 {
                world.network.cut(other, Place::Node(node));
            }
        }
    }

    fn split(&mut self, world: &mut World) {
        world.counts.partitions += 1;
        world.note(|| "the network splits".to_owned());
        let sides: Vec<bool> = (0..self.nodes).map(|_| self.chance.below(2) == 0).collect();
        let side = |node: i32| sides[usize::try_from(node - 1).unwrap_or(0)];
        for from in 1..=self.nodes {
            for to in (1..=self.nodes).filter(|to| side(*to) != side(from)) {
                world.network.cut(Place::Node(from), Place::Node(to));
            }
        }
    }

    /// Everything works again: every partition has to take writes, and every replica has to come back in sync.
    fn make_peace(&mut self, world: &mut World) -> Result<(), Violation> {
        world.note(|| "peace".to_owned());
        world.network.heal();
        world.network.held_up = 0;
        world.network.delay_max_ms = 2;
        tiering::make_whole(world);
        world.let_up()?;
        settle_clients(world);
        let since = world.now;
        loop {
            world.run_until(world.now + 500)?;
            match is_well(world, since) {
                Ok(()) => return Ok(()),
                Err(broken) if world.now > since + PEACE_MS => return Err(broken),
                Err(_) => {}
            }
        }
    }

    /// The producers end, everything is replicated and read; then all must agree.
    fn come_to_rest(&mut self, world: &mut World) -> Result<(), Violation> {
        for client in &mut world.clients {
            match client {
                Client::Producer(producer) => producer.finish(),
                Client::Committer(committer) => committer.finish(),
                Client::Member(member) => member.finish(),
                Client::Consumer(consumer) => {
                    consumer.finish();
                    if self.settings.tiering.is_some() {
                        consumer.begin_again();
                    }
                }
                Client::Fleeting(fleeting) => fleeting.finish(),
                Client::Admin(_) | Client::Operator(_) => {}
            }
        }
        let since = world.now;
        loop {
            world.run_until(world.now + REST_MS)?;
            match is_at_rest(world) {
                Ok(()) => break,
                Err(broken) if world.now > since + PEACE_MS => return Err(broken),
                Err(_) => {}
            }
        }
        world.checker.topics_stay()?;
        let partitions: BTreeSet<PartitionId> = world
            .nodes
            .values()
            .filter_map(|node| node.process.as_ref())
            .flat_map(|process| process.replicas.hosted.keys().copied())
            .collect();
        for partition in partitions {
            let replicas = contents(world, partition)?;
            world.checker.ends(partition, &replicas)?;
        }
        Ok(())
    }
}

/// Whether every node runs and every replica is in sync: also what a node lost last time has come back.
fn is_whole(world: &World) -> bool {
    let Some(image) = world.checker.newest_image() else {
        return true;
    };
    let is_back = |(id, node): (&i32, &crate::world::Node)| {
        let registered = image
            .cluster
            .broker(BrokerId::new(*id))
            .filter(|found| found.is_active());
        let epoch = node.process.as_ref().and_then(|process| process.lifecycle.epoch);
        epoch.is_some() && registered.map(|found| found.epoch) == epoch
    };
    let all_run = world.nodes.iter().all(is_back);
    let mut partitions = image.topics.iter().flat_map(|topic| topic.partitions.iter());
    let is_in_sync = |partition: &PartitionRegistration| {
        let mut replicas = partition.replicas.iter();
        replicas.all(|replica| partition.isr.contains(replica))
    };
    all_run && partitions.all(|partition| is_in_sync(partition))
}

/// The operator leaves everything as it is, members stay in their groups.
fn settle_clients(world: &mut World) {
    for client in &mut world.clients {
        match client {
            Client::Member(member) => member.settle(),
            Client::Operator(operator) => operator.finish(),
            _ => {}
        }
    }
}

/// Whether every partition has everybody in sync and takes records, as far as it was seen since then.
fn is_well(world: &World, since: u64) -> Result<(), Violation> {
    let image = world.checker.newest_image();
    let image = image.ok_or("liveness (I28): nobody ever led the quorum")?;
    for topic in image.topics.sorted_by_name() {
        for (index, partition) in topic.indexed_partitions() {
            let name = format!("{}-{index}", topic.name);
            if !partition.has_leader() {
                return Err(format!("liveness (I28): {name} has no leader: {partition:?}"));
            }
            if partition
                .replicas
                .iter()
                .any(|replica| !partition.isr.contains(replica))
            {
                return Err(format!("liveness (I28): {name} is not in sync: {partition:?}"));
            }
            if !partition.adding_replicas.is_empty() || !partition.removing_replicas.is_empty() {
                return Err(format!(
                    "liveness (I28): {name} is still on its way: {partition:?}"
                ));
            }
            let is_numbers = &*topic.name == "numbers";
            if is_numbers && world.checker.acknowledged_since((topic.id, index), since) == 0 {
                return Err(format!("liveness (I28): {name} takes no records: {partition:?}"));
            }
        }
    }
    for group in GROUPS {
        if !world.checker.has_committed_since(group, since) {
            return Err(format!("liveness (I28): group {group} does not get on"));
        }
    }
    let is_stopping = |(id, node): (&i32, &crate::world::Node)| {
        let registered = image.cluster.broker(BrokerId::new(*id));
        node.process.is_none() || registered.is_none_or(|found| !found.is_active())
    };
    match (image.topics.is_empty(), world.nodes.iter().any(is_stopping)) {
        (true, _) => Err("liveness (I28): no topic was made".to_owned()),
        (_, true) => Err("liveness (I28): a node did not come back".to_owned()),
        _ => Ok(()),
    }
}

/// Whether the producers are done and the consumers have read everything.
fn is_at_rest(world: &World) -> Result<(), Violation> {
    let is_idle = |client: &Client| !matches!(client, Client::Producer(producer) if !producer.is_idle());
    if !world.clients.iter().all(is_idle) {
        return Err("liveness (I28): a producer is not done".to_owned());
    }
    let processes = || world.nodes.values().filter_map(|node| node.process.as_ref());
    tiering::is_copied(world)?;
    for (id, hosted) in processes().flat_map(|process| &process.replicas.hosted) {
        let Hosted::Leading(leader) = hosted else {
            continue;
        };
        let end = leader.log().high_watermark().value();
        let log_end = leader.log().log_end().value();
        if log_end != end {
            return Err(format!(
                "replicas agree (I18): the leader of {} has {log_end}, all have {end}",
                id.1
            ));
        }
        let replicas = processes().filter_map(|process| process.replicas.hosted.get(id));
        let mut ends = replicas.map(|replica| replica.log().high_watermark().value());
        if let Some(other) = ends.find(|other| *other != end) {
            return Err(format!(
                "replicas agree (I18): one is at {other}, its leader at {end} in {}",
                id.1
            ));
        }
        for client in &world.clients {
            if let Client::Consumer(consumer) = client
                && let Some((_, at)) = consumer.positions().find(|(at, _)| at == id)
                && at < end
            {
                return Err(format!(
                    "liveness (I28): a consumer of {} is at {at} of {end}",
                    id.1
                ));
            }
        }
    }
    Ok(())
}

/// The replicas of a partition, the leader's first.
fn contents(world: &World, partition: PartitionId) -> Result<Vec<ReplicaContent>, Violation> {
    let mut contents = Vec::new();
    for (id, node) in &world.nodes {
        let Some(hosted) = node
            .process
            .as_ref()
            .and_then(|process| process.replicas.hosted.get(&partition))
        else {
            continue;
        };
        let log = hosted.log();
        let local = crate::process::read_from(log, log.local_log_start().offset());
        let local = local.map_err(|halt| format!("node {id} cannot be read: {halt:?}"))?;
        let bytes = tiering::whole_log(world, partition, log, local)?;
        let content = ReplicaContent {
            node: *id,
            log_start: log.log_start().value(),
            high_watermark: log.high_watermark().value(),
            bytes,
        };
        match hosted {
            Hosted::Leading(_) => contents.insert(0, content),
            Hosted::Following(_) => contents.push(content),
        }
    }
    Ok(contents)
}
