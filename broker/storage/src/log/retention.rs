//! What goes from the old end of a log: by age, by size, and on request (DeleteRecords, KIP-107).
//!
//! Only whole segments go, oldest first, never above the high watermark, and never the last one: when all are
//! due, a new one is begun first. The age of a segment is that of its largest timestamp, so one record from the
//! far future pins its segment; producers are held to `message.timestamp.after.max.ms` for that reason. A file is
//! deleted in two steps: renamed to `.deleted` now, so that no restart finds it again, and unlinked later by the
//! caller, so that readers that hold it finish.

use std::path::PathBuf;

use broker_model::{LocalLogStartOffset, LogStartOffset, MonotonicMs, Now, Offset};

use crate::error::{DeleteRecordsError, StorageError};
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::{DELETED_SUFFIX, SEGMENT_FILES, SegmentFile, segment_path, with_suffix};
use crate::segment::log_segment::LogSegment;

/// Files or folders out of sight that are to be removed at a later moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDelete {
    /// What to remove.
    pub paths: Vec<PathBuf>,
    /// Bytes that come free.
    pub size: u64,
    /// When.
    pub due: MonotonicMs,
}

impl UnifiedLog {
    /// Moves the log start to `target` (DeleteRecords, or what a leader says); deletes nothing yet.
    ///
    /// Answers whether it moved; a target below the log start changes nothing.
    ///
    /// # Errors
    /// Above the high watermark.
    pub fn maybe_increment_log_start_offset(&mut self, target: Offset) -> Result<bool, DeleteRecordsError> {
        self.require_online()?;
        let high_watermark = self.markers.high_watermark.offset();
        if target > high_watermark {
            return Err(DeleteRecordsError::BeyondHighWatermark {
                requested: target,
                high_watermark,
            });
        }
        if target <= self.markers.log_start.offset() {
            return Ok(false);
        }
        self.move_log_start(target);
        Ok(true)
    }

    /// Moves log start and what follows from it; never backwards (I8).
    pub(crate) fn move_log_start(&mut self, target: Offset) {
        self.markers.log_start = self.markers.log_start.max(LogStartOffset::at(target));
        self.markers.local_log_start = self.markers.local_log_start.max(LocalLogStartOffset::at(target));
        self.epochs.truncate_from_start(self.markers.log_start.offset());
        self.check_invariants();
    }

    /// Deletes the segments that retention or the log start no longer covers.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn delete_old_segments(&mut self, now: Now) -> Result<Option<PendingDelete>, StorageError> {
        self.require_online()?;
        let mut count = self.count_below_log_start();
        if self.config.cleanup_policy.delete || self.config.remote_storage_enable {
            let mut expired = self.count_expired(now)?;
            if self.config.remote_storage_enable {
                let all = self.segments.len();
                if self.count_older(now)? == all && self.count_below_high_watermark() == all {
                    // What is over goes with the rest, and what is written to is never copied.
                    self.roll(now)?;
                }
                // By age and size only the local part shrinks; what is nowhere else stays.
                expired = expired.max(self.count_released()).min(self.count_remote());
            }
            count = count.max(expired);
        }
        let count = count.min(self.count_below_high_watermark());
        if count == 0 {
            return Ok(None);
        }
        if count == self.segments.len() {
            self.roll(now)?;
        }
        self.delete_first_segments(count.min(self.segments.len() - 1), now)
    }

    /// Whether local retention would let more segments go if the remote tier were known to hold them.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn waits_for_remote(&mut self, now: Now) -> Result<bool, StorageError> {
        self.require_online()?;
        let closed = self.segments.len() - 1;
        Ok(self.count_expired(now)?.min(closed) > self.count_below_remote_end())
    }

    /// Segments that age or size no longer let stay.
    fn count_expired(&mut self, now: Now) -> Result<usize, StorageError> {
        Ok(self.count_older(now)?.max(self.count_beyond_size()))
    }

    /// Segments whose every offset is below the log start.
    fn count_below_log_start(&self) -> usize {
        let start = self.markers.log_start.offset();
        self.segments
            .windows(2)
            .take_while(|pair| pair[1].base_offset() <= start)
            .count()
    }

    /// Segments that are older than `retention.ms`.
    fn count_older(&mut self, now: Now) -> Result<usize, StorageError> {
        let Some(limit) = self.retention_ms() else {
            return Ok(0);
        };
        let mut count = 0;
        for index in 0..self.segments.len() {
            // What decides about data is read from the data.
            self.repair_indexes_if_suspect(index)?;
            let segment = &self.segments[index];
            if segment.size() == 0 {
                // New, or emptied by the cleaner: it goes with an older one behind it.
                continue;
            }
            if now.wall.since_ms(segment.newest()) <= limit {
                break;
            }
            if !self.is_max_timestamp_true(index)? {
                break;
            }
            count = index + 1;
        }
        Ok(count)
    }

    /// Segments that together are more than what `retention.bytes` lets stay.
    fn count_beyond_size(&self) -> usize {
        let Some(limit) = self.retention_bytes() else {
            return 0;
        };
        let mut surplus = self.size().saturating_sub(limit);
        let mut count = 0;
        let filled = self.segments.iter().enumerate();
        for (index, segment) in filled.filter(|(_, segment)| segment.size() > 0) {
            if segment.size() > surplus {
                break;
            }
            surplus -= segment.size();
            count = index + 1;
        }
        count
    }

    fn retention_ms(&self) -> Option<i64> {
        match self.config.remote_storage_enable {
            true => self.config.local_retention_ms.or(self.config.retention_ms),
            false => self.config.retention_ms,
        }
    }

    fn retention_bytes(&self) -> Option<u64> {
        match self.config.remote_storage_enable {
            true => self.config.local_retention_bytes.or(self.config.retention_bytes),
            false => self.config.retention_bytes,
        }
    }

    /// Segments whose every offset is below the high watermark.
    fn count_below_high_watermark(&self) -> usize {
        let high_watermark = self.markers.high_watermark.offset();
        let ends = self.segments.iter().skip(1).map(LogSegment::base_offset);
        ends.chain([self.markers.log_end.offset()])
            .take_while(|end| *end <= high_watermark)
            .count()
    }

    /// Whether the largest timestamp that the time index claims stands in the data.
    fn is_max_timestamp_true(&mut self, index: usize) -> Result<bool, StorageError> {
        let segment = &self.segments[index];
        let claimed = segment.max_timestamp();
        if claimed.timestamp.as_ms() < 0 {
            return Ok(true);
        }
        let found = segment.locate(&self.folder, claimed.offset)?;
        if found.is_some_and(|batch| batch.view.max_timestamp == claimed.timestamp) {
            return Ok(true);
        }
        let config = self.config.clone();
        self.segments[index].rebuild_suspect_indexes(&self.folder, &config)?;
        Ok(false)
    }

    fn repair_indexes_if_suspect(&mut self, index: usize) -> Result<(), StorageError> {
        if self.segments[index].is_index_suspect() {
            let config = self.config.clone();
            self.segments[index].rebuild_suspect_indexes(&self.folder, &config)?;
        }
        Ok(())
    }

    /// Rebuilds the indexes that a read found to disagree with the data.
    ///
    /// # Errors
    /// When the file system fails or the data are damaged too.
    pub fn repair_suspect_indexes(&mut self) -> Result<(), StorageError> {
        self.require_online()?;
        (0..self.segments.len()).try_for_each(|index| self.repair_indexes_if_suspect(index))
    }

    fn delete_first_segments(
        &mut self,
        count: usize,
        now: Now,
    ) -> Result<Option<PendingDelete>, StorageError> {
        let mut pending = self.nothing_pending(now);
        for _ in 0..count {
            let segment = self.segments.remove(0);
            pending.size += segment.size();
            let base = segment.base_offset();
            self.retire_files(base, &mut pending)?;
            self.snapshots.retain(|snapshot| *snapshot != base);
        }
        let start = self.segments[0].base_offset();
        if self.config.remote_storage_enable {
            self.markers.local_log_start = self.markers.local_log_start.max(LocalLogStartOffset::at(start));
        } else {
            self.move_log_start(start);
        }
        self.check_invariants();
        Ok((!pending.paths.is_empty()).then_some(pending))
    }

    pub(crate) fn nothing_pending(&self, now: Now) -> PendingDelete {
        let due = now.monotonic.plus_ms(self.config.file_delete_delay_ms);
        PendingDelete {
            paths: Vec::new(),
            size: 0,
            due,
        }
    }

    /// Renames the files of the segment at `base`, and its snapshot, out of sight.
    pub(crate) fn retire_files(
        &mut self,
        base: Offset,
        pending: &mut PendingDelete,
    ) -> Result<(), StorageError> {
        // The data file goes first: without it the others are swept away when the log is opened.
        for file in SEGMENT_FILES.into_iter().chain([SegmentFile::Snapshot]) {
            let path = segment_path(self.folder.path(), base, file);
            let retired = with_suffix(&path, DELETED_SUFFIX);
            match self.folder.fs().rename(&path, &retired) {
                Ok(()) => pending.paths.push(retired),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.folder.failed(&path, error)),
            }
        }
        self.note_names_changed();
        Ok(())
    }
}
