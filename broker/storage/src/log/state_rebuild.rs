//! What is derived from the batches when a log is opened or cut: leader epochs and producers.
//!
//! Both have a file that saves reading the log. The epochs' file has no checksum, so each entry is compared with
//! the batches around it; the producers' snapshot has one. When a file is missing or wrong, the batches decide. So they
//! do behind the recovery point after a crash, whatever the epochs' file says: of what it says of these offsets some may
//! have been cut and written anew since.

use broker_model::{LeaderEpoch, Now, Offset};

use crate::epoch::leader_epoch_cache::{
    EpochEntry, FILE_NAME as EPOCHS_FILE, LeaderEpochCache, parse_leader_epochs,
};
use crate::error::{LoadError, StorageError};
use crate::fs::read_whole;
use crate::index::transaction_index::TransactionIndex;
use crate::log::append::learn_producer;
use crate::log::log_loader::RecoveryReport;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::SegmentFile;
use crate::segment::segment_read::{LocatedBatch, Walk};

/// Bound on the size of the epochs' file that a reader accepts.
const EPOCHS_SIZE_MAX: usize = 64 << 20;

impl UnifiedLog {
    /// Takes the epochs from their file, as far as the batches agree; `recovered_from` is the base of the first
    /// segment that was read after a crash: from there on they are taken from the batches. Answers what the file says.
    pub(crate) fn load_epochs(
        &mut self,
        recovered_from: Option<Offset>,
        report: &mut RecoveryReport,
    ) -> Result<Vec<EpochEntry>, LoadError> {
        let path = self.folder.path().join(EPOCHS_FILE);
        let content = match read_whole(self.folder.fs(), &path, EPOCHS_SIZE_MAX) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => b"?".to_vec(),
            result => self.folder.check(&path, result)?,
        };
        let end = self.markers.log_end.offset();
        let edge = recovered_from.map_or(end, |from| from.min(end));
        let told = parse_leader_epochs(&content).unwrap_or_default();
        let below = told.partition_point(|entry| entry.start_offset < edge);
        let is_believed = self.do_batches_agree(&told[..below], edge)?;
        let rescan_from = match is_believed {
            true => {
                self.epochs = LeaderEpochCache::loaded(told.clone());
                self.epochs.truncate_from_end(edge);
                recovered_from
            }
            false => {
                report.epochs_rebuilt = true;
                self.epochs.clear();
                Some(Offset::ZERO)
            }
        };
        if let Some(from) = rescan_from {
            self.assign_epochs_from(from)?;
        }
        Ok(told)
    }

    /// Whether the entries, which all start below `edge`, tell the epochs of all batches there, and none is above what
    /// stands behind it.
    fn do_batches_agree(&self, entries: &[EpochEntry], edge: Offset) -> Result<bool, StorageError> {
        let log_start = self.markers.log_start.offset();
        let begin = self.segments[0].base_offset().max(log_start);
        for (index, entry) in entries.iter().enumerate() {
            let next = entries.get(index + 1).map_or(edge, |next| next.start_offset);
            let at_start = self.epoch_of_batch_at(entry.start_offset, next)?;
            let before = match entry.start_offset > self.segments[0].base_offset() {
                true => self.epoch_of_batch_at(entry.start_offset.minus(1), entry.start_offset)?,
                false => None,
            };
            let starts = at_start.is_none_or(|(epoch, base)| {
                // Only the log start cuts through a batch.
                let is_whole = base >= entry.start_offset || entry.start_offset <= log_start;
                epoch == entry.epoch && is_whole
            });
            let older = before.is_none_or(|(epoch, _)| {
                // What lies below the log start counts as the first epoch's.
                epoch < entry.epoch || (index == 0 && entry.start_offset <= log_start)
            });
            if !starts || !older {
                return Ok(false);
            }
        }
        let told_from = entries.first().map_or(edge, |first| first.start_offset);
        if told_from > begin && self.epoch_of_batch_at(begin, told_from)?.is_some() {
            return Ok(false);
        }
        let last = entries.last().map(|entry| entry.epoch);
        let newest = match edge > begin {
            true => self.epoch_of_batch_at(edge.minus(1), edge)?,
            false => None,
        };
        let behind = self.epoch_of_batch_at(edge, self.markers.log_end.offset())?;
        Ok(newest.is_none_or(|(epoch, _)| Some(epoch) <= last)
            && behind.is_none_or(|(epoch, _)| last <= Some(epoch)))
    }

    /// Epoch and base of the first batch that reaches `offset`, if it begins before `end`.
    fn epoch_of_batch_at(
        &self,
        offset: Offset,
        end: Offset,
    ) -> Result<Option<(LeaderEpoch, Offset)>, StorageError> {
        for segment in &self.segments[self.segment_index(offset)..] {
            if let Some(batch) = segment.locate(&self.folder, offset)? {
                let view = batch.view;
                let is_there = view.base_offset < end && view.leader_epoch.is_known();
                return Ok(is_there.then_some((view.leader_epoch, view.base_offset)));
            }
        }
        Ok(None)
    }

    fn assign_epochs_from(&mut self, from: Offset) -> Result<(), StorageError> {
        for index in self.segment_index(from)..self.segments.len() {
            let mut firsts: Vec<(LeaderEpoch, Offset)> = Vec::new();
            self.segments[index].walk(&self.folder, 0, |batch| {
                let (epoch, offset) = (batch.view.leader_epoch, batch.view.base_offset);
                if firsts.last().is_none_or(|(last, _)| *last < epoch) {
                    firsts.push((epoch, offset));
                }
                Walk::GoOn
            })?;
            firsts
                .into_iter()
                .for_each(|(epoch, offset)| self.epochs.assign(epoch, offset));
        }
        Ok(())
    }

    /// Rebuilds the producers after the log was cut.
    pub(crate) fn rebuild_producers(&mut self, now: Now) -> Result<(), LoadError> {
        self.replay_producers(None, now, &mut RecoveryReport::default())
    }

    /// Takes the producers from the newest snapshot and the batches behind it. Transaction indexes from
    /// `transactions_from` on are written anew, for which the producers before that offset must be known.
    pub(crate) fn replay_producers(
        &mut self,
        transactions_from: Option<Offset>,
        now: Now,
        report: &mut RecoveryReport,
    ) -> Result<(), LoadError> {
        let end = self.markers.log_end.offset();
        let mut start = self.segments[0].base_offset();
        self.producers.clear(start);
        if let Some((offset, entries)) = self.newest_snapshot(transactions_from.unwrap_or(end).min(end))? {
            self.producers.reload(entries, offset, now);
            start = offset.max(start);
        }
        // An empty segment, too, may have a transaction index from before a crash.
        if start < end || transactions_from.is_some() {
            for index in self.segment_index(start)..self.segments.len() {
                self.retake_snapshot_at(self.segments[index].base_offset(), start)?;
                self.replay_segment(index, start, transactions_from, now, report)?;
            }
        }
        self.producers.advance_to(end);
        self.producers.on_high_watermark(self.markers.high_watermark);
        Ok(())
    }

    /// Takes the snapshot of a segment's base anew if it went: when the segments before are given up, nothing else
    /// knows their producers.
    fn retake_snapshot_at(&mut self, base: Offset, start: Offset) -> Result<(), StorageError> {
        if base <= start {
            return Ok(());
        }
        self.producers.advance_to(base);
        self.take_producer_snapshot()
    }

    fn replay_segment(
        &mut self,
        index: usize,
        start: Offset,
        transactions_from: Option<Offset>,
        now: Now,
        report: &mut RecoveryReport,
    ) -> Result<(), LoadError> {
        let segment = &self.segments[index];
        let path = segment.path(&self.folder, SegmentFile::Data);
        let position = segment
            .locate(&self.folder, start)?
            .map_or(segment.size(), |batch| batch.position);
        let mut batches: Vec<LocatedBatch> = Vec::new();
        let mut count = 0;
        segment.walk(&self.folder, position, |batch| {
            count += 1;
            if batch.view.producer_id.is_known() {
                batches.push(*batch);
            }
            Walk::GoOn
        })?;
        report.batches_replayed += count;
        let mut aborted = Vec::new();
        let mut bytes = Vec::new();
        for batch in &batches {
            bytes.clear();
            if batch.view.is_control() {
                bytes.resize(batch.view.size, 0);
                let file = self.segments[index].file(&self.folder)?;
                self.folder
                    .check(&path, file.read_at(batch.position, &mut bytes))?;
            }
            aborted.extend(learn_producer(&mut self.producers, &batch.view, &bytes, now));
        }
        let base = self.segments[index].base_offset();
        if transactions_from.is_some_and(|from| base >= from) {
            let path = self.segments[index].path(&self.folder, SegmentFile::TransactionIndex);
            let index_file = self.segments[index].transaction_index_mut();
            *index_file = TransactionIndex::replace(&self.folder, &path, aborted)?;
        }
        Ok(())
    }
}
