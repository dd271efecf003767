//! One entry of `log.dirs`: whose it is, who holds it, how it was left, and its checkpoint files.
//!
//! A directory is opened by one process at a time (`.lock`), only if it was formatted for this cluster and node
//! (`meta.properties`). The marker of a clean stop is read and removed, durably, before any log is touched, so
//! that a crash is never mistaken for a stop. The checkpoints are read with it; a damaged one counts as missing,
//! which costs a longer recovery and, for log starts, deleted records that may be seen again until the next
//! deletion, and is reported.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_model::{BrokerEpoch, BrokerId, ClusterId, DirectoryId, Offset, TopicPartition};

use crate::checkpoint::clean_shutdown::{self, parse_clean_shutdown, render_clean_shutdown};
use crate::checkpoint::meta_properties::{
    self, MetaProperties, parse_meta_properties, render_meta_properties,
};
use crate::checkpoint::offset_checkpoint::{
    OffsetCheckpoint, parse_offset_checkpoint, render_offset_checkpoint,
};
use crate::checkpoint::text_table::CHECKPOINT_SIZE_MAX;
use crate::error::{DirectoryError, StorageError};
use crate::fs::{DirectoryLock, DiskSpace, Fs, read_whole, replace_whole};
use crate::log::log_folder::DirectoryHealth;
use crate::log::log_loader::{LogCheckpoints, PreviousStop};

/// Up to where the cleaner has come in each compacted log.
const CLEANER_CHECKPOINT: &str = "cleaner-offset-checkpoint";
const LOCK_FILE: &str = ".lock";
const SMALL_FILE_MAX: usize = 64 << 10;

/// One of the offsets that a directory keeps for each of its partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointKind {
    /// `recovery-point-offset-checkpoint`
    RecoveryPoint,
    /// `log-start-offset-checkpoint`; only of logs that start inside a segment.
    LogStart,
    /// `replication-offset-checkpoint`
    HighWatermark,
}

/// All kinds, in the order in which a clean stop writes them.
pub const CHECKPOINT_KINDS: [CheckpointKind; 3] = [
    CheckpointKind::RecoveryPoint,
    CheckpointKind::LogStart,
    CheckpointKind::HighWatermark,
];

impl CheckpointKind {
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::RecoveryPoint => "recovery-point-offset-checkpoint",
            Self::LogStart => "log-start-offset-checkpoint",
            Self::HighWatermark => "replication-offset-checkpoint",
        }
    }
}

/// Who a directory must belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryOwner {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The node.
    pub node_id: BrokerId,
}

/// An opened entry of `log.dirs`.
#[derive(Debug)]
pub struct LogDirectory {
    fs: Arc<dyn Fs>,
    health: Arc<DirectoryHealth>,
    id: DirectoryId,
    previous_stop: PreviousStop,
    previous_broker_epoch: BrokerEpoch,
    checkpoints: [OffsetCheckpoint; 3],
    cleaner_offsets: OffsetCheckpoint,
    damaged_checkpoints: Vec<PathBuf>,
    _lock: Box<dyn DirectoryLock>,
}

/// Prepares a directory for a cluster and a node; the format command's part of the work.
///
/// # Errors
/// When the file system fails.
pub fn format_directory(fs: &dyn Fs, path: &Path, properties: &MetaProperties) -> Result<(), StorageError> {
    let failed = |error| StorageError::from_io(path, path, error);
    fs.create_directories(path).map_err(failed)?;
    let file = path.join(meta_properties::FILE_NAME);
    replace_whole(fs, &file, &render_meta_properties(properties)).map_err(failed)
}

/// Reads whose directory it is; `None` when it was never formatted.
///
/// # Errors
/// When the file system fails or the file is malformed.
pub fn read_meta_properties(fs: &dyn Fs, path: &Path) -> Result<Option<MetaProperties>, DirectoryError> {
    let file = path.join(meta_properties::FILE_NAME);
    let content = match read_whole(fs, &file, SMALL_FILE_MAX) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::from_io(path, &file, error).into()),
    };
    let parsed = parse_meta_properties(&content);
    parsed
        .map(Some)
        .map_err(|source| DirectoryError::MetaProperties { path: file, source })
}

impl LogDirectory {
    /// Takes the directory's lock and reads all that is not a log.
    ///
    /// # Errors
    /// When it may not be used by this broker, or the file system fails.
    pub fn open(fs: Arc<dyn Fs>, path: &Path, owner: &DirectoryOwner) -> Result<Self, DirectoryError> {
        let health = DirectoryHealth::new(path.to_path_buf());
        fs.create_directories(path)
            .map_err(|error| health.failed(path, error))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = fs
            .lock(&lock_path)
            .map_err(|error| health.failed(&lock_path, error))?;
        let lock = lock.ok_or_else(|| DirectoryError::Locked {
            path: path.to_path_buf(),
        })?;
        let properties = read_meta_properties(fs.as_ref(), path)?;
        let properties = properties.ok_or_else(|| DirectoryError::NotFormatted {
            path: path.to_path_buf(),
        })?;
        check_owner(path, &properties, owner)?;
        let mut directory = Self {
            fs,
            health,
            id: properties.directory_id,
            previous_stop: PreviousStop::Unclean,
            previous_broker_epoch: BrokerEpoch::NONE,
            checkpoints: Default::default(),
            cleaner_offsets: OffsetCheckpoint::new(),
            damaged_checkpoints: Vec::new(),
            _lock: lock,
        };
        directory.take_clean_marker()?;
        for (index, kind) in CHECKPOINT_KINDS.into_iter().enumerate() {
            directory.checkpoints[index] = directory.read_checkpoint(kind.file_name())?;
        }
        directory.cleaner_offsets = directory.read_checkpoint(CLEANER_CHECKPOINT)?;
        Ok(directory)
    }

    /// The entry of `log.dirs`.
    pub fn path(&self) -> &Path {
        self.health.path()
    }

    /// Identity from `meta.properties`.
    pub fn id(&self) -> DirectoryId {
        self.id
    }

    /// Whether it may still be used; shared with its logs.
    pub fn health(&self) -> &Arc<DirectoryHealth> {
        &self.health
    }

    /// How the last process that had it ended.
    pub fn previous_stop(&self) -> PreviousStop {
        self.previous_stop
    }

    /// Epoch of the broker that stopped cleanly; -1 without one.
    pub fn previous_broker_epoch(&self) -> BrokerEpoch {
        self.previous_broker_epoch
    }

    /// Checkpoint files that could not be read and count as empty.
    pub fn damaged_checkpoints(&self) -> &[PathBuf] {
        &self.damaged_checkpoints
    }

    /// Room on its device.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn space(&self) -> Result<DiskSpace, StorageError> {
        self.health.require_online()?;
        self.fs
            .space(self.path())
            .map_err(|error| self.health.failed(self.path(), error))
    }

    /// What the checkpoints said of a partition when the directory was opened.
    pub fn checkpoints_of(&self, partition: &TopicPartition) -> LogCheckpoints {
        let offset = |index: usize| {
            self.checkpoints[index]
                .get(partition)
                .copied()
                .unwrap_or(Offset::ZERO)
        };
        let known = self.checkpoints[0].contains_key(partition);
        LogCheckpoints {
            // A log that the checkpoint does not know was not closed by whoever wrote it.
            previous_stop: if known {
                self.previous_stop
            } else {
                PreviousStop::Unclean
            },
            recovery_point: offset(0),
            log_start: self.checkpoints[1].get(partition).copied(),
            high_watermark: offset(2),
            ..LogCheckpoints::NONE
        }
    }

    /// Forgets what the checkpoints said, but for the partitions whose logs could not be opened: their entries
    /// go into every checkpoint that is written, so that a repair finds them.
    pub(crate) fn keep_checkpoints_of(&mut self, partitions: &[TopicPartition]) {
        for checkpoint in &mut self.checkpoints {
            checkpoint.retain(|partition, _| partitions.contains(partition));
        }
    }

    /// Takes logs that are gone out of the checkpoint files: a log that is made anew under such a name would be believed to
    /// be durable, or to start, where the one before it was.
    ///
    /// # Errors
    /// When the file system fails.
    pub(crate) fn forget(&mut self, gone: &[TopicPartition]) -> Result<(), StorageError> {
        self.health.require_online()?;
        for kind in CHECKPOINT_KINDS {
            self.checkpoints[kind as usize].retain(|partition, _| !gone.contains(partition));
            let mut written = self.read_checkpoint(kind.file_name())?;
            let before = written.len();
            written.retain(|partition, _| !gone.contains(partition));
            if written.len() < before {
                self.replace_checkpoint(kind.file_name(), &written)?;
            }
        }
        Ok(())
    }

    /// Writes one checkpoint file, durably.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn write_checkpoint(
        &self,
        kind: CheckpointKind,
        offsets: BTreeMap<TopicPartition, Offset>,
    ) -> Result<(), StorageError> {
        self.health.require_online()?;
        let mut all = self.checkpoints[kind as usize].clone();
        all.extend(offsets);
        self.replace_checkpoint(kind.file_name(), &all)
    }

    /// Up to where the cleaner had come when the directory was opened.
    pub(crate) fn cleaner_offsets(&self) -> &OffsetCheckpoint {
        &self.cleaner_offsets
    }

    /// Writes up to where the cleaner has come, durably.
    ///
    /// # Errors
    /// When the file system fails.
    pub(crate) fn write_cleaner_offsets(&self, offsets: &OffsetCheckpoint) -> Result<(), StorageError> {
        self.health.require_online()?;
        self.replace_checkpoint(CLEANER_CHECKPOINT, offsets)
    }

    fn replace_checkpoint(&self, name: &str, offsets: &OffsetCheckpoint) -> Result<(), StorageError> {
        let path = self.path().join(name);
        let written = replace_whole(self.fs.as_ref(), &path, &render_offset_checkpoint(offsets));
        written.map_err(|error| self.health.failed(&path, error))
    }

    /// Says that every log was flushed and closed.
    ///
    /// # Errors
    /// When the file system fails.
    pub(crate) fn write_clean_marker(&self, epoch: BrokerEpoch) -> Result<(), StorageError> {
        self.health.require_online()?;
        let path = self.path().join(clean_shutdown::FILE_NAME);
        let written = replace_whole(self.fs.as_ref(), &path, &render_clean_shutdown(epoch));
        written.map_err(|error| self.health.failed(&path, error))
    }

    fn take_clean_marker(&mut self) -> Result<(), StorageError> {
        let path = self.path().join(clean_shutdown::FILE_NAME);
        match read_whole(self.fs.as_ref(), &path, SMALL_FILE_MAX) {
            Ok(content) => {
                // A marker that cannot be read vouches for nothing.
                if let Ok(epoch) = parse_clean_shutdown(&content) {
                    self.previous_stop = PreviousStop::Clean;
                    self.previous_broker_epoch = epoch;
                }
            }
            // The process that died may have made a log whose name it had not synced: it is there, and would be gone after
            // a loss of power with all that is synced into it.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return self.health.sync_names(self.fs.as_ref());
            }
            Err(error) if error.kind() == ErrorKind::InvalidData => {}
            Err(error) => return Err(self.health.failed(&path, error)),
        }
        let removed = self
            .fs
            .remove_file(&path)
            .and_then(|()| self.fs.sync_directory(self.path()));
        removed.map_err(|error| self.health.failed(&path, error))
    }

    fn read_checkpoint(&mut self, name: &str) -> Result<OffsetCheckpoint, StorageError> {
        let path = self.path().join(name);
        let parsed = match read_whole(self.fs.as_ref(), &path, CHECKPOINT_SIZE_MAX) {
            Ok(content) => parse_offset_checkpoint(&content).ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => Some(OffsetCheckpoint::new()),
            Err(error) if error.kind() == ErrorKind::InvalidData => None,
            Err(error) => return Err(self.health.failed(&path, error)),
        };
        if parsed.is_none() {
            self.damaged_checkpoints.push(path);
        }
        Ok(parsed.unwrap_or_default())
    }
}

fn check_owner(
    path: &Path,
    properties: &MetaProperties,
    owner: &DirectoryOwner,
) -> Result<(), DirectoryError> {
    if properties.cluster_id != owner.cluster_id {
        return Err(DirectoryError::OtherCluster {
            path: path.to_path_buf(),
            found: properties.cluster_id.clone(),
            expected: owner.cluster_id.clone(),
        });
    }
    if properties.node_id != owner.node_id {
        return Err(DirectoryError::OtherNode {
            path: path.to_path_buf(),
            found: properties.node_id,
            expected: owner.node_id,
        });
    }
    Ok(())
}
