//! The processes of the nodes: prepared, started, stopped.
//!
//! Owns them. Invariant: none outlives this: they are ended when this is dropped, or with this process ([`node_process`]).

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use crate::error::LaptopError;
use crate::node_process;
use crate::places::Places;
use crate::wanted::Wanted;

/// How long a node may take to stop before it is killed.
const STOP_MAX: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// The nodes that run.
#[derive(Debug)]
pub(crate) struct Nodes {
    program: PathBuf,
    children: BTreeMap<i32, Child>,
}

impl Nodes {
    /// None yet; `program` is the binary that they run.
    pub(crate) fn new(program: PathBuf) -> Self {
        Self {
            program,
            children: BTreeMap::new(),
        }
    }

    /// Writes what the node is started with, formats its directory if it is new, and starts it.
    pub(crate) fn start(&mut self, places: &Places, wanted: &Wanted, id: i32) -> Result<(), LaptopError> {
        let (Some(place), Some(node)) = (places.of(id), wanted.nodes.get(&id)) else {
            let message = "it has no place".to_owned();
            return Err(LaptopError::Node { id, message });
        };
        let home = places.home(id);
        std::fs::create_dir_all(&home)?;
        let properties = home.join("server.properties");
        std::fs::write(&properties, places.properties(place, node))?;
        let formatted = Command::new(&self.program)
            .arg("format")
            .arg("--config")
            .arg(&properties)
            .arg("--ignore-formatted")
            // One word: an id may begin with a dash.
            .arg(format!("--cluster-id={}", places.cluster_id))
            .arg(match node.is_controller() {
                true => places.format_quorum(id),
                false => "--no-initial-controllers".to_owned(),
            })
            .env_clear()
            .stdin(Stdio::null())
            .output()?;
        if !formatted.status.success() {
            let message = String::from_utf8_lossy(&formatted.stderr).trim().to_owned();
            return Err(LaptopError::Node { id, message });
        }
        let child = node_process::start(&self.program, &properties, &[], &places.output_file(id))?;
        self.children.insert(id, child);
        Ok(())
    }

    /// Whether it was started and not stopped.
    pub(crate) fn is_started(&self, id: i32) -> bool {
        self.children.contains_key(&id)
    }

    /// Asks a node to stop in its own time, and waits for it.
    pub(crate) async fn stop(&mut self, id: i32) -> io::Result<()> {
        self.ask_to_stop(id)?;
        self.stopped(id, Instant::now() + STOP_MAX).await
    }

    /// Asks all to stop at once, and waits for them.
    pub(crate) async fn stop_all(&mut self) -> io::Result<()> {
        let ids: Vec<i32> = self.children.keys().copied().collect();
        for id in &ids {
            self.ask_to_stop(*id)?;
        }
        let deadline = Instant::now() + STOP_MAX;
        for id in ids {
            self.stopped(id, deadline).await?;
        }
        Ok(())
    }

    fn ask_to_stop(&self, id: i32) -> io::Result<()> {
        match self.children.get(&id) {
            Some(child) => Ok(kill_process(Pid::from_child(child), Signal::TERM)?),
            None => Ok(()),
        }
    }

    async fn stopped(&mut self, id: i32, deadline: Instant) -> io::Result<()> {
        let Some(mut child) = self.children.remove(&id) else {
            return Ok(());
        };
        while child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                child.kill()?;
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Fails if a node has ended by itself.
    pub(crate) fn none_ended(&mut self, places: &Places) -> Result<(), LaptopError> {
        for (id, child) in &mut self.children {
            if let Some(status) = child.try_wait()? {
                let message = format!(
                    "it ended ({status}); {}",
                    node_process::last_words(&places.output_file(*id))
                );
                return Err(LaptopError::Node { id: *id, message });
            }
        }
        Ok(())
    }

    fn kill_all(&mut self) {
        for child in self.children.values_mut() {
            // It may have ended by itself meanwhile; either way it is waited for.
            child.kill().unwrap_or_default();
            child.wait().map(drop).unwrap_or_default();
        }
        self.children.clear();
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.kill_all();
    }
}
