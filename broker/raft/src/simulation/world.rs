//! A whole quorum in one thread: machines, network and time, all from one seed.
//!
//! Everything that happens stands in one queue, ordered by time and then by when it was put there, so a seed gives
//! the same run every time. After every effect the checker looks.

mod driver;
mod traffic;
mod workload;

use std::collections::BTreeMap;

use broker_metadata::metadata_log::SnapshotId;

use super::checker::{Checker, Violation};
use super::counts::Counts;
use super::disk::StoredLog;
use super::network::Network;
use super::node::Node;
use super::sabotage::Sabotage;
use super::trace;
use crate::jitter::Jitter;
use crate::{
    Event, InboundRequest, RaftRequest, RaftResponse, RequestFailure, RequestId, RequestToken, WriteId,
};

/// Newest version of each request.
pub(super) const API_VERSION: i16 = 18;
/// Who asks when an administrator does.
pub(super) const ADMINISTRATOR: i32 = -1;

/// A process: a node and which of its starts.
pub(super) type ProcessId = (i32, u64);

#[derive(Debug)]
enum Happening {
    Request {
        to: i32,
        client: ProcessId,
        id: RequestId,
        request: RaftRequest,
    },
    Response {
        client: ProcessId,
        id: RequestId,
        response: RaftResponse,
    },
    Failure {
        client: ProcessId,
        id: RequestId,
    },
    Tick(ProcessId),
    /// The device has the log as it was when it was asked.
    Flush(ProcessId, WriteId, StoredLog),
    Install(ProcessId, SnapshotId),
    Restart(i32),
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) now: u64,
    pub(super) chance: Jitter,
    pub(super) nodes: BTreeMap<i32, Node>,
    pub(super) network: Network,
    pub(super) checker: Checker,
    pub(super) counts: Counts,
    pub(super) sabotage: Sabotage,
    pub(super) trace: Option<Vec<String>>,
    /// When it was last asked to make a node a voter.
    pub(super) added_at: BTreeMap<i32, u64>,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    /// Requests that are being answered: by whom, for whom.
    requests: BTreeMap<u64, (i32, ProcessId, RequestId)>,
    asked: u64,
    proposed: u64,
}

impl World {
    pub(super) fn new(seed: u64, network: Network, sabotage: Sabotage) -> Self {
        Self {
            now: 0,
            chance: Jitter::new(seed),
            nodes: BTreeMap::new(),
            network,
            checker: Checker::default(),
            counts: Counts::default(),
            sabotage,
            trace: None,
            added_at: BTreeMap::new(),
            queue: BTreeMap::new(),
            queued: 0,
            requests: BTreeMap::new(),
            asked: 0,
            proposed: 0,
        }
    }

    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>7} {}", line()));
        }
    }

    fn put(&mut self, after: u64, happening: Happening) {
        self.queued += 1;
        self.queue.insert((self.now + after, self.queued), happening);
    }

    /// Lets things happen until that time.
    pub(super) fn run_until(&mut self, until: u64) -> Result<(), Violation> {
        while let Some(next) = self.queue.first_entry() {
            if next.key().0 > until {
                break;
            }
            let ((at, _), happening) = next.remove_entry();
            self.now = at;
            self.happen(happening)?;
        }
        self.now = until;
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Request {
                to,
                client,
                id,
                request,
            } => {
                self.asked += 1;
                self.requests.insert(self.asked, (to, client, id));
                let inbound = InboundRequest {
                    token: RequestToken(self.asked),
                    api_version: API_VERSION,
                    request,
                };
                self.step(to, Event::Request(inbound))
            }
            Happening::Response { client, id, response } => {
                self.step_process(client, Event::Response { id, response })
            }
            Happening::Failure { client, id } => {
                let failure = RequestFailure::Disconnected;
                self.step_process(client, Event::RequestFailed { id, failure })
            }
            Happening::Tick(process) => {
                if let Some(running) = self.running(process) {
                    running.process.as_mut().expect("it runs").tick_at = None;
                }
                self.step_process(process, Event::Tick)
            }
            Happening::Flush(process, write, log) => {
                let lies = self.sabotage == Sabotage::LyingFlush;
                if let Some(node) = self.running(process)
                    && !lies
                {
                    node.disk.flushed(log);
                }
                self.step_process(process, Event::Flushed(write))
            }
            Happening::Install(process, id) => self.install(process, id),
            Happening::Restart(node) => self.start(node),
        }
    }

    /// The node, if that process of it still runs.
    fn running(&mut self, (id, starts): ProcessId) -> Option<&mut Node> {
        let node = self.nodes.get_mut(&id)?;
        (node.process.is_some() && node.starts == starts).then_some(node)
    }

    fn step_process(&mut self, process: ProcessId, event: Event) -> Result<(), Violation> {
        match self.running(process) {
            Some(_) => self.step(process.0, event),
            None => Ok(()),
        }
    }

    pub(super) fn step(&mut self, id: i32, event: Event) -> Result<(), Violation> {
        let now = self.now;
        if !matches!(event, Event::Tick) {
            self.note(|| format!("n{id} <- {}", trace::event(&event)));
        }
        let Some(node) = self.nodes.get_mut(&id) else {
            return Ok(());
        };
        let clock = node.clock(now);
        let Some(process) = &mut node.process else {
            return Ok(());
        };
        let mut effects = Vec::new();
        let stepped = process.raft.step(clock, event, &mut effects);
        stepped.map_err(|error| format!("node {id} stops: {error}"))?;
        self.counts.steps += 1;
        self.check_commit(id, &effects)?;
        self.execute(id, effects)?;
        self.plan_tick(id);
        Ok(())
    }

    fn plan_tick(&mut self, id: i32) {
        let now = self.now;
        let Some(node) = self.nodes.get_mut(&id) else {
            return;
        };
        let Some(deadline) = node.process.as_ref().and_then(|process| process.raft.deadline()) else {
            return;
        };
        let at = node.world_ms(deadline).max(now + 1);
        let process_id = (id, node.starts);
        let process = node.process.as_mut().expect("it has a deadline");
        if process.tick_at.is_none_or(|planned| planned > at) {
            process.tick_at = Some(at);
            self.put(at - now, Happening::Tick(process_id));
        }
    }

    pub(super) fn start(&mut self, id: i32) -> Result<(), Violation> {
        let now = self.now;
        let Some(node) = self.nodes.get_mut(&id).filter(|node| node.process.is_none()) else {
            return Ok(());
        };
        let checker = &self.checker;
        let voters_of = |snapshot| checker.snapshot(snapshot).cloned().unwrap_or_default();
        let started = node.start(now, voters_of);
        let effects = started.map_err(|error| format!("node {id} does not start: {error}"))?;
        self.checker.restarts(id);
        self.note(|| format!("n{id} starts"));
        self.execute(id, effects)?;
        self.plan_tick(id);
        Ok(())
    }

    /// The process is gone, its machine is not, and all who wait for it notice.
    pub(super) fn kill(&mut self, id: i32) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.process = None;
        }
        self.fail_waiting(id);
    }

    pub(super) fn crash(&mut self, id: i32, restart_after: u64) {
        self.note(|| format!("n{id} crashes"));
        if let Some(node) = self.nodes.get_mut(&id).filter(|node| node.process.is_some()) {
            node.process = None;
            node.disk.crash(&mut self.chance);
            self.counts.crashes += 1;
            self.break_connections(id);
            self.put(restart_after, Happening::Restart(id));
        }
    }
}
