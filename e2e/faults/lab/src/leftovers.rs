//! What must not outlive the lab when it is told to end: processes, namespaces, mounts.
//!
//! Everything that the lab makes is entered here and struck off when it is gone. Ending normally leaves the list
//! empty, by the destructors of those who made it; a signal ends what the list still holds.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::LabError;
use crate::program::run;

/// Something to be undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leftover {
    /// A process of ours.
    Process(u32),
    /// A file system that we mounted.
    Mount(String),
    /// A network namespace of ours.
    Namespace(String),
}

static LEFT: Mutex<BTreeSet<Leftover>> = Mutex::new(BTreeSet::new());

/// It exists from now on.
pub fn add(left: Leftover) {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).insert(left);
}

/// It is gone.
pub fn strike(left: &Leftover) {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).remove(left);
}

fn undo(left: &Leftover) {
    match left {
        Leftover::Process(id) => {
            if let Some(pid) = i32::try_from(*id).ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::KILL).ok();
            }
        }
        Leftover::Mount(at) => drop(run(&format!("umount -l {at}"))),
        Leftover::Namespace(name) => drop(run(&format!("ip netns del {name}"))),
    }
}

/// From now on a signal that ends the lab ends all that it made.
pub fn watch() -> Result<(), LabError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    drop(entered);
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        });
        LEFT.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .for_each(undo);
        std::process::exit(130);
    });
    Ok(())
}
