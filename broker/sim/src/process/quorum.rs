//! The metadata quorum of a process: executes what [`Raft`] wants on the metadata log, and lets the image follow.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use broker_metadata::metadata_log::{
    CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID, LogBatch, QUORUM_STATE, QuorumState, SnapshotId,
    read_batches, read_checkpoint,
};
use broker_metadata::{MetadataImage, MetadataLoader, MetadataRecord};
use broker_model::{
    BrokerId, HighWatermark, LeaderEpoch, MonotonicMs, Now, Offset, PartitionIndex, TopicPartition,
};
use broker_raft::{
    AutoJoin, Effect, LogView, Raft, RaftResponse, RaftSettings, ReplicaKey, Snapshot, SnapshotVoters,
    VoterSet, WriteId,
};
use broker_storage::fs::{read_whole, replace_whole};
use broker_storage::{
    FetchIsolation, LogCheckpoints, LogConfig, MinOneBatch, ReadLimits, StorageError, UnifiedLog,
};
use bytes::Bytes;

use super::{Asked, Halt, Process};
use crate::machine::{LISTENER, METADATA_FOLDER, Machine, endpoint};
use crate::message::{Request, Response};
use crate::sabotage::Sabotage;

/// Newest version of each request of the quorum.
pub(super) const API_VERSION: i16 = 18;
const FILE_SIZE_MAX: usize = 64 << 20;

#[derive(Debug)]
pub(crate) struct Quorum {
    pub(crate) raft: Raft,
    pub(crate) log: UnifiedLog,
    /// Writes that are not on the device yet, and when they will be.
    writes: VecDeque<(MonotonicMs, WriteId)>,
}

/// What starting the quorum comes to.
type Opened = (Quorum, MetadataLoader, Vec<Effect>);

impl Quorum {
    pub(super) fn open(
        machine: &Machine,
        logs: &broker_storage::LogManager,
        now: Now,
        seed: u64,
    ) -> Result<Opened, Halt> {
        let mut log = open_log(logs, now)?;
        log.flush(now)?;
        let fs = machine.fs();
        let failed = |path: &Path, error| Halt::from(StorageError::from_io(path, path, error));
        let path = Path::new(METADATA_FOLDER).join(SnapshotId::BOOTSTRAP.to_string());
        let file = read_whole(fs.as_ref(), &path, FILE_SIZE_MAX).map_err(|error| failed(&path, error))?;
        let checkpoint = read_checkpoint(&Bytes::from(file.clone()))?;
        let mut view = LogView::new(VoterSet::default());
        let snapshot = Snapshot {
            id: SnapshotId::BOOTSTRAP,
            size: file.len() as u64,
        };
        let voters = SnapshotVoters {
            voters: checkpoint.head.voters.map(VoterSet::new),
            kraft_version: 1,
        };
        view.begin_with(snapshot, voters);
        view.restore(&read_from(&log, Offset::ZERO)?)?;
        let path = Path::new(METADATA_FOLDER).join(QUORUM_STATE);
        let stored = match read_whole(fs.as_ref(), &path, FILE_SIZE_MAX) {
            Ok(content) => Some(QuorumState::from_text(&String::from_utf8_lossy(&content))?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&path, error)),
        };
        let mut effects = Vec::new();
        let raft = Raft::new(settings_of(machine, seed), stored, view, now, &mut effects)?;
        let quorum = Self {
            raft,
            log,
            writes: VecDeque::new(),
        };
        Ok((quorum, MetadataLoader::new(MetadataImage::empty()), effects))
    }

    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let flush = self.writes.front().map(|(at, _)| *at);
        [self.raft.deadline(), flush].into_iter().flatten().min()
    }
}

fn settings_of(machine: &Machine, seed: u64) -> RaftSettings {
    let is_voter = machine.settings.voters.contains(&machine.id);
    RaftSettings {
        replica: ReplicaKey::new(machine.id, machine.directory),
        cluster_id: Machine::cluster(),
        listener: LISTENER.to_owned(),
        endpoints: is_voter.then(|| endpoint(machine.id)).into_iter().collect(),
        kraft_version_range: (0, 1),
        bootstrap_servers: Vec::new(),
        auto_join: AutoJoin::Off,
        timeouts: machine.settings.raft,
        fetch_bytes_max: machine.settings.raft_fetch_bytes,
        snapshot_bytes_max: 1_024,
        seed,
    }
}

fn open_log(logs: &broker_storage::LogManager, now: Now) -> Result<UnifiedLog, Halt> {
    let directory = logs
        .directories()
        .first()
        .expect("a manager without directories does not start");
    let environment = logs
        .environment(directory.path())
        .expect("it is one of its directories");
    let config = Arc::new(LogConfig {
        retention_ms: None,
        segment_bytes: 1 << 20,
        ..LogConfig::default()
    });
    let partition = TopicPartition::new(CLUSTER_METADATA_TOPIC, PartitionIndex::new(0));
    let is_new = environment
        .fs
        .info(&Path::new(METADATA_FOLDER).join("partition.metadata"))
        .is_err();
    if is_new {
        let log = UnifiedLog::create(&environment, partition, CLUSTER_METADATA_TOPIC_ID, config, now)?;
        environment.directory.sync_names(environment.fs.as_ref())?;
        return Ok(log);
    }
    let checkpoints = LogCheckpoints {
        previous_stop: directory.previous_stop(),
        ..LogCheckpoints::NONE
    };
    Ok(UnifiedLog::open(&environment, partition, config, checkpoints, now)?.0)
}

/// Everything in a log from there on.
pub(crate) fn read_from(log: &UnifiedLog, mut from: Offset) -> Result<Bytes, Halt> {
    let mut all = Vec::new();
    while from < log.log_end().offset() {
        let bytes = read_some(log, from, 1 << 20)?;
        let Some(Ok(last)) = broker_codec::batch::batches(&bytes).last() else {
            return Err(Halt::Broken(format!("the log cannot be read at {from}")));
        };
        from = last.header().next_offset();
        all.extend_from_slice(&bytes);
    }
    Ok(all.into())
}

fn read_some(log: &UnifiedLog, from: Offset, bytes_max: usize) -> Result<Bytes, Halt> {
    let limits = ReadLimits {
        max_bytes: bytes_max,
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::Yes,
    };
    Ok(log.read(from, limits)?.records.fetch()?.to_bytes())
}

impl Process {
    pub(super) fn raft_step(&mut self, event: broker_raft::Event) -> Result<(), Halt> {
        let mut effects = Vec::new();
        self.quorum.raft.step(self.now, event, &mut effects)?;
        self.execute(effects)
    }

    /// Reports the writes that have reached the device by now.
    pub(super) fn flush_metadata(&mut self) -> Result<(), Halt> {
        while let Some((_, write)) = self
            .quorum
            .writes
            .pop_front_if(|(at, _)| *at <= self.now.monotonic)
        {
            self.quorum.log.flush(self.now)?;
            self.raft_step(broker_raft::Event::Flushed(write))?;
        }
        Ok(())
    }

    pub(super) fn execute(&mut self, effects: Vec<Effect>) -> Result<(), Halt> {
        for effect in effects {
            self.execute_one(effect)?;
        }
        Ok(())
    }

    fn execute_one(&mut self, effect: Effect) -> Result<(), Halt> {
        match effect {
            Effect::PersistQuorumState(state) => {
                let path = Path::new(METADATA_FOLDER).join(QUORUM_STATE);
                let written = replace_whole(self.machine.fs().as_ref(), &path, state.to_text().as_bytes());
                written.map_err(|error| Halt::from(StorageError::from_io(&path, &path, error)))?;
            }
            Effect::Append { write, records } => self.append_metadata(write, &records)?,
            Effect::Truncate(to) => {
                self.quorum.log.truncate_to(to, self.now)?;
            }
            Effect::Send { id, to, request } => {
                let node = to.address.host.trim_start_matches('n').parse();
                let node = BrokerId::new(node.expect("hosts are named n1, n2 …"));
                let timeout = self.machine.settings.raft.request_timeout_ms;
                self.ask(node, Asked::Raft(id), Request::Raft(request), timeout)?;
            }
            Effect::Respond { token, response } => self.respond(token.0, Response::Raft(response)),
            Effect::RespondWithRecords(read) => {
                let bytes = match read.from < self.quorum.log.log_end().offset() {
                    true => read_some(&self.quorum.log, read.from, read.bytes_max as usize)?,
                    false => Bytes::new(),
                };
                let response: RaftResponse = read.clone().with(bytes.into());
                self.respond(read.token.0, Response::Raft(response));
            }
            Effect::LeaderChanged(change) => {
                let leads = change.leader == Some(self.machine.id);
                if !leads
                    || self
                        .active
                        .as_ref()
                        .is_some_and(|active| active.epoch != change.epoch)
                {
                    self.give_up_control();
                }
            }
            Effect::LeadershipEstablished(epoch) => self.take_control(epoch)?,
            Effect::HighWatermarkAdvanced(high_watermark) => self.committed(high_watermark)?,
            Effect::VotersChanged(_) => {}
            Effect::RespondWithSnapshot(_)
            | Effect::BeginSnapshot(_)
            | Effect::WriteSnapshot { .. }
            | Effect::InstallSnapshot(_) => {
                return Err(Halt::Broken("nobody has a snapshot to fetch".into()));
            }
        }
        Ok(())
    }

    fn append_metadata(&mut self, write: WriteId, records: &Bytes) -> Result<(), Halt> {
        let epoch = LeaderEpoch::new(i32::MAX);
        self.quorum.log.append_as_follower(records, epoch, self.now)?;
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
        self.quorum.log.update_high_watermark(high_watermark);
        let end = high_watermark.offset();
        let from = self.metadata.next_offset();
        if from < end {
            let bytes = read_from(&self.quorum.log, from)?;
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
        }
        self.release_decisions();
        Ok(())
    }
}
