//! What a seed makes of a world: how many nodes, how bad a network, which faults when; and then peace, in which the
//! quorum has to make progress.

use broker_metadata::metadata_log::SnapshotId;
use broker_model::{BrokerId, Offset};
use broker_protocol::add_raft_voter_request::Listener;
use broker_protocol::messages::{AddRaftVoterRequest, RemoveRaftVoterRequest};

use super::checker::{Chain, Violation};
use super::counts::Counts;
use super::network::Network;
use super::node::{LISTENER, Node, NodePlan, voter};
use super::sabotage::Sabotage;
use super::world::World;
use crate::jitter::Jitter;
use crate::{AutoJoin, Event, HostAndPort, RaftRequest, RaftTimeouts, Role, SnapshotVoters, VoterSet};

/// How long faults go on.
const STORM_MS: u64 = 20_000;
/// After how long a request to add a voter is done or dead.
const SETTLED_MS: u64 = 10_000;
/// How long a healed quorum may take to lead, commit and bring everybody up to date.
const PEACE_MS: u64 = 20_000;

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    pub(super) voters: i32,
    pub(super) observers: i32,
    /// Whether voters stand in the log and may change (`kraft.version` 1), or are configured.
    pub(super) kraft_version: i16,
    pub(super) sabotage: Sabotage,
}

impl Scenario {
    /// What that seed stands for.
    pub(super) fn of(seed: u64) -> Self {
        let mut chance = Jitter::new(seed ^ 0x5ce0_a210);
        Self {
            seed,
            voters: 1 + chance.below(5) as i32,
            observers: chance.below(3) as i32,
            kraft_version: i16::from(chance.below(4) != 0),
            sabotage: Sabotage::None,
        }
    }

    /// Three voters and a lie.
    pub(super) fn sabotaged(seed: u64, sabotage: Sabotage) -> Self {
        Self {
            seed,
            voters: 3,
            observers: 0,
            kraft_version: 1,
            sabotage,
        }
    }

    /// Runs it; what happened, or which rule was broken.
    pub(super) fn run(self) -> Result<Counts, Violation> {
        let mut world = self.world();
        self.play(&mut world)?;
        Ok(world.counts)
    }

    /// Runs it again and tells everything.
    pub(super) fn trace(self) -> Vec<String> {
        let mut world = self.world();
        world.trace = Some(Vec::new());
        let outcome = self.play(&mut world);
        world.note(|| format!("{outcome:?}"));
        world.trace.unwrap_or_default()
    }

    fn world(self) -> World {
        let mut chance = Jitter::new(self.seed);
        let network = Network::stormy(&mut chance);
        let mut world = World::new(self.seed, network, self.sabotage);
        let ids = 1..=self.voters + self.observers;
        let set = VoterSet::new((1..=self.voters).map(|id| {
            let mut voter = voter(id);
            if self.kraft_version == 0 {
                voter.directory_id = broker_model::DirectoryId::ZERO;
            }
            voter
        }));
        for id in ids.clone() {
            let bootstrap = ids.clone().filter(|other| *other != id).map(|other| HostAndPort {
                host: format!("n{other}"),
                port: 9_093,
            });
            let node = Node::new(NodePlan {
                id,
                seed: chance.below(u64::MAX),
                clock_rate: 900 + chance.below(201),
                auto_join: if self.seed.is_multiple_of(3) {
                    AutoJoin::On
                } else {
                    AutoJoin::Off
                },
                timeouts: timeouts(&mut chance),
                bootstrap: bootstrap.collect(),
                configured: if self.kraft_version == 0 {
                    set.clone()
                } else {
                    VoterSet::default()
                },
            });
            world.nodes.insert(id, node);
        }
        world
    }

    /// Each voter begins with the snapshot that `format` writes when voters stand in the log.
    fn format(self, world: &mut World) -> Result<(), Violation> {
        if self.kraft_version == 0 {
            return Ok(());
        }
        let content = SnapshotVoters {
            voters: Some(VoterSet::new((1..=self.voters).map(voter))),
            kraft_version: 1,
        };
        for id in 1..=self.voters {
            world.store_snapshot(id, SnapshotId::BOOTSTRAP, (Chain::default(), content.clone()))?;
        }
        Ok(())
    }

    fn play(self, world: &mut World) -> Result<(), Violation> {
        self.format(world)?;
        for id in 1..=self.voters + self.observers {
            world.start(id)?;
        }
        while world.now < STORM_MS {
            let pause = 20 + world.chance.below(80);
            world.run_until(world.now + pause)?;
            world.propose()?;
            if world.chance.below(6) == 0 {
                self.disturb(world)?;
            }
        }
        self.make_peace(world)
    }

    fn disturb(self, world: &mut World) -> Result<(), Violation> {
        let nodes = self.voters + self.observers;
        let node = 1 + world.chance.below(nodes as u64) as i32;
        match world.chance.below(20) {
            0..=3 => {
                let down = world.chance.below(4_000);
                world.crash(node, 1 + down);
            }
            4 => {
                for id in 1..=nodes {
                    let down = world.chance.below(2_000);
                    world.crash(id, 1 + down);
                }
            }
            5 | 6 => isolate(world, node, nodes),
            7 => split(world, nodes),
            8 | 9 => world.network.heal(),
            10 | 11 => return world.make_snapshot(node),
            12 => return resign(world, node),
            13..=16 => self.add_voter(world, node),
            17 | 18 => self.remove_voter(world, node),
            _ => self.replace_machine(world, node),
        }
        Ok(())
    }

    fn add_voter(self, world: &mut World, node: i32) {
        let settings = &world.nodes[&node].settings;
        let listeners = settings.endpoints.iter().map(|endpoint| Listener {
            name: LISTENER.into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            ..Listener::default()
        });
        let request = AddRaftVoterRequest {
            cluster_id: None,
            timeout_ms: 3_000,
            voter_id: node,
            voter_directory_id: settings.replica.directory_id.uuid(),
            listeners: listeners.collect(),
            ack_when_committed: world.now.is_multiple_of(2),
            ..AddRaftVoterRequest::default()
        };
        world.added_at.insert(node, world.now);
        for leader in world.leaders() {
            world.ask_as_administrator(leader, RaftRequest::AddRaftVoter(request.clone()));
        }
    }

    fn remove_voter(self, world: &mut World, node: i32) {
        for leader in world.leaders() {
            let raft = world.nodes[&leader].process.as_ref().map(|process| &process.raft);
            let voter = raft.and_then(|raft| raft.voters().get(BrokerId::new(node)).cloned());
            let Some(voter) = voter else {
                continue;
            };
            let request = RemoveRaftVoterRequest {
                cluster_id: None,
                voter_id: node,
                voter_directory_id: voter.directory_id.uuid(),
                ..RemoveRaftVoterRequest::default()
            };
            world.ask_as_administrator(leader, RaftRequest::RemoveRaftVoter(request));
        }
    }

    /// A node that votes nowhere, by anybody's log, and that nobody is about to add, gets another disk; one that votes
    /// gets another port.
    fn replace_machine(self, world: &mut World, node: i32) {
        let key = world.nodes[&node].settings.replica;
        let votes = world.nodes.values().any(|other| {
            let logs = [&other.disk.live, &other.disk.durable];
            let in_log = other
                .process
                .as_ref()
                .is_some_and(|process| process.raft.voters().contains(key));
            in_log || (other.process.is_none() && logs.iter().any(|log| !log.batches.is_empty()))
        });
        let known = world
            .nodes
            .values()
            .filter(|other| other.process.is_some())
            .count();
        world.crash(node, 500);
        let settled = world
            .added_at
            .get(&node)
            .is_none_or(|asked| asked + SETTLED_MS < world.now);
        let replaced = settled && self.kraft_version > 0 && !votes && known == world.nodes.len();
        if let Some(node) = world.nodes.get_mut(&node).filter(|node| node.process.is_none()) {
            if replaced && node.disk_number < 3 {
                node.wipe();
            } else {
                node.moves();
            }
        }
    }

    /// Everything works again: within a time there is a leader, and what it appends reaches everybody.
    fn make_peace(self, world: &mut World) -> Result<(), Violation> {
        world.network = Network::calm();
        let mut target = None;
        for turn in 0..PEACE_MS / 100 {
            world.run_until(world.now + 100)?;
            if let Some(end) = target
                && everybody_has(world, end)
            {
                return check_end(world, end);
            }
            if target.is_none() && leads(world) {
                world.propose()?;
                target = leader_end(world);
            } else if turn % 10 == 0 {
                // That leader may have been replaced, and its record with it.
                target = None;
            }
        }
        let standing: Vec<String> = world
            .nodes
            .values()
            .map(|node| match &node.process {
                Some(process) => format!(
                    "n{} {:?} {:?} log {} hw {:?} voters {:?}",
                    node.id,
                    process.raft.role(),
                    process.raft.leader_and_epoch(),
                    process.raft.log().end_offset(),
                    process.raft.high_watermark(),
                    process
                        .raft
                        .voters()
                        .keys()
                        .map(|key| key.id.value())
                        .collect::<Vec<_>>()
                ),
                None => format!("n{} is down", node.id),
            })
            .collect();
        Err(format!(
            "liveness: no progress {PEACE_MS} ms after all faults ended: {standing:#?}"
        ))
    }
}

/// What was committed up to there is in every log.
fn check_end(world: &World, end: Offset) -> Result<(), Violation> {
    for node in world.nodes.values() {
        let log = &node.disk.live;
        if log.start < end && log.chain_at(end) != world.checker.committed_at(end) {
            return Err(format!(
                "committed never lost: {} has another log up to {end}",
                node.id
            ));
        }
    }
    Ok(())
}

/// Timeouts a quarter as long as Kafka's, so that a run holds more elections; a little different on every node.
fn timeouts(chance: &mut Jitter) -> RaftTimeouts {
    RaftTimeouts {
        election_timeout_ms: 250 + chance.below(100),
        fetch_timeout_ms: 500 + chance.below(100),
        election_backoff_max_ms: 250,
        request_timeout_ms: 400 + chance.below(200),
        retry_backoff_ms: 20,
        fetch_max_wait_ms: 50 + chance.below(200),
        broken_connection_ms: 20 + chance.below(80),
    }
}

fn isolate(world: &mut World, node: i32, nodes: i32) {
    let ways = world.chance.below(3);
    for other in (1..=nodes).filter(|other| *other != node) {
        if ways != 1 {
            world.network.cut(node, other);
        }
        if ways != 0 {
            world.network.cut(other, node);
        }
    }
}

fn split(world: &mut World, nodes: i32) {
    let sides: Vec<bool> = (0..nodes).map(|_| world.chance.below(2) == 0).collect();
    for from in 1..=nodes {
        for to in 1..=nodes {
            if sides[from as usize - 1] != sides[to as usize - 1] {
                world.network.cut(from, to);
            }
        }
    }
}

fn resign(world: &mut World, node: i32) -> Result<(), Violation> {
    let Some(process) = &world.nodes[&node].process else {
        return Ok(());
    };
    let epoch = process.raft.leader_and_epoch().epoch;
    world.step(node, Event::Resign(epoch))
}

fn leads(world: &World) -> bool {
    world.leaders().len() == 1
}

fn leader_end(world: &World) -> Option<Offset> {
    let leader = *world.leaders().first()?;
    let process = world.nodes[&leader].process.as_ref()?;
    Some(process.raft.log().end_offset().offset)
}

fn everybody_has(world: &World, end: Offset) -> bool {
    world.nodes.values().all(|node| {
        node.process.as_ref().is_some_and(|process| {
            let committed = process
                .raft
                .high_watermark()
                .map(|high_watermark| high_watermark.offset());
            committed >= Some(end) && matches!(process.raft.role(), Role::Leader | Role::Follower)
        })
    })
}
