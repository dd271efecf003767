//! A node that was away for longer than the metadata log reaches back: it is given a snapshot, and its power is cut before
//! and behind the one step that puts the snapshot in its place.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::metadata::{changed, look};
use super::power::cut_power;
use crate::admin::Admin;
use crate::error::LabError;
use crate::network::Direction;
use crate::tracer::Tracer;
use crate::world::{SYNC, World};

/// Snapshots often, so that a few topics are enough to cut the log.
pub(super) const OFTEN: &[(&str, &str)] = &[("metadata.log.max.record.bytes.between.snapshots", "2000")];
/// Topics that are made at once while the node is away, and how often.
const AT_ONCE: u32 = 10;
const TIMES: u32 = 6;
/// How long the step is held up in which the power is cut.
const HELD: Duration = Duration::from_secs(4);
const FOLDER: &str = "__cluster_metadata-0";

/// Which side of the rename the power is cut on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// What of snapshots lies in a node's metadata folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Folder {
    /// Snapshots that are whole, by name.
    whole: Vec<String>,
    /// Files of such that are being fetched, with their sizes.
    unfinished: Vec<(String, u64)>,
    /// The log's first offset, after which its first file is named.
    first: u64,
}

fn folder(data: &Path) -> Result<Folder, LabError> {
    let mut found = Folder {
        first: u64::MAX,
        ..Folder::default()
    };
    for entry in fs::read_dir(data.join(FOLDER))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".checkpoint") {
            found.whole.push(name);
        } else if name.ends_with(".part") {
            // It may have its name by now.
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            found.unfinished.push((name, size));
        } else if let Some(first) = name.strip_suffix(".log").and_then(|first| first.parse().ok()) {
            found.first = found.first.min(first);
        }
    }
    found.whole.sort();
    Ok(found)
}

pub(super) fn fetched_by_a_node_that_lags(world: &mut World) -> Result<(), LabError> {
    let mut names = Vec::new();
    for round in 0..world.pace.repeats.div_ceil(4) {
        for side in [Side::Before, Side::Behind] {
            one(
                world,
                &format!("{round}-{side:?}").to_lowercase(),
                side,
                &mut names,
            )?;
        }
    }
    Ok(())
}

fn one(world: &mut World, round: &str, side: Side, names: &mut Vec<String>) -> Result<(), LabError> {
    let controller = world.cluster.controller()?.leader;
    let node = controller % world.cluster.size() + 1;
    let target = format!("node {node}");
    let data = world.cluster.node(node)?.data();
    world.begin("away while snapshots are taken", &target);
    world.cluster.node(node)?.kill();
    let before = folder(&data)?;
    for step in 0..TIMES {
        let made: Vec<String> = (0..AT_ONCE).map(|n| format!("snap-{round}-{step}-{n}")).collect();
        changed(world, &made, true)?;
        names.extend(made);
    }
    world.end("away while snapshots are taken", &target);
    world.begin("power cut at a snapshot's rename", &target);
    world.cluster.network.isolate(node, Direction::Both)?;
    world.cluster.node(node)?.start()?;
    let tracer = held_up(world, node, side, &before)?;
    world.require(tracer.is_some(), || {
        format!("{round}: {target} was given no snapshot")
    });
    cut_power(world, &[node])?;
    drop(tracer);
    world.cluster.network.heal();
    let left = folder(&data)?;
    world.note(format!(
        "{round}: the power cut left {} whole and {} unfinished snapshots",
        left.whole.len(),
        left.unfinished.len()
    ));
    world.end("power cut at a snapshot's rename", &target);
    world.cluster.node(node)?.start()?;
    world.cluster.admin.hang_up();
    world.cluster.wait_for_brokers(world.cluster.size())?;
    world.wait_in_sync(SYNC);
    let after = folder(&data)?;
    world.require(after.first > before.first, || {
        format!(
            "{round}: the metadata log of {target} begins at {}, no snapshot took its place",
            after.first
        )
    });
    look(world, names)?;
    knows(world, node, names)
}

/// Holds up the renames of the node from before it can reach the others, and waits until it is in the one that matters;
/// the node stays there for as long as what is answered lives.
fn held_up(world: &mut World, node: i32, side: Side, before: &Folder) -> Result<Option<Tracer>, LabError> {
    let gone = || LabError::Unusable(format!("node {node} does not run"));
    let pid = world.cluster.node(node)?.pid().ok_or_else(gone)?;
    let data = world.cluster.node(node)?.data();
    let out = world.cluster.node(node)?.folder.join("strace.log");
    let when = match side {
        Side::Before => "delay_enter",
        Side::Behind => "delay_exit",
    };
    let inject = format!("inject=rename:{when}={}", HELD.as_micros());
    let tracer = Tracer::attach(pid, "rename", &[inject], out)?;
    world.sleep(Duration::from_secs(2));
    world.cluster.network.heal();
    let mut last = Folder::default();
    let mut still = 0;
    for _ in 0..SYNC.as_millis() / 50 {
        let now = folder(&data)?;
        let is_new = now.whole.iter().any(|name| !before.whole.contains(name));
        // A file that has all its bytes stays as it is: it waits for its name.
        still = if now == last { still + 1 } else { 0 };
        let waits = now.unfinished.iter().any(|(_, size)| *size > 0) && still > 20;
        if (side == Side::Behind && is_new) || (side == Side::Before && waits) {
            return Ok(Some(tracer));
        }
        last = now;
        world.sleep(Duration::from_millis(50));
    }
    Ok(None)
}

/// The node itself, and not another, says that the topics are there.
fn knows(world: &mut World, node: i32, names: &[String]) -> Result<(), LabError> {
    let (host, port) = (
        world.cluster.network.host(node),
        world.cluster.network.ports(node).0,
    );
    let mut admin = Admin::new(&format!("{host}:{port}"))?;
    world.eventually(&format!("that node {node} knows all topics"), SYNC, |_| {
        let there = admin.topics().inspect_err(|_| admin.hang_up())?;
        match names.iter().filter(|name| !there.contains(name)).count() {
            0 => Ok(()),
            missing => Err(LabError::Unusable(format!("{missing} are missing"))),
        }
    })?;
    Ok(())
}
