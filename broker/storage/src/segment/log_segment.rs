//! One segment: a data file, its indexes, and what is known of its end.
//!
//! Owns the size, the indexes, the largest timestamp with the batch that brought it, and how much was appended
//! since the last index entry. The data file is opened when it is first needed and may be closed when idle.
//! Invariant: `size` bytes of the data file are whole batches whose offsets grow; what lies behind is garbage of
//! a failed write and is cut before the next one. Finding batches is `segment_read`, repairing is
//! `segment_rebuild`; when to roll or delete is the log's affair.

use std::io::{ErrorKind, IoSlice};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use broker_model::{Offset, Timestamp};

use crate::error::StorageError;
use crate::fs::{File, OpenMode};
use crate::index::offset_index::{OffsetIndex, OffsetIndexEntry, relative};
use crate::index::time_index::{TimeIndex, TimeIndexEntry};
use crate::index::transaction_index::TransactionIndex;
use crate::log::log_config::LogConfig;
use crate::log::log_folder::{KeptFile, LogFolder};
use crate::segment::batch_view::BatchView;
use crate::segment::file_name::{CLEANED_SUFFIX, SEGMENT_FILES, SegmentFile, segment_path, with_suffix};

/// One segment of a log.
#[derive(Debug)]
pub(crate) struct LogSegment {
    base_offset: Offset,
    pub(super) size: u64,
    file: OnceLock<KeptFile>,
    pub(super) offset_index: OffsetIndex,
    pub(super) time_index: TimeIndex,
    pub(super) transaction_index: TransactionIndex,
    pub(super) max_timestamp: MaxTimestamp,
    pub(super) bytes_since_index_entry: u64,
    first_timestamp: OnceLock<Timestamp>,
    /// When the segment was made or last written, by the wall clock.
    modified: Timestamp,
    /// By how much a roll by time comes earlier.
    pub(crate) roll_jitter_ms: u64,
    /// An index gave a position at which no fitting batch stands.
    pub(super) index_suspect: AtomicBool,
    written_back_to: u64,
    pub(super) reserved_to: u64,
    /// The transaction index was damaged and must be derived from the batches.
    transaction_index_lost: bool,
    /// What the names of its files end in beside their own ending, while a cleaning writes it.
    suffix: &'static str,
}

/// The largest timestamp of a segment, and the last offset of the batch that brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxTimestamp {
    pub(crate) timestamp: Timestamp,
    pub(crate) offset: Offset,
}

/// A part of a segment that should be written to the device soon, and space to ask for behind its end.
#[derive(Debug)]
pub(crate) struct DirtyRange {
    pub(crate) file: Arc<dyn File>,
    pub(crate) position: u64,
    pub(crate) size: u64,
    pub(crate) reserve: Option<(u64, u64)>,
}

/// Bytes appended until write-back is started.
const WRITE_BACK_STEP: u64 = 1 << 20;
/// Size from which a segment counts as busy and gets space reserved.
const BUSY_SIZE: u64 = 4 << 20;
/// Space reserved at a time.
const RESERVE_STEP: u64 = 64 << 20;

impl LogSegment {
    /// A new segment without content; its data file is made at once, so that the folder shows it.
    pub(crate) fn create(
        folder: &LogFolder,
        base_offset: Offset,
        config: &LogConfig,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let path = segment_path(folder.path(), base_offset, SegmentFile::Data);
        let file = folder.check(&path, folder.fs().open(&path, OpenMode::Truncate))?;
        if config.preallocate {
            // A hint; a file system that knows no reservation works without.
            file.reserve(0, u64::from(config.segment_bytes)).ok();
        }
        let index_size = config.segment_index_bytes;
        let mut segment = Self::with_indexes(
            base_offset,
            OffsetIndex::empty(index_size),
            TimeIndex::empty(index_size),
            TransactionIndex::default(),
        );
        segment.modified = now;
        if let Some(kept) = folder.keep_open(file) {
            segment.file.set(kept).ok();
        }
        // Left over from a segment that ended here before.
        for index in [
            SegmentFile::OffsetIndex,
            SegmentFile::TimeIndex,
            SegmentFile::TransactionIndex,
        ] {
            let path = segment_path(folder.path(), base_offset, index);
            if folder.fs().info(&path).is_ok() {
                folder.check(&path, folder.fs().remove_file(&path))?;
            }
        }
        Ok(segment)
    }

    /// Opens an existing segment by size and last index entries; `None` when an index must be rebuilt first.
    pub(crate) fn open(
        folder: &LogFolder,
        base_offset: Offset,
        config: &LogConfig,
    ) -> Result<Option<Self>, StorageError> {
        let path = |file| segment_path(folder.path(), base_offset, file);
        let data = path(SegmentFile::Data);
        let info = folder.check(&data, folder.fs().info(&data))?;
        let index_size = config.segment_index_bytes;
        let offset_index = OffsetIndex::open(folder, &path(SegmentFile::OffsetIndex), index_size)?;
        let time_index = TimeIndex::open(folder, &path(SegmentFile::TimeIndex), index_size)?;
        let transaction_index = TransactionIndex::open(folder, &path(SegmentFile::TransactionIndex))?;
        let (Some(offset_index), Some(time_index)) = (offset_index, time_index) else {
            return Ok(None);
        };
        let transaction_index_lost = transaction_index.is_none();
        let transaction_index = transaction_index.unwrap_or_default();
        let mut segment = Self::with_indexes(base_offset, offset_index, time_index, transaction_index);
        segment.transaction_index_lost = transaction_index_lost;
        segment.size = info.size;
        segment.modified = info.modified;
        segment.written_back_to = info.size;
        if let Some(last) = segment.time_index.last() {
            segment.max_timestamp = MaxTimestamp {
                timestamp: last.timestamp,
                offset: base_offset.plus(i64::from(last.relative_offset)),
            };
        }
        let fits = segment
            .offset_index
            .last()
            .is_none_or(|last| u64::from(last.position) < info.size);
        Ok((fits && (segment.time_index.len() > 0 || info.size == 0)).then_some(segment))
    }

    /// A segment with empty indexes over an existing data file, to be rebuilt.
    pub(crate) fn open_without_indexes(
        folder: &LogFolder,
        base_offset: Offset,
        config: &LogConfig,
    ) -> Result<Self, StorageError> {
        let data = segment_path(folder.path(), base_offset, SegmentFile::Data);
        let info = folder.check(&data, folder.fs().info(&data))?;
        let index_size = config.segment_index_bytes;
        let path = segment_path(folder.path(), base_offset, SegmentFile::TransactionIndex);
        // Who lost the other indexes cannot tell a transaction index that never was from one that went with them.
        let is_absent = matches!(folder.fs().info(&path), Err(error) if error.kind() == ErrorKind::NotFound);
        let transaction_index = TransactionIndex::open(folder, &path)?;
        let transaction_index_lost = is_absent || transaction_index.is_none();
        let mut segment = Self::with_indexes(
            base_offset,
            OffsetIndex::empty(index_size),
            TimeIndex::empty(index_size),
            transaction_index.unwrap_or_default(),
        );
        segment.transaction_index_lost = transaction_index_lost;
        segment.size = info.size;
        segment.modified = info.modified;
        segment.written_back_to = info.size;
        Ok(segment)
    }

    fn with_indexes(
        base_offset: Offset,
        offset_index: OffsetIndex,
        time_index: TimeIndex,
        transaction_index: TransactionIndex,
    ) -> Self {
        Self {
            base_offset,
            size: 0,
            file: OnceLock::new(),
            offset_index,
            time_index,
            transaction_index,
            max_timestamp: MaxTimestamp {
                timestamp: Timestamp::NONE,
                offset: base_offset,
            },
            bytes_since_index_entry: 0,
            first_timestamp: OnceLock::new(),
            modified: Timestamp::NONE,
            roll_jitter_ms: 0,
            index_suspect: AtomicBool::new(false),
            written_back_to: 0,
            reserved_to: 0,
            transaction_index_lost: false,
            suffix: "",
        }
    }

    pub(crate) fn base_offset(&self) -> Offset {
        self.base_offset
    }

    /// Bytes of batches.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// When the data file was last written, for segments without any timestamp.
    pub(crate) fn modified(&self) -> Timestamp {
        self.modified
    }

    /// The largest timestamp in it; -1 when there is none.
    pub(crate) fn max_timestamp(&self) -> MaxTimestamp {
        self.max_timestamp
    }

    /// How old it counts as: its largest timestamp; without any, when its file was written.
    pub(crate) fn newest(&self) -> Timestamp {
        match self.max_timestamp.timestamp {
            timestamp if timestamp.as_ms() >= 0 => timestamp,
            _ => self.modified,
        }
    }

    /// Aborted transactions whose marker stands here.
    pub(crate) fn transaction_index(&self) -> &TransactionIndex {
        &self.transaction_index
    }

    pub(crate) fn transaction_index_mut(&mut self) -> &mut TransactionIndex {
        &mut self.transaction_index
    }

    /// Whether an index was found to disagree with the data.
    pub(crate) fn is_index_suspect(&self) -> bool {
        self.index_suspect.load(Ordering::Relaxed)
    }

    /// Path of one of its files.
    pub(crate) fn path(&self, folder: &LogFolder, file: SegmentFile) -> PathBuf {
        with_suffix(&segment_path(folder.path(), self.base_offset, file), self.suffix)
    }

    /// Gives all its files names that end in `suffix`; which of them exist is found out.
    pub(crate) fn change_suffix(
        &mut self,
        folder: &LogFolder,
        suffix: &'static str,
    ) -> Result<(), StorageError> {
        for file in SEGMENT_FILES {
            let from = self.path(folder, file);
            let to = with_suffix(&segment_path(folder.path(), self.base_offset, file), suffix);
            match folder.fs().rename(&from, &to) {
                Err(error) if error.kind() == ErrorKind::NotFound && file != SegmentFile::Data => {}
                result => folder.check(&from, result)?,
            }
        }
        self.suffix = suffix;
        Ok(())
    }

    /// A new segment that a cleaning writes, beside the ones that it will replace.
    pub(crate) fn create_cleaned(
        folder: &LogFolder,
        base_offset: Offset,
        config: &LogConfig,
    ) -> Result<Self, StorageError> {
        let index_size = config.segment_index_bytes;
        let mut segment = Self::with_indexes(
            base_offset,
            OffsetIndex::empty(index_size),
            TimeIndex::empty(index_size),
            TransactionIndex::default(),
        );
        segment.suffix = CLEANED_SUFFIX;
        let path = segment.path(folder, SegmentFile::Data);
        folder.check(&path, folder.fs().open(&path, OpenMode::Truncate))?;
        // Left over from a cleaning that was given up.
        for file in &SEGMENT_FILES[1..] {
            let path = segment.path(folder, *file);
            match folder.fs().remove_file(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                result => folder.check(&path, result)?,
            }
        }
        Ok(segment)
    }

    /// Removes all its files.
    pub(crate) fn remove_files(&self, folder: &LogFolder) -> Result<(), StorageError> {
        for file in SEGMENT_FILES {
            let path = self.path(folder, file);
            match folder.fs().remove_file(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                result => folder.check(&path, result)?,
            }
        }
        Ok(())
    }

    /// Bytes of the offset and of the time index.
    pub(crate) fn index_bytes(&self) -> (usize, usize) {
        (self.offset_index.bytes(), self.time_index.bytes())
    }

    /// Completes what a cleaning wrote and makes it durable; `modified` is the time of the newest write that it
    /// stands for.
    pub(crate) fn finish_cleaned(
        &mut self,
        folder: &LogFolder,
        modified: Timestamp,
    ) -> Result<(), StorageError> {
        self.finish(folder)?;
        let path = self.path(folder, SegmentFile::Data);
        let file = self.file(folder)?;
        folder.check(&path, file.set_modified(modified))?;
        folder.check(&path, file.sync())?;
        self.sync_indexes(folder)?;
        self.modified = modified;
        self.written_back_to = self.size;
        self.seal();
        self.close_file();
        Ok(())
    }

    /// The data file, opened when it is not yet.
    pub(crate) fn file(&self, folder: &LogFolder) -> Result<Arc<dyn File>, StorageError> {
        if let Some(kept) = self.file.get() {
            return Ok(kept.file.clone());
        }
        let path = self.path(folder, SegmentFile::Data);
        let file = folder.check(&path, folder.fs().open(&path, OpenMode::ReadWrite))?;
        if let Some(kept) = folder.keep_open(file.clone()) {
            self.file.set(kept).ok();
        }
        Ok(file)
    }

    /// Whether the data file is open.
    pub(crate) fn is_open(&self) -> bool {
        self.file.get().is_some()
    }

    /// Closes the data file; readers that hold it go on.
    pub(crate) fn close_file(&mut self) {
        self.file.take();
    }

    /// Whether an entry for one more batch fits both indexes; one place of the time index is for the end.
    pub(crate) fn has_index_room(&self) -> bool {
        self.offset_index.len() < self.offset_index.entries_max()
            && self.time_index.len() + 1 < self.time_index.entries_max()
    }

    /// Whether an offset can be written relative to the base offset.
    pub(crate) fn can_hold(&self, offset: Offset) -> bool {
        relative(self.base_offset, offset).is_some()
    }

    /// Timestamp of the first batch, from which the age of the segment is counted.
    pub(crate) fn first_timestamp(&self, folder: &LogFolder) -> Result<Option<Timestamp>, StorageError> {
        if self.first_timestamp.get().is_none()
            && self.size > 0
            && let Some(view) = self.first_batch(folder)?
        {
            self.first_timestamp.set(view.max_timestamp).ok();
        }
        Ok(self
            .first_timestamp
            .get()
            .copied()
            .filter(|timestamp| timestamp.as_ms() >= 0))
    }

    /// Writes batches at the end with one call; `pieces` are exactly the bytes of `views`.
    ///
    /// A failed write is cut off again. Indexes follow in memory; their files are written in blocks.
    pub(crate) fn append(
        &mut self,
        folder: &LogFolder,
        views: &[BatchView],
        pieces: &[IoSlice<'_>],
        index_interval: u32,
    ) -> Result<(), StorageError> {
        let file = self.file(folder)?;
        if let Err(error) = file.write_at(self.size, pieces) {
            let path = self.path(folder, SegmentFile::Data);
            let error = folder.failed(&path, error);
            folder.check(&path, file.set_size(self.size))?;
            self.reserved_to = 0;
            // What was flushed before may count as the whole segment, so the cut must not be lost.
            self.sync_data(folder)?;
            return Err(error);
        }
        for view in views {
            self.note_batch(view, u64::from(index_interval));
        }
        self.write_indexes_when_many(folder)
    }

    /// Takes a batch at the end into account: size, largest timestamp, index entries.
    pub(super) fn note_batch(&mut self, view: &BatchView, index_interval: u64) {
        if self.size == 0 {
            self.first_timestamp.set(view.max_timestamp).ok();
        }
        self.raise_max_timestamp(view);
        let entry = (
            relative(self.base_offset, view.last_offset),
            u32::try_from(self.size),
        );
        if let (Some(relative_offset), Ok(position)) = entry
            && self.bytes_since_index_entry > index_interval
        {
            self.offset_index.push(OffsetIndexEntry {
                relative_offset,
                position,
            });
            self.push_time_entry();
            self.bytes_since_index_entry = 0;
        }
        self.size += view.size as u64;
        self.bytes_since_index_entry += view.size as u64;
    }

    /// Takes a batch into account for the largest timestamp.
    pub(super) fn raise_max_timestamp(&mut self, view: &BatchView) {
        if view.max_timestamp > self.max_timestamp.timestamp {
            self.max_timestamp = MaxTimestamp {
                timestamp: view.max_timestamp,
                offset: view.last_offset,
            };
        }
    }

    /// Forgets the largest timestamp.
    pub(super) fn reset_max_timestamp(&mut self) {
        self.max_timestamp = MaxTimestamp {
            timestamp: Timestamp::NONE,
            offset: self.base_offset,
        };
    }

    /// Forgets everything that follows from the batches, to take them into account again.
    pub(super) fn reset_end(&mut self) {
        self.size = 0;
        self.bytes_since_index_entry = 0;
        self.first_timestamp.take();
        self.reset_max_timestamp();
        self.index_suspect.store(false, Ordering::Relaxed);
    }

    fn push_time_entry(&mut self) {
        let MaxTimestamp { timestamp, offset } = self.max_timestamp;
        if timestamp.as_ms() >= 0
            && let Some(relative_offset) = relative(self.base_offset, offset)
        {
            self.time_index.push_if_larger(TimeIndexEntry {
                timestamp,
                relative_offset,
            });
        }
    }

    /// Writes index entries once many wait. A full disk is no failure here: the entries wait on.
    fn write_indexes_when_many(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        if !self.offset_index.wants_write() && !self.time_index.wants_write() {
            return Ok(());
        }
        match self.write_indexes(folder) {
            Err(StorageError::DiskFull { .. }) => Ok(()),
            other => other,
        }
    }

    /// Writes all index entries to their files.
    pub(crate) fn write_indexes(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        let path = |file| self.path(folder, file);
        let (offset, time) = (path(SegmentFile::OffsetIndex), path(SegmentFile::TimeIndex));
        let transaction = path(SegmentFile::TransactionIndex);
        self.offset_index.write(folder, &offset)?;
        self.time_index.write(folder, &time)?;
        self.transaction_index.write(folder, &transaction)
    }

    /// Makes the data file durable; after a failure, of whatever kind, the directory is offline (I23).
    pub(crate) fn sync_data(&self, folder: &LogFolder) -> Result<(), StorageError> {
        let path = self.path(folder, SegmentFile::Data);
        let synced = folder.check(&path, self.file(folder)?.sync());
        synced.inspect_err(|_| folder.health().take_offline())
    }

    /// Makes the indexes durable.
    pub(crate) fn sync_indexes(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        let path = |file| self.path(folder, file);
        let (offset, time) = (path(SegmentFile::OffsetIndex), path(SegmentFile::TimeIndex));
        let transaction = path(SegmentFile::TransactionIndex);
        self.offset_index.sync(folder, &offset)?;
        self.time_index.sync(folder, &time)?;
        self.transaction_index.sync(folder, &transaction)
    }

    /// Completes the indexes with the last time entry and gives reserved space back: nothing more is appended, or
    /// the broker stops.
    pub(crate) fn finish(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        self.push_time_entry();
        self.write_indexes(folder)?;
        if self.reserved_to > self.size {
            let path = self.path(folder, SegmentFile::Data);
            folder.check(&path, self.file(folder)?.set_size(self.size))?;
            self.reserved_to = 0;
        }
        Ok(())
    }

    /// Frees the memory that only an active segment needs.
    pub(crate) fn seal(&mut self) {
        self.offset_index.seal();
        self.time_index.seal();
    }

    /// Sees to it that so many bytes can be written behind the end on a full disk, too. A hint: a disk that is full
    /// already, and a file system that knows no reservation, give nothing.
    pub(crate) fn keep_reserved(&mut self, folder: &LogFolder, size: u64) -> Result<(), StorageError> {
        if self.size + size / 2 <= self.reserved_to {
            return Ok(());
        }
        if self.file(folder)?.reserve(self.size, size).is_ok() {
            self.reserved_to = self.size + size;
        }
        Ok(())
    }

    /// What the write-back thread should start on, when enough was appended.
    pub(crate) fn take_dirty_range(&mut self, segment_bytes: u32) -> Option<DirtyRange> {
        let dirty = self.size - self.written_back_to.min(self.size);
        let file = &self.file.get()?.file;
        if dirty < WRITE_BACK_STEP {
            return None;
        }
        let position = self.written_back_to;
        self.written_back_to = self.size;
        let limit = u64::from(segment_bytes);
        let wants = self.size >= BUSY_SIZE && self.size + RESERVE_STEP / 4 > self.reserved_to;
        let reserve = (wants && self.size < limit).then(|| {
            let end = (self.size + RESERVE_STEP).min(limit);
            self.reserved_to = end;
            (self.size, end - self.size)
        });
        Some(DirtyRange {
            file: file.clone(),
            position,
            size: dirty,
            reserve,
        })
    }

    /// Whether the transaction index was damaged.
    pub(crate) fn needs_transaction_index(&self) -> bool {
        self.transaction_index_lost
    }

    /// Ends a rebuild of the indexes alone: the data file keeps its size, sound or not.
    pub(crate) fn mark_rebuilt(&mut self, size: u64) {
        self.size = size;
        self.written_back_to = size;
    }

    /// Notes the time of the newest write.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.modified = now;
    }
}
