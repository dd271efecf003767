//! Disks that fill, fail, are slow, come back empty or old; and clocks.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::power::ends_by_itself;
use crate::error::LabError;
use crate::leftovers::{self, Leftover};
use crate::load::DURABLE;
use crate::program::run;
use crate::tracer::Tracer;
use crate::world::{SYNC, World};

/// Calls that make bytes durable.
const SYNCS: &str = "fsync,fdatasync";
/// Where Debian's package puts the library that lies about the time.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

fn copy(from: &Path, to: &Path) -> Result<(), LabError> {
    run(&format!(
        "cp -a --reflink=auto {} {}",
        from.display(),
        to.display()
    ))
    .map(drop)
}

/// A file system in memory that is unmounted when it goes out of sight.
struct SmallDisk(String);

impl SmallDisk {
    fn mount(at: &Path, megabytes: u32) -> Result<Self, LabError> {
        let at = at.display().to_string();
        let mounted = run(&format!("mount -t tmpfs -o size={megabytes}m tmpfs {at}"));
        mounted.map_err(|error| LabError::Missing(format!("no file system can be mounted: {error}")))?;
        leftovers::add(Leftover::Mount(at.clone()));
        Ok(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run(&format!("umount -l {}", self.0)).ok();
        leftovers::strike(&Leftover::Mount(self.0.clone()));
    }
}

pub(super) fn full(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    let data = world.cluster.node(leader)?.data();
    world.cluster.node(leader)?.stop(SYNC)?;
    let aside = data.with_extension("aside");
    std::fs::rename(&data, &aside)?;
    std::fs::create_dir_all(&data)?;
    let disk = SmallDisk::mount(&data, 256)?;
    run(&format!("cp -a {}/. {}", aside.display(), data.display()))?;
    world.cluster.node(leader)?.start()?;
    world.wait_in_sync(SYNC);
    let ballast = data.join("ballast");
    world.begin("full disk", &target);
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=64k", &format!("of={}", ballast.display())])
        .stderr(Stdio::null())
        .status();
    filled?;
    world.sleep(world.pace.hold);
    let alive = world.cluster.node(leader)?.is_running();
    world.note(format!(
        "{target} {} while its disk was full",
        if alive { "lived" } else { "ended" }
    ));
    std::fs::remove_file(&ballast)?;
    world.end("full disk", &target);
    world.sleep(world.pace.warm);
    if !world.cluster.node(leader)?.is_running() {
        world.require(false, || format!("{target} did not outlive its full disk"));
        world.cluster.node(leader)?.kill();
        world.cluster.node(leader)?.start()?;
    }
    world.wait_in_sync(SYNC);
    world.cluster.node(leader)?.stop(SYNC)?;
    drop(disk);
    std::fs::remove_dir_all(&data)?;
    std::fs::rename(&aside, &data)?;
    // The node is back with the disk that it had before the test began: an old one, which it has to mend.
    world.cluster.node(leader)?.start()?;
    world.wait_in_sync(SYNC);
    Ok(())
}

fn traced(world: &mut World, node: i32, name: &str, inject: &str) -> Result<(), LabError> {
    let target = format!("node {node}");
    let gone = || LabError::Unusable(format!("{target} does not run"));
    let pid = world.cluster.node(node)?.pid().ok_or_else(gone)?;
    let out = world.cluster.node(node)?.folder.join("strace.log");
    world.begin(name, &target);
    let tracer = Tracer::attach(pid, SYNCS, &[inject.to_owned()], out)?;
    world.sleep(world.pace.hold);
    let injected = tracer.injected();
    drop(tracer);
    world.end(name, &target);
    world.note(format!("{injected} calls of {target} were tampered with"));
    world.require(injected > 0, || {
        format!("no call of {target} was tampered with: it synced nothing meanwhile")
    });
    Ok(())
}

/// One sync fails: of a leader's data, of a follower's, of the controller's metadata log. The broker with the failed log
/// ends at once: it has one log directory, and nothing that it would go on to say could be trusted (I23).
pub(super) fn sync_fails(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    one_sync_fails(world, leader, &format!("{DURABLE}-"), "a leader's log")?;
    let leader = world.cluster.leader(DURABLE, 0)?;
    let follower = leader % world.cluster.size() + 1;
    one_sync_fails(world, follower, &format!("{DURABLE}-"), "a follower's log")?;
    let controller = world.cluster.controller()?.leader;
    one_sync_fails(world, controller, "__cluster_metadata-", "the controller's log")
}

fn one_sync_fails(world: &mut World, node: i32, folders: &str, what: &str) -> Result<(), LabError> {
    let target = format!("node {node}");
    let gone = || LabError::Unusable(format!("{target} does not run"));
    let pid = world.cluster.node(node)?.pid().ok_or_else(gone)?;
    let out = world.cluster.node(node)?.folder.join("strace.log");
    let mut arguments = vec!["inject=fsync,fdatasync:error=EIO:when=1".to_owned()];
    for entry in std::fs::read_dir(world.cluster.node(node)?.data())? {
        let folder = entry?.path();
        let is_meant = folder
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(folders));
        if is_meant && folder.is_dir() {
            for file in std::fs::read_dir(folder)? {
                let path = file?.path();
                if path.extension().is_some_and(|ending| ending == "log") {
                    arguments.push(format!("--trace-path={}", path.display()));
                }
            }
        }
    }
    world.begin(&format!("fsync EIO of {what}"), &target);
    let tracer = Tracer::attach(pid, SYNCS, &arguments, out)?;
    let mut ticks = 0;
    while tracer.injected() == 0 && ticks < 3000 {
        // Metadata are written when something changes, and data when a segment is full.
        if folders.starts_with('_') && ticks % 50 == 0 {
            let name = format!("sync-{}", world.random.below(1 << 30));
            world.cluster.admin.change_many(&[name], true).ok();
        }
        world.sleep(Duration::from_millis(20));
        ticks += 1;
    }
    let injected = tracer.injected();
    let ended = ends_by_itself(world, node, SYNC)?;
    drop(tracer);
    world.end(&format!("fsync EIO of {what}"), &target);
    world.require(injected > 0, || {
        format!("{what}: {target} synced nothing in a minute")
    });
    match ended {
        Some(time) => world.note(format!(
            "{what}: {target} ended {:.1} s after",
            time.as_secs_f64()
        )),
        None => world.require(injected == 0, || {
            format!("{what}: {target} goes on after a failed sync")
        }),
    }
    world.cluster.node(node)?.kill();
    world.cluster.node(node)?.start()?;
    world.cluster.admin.hang_up();
    world.wait_in_sync(SYNC);
    world.sleep(Duration::from_secs(2));
    Ok(())
}

pub(super) fn sync_slow(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    traced(
        world,
        leader,
        "fsync 500 ms",
        "inject=fsync,fdatasync:delay_enter=500000",
    )?;
    world.wait_in_sync(SYNC);
    Ok(())
}

pub(super) fn clock(world: &mut World) -> Result<(), LabError> {
    if !Path::new(FAKETIME).exists() {
        return Err(LabError::Missing("libfaketime is not installed".to_owned()));
    }
    // Relative times, and a rate: `+0 x10` goes ten times as fast from now on.
    for (of_controller, shift) in [false, true]
        .into_iter()
        .flat_map(|who| ["-3600s", "+10d", "+0 x10"].map(|shift| (who, shift)))
    {
        let node = match of_controller {
            true => world.cluster.controller()?.leader,
            false => world.some_leader()?,
        };
        let target = format!("node {node}");
        world.cluster.node(node)?.stop(SYNC)?;
        world.cluster.node(node)?.environment = vec![
            ("FAKETIME".to_owned(), shift.to_owned()),
            ("LD_PRELOAD".to_owned(), FAKETIME.to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC".to_owned(), "1".to_owned()),
        ];
        world.begin(&format!("clock {shift}"), &target);
        world.cluster.node(node)?.start()?;
        world.wait_in_sync(SYNC);
        world.sleep(world.pace.hold / 2);
        world.end(&format!("clock {shift}"), &target);
        world.cluster.node(node)?.stop(SYNC)?;
        world.cluster.node(node)?.environment.clear();
        world.cluster.node(node)?.start()?;
        world.wait_in_sync(SYNC);
    }
    Ok(())
}

/// A node is replaced: the same id, an empty disk, a directory with an identity of its own. It has to fetch everything,
/// its predecessor's vote is taken away and it gets one.
pub(super) fn wiped(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("empty disk", &target);
    let node = world.cluster.node(leader)?;
    node.kill();
    std::fs::remove_dir_all(node.data())?;
    std::fs::create_dir_all(node.data())?;
    world.cluster.replace(leader)?;
    world.cluster.node(leader)?.start()?;
    world.cluster.admin.hang_up();
    world.wait_in_sync(SYNC);
    world.end("empty disk", &target);
    let (lost, _) = world.eventually("the voters", SYNC, |cluster| {
        let voters = cluster.admin.voters()?;
        let lost = voters
            .iter()
            .find(|(id, _)| *id == leader)
            .map(|(_, directory)| *directory);
        lost.ok_or_else(|| LabError::Unusable(format!("node {leader} has no vote to lose")))
    })?;
    world.eventually(
        "that the lost directory votes no more",
        SYNC,
        |cluster| match cluster.admin.voters()?.contains(&(leader, lost)) {
            true => cluster.admin.remove_voter(leader, lost),
            false => Ok(()),
        },
    )?;
    let (host, port) = (
        world.cluster.network.host(leader),
        world.cluster.network.ports(leader).1,
    );
    world.eventually("that the new directory votes", SYNC, |cluster| {
        match cluster.admin.voters()?.iter().any(|(id, _)| *id == leader) {
            true => Ok(()),
            false => cluster.admin.add_voter(leader, &host, port),
        }
    })?;
    world.sleep(world.pace.hold);
    world.note(format!("{target} votes with its new directory"));
    world.wait_in_sync(SYNC);
    Ok(())
}

pub(super) fn old_copy(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    let data = world.cluster.node(leader)?.data();
    let copied = data.with_extension("old");
    world.cluster.node(leader)?.stop(SYNC)?;
    copy(&data, &copied)?;
    world.cluster.node(leader)?.start()?;
    world.wait_in_sync(SYNC);
    world.sleep(world.pace.hold);
    world.begin("old disk", &target);
    world.cluster.node(leader)?.kill();
    std::fs::remove_dir_all(&data)?;
    std::fs::rename(&copied, &data)?;
    world.cluster.node(leader)?.start()?;
    world.sleep(world.pace.hold);
    world.end("old disk", &target);
    if world.cluster.node(leader)?.is_running() {
        world.wait_in_sync(SYNC);
    } else {
        let words = world.cluster.node(leader)?.last_words();
        world.note(format!("{target} refused its old disk: {words}"));
        world.cluster.node(leader)?.kill();
    }
    another_disk(world, leader)
}

/// A third node is started with a copy of another's disk; it must refuse.
fn another_disk(world: &mut World, source: i32) -> Result<(), LabError> {
    let node = source % world.cluster.size() + 1;
    let target = format!("node {node}");
    let foreign = world.cluster.node(source)?.data();
    let data = world.cluster.node(node)?.data();
    let aside = data.with_extension("own");
    world.cluster.node(node)?.kill();
    std::fs::rename(&data, &aside)?;
    copy(&foreign, &data)?;
    world.begin("another's disk", &target);
    world.cluster.node(node)?.start()?;
    let refused = ends_by_itself(world, node, SYNC)?;
    world.require(refused.is_some(), || {
        format!("{target} runs with the disk of node {source}")
    });
    world.cluster.node(node)?.kill();
    std::fs::remove_dir_all(&data)?;
    std::fs::rename(&aside, &data)?;
    world.end("another's disk", &target);
    world.cluster.node(node)?.start()?;
    let back = world.cluster.wait_in_sync(DURABLE, 2, SYNC);
    world.require(back.is_ok(), || format!("{target} is not in sync again"));
    Ok(())
}
