//! One broker process: its properties, its folder, its life and death by its own id.
//!
//! Invariant: dropping a node ends its process, so nothing of a failed test stays behind.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::LabError;
use crate::leftovers::{self, Leftover};

/// A node of the cluster.
#[derive(Debug)]
pub struct Node {
    /// `node.id`.
    pub id: i32,
    /// Where its properties, data and output are.
    pub folder: PathBuf,
    binary: PathBuf,
    prefix: Vec<String>,
    /// Variables of its environment at the next start.
    pub environment: Vec<(String, String)>,
    child: Option<Child>,
}

impl Node {
    /// A node that is not started yet.
    pub fn new(id: i32, folder: PathBuf, binary: &Path, prefix: Vec<String>) -> Result<Self, LabError> {
        fs::create_dir_all(folder.join("data"))?;
        Ok(Self {
            id,
            folder,
            binary: binary.to_owned(),
            prefix,
            environment: Vec::new(),
            child: None,
        })
    }

    /// Where its data is.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Writes its properties.
    pub fn configure(&self, properties: &[(String, String)]) -> Result<(), LabError> {
        let lines: String = properties
            .iter()
            .map(|(key, value)| format!("{key}={value}\n"))
            .collect();
        Ok(fs::write(self.folder.join("server.properties"), lines)?)
    }

    fn command(&self, what: &str) -> Command {
        let mut words = self.prefix.iter();
        let mut command = match words.next() {
            Some(first) => Command::new(first),
            None => Command::new(&self.binary),
        };
        command.args(words);
        if !self.prefix.is_empty() {
            command.arg(&self.binary);
        }
        command
            .arg(what)
            .arg("--config")
            .arg(self.folder.join("server.properties"));
        command.stdin(Stdio::null());
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.join("broker.log")
    }

    /// Formats its directories.
    pub fn format(&self, arguments: &[String]) -> Result<(), LabError> {
        let output = self.command("format").args(arguments).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(LabError::Program {
            program: format!("eddyline format of node {}", self.id),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts it; what it prints is appended to its log.
    pub fn start(&mut self) -> Result<(), LabError> {
        let out: File = OpenOptions::new().create(true).append(true).open(self.log())?;
        let mut command = self.command("broker");
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        let child = command.stdout(out.try_clone()?).stderr(out).spawn()?;
        leftovers::add(Leftover::Process(child.id()));
        self.child = Some(child);
        Ok(())
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Whether it was started and has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<(), LabError> {
        let gone = || LabError::Unusable(format!("node {} does not run", self.id));
        let child = self.child.as_ref().ok_or_else(gone)?;
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(gone)?;
        Ok(kill_process(pid, signal)?)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
            leftovers::strike(&Leftover::Process(child.id()));
        }
    }

    /// Asks it to end; answers how long that took.
    pub fn stop(&mut self, within: Duration) -> Result<Duration, LabError> {
        let began = Instant::now();
        self.signal(Signal::TERM)?;
        while began.elapsed() < within {
            if !self.is_running() {
                self.kill();
                return Ok(began.elapsed());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        Err(LabError::TooLate {
            what: format!("the shutdown of node {}", self.id),
            seconds: within.as_secs(),
        })
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status = self
            .pid()
            .and_then(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok());
        let line = |text: String| {
            let value = text
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))?
                .split_whitespace()
                .next()?
                .to_owned();
            value.parse::<u64>().ok()
        };
        status.and_then(line).unwrap_or(0) * 1024
    }

    /// Lines of its log that no broker should write: panics above all.
    pub fn cries(&self) -> Vec<String> {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let wrong = |line: &&str| line.contains("panicked at") || line.contains("stack overflow");
        text.lines()
            .filter(wrong)
            .take(5)
            .map(|line| format!("node {}: {line}", self.id))
            .collect()
    }

    /// The last lines of its log.
    pub fn last_words(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(4)..].join(" | ")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
