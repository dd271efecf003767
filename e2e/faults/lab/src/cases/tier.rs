//! An object store that fails, loses answers, sends damaged objects; leaders that die or stop within a copy.
//!
//! Besides what the checker judges, `eddyline tier verify` compares manifests and objects at the end of each, and
//! every batch that is read has the bytes that a disk once held.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::cluster::Cluster;
use crate::error::LabError;
use crate::load::DURABLE;
use crate::world::{SYNC, World};

/// How long a killed node stays away.
const AWAY: Duration = Duration::from_secs(5);

pub(super) fn store_refuses(world: &mut World) -> Result<(), LabError> {
    tiered_up_to_now(world)?;
    for status in [503, 500] {
        let fault = format!("status {status}");
        world.begin(&fault, "the store");
        world.store()?.clear()?;
        world.store()?.rule(&format!("* * 1 error {status}"))?;
        world.sleep(world.pace.hold);
        let hits = world.store()?.hits()?;
        world.note(format!("{hits} requests were answered with {status}"));
        world.require(hits > 0, || format!("no request was answered with {status}"));
        world.end(&fault, "the store");
    }
    let held = first_local_offsets(&world.cluster);
    world.store()?.clear()?;
    tiered_up_to_now(world)?;
    world.note(format!("local logs began at {held:?} when the store healed"));
    Ok(())
}

pub(super) fn answers_are_lost(world: &mut World) -> Result<(), LabError> {
    world.begin("lost answers", "the store");
    world.store()?.rule("PUT .segment 2 lose")?;
    world.store()?.rule("PUT manifest 2 lose")?;
    world.sleep(world.pace.hold);
    let hits = world.store()?.hits()?;
    world.end("lost answers", "the store");
    world.store()?.clear()?;
    world.note(format!("{hits} answers were lost"));
    world.require(hits > 0, || "no answer was lost".to_owned());
    tiered_up_to_now(world)
}

pub(super) fn damaged_reads(world: &mut World) -> Result<(), LabError> {
    world.sleep(world.pace.hold);
    tiered_up_to_now(world)?;
    world.stop_load();
    world.begin("damaged reads", "the store");
    world.store()?.rule("GET .segment 20 corrupt")?;
    world.store()?.rule("GET .segment 20 short 7")?;
    world.read_everything();
    let hits = world.store()?.hits()?;
    world.end("damaged reads", "the store");
    world.store()?.clear()?;
    world.note(format!("{hits} objects came damaged"));
    world.require(hits > 0, || "no object came damaged".to_owned());
    Ok(())
}

/// A request of a copy, and when its sender dies.
const STEPS: [(&str, &str); 5] = [
    (
        "before the segment is in the store",
        "PUT .segment =2 hold-before",
    ),
    ("when the segment is in the store", "PUT .segment =2 hold-after"),
    ("before the manifest names it", "PUT manifest =2 hold-before"),
    ("when the manifest names it", "PUT manifest =2 hold-after"),
    ("before the local segment goes", "PUT manifest =2 slow 1"),
];

pub(super) fn killed_within_a_copy(world: &mut World) -> Result<(), LabError> {
    for (step, rule) in STEPS {
        let node = met_by(world, rule)?;
        let target = format!("node {node}, {step}");
        world.begin("kill -9", &target);
        world.cluster.node(node)?.kill();
        world.store()?.clear()?;
        world.sleep(AWAY);
        world.end("kill -9", &target);
        world.cluster.node(node)?.start()?;
        world.wait_in_sync(SYNC);
    }
    tiered_up_to_now(world)
}

pub(super) fn late_uploads(world: &mut World) -> Result<(), LabError> {
    for rule in ["PUT .segment =2 late", "PUT manifest =2 late"] {
        let node = met_by(world, rule)?;
        let target = format!("node {node}");
        world.begin("SIGSTOP", &target);
        world.cluster.node(node)?.signal(Signal::STOP)?;
        world.eventually("that others lead", SYNC, |cluster| led_by_others(cluster, node))?;
        // They copy meanwhile.
        world.sleep(world.pace.hold);
        world.store()?.clear()?;
        world.eventually("that the upload arrives", SYNC, |cluster| {
            let store = cluster.store.as_ref();
            let late = store.map(|store| store.tell("late")).transpose()?;
            is(late.as_deref() == Some("0"), "it is under way")
        })?;
        world.end("SIGSTOP", &target);
        world.cluster.node(node)?.signal(Signal::CONT)?;
        world.wait_in_sync(SYNC);
        tiered_up_to_now(world)?;
    }
    Ok(())
}

fn is(holds: bool, otherwise: &str) -> Result<(), LabError> {
    match holds {
        true => Ok(()),
        false => Err(LabError::Unusable(otherwise.to_owned())),
    }
}

/// Waits until a request meets the rule; the node that sent it.
fn met_by(world: &mut World, rule: &str) -> Result<i32, LabError> {
    world.store()?.rule(rule)?;
    let (node, _) = world.eventually("that a request meets the fault", SYNC, |cluster| {
        let store = cluster.store.as_ref();
        let store = store.ok_or_else(|| LabError::Unusable("there is no store".to_owned()))?;
        is(store.hits()? > 0, "none was sent")?;
        cluster.network.node_of(&store.tell("who")?)
    })?;
    Ok(node)
}

fn led_by_others(cluster: &mut Cluster, node: i32) -> Result<(), LabError> {
    let partitions = cluster.admin.partitions(DURABLE)?;
    let leads = |leader: Option<i32>| leader.is_none_or(|leader| leader == node);
    let led = partitions
        .iter()
        .any(|partition| leads(partition.leader.map(broker_model::BrokerId::value)));
    is(!partitions.is_empty() && !led, "it leads, or nobody does")
}

/// Where the local part of each partition begins on the disk that has the most of it, by partition.
fn first_local_offsets(cluster: &Cluster) -> Vec<i64> {
    let first = |folder: &Path| {
        let files = fs::read_dir(folder).ok()?.flatten();
        let offsets = files.filter_map(|file| {
            let name = file.file_name();
            name.to_str()?.strip_suffix(".log")?.parse::<i64>().ok()
        });
        offsets.min()
    };
    let mut firsts = Vec::new();
    for partition in 0.. {
        let folder = format!("{DURABLE}-{partition}");
        let nodes = cluster.nodes.iter();
        let Some(least) = nodes.filter_map(|node| first(&node.data().join(&folder))).min() else {
            break;
        };
        firsts.push(least);
    }
    firsts
}

/// Waits until everything that is there now is in the object store, and on no disk any more.
fn tiered_up_to_now(world: &mut World) -> Result<(), LabError> {
    let partitions = i32::try_from(first_local_offsets(&world.cluster).len()).unwrap_or(0);
    let (ends, _) = world.eventually("that leaders tell how far they are", SYNC, |cluster| {
        cluster.admin.extents(DURABLE, partitions)
    })?;
    let (_, time) = world.eventually("that what is old leaves the disks", SYNC, |cluster| {
        let firsts = first_local_offsets(cluster);
        let all =
            firsts.len() == ends.len() && firsts.iter().zip(&ends).all(|(first, end)| *first >= end.high);
        is(all, &format!("local logs begin at {firsts:?}"))
    })?;
    world.note(format!("tiered {:.1} s later", time.as_secs_f64()));
    Ok(())
}
