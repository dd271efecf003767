//! The metadata log on disk: `__cluster_metadata-0` and `quorum-state` (KIP-595, KIP-853).
//!
//! Owns the log and decides nothing: what is appended, cut and committed is the quorum's (`broker_raft`), what the
//! records mean the controller's. Invariant (I22): [`MetadataLog::flush`] returns only when everything that was
//! written is on the device. A full disk does not stop it at once: it keeps room behind its end, and `quorum-state` a
//! file in reserve (`quorum_state_file`). Snapshots have their own file, `snapshots`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::MetadataImage;
use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID, QuorumState};
use broker_model::{HighWatermark, LeaderEpoch, Now, Offset, PartitionIndex, TopicPartition};
use broker_raft::{LogView, VoterSet};
use broker_storage::{
    DeleteRecordsError, FetchIsolation, LogCheckpoints, LogConfig, LogEnvironment, MinOneBatch, ReadLimits,
    UnifiedLog,
};
use bytes::Bytes;

use crate::quorum_state_file::QuorumStateFile;
use crate::{MetadataLogError, Snapshots};

/// Bytes of the log that are read at a time when it is loaded.
const LOAD_CHUNK: usize = 4 << 20;
/// Largest batch that a decision may be written as.
const MAX_BATCH_SIZE: usize = 64 << 20;
/// Room behind the log's end for what the quorum decides while the disk is full.
const RESERVED_SIZE: u64 = 1 << 20;

/// What the metadata log stands on.
#[derive(Debug)]
pub struct MetadataLogOptions {
    /// Where it lies.
    pub environment: LogEnvironment,
    /// How the last process that had it ended, and up to where it knew the log to be committed and on the device.
    pub checkpoints: LogCheckpoints,
    /// Who votes while neither the log nor a snapshot says so (`controller.quorum.voters`).
    pub configured_voters: VoterSet,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u32,
}

/// The log of the cluster's metadata.
#[derive(Debug)]
pub struct MetadataLog {
    environment: LogEnvironment,
    folder: PathBuf,
    log: UnifiedLog,
    quorum_state: QuorumStateFile,
}

/// What is on disk.
#[derive(Debug)]
pub struct OpenedMetadataLog {
    /// The log.
    pub log: MetadataLog,
    /// Its snapshots.
    pub snapshots: Snapshots,
    /// The log as the quorum sees it.
    pub view: LogView,
    /// Whom this node voted for, and who led.
    pub quorum_state: Option<QuorumState>,
    /// The image of the newest snapshot; what the log holds behind it counts when it is known to be committed.
    pub image: MetadataImage,
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
        let log = open_log(&environment, &folder, config, options.checkpoints, now)?;
        let snapshots = Snapshots::load(&environment, &folder)?;
        let quorum_state = QuorumStateFile::new(environment.fs.clone(), &folder);
        let mut log = Self {
            environment,
            folder,
            log,
            quorum_state,
        };
        let view = log.view(&snapshots, &options.configured_voters, now)?;
        log.require(options.checkpoints.recovery_point)?;
        // What a killed process left in the page cache is not on the device yet.
        log.flush(now)?;
        log.log.keep_reserved(RESERVED_SIZE)?;
        let failed = |error| log.failed(log.quorum_state.path(), error);
        let quorum_state = match log.quorum_state.content().map_err(failed)? {
            Some(text) => Some(QuorumState::from_text(&text)?),
            None => None,
        };
        log.quorum_state.prepare(quorum_state.as_ref()).map_err(failed)?;
        Ok(OpenedMetadataLog {
            quorum_state,
            image: snapshots.newest_image()?,
            log,
            snapshots,
            view,
        })
    }

    /// The log as the quorum sees it: behind the snapshot at which it begins, or anew behind the newest one if it does
    /// not hold what that stands for.
    fn view(
        &mut self,
        snapshots: &Snapshots,
        configured: &VoterSet,
        now: Now,
    ) -> Result<LogView, MetadataLogError> {
        let newest = snapshots.newest();
        let mut view = LogView::new(configured.clone());
        match snapshots.first_from(self.log.log_start().offset()) {
            Some(first) => view.begin_with(first, snapshots.voters_of(first.id)?),
            None if self.log.log_start().offset() == Offset::ZERO => {}
            None => return Err(self.gap()),
        }
        self.restore_into(&mut view)?;
        if self.end() < view.start() {
            self.begin_anew(view.start(), now)?;
        }
        if let Some(newest) = newest.filter(|newest| !view.holds(newest.id)) {
            self.begin_anew(newest.id.end_offset, now)?;
            view = LogView::new(configured.clone());
            view.begin_with(newest, snapshots.voters_of(newest.id)?);
        }
        let start = view.start();
        for snapshot in snapshots.readable().filter(|known| known.id.end_offset >= start) {
            view.keep_snapshot(snapshot)?;
        }
        Ok(view)
    }

    /// What was committed and on this device is never cut, so that a log that ends before it has lost records.
    fn require(&self, committed: Offset) -> Result<(), MetadataLogError> {
        if self.end() >= committed {
            return Ok(());
        }
        Err(MetadataLogError::Lost {
            folder: self.folder.clone(),
            log_end: self.end(),
            committed,
        })
    }

    fn restore_into(&self, view: &mut LogView) -> Result<(), MetadataLogError> {
        let end = self.end();
        while view.end_offset().offset < end {
            let from = view.end_offset().offset;
            view.restore(&self.read(from, LOAD_CHUNK, FetchIsolation::LogEnd)?)?;
            if view.end_offset().offset == from {
                return Err(self.gap());
            }
        }
        Ok(())
    }

    fn gap(&self) -> MetadataLogError {
        MetadataLogError::Gap {
            folder: self.folder.clone(),
            log_start: self.log.log_start().offset(),
        }
    }

    /// Appends batches as they are; they are not on the device before [`MetadataLog::flush`].
    ///
    /// # Errors
    /// They do not continue the log, or the file system fails.
    pub fn append(&mut self, records: &Bytes, epoch: LeaderEpoch, now: Now) -> Result<(), MetadataLogError> {
        self.log.append_as_follower(records, epoch, now)?;
        Ok(self.log.keep_reserved(RESERVED_SIZE)?)
    }

    /// Cuts the log there.
    ///
    /// # Errors
    /// The file system fails.
    pub fn truncate(&mut self, to: Offset, now: Now) -> Result<(), MetadataLogError> {
        self.log.truncate_to(to, now)?;
        Ok(())
    }

    /// Deletes the log and begins it behind a snapshot.
    ///
    /// # Errors
    /// The file system fails.
    pub fn begin_anew(&mut self, at: Offset, now: Now) -> Result<(), MetadataLogError> {
        Ok(self.log.truncate_fully_and_start_at(at, now)?)
    }

    /// Brings everything that was written to the device.
    ///
    /// # Errors
    /// Any failure means that the log directory is lost for this process.
    pub fn flush(&mut self, now: Now) -> Result<(), MetadataLogError> {
        Ok(self.log.flush(now)?)
    }

    /// Everything below is committed.
    pub fn commit(&mut self, high_watermark: HighWatermark) {
        self.log.update_high_watermark(high_watermark);
    }

    /// Whole batches from the offset on, up to that many bytes but at least one batch.
    ///
    /// # Errors
    /// The offset is not in the log, or the file system fails.
    pub fn read(&self, from: Offset, max: usize, upper: FetchIsolation) -> Result<Bytes, MetadataLogError> {
        let limits = ReadLimits {
            max_bytes: max,
            upper,
            min_one: MinOneBatch::Yes,
        };
        Ok(self.log.read(from, limits)?.records.fetch()?.to_bytes())
    }

    /// Deletes what lies before the offset, as far as whole segments do.
    ///
    /// # Errors
    /// The file system fails.
    pub fn trim(&mut self, start: Offset, now: Now) -> Result<(), MetadataLogError> {
        match self.log.maybe_increment_log_start_offset(start) {
            Ok(_) | Err(DeleteRecordsError::BeyondHighWatermark { .. }) => {}
            Err(DeleteRecordsError::Storage(error)) => return Err(error.into()),
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

    /// Replaces `quorum-state`; it is on the device when this returns.
    ///
    /// # Errors
    /// The file system fails.
    pub fn persist(&self, state: &QuorumState) -> Result<(), MetadataLogError> {
        self.quorum_state
            .replace(state)
            .map_err(|error| self.failed(self.quorum_state.path(), error))
    }

    /// Closes the log for a clean stop.
    ///
    /// # Errors
    /// The file system fails; the stop is then not clean.
    pub fn close(&mut self, now: Now) -> Result<(), MetadataLogError> {
        Ok(self.log.close(now)?)
    }

    /// Offset of the next record.
    pub fn end(&self) -> Offset {
        self.log.log_end().offset()
    }

    /// What the file system said about that path takes the directory offline.
    fn failed(&self, path: &Path, error: std::io::Error) -> MetadataLogError {
        self.environment.directory.failed(path, error).into()
    }
}

fn open_log(
    environment: &LogEnvironment,
    folder: &Path,
    config: Arc<LogConfig>,
    checkpoints: LogCheckpoints,
    now: Now,
) -> Result<UnifiedLog, MetadataLogError> {
    if environment.fs.info(&folder.join("partition.metadata")).is_err() {
        let id = CLUSTER_METADATA_TOPIC_ID;
        let log = UnifiedLog::create(environment, metadata_partition(), id, config, now)?;
        environment.directory.sync_names(environment.fs.as_ref())?;
        return Ok(log);
    }
    let (log, report) = UnifiedLog::open(environment, metadata_partition(), config, checkpoints, now)?;
    tracing::debug!(?report, "metadata log opened");
    Ok(log)
}

/// When snapshots are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotPolicy {
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub max_new_record_bytes: u64,
    /// `metadata.log.max.snapshot.interval.ms`; 0 for never by time.
    pub max_interval_ms: u64,
}
