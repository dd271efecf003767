//! Voters that come, go, move and lose their disks, on a good network (KIP-853, KIP-1186).

use broker_metadata::metadata_log::Voter;
use broker_model::BrokerId;

use super::calm::{add_node, settled};
use super::world::World;
use crate::AutoJoin;

/// The voter of that node, as the leader's log has it.
fn recorded(world: &World, leader: i32, node: i32) -> Option<Voter> {
    let process = world.nodes[&leader].process.as_ref()?;
    process.raft.voters().get(BrokerId::new(node)).cloned()
}

#[test]
fn a_controller_joins_by_itself_once_it_has_caught_up() {
    let (mut world, leader) = settled(1);
    for _ in 0..50 {
        world.propose().unwrap();
    }
    add_node(&mut world, 4, AutoJoin::On);
    world.start(4).unwrap();
    world.run_until(world.now + 20_000).unwrap();
    let joined = recorded(&world, leader, 4).map(|voter| voter.directory_id);
    assert_eq!(joined, Some(world.nodes[&4].settings.replica.directory_id));
}

#[test]
fn a_controller_stays_an_observer_when_it_is_not_told_to_join() {
    let (mut world, leader) = settled(1);
    add_node(&mut world, 4, AutoJoin::Off);
    world.start(4).unwrap();
    world.run_until(world.now + 20_000).unwrap();
    assert_eq!(recorded(&world, leader, 4), None);
    let observer = world.nodes[&4].process.as_ref().expect("it runs");
    let leads = world.nodes[&leader].process.as_ref().expect("it runs");
    assert_eq!(observer.raft.high_watermark(), leads.raft.high_watermark());
}

#[test]
fn a_replaced_disk_takes_the_place_of_the_one_before() {
    let (mut world, leader) = settled(2);
    let replaced = (1..4).find(|node| *node != leader).expect("there are three");
    let before = recorded(&world, leader, replaced);
    world.kill(replaced);
    let node = world.nodes.get_mut(&replaced).expect("it is there");
    node.wipe();
    node.settings.auto_join = AutoJoin::On;
    world.start(replaced).unwrap();
    world.run_until(world.now + 30_000).unwrap();
    let after = recorded(&world, leader, replaced);
    assert_ne!(after, before);
    let directory = world.nodes[&replaced].settings.replica.directory_id;
    assert_eq!(after.map(|voter| voter.directory_id), Some(directory));
}

#[test]
fn a_replaced_disk_does_not_vote_in_the_place_of_the_one_before() {
    let (mut world, leader) = settled(3);
    let others: Vec<i32> = (1..4).filter(|node| *node != leader).collect();
    world.kill(others[0]);
    let node = world.nodes.get_mut(&others[0]).expect("it is there");
    node.wipe();
    world.start(others[0]).unwrap();
    world.kill(others[1]);
    world.run_until(world.now + 20_000).unwrap();
    assert_eq!(world.leaders(), Vec::<i32>::new());
}

#[test]
fn a_voter_that_moved_says_where_it_listens() {
    let (mut world, leader) = settled(4);
    let moved = (1..4).find(|node| *node != leader).expect("there are three");
    world.kill(moved);
    world.nodes.get_mut(&moved).expect("it is there").moves();
    world.start(moved).unwrap();
    world.run_until(world.now + 10_000).unwrap();
    let endpoints = recorded(&world, leader, moved).map(|voter| voter.endpoints);
    assert_eq!(endpoints, Some(world.nodes[&moved].settings.endpoints.clone()));
}
