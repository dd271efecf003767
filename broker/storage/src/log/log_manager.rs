//! All log directories of a broker: opening them, loading their logs, placing new ones, removing old ones.
//!
//! Owns the directories, which partition lies in which, and what waits to be unlinked. The logs themselves belong
//! to whoever serves them; the manager hands them out and takes numbers back for the checkpoints. Invariant: one
//! partition lies in one directory. A directory that fails goes offline alone; a directory of another cluster or
//! node, a duplicate or a held one refuses the start. `__cluster_metadata` is left to its own driver.

mod placing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_model::{BrokerEpoch, MonotonicMs, Now, Offset, TopicPartition};

use crate::checkpoint::offset_checkpoint::OffsetCheckpoint;
use crate::error::{DirectoryError, LoadError, StorageError};
use crate::fs::{FileKind, Fs};
use crate::log::folder_sweep::remove_unfinished;
use crate::log::log_config::LogConfig;
use crate::log::log_directory::{CHECKPOINT_KINDS, CheckpointKind, DirectoryOwner, LogDirectory};
use crate::log::log_folder::OpenFileBudget;
use crate::log::log_loader::{LogEnvironment, RecoveryReport};
use crate::log::retention::PendingDelete;
use crate::log::tail_cache::TailCacheBudget;
use crate::log::unified_log::UnifiedLog;

use crate::segment::file_name::{DELETE_FOLDER_SUFFIX, REMOTE_STORE_FOLDER, parse_folder_name};
pub use placing::{Made, NewLog};

/// The topic of the metadata quorum, whose log the manager does not load.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// What a manager is started with.
#[derive(Clone, Debug)]
pub struct LogManagerOptions {
    /// `log.dirs`.
    pub directories: Vec<PathBuf>,
    /// Who the directories must belong to.
    pub owner: DirectoryOwner,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads: usize,
    /// Bytes that all tail caches may hold.
    pub tail_cache: Arc<TailCacheBudget>,
    /// Files that logs may keep open.
    pub open_files: Arc<OpenFileBudget>,
}

/// All log directories of a broker.
#[derive(Debug)]
pub struct LogManager {
    fs: Arc<dyn Fs>,
    directories: Vec<LogDirectory>,
    /// Entries of `log.dirs` that could not be opened.
    unusable: Vec<(PathBuf, StorageError)>,
    placements: HashMap<TopicPartition, usize>,
    pending: Vec<PendingDelete>,
    options: LogManagerOptions,
}

/// A log that was opened.
#[derive(Debug)]
pub struct LoadedLog {
    /// The log.
    pub log: UnifiedLog,
    /// What was repaired.
    pub report: RecoveryReport,
}

/// What loading found.
#[derive(Debug, Default)]
pub struct LoadedLogs {
    /// Logs that serve.
    pub logs: Vec<LoadedLog>,
    /// Partitions whose log is refused; their folders are left as they are.
    pub refused: Vec<(TopicPartition, LoadError)>,
    /// Folders that are no partition of ours: moved aside earlier, or with a strange name.
    pub ignored: Vec<PathBuf>,
}

/// Progress of one log, for the checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProgress {
    /// The partition.
    pub partition: TopicPartition,
    /// Where recovery would start.
    pub recovery_point: Offset,
    /// Where the log starts, unless its files say so themselves.
    pub log_start: Option<Offset>,
    /// Where consumers may read to, unless others say so at every start, as of the metadata log.
    pub high_watermark: Option<Offset>,
}

impl LogManager {
    /// Opens every directory that can be used.
    ///
    /// # Errors
    /// When a directory belongs to somebody else, is in use or not formatted, two are copies of each other, or
    /// none is left.
    pub fn start(fs: Arc<dyn Fs>, options: LogManagerOptions) -> Result<Self, DirectoryError> {
        let mut manager = Self {
            fs: fs.clone(),
            directories: Vec::new(),
            unusable: Vec::new(),
            placements: HashMap::new(),
            pending: Vec::new(),
            options,
        };
        for path in manager.options.directories.clone() {
            match LogDirectory::open(fs.clone(), &path, &manager.options.owner) {
                Ok(directory) => manager.add(directory)?,
                Err(DirectoryError::Storage(error)) => manager.unusable.push((path, error)),
                Err(error) => return Err(error),
            }
        }
        if manager.directories.is_empty() {
            Err(DirectoryError::NoneLeft)
        } else {
            Ok(manager)
        }
    }

    fn add(&mut self, directory: LogDirectory) -> Result<(), DirectoryError> {
        if let Some(twin) = self.directories.iter().find(|other| other.id() == directory.id()) {
            return Err(DirectoryError::DuplicateDirectory {
                first: twin.path().to_path_buf(),
                second: directory.path().to_path_buf(),
            });
        }
        self.directories.push(directory);
        Ok(())
    }

    /// The directories that were opened, some of which may have failed since.
    pub fn directories(&self) -> &[LogDirectory] {
        &self.directories
    }

    /// Entries of `log.dirs` that could not be opened at start.
    pub fn unusable_directories(&self) -> &[(PathBuf, StorageError)] {
        &self.unusable
    }

    /// Opens all logs of all directories, each directory by `recovery_threads` threads of its own.
    ///
    /// # Errors
    /// When a partition lies in two directories, or no directory is left.
    pub fn load_logs(
        &mut self,
        config_of: &(dyn Fn(&TopicPartition) -> Arc<LogConfig> + Sync),
        now: Now,
    ) -> Result<LoadedLogs, DirectoryError> {
        let mut loaded = LoadedLogs::default();
        let mut partitions = Vec::with_capacity(self.directories.len());
        for index in 0..self.directories.len() {
            partitions.push(self.list_partitions(index, &mut loaded.ignored, now));
        }
        self.place(&partitions)?;
        let threads = self.options.recovery_threads.max(1);
        let outcomes = std::thread::scope(|scope| {
            let mut running = Vec::new();
            for (index, partitions) in partitions.iter().enumerate() {
                let directory = &self.directories[index];
                let environment = self.environment_of(index);
                for share in 0..threads {
                    let environment = environment.clone();
                    let own = partitions.iter().skip(share).step_by(threads);
                    running.push(scope.spawn(move || {
                        own.map(|partition| {
                            let checkpoints = directory.checkpoints_of(partition);
                            let config = config_of(partition);
                            let opened =
                                UnifiedLog::open(&environment, partition.clone(), config, checkpoints, now);
                            (partition.clone(), opened)
                        })
                        .collect::<Vec<_>>()
                    }));
                }
            }
            running
                .into_iter()
                .flat_map(|thread| thread.join().expect("opening a log does not panic"))
                .collect::<Vec<_>>()
        });
        for (partition, outcome) in outcomes {
            match outcome {
                Ok((log, report)) => loaded.logs.push(LoadedLog { log, report }),
                Err(error) => loaded.refused.push((partition, error)),
            }
        }
        self.settle(&mut loaded);
        if self.online().next().is_none() {
            Err(DirectoryError::NoneLeft)
        } else {
            Ok(loaded)
        }
    }

    /// Drops logs of directories that failed while others were loaded, and remembers the refused.
    fn settle(&mut self, loaded: &mut LoadedLogs) {
        loaded.logs.retain(|loaded| !loaded.log.directory().is_offline());
        let refused: Vec<TopicPartition> = loaded
            .refused
            .iter()
            .map(|(partition, _)| partition.clone())
            .collect();
        for directory in &mut self.directories {
            directory.keep_checkpoints_of(&refused);
        }
    }

    /// The partitions of a directory; folders on their way out are queued, a failing directory has none.
    fn list_partitions(&mut self, index: usize, ignored: &mut Vec<PathBuf>, now: Now) -> Vec<TopicPartition> {
        let directory = &self.directories[index];
        let entries = match self.fs.list(directory.path()) {
            Ok(entries) => entries,
            Err(error) => {
                directory.health().failed(directory.path(), error);
                return Vec::new();
            }
        };
        let mut partitions = Vec::new();
        for entry in entries
            .into_iter()
            .filter(|entry| entry.kind == FileKind::Directory)
        {
            let path = directory.path().join(&entry.name);
            if entry.name.ends_with(DELETE_FOLDER_SUFFIX) {
                self.pending.push(PendingDelete {
                    paths: vec![path],
                    size: 0,
                    due: now.monotonic,
                });
                continue;
            }
            match parse_folder_name(&entry.name) {
                Some(partition) if &*partition.topic == METADATA_TOPIC => {}
                // A folder that cannot be looked at fails when its log is opened.
                Some(partition) => match remove_unfinished(self.fs.as_ref(), &path) {
                    Ok(true) => {}
                    Ok(false) | Err(_) => partitions.push(partition),
                },
                None if entry.name == REMOTE_STORE_FOLDER => {}
                None => ignored.push(path),
            }
        }
        partitions.sort();
        partitions
    }

    fn place(&mut self, partitions: &[Vec<TopicPartition>]) -> Result<(), DirectoryError> {
        for (index, partitions) in partitions.iter().enumerate() {
            for partition in partitions {
                if let Some(first) = self.placements.insert(partition.clone(), index) {
                    return Err(DirectoryError::DuplicatePartition {
                        partition: partition.to_string(),
                        first: self.directories[first].path().to_path_buf(),
                        second: self.directories[index].path().to_path_buf(),
                    });
                }
            }
        }
        Ok(())
    }

    fn environment_of(&self, index: usize) -> LogEnvironment {
        LogEnvironment {
            fs: self.fs.clone(),
            directory: self.directories[index].health().clone(),
            tail_cache: self.options.tail_cache.clone(),
            open_files: self.options.open_files.clone(),
        }
    }

    /// What a log in this directory stands on, for logs that the manager does not load.
    pub fn environment(&self, path: &Path) -> Option<LogEnvironment> {
        let index = self
            .directories
            .iter()
            .position(|directory| directory.path() == path)?;
        Some(self.environment_of(index))
    }

    fn online(&self) -> impl Iterator<Item = (usize, &LogDirectory)> {
        self.directories
            .iter()
            .enumerate()
            .filter(|(_, directory)| !directory.health().is_offline())
    }

    /// The directory of a partition.
    pub fn directory_of(&self, partition: &TopicPartition) -> Option<&LogDirectory> {
        self.placements
            .get(partition)
            .map(|index| &self.directories[*index])
    }

    /// Queues files that are to be unlinked.
    pub fn delete_later(&mut self, pending: PendingDelete) {
        self.pending.push(pending);
    }

    /// When the next files are to be unlinked.
    pub fn next_delete(&self) -> Option<MonotonicMs> {
        self.pending.iter().map(|pending| pending.due).min()
    }

    /// Takes out what is due, for the caller to unlink outside of any lock.
    pub fn due_deletes(&mut self, now: Now) -> DueDeletes {
        let (due, rest) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|pending| pending.due <= now.monotonic);
        self.pending = rest;
        DueDeletes {
            fs: self.fs.clone(),
            due,
        }
    }

    /// Takes note that a log lies in that directory which somebody else opens and closes: it has its place in the
    /// checkpoints when it comes with the others' progress.
    pub fn adopt(&mut self, partition: TopicPartition, directory: &Path) {
        let found = self
            .directories
            .iter()
            .position(|known| known.path() == directory);
        if let Some(index) = found {
            self.placements.insert(partition, index);
        }
    }

    /// Writes one checkpoint file in every online directory.
    ///
    /// Answers the directories that failed at it.
    pub fn write_checkpoints(&self, kind: CheckpointKind, progress: &[LogProgress]) -> Vec<StorageError> {
        let mut by_directory: BTreeMap<usize, BTreeMap<TopicPartition, Offset>> =
            self.online().map(|(index, _)| (index, BTreeMap::new())).collect();
        for log in progress {
            let offset = match kind {
                CheckpointKind::RecoveryPoint => Some(log.recovery_point),
                CheckpointKind::LogStart => log.log_start,
                CheckpointKind::HighWatermark => log.high_watermark,
            };
            let index = self.placements.get(&log.partition);
            if let (Some(offset), Some(offsets)) =
                (offset, index.and_then(|index| by_directory.get_mut(index)))
            {
                offsets.insert(log.partition.clone(), offset);
            }
        }
        let written = by_directory
            .into_iter()
            .map(|(index, offsets)| self.directories[index].write_checkpoint(kind, offsets));
        written.filter_map(Result::err).collect()
    }

    /// Up to where the cleaner had come in each log when the directories were opened.
    pub fn cleaner_offsets(&self) -> OffsetCheckpoint {
        let own = |(index, directory): (usize, &LogDirectory)| {
            let here = directory.cleaner_offsets().iter();
            here.filter(|(partition, _)| self.placements.get(*partition) == Some(&index))
                .map(|(partition, offset)| (partition.clone(), *offset))
                .collect::<OffsetCheckpoint>()
        };
        self.directories.iter().enumerate().flat_map(own).collect()
    }

    /// Writes up to where the cleaner has come, in every online directory; logs that are gone are left out.
    ///
    /// Answers the directories that failed at it.
    pub fn write_cleaner_offsets(&self, offsets: &OffsetCheckpoint) -> Vec<StorageError> {
        let written = self.online().map(|(index, directory)| {
            let own = offsets
                .iter()
                .filter(|(partition, _)| self.placements.get(*partition) == Some(&index));
            let own = own.map(|(partition, offset)| (partition.clone(), *offset));
            directory.write_cleaner_offsets(&own.collect())
        });
        written.filter_map(Result::err).collect()
    }

    /// Ends a clean stop: checkpoints, then the marker, in every directory whose logs all closed. The locks stay
    /// until the manager is dropped.
    pub fn stop(
        &self,
        progress: &[LogProgress],
        not_closed: &[TopicPartition],
        epoch: BrokerEpoch,
    ) -> Vec<StorageError> {
        let mut errors = Vec::new();
        for kind in CHECKPOINT_KINDS {
            errors.extend(self.write_checkpoints(kind, progress));
        }
        let unclean: BTreeSet<usize> = not_closed
            .iter()
            .filter_map(|partition| self.placements.get(partition).copied())
            .collect();
        for (index, directory) in self.online().filter(|(index, _)| !unclean.contains(index)) {
            debug_assert!(index < self.directories.len());
            errors.extend(directory.write_clean_marker(epoch).err());
        }
        errors
    }
}

/// Files and folders whose time has come.
#[derive(Debug)]
pub struct DueDeletes {
    fs: Arc<dyn Fs>,
    due: Vec<PendingDelete>,
}

impl DueDeletes {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// Unlinks everything; what cannot be unlinked stays until the next start, and is answered.
    pub fn run(&self) -> Vec<(PathBuf, std::io::Error)> {
        let mut failures = Vec::new();
        for path in self.due.iter().flat_map(|pending| &pending.paths) {
            let is_folder = path.to_string_lossy().ends_with(DELETE_FOLDER_SUFFIX);
            let removed = match is_folder {
                true => self.fs.remove_directory(path),
                false => self.fs.remove_file(path),
            };
            match removed {
                Ok(()) => {}
                // The folder around it may be gone by now.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => failures.push((path.clone(), error)),
            }
        }
        failures
    }
}

#[cfg(test)]
mod tests;
