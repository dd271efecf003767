//! Networks that lose, delay, cut and starve: between nodes, never between nodes and clients.

use std::time::Duration;

use crate::disturbance::Disturbance;
use crate::error::LabError;
use crate::network::Direction;
use crate::world::{SYNC, World};

fn healed(world: &mut World) {
    world.cluster.network.heal();
    world.wait_in_sync(SYNC);
}

pub(super) fn isolate_a_leader(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("cut off", &target);
    world.cluster.network.isolate(leader, Direction::Both)?;
    world.sleep(world.pace.hold);
    world.end("cut off", &target);
    healed(world);
    Ok(())
}

pub(super) fn one_way(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("deaf", &target);
    world.cluster.network.isolate(leader, Direction::Incoming)?;
    world.sleep(world.pace.hold);
    world.end("deaf", &target);
    healed(world);
    world.sleep(world.pace.warm);
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("mute", &target);
    world.cluster.network.silence(leader)?;
    world.sleep(world.pace.hold);
    world.end("mute", &target);
    healed(world);
    Ok(())
}

pub(super) fn ring(world: &mut World) -> Result<(), LabError> {
    let size = world.cluster.size();
    world.begin("ring", "all nodes");
    for node in 1..=size {
        for other in node + 1..=size {
            let apart = other - node;
            if apart != 1 && apart != size - 1 {
                world.cluster.network.cut(node, other, Direction::Both)?;
            }
        }
    }
    world.sleep(world.pace.hold);
    world.end("ring", "all nodes");
    healed(world);
    Ok(())
}

pub(super) fn flap(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("flapping link", &target);
    let flaps = world.pace.hold.as_millis() * 2 / 200;
    for _ in 0..flaps {
        world.cluster.network.link(leader, "down")?;
        world.sleep(Duration::from_millis(100));
        world.cluster.network.link(leader, "up")?;
        world.sleep(Duration::from_millis(100));
    }
    world.end("flapping link", &target);
    healed(world);
    Ok(())
}

pub(super) fn disturb(world: &mut World) -> Result<(), LabError> {
    // A packet each way is late by half of what a round trip is to take: 100 ms, 100 ms more or less.
    let mut disturbed = Vec::new();
    for node in 1..=world.cluster.size() {
        let disturbance = Disturbance {
            delay_ms: 0,
            jitter_ms: 100,
            lost_per_mille: 50,
            seed: u64::try_from(world.random.below(1 << 30)).unwrap_or(0),
        };
        disturbed.push(world.cluster.network.disturb(node, disturbance)?);
    }
    world.begin("delay, loss and reordering", "all links");
    world.sleep(world.pace.hold);
    world.end("delay, loss and reordering", "all links");
    let packets: Vec<String> = disturbed.iter().map(|one| one.packets().to_string()).collect();
    world.note(format!(
        "{} packets of the nodes were disturbed",
        packets.join("/")
    ));
    world.require(disturbed.iter().all(|one| one.packets() > 0), || {
        "no packet of a node was disturbed".to_owned()
    });
    // Packets that still wait are let go before the rules are.
    drop(disturbed);
    healed(world);
    Ok(())
}

pub(super) fn narrow(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let follower = leader % world.cluster.size() + 1;
    let target = format!("node {follower}");
    world.begin("1 Mbit/s", &target);
    world.cluster.network.limit(follower, 1000)?;
    world.sleep(world.pace.hold);
    world.end("1 Mbit/s", &target);
    healed(world);
    Ok(())
}
