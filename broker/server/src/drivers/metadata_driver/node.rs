//! The `metadata` thread: does what the quorum wants done, and lets the controller decide while this node leads.
//!
//! Owns the member of the quorum, its log and snapshots, and the active controller. Invariants: effects are executed
//! in their order; a write is reported as flushed only after a sync that began behind it; a decision is appended in
//! the epoch of the controller that made it. All steps that wait are taken before the one sync that they share.

mod commit;
mod effects;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_controller::{
    ConfigRules, ControllerSettings, QuorumController, Seed, SessionLimits, UpkeepSchedule, UpkeepSettings,
};
use broker_metadata::metadata_log::{BatchStamp, MetadataBatch, read_batches, records_batch};
use broker_metadata::{MetadataChanges, MetadataImage, MetadataRecord, MetadataVersion, names};
use broker_model::{BrokerId, LeaderEpoch, MonotonicMs, Now, Offset};
use broker_raft::{
    Effect, Event, InboundRequest, Raft, RaftRequest, RaftResponse, RequestToken, Role, WriteId,
};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::active_controller::{ActiveController, After, Decided, Release, Settled};
use super::peers::Peers;
use super::publisher::{Outbox, Publication};
use super::steps::{Decide, Step, StepQueue, StepSender};
use super::{ActiveController as Active, MetadataParts, QuorumDescription, QuorumView};
use crate::clock::{Clock, random_bytes};
use crate::drivers::failure::Failure;
use broker_quorum::{MetadataLog, MetadataLogError, SnapshotPolicy, Snapshots};

/// Steps that share one sync at most.
const GROUP_LENGTH: usize = 64;
/// How long a stopping leader waits until the others know that it leads no longer.
const FAREWELL_MS: u64 = 500;

type Stopped = oneshot::Sender<Result<(), String>>;

/// What a controller is made of when this node begins to lead.
struct ControllerParts {
    settings: ControllerSettings,
    rules: Arc<dyn ConfigRules>,
    sessions: SessionLimits,
    upkeep: UpkeepSettings,
    min_in_sync_replicas: i32,
    bootstrap: Vec<MetadataRecord>,
}

/// Whether effects are being executed: what a step in between brings comes behind them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Execution {
    Idle,
    UnderWay,
}

/// What counts towards the next snapshot.
struct SnapshotClock {
    policy: SnapshotPolicy,
    bytes_since: u64,
    last: MonotonicMs,
}

/// The thread's state.
pub(super) struct QuorumNode {
    raft: Raft,
    log: MetadataLog,
    snapshots: Snapshots,
    snapshot_clock: SnapshotClock,
    active: Option<ActiveController>,
    controller: ControllerParts,
    peers: Peers,
    steps: StepQueue,
    outbox: Outbox,
    /// What found no room at the publisher, in order.
    unpublished: Vec<Publication>,
    /// Everything before is with the publisher.
    handed_over: Offset,
    base: Arc<ArcSwap<MetadataImage>>,
    committed: Arc<AtomicI64>,
    /// The image of a snapshot that took the log's place; the publisher may not have it yet.
    installed: Option<Box<MetadataImage>>,
    view: watch::Sender<QuorumView>,
    /// The last node that led and was not this one.
    led_before: Option<BrokerId>,
    answers: HashMap<RequestToken, oneshot::Sender<RaftResponse>>,
    next_token: u64,
    effects: VecDeque<Effect>,
    execution: Execution,
    unflushed: Option<WriteId>,
    stopping: Option<(Stopped, MonotonicMs)>,
    clock: Clock,
    failure: Arc<Failure>,
}

impl QuorumNode {
    /// A member that starts from what is on disk.
    pub(super) fn new(
        parts: MetadataParts,
        (sender, steps): (StepSender, StepQueue),
        outbox: Outbox,
        (base, committed): (Arc<ArcSwap<MetadataImage>>, Arc<AtomicI64>),
    ) -> Result<(Self, watch::Receiver<QuorumView>), MetadataLogError> {
        let opened = parts.opened;
        let now = parts.clock.now();
        let peers = Peers::new(Handle::current(), sender, &parts.raft.timeouts);
        let mut effects = Vec::new();
        let raft = Raft::new(parts.raft, opened.quorum_state, opened.view, now, &mut effects)?;
        let (view, viewers) = watch::channel(QuorumView {
            leader: None,
            leader_epoch: LeaderEpoch::new(0),
            leader_address: None,
            active: Active::Elsewhere,
        });
        let mut node = Self {
            raft,
            handed_over: opened.image.provenance.last_contained_offset.plus(1),
            controller: ControllerParts {
                settings: parts.controller,
                rules: parts.config_rules,
                sessions: parts.sessions,
                upkeep: parts.upkeep,
                min_in_sync_replicas: parts.min_in_sync_replicas,
                bootstrap: opened.snapshots.bootstrap().to_vec(),
            },
            log: opened.log,
            snapshots: opened.snapshots,
            snapshot_clock: SnapshotClock {
                policy: parts.snapshots,
                bytes_since: 0,
                last: now.monotonic,
            },
            active: None,
            peers,
            steps,
            outbox,
            unpublished: Vec::new(),
            base,
            committed,
            installed: None,
            view,
            led_before: None,
            answers: HashMap::new(),
            next_token: 0,
            effects: effects.into(),
            execution: Execution::Idle,
            unflushed: None,
            stopping: None,
            clock: parts.clock,
            failure: parts.failure,
        };
        node.execute()?;
        node.settle()?;
        Ok((node, viewers))
    }

    pub(super) fn run(mut self) {
        loop {
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    self.failure.declare(format!("metadata log: {error}"));
                    return;
                }
            }
        }
    }

    /// Takes what waits, or what is due; false when the node has stopped.
    fn turn(&mut self) -> Result<bool, MetadataLogError> {
        let mut next = self.steps.next(self.time_to_wait());
        let mut taken = 0;
        while let Some(step) = next {
            self.take(step)?;
            taken += 1;
            next = (taken < GROUP_LENGTH).then(|| self.steps.waiting()).flatten();
        }
        self.tick()?;
        self.settle()?;
        Ok(!self.finish_stopping())
    }

    fn time_to_wait(&self) -> Option<Duration> {
        let upkeep = self.active.as_ref().map(ActiveController::next_deadline);
        let farewell = self.stopping.as_ref().map(|(_, deadline)| *deadline);
        let due = [self.raft.deadline(), upkeep, farewell, self.snapshot_due_at()];
        let due = due.into_iter().flatten().min()?;
        Some(Duration::from_millis(due.since_ms(self.clock.monotonic())))
    }

    fn take(&mut self, step: Step) -> Result<(), MetadataLogError> {
        match step {
            Step::Decide(decide) => self.decide(decide),
            Step::Request {
                api_version,
                request,
                answer,
            } => self.request(api_version, *request, answer),
            Step::Response(id, response) => self.step(Event::Response {
                id,
                response: *response,
            }),
            Step::RequestFailed(id, failure) => self.step(Event::RequestFailed { id, failure }),
            Step::SnapshotWritten(None) | Step::PublisherReady => Ok(()),
            Step::SnapshotWritten(Some(snapshot)) => self.keep_snapshot(snapshot),
            Step::ConnectionBroke(broker, epoch) => {
                let now = self.clock.monotonic();
                if let Some(active) = &mut self.active {
                    active.sessions.connection_broke(broker, epoch, now);
                }
                Ok(())
            }
            Step::Describe(answer) => {
                drop(answer.send(self.describe()));
                Ok(())
            }
            Step::Install(install) => {
                self.publish(Publication::Install(install));
                Ok(())
            }
            Step::Stop(done) => self.begin_stopping(done),
        }
    }

    fn request(
        &mut self,
        api_version: i16,
        request: RaftRequest,
        answer: oneshot::Sender<RaftResponse>,
    ) -> Result<(), MetadataLogError> {
        self.next_token += 1;
        let token = RequestToken(self.next_token);
        self.answers.insert(token, answer);
        self.step(Event::Request(InboundRequest {
            token,
            api_version,
            request,
        }))
    }

    /// Lets time pass for the quorum and for the controller.
    fn tick(&mut self) -> Result<(), MetadataLogError> {
        let now = self.clock.monotonic();
        if self.raft.deadline().is_some_and(|due| due <= now) {
            self.step(Event::Tick)?;
        }
        while self
            .active
            .as_ref()
            .is_some_and(|active| active.next_deadline() <= now)
        {
            self.keep_up()?;
        }
        Ok(())
    }

    /// Lets the controller do one thing unasked. One that cannot write what it decides gives way to another.
    fn keep_up(&mut self) -> Result<(), MetadataLogError> {
        let now = self.clock.now();
        self.follow_control_records(now)?;
        let Some(active) = &mut self.active else {
            return Ok(());
        };
        let epoch = active.epoch;
        let outcome = active
            .controller
            .upkeep(&mut active.sessions, &mut active.upkeep, now.monotonic);
        if let Some(broker) = outcome.response {
            tracing::info!(%broker, "broker was not heard in time and is fenced");
        }
        match self.append(&outcome.records, now) {
            Ok(_) => self.execute(),
            Err(_) => self.step(Event::Resign(epoch)),
        }
    }

    fn step(&mut self, event: Event) -> Result<(), MetadataLogError> {
        let mut effects = Vec::new();
        self.raft.step(self.clock.now(), event, &mut effects)?;
        self.effects.extend(effects);
        self.execute()
    }

    fn decide(&mut self, decide: Decide) -> Result<(), MetadataLogError> {
        let now = self.clock.now();
        let seed = Seed::new(random_bytes(&self.clock));
        self.follow_control_records(now)?;
        let parts = self
            .active
            .as_mut()
            .map(|active| (&active.controller, &mut active.sessions));
        match decide(parts, now, seed) {
            Some(decided) => self.write(decided, now),
            None => Ok(()),
        }
    }

    /// The quorum writes records of its own; the controller passes over them, so that it knows where the log ends.
    fn follow_control_records(&mut self, now: Now) -> Result<(), MetadataLogError> {
        let end = self.raft.log().end_offset().offset;
        let Some(active) = &mut self.active else {
            return Ok(());
        };
        let base_offset = active.controller.loader().next_offset();
        if base_offset < end {
            active.controller.replay(&MetadataBatch {
                base_offset,
                last_offset: end.minus(1),
                leader_epoch: active.epoch.value(),
                append_timestamp: now.wall,
                records: Vec::new(),
            })?;
        }
        Ok(())
    }

    /// Appends a decision and keeps its answer until it may be given.
    fn write(&mut self, decided: Decided, now: Now) -> Result<(), MetadataLogError> {
        let appended = self.append(&decided.records, now);
        match (appended, &mut self.active) {
            (Ok((end, after)), Some(active)) => active.hold(end, after, decided.release),
            (Ok(_), None) => (decided.release)(Settled::Lost),
            (Err(settled), _) => (decided.release)(settled),
        }
        self.execute()
    }

    /// Appends records; says where the log ends then, and when that may be told. They are replayed first: what the
    /// controller does not accept itself is never written.
    fn append(&mut self, records: &[MetadataRecord], now: Now) -> Result<(Offset, After), Settled> {
        let active = self.active.as_mut().ok_or(Settled::Lost)?;
        let base_offset = self.raft.log().end_offset().offset;
        if records.is_empty() {
            return Ok((base_offset, After::Commit));
        }
        let stamp = BatchStamp {
            base_offset,
            leader_epoch: active.epoch,
            timestamp: now.wall,
        };
        let replayed = replayed(&active.controller, stamp, records);
        let (bytes, controller, changes) = replayed.map_err(|error| {
            tracing::error!(%error, "a decision about metadata was not written");
            Settled::NotWritten(error.to_string())
        })?;
        let mut effects = Vec::new();
        let appended = self.raft.append(active.epoch, &bytes, &mut effects);
        let appended = appended.map_err(|error| {
            tracing::warn!(%error, "a decision about metadata was not appended");
            Settled::Lost
        })?;
        active.controller = controller;
        active.upkeep.note(&changes, now.monotonic);
        self.effects.extend(effects);
        Ok((appended.end_offset, After::Publication))
    }

    fn describe(&self) -> Option<QuorumDescription> {
        let known = self.raft.leader_and_epoch();
        Some(QuorumDescription {
            leader: known.leader?,
            leader_epoch: known.epoch,
            high_watermark: self.raft.high_watermark()?,
            standing: self.raft.standing()?,
        })
    }

    fn begin_stopping(&mut self, done: Stopped) -> Result<(), MetadataLogError> {
        let deadline = self.clock.monotonic().plus_ms(FAREWELL_MS);
        self.stopping = Some((done, deadline));
        self.settle()?;
        let epoch = self.raft.leader_and_epoch().epoch;
        self.step(Event::Resign(epoch))
    }

    /// Ends when the others know that this node leads no longer, or have had their time.
    fn finish_stopping(&mut self) -> bool {
        let now = self.clock.monotonic();
        let is_leaving = self.raft.is_leaving();
        let due = |(_, deadline): &mut (Stopped, MonotonicMs)| !is_leaving || *deadline <= now;
        let Some((done, _)) = self.stopping.take_if(due) else {
            return false;
        };
        if let Some(active) = self.active.take() {
            active.dismiss();
        }
        self.outbox.finish();
        let closed = self.log.close(self.clock.now());
        drop(done.send(closed.map_err(|error| error.to_string())));
        true
    }

    /// Makes the controller of an epoch, whose image is that of the whole log, and lets it write what it begins with.
    fn lead(&mut self, epoch: LeaderEpoch) -> Result<(), MetadataLogError> {
        let base = self.base.load();
        let newest = self.installed.as_deref().filter(|installed| {
            installed.provenance.last_contained_offset > base.provenance.last_contained_offset
        });
        let image = newest.cloned().unwrap_or_else(|| (**base).clone());
        let parts = &self.controller;
        let mut controller = QuorumController::new(parts.settings.clone(), parts.rules.clone(), image);
        self.replay_into(&mut controller)?;
        let now = self.clock.now();
        let sessions = controller.begin_sessions(parts.sessions, self.led_before, now.monotonic);
        let upkeep = UpkeepSchedule::begin(parts.upkeep, now.monotonic);
        let records = controller.activation_records(&parts.bootstrap, parts.min_in_sync_replicas);
        self.active = Some(ActiveController::new(controller, sessions, upkeep, epoch));
        tracing::info!(%epoch, "this node is the active controller");
        if records.is_empty() {
            return Ok(());
        }
        let release: Release = Box::new(drop);
        self.write(Decided { records, release }, now)
    }

    fn show_view(&self) {
        let known = self.raft.leader_and_epoch();
        let leads_no_longer = self.raft.role() == Role::Resigned;
        let leader = self.raft.leader_address().filter(|_| !leads_no_longer);
        let view = QuorumView {
            leader: known.leader.filter(|_| !leads_no_longer),
            leader_epoch: known.epoch,
            leader_address: leader.map(|leader| leader.address),
            active: match &self.active {
                Some(_) => Active::ThisNode,
                None => Active::Elsewhere,
            },
        };
        self.view.send_if_modified(|shown| {
            let differs = *shown != view;
            *shown = view;
            differs
        });
    }
}

/// The version that a cluster begins with, whose first records a blank image's version has no place for: those of a
/// restored cluster name directories.
fn begun_version(records: &[MetadataRecord]) -> Option<MetadataVersion> {
    let begins = matches!(records.first(), Some(MetadataRecord::BeginTransaction(_)));
    let level = records.iter().find_map(|record| match record {
        MetadataRecord::FeatureLevel(feature) if feature.name == names::METADATA_VERSION => {
            Some(feature.feature_level)
        }
        _ => None,
    });
    MetadataVersion::from_level(level.filter(|_| begins)?)
}

/// The batch, the controller that has it, and what it changed.
fn replayed(
    controller: &QuorumController,
    stamp: BatchStamp,
    records: &[MetadataRecord],
) -> Result<(Bytes, QuorumController, MetadataChanges), MetadataLogError> {
    let version = begun_version(records).unwrap_or(controller.image().features.metadata_version);
    let bytes = records_batch(stamp, version, records)?;
    let mut next = controller.clone();
    let mut changes = MetadataChanges::default();
    for batch in read_batches(&bytes)? {
        changes = next.replay(batch.batch())?;
    }
    Ok((bytes, next, changes))
}
