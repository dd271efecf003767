//! How long the quorum is without a leader, with the timeouts that a broker has by default.

use super::calm::{NODES, leader_after, settled, settled_with};
use super::world::World;
use crate::{Event, RaftTimeouts};

/// Seeds of each rule.
const SEEDS: u64 = 20;

#[test]
fn a_killed_leader_is_replaced_within_half_a_second() {
    for seed in 0..SEEDS {
        let (mut world, leader) = settled(seed);
        world.kill(leader);
        let replaced = leader_after(&mut world, 10_000, &[leader]);
        assert!(
            replaced.is_some_and(|(after, _)| after < 500),
            "seed {seed}: {replaced:?}"
        );
    }
}

#[test]
fn a_leader_that_is_cut_off_is_replaced_after_the_fetch_timeout() {
    let timeouts = RaftTimeouts::default();
    for seed in 0..SEEDS {
        let (mut world, leader) = settled(seed);
        for other in (1..=NODES).filter(|other| *other != leader) {
            world.network.cut(leader, other);
            world.network.cut(other, leader);
        }
        let replaced = leader_after(&mut world, 10_000, &[leader]);
        let most = timeouts.fetch_timeout_ms + timeouts.fetch_max_wait_ms + 500;
        assert!(
            replaced.is_some_and(|(after, _)| after < most),
            "seed {seed}: {replaced:?}"
        );
        world
            .run_until(world.now + timeouts.check_quorum_ms() + 1_000)
            .unwrap();
        assert!(
            !world.leaders().contains(&leader),
            "seed {seed}: it still believes that it leads"
        );
    }
}

#[test]
fn a_leader_that_freezes_is_replaced_within_two_seconds_by_a_shorter_fetch_timeout() {
    let timeouts = RaftTimeouts {
        fetch_timeout_ms: 1_200,
        fetch_max_wait_ms: 300,
        ..RaftTimeouts::default()
    };
    for seed in 0..SEEDS {
        let (mut world, leader) = settled_with(seed, timeouts);
        for other in (1..=NODES).filter(|other| *other != leader) {
            world.network.cut(leader, other);
            world.network.cut(other, leader);
        }
        let replaced = leader_after(&mut world, 10_000, &[leader]);
        assert!(
            replaced.is_some_and(|(after, _)| after < 2_000),
            "seed {seed}: {replaced:?}"
        );
    }
}

#[test]
fn a_leader_that_resigns_is_replaced_at_once() {
    for seed in 0..SEEDS {
        let (mut world, leader) = settled(seed);
        let process = world.nodes[&leader].process.as_ref().expect("it runs");
        let epoch = process.raft.leader_and_epoch().epoch;
        world.step(leader, Event::Resign(epoch)).unwrap();
        let replaced = leader_after(&mut world, 10_000, &[leader]);
        assert!(
            replaced.is_some_and(|(after, _)| after < 200),
            "seed {seed}: {replaced:?}"
        );
    }
}

#[test]
fn a_node_that_comes_back_does_not_disturb_the_leader() {
    for seed in 0..SEEDS {
        let (mut world, leader) = settled(seed);
        let away = (1..=NODES).find(|node| *node != leader).expect("there are three");
        for other in (1..=NODES).filter(|other| *other != away) {
            world.network.cut(away, other);
            world.network.cut(other, away);
        }
        let epoch = |world: &World| {
            let process = world.nodes[&leader].process.as_ref().expect("it runs");
            process.raft.leader_and_epoch()
        };
        let before = epoch(&world);
        world.run_until(world.now + 30_000).unwrap();
        world.network.heal();
        world.run_until(world.now + 10_000).unwrap();
        assert_eq!(epoch(&world), before, "seed {seed}");
    }
}
