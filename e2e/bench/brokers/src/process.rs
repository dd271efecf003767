//! A process under measurement: started with its output in a file, asked for its CPU time and memory, and ended by
//! its own id.
//!
//! Invariant: dropping a process ends it, so no failure of a case leaves one behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;

/// Longest wait for a process that was asked to end.
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// Memory of a process in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    /// Resident now.
    pub resident: u64,
    /// Most that was ever resident.
    pub peak: u64,
}

impl Process {
    /// Starts it; what it prints goes to `log`.
    pub fn start(mut command: Command, log: &Path) -> Result<Self, Failure> {
        let output = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| format!("{:?} does not start: {error}", command.get_program()))?;
        let log = log.to_owned();
        Ok(Self { child, log })
    }

    /// Fails if the process has ended.
    pub fn require_running(&mut self) -> Result<(), Failure> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let text = fs::read_to_string(&self.log)?;
                Err(format!("the broker ended: {status}: {}", tail(&text)).into())
            }
        }
    }

    /// User and system time so far, of all threads.
    pub fn cpu_time(&self) -> Result<Duration, Failure> {
        let stat = fs::read_to_string(self.proc("stat"))?;
        // Behind the name, which may hold anything, stand the fields from the third on.
        let (_, fields) = stat.rsplit_once(')').ok_or("/proc/…/stat has no name")?;
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse().unwrap_or(0))
            .sum();
        let per_second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
    }

    /// Resident memory.
    pub fn memory(&self) -> Result<Memory, Failure> {
        let status = fs::read_to_string(self.proc("status"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) * 1024
        };
        Ok(Memory {
            resident: field("VmRSS:"),
            peak: field("VmHWM:"),
        })
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        Ok(kill_process(pid.ok_or("no process id")?, signal)?)
    }

    /// Ends the process at once.
    pub fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the process to end and waits for it.
    pub fn stop(mut self) -> Result<(), Failure> {
        self.signal(Signal::TERM)?;
        match self.ends_within(STOP_WITHIN)? {
            true => Ok(()),
            false => Err("the broker did not stop".into()),
        }
    }

    /// Waits for the end; answers whether it came.
    pub fn ends_within(&mut self, limit: Duration) -> Result<bool, Failure> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(false)
    }

    /// What it has printed.
    pub fn printed(&self) -> Result<String, Failure> {
        Ok(fs::read_to_string(&self.log)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Runs a command to its end within `limit`; answers what it printed.
pub fn output_within(mut command: Command, limit: Duration) -> Result<String, Failure> {
    let out = tempfile::NamedTempFile::new()?;
    let output = out.reopen()?;
    let program = command.get_program().to_os_string();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Err(format!("{program:?} took longer than {limit:?}").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let text = fs::read_to_string(out.path())?;
    if status.success() {
        return Ok(text);
    }
    Err(format!("{program:?} failed: {}", tail(&text)).into())
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" | ")
}
