//! Opening the folder of a partition, after a clean stop or a crash.
//!
//! After a clean stop nothing is read but sizes, the last index entries, the last batch and the small files.
//! After a crash every segment from the one that holds the recovery point is read whole: its indexes are rebuilt
//! and the log ends before the first bad batch, whatever stands behind it (I25). What was on the device once, by
//! the recovery point or, where each append was flushed, by a whole batch behind it, must still be good: damage there
//! is never cut away but refuses the log (I24). The order
//! matters: swept files, segments, data, epochs, markers, producers; each step believes only those before it.

use std::path::PathBuf;
use std::sync::Arc;

use broker_model::{
    HighWatermark, LocalLogStartOffset, LogEndOffset, LogStartOffset, Now, Offset, RecoveryPoint, TopicId,
    TopicPartition,
};

use crate::checkpoint::partition_metadata::{self, parse_partition_metadata, render_partition_metadata};
use crate::epoch::leader_epoch_cache::LeaderEpochCache;
use crate::error::{LoadError, StorageError};
use crate::fs::{Fs, read_whole, replace_whole};
use crate::log::folder_sweep::{self, FolderContent};
use crate::log::log_config::LogConfig;
use crate::log::log_folder::{DirectoryHealth, LogFolder, OpenFileBudget};
use crate::log::remote_part::RemotePart;
use crate::log::tail_cache::{TailCache, TailCacheBudget};
use crate::log::unified_log::{Markers, UnifiedLog};
use crate::producer::producer_state_manager::ProducerStateManager;
use crate::segment::file_name::{SegmentFile, folder_name};
use crate::segment::log_segment::LogSegment;
use crate::segment::segment_rebuild::Checksums;

/// What a log stands on: a file system, a log directory, the memory that tail caches share.
#[derive(Clone, Debug)]
pub struct LogEnvironment {
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The log directory.
    pub directory: Arc<DirectoryHealth>,
    /// The budget of all tail caches.
    pub tail_cache: Arc<TailCacheBudget>,
    /// The budget of all open files.
    pub open_files: Arc<OpenFileBudget>,
}

/// How the process that last had the log ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviousStop {
    /// It flushed and closed every log.
    Clean,
    /// It did not, or nobody knows.
    Unclean,
}

/// What a batch on the device says about those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushHabit {
    /// Nothing beyond the recovery point: the kernel writes in any order.
    Lazy,
    /// That they were on the device before it was written: nothing is appended before the last append was flushed.
    EachAppend,
}

/// What the directory's checkpoints say of a log.
#[derive(Clone, Copy, Debug)]
pub struct LogCheckpoints {
    /// How the last process ended.
    pub previous_stop: PreviousStop,
    /// From `recovery-point-offset-checkpoint`; 0 without an entry.
    pub recovery_point: Offset,
    /// From `log-start-offset-checkpoint`.
    pub log_start: Option<Offset>,
    /// From `replication-offset-checkpoint`; 0 without an entry.
    pub high_watermark: Offset,
    /// How the log was flushed while it was written.
    pub flushed: FlushHabit,
}

impl LogCheckpoints {
    /// Nothing is known: everything is read and checked.
    pub const NONE: Self = Self {
        previous_stop: PreviousStop::Unclean,
        recovery_point: Offset::ZERO,
        log_start: None,
        high_watermark: Offset::ZERO,
        flushed: FlushHabit::Lazy,
    };
}

/// What opening a log had to repair; for the operator's eyes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Segments that were read whole.
    pub segments_read: usize,
    /// Bytes cut off behind the last good batch.
    pub bytes_cut: u64,
    /// Why they were cut.
    pub cut_reason: Option<String>,
    /// Segments whose indexes were missing or damaged, outside of those read whole.
    pub indexes_rebuilt: usize,
    /// The leader epochs were rebuilt from the batches.
    pub epochs_rebuilt: bool,
    /// Batches that the producers' state was rebuilt from.
    pub batches_replayed: usize,
}

/// A place in a log that is not as it was written.
struct Damage {
    segment: usize,
    position: u64,
    offset: Offset,
    reason: &'static str,
}

impl UnifiedLog {
    /// Makes the folder and the first segment of a new log. The folder's own name is durable when the caller has
    /// synced the log directory, once for many logs.
    ///
    /// # Errors
    /// When the file system fails; an existing folder of that name is opened instead, if it is the same topic's.
    pub fn create(
        environment: &LogEnvironment,
        partition: TopicPartition,
        topic_id: TopicId,
        config: Arc<LogConfig>,
        now: Now,
    ) -> Result<Self, LoadError> {
        environment.directory.require_online()?;
        let folder = folder_of(environment, &partition);
        folder.check(folder.path(), folder.fs().create_directories(folder.path()))?;
        if !topic_id.is_zero() {
            let path = folder.path().join(partition_metadata::FILE_NAME);
            folder.check(
                &path,
                replace_whole(folder.fs(), &path, &render_partition_metadata(topic_id)),
            )?;
        }
        let (log, _report) = Self::open(environment, partition, config, LogCheckpoints::NONE, now)?;
        Ok(log)
    }

    /// Opens the folder of a partition, and repairs what a crash left.
    ///
    /// # Errors
    /// When the file system fails, or data that were durable are damaged.
    pub fn open(
        environment: &LogEnvironment,
        partition: TopicPartition,
        config: Arc<LogConfig>,
        checkpoints: LogCheckpoints,
        now: Now,
    ) -> Result<(Self, RecoveryReport), LoadError> {
        environment.directory.require_online()?;
        let folder = folder_of(environment, &partition);
        let content = folder_sweep::sweep(&folder, checkpoints.previous_stop)?;
        let topic_id = read_topic_id(&folder)?;
        let mut report = RecoveryReport::default();
        let noted_start = checkpoints.log_start.unwrap_or(Offset::ZERO);
        let mut log = Self {
            segments: open_segments(&folder, &config, &content, &mut report)?,
            folder,
            partition,
            topic_id,
            config,
            epochs: LeaderEpochCache::default(),
            producers: ProducerStateManager::default(),
            snapshots: content.snapshots,
            markers: Markers::at(noted_start),
            tail_cache: TailCache::new(environment.tail_cache.clone()),
            last_flush: now.monotonic,
            last_append: now.monotonic,
            names_changed: 1,
            names_synced: 0,
            jitter_seed: 0,
            cuts: 0,
            lowest_cut: None,
            remote: RemotePart::default(),
        };
        log.jitter_seed = seed_of(&log.partition);
        if log.segments.is_empty() {
            let first = LogSegment::create(&log.folder, noted_start, &log.config, now.wall)?;
            log.segments.push(first);
        }
        let transactions_from = log.load_data(checkpoints, &mut report)?;
        let in_file = log.load_epochs(transactions_from, &mut report)?;
        log.place_markers(checkpoints, now)?;
        if log.epochs.entries() == in_file {
            log.epochs.mark_written();
        }
        log.replay_producers(transactions_from, now, &mut report)?;
        for index in 0..log.segments.len() {
            log.segments[index].roll_jitter_ms = log.jitter_for(log.segments[index].base_offset());
        }
        let active = log.segments.len() - 1;
        log.segments[..active].iter_mut().for_each(LogSegment::seal);
        log.close_files();
        log.check_invariants();
        Ok((log, report))
    }

    /// Finds the log end; after a crash by reading everything behind the recovery point. Answers from which
    /// segment on transaction indexes must be rebuilt.
    fn load_data(
        &mut self,
        checkpoints: LogCheckpoints,
        report: &mut RecoveryReport,
    ) -> Result<Option<Offset>, LoadError> {
        let mut transactions_from = None;
        if checkpoints.previous_stop == PreviousStop::Unclean {
            let first = self.segment_index(checkpoints.recovery_point);
            transactions_from = Some(self.segments[first].base_offset());
            self.recover_from(first, checkpoints, report)?;
        }
        let suspect = self
            .segments
            .iter()
            .find(|segment| segment.needs_transaction_index());
        let suspect = suspect.map(LogSegment::base_offset);
        let transactions_from = [transactions_from, suspect].into_iter().flatten().min();
        let active = self.active();
        let end = match active.last_batch(&self.folder) {
            Ok(last) => last.map_or(active.base_offset(), |batch| batch.view.next_offset()),
            Err(StorageError::Damaged {
                path,
                position,
                reason,
            }) => {
                let offset = active.base_offset();
                return Err(LoadError::DamagedBelowRecoveryPoint {
                    path,
                    position,
                    offset,
                    reason,
                });
            }
            Err(other) => return Err(other.into()),
        };
        if checkpoints.previous_stop == PreviousStop::Clean && end < checkpoints.recovery_point {
            return Err(LoadError::DamagedBelowRecoveryPoint {
                path: active.path(&self.folder, SegmentFile::Data),
                position: active.size(),
                offset: end,
                reason: format!("the log was closed at offset {}", checkpoints.recovery_point),
            });
        }
        self.markers.log_end = LogEndOffset::at(end);
        Ok(transactions_from)
    }

    /// Reads every segment from number `first` on and ends the log before the first bad batch.
    fn recover_from(
        &mut self,
        first: usize,
        checkpoints: LogCheckpoints,
        report: &mut RecoveryReport,
    ) -> Result<(), LoadError> {
        let recovery_point = checkpoints.recovery_point;
        let mut expected = self.segments[first].base_offset();
        for index in first..self.segments.len() {
            let segment = &self.segments[index];
            let base = segment.base_offset();
            if base < expected {
                let reason = format!("its first offset lies before {expected}, where the one before ends");
                let path = segment.path(&self.folder, SegmentFile::Data);
                return Err(LoadError::DamagedBelowRecoveryPoint {
                    path,
                    position: 0,
                    offset: base,
                    reason,
                });
            }
            if base > expected && base > recovery_point && !self.config.cleanup_policy.compact {
                let damage = Damage {
                    segment: index - 1,
                    position: self.segments[index - 1].size(),
                    offset: expected,
                    reason: "the records that follow are missing",
                };
                self.refuse_if_flushed(checkpoints.flushed, &damage)?;
                // The name of a new segment may outlive a crash that took the unsynced end of the one before.
                report.cut_reason = Some(format!("the records from {expected} to {base} are missing"));
                report.bytes_cut += self.drop_segments_behind(index - 1)?;
                break;
            }
            let segment = &mut self.segments[index];
            let before = segment.size();
            let found = segment.rebuild(&self.folder, &self.config, Checksums::Compare, |_, _| Ok(()))?;
            report.segments_read += 1;
            segment.finish(&self.folder)?;
            expected = found.next_offset;
            let Some((position, reason)) = found.damage else {
                continue;
            };
            if found.next_offset < recovery_point {
                return Err(LoadError::DamagedBelowRecoveryPoint {
                    path: segment.path(&self.folder, SegmentFile::Data),
                    position,
                    offset: found.next_offset,
                    reason: reason.to_owned(),
                });
            }
            let damage = Damage {
                segment: index,
                position,
                offset: found.next_offset,
                reason,
            };
            self.refuse_if_flushed(checkpoints.flushed, &damage)?;
            report.bytes_cut += before - self.segments[index].size();
            report.cut_reason = Some(reason.to_owned());
            report.bytes_cut += self.drop_segments_behind(index)?;
            // Last, so that a crash on the way meets the same damage again and no gap.
            self.segments[index].cut_file(&self.folder)?;
            break;
        }
        Ok(())
    }

    /// Fails if each append was flushed and a whole batch stands behind the damage: then that is no torn write.
    fn refuse_if_flushed(&self, habit: FlushHabit, damage: &Damage) -> Result<(), LoadError> {
        if habit == FlushHabit::Lazy {
            return Ok(());
        }
        let starts = std::iter::once(damage.position).chain(std::iter::repeat(0));
        for (segment, from) in self.segments[damage.segment..].iter().zip(starts) {
            if let Some(good_at) = segment.good_batch_from(&self.folder, from)? {
                return Err(LoadError::DamagedBeforeGoodBatch {
                    path: self.segments[damage.segment].path(&self.folder, SegmentFile::Data),
                    position: damage.position,
                    offset: damage.offset,
                    reason: damage.reason,
                    good_path: segment.path(&self.folder, SegmentFile::Data),
                    good_at,
                });
            }
        }
        Ok(())
    }

    fn drop_segments_behind(&mut self, index: usize) -> Result<u64, StorageError> {
        let mut size = 0;
        while self.segments.len() > index + 1 {
            if let Some(segment) = self.segments.pop() {
                size += segment.size();
                folder_sweep::remove_segment(&self.folder, segment.base_offset())?;
            }
        }
        self.folder.sync_names()?;
        Ok(size)
    }

    /// Puts the markers where the checkpoints and the data agree.
    fn place_markers(&mut self, checkpoints: LogCheckpoints, now: Now) -> Result<(), LoadError> {
        let end = self.markers.log_end.offset();
        let base = self.segments[0].base_offset();
        let noted = checkpoints.log_start.unwrap_or(base);
        let start = noted.max(base);
        if start > end && checkpoints.previous_stop == PreviousStop::Clean {
            return Err(LoadError::DamagedBelowRecoveryPoint {
                path: self.active().path(&self.folder, SegmentFile::Data),
                position: self.active().size(),
                offset: end,
                reason: format!("a log that starts at offset {start} was closed"),
            });
        }
        if start > end {
            // The tail was lost up to below the log start: nothing of it may come back.
            self.truncate_fully_and_start_at(start, now)?;
            return Ok(());
        }
        let log_start = match self.config.remote_storage_enable {
            true => noted,
            false => start,
        };
        self.remote.is_start_noted = checkpoints.log_start.is_some();
        self.markers.log_start = LogStartOffset::at(log_start);
        self.markers.local_log_start = LocalLogStartOffset::at(start);
        self.markers.high_watermark = HighWatermark::at(checkpoints.high_watermark.clamp(start, end));
        let recovered = match checkpoints.previous_stop {
            PreviousStop::Clean => end,
            PreviousStop::Unclean => checkpoints.recovery_point.min(end),
        };
        self.markers.recovery_point = RecoveryPoint::at(recovered);
        self.epochs.truncate_from_start(log_start);
        self.epochs.truncate_from_end(end);
        Ok(())
    }
}

impl Markers {
    /// All markers of an empty log that starts at `offset`.
    pub(crate) fn at(offset: Offset) -> Self {
        Self {
            log_start: LogStartOffset::at(offset),
            local_log_start: LocalLogStartOffset::at(offset),
            high_watermark: HighWatermark::at(offset),
            log_end: LogEndOffset::at(offset),
            recovery_point: RecoveryPoint::at(offset),
        }
    }
}

fn folder_of(environment: &LogEnvironment, partition: &TopicPartition) -> LogFolder {
    let path: PathBuf = environment.directory.path().join(folder_name(partition));
    LogFolder::new(environment, path)
}

/// A seed that differs between partitions, for the roll jitter.
fn seed_of(partition: &TopicPartition) -> u64 {
    let start = partition.partition.value() as u64 ^ 0xcbf2_9ce4_8422_2325;
    partition.topic.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn read_topic_id(folder: &LogFolder) -> Result<TopicId, LoadError> {
    const SIZE_MAX: usize = 4096;
    let path = folder.path().join(partition_metadata::FILE_NAME);
    let content = match read_whole(folder.fs(), &path, SIZE_MAX) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(TopicId::ZERO),
        result => folder.check(&path, result)?,
    };
    parse_partition_metadata(&content).map_err(|source| LoadError::Format { path, source })
}

fn open_segments(
    folder: &LogFolder,
    config: &LogConfig,
    content: &FolderContent,
    report: &mut RecoveryReport,
) -> Result<Vec<LogSegment>, LoadError> {
    let mut segments = Vec::with_capacity(content.segments.len());
    for base in content.segments.iter().copied() {
        if let Some(segment) = LogSegment::open(folder, base, config)? {
            segments.push(segment);
            continue;
        }
        let mut segment = LogSegment::open_without_indexes(folder, base, config)?;
        let size = segment.size();
        let found = segment.rebuild(folder, config, Checksums::Trust, |_, _| Ok(()))?;
        report.indexes_rebuilt += 1;
        // Damage is judged by who reads the data; here only the indexes were missing.
        segment.mark_rebuilt(if found.damage.is_some() {
            size
        } else {
            segment.size()
        });
        segments.push(segment);
    }
    Ok(segments)
}
