//! Cutting the new end of a log: a follower whose history parted from its leader's (KIP-101), or a log that must
//! begin anew.
//!
//! Only what no in-sync majority acknowledged is ever cut; whoever calls decides that by leader epochs. Everything
//! derived from the cut batches goes with them: indexes, epochs, aborted transactions, cached batches, producers.

use broker_model::{
    HighWatermark, LocalLogStartOffset, LogEndOffset, LogStartOffset, Now, Offset, RecoveryPoint,
};

use crate::error::{LoadError, StorageError};
use crate::log::retention::PendingDelete;
use crate::log::unified_log::UnifiedLog;
use crate::segment::log_segment::LogSegment;

impl UnifiedLog {
    /// Removes every batch that holds an offset at or behind `target`, durably; answers whether there was one.
    ///
    /// A batch is whole or gone: of one that `target` is inside of nothing is left, and the log ends where it began.
    ///
    /// A recovery point behind `target` must not be in the directory's checkpoint when this begins: recovery would
    /// take a torn batch below it for damage of what was durable.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn truncate_to(&mut self, target: Offset, now: Now) -> Result<bool, LoadError> {
        self.require_online()?;
        if target >= self.markers.log_end.offset() {
            // Whoever led without writing has an epoch that begins at the log end, and that its successor never knew.
            self.epochs.truncate_from_end(self.markers.log_end.offset());
            return Ok(false);
        }
        if target <= self.segments[0].base_offset() {
            self.truncate_fully_and_start_at(target, now)?;
            return Ok(true);
        }
        // Asked before anything changes: where the file is cut and where the log ends must be one place.
        let end = self.start_of_batch(target)?;
        let mut pending = self.nothing_pending(now);
        while self.segments.len() > 1 && self.active().base_offset() > target {
            let base = self.active().base_offset();
            self.segments.pop();
            self.retire_files(base, &mut pending)?;
        }
        self.unlink(&pending)?;
        let config = self.config.clone();
        let folder = self.folder.clone();
        if !pending.paths.is_empty() {
            // Were a segment to come back after new records took its offsets, there would be a gap before it.
            folder.sync_names()?;
        }
        self.active_mut().truncate_to(&folder, &config, target)?;
        self.end_at(end)?;
        self.rebuild_producers(now)?;
        Ok(true)
    }

    /// Lets recovery begin at `target` if it would begin later. The checkpoint is to be written before the log is cut.
    /// Answers whether there is a need for that.
    pub fn lower_recovery_point(&mut self, target: Offset) -> bool {
        // What cannot be read begins with its segment, or behind that.
        let target = match self.start_of_batch(target) {
            Ok(begins) => begins,
            Err(_) => self.segment_below(target).map_or(target, LogSegment::base_offset),
        };
        let is_above = self.markers.recovery_point.offset() > target;
        if is_above {
            self.markers.recovery_point = RecoveryPoint::at(target.max(self.markers.log_start.offset()));
        }
        is_above
    }

    /// Removes everything; the next record gets the offset `target`.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn truncate_fully_and_start_at(&mut self, target: Offset, now: Now) -> Result<(), StorageError> {
        self.require_online()?;
        let mut pending = self.nothing_pending(now);
        // First, so that no crash leaves a snapshot without the batches that closed its transactions.
        self.remove_snapshots_where(|_| true)?;
        // The newest first: what a failure leaves is a shorter log, and none that begins later than its records are needed.
        for segment in std::mem::take(&mut self.segments).into_iter().rev() {
            self.retire_files(segment.base_offset(), &mut pending)?;
        }
        self.segments
            .push(LogSegment::create(&self.folder, target, &self.config, now.wall)?);
        self.unlink(&pending)?;
        // The markers stay where they were unless all of it is done: a directory that failed says nothing new.
        self.folder.sync_names()?;
        let log_start = match self.config.remote_storage_enable {
            // What lies before is in the remote tier, whatever becomes of the local part.
            true => self.markers.log_start.min(LogStartOffset::at(target)),
            false => LogStartOffset::at(target),
        };
        match log_start.offset() < target {
            true => self.epochs.truncate_from_end(target),
            false => self.epochs.clear(),
        }
        self.producers.clear(target);
        self.tail_cache.clear();
        self.note_cut(target);
        self.markers.log_start = log_start;
        self.markers.local_log_start = LocalLogStartOffset::at(target);
        self.markers.high_watermark = HighWatermark::at(target);
        self.markers.log_end = LogEndOffset::at(target);
        self.markers.recovery_point = RecoveryPoint::at(target);
        self.check_invariants();
        Ok(())
    }

    /// Lets all markers follow a log end that moved back to `target`.
    fn end_at(&mut self, target: Offset) -> Result<(), StorageError> {
        self.tail_cache.clear();
        self.note_cut(target);
        self.epochs.truncate_from_end(target);
        self.remove_snapshots_where(|snapshot| snapshot > target)?;
        self.markers.log_end = LogEndOffset::at(target);
        self.markers.recovery_point = self.markers.recovery_point.min(RecoveryPoint::at(target));
        self.markers.high_watermark = self.markers.high_watermark.min(HighWatermark::at(target));
        if self.markers.log_start.offset() > target {
            self.markers.log_start = LogStartOffset::at(target);
            self.markers.local_log_start = LocalLogStartOffset::at(target);
        }
        self.note_names_changed();
        self.check_invariants();
        Ok(())
    }

    /// Where the batch begins that holds `offset`; the offset itself if none does.
    fn start_of_batch(&self, offset: Offset) -> Result<Offset, StorageError> {
        let Some(segment) = self.segment_below(offset) else {
            return Ok(offset);
        };
        let batch = segment.locate(&self.folder, offset)?;
        Ok(batch.map_or(offset, |batch| batch.view.base_offset.min(offset)))
    }

    fn segment_below(&self, offset: Offset) -> Option<&LogSegment> {
        let below = |segment: &&LogSegment| segment.base_offset() <= offset;
        self.segments.iter().rev().find(below)
    }

    fn unlink(&mut self, pending: &PendingDelete) -> Result<(), StorageError> {
        for path in &pending.paths {
            self.folder.check(path, self.folder.fs().remove_file(path))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Offset;

    use crate::log::log_config::LogConfig;
    use crate::test_world::{World, batch};

    #[test]
    fn a_cut_inside_of_a_batch_takes_the_whole_batch_and_leaves_no_gap() {
        let mut world = World::new(LogConfig::default());
        world.append(&batch("a").records(2));
        world.append(&batch("b").records(3));
        world.log.flush(world.now).unwrap();
        assert!(world.log.lower_recovery_point(Offset::new(4)));
        assert_eq!(world.log.progress().recovery_point, Offset::new(2));
        assert!(world.log.truncate_to(Offset::new(4), world.now).unwrap());
        assert_eq!(world.log.log_end().offset(), Offset::new(2));
        world.append(&batch("c"));
        let bases: Vec<i64> = world.read_all().iter().map(|(offset, _)| *offset).collect();
        assert_eq!(bases, [0, 2]);
    }
}
