//! Replicas and leaders that move, and a group whose members come and go.

use std::time::{Duration, Instant};

use crate::error::LabError;
use crate::load::{DURABLE, GROUP, storm};
use crate::world::{SYNC, World};

/// The topic of the groups' offsets.
const OFFSETS: &str = "__consumer_offsets";

pub(super) fn members_come_and_go(world: &mut World) -> Result<(), LabError> {
    world.begin("storm", "twenty members");
    let bootstrap = world.cluster.bootstrap();
    let (joined, handed) = storm(&bootstrap, 20, world.pace.hold)?;
    world.end("storm", "twenty members");
    world.note(format!(
        "{joined} members came and went, {handed} records were handed to them"
    ));
    world.require(joined > 0, || "no member was ever assigned anything".to_owned());
    // The last word: who stays is given everything.
    let (stayed, handed) = storm(&bootstrap, 1, Duration::from_secs(20))?;
    world.require(handed > 0, || {
        format!("a group of one was handed nothing after the storm; {stayed} assignments")
    });
    Ok(())
}

/// Replicas of a partition, one place on.
fn rotated(nodes: i32, partition: i32, step: i32) -> Vec<i32> {
    (0..3)
        .map(|place| (partition + step + place) % nodes + 1)
        .collect()
}

pub(super) fn reassign(world: &mut World) -> Result<(), LabError> {
    let nodes = world.cluster.size();
    for step in 1..=6 {
        let target = format!("step {step}");
        world.begin("reassignment", &target);
        for partition in 0..6 {
            let replicas = rotated(nodes, partition, step);
            let moved = world.cluster.admin.reassign(DURABLE, partition, Some(&replicas));
            world.require(moved.is_ok(), || {
                format!("{target}, partition {partition}: {moved:?}")
            });
        }
        if step % 2 == 0 {
            for partition in 0..6 {
                // It may be over already, and then there is nothing to cancel.
                world.cluster.admin.reassign(DURABLE, partition, None).ok();
            }
        }
        if step == 3 || step == 5 {
            let victim = (step + 1) % nodes + 1;
            world.begin("kill -9 meanwhile", &format!("node {victim}"));
            world.cluster.node(victim)?.kill();
            world.sleep(Duration::from_secs(4));
            world.end("kill -9 meanwhile", &format!("node {victim}"));
            world.cluster.node(victim)?.start()?;
        }
        world.sleep(world.pace.warm);
        world.end("reassignment", &target);
    }
    settle(world)
}

/// Waits until no partition has more replicas than it should and all of them are in sync.
fn settle(world: &mut World) -> Result<(), LabError> {
    let settled = world.eventually("that all reassignments end", SYNC, |cluster| {
        let partitions = cluster.admin.partitions(DURABLE)?;
        let open = partitions
            .iter()
            .filter(|one| one.replicas.len() != 3 || one.isr.len() < 3)
            .count();
        match open {
            0 => Ok(()),
            open => Err(LabError::Unusable(format!("{open} partitions are under way"))),
        }
    });
    let (_, time) = settled?;
    world.note(format!("settled after {:.1} s", time.as_secs_f64()));
    Ok(())
}

pub(super) fn coordinator_moves(world: &mut World) -> Result<(), LabError> {
    let began = Instant::now();
    let moves = world.pace.repeats * 5;
    let mut moved = 0;
    let nodes = world.cluster.size();
    for step in 0..moves {
        let (coordinator, _) =
            world.eventually("a coordinator", SYNC, |cluster| cluster.admin.coordinator(GROUP))?;
        world.begin("coordinator moves", &format!("from node {coordinator}"));
        for partition in 0..4 {
            let step = i32::try_from(step).unwrap_or(0);
            let replicas = rotated(nodes, partition, step);
            let answer = world.cluster.admin.reassign(OFFSETS, partition, Some(&replicas));
            world.require(answer.is_ok(), || format!("{OFFSETS}-{partition}: {answer:?}"));
        }
        world.cluster.admin.prefer_leaders(OFFSETS, 4)?;
        world.sleep(Duration::from_millis(600));
        let (now, _) = world.eventually("a coordinator", SYNC, |cluster| cluster.admin.coordinator(GROUP))?;
        moved += u32::from(now != coordinator);
    }
    let seconds = began.elapsed().as_secs();
    world.note(format!("{moved} moves of the coordinator in {seconds} s"));
    world.require(moved > moves / 2, || {
        format!("the coordinator moved only {moved} times of {moves}")
    });
    Ok(())
}

pub(super) fn decommission(world: &mut World) -> Result<(), LabError> {
    let paused = world.some_leader()?;
    let leaving = paused % world.cluster.size() + 1;
    let target = format!("node {paused}");
    world.begin("SIGSTOP", &target);
    world
        .cluster
        .node(paused)?
        .signal(rustix::process::Signal::STOP)?;
    let stay: Vec<i32> = (1..=world.cluster.size())
        .filter(|node| *node != leaving)
        .collect();
    for partition in 0..6 {
        let place = usize::try_from(partition).unwrap_or(0);
        let replicas: Vec<i32> = (0..3)
            .filter_map(|step| stay.get((place + step) % stay.len()).copied())
            .collect();
        world.eventually("a reassignment", SYNC, |cluster| {
            cluster.admin.reassign(DURABLE, partition, Some(&replicas))
        })?;
    }
    world.sleep(world.pace.hold);
    world.end("SIGSTOP", &target);
    world
        .cluster
        .node(paused)?
        .signal(rustix::process::Signal::CONT)?;
    // A node that was paused answers with what it knew before, for a moment.
    world.eventually(&format!("that node {leaving} is empty"), SYNC, |cluster| {
        let partitions = cluster.admin.partitions(DURABLE)?;
        let still = partitions
            .iter()
            .filter(|one| one.replicas.iter().any(|id| id.value() == leaving))
            .count();
        match still {
            0 => Ok(()),
            still => Err(LabError::Unusable(format!("it still has {still} partitions"))),
        }
    })?;
    settle(world)?;
    world.note(format!(
        "node {leaving} was emptied while node {paused} was paused"
    ));
    Ok(())
}
