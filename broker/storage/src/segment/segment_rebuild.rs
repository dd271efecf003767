//! Repairing a segment from its data: recovery after a crash, rebuilt indexes, truncation.
//!
//! The data file is the truth; indexes follow from it. Recovery reads every batch whole and stops at the first
//! whose checksum is wrong, because behind a torn write nothing can be trusted.

use broker_model::Offset;

use crate::error::StorageError;
use crate::log::log_config::LogConfig;
use crate::log::log_folder::LogFolder;
use crate::segment::batch_scanner::{BatchScanner, Scanned};
use crate::segment::batch_view::BatchView;
use crate::segment::file_name::SegmentFile;
use crate::segment::log_segment::LogSegment;
use crate::segment::segment_read::{LocatedBatch, Walk};

/// What a walk over the whole segment found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// Where the first bad batch begins, and what is wrong with it; `None` when all are good.
    pub(crate) damage: Option<(u64, &'static str)>,
    /// Offset after the last good batch.
    pub(crate) next_offset: Offset,
}

/// Whether checksums are compared too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksums {
    Compare,
    Trust,
}

impl LogSegment {
    /// Reads all batches, rebuilds the offset and time indexes, and answers where the good ones end.
    ///
    /// `visit` is called for every good batch with its bytes, which are empty when checksums are trusted and the
    /// batch holds no markers. The data file is not cut; the caller decides that by what was found.
    pub(crate) fn rebuild(
        &mut self,
        folder: &LogFolder,
        config: &LogConfig,
        checksums: Checksums,
        mut visit: impl FnMut(&LocatedBatch, &[u8]) -> Result<(), StorageError>,
    ) -> Result<Recovered, StorageError> {
        let path = self.path(folder, SegmentFile::Data);
        let file = self.file(folder)?;
        let file_size = folder.check(&path, file.size())?;
        self.clear_indexes(folder)?;
        let mut scanner = BatchScanner::new(file.as_ref(), 0, file_size, self.base_offset());
        let mut next_offset = self.base_offset();
        let mut bytes = Vec::new();
        let damage = loop {
            let (position, view) = match folder.check(&path, scanner.step())? {
                Scanned::End => break None,
                Scanned::Damaged { position, reason } => break Some((position, reason)),
                Scanned::Batch { position, view } => (position, view),
            };
            bytes.clear();
            if checksums == Checksums::Compare || view.is_control() {
                bytes.resize(view.size, 0);
                let count = folder.check(&path, file.read_at(position, &mut bytes))?;
                if count < view.size || !view.checksum_matches(&bytes) {
                    break Some((position, "the checksum does not match"));
                }
            }
            if !self.can_hold(view.last_offset) {
                break Some((position, "the offset is too far from the segment's start"));
            }
            self.note_batch(&view, u64::from(config.index_interval_bytes));
            self.spill_indexes(folder)?;
            next_offset = view.next_offset();
            visit(&LocatedBatch { position, view }, &bytes)?;
        };
        Ok(Recovered { damage, next_offset })
    }

    fn clear_indexes(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        let path = |segment: &Self, file| segment.path(folder, file);
        let (offset, time) = (
            path(self, SegmentFile::OffsetIndex),
            path(self, SegmentFile::TimeIndex),
        );
        self.offset_index.clear(folder, &offset)?;
        self.time_index.clear(folder, &time)?;
        self.reset_end();
        Ok(())
    }

    fn spill_indexes(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        if self.offset_index.wants_write() || self.time_index.wants_write() {
            self.write_indexes(folder)?;
        }
        Ok(())
    }

    /// Cuts the data file at `self.size`, the end of the good batches.
    pub(crate) fn cut_file(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        let path = self.path(folder, SegmentFile::Data);
        let file = self.file(folder)?;
        self.reserved_to = 0;
        folder.check(&path, file.set_size(self.size()))?;
        folder.check(&path, file.sync())
    }

    /// Removes every batch that holds an offset at or behind `offset`; answers how many bytes went.
    pub(crate) fn truncate_to(
        &mut self,
        folder: &LogFolder,
        config: &LogConfig,
        offset: Offset,
    ) -> Result<u64, StorageError> {
        let Some(first_removed) = self.locate(folder, offset)? else {
            return Ok(0);
        };
        let before = self.size();
        let kept: Vec<BatchView> = match self.is_index_suspect() {
            false => Vec::new(),
            true => self.views_before(folder, first_removed.position)?,
        };
        if kept.is_empty() && !self.is_index_suspect() {
            self.truncate_indexes(folder, first_removed)?;
        } else {
            self.clear_indexes(folder)?;
            kept.iter()
                .for_each(|view| self.note_batch(view, u64::from(config.index_interval_bytes)));
        }
        let path = self.path(folder, SegmentFile::TransactionIndex);
        self.transaction_index.truncate_to(folder, &path, offset)?;
        self.cut_file(folder)?;
        Ok(before - self.size())
    }

    fn views_before(&self, folder: &LogFolder, position: u64) -> Result<Vec<BatchView>, StorageError> {
        let mut views = Vec::new();
        self.walk(folder, 0, |batch| {
            if batch.position >= position {
                return Walk::Stop;
            }
            views.push(batch.view);
            Walk::GoOn
        })?;
        Ok(views)
    }

    /// Drops the index entries of everything from `first_removed` on.
    fn truncate_indexes(
        &mut self,
        folder: &LogFolder,
        first_removed: LocatedBatch,
    ) -> Result<(), StorageError> {
        let base = self.base_offset();
        let bound = first_removed
            .view
            .base_offset
            .since(base)
            .clamp(0, i64::from(u32::MAX)) as u32;
        let path = self.path(folder, SegmentFile::OffsetIndex);
        let count = self
            .offset_index
            .partition_point(folder, &path, |key| key < bound)?;
        self.offset_index.truncate(folder, &path, count)?;
        let path = self.path(folder, SegmentFile::TimeIndex);
        while let Some(last) = self
            .time_index
            .last()
            .filter(|last| last.relative_offset >= bound)
        {
            let count = self
                .time_index
                .partition_point(folder, &path, |key| key < last.timestamp)?;
            self.time_index.truncate(folder, &path, count)?;
        }
        self.size = first_removed.position;
        self.take_max_timestamp_from_index(folder)
    }

    /// Finds the largest timestamp again, from the last time entry and the batches behind it.
    fn take_max_timestamp_from_index(&mut self, folder: &LogFolder) -> Result<(), StorageError> {
        self.reset_max_timestamp();
        let start = match self.time_index.last() {
            Some(last) => self.base_offset().plus(i64::from(last.relative_offset)),
            None => self.base_offset(),
        };
        let Some(first) = self.locate(folder, start)? else {
            return Ok(());
        };
        let mut views = Vec::new();
        self.walk(folder, first.position, |batch| {
            views.push(batch.view);
            Walk::GoOn
        })?;
        views.iter().for_each(|view| self.raise_max_timestamp(view));
        Ok(())
    }

    /// Brings suspect indexes in line with the data again.
    pub(crate) fn rebuild_suspect_indexes(
        &mut self,
        folder: &LogFolder,
        config: &LogConfig,
    ) -> Result<(), StorageError> {
        let size = self.size();
        let views = self.views_before(folder, size)?;
        self.clear_indexes(folder)?;
        views
            .iter()
            .for_each(|view| self.note_batch(view, u64::from(config.index_interval_bytes)));
        self.finish(folder)
    }
}
