//! Making a log durable, and letting the device start early.
//!
//! An acknowledgement means the page cache, as in Kafka; `flush.messages` and `flush.ms` ask for more. A flush
//! syncs, in this order, the leader epochs, the data files with unsynced batches, the indexes and snapshots of closed
//! segments and the folder; only then does the recovery point move. The slow part is a `FlushJob`, which
//! needs no access to the log, so that a server can run it outside the partition's lock, several at a time. Replacing
//! a file is the one step that two of them cannot do at once, so the leader epochs are written while the job is
//! prepared; they are small and change when a leader does. `WriteBack` only starts
//! the device on pages that are dirty anyway, so that a later flush or the kernel finds little to do.

use std::path::PathBuf;
use std::sync::Arc;

use broker_model::{Now, Offset, RecoveryPoint};

use crate::epoch::leader_epoch_cache::FILE_NAME as EPOCHS_FILE;
use crate::error::StorageError;
use crate::fs::{File, OpenMode, replace_whole};
use crate::log::log_folder::LogFolder;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::{SEGMENT_FILES, SegmentFile, segment_path};
use crate::segment::log_segment::DirtyRange;

/// Work for the write-back thread: start writing a range, and reserve space behind the end. Both are hints; a
/// failure of either shows up again in the flush that matters.
#[derive(Debug)]
pub struct WriteBack(DirtyRange);

impl WriteBack {
    /// Bytes that are to be written.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// Does it; may block for as long as the device's queue is full.
    pub fn run(&self) {
        if let Some((position, size)) = self.0.reserve {
            self.0.file.reserve(position, size).ok();
        }
        self.0.file.start_writeback(self.0.position, self.0.size).ok();
    }
}

/// A flush that is under way.
#[derive(Debug)]
pub struct FlushJob {
    folder: LogFolder,
    data: Vec<(PathBuf, Arc<dyn File>)>,
    companions: Vec<PathBuf>,
    /// The state of the folder's names that a sync makes durable.
    names: u64,
    sync_names: bool,
    up_to: Offset,
}

impl FlushJob {
    /// Makes everything durable that the job covers.
    ///
    /// # Errors
    /// Any failure takes the log directory offline; it is not tried again (I23).
    pub fn run(&self) -> Result<(), StorageError> {
        self.folder.health().require_online()?;
        let condemn = |error: StorageError| {
            // Not even a full disk may pass here: dirty pages may be gone.
            self.folder.health().take_offline();
            error
        };
        for (path, file) in &self.data {
            self.folder.check(path, file.sync()).map_err(condemn)?;
        }
        for path in &self.companions {
            match self.folder.fs().open(path, OpenMode::Read) {
                Ok(file) => self.folder.check(path, file.sync()).map_err(condemn)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(condemn(self.folder.failed(path, error))),
            }
        }
        if self.sync_names {
            self.folder.sync_names().map_err(condemn)?;
        }
        Ok(())
    }
}

impl UnifiedLog {
    /// Makes everything up to the log end durable.
    ///
    /// # Errors
    /// Any failure takes the log directory offline.
    pub fn flush(&mut self, now: Now) -> Result<(), StorageError> {
        if let Some(job) = self.begin_flush()? {
            job.run()?;
            self.complete_flush(&job, now);
        }
        Ok(())
    }

    /// Prepares a flush up to the log end; `None` when there is nothing to flush.
    ///
    /// # Errors
    /// When the directory is offline or an index cannot be written.
    pub fn begin_flush(&mut self) -> Result<Option<FlushJob>, StorageError> {
        self.require_online()?;
        self.job_up_to(self.markers.log_end.offset())
    }

    /// Prepares a flush of the closed segments only, for after a roll.
    ///
    /// # Errors
    /// When the directory is offline or an index cannot be written.
    pub fn begin_flush_of_closed_segments(&mut self) -> Result<Option<FlushJob>, StorageError> {
        self.require_online()?;
        self.job_up_to(self.active().base_offset())
    }

    /// Whether a segment was closed that is not known to be durable.
    pub fn has_unflushed_closed_segments(&self) -> bool {
        self.active().base_offset() > self.markers.recovery_point.offset()
    }

    fn job_up_to(&mut self, up_to: Offset) -> Result<Option<FlushJob>, StorageError> {
        let from = self.markers.recovery_point.offset();
        let sync_names = self.names_changed > self.names_synced;
        if up_to <= from && !sync_names && !self.epochs.is_dirty() {
            return Ok(None);
        }
        self.write_epochs()?;
        let mut data = Vec::new();
        let mut companions = Vec::new();
        let active = self.segments.len() - 1;
        for index in self.segment_index(from)..self.segments.len() {
            let segment = &self.segments[index];
            if segment.base_offset() >= up_to && index != active {
                break;
            }
            if segment.base_offset() < up_to {
                data.push((
                    segment.path(&self.folder, SegmentFile::Data),
                    segment.file(&self.folder)?,
                ));
            }
            let base = segment.base_offset();
            if index != active {
                companions.extend(
                    SEGMENT_FILES[1..]
                        .iter()
                        .map(|file| segment_path(self.folder.path(), base, *file)),
                );
            }
            companions.push(segment_path(self.folder.path(), base, SegmentFile::Snapshot));
        }
        Ok(Some(FlushJob {
            folder: self.folder.clone(),
            data,
            companions,
            names: self.names_changed,
            sync_names,
            up_to,
        }))
    }

    fn write_epochs(&mut self) -> Result<(), StorageError> {
        if self.epochs.is_dirty() {
            let path = self.folder.path().join(EPOCHS_FILE);
            let written = replace_whole(self.folder.fs(), &path, &self.epochs.render());
            self.folder.check(&path, written)?;
            self.epochs.mark_written();
        }
        Ok(())
    }

    /// Moves the recovery point after `job` ran without failure.
    pub fn complete_flush(&mut self, job: &FlushJob, now: Now) {
        // The log may have been truncated while the job ran.
        let flushed = job.up_to.min(self.markers.log_end.offset());
        if flushed > self.markers.recovery_point.offset() {
            self.markers.recovery_point = RecoveryPoint::at(flushed);
        }
        self.names_synced = self.names_synced.max(job.names);
        self.last_flush = now.monotonic;
        self.check_invariants();
    }

    /// Flushes if `flush.messages` asks for it.
    pub(crate) fn flush_if_many(&mut self, now: Now) -> Result<(), StorageError> {
        let unflushed = self
            .markers
            .log_end
            .offset()
            .since(self.markers.recovery_point.offset());
        match self.config.flush_messages {
            Some(limit) if unflushed.unsigned_abs() >= limit => self.flush(now),
            _ => Ok(()),
        }
    }

    /// Prepares a flush if `flush.ms` asks for it.
    ///
    /// # Errors
    /// When the directory is offline or an index cannot be written.
    pub fn begin_flush_if_due(&mut self, now: Now) -> Result<Option<FlushJob>, StorageError> {
        let unflushed = self.markers.log_end.offset() > self.markers.recovery_point.offset();
        let due = self
            .config
            .flush_ms
            .is_some_and(|limit| now.monotonic.since_ms(self.last_flush) >= limit);
        if unflushed && due {
            self.begin_flush()
        } else {
            Ok(None)
        }
    }

    /// Flushes and closes the log for a clean stop, with a producer snapshot at its end.
    ///
    /// # Errors
    /// Any failure takes the log directory offline; the stop is then not clean.
    pub fn close(&mut self, now: Now) -> Result<(), StorageError> {
        self.require_online()?;
        let active = self.segments.last_mut().expect("a log has at least one segment");
        active.finish(&self.folder)?;
        self.take_producer_snapshot()?;
        self.flush(now)?;
        self.sync_for_clean_stop()?;
        self.tail_cache.clear();
        self.close_files();
        Ok(())
    }

    /// After a clean stop the indexes and the snapshot at the end are believed, so they must be durable.
    fn sync_for_clean_stop(&mut self) -> Result<(), StorageError> {
        let folder = self.folder.clone();
        self.active_mut().sync_indexes(&folder)?;
        if let Some(newest) = self.snapshots.last() {
            let path = segment_path(folder.path(), *newest, SegmentFile::Snapshot);
            let file = folder.check(&path, folder.fs().open(&path, OpenMode::Read))?;
            folder.check(&path, file.sync())?;
        }
        folder.sync_names()
    }

    /// Keeps room for so many bytes behind the log end, for a log that has to be written though the disk is full.
    ///
    /// # Errors
    /// When the directory is offline or the active segment cannot be opened; that there is no room is none.
    pub fn keep_reserved(&mut self, size: u64) -> Result<(), StorageError> {
        self.require_online()?;
        let folder = self.folder.clone();
        self.active_mut().keep_reserved(&folder, size)
    }

    pub(crate) fn take_write_back(&mut self, segment_bytes: u32) -> Option<WriteBack> {
        self.active_mut().take_dirty_range(segment_bytes).map(WriteBack)
    }
}
