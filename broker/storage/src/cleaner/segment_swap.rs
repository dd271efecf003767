//! Putting cleaned segments in the place of those that they were made of.
//!
//! The caller holds the log. The new files are renamed from `.cleaned` to `.swap`, and the folder is synced, from
//! where on a start finishes the swap (`folder_sweep`); then, group by group, the old files are renamed to `.deleted`
//! and the new ones get their names, which the next flush makes durable. Groups go in order and stop at the first
//! that does not fit the log any more, so that a tombstone never goes before the records that it covers.

use broker_model::{Now, Offset};

use crate::cleaner::cleaning::{CleanedGroup, Cleaning, CleaningStats};
use crate::error::StorageError;
use crate::log::retention::PendingDelete;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::{
    DELETED_SUFFIX, SEGMENT_FILES, SWAP_SUFFIX, SegmentFile, segment_path, with_suffix,
};

/// What came of a cleaning.
#[derive(Debug)]
pub struct CleaningOutcome {
    /// Where the dirty part begins now; `None` when the log changed meanwhile and is to be cleaned again.
    pub cleaned_to: Option<Offset>,
    /// Files of the old segments.
    pub pending: Option<PendingDelete>,
    /// Numbers.
    pub stats: CleaningStats,
}

impl UnifiedLog {
    /// Puts the result of a cleaning in place.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn finish_cleaning(
        &mut self,
        mut cleaning: Cleaning,
        now: Now,
    ) -> Result<CleaningOutcome, StorageError> {
        self.require_online()?;
        let mut pending = self.nothing_pending(now);
        let mut groups = std::mem::take(&mut cleaning.outputs);
        let fits =
            cleaning.is_done() && cleaning.cuts == self.cuts && cleaning.folder.path() == self.folder.path();
        let fitting = match fits {
            true => groups
                .iter()
                .take_while(|group| self.holds(&group.replaced))
                .count(),
            false => 0,
        };
        cleaning.outputs = groups.split_off(fitting);
        cleaning.remove_outputs(0)?;
        for group in &mut groups {
            group.segment.change_suffix(&self.folder, SWAP_SUFFIX)?;
        }
        if !groups.is_empty() {
            self.folder.sync_names()?;
        }
        for group in groups {
            self.replace_segments(group, &mut pending)?;
        }
        let is_complete = fits && cleaning.outputs.is_empty();
        if is_complete {
            self.lowest_cut = None;
        }
        self.check_invariants();
        Ok(CleaningOutcome {
            cleaned_to: is_complete.then(|| cleaning.cleaned_to()),
            pending: (!pending.paths.is_empty()).then_some(pending),
            stats: cleaning.stats,
        })
    }

    /// Whether segments of these bases stand side by side in the log, and none of them is active.
    fn holds(&self, bases: &[Offset]) -> bool {
        let first = bases.first().map_or(0, |base| self.segment_index(*base));
        let closed = &self.segments[..self.segments.len() - 1];
        closed.get(first..first + bases.len()).is_some_and(|found| {
            found
                .iter()
                .map(|segment| segment.base_offset())
                .eq(bases.iter().copied())
        })
    }

    /// Replaces the segments of one group.
    fn replace_segments(
        &mut self,
        group: CleanedGroup,
        pending: &mut PendingDelete,
    ) -> Result<(), StorageError> {
        let CleanedGroup {
            mut segment,
            replaced,
        } = group;
        let base = segment.base_offset();
        let first = self.segment_index(base);
        for old in self.segments.drain(first..first + replaced.len()) {
            pending.size += old.size();
        }
        for old in &replaced {
            self.retire_replaced(*old, base, pending)?;
        }
        segment.change_suffix(&self.folder, "")?;
        self.note_names_changed();
        self.tail_cache.drop_below(self.end_of_group(first));
        self.snapshots
            .retain(|snapshot| *snapshot == base || replaced.binary_search(snapshot).is_err());
        self.segments.insert(first, segment);
        Ok(())
    }

    /// Base of the segment that now stands at `index`, before the new one is put there.
    fn end_of_group(&self, index: usize) -> Offset {
        self.segments
            .get(index)
            .map_or(self.markers.log_end.offset(), |next| next.base_offset())
    }

    /// Renames the files of an old segment out of sight; the producer snapshot at the group's base stays.
    fn retire_replaced(
        &mut self,
        old: Offset,
        base: Offset,
        pending: &mut PendingDelete,
    ) -> Result<(), StorageError> {
        let snapshot = (old != base).then_some(SegmentFile::Snapshot);
        for file in SEGMENT_FILES.into_iter().chain(snapshot) {
            let path = segment_path(self.folder.path(), old, file);
            let retired = with_suffix(&path, DELETED_SUFFIX);
            match self.folder.fs().rename(&path, &retired) {
                Ok(()) => pending.paths.push(retired),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.folder.failed(&path, error)),
            }
        }
        Ok(())
    }
}
