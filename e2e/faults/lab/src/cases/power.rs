//! Power cuts and file systems that turn read-only, on disks of the nodes' own.

use std::time::{Duration, Instant};

use history_checker::Anomaly;
use rustix::process::Signal;

use crate::error::LabError;
use crate::images::Images;
use crate::load::DURABLE;
use crate::world::{SYNC, World};

const STOP: Duration = Duration::from_secs(90);

fn images(world: &World) -> Result<&Images, LabError> {
    let none = || LabError::Missing("the nodes have no disks of their own".to_owned());
    world.cluster.images.as_ref().ok_or_else(none)
}

/// Cuts the power of some nodes at one instant; their disks are as it left them.
pub(super) fn cut_power(world: &mut World, nodes: &[i32]) -> Result<(), LabError> {
    for node in nodes {
        world.cluster.node(*node)?.signal(Signal::STOP)?;
    }
    for node in nodes {
        images(world)?.cut(*node)?;
    }
    for node in nodes {
        world.cluster.node(*node)?.kill();
    }
    nodes.iter().try_for_each(|node| images(world)?.restore(*node))
}

pub(super) fn all_at_once(world: &mut World) -> Result<(), LabError> {
    let nodes: Vec<i32> = (1..=world.cluster.size()).collect();
    for _ in 0..world.pace.repeats.div_ceil(4) {
        world.begin("power cut", "all nodes");
        cut_power(world, &nodes)?;
        world.end("power cut", "all nodes");
        for node in &nodes {
            world.cluster.node(*node)?.start()?;
        }
        let time = world.cluster.wait_for_brokers(world.cluster.size())?;
        world.note(format!("brokers back after {:.1} s", time.as_secs_f64()));
        world.wait_in_sync(SYNC);
        world.sleep(world.pace.warm);
    }
    Ok(())
}

/// What an acknowledgement promises without `flush.messages=1` does not outlive the power of all replicas.
pub(super) fn all_at_once_unflushed(world: &mut World) -> Result<(), LabError> {
    world.forgive(&[
        Anomaly::LostWrite,
        Anomaly::UnseenWrite,
        Anomaly::InconsistentOffset,
        Anomaly::VanishedRead,
        Anomaly::CommitLost,
        Anomaly::CommitInvented,
        Anomaly::HighWatermarkBack,
        Anomaly::StableOffsetBack,
        Anomaly::LogStartBack,
        Anomaly::PollSkip,
        Anomaly::PollBack,
    ]);
    all_at_once(world)
}

/// The last replica in sync loses its power and what it had not written; the one that left the set before it, in
/// order, has everything that was acknowledged (KIP-966).
pub(super) fn last_replica_standing(world: &mut World) -> Result<(), LabError> {
    let partitions = world.cluster.admin.partitions(DURABLE)?;
    let one = partitions
        .first()
        .ok_or_else(|| LabError::Unusable(format!("{DURABLE} has no partition")))?;
    let last = world.cluster.leader(DURABLE, 0)?;
    let others: Vec<i32> = one
        .replicas
        .iter()
        .map(|id| id.value())
        .filter(|id| *id != last)
        .collect();
    let &[early, eligible] = others.as_slice() else {
        return Err(LabError::Unusable(format!("replicas {:?}", one.replicas)));
    };
    world.begin("last replica standing", &format!("node {last}"));
    world.cluster.node(early)?.stop(STOP)?;
    world.sleep(Duration::from_secs(2));
    world.cluster.node(eligible)?.stop(STOP)?;
    world.sleep(world.pace.warm);
    cut_power(world, &[last])?;
    world.note(format!(
        "node {early} left first, node {eligible} second, node {last} lost its power last"
    ));
    // Who left before the last acknowledgements must not lead, alone as it is.
    world.cluster.node(early)?.start()?;
    world.sleep(Duration::from_secs(8));
    world.cluster.admin.hang_up();
    let (now, _) = world.eventually("the partition", SYNC, |cluster| {
        let partitions = cluster.admin.partitions(DURABLE)?;
        let one = partitions.first().map(|one| one.leader.map(|id| id.value()));
        one.ok_or_else(|| LabError::Unusable("no partition".to_owned()))
    })?;
    world.require(now.is_none(), || {
        format!("node {now:?} leads, which left before the last acknowledgements")
    });
    world.cluster.node(eligible)?.start()?;
    let began = Instant::now();
    let leader = world.cluster.leader(DURABLE, 0)?;
    world.note(format!(
        "node {leader} leads {:.1} s after node {eligible} came back",
        began.elapsed().as_secs_f64()
    ));
    world.require(leader == eligible, || {
        format!("node {leader} leads, and not node {eligible}, which has everything")
    });
    world.end("last replica standing", &format!("node {last}"));
    world.sleep(world.pace.warm);
    world.cluster.node(last)?.start()?;
    world.wait_in_sync(SYNC);
    Ok(())
}

pub(super) fn read_only(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("file system turns read-only", &target);
    images(world)?.turn_read_only(leader)?;
    let ended = ends_by_itself(world, leader, SYNC)?;
    match ended {
        Some(time) => world.note(format!("{target} ended after {:.1} s", time.as_secs_f64())),
        None => world.require(false, || {
            format!("{target} runs on a file system that takes no writes")
        }),
    }
    world.sleep(world.pace.hold);
    world.cluster.node(leader)?.kill();
    images(world)?.repair(leader)?;
    world.end("file system turns read-only", &target);
    world.cluster.node(leader)?.start()?;
    world.wait_in_sync(SYNC);
    Ok(())
}

/// How long it takes until a node ends by itself; none if it does not.
pub(super) fn ends_by_itself(
    world: &mut World,
    node: i32,
    within: Duration,
) -> Result<Option<Duration>, LabError> {
    let began = Instant::now();
    while began.elapsed() < within {
        if !world.cluster.node(node)?.is_running() {
            return Ok(Some(began.elapsed()));
        }
        world.sleep(Duration::from_millis(10));
    }
    Ok(None)
}
