//! System calls of a broker that fail or take long, with `strace`.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::error::LabError;
use crate::leftovers::{self, Leftover};
use crate::program::is_there;

/// A tracer at a broker's system calls; ends when it goes out of sight, and lets the broker go on.
pub struct Tracer {
    child: Child,
    out: PathBuf,
}

impl Tracer {
    /// Attaches to a process: `calls` of it are treated as the `inject` arguments say.
    pub fn attach(pid: u32, calls: &str, inject: &[String], out: PathBuf) -> Result<Self, LabError> {
        if !is_there("strace") {
            return Err(LabError::Missing("strace is not installed".to_owned()));
        }
        // What an earlier tracer wrote must not count for this one.
        std::fs::remove_file(&out).ok();
        let child = Command::new("strace")
            .args(["-f", "-q", "-e", &format!("trace={calls}")])
            .args(["-p", &pid.to_string(), "-o"])
            .arg(&out)
            .arg("-e")
            .args(inject)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        leftovers::add(Leftover::Process(child.id()));
        Ok(Self { child, out })
    }

    /// How many calls were tampered with.
    pub fn injected(&self) -> usize {
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
