//! Disks that fill, fail, are slow, come back empty or old; and clocks.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::error::LabError;
use crate::leftovers::{self, Leftover};
use crate::load::DURABLE;
use crate::program::{is_there, run};
use crate::world::World;

const SYNC: Duration = Duration::from_secs(60);
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

/// A tracer at a broker's system calls; ends when it goes out of sight, and lets the broker go on.
struct Tracer {
    child: Child,
    out: PathBuf,
}

impl Tracer {
    fn attach(pid: u32, inject: &str, out: PathBuf) -> Result<Self, LabError> {
        if !is_there("strace") {
            return Err(LabError::Missing("strace is not installed".to_owned()));
        }
        let child = Command::new("strace")
            .args([
                "-f",
                "-q",
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                inject,
                "-p",
                &pid.to_string(),
                "-o",
            ])
            .arg(&out)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        leftovers::add(Leftover::Process(child.id()));
        Ok(Self { child, out })
    }

    /// How many calls were tampered with.
    fn injected(&self) -> usize {
        let text = std::fs::read_to_string(&self.out).unwrap_or_default();
        text.lines()
            .filter(|line| line.contains("INJECTED") || line.contains("DELAYED"))
            .count()
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        }
        self.child.wait().ok();
        leftovers::strike(&Leftover::Process(self.child.id()));
    }
}

fn traced(world: &mut World, node: i32, name: &str, inject: &str) -> Result<(), LabError> {
    let target = format!("node {node}");
    let gone = || LabError::Unusable(format!("{target} does not run"));
    let pid = world.cluster.node(node)?.pid().ok_or_else(gone)?;
    let out = world.cluster.node(node)?.folder.join("strace.log");
    world.begin(name, &target);
    let tracer = Tracer::attach(pid, inject, out)?;
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

pub(super) fn sync_fails(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    traced(
        world,
        leader,
        "fsync EIO",
        "inject=fsync,fdatasync:error=EIO:when=2",
    )?;
    // A broker may end itself over it, and take its time to hand over first; it must not go on as if nothing was.
    world.sleep(Duration::from_secs(12));
    let alive = world.cluster.node(leader)?.is_running();
    let what = if alive {
        "lives on"
    } else {
        "ended, and was started again"
    };
    world.note(format!("node {leader} {what}"));
    if !alive {
        world.cluster.node(leader)?.kill();
        world.cluster.node(leader)?.start()?;
    }
    world.wait_in_sync(SYNC);
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
    for (node, shift) in [
        (world.some_leader()?, "-3600s"),
        (world.cluster.controller()?.leader, "+10d"),
    ] {
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
        world.sleep(world.pace.hold);
        world.end(&format!("clock {shift}"), &target);
        world.cluster.node(node)?.stop(SYNC)?;
        world.cluster.node(node)?.environment.clear();
        world.cluster.node(node)?.start()?;
        world.wait_in_sync(SYNC);
    }
    Ok(())
}

pub(super) fn wiped(world: &mut World) -> Result<(), LabError> {
    let leader = world.some_leader()?;
    let target = format!("node {leader}");
    world.begin("empty disk", &target);
    let node = world.cluster.node(leader)?;
    node.kill();
    std::fs::remove_dir_all(node.data())?;
    std::fs::create_dir_all(node.data())?;
    world.cluster.prepare(leader)?;
    world.cluster.node(leader)?.start()?;
    world.sleep(world.pace.hold);
    world.end("empty disk", &target);
    if !world.cluster.node(leader)?.is_running() {
        let words = world.cluster.node(leader)?.last_words();
        world.note(format!("{target} refused to start: {words}"));
        world.cluster.node(leader)?.kill();
        return Ok(());
    }
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
    world.sleep(Duration::from_secs(5));
    let refused = !world.cluster.node(node)?.is_running();
    world.require(refused, || {
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
