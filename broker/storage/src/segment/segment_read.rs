//! Finding batches in a segment, by offset and by timestamp.
//!
//! The index gives a place to start; from there headers are walked. Indexes have no checksum, so what they say
//! is believed only if a fitting batch stands there; otherwise the walk starts at the segment's beginning, which
//! is slow and right, and the index is marked for rebuilding (I24).

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use broker_model::{Offset, Timestamp};

use crate::error::StorageError;
use crate::index::offset_index::relative;
use crate::log::log_folder::LogFolder;
use crate::segment::batch_scanner::{BatchScanner, Scanned};
use crate::segment::batch_view::{BatchView, VIEW_SIZE};
use crate::segment::file_name::SegmentFile;
use crate::segment::log_segment::LogSegment;

/// A batch and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocatedBatch {
    pub(crate) position: u64,
    pub(crate) view: BatchView,
}

/// Whether a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    GoOn,
    Stop,
}

impl LogSegment {
    /// The first batch whose last offset is at or behind `offset`; `None` when the segment ends before.
    pub(crate) fn locate(
        &self,
        folder: &LogFolder,
        offset: Offset,
    ) -> Result<Option<LocatedBatch>, StorageError> {
        let start = self.start_for_offset(folder, offset)?;
        let mut found = None;
        self.walk(folder, start, |batch| {
            if batch.view.last_offset < offset {
                return Walk::GoOn;
            }
            found = Some(*batch);
            Walk::Stop
        })?;
        Ok(found)
    }

    /// Calls `visit` for every batch from `position` on, which must be the start of one.
    pub(crate) fn walk(
        &self,
        folder: &LogFolder,
        position: u64,
        mut visit: impl FnMut(&LocatedBatch) -> Walk,
    ) -> Result<(), StorageError> {
        let path = || self.path(folder, SegmentFile::Data);
        if position >= self.size {
            return Ok(());
        }
        let file = self.file(folder)?;
        let mut scanner = BatchScanner::new(file.as_ref(), position, self.size, self.base_offset());
        loop {
            match folder.check(&path(), scanner.step())? {
                Scanned::End => return Ok(()),
                Scanned::Batch { position, view } => {
                    if visit(&LocatedBatch { position, view }) == Walk::Stop {
                        return Ok(());
                    }
                }
                Scanned::Damaged { position, reason } => {
                    return Err(damaged(path(), position, reason));
                }
            }
        }
    }

    /// The first batch of the segment.
    pub(crate) fn first_batch(&self, folder: &LogFolder) -> Result<Option<BatchView>, StorageError> {
        let mut first = None;
        self.walk(folder, 0, |batch| {
            first = Some(batch.view);
            Walk::Stop
        })?;
        Ok(first)
    }

    /// The last batch of the segment.
    pub(crate) fn last_batch(&self, folder: &LogFolder) -> Result<Option<LocatedBatch>, StorageError> {
        let start = self.start_for_offset(folder, Offset::MAX)?;
        let mut last = None;
        self.walk(folder, start, |batch| {
            last = Some(*batch);
            Walk::GoOn
        })?;
        Ok(last)
    }

    /// A position at or before the batch that holds `offset`, by the index if it can be believed.
    fn start_for_offset(&self, folder: &LogFolder, offset: Offset) -> Result<u64, StorageError> {
        let path = self.path(folder, SegmentFile::OffsetIndex);
        let target = relative(self.base_offset(), offset).unwrap_or(if offset > self.base_offset() {
            u32::MAX
        } else {
            0
        });
        if self.is_index_suspect() {
            return Ok(0);
        }
        let below = match self
            .offset_index
            .partition_point(folder, &path, |key| key <= target)
        {
            Ok(count) => count,
            Err(error) => return self.distrust(error),
        };
        let Some(index) = below.checked_sub(1) else {
            return Ok(0);
        };
        let entry = match self.offset_index.get(folder, &path, index) {
            Ok(entry) => entry,
            Err(error) => return self.distrust(error),
        };
        let position = u64::from(entry.position);
        let named = self.base_offset().plus(i64::from(entry.relative_offset));
        let believable = self.view_at(folder, position)?.is_some_and(|view| {
            view.base_offset <= offset && view.base_offset <= named && view.base_offset >= self.base_offset()
        });
        if believable {
            return Ok(position);
        }
        self.index_suspect.store(true, Ordering::Relaxed);
        Ok(0)
    }

    /// Reads a damaged index as a reason to walk from the start; other failures stay failures.
    fn distrust(&self, error: StorageError) -> Result<u64, StorageError> {
        match error {
            StorageError::Damaged { .. } => {
                self.index_suspect.store(true, Ordering::Relaxed);
                Ok(0)
            }
            other => Err(other),
        }
    }

    /// The batch at `position`, if one can be there.
    fn view_at(&self, folder: &LogFolder, position: u64) -> Result<Option<BatchView>, StorageError> {
        if position >= self.size {
            return Ok(None);
        }
        let mut header = [0; VIEW_SIZE];
        let file = self.file(folder)?;
        let count = folder.check(
            &self.path(folder, SegmentFile::Data),
            file.read_at(position, &mut header),
        )?;
        let view = BatchView::parse(&header[..count]).ok();
        Ok(view.filter(|view| view.size as u64 <= self.size - position))
    }

    /// The first batch, at or behind `start_offset`, that has a timestamp of at least `target`.
    ///
    /// The time index gives the last moment at which every timestamp was still smaller; the walk starts there.
    pub(crate) fn locate_timestamp(
        &self,
        folder: &LogFolder,
        target: Timestamp,
        start_offset: Offset,
    ) -> Result<Option<LocatedBatch>, StorageError> {
        let hint = self.offset_before_timestamp(folder, target)?;
        let start = self.start_for_offset(folder, hint.max(start_offset))?;
        let mut found = None;
        self.walk(folder, start, |batch| {
            if batch.view.last_offset < start_offset || batch.view.max_timestamp < target {
                return Walk::GoOn;
            }
            found = Some(*batch);
            Walk::Stop
        })?;
        Ok(found)
    }

    /// An offset up to which every timestamp is below `target`, or the base offset.
    fn offset_before_timestamp(&self, folder: &LogFolder, target: Timestamp) -> Result<Offset, StorageError> {
        let path = self.path(folder, SegmentFile::TimeIndex);
        let lookup = || {
            let below = self
                .time_index
                .partition_point(folder, &path, |key| key < target)?;
            below
                .checked_sub(1)
                .map(|index| self.time_index.get(folder, &path, index))
                .transpose()
        };
        let entry = match lookup() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(self.base_offset()),
            Err(error) => {
                self.distrust(error)?;
                return Ok(self.base_offset());
            }
        };
        let offset = self.base_offset().plus(i64::from(entry.relative_offset));
        // The entry is believed if the batch that it names did bring that timestamp.
        let named = self.locate(folder, offset)?;
        if named.is_some_and(|batch| {
            batch.view.base_offset <= offset && batch.view.max_timestamp == entry.timestamp
        }) {
            return Ok(offset);
        }
        self.index_suspect.store(true, Ordering::Relaxed);
        Ok(self.base_offset())
    }
}

/// Names damage in a data file.
pub(crate) fn damaged(path: PathBuf, position: u64, reason: &str) -> StorageError {
    StorageError::Damaged {
        path,
        position,
        reason: reason.to_owned(),
    }
}
