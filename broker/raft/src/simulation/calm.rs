//! Three voters on a good network that have a leader: where tests of one fault begin.

use broker_metadata::metadata_log::SnapshotId;

use super::checker::Chain;
use super::network::Network;
use super::node::{Node, NodePlan, voter};
use super::sabotage::Sabotage;
use super::world::World;
use crate::jitter::Jitter;
use crate::{AutoJoin, HostAndPort, RaftTimeouts, SnapshotVoters, VoterSet};

pub(super) const NODES: i32 = 3;

/// The world, and who leads.
pub(super) fn settled(seed: u64) -> (World, i32) {
    settled_with(seed, RaftTimeouts::default())
}

/// The same with other timeouts.
pub(super) fn settled_with(seed: u64, timeouts: RaftTimeouts) -> (World, i32) {
    let mut world = World::new(seed, Network::calm(), Sabotage::None);
    let voters = VoterSet::new((1..=NODES).map(voter));
    for id in 1..=NODES {
        add_node(&mut world, id, AutoJoin::Off);
        world.nodes.get_mut(&id).expect("it was added").settings.timeouts = timeouts;
        let content = SnapshotVoters {
            voters: Some(voters.clone()),
            kraft_version: 1,
        };
        world
            .store_snapshot(id, SnapshotId::BOOTSTRAP, (Chain::default(), content))
            .unwrap();
        world.start(id).unwrap();
    }
    let leader = leader_after(&mut world, 20_000, &[]).expect("a leader").1;
    world.run_until(world.now + 3_000).unwrap();
    assert_eq!(world.leaders(), [leader]);
    (world, leader)
}

/// One machine more, with an empty disk, that is not started yet.
pub(super) fn add_node(world: &mut World, id: i32, auto_join: AutoJoin) {
    let bootstrap = (1..=NODES).map(|other| HostAndPort {
        host: format!("n{other}"),
        port: 9_093,
    });
    let plan = NodePlan {
        id,
        seed: Jitter::new(id as u64 ^ world.chance.below(u64::MAX)).below(u64::MAX),
        clock_rate: 1_000,
        auto_join,
        timeouts: RaftTimeouts::default(),
        bootstrap: bootstrap.collect(),
        configured: VoterSet::default(),
    };
    world.nodes.insert(id, Node::new(plan));
}

/// When another node leads, within that time.
pub(super) fn leader_after(world: &mut World, within_ms: u64, but: &[i32]) -> Option<(u64, i32)> {
    let begin = world.now;
    while world.now < begin + within_ms {
        world.run_until(world.now + 1).unwrap();
        if let Some(leader) = world.leaders().into_iter().find(|leader| !but.contains(leader)) {
            return Some((world.now - begin, leader));
        }
    }
    None
}
