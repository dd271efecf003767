//! Processes that die or stop: leaders, all brokers, coordinators, one after another.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::Signal;

use crate::error::LabError;
use crate::load::GROUP;
use crate::world::{SYNC, World};

/// How long a killed node stays away.
const AWAY: Duration = Duration::from_secs(5);
/// Longest shutdown.
const STOP: Duration = Duration::from_secs(90);
/// Connections that do nothing.
const CROWD: usize = 10_000;
/// Connections that ask and do not read.
const SLOW: usize = 30;

pub(super) fn kill_the_only_node(world: &mut World) -> Result<(), LabError> {
    for _ in 0..world.pace.repeats.min(3) {
        kill_and_return(world, 1)?;
        world.sleep(world.pace.warm);
    }
    Ok(())
}

fn kill_and_return(world: &mut World, node: i32) -> Result<(), LabError> {
    let target = format!("node {node}");
    world.begin("kill -9", &target);
    world.cluster.node(node)?.kill();
    world.sleep(AWAY);
    world.end("kill -9", &target);
    world.cluster.node(node)?.start()
}

pub(super) fn kill_leaders(world: &mut World) -> Result<(), LabError> {
    for _ in 0..world.pace.repeats {
        let leader = world.some_leader()?;
        kill_and_return(world, leader)?;
        world.wait_in_sync(SYNC);
        world.sleep(Duration::from_secs(2));
    }
    Ok(())
}

pub(super) fn kill_all(world: &mut World) -> Result<(), LabError> {
    world.begin("kill -9", "all nodes");
    for node in &mut world.cluster.nodes {
        node.kill();
    }
    world.sleep(Duration::from_secs(1));
    world.end("kill -9", "all nodes");
    for node in &mut world.cluster.nodes {
        node.start()?;
    }
    let size = world.cluster.size();
    let time = world.cluster.wait_for_brokers(size)?;
    world.note(format!("brokers back after {:.1} s", time.as_secs_f64()));
    world.wait_in_sync(SYNC);
    Ok(())
}

pub(super) fn freeze_a_leader(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("SIGSTOP", &target);
    world.cluster.node(leader)?.signal(Signal::STOP)?;
    world.sleep(world.pace.hold);
    world.end("SIGSTOP", &target);
    world.cluster.node(leader)?.signal(Signal::CONT)?;
    world.wait_in_sync(SYNC);
    Ok(())
}

pub(super) fn rolling_restart(world: &mut World) -> Result<(), LabError> {
    for _ in 0..world.pace.repeats.div_ceil(4) {
        for node in 1..=world.cluster.size() {
            let target = format!("node {node}");
            world.begin("SIGTERM", &target);
            let time = world.cluster.node(node)?.stop(STOP)?;
            world.note(format!("{target} stopped in {:.1} s", time.as_secs_f64()));
            world.end("SIGTERM", &target);
            world.cluster.node(node)?.start()?;
            world.wait_in_sync(SYNC);
        }
    }
    Ok(())
}

pub(super) fn kill_coordinators(world: &mut World) -> Result<(), LabError> {
    for _ in 0..world.pace.repeats.div_ceil(2) {
        let found = world.eventually("a coordinator", SYNC, |cluster| cluster.admin.coordinator(GROUP));
        let (coordinator, _) = found?;
        kill_and_return(world, coordinator)?;
        world.wait_in_sync(SYNC);
        world.sleep(world.pace.warm);
    }
    Ok(())
}

/// Asks, and takes no answer.
fn slow_reader(address: (String, u16)) -> Result<TcpStream, LabError> {
    let mut stream = TcpStream::connect(address)?;
    // ApiVersions, version 0, without a client id.
    let request = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255];
    for _ in 0..200 {
        stream.write_all(&request)?;
    }
    Ok(stream)
}

pub(super) fn crowd(world: &mut World) -> Result<(), LabError> {
    let nodes = world.cluster.size();
    let address = |world: &World, index: usize| {
        let node = i32::try_from(index).unwrap_or(0) % nodes + 1;
        (
            world.cluster.network.host(node),
            world.cluster.network.ports(node).0,
        )
    };
    let mut crowd = Vec::new();
    for index in 0..CROWD {
        match TcpStream::connect(address(world, index)) {
            Ok(stream) => crowd.push(stream),
            Err(_) => break,
        }
    }
    let held = crowd.len();
    let mut slow = Vec::new();
    for index in 0..SLOW {
        slow.push(slow_reader(address(world, index))?);
    }
    world.note(format!(
        "{held} idle connections, {} that read nothing",
        slow.len()
    ));
    world.require(held == CROWD, || format!("only {held} connections were taken"));
    for _ in 0..world.pace.repeats {
        let leader = world.some_leader()?;
        kill_and_return(world, leader)?;
        world.wait_in_sync(SYNC);
        world.sleep(Duration::from_secs(2));
        // Who was thrown out comes back, as clients do.
        for (index, stream) in crowd.iter_mut().enumerate() {
            let node = i32::try_from(index).unwrap_or(0) % nodes + 1;
            if node == leader
                && let Ok(again) = TcpStream::connect(address(world, index))
            {
                *stream = again;
            }
        }
    }
    let resident: Vec<String> = world
        .cluster
        .nodes
        .iter()
        .map(|node| format!("{}", node.resident() >> 20))
        .collect();
    world.note(format!("resident MiB {}", resident.join("/")));
    drop((crowd, slow));
    Ok(())
}
