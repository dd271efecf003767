//! A small world for the tests of logs: batches by a few words, a log on a file system in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_codec::batch::{
    BatchAttributes, BatchBuilder, BatchOptions, ControlRecordType, ProducerIdentity, end_txn_marker_batch,
};
use broker_model::{
    CoordinatorEpoch, HighWatermark, LeaderEpoch, MonotonicMs, Now, Offset, PartitionIndex, ProducerEpoch,
    ProducerId, Sequence, Timestamp, TopicId, TopicPartition, Uuid,
};
use bytes::Bytes;

use crate::error::{AppendError, LoadError};
use crate::fs::Fs;
use crate::log::append_types::{AppendContext, AppendOrigin, LogAppendInfo};
use crate::log::log_config::LogConfig;
use crate::log::log_folder::{DirectoryHealth, OpenFileBudget};
use crate::log::log_loader::{LogCheckpoints, LogEnvironment, PreviousStop, RecoveryReport};
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::log::tail_cache::TailCacheBudget;
use crate::log::unified_log::UnifiedLog;
use crate::segment::batch_view::BatchView;
use crate::testing::MemFs;

pub(crate) const DIRECTORY: &str = "/data";

/// A batch in the making.
#[derive(Clone, Debug)]
pub(crate) struct TestBatch {
    pub(crate) base_offset: i64,
    pub(crate) epoch: i32,
    pub(crate) timestamps: Vec<i64>,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Vec<u8>,
    pub(crate) producer: Option<(i64, i16, i32)>,
    pub(crate) transactional: bool,
    pub(crate) marker: Option<bool>,
}

/// A batch of one record with `value` and timestamp 1000.
pub(crate) fn batch(value: impl AsRef<[u8]>) -> TestBatch {
    TestBatch {
        base_offset: 0,
        epoch: 0,
        timestamps: vec![1000],
        key: None,
        value: value.as_ref().to_vec(),
        producer: None,
        transactional: false,
        marker: None,
    }
}

/// The marker that ends the transaction of a producer.
pub(crate) fn marker(producer: i64, epoch: i16, commit: bool) -> TestBatch {
    TestBatch {
        producer: Some((producer, epoch, -1)),
        transactional: true,
        marker: Some(commit),
        ..batch("")
    }
}

impl TestBatch {
    pub(crate) fn records(self, count: usize) -> Self {
        let timestamp = self.timestamps[0];
        self.at(&vec![timestamp; count])
    }

    pub(crate) fn at(self, timestamps: &[i64]) -> Self {
        Self {
            timestamps: timestamps.to_vec(),
            ..self
        }
    }

    pub(crate) fn offset(self, base_offset: i64, epoch: i32) -> Self {
        Self {
            base_offset,
            epoch,
            ..self
        }
    }

    pub(crate) fn keyed(self, key: &str) -> Self {
        Self {
            key: Some(key.as_bytes().to_vec()),
            ..self
        }
    }

    pub(crate) fn from(self, producer: i64, epoch: i16, sequence: i32) -> Self {
        Self {
            producer: Some((producer, epoch, sequence)),
            ..self
        }
    }

    pub(crate) fn in_transaction(self) -> Self {
        Self {
            transactional: true,
            ..self
        }
    }

    pub(crate) fn producer_id(&self) -> i64 {
        self.producer.map_or(-1, |(id, _, _)| id)
    }

    pub(crate) fn bytes(&self) -> Bytes {
        let (id, producer_epoch, sequence) = self.producer.unwrap_or((-1, -1, -1));
        let producer = (ProducerId::new(id), ProducerEpoch::new(producer_epoch));
        let (base_offset, leader_epoch) = (Offset::new(self.base_offset), LeaderEpoch::new(self.epoch));
        if let Some(commit) = self.marker {
            let kind = if commit {
                ControlRecordType::Commit
            } else {
                ControlRecordType::Abort
            };
            let place = (base_offset, leader_epoch, Timestamp::from_ms(self.timestamps[0]));
            return end_txn_marker_batch(kind, producer, CoordinatorEpoch::new(0), place).unwrap();
        }
        let plain = BatchAttributes::default();
        let mut builder = BatchBuilder::new(BatchOptions {
            base_offset,
            leader_epoch,
            attributes: if self.transactional {
                plain.transactional()
            } else {
                plain
            },
            producer: ProducerIdentity {
                id: producer.0,
                epoch: producer.1,
                base_sequence: Sequence::new(sequence),
            },
            ..BatchOptions::default()
        });
        for timestamp in &self.timestamps {
            builder.append(
                Timestamp::from_ms(*timestamp),
                self.key.as_deref(),
                Some(&self.value),
            );
        }
        builder.build().unwrap()
    }
}

/// The moment `ms`, on both clocks.
pub(crate) fn at(ms: u64) -> Now {
    Now {
        wall: Timestamp::from_ms(ms as i64),
        monotonic: MonotonicMs::from_ms(ms),
    }
}

pub(crate) fn partition() -> TopicPartition {
    TopicPartition::new("t", PartitionIndex::new(0))
}

pub(crate) fn topic_id() -> TopicId {
    TopicId::new(Uuid::from_bytes([7; 16]))
}

/// One log with the file system under it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) mem: MemFs,
    pub(crate) environment: LogEnvironment,
    pub(crate) config: Arc<LogConfig>,
    pub(crate) log: UnifiedLog,
    pub(crate) now: Now,
}

impl World {
    pub(crate) fn new(config: LogConfig) -> Self {
        let mem = MemFs::new();
        Self::on(Arc::new(mem.clone()), mem, config)
    }

    pub(crate) fn on(fs: Arc<dyn Fs>, mem: MemFs, config: LogConfig) -> Self {
        mem.create_directories(Path::new(DIRECTORY)).unwrap();
        mem.sync_directory(Path::new("/")).unwrap();
        let environment = LogEnvironment {
            fs: fs.clone(),
            directory: DirectoryHealth::new(PathBuf::from(DIRECTORY)),
            tail_cache: TailCacheBudget::new(1 << 20),
            open_files: OpenFileBudget::new(1000),
        };
        let config = Arc::new(config);
        let now = at(1000);
        let log = UnifiedLog::create(&environment, partition(), topic_id(), config.clone(), now).unwrap();
        environment.directory.sync_names(environment.fs.as_ref()).unwrap();
        Self {
            fs,
            mem,
            environment,
            config,
            log,
            now,
        }
    }

    pub(crate) fn try_append(&mut self, batch: &TestBatch) -> Result<LogAppendInfo, AppendError> {
        self.append_from(batch, AppendOrigin::Client)
    }

    pub(crate) fn append_from(
        &mut self,
        batch: &TestBatch,
        origin: AppendOrigin,
    ) -> Result<LogAppendInfo, AppendError> {
        let context = AppendContext {
            leader_epoch: LeaderEpoch::new(batch.epoch),
            origin,
            now: self.now,
            request_version: None,
        };
        let info = self.log.append_as_leader(&batch.bytes(), context)?;
        self.log
            .update_high_watermark(HighWatermark::at(self.log.log_end().offset()));
        Ok(info)
    }

    /// Appends as a client, with the high watermark following; answers the first offset.
    #[track_caller]
    pub(crate) fn append(&mut self, batch: &TestBatch) -> i64 {
        self.try_append(batch).unwrap().first_offset.value()
    }

    #[track_caller]
    pub(crate) fn end_transaction(&mut self, producer: i64, epoch: i16, commit: bool) -> i64 {
        let marker = marker(producer, epoch, commit);
        self.append_from(&marker, AppendOrigin::Coordinator)
            .unwrap()
            .first_offset
            .value()
    }

    /// Base offsets of what a read from `from` answers.
    pub(crate) fn read(&self, from: i64, max_bytes: usize) -> Vec<i64> {
        let limits = ReadLimits {
            max_bytes,
            upper: FetchIsolation::HighWatermark,
            min_one: MinOneBatch::Yes,
        };
        self.read_with(from, limits)
    }

    pub(crate) fn read_with(&self, from: i64, limits: ReadLimits) -> Vec<i64> {
        let read = self.log.read(Offset::new(from), limits).unwrap();
        base_offsets(&read.records.fetch().unwrap().to_bytes())
    }

    /// Every base offset of the log, read fetch by fetch.
    #[track_caller]
    pub(crate) fn read_all(&self) -> Vec<(i64, Bytes)> {
        read_all(&self.log)
    }

    /// Stops cleanly and opens again.
    pub(crate) fn restart(&mut self) -> RecoveryReport {
        self.log.close(self.now).unwrap();
        let end = self.log.log_end().offset();
        self.reopen(LogCheckpoints {
            previous_stop: PreviousStop::Clean,
            recovery_point: end,
            log_start: Some(self.log.log_start().offset()),
            high_watermark: self.log.high_watermark().offset(),
            ..LogCheckpoints::NONE
        })
    }

    /// Opens again as after a crash, with what the checkpoints said last.
    pub(crate) fn reopen_unclean(&mut self) -> RecoveryReport {
        self.reopen(LogCheckpoints {
            recovery_point: self.log.recovery_point().offset(),
            log_start: Some(self.log.log_start().offset()),
            high_watermark: self.log.high_watermark().offset(),
            ..LogCheckpoints::NONE
        })
    }

    pub(crate) fn reopen(&mut self, checkpoints: LogCheckpoints) -> RecoveryReport {
        self.try_reopen(checkpoints).unwrap()
    }

    pub(crate) fn try_reopen(&mut self, checkpoints: LogCheckpoints) -> Result<RecoveryReport, LoadError> {
        let (log, report) = UnifiedLog::open(
            &self.environment,
            partition(),
            self.config.clone(),
            checkpoints,
            self.now,
        )?;
        self.log = log;
        Ok(report)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        Path::new(DIRECTORY).join("t-0").join(name)
    }

    /// Names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .fs
            .list(&self.path(""))
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        names.sort();
        names
    }
}

/// Reads a log from its start to its high watermark.
#[track_caller]
pub(crate) fn read_all(log: &UnifiedLog) -> Vec<(i64, Bytes)> {
    let mut found = Vec::new();
    let mut from = log.local_log_start().offset();
    while from < log.high_watermark().offset() {
        let limits = ReadLimits {
            max_bytes: 1 << 16,
            upper: FetchIsolation::HighWatermark,
            min_one: MinOneBatch::Yes,
        };
        let mut bytes = log
            .read(from, limits)
            .unwrap()
            .records
            .fetch()
            .unwrap()
            .to_bytes();
        if bytes.is_empty() {
            break;
        }
        while !bytes.is_empty() {
            let view = BatchView::parse(&bytes).unwrap();
            assert!(view.checksum_matches(&bytes));
            found.push((view.base_offset.value(), bytes.split_to(view.size)));
            from = view.next_offset();
        }
    }
    found
}

/// Base offsets of the batches in `bytes`.
pub(crate) fn base_offsets(bytes: &[u8]) -> Vec<i64> {
    let mut offsets = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let view = BatchView::parse(&bytes[start..]).unwrap();
        offsets.push(view.base_offset.value());
        start += view.size;
    }
    offsets
}
