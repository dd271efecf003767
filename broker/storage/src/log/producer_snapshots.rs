//! When the producers' state is written to disk, and which of the files stay.
//!
//! A snapshot is taken where a segment ends and where the log ends at a clean stop, so that opening replays one
//! segment at most. Snapshots are kept for the bases of existing segments and for the newest offset. A damaged
//! one is removed and the state rebuilt from an older one and the log.

use std::io::IoSlice;

use broker_model::Offset;

use crate::error::StorageError;
use crate::fs::{OpenMode, read_whole};
use crate::log::unified_log::UnifiedLog;
use crate::producer::producer_state_entry::ProducerStateEntry;
use crate::producer::snapshot_file::{SNAPSHOT_SIZE_MAX, parse_producer_snapshot, render_producer_snapshot};
use crate::segment::file_name::{SegmentFile, segment_path};
use crate::segment::log_segment::LogSegment;

impl UnifiedLog {
    /// Writes the producers' state as of the log end, unless that was done or the log is empty.
    pub(crate) fn take_producer_snapshot(&mut self) -> Result<(), StorageError> {
        let offset = self.producers.updated_to();
        if self.snapshots.last().is_some_and(|last| *last >= offset) || offset == Offset::ZERO {
            return Ok(());
        }
        let content = render_producer_snapshot(self.producers.entries().into_iter());
        let path = segment_path(self.folder.path(), offset, SegmentFile::Snapshot);
        let file = self
            .folder
            .check(&path, self.folder.fs().open(&path, OpenMode::Truncate))?;
        self.folder
            .check(&path, file.write_at(0, &[IoSlice::new(&content)]))?;
        self.snapshots.push(offset);
        self.note_names_changed();
        self.remove_surplus_snapshots()
    }

    /// The producers of the newest sound snapshot at or below `offset`, and its offset.
    ///
    /// Damaged ones on the way are removed, and those from before the first segment: the batches between, which may
    /// have ended a transaction, are gone.
    pub(crate) fn newest_snapshot(
        &mut self,
        offset: Offset,
    ) -> Result<Option<(Offset, Vec<ProducerStateEntry>)>, StorageError> {
        let first = self.segments[0].base_offset();
        self.remove_snapshots_where(|snapshot| snapshot > offset || snapshot < first)?;
        while let Some(newest) = self.snapshots.last().copied() {
            let path = segment_path(self.folder.path(), newest, SegmentFile::Snapshot);
            let content = match read_whole(self.folder.fs(), &path, SNAPSHOT_SIZE_MAX) {
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Vec::new(),
                result => self.folder.check(&path, result)?,
            };
            if let Ok(entries) = parse_producer_snapshot(&content) {
                return Ok(Some((newest, entries)));
            }
            self.remove_snapshots_where(|snapshot| snapshot == newest)?;
        }
        Ok(None)
    }

    /// Removes snapshots that neither belong to a segment's base nor are the newest.
    pub(crate) fn remove_surplus_snapshots(&mut self) -> Result<(), StorageError> {
        let bases: Vec<Offset> = self.segments.iter().map(LogSegment::base_offset).collect();
        let newest = self.snapshots.last().copied();
        self.remove_snapshots_where(|snapshot| {
            bases.binary_search(&snapshot).is_err() && Some(snapshot) != newest
        })
    }

    /// Removes the snapshots that `is_unwanted` names.
    pub(crate) fn remove_snapshots_where(
        &mut self,
        is_unwanted: impl Fn(Offset) -> bool,
    ) -> Result<(), StorageError> {
        let unwanted: Vec<Offset> = self
            .snapshots
            .iter()
            .copied()
            .filter(|offset| is_unwanted(*offset))
            .collect();
        for offset in unwanted {
            let path = segment_path(self.folder.path(), offset, SegmentFile::Snapshot);
            match self.folder.fs().remove_file(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                result => self.folder.check(&path, result)?,
            }
            self.snapshots.retain(|snapshot| *snapshot != offset);
            self.note_names_changed();
        }
        Ok(())
    }
}
