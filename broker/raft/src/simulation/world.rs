//! A whole quorum in one thread: machines, network and time, all from one seed.
//!
//! Everything that happens stands in one queue, ordered by time and then by when it was put there, so a seed gives
//! the same run every time. After every effect the checker looks.

use std::collections::BTreeMap;

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_metadata::metadata_log::SnapshotId;
use broker_model::{LogStartOffset, Offset};
use bytes::Bytes;

use super::checker::{Chain, Checker, Violation};
use super::network::{Fate, Network};
use super::node::{Node, snapshot_bytes};
use super::sabotage::Sabotage;
use super::trace;
use crate::epoch_state::EpochState;
use crate::jitter::Jitter;
use crate::{
    Destination, Effect, Event, InboundRequest, RaftRequest, RaftResponse, RequestFailure, RequestId,
    RequestToken, Role, Snapshot, SnapshotVoters, WriteId,
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
    Flush(ProcessId, WriteId),
    Install(ProcessId, SnapshotId),
    Restart(i32),
}

/// What happened how often: a run in which nothing did proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) steps: u64,
    pub(super) elections: u64,
    pub(super) crashes: u64,
    pub(super) truncations: u64,
    pub(super) installs: u64,
    pub(super) voters_added: u64,
    pub(super) voters_removed: u64,
    pub(super) voters_updated: u64,
    pub(super) commits: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.elections += other.elections;
        self.crashes += other.crashes;
        self.truncations += other.truncations;
        self.installs += other.installs;
        self.voters_added += other.voters_added;
        self.voters_removed += other.voters_removed;
        self.voters_updated += other.voters_updated;
        self.commits += other.commits;
    }
}

impl Counts {
    /// Whether everything that the rules are about happened.
    pub(super) fn is_eventful(&self) -> bool {
        let all = [
            self.elections,
            self.crashes,
            self.truncations,
            self.installs,
            self.voters_added,
            self.voters_removed,
            self.voters_updated,
            self.commits,
        ];
        all.iter().all(|count| *count > 5)
    }
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
    requests: BTreeMap<u64, (ProcessId, RequestId)>,
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
                self.requests.insert(self.asked, (client, id));
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
            Happening::Flush(process, write) => {
                let lies = self.sabotage == Sabotage::LyingFlush;
                if let Some(node) = self.running(process)
                    && !lies
                {
                    node.disk.flush();
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

    pub(super) fn crash(&mut self, id: i32, restart_after: u64) {
        self.note(|| format!("n{id} crashes"));
        if let Some(node) = self.nodes.get_mut(&id).filter(|node| node.process.is_some()) {
            node.process = None;
            node.disk.crash(&mut self.chance);
            self.counts.crashes += 1;
            self.put(restart_after, Happening::Restart(id));
        }
    }

    fn execute(&mut self, id: i32, effects: Vec<Effect>) -> Result<(), Violation> {
        for effect in effects {
            self.note(|| format!("n{id} -> {}", trace::effect(&effect)));
            self.execute_one(id, effect)?;
        }
        Ok(())
    }

    fn execute_one(&mut self, id: i32, effect: Effect) -> Result<(), Violation> {
        let sabotage = self.sabotage;
        let node = self.nodes.get_mut(&id).expect("nodes stay");
        let me = (id, node.starts);
        match effect {
            Effect::PersistQuorumState(state) => {
                if sabotage != Sabotage::ForgottenVotes {
                    node.disk.quorum_state = Some(state);
                }
            }
            Effect::Append { write, records } => return self.append(me, write, &records),
            Effect::Truncate(to) => {
                if sabotage != Sabotage::IgnoredTruncation {
                    node.disk.live.truncate(to);
                }
                self.counts.truncations += 1;
            }
            Effect::Send {
                id: request_id,
                to,
                request,
            } => self.send(me, request_id, &to, request),
            Effect::Respond { token, response } => self.respond(id, token, response),
            Effect::RespondWithRecords(read) => {
                let bytes = node.disk.live.read(read.from, read.bytes_max as usize);
                self.respond(id, read.token, read.with(bytes.into()));
            }
            Effect::RespondWithSnapshot(read) => {
                let file = node.disk.snapshots.get(&read.id).cloned().unwrap_or_default();
                let from = file.len().min(read.position as usize);
                let to = file.len().min(from + read.bytes_max as usize);
                self.respond(id, read.token, read.with(file.slice(from..to).into()));
            }
            Effect::BeginSnapshot(snapshot) => node.disk.unfinished = Some((snapshot, Vec::new())),
            Effect::WriteSnapshot { position, bytes, .. } => {
                if let Some((_, file)) = &mut node.disk.unfinished {
                    file.truncate(position as usize);
                    file.extend_from_slice(&bytes.to_bytes());
                }
            }
            Effect::InstallSnapshot(snapshot) => {
                if let Some((_, file)) = node.disk.unfinished.take() {
                    node.disk.snapshots.insert(snapshot, file.into());
                }
                let after = 1 + self.chance.below(300);
                self.put(after, Happening::Install(me, snapshot));
            }
            Effect::LeaderChanged(change) => {
                if change.leader.is_some_and(|leader| leader.value() == id)
                    && node
                        .process
                        .as_ref()
                        .is_some_and(|process| process.raft.role() == Role::Leader)
                {
                    self.counts.elections += 1;
                }
            }
            Effect::HighWatermarkAdvanced(high_watermark) => {
                return self.advance(id, high_watermark.offset());
            }
            Effect::LeadershipEstablished(_) | Effect::VotersChanged(_) => {}
        }
        Ok(())
    }

    fn append(&mut self, me: ProcessId, write: WriteId, records: &Bytes) -> Result<(), Violation> {
        let node = self.nodes.get_mut(&me.0).expect("nodes stay");
        let log_before = node.disk.live.clone();
        let appended = node.disk.live.append(records);
        let leads = node
            .process
            .as_ref()
            .filter(|process| process.raft.role() == Role::Leader);
        if let Some(process) = leads {
            let epoch = process.raft.leader_and_epoch().epoch.value();
            let first = log_before.batches.last().is_none_or(|last| last.epoch < epoch);
            if first {
                self.checker.leads(me.0, epoch, &log_before)?;
            }
            if !first && appended.iter().any(|batch| batch.changes_voters) {
                let high_watermark = process
                    .raft
                    .high_watermark()
                    .map_or(Offset::ZERO, |hw| hw.offset());
                self.checker
                    .changes_voters(me.0, &node.disk.live, high_watermark)?;
            }
        }
        for batch in &appended {
            self.checker.appends(me.0, batch)?;
        }
        let after = 1 + self.chance.below(20);
        self.put(after, Happening::Flush(me, write));
        Ok(())
    }

    /// A leader may have moved the high watermark, and resigned at once: count who has what is below it.
    fn check_commit(&mut self, id: i32, effects: &[Effect]) -> Result<(), Violation> {
        let node = &self.nodes[&id];
        let Some(process) = &node.process else {
            return Ok(());
        };
        let known = match &process.raft.state {
            EpochState::Leader(leader) => leader.high_watermark,
            EpochState::Resigned(_) => effects
                .iter()
                .filter_map(told_committed)
                .max()
                .filter(|to| *to > Offset::ZERO),
            _ => None,
        };
        let (epoch, Some(to)) = (process.raft.leader_and_epoch().epoch.value(), known) else {
            return Ok(());
        };
        if self.checker.has_committed(epoch, to) {
            return Ok(());
        }
        let chain = node.disk.live.chain_at(to);
        let has = |replica: &crate::ReplicaKey| {
            let other = &self.nodes[&replica.id.value()];
            let same_disk =
                replica.directory_id.is_zero() || other.settings.replica.directory_id == replica.directory_id;
            let durable = &other.disk.durable;
            same_disk && (durable.start > to || (chain.is_some() && durable.chain_at(to) == chain))
        };
        let voters: Vec<_> = process.raft.voters().keys().collect();
        let durable = voters.iter().filter(|replica| has(replica)).count();
        self.counts.commits += 1;
        self.checker
            .commits(id, epoch, (to, chain), (durable, voters.len()))
    }

    /// A node's high watermark moves, so it applies.
    fn advance(&mut self, id: i32, to: Offset) -> Result<(), Violation> {
        let process = self
            .nodes
            .get_mut(&id)
            .and_then(|node| node.process.as_mut())
            .expect("it runs");
        let from = process.applied;
        process.applied = to.max(from);
        let batches: Vec<_> = self.nodes[&id]
            .disk
            .live
            .batches
            .iter()
            .filter(|batch| batch.base >= from && batch.end <= to)
            .cloned()
            .collect();
        if let (Some(last), Some(process)) = (
            batches.last(),
            self.nodes.get_mut(&id).and_then(|n| n.process.as_mut()),
        ) {
            process.applied_epoch = last.epoch;
        }
        self.checker.applies(id, to, &batches)
    }

    fn install(&mut self, process: ProcessId, id: SnapshotId) -> Result<(), Violation> {
        let Some((chain, voters)) = self.checker.snapshot(id).cloned() else {
            return Ok(());
        };
        let Some(node) = self.running(process) else {
            return Ok(());
        };
        let bytes = node.disk.snapshots.get(&id).cloned().unwrap_or_default();
        if bytes != snapshot_bytes(id, chain) {
            node.disk.snapshots.remove(&id);
            return self.step_process(process, Event::SnapshotRejected(id));
        }
        node.disk.reset(id.end_offset, chain);
        if let Some(process) = &mut node.process {
            (process.applied, process.applied_epoch) = (id.end_offset, id.epoch);
        }
        let size = bytes.len() as u64;
        self.counts.installs += 1;
        self.step_process(
            process,
            Event::SnapshotInstalled {
                snapshot: Snapshot { id, size },
                voters,
            },
        )
    }

    fn send(&mut self, from: ProcessId, id: RequestId, to: &Destination, request: RaftRequest) {
        let target: i32 = to
            .address
            .host
            .trim_start_matches('n')
            .parse()
            .expect("hosts are named n1, n2 …");
        let request = self.sabotage.request(request, &self.nodes);
        if let RaftRequest::ApiVersions(_) = &request {
            return self.answer_api_versions(from, id, target);
        }
        if self.nodes.get(&target).is_none_or(|node| node.process.is_none()) {
            let after = 1 + self.chance.below(self.network.delay_max_ms);
            return self.put(after, Happening::Failure { client: from, id });
        }
        self.deliver(from, id, target, request);
    }

    pub(super) fn deliver(&mut self, client: ProcessId, id: RequestId, to: i32, request: RaftRequest) {
        if let Fate::Arrives { after, again_after } = self.network.fate(client.0, to, &mut self.chance) {
            let again = request.clone();
            self.put(
                after,
                Happening::Request {
                    to,
                    client,
                    id,
                    request,
                },
            );
            if let Some(after) = again_after {
                self.put(
                    after,
                    Happening::Request {
                        to,
                        client,
                        id,
                        request: again,
                    },
                );
            }
        }
    }

    fn respond(&mut self, from: i32, token: RequestToken, response: RaftResponse) {
        let Some((client, id)) = self.requests.remove(&token.0) else {
            return;
        };
        if client.0 == ADMINISTRATOR {
            return self.count_change(&response);
        }
        let response = self.sabotage.response(response);
        if self.sabotage.loses(&response) {
            return;
        }
        if let Fate::Arrives { after, again_after } = self.network.fate(from, client.0, &mut self.chance) {
            if let Some(after) = again_after {
                let response = response.clone();
                self.put(after, Happening::Response { client, id, response });
            }
            self.put(after, Happening::Response { client, id, response });
        }
    }

    fn answer_api_versions(&mut self, client: ProcessId, id: RequestId, target: i32) {
        use broker_protocol::api_versions_response::{ApiVersionsResponse, SupportedFeatureKey};
        let feature = SupportedFeatureKey {
            name: "kraft.version".into(),
            min_version: 0,
            max_version: 1,
            ..SupportedFeatureKey::default()
        };
        let response = RaftResponse::ApiVersions(ApiVersionsResponse {
            supported_features: vec![feature],
            ..ApiVersionsResponse::default()
        });
        if let Fate::Arrives { after, .. } = self.network.fate(target, client.0, &mut self.chance) {
            self.put(after, Happening::Response { client, id, response });
        }
    }

    fn count_change(&mut self, response: &RaftResponse) {
        match response {
            RaftResponse::AddRaftVoter(response) if response.error_code == 0 => self.counts.voters_added += 1,
            RaftResponse::RemoveRaftVoter(response) if response.error_code == 0 => {
                self.counts.voters_removed += 1;
            }
            _ => {}
        }
        self.note(|| format!("administrator <- {response:?}"));
    }

    /// A record for every node that believes that it leads.
    pub(super) fn propose(&mut self) -> Result<(), Violation> {
        for id in self.leaders() {
            self.proposed += 1;
            let value = self
                .proposed
                .to_be_bytes()
                .repeat(1 + (self.proposed % 12) as usize);
            let mut batch = BatchBuilder::new(BatchOptions::default());
            batch.append(broker_model::Timestamp::from_ms(1), None, Some(&value));
            let batch = batch.build().expect("it is not compressed");
            self.append_directly(id, &batch)?;
        }
        Ok(())
    }

    pub(super) fn append_directly(&mut self, id: i32, batch: &[u8]) -> Result<(), Violation> {
        let Some(process) = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut()) else {
            return Ok(());
        };
        let mut effects = Vec::new();
        let epoch = process.raft.leader_and_epoch().epoch;
        let appended = process.raft.append(epoch, batch, &mut effects);
        appended.map_err(|error| format!("node {id} leads but does not append: {error}"))?;
        self.execute(id, effects)?;
        self.plan_tick(id);
        Ok(())
    }

    pub(super) fn leaders(&self) -> Vec<i32> {
        let leads = |node: &&Node| {
            node.process
                .as_ref()
                .is_some_and(|process| process.raft.role() == Role::Leader)
        };
        self.nodes.values().filter(leads).map(|node| node.id).collect()
    }

    /// The node makes a snapshot of what it has applied, and perhaps deletes the log before an older one.
    pub(super) fn make_snapshot(&mut self, id: i32) -> Result<(), Violation> {
        let node = &self.nodes[&id];
        let Some(process) = &node.process else {
            return Ok(());
        };
        let snapshot = SnapshotId {
            end_offset: process.applied,
            epoch: process.applied_epoch,
        };
        let newest = node.disk.snapshots.keys().next_back();
        let Some(chain) = node.disk.live.chain_at(process.applied) else {
            return Ok(());
        };
        if newest.is_some_and(|newest| newest.end_offset >= snapshot.end_offset)
            || process.applied == Offset::ZERO
        {
            return Ok(());
        }
        let voters = process.raft.voters_at(snapshot.end_offset);
        self.store_snapshot(id, snapshot, (chain, voters))?;
        let size = snapshot_bytes(snapshot, chain).len() as u64;
        self.step(id, Event::SnapshotCreated(Snapshot { id: snapshot, size }))?;
        if self.chance.below(2) == 0 {
            let kept: Vec<_> = self.nodes[&id].disk.snapshots.keys().copied().collect();
            let start = kept[self.chance.below(kept.len() as u64) as usize].end_offset;
            if start >= self.nodes[&id].disk.live.start {
                self.nodes.get_mut(&id).expect("nodes stay").disk.trim(start);
                self.step(id, Event::LogTrimmed(LogStartOffset::at(start)))?;
            }
        }
        Ok(())
    }

    pub(super) fn store_snapshot(
        &mut self,
        id: i32,
        snapshot: SnapshotId,
        content: (Chain, SnapshotVoters),
    ) -> Result<(), Violation> {
        let bytes = snapshot_bytes(snapshot, content.0);
        self.checker.snapshots(id, snapshot, content)?;
        let node = self.nodes.get_mut(&id).expect("nodes stay");
        node.disk.snapshots.insert(snapshot, bytes);
        Ok(())
    }

    pub(super) fn ask_as_administrator(&mut self, to: i32, request: RaftRequest) {
        self.note(|| format!("administrator -> n{to} {request:?}"));
        self.deliver((ADMINISTRATOR, 0), RequestId(0), to, request);
    }
}

/// What an effect tells others, or the node itself, to be committed.
fn told_committed(effect: &Effect) -> Option<Offset> {
    match effect {
        Effect::HighWatermarkAdvanced(high_watermark) => Some(high_watermark.offset()),
        Effect::Respond {
            response: RaftResponse::Fetch(fetch),
            ..
        } => {
            let partition = fetch.responses.first()?.partitions.first()?;
            Some(Offset::new(partition.high_watermark))
        }
        _ => None,
    }
}
