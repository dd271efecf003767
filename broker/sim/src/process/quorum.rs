//! The metadata quorum of a process: executes what [`Raft`] wants on the metadata log and its snapshots, and lets the
//! image follow. As in the server, what an effect brings about comes behind those that wait already.

use std::collections::VecDeque;

use broker_metadata::metadata_log::{LogBatch, SnapshotId, read_batches};
use broker_metadata::{MetadataChanges, MetadataImage, MetadataLoader, MetadataRecord};
use broker_model::{BrokerId, HighWatermark, LeaderEpoch, LogStartOffset, MonotonicMs, Now, Offset};
use broker_quorum::{MetadataLog, MetadataLogError, MetadataLogOptions, Snapshots, metadata_partition};
use broker_raft::{
    AutoJoin, Effect, Event, HostAndPort, Raft, RaftResponse, RaftSettings, ReplicaKey, Snapshot, VoterSet,
    WriteId,
};
use broker_storage::{FetchIsolation, LogCheckpoints, LogProgress, MinOneBatch, ReadLimits, UnifiedLog};
use bytes::Bytes;

use super::{Asked, Halt, Process};
use crate::machine::{LISTENER, Machine, endpoint};
use crate::message::{Request, Response};
use crate::sabotage::Sabotage;

/// Newest version of each request of the quorum.
pub(super) const API_VERSION: i16 = 18;
/// Longest time that writing a snapshot takes.
const SNAPSHOT_MAX_MS: u64 = 30;

#[derive(Debug)]
pub(crate) struct Quorum {
    pub(crate) raft: Raft,
    pub(crate) log: MetadataLog,
    snapshots: Snapshots,
    effects: VecDeque<Effect>,
    execution: Execution,
    /// Writes that are not on the device yet, and when they will be.
    writes: VecDeque<(MonotonicMs, WriteId)>,
    /// Committed bytes since the last snapshot.
    bytes_since: u64,
    /// A snapshot that is being written, and when that is done.
    writing: Option<(MonotonicMs, Snapshot)>,
    committed: Offset,
}

/// Whether effects are being executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Execution {
    Idle,
    UnderWay,
}

/// What starting the quorum comes to.
type Opened = (Quorum, MetadataLoader);

impl Quorum {
    pub(super) fn open(
        machine: &Machine,
        logs: &broker_storage::LogManager,
        now: Now,
        seed: u64,
    ) -> Result<Opened, Halt> {
        let directory = logs
            .directories()
            .first()
            .expect("a manager without directories does not start");
        let environment = logs.environment(directory.path());
        let options = MetadataLogOptions {
            environment: environment.expect("it is one of its directories"),
            checkpoints: LogCheckpoints {
                previous_stop: directory.previous_stop(),
                ..directory.checkpoints_of(&metadata_partition())
            },
            configured_voters: VoterSet::default(),
            segment_bytes: machine.settings.metadata_segment_bytes,
        };
        let opened = MetadataLog::open(options, now)?;
        let mut effects = Vec::new();
        let settings = settings_of(machine, seed);
        let raft = Raft::new(settings, opened.quorum_state, opened.view, now, &mut effects)?;
        let quorum = Self {
            raft,
            log: opened.log,
            snapshots: opened.snapshots,
            effects: effects.into(),
            execution: Execution::Idle,
            writes: VecDeque::new(),
            bytes_since: 0,
            writing: None,
            committed: Offset::ZERO,
        };
        Ok((quorum, MetadataLoader::new(opened.image)))
    }

    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let flush = self.writes.front().map(|(at, _)| *at);
        let snapshot = self.writing.as_ref().map(|(at, _)| *at);
        [self.raft.deadline(), flush, snapshot]
            .into_iter()
            .flatten()
            .min()
    }

    /// What the checkpoint of recovery points says of the log.
    pub(super) fn progress(&self) -> LogProgress {
        LogProgress {
            partition: metadata_partition(),
            recovery_point: self.committed,
            log_start: None,
            high_watermark: None,
        }
    }

    /// Everything in the log from there on.
    pub(super) fn read_from(&self, mut from: Offset) -> Result<Bytes, Halt> {
        let mut all = Vec::new();
        while from < self.log.end() {
            let bytes = self.log.read(from, 1 << 20, FetchIsolation::LogEnd)?;
            from =
                end_of(&bytes).ok_or_else(|| Halt::Broken(format!("no metadata can be read at {from}")))?;
            all.extend_from_slice(&bytes);
        }
        Ok(all.into())
    }
}

fn settings_of(machine: &Machine, seed: u64) -> RaftSettings {
    let voters = machine.settings.voters.iter();
    let bootstrap_servers = voters.map(|id| HostAndPort {
        host: endpoint(*id).host,
        port: endpoint(*id).port,
    });
    RaftSettings {
        replica: ReplicaKey::new(machine.id, machine.directory),
        cluster_id: Machine::cluster(),
        listener: LISTENER.to_owned(),
        endpoints: machine
            .is_voter()
            .then(|| endpoint(machine.id))
            .into_iter()
            .collect(),
        kraft_version_range: (0, 1),
        bootstrap_servers: bootstrap_servers.collect(),
        auto_join: AutoJoin::Off,
        timeouts: machine.settings.raft,
        fetch_bytes_max: machine.settings.raft_fetch_bytes,
        snapshot_bytes_max: 1_024,
        seed,
    }
}

/// Where the last of these batches ends.
fn end_of(bytes: &Bytes) -> Option<Offset> {
    match broker_codec::batch::batches(bytes).last() {
        Some(Ok(last)) => Some(last.header().next_offset()),
        _ => None,
    }
}

/// Everything in a log from there on.
pub(crate) fn read_from(log: &UnifiedLog, mut from: Offset) -> Result<Bytes, Halt> {
    let mut all = Vec::new();
    while from < log.log_end().offset() {
        let limits = ReadLimits {
            max_bytes: 1 << 20,
            upper: FetchIsolation::LogEnd,
            min_one: MinOneBatch::Yes,
        };
        let bytes = log.read(from, limits)?.records.fetch()?.to_bytes();
        from = end_of(&bytes).ok_or_else(|| Halt::Broken(format!("the log cannot be read at {from}")))?;
        all.extend_from_slice(&bytes);
    }
    Ok(all.into())
}

impl Process {
    pub(super) fn raft_step(&mut self, event: Event) -> Result<(), Halt> {
        let mut effects = Vec::new();
        self.quorum.raft.step(self.now, event, &mut effects)?;
        self.execute(effects)
    }

    /// Reports the writes that have reached the device by now, and the snapshot that is written.
    pub(super) fn flush_metadata(&mut self) -> Result<(), Halt> {
        let now = self.now.monotonic;
        while let Some((_, write)) = self.quorum.writes.pop_front_if(|(at, _)| *at <= now) {
            self.quorum.log.flush(self.now)?;
            self.raft_step(Event::Flushed(write))?;
        }
        if let Some((_, snapshot)) = self.quorum.writing.take_if(|(at, _)| *at <= now) {
            self.keep_snapshot(snapshot)?;
        }
        Ok(())
    }

    pub(super) fn execute(&mut self, effects: Vec<Effect>) -> Result<(), Halt> {
        self.quorum.effects.extend(effects);
        if self.quorum.execution == Execution::UnderWay {
            return Ok(());
        }
        self.quorum.execution = Execution::UnderWay;
        while let Some(effect) = self.quorum.effects.pop_front() {
            self.execute_one(effect)?;
        }
        self.quorum.execution = Execution::Idle;
        Ok(())
    }

    fn execute_one(&mut self, effect: Effect) -> Result<(), Halt> {
        match effect {
            Effect::PersistQuorumState(state) => self.quorum.log.persist(&state)?,
            Effect::Append { write, records } => self.append_metadata(write, &records)?,
            Effect::Truncate(to) => self.quorum.log.truncate(to, self.now)?,
            Effect::Send { id, to, request } => {
                let node = to.address.host.trim_start_matches('n').parse();
                let node = BrokerId::new(node.expect("hosts are named n1, n2 …"));
                let timeout = self.machine.settings.raft.request_timeout_ms;
                self.ask(node, Asked::Raft(id), Request::Raft(request), timeout)?;
            }
            Effect::Respond { token, response } => self.respond(token.0, Response::Raft(response)),
            Effect::RespondWithRecords(read) => {
                let bytes = match read.from < self.quorum.log.end() {
                    true => {
                        self.quorum
                            .log
                            .read(read.from, read.bytes_max as usize, FetchIsolation::LogEnd)?
                    }
                    false => Bytes::new(),
                };
                let response: RaftResponse = read.clone().with(bytes.into());
                self.respond(read.token.0, Response::Raft(response));
            }
            Effect::RespondWithSnapshot(read) => {
                let (id, position, bytes_max) = (read.id, read.position, read.bytes_max as usize);
                let bytes = self.quorum.snapshots.piece(id, position, bytes_max)?;
                let response: RaftResponse = read.clone().with(bytes.into());
                self.respond(read.token.0, Response::Raft(response));
            }
            Effect::BeginSnapshot(id) => self.quorum.snapshots.begin(id)?,
            Effect::WriteSnapshot { id, position, bytes } => {
                self.quorum
                    .snapshots
                    .write_piece(id, position, &bytes.to_bytes())?;
            }
            Effect::InstallSnapshot(id) => self.install_snapshot(id)?,
            Effect::LeaderChanged(change) => {
                let leads = change.leader == Some(self.machine.id);
                let is_older = |epoch| epoch != change.epoch;
                if !leads || self.active.as_ref().is_some_and(|active| is_older(active.epoch)) {
                    self.give_up_control();
                }
            }
            Effect::LeadershipEstablished(epoch) => self.take_control(epoch)?,
            Effect::HighWatermarkAdvanced(high_watermark) => self.committed(high_watermark)?,
            Effect::VotersChanged(_) => {}
        }
        Ok(())
    }

    fn append_metadata(&mut self, write: WriteId, records: &Bytes) -> Result<(), Halt> {
        let epoch = LeaderEpoch::new(i32::MAX);
        self.quorum.log.append(records, epoch, self.now)?;
        let delay = self.chance.between(1, self.machine.settings.flush_max_ms);
        let due = self.now.monotonic.plus_ms(delay);
        let due = self.quorum.writes.back().map_or(due, |(last, _)| due.max(*last));
        self.quorum.writes.push_back((due, write));
        if let Some(active) = &mut self.active {
            for batch in read_batches(records)? {
                active.controller.replay(batch.batch())?;
            }
        }
        Ok(())
    }

    /// Takes what is committed onto the image, and what it means onto the replicas.
    fn committed(&mut self, high_watermark: HighWatermark) -> Result<(), Halt> {
        self.quorum.log.commit(high_watermark);
        let end = high_watermark.offset();
        self.quorum.committed = end.max(self.quorum.committed);
        let from = self.metadata.next_offset();
        if from < end {
            let bytes = self.quorum.read_from(from)?;
            for batch in read_batches(&bytes)? {
                let batch = match &batch {
                    LogBatch::Records(batch) | LogBatch::Control { batch, .. } => batch,
                };
                if batch.base_offset < from || batch.last_offset >= end {
                    continue;
                }
                let mut batch = batch.clone();
                if self.machine.settings.sabotage == Sabotage::SkippedChanges && self.machine.id.value() == 2
                {
                    batch
                        .records
                        .retain(|record| !matches!(record, MetadataRecord::PartitionChange(_)));
                }
                let changes = self.metadata.replay_batch(&batch)?;
                self.metadata_changed(&changes)?;
            }
            self.quorum.bytes_since += bytes.len() as u64;
        }
        self.release_decisions();
        self.take_snapshot()
    }

    /// Writes a snapshot of what is committed when there is enough that is new. One inside of a transaction would lose
    /// its first half.
    fn take_snapshot(&mut self) -> Result<(), Halt> {
        let is_due = self.quorum.bytes_since >= self.machine.settings.snapshot_every_bytes;
        if !is_due || self.quorum.writing.is_some() || self.metadata.in_transaction() {
            return Ok(());
        }
        self.quorum.bytes_since = 0;
        let voters = self.quorum.raft.voters_at(self.metadata.next_offset());
        let mut image = self.metadata.image().clone();
        if self.machine.settings.sabotage == Sabotage::PoorSnapshot {
            image.configs = MetadataImage::empty().configs;
        }
        let writer = self.quorum.snapshots.writer();
        let snapshot = writer.write(&image, &voters, self.now.wall)?;
        let delay = self.chance.between(0, SNAPSHOT_MAX_MS);
        self.quorum.writing = Some((self.now.monotonic.plus_ms(delay), snapshot));
        self.snapshots_made += 1;
        Ok(())
    }

    /// Takes note of a snapshot and deletes what it makes needless.
    fn keep_snapshot(&mut self, snapshot: Snapshot) -> Result<(), Halt> {
        if !self.quorum.raft.log().holds(snapshot.id) {
            return Ok(());
        }
        self.raft_step(Event::SnapshotCreated(snapshot))?;
        let Some(needed_from) = self.quorum.snapshots.keep(snapshot) else {
            return Ok(());
        };
        if needed_from <= self.quorum.raft.log().start() {
            return Ok(());
        }
        self.quorum.log.trim(needed_from, self.now)?;
        self.raft_step(Event::LogTrimmed(LogStartOffset::at(needed_from)))
    }

    /// Puts a snapshot that was fetched in place of the log.
    fn install_snapshot(&mut self, id: SnapshotId) -> Result<(), Halt> {
        let (snapshot, voters, image) = match self.quorum.snapshots.finish(id) {
            Ok(finished) => finished,
            Err(MetadataLogError::Format(_)) => return self.raft_step(Event::SnapshotRejected(id)),
            Err(error) => return Err(error.into()),
        };
        self.quorum.log.begin_anew(id.end_offset, self.now)?;
        self.quorum.writes.clear();
        self.quorum.snapshots.keep(snapshot);
        let changes = MetadataChanges::between(self.metadata.image(), &image);
        self.metadata = MetadataLoader::new(image);
        self.snapshots_installed += 1;
        if self.machine.settings.sabotage != Sabotage::UnreadSnapshot {
            self.metadata_changed(&changes)?;
        }
        self.raft_step(Event::SnapshotInstalled { snapshot, voters })
    }
}
