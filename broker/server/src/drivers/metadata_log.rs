//! The metadata log on disk: `__cluster_metadata-0`, its snapshots and `quorum-state` (KIP-595, KIP-630, KIP-853).
//!
//! Owns the log and the epoch in which this node leads it. Invariant (I22): what was answered stands in the log
//! and was synced before; the high watermark is moved only by [`MetadataLog::commit`]. A quorum of one: this node
//! leads from its start, in an epoch that is one higher than any before. What the records mean is the controller's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_controller::QuorumController;
use broker_metadata::metadata_log::{
    BatchStamp, CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID, ControlRecord, LeaderChange, QUORUM_STATE,
    QuorumState, Voter, control_batch, read_batches, records_batch,
};
use broker_metadata::{LogFormatError, MetadataChanges, MetadataImage, MetadataRecord};
use broker_model::{HighWatermark, LeaderEpoch, Now, Offset, PartitionIndex, TopicPartition};
use broker_storage::fs::{read_whole, replace_whole};
use broker_storage::{
    AppendContext, AppendError, AppendOrigin, FetchIsolation, LogCheckpoints, LogConfig, LogEnvironment,
    MinOneBatch, PreviousStop, ReadError, ReadLimits, StorageError, UnifiedLog,
};
use bytes::Bytes;

use super::metadata_snapshots::Snapshots;

/// Bytes of the log that are read at a time when it is loaded.
const LOAD_CHUNK: usize = 4 << 20;
/// Largest batch that a decision may be written as.
const MAX_BATCH_SIZE: usize = 64 << 20;
const QUORUM_STATE_SIZE_MAX: usize = 64 << 10;

/// What the metadata log stands on.
#[derive(Debug)]
pub struct MetadataLogOptions {
    /// Where it lies.
    pub environment: LogEnvironment,
    /// How the last process that led it ended.
    pub previous_stop: PreviousStop,
    /// This node as the only member of the quorum.
    pub voter: Voter,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u32,
}

/// The metadata log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MetadataLogError {
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] broker_storage::LoadError),
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A batch was not appended.
    #[error("metadata records were not appended: {0}")]
    Append(#[from] AppendError),
    /// The log cannot be read back.
    #[error("the metadata log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// Bytes of the log are damaged, or a record cannot be written.
    #[error("the metadata log holds what cannot be read: {0}")]
    Format(#[from] LogFormatError),
    /// Records contradict each other.
    #[error("the metadata log contradicts itself: {0}")]
    Replay(#[from] broker_metadata::LoadError),
    /// Something between the newest snapshot and the log is missing.
    #[error(
        "the metadata log in {} begins at offset {log_start}, but the newest snapshot ends at {snapshot_end}: \
         a snapshot file is missing",
        folder.display()
    )]
    Gap {
        /// Folder of the log.
        folder: PathBuf,
        /// First offset of the log.
        log_start: Offset,
        /// Offset after the newest snapshot.
        snapshot_end: Offset,
    },
}

/// The log of the cluster's metadata, led by this node.
#[derive(Debug)]
pub struct MetadataLog {
    environment: LogEnvironment,
    folder: PathBuf,
    log: UnifiedLog,
    epoch: LeaderEpoch,
    voter: Voter,
    snapshots: Snapshots,
}

/// A decision that stands in the log, and what it changed.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The image after it.
    pub image: Arc<MetadataImage>,
    /// What it changed.
    pub changes: MetadataChanges,
}

/// What is on disk: the image of the newest snapshot, the log behind it, and what `format` left.
#[derive(Debug)]
pub struct OpenedMetadataLog {
    /// The log.
    pub log: MetadataLog,
    /// The image to begin with; replay the log on it.
    pub image: MetadataImage,
    /// The records that a new log begins with.
    pub bootstrap: Vec<MetadataRecord>,
}

/// The partition that is the metadata log.
pub fn metadata_partition() -> TopicPartition {
    TopicPartition::new(CLUSTER_METADATA_TOPIC, PartitionIndex::new(0))
}

/// Folder of the log in a log directory.
pub fn metadata_folder(directory: &Path) -> PathBuf {
    directory.join(metadata_partition().to_string())
}

impl MetadataLog {
    /// Opens log and snapshots of the directory.
    ///
    /// # Errors
    /// The log or its newest snapshot is damaged, or the file system fails.
    pub fn open(options: MetadataLogOptions, now: Now) -> Result<OpenedMetadataLog, MetadataLogError> {
        let environment = options.environment;
        let folder = metadata_folder(environment.directory.path());
        let config = Arc::new(LogConfig {
            segment_bytes: options.segment_bytes,
            max_message_bytes: MAX_BATCH_SIZE.min(options.segment_bytes as usize),
            retention_ms: None,
            ..LogConfig::default()
        });
        let is_new = environment.fs.info(&folder.join("partition.metadata")).is_err();
        let log = if is_new {
            let id = CLUSTER_METADATA_TOPIC_ID;
            let log = UnifiedLog::create(&environment, metadata_partition(), id, config, now)?;
            environment.directory.sync_names(environment.fs.as_ref())?;
            log
        } else {
            let checkpoints = LogCheckpoints {
                previous_stop: options.previous_stop,
                ..LogCheckpoints::NONE
            };
            let (log, report) =
                UnifiedLog::open(&environment, metadata_partition(), config, checkpoints, now)?;
            tracing::debug!(?report, "metadata log opened");
            log
        };
        let (snapshots, found) = Snapshots::load(environment.fs.clone(), &folder)?;
        let mut opened = Self {
            epoch: LeaderEpoch::new(0),
            voter: options.voter,
            environment,
            folder,
            log,
            snapshots,
        };
        let found = opened.snapshots.image_of(found)?;
        opened.require_no_gap(&found.image)?;
        Ok(OpenedMetadataLog {
            log: opened,
            image: found.image,
            bootstrap: found.bootstrap,
        })
    }

    fn require_no_gap(&mut self, image: &MetadataImage) -> Result<(), MetadataLogError> {
        let snapshot_end = image.provenance.last_contained_offset.plus(1);
        let log_start = self.log.log_start().offset();
        if log_start > snapshot_end || self.log.log_end().offset() < snapshot_end {
            return Err(MetadataLogError::Gap {
                folder: self.folder.clone(),
                log_start,
                snapshot_end,
            });
        }
        Ok(())
    }

    /// Replays everything behind the controller's image.
    ///
    /// # Errors
    /// A batch is damaged or contradicts the image.
    pub fn replay_into(&mut self, controller: &mut QuorumController) -> Result<(), MetadataLogError> {
        let limits = ReadLimits {
            max_bytes: LOAD_CHUNK,
            upper: FetchIsolation::LogEnd,
            min_one: MinOneBatch::Yes,
        };
        while controller.loader().next_offset() < self.log.log_end().offset() {
            let from = controller.loader().next_offset();
            let bytes = self.log.read(from, limits)?.records.fetch()?.to_bytes();
            for batch in read_batches(&bytes)? {
                if batch.batch().base_offset >= from {
                    controller.replay(batch.batch())?;
                }
            }
            if controller.loader().next_offset() == from {
                return Err(self.gap_at(from));
            }
        }
        Ok(())
    }

    fn gap_at(&self, from: Offset) -> MetadataLogError {
        MetadataLogError::Gap {
            folder: self.folder.clone(),
            log_start: self.log.log_end().offset(),
            snapshot_end: from,
        }
    }

    /// Begins to lead, in the epoch after the last one; the first batch of the epoch says so.
    ///
    /// # Errors
    /// The file system fails.
    pub fn lead(&mut self, controller: &mut QuorumController, now: Now) -> Result<(), MetadataLogError> {
        self.epoch = LeaderEpoch::new(self.last_epoch()? + 1);
        let state = QuorumState::leading(self.voter.id, self.epoch.value());
        let path = self.folder.join(QUORUM_STATE);
        replace_whole(self.environment.fs.as_ref(), &path, state.to_text().as_bytes())
            .map_err(|error| self.environment.directory.failed(&path, error))?;
        let change = LeaderChange {
            leader: self.voter.id,
            voters: vec![self.voter.id],
            granting_voters: vec![self.voter.id],
        };
        let mut controls = vec![ControlRecord::LeaderChange(change)];
        if self.log.log_end().offset() == Offset::ZERO {
            controls.push(ControlRecord::KRaftVersion(broker_metadata::KRAFT_VERSION_LEVEL));
            controls.push(ControlRecord::KRaftVoters(vec![self.voter.clone()]));
        }
        let bytes = control_batch(self.stamp(now), &controls)?;
        self.write(&bytes, controller, now)?;
        Ok(())
    }

    /// The last epoch that is known: that of `quorum-state` or of the last batch.
    fn last_epoch(&self) -> Result<i32, MetadataLogError> {
        let path = self.folder.join(QUORUM_STATE);
        let stated = match read_whole(self.environment.fs.as_ref(), &path, QUORUM_STATE_SIZE_MAX) {
            Ok(content) => QuorumState::from_text(&String::from_utf8_lossy(&content))?.leader_epoch,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(self.environment.directory.failed(&path, error).into()),
        };
        let written = self.log.latest_epoch().map_or(0, LeaderEpoch::value);
        Ok(stated.max(written))
    }

    fn stamp(&self, now: Now) -> BatchStamp {
        BatchStamp {
            base_offset: self.log.log_end().offset(),
            leader_epoch: self.epoch,
            timestamp: now.wall,
        }
    }

    /// Writes a decision as one batch and replays it; nothing is durable before [`MetadataLog::commit`].
    ///
    /// # Errors
    /// Nothing was written and the controller is as before, unless the replay itself fails, which no log survives.
    pub fn append(
        &mut self,
        controller: &mut QuorumController,
        records: &[MetadataRecord],
        now: Now,
    ) -> Result<Option<Replayed>, MetadataLogError> {
        if records.is_empty() {
            return Ok(None);
        }
        let version = controller.image().features.metadata_version;
        let bytes = records_batch(self.stamp(now), version, records)?;
        self.write(&bytes, controller, now).map(Some)
    }

    fn write(
        &mut self,
        bytes: &Bytes,
        controller: &mut QuorumController,
        now: Now,
    ) -> Result<Replayed, MetadataLogError> {
        let context = AppendContext {
            leader_epoch: self.epoch,
            origin: AppendOrigin::RaftLeader,
            now,
            request_version: None,
        };
        self.log.append_as_leader(bytes, context)?;
        self.snapshots.bytes_since += bytes.len() as u64;
        let mut changes = MetadataChanges::default();
        for batch in read_batches(bytes)? {
            changes = controller.replay(batch.batch())?;
        }
        Ok(Replayed {
            image: Arc::new(controller.image().clone()),
            changes,
        })
    }

    /// Makes everything that was appended durable; only now may it be answered.
    ///
    /// # Errors
    /// Any failure means that the log directory is lost for this process.
    pub fn commit(&mut self, now: Now) -> Result<(), MetadataLogError> {
        self.log.flush(now)?;
        let end = self.log.log_end().offset();
        self.log.update_high_watermark(HighWatermark::at(end));
        Ok(())
    }

    /// Writes a snapshot of the image if enough was appended since the last one, and deletes what it replaces.
    ///
    /// # Errors
    /// The file system fails.
    pub fn snapshot_if_due(
        &mut self,
        image: &MetadataImage,
        policy: SnapshotPolicy,
        now: Now,
    ) -> Result<(), MetadataLogError> {
        if !self.snapshots.is_due(policy, now) {
            return Ok(());
        }
        let Some(keep_from) = self.snapshots.write(image, &self.voter, now, &self.environment)? else {
            return Ok(());
        };
        match self.log.maybe_increment_log_start_offset(keep_from) {
            Ok(_) | Err(broker_storage::DeleteRecordsError::BeyondHighWatermark { .. }) => {}
            Err(broker_storage::DeleteRecordsError::Storage(error)) => return Err(error.into()),
        }
        if let Some(pending) = self.log.delete_old_segments(now)? {
            for path in pending.paths {
                // Nobody reads the metadata log but this thread; what stays is swept away at the next start.
                if let Err(error) = self.environment.fs.remove_file(&path) {
                    tracing::warn!(path = %path.display(), %error, "old metadata segment stays");
                }
            }
        }
        Ok(())
    }

    /// Closes the log for a clean stop.
    ///
    /// # Errors
    /// The file system fails; the stop is then not clean.
    pub fn close(&mut self, now: Now) -> Result<(), MetadataLogError> {
        Ok(self.log.close(now)?)
    }

    /// The epoch in which this node leads.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// Offset of the next record.
    pub fn log_end(&self) -> Offset {
        self.log.log_end().offset()
    }

    /// The directory that it lies in.
    pub fn directory(&self) -> &Path {
        self.environment.directory.path()
    }
}

/// When snapshots are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotPolicy {
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub max_new_record_bytes: u64,
    /// `metadata.log.max.snapshot.interval.ms`; 0 for never by time.
    pub max_interval_ms: u64,
}
