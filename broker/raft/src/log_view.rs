//! The log as the quorum sees it: where it starts and ends, how much of it is on the device, its epochs, snapshots
//! and voters. The bytes are the driver's.
//!
//! Invariant: `start <= flushed <= end`; a snapshot ends at or after `start`. Every write has a number; a flush of a
//! number covers all writes up to it, but nothing that was truncated since (a flush that was under way when the log
//! was cut says nothing about the records that came after).

use std::collections::VecDeque;

use broker_metadata::metadata_log::SnapshotId;
use broker_model::{LeaderEpoch, Offset};
use bytes::Bytes;

use crate::epoch_history::EpochHistory;
use crate::log_scan::{ScannedBatch, scan};
use crate::voter_history::{SnapshotVoters, VoterHistory};
use crate::{LogError, OffsetAndEpoch, VoterSet};

/// Number of a write to the log; they ascend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub u64);

/// A finished snapshot on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it stands for.
    pub id: SnapshotId,
    /// Bytes of its file.
    pub size: u64,
}

/// What a fetch position means in this log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValidOffsetAndEpoch {
    /// The fetcher's log is a prefix of this one.
    Valid,
    /// The fetcher's log differs; its last common epoch ends here at the latest.
    Diverging(OffsetAndEpoch),
    /// The fetcher needs this snapshot first.
    Snapshot(SnapshotId),
}

/// Facts about the log, as read from disk at start: snapshot first, then the batches in order.
#[derive(Clone, Debug)]
pub struct LogView {
    start: Offset,
    end: Offset,
    flushed: Offset,
    epochs: EpochHistory,
    snapshots: Vec<Snapshot>,
    voters: VoterHistory,
    under_way: VecDeque<(WriteId, Offset)>,
    next_write: WriteId,
}

impl LogView {
    /// An empty log; `configured` are the voters while none stand in the log (`controller.quorum.voters`).
    pub fn new(configured: VoterSet) -> Self {
        Self {
            start: Offset::ZERO,
            end: Offset::ZERO,
            flushed: Offset::ZERO,
            epochs: EpochHistory::default(),
            snapshots: Vec::new(),
            voters: VoterHistory::new(configured),
            under_way: VecDeque::new(),
            next_write: WriteId(1),
        }
    }

    /// Begins the log behind a snapshot; newer ones on disk come by [`LogView::keep_snapshot`].
    pub fn begin_with(&mut self, snapshot: Snapshot, voters: SnapshotVoters) {
        let at = OffsetAndEpoch::from(snapshot.id);
        self.snapshots = vec![snapshot];
        self.voters.reset(at.offset, voters);
        self.epochs = EpochHistory::after(at.epoch);
        (self.start, self.end, self.flushed) = (at.offset, at.offset, at.offset);
        self.under_way.clear();
    }

    /// Takes batches that are on the device, in order; those before the snapshot are skipped.
    ///
    /// # Errors
    /// They are damaged or do not follow what came before.
    pub fn restore(&mut self, bytes: &Bytes) -> Result<(), LogError> {
        let mut batches = scan(bytes)?.0;
        batches.retain(|batch| batch.end_offset > self.end);
        let latest = batches.last().map_or(LeaderEpoch::FIRST, |batch| batch.epoch);
        self.check(&batches, latest)?;
        for batch in &batches {
            self.take(batch);
        }
        self.flushed = self.end;
        Ok(())
    }

    /// Whether the log holds everything that the snapshot stands for, so that it may go on behind it.
    ///
    /// A length is not enough: 1. A follower with 26 records of epoch 1 fetches a snapshot of 13 records that ends in
    /// epoch 2, and crashes before it has deleted its log. 2. The log is longer than the snapshot, but another one.
    pub fn holds(&self, id: SnapshotId) -> bool {
        let end = self.epochs.end_offset_for(LeaderEpoch::new(id.epoch), self.end);
        id.end_offset <= self.start || (end.epoch.value() == id.epoch && end.offset >= id.end_offset)
    }

    /// Takes a snapshot that this node made or that is on its disk.
    ///
    /// # Errors
    /// The log does not hold what it stands for: it must begin anew behind the snapshot.
    pub fn keep_snapshot(&mut self, snapshot: Snapshot) -> Result<(), LogError> {
        if !self.holds(snapshot.id) {
            return Err(LogError::OtherSnapshot {
                end_offset: snapshot.id.end_offset,
                epoch: snapshot.id.epoch,
            });
        }
        if !self.snapshots.iter().any(|known| known.id == snapshot.id) {
            self.snapshots.push(snapshot);
            self.snapshots.sort_by_key(|known| known.id);
        }
        Ok(())
    }

    /// Whether batches continue the log, up to the quorum's epoch.
    pub(crate) fn check(&self, batches: &[ScannedBatch], quorum: LeaderEpoch) -> Result<(), LogError> {
        let OffsetAndEpoch {
            offset: mut log_end,
            epoch: mut latest,
        } = self.end_offset();
        for &ScannedBatch {
            base_offset,
            end_offset,
            epoch,
            ..
        } in batches
        {
            if base_offset != log_end {
                return Err(LogError::Gap { base_offset, log_end });
            }
            if epoch < latest || epoch > quorum {
                return Err(LogError::Epoch {
                    base_offset,
                    epoch,
                    latest,
                    quorum,
                });
            }
            (log_end, latest) = (end_offset, epoch);
        }
        Ok(())
    }

    /// Appends a checked batch.
    pub(crate) fn take(&mut self, batch: &ScannedBatch) {
        self.epochs.append(batch.epoch, batch.base_offset);
        self.voters.append(batch.base_offset, &batch.controls);
        self.end = batch.end_offset;
    }

    /// Numbers the write that brought the log to where it ends now.
    pub(crate) fn begin_write(&mut self) -> WriteId {
        let write = self.next_write;
        self.next_write = WriteId(write.0 + 1);
        self.under_way.push_back((write, self.end));
        write
    }

    pub(crate) fn flushed_to(&mut self, write: WriteId) {
        while let Some((_, end)) = self.under_way.pop_front_if(|(number, _)| *number <= write) {
            self.flushed = end;
        }
    }

    /// Where this log has to be cut so that it agrees with a leader in which that epoch ends there.
    pub(crate) fn truncation_point(&self, leader: OffsetAndEpoch) -> Offset {
        let ours = self.epochs.end_offset_for(leader.epoch, self.end);
        if ours.epoch == leader.epoch {
            ours.offset.min(leader.offset)
        } else {
            ours.offset
        }
    }

    pub(crate) fn truncate_to(&mut self, end: Offset) {
        self.epochs.truncate_to(end);
        self.voters.truncate_to(end);
        self.end = end;
        self.flushed = self.flushed.min(end);
        for (_, reached) in &mut self.under_way {
            *reached = end.min(*reached);
        }
    }

    /// Drops the log before a snapshot; `None` when this node has no snapshot that ends there.
    pub(crate) fn trim_to(&mut self, start: Offset) -> Option<()> {
        let snapshot = self.snapshots.iter().find(|known| known.id.end_offset == start)?;
        if start < self.start || start > self.end {
            return None;
        }
        self.epochs.trim_to(OffsetAndEpoch::from(snapshot.id));
        self.start = start;
        self.voters.trim_to(start);
        self.snapshots.retain(|known| known.id.end_offset >= start);
        Some(())
    }

    pub(crate) fn validate(&self, fetch: OffsetAndEpoch) -> ValidOffsetAndEpoch {
        if let (Some(oldest), Some(newest)) = (self.snapshots.first(), self.snapshots.last()) {
            let oldest = OffsetAndEpoch::from(oldest.id);
            let at_start = fetch.offset == self.start && self.start == oldest.offset;
            if fetch.offset < self.start
                || (at_start && fetch.epoch != oldest.epoch)
                || (self.start > Offset::ZERO && fetch.epoch < oldest.epoch)
            {
                return ValidOffsetAndEpoch::Snapshot(newest.id);
            }
        }
        let end = self.epochs.end_offset_for(fetch.epoch, self.end);
        if end.epoch != fetch.epoch || end.offset < fetch.offset {
            return ValidOffsetAndEpoch::Diverging(end);
        }
        ValidOffsetAndEpoch::Valid
    }

    /// First offset of the log.
    pub const fn start(&self) -> Offset {
        self.start
    }

    /// Where the log ends, with the epoch of its last record; epoch 0 when there never was one.
    pub fn end_offset(&self) -> OffsetAndEpoch {
        OffsetAndEpoch::new(self.end, self.epochs.latest().unwrap_or(LeaderEpoch::FIRST))
    }

    /// Where the part ends that is on the device.
    pub const fn flushed(&self) -> Offset {
        self.flushed
    }

    pub(crate) fn snapshot(&self, id: SnapshotId) -> Option<Snapshot> {
        self.snapshots.iter().find(|known| known.id == id).copied()
    }

    /// The newest snapshot.
    pub fn latest_snapshot(&self) -> Option<Snapshot> {
        self.snapshots.last().copied()
    }

    pub(crate) const fn voters(&self) -> &VoterHistory {
        &self.voters
    }
}

#[cfg(test)]
mod tests {
    use broker_metadata::metadata_log::{BatchStamp, ControlRecord, control_batch};
    use broker_model::Timestamp;

    use super::*;
    use crate::simulation::voter;
    use crate::small_world::batch;

    fn log(epochs: &[i32]) -> LogView {
        let mut log = LogView::new(VoterSet::new([voter(1)]));
        for (offset, epoch) in (0..).zip(epochs) {
            log.restore(&batch(offset, *epoch)).unwrap();
        }
        log
    }

    fn append(log: &mut LogView, records: &Bytes) -> WriteId {
        let (batches, _) = scan(records).unwrap();
        log.check(&batches, LeaderEpoch::new(9)).unwrap();
        batches.iter().for_each(|batch| log.take(batch));
        log.begin_write()
    }

    fn at(offset: i64, epoch: i32) -> OffsetAndEpoch {
        OffsetAndEpoch::new(Offset::new(offset), LeaderEpoch::new(epoch))
    }

    #[test]
    fn a_flush_from_before_a_truncation_says_nothing_about_what_came_after() {
        let mut log = log(&[1, 1]);
        let before = append(&mut log, &batch(2, 1));
        log.truncate_to(Offset::new(1));
        let after = append(&mut log, &batch(1, 2));
        append(&mut log, &batch(2, 2));
        log.flushed_to(before);
        assert_eq!(log.flushed(), Offset::new(1));
        log.flushed_to(after);
        assert_eq!(log.flushed(), Offset::new(2));
    }

    #[test]
    fn voters_go_with_their_record() {
        let mut log = log(&[1]);
        let stamp = BatchStamp {
            base_offset: Offset::new(1),
            leader_epoch: LeaderEpoch::new(1),
            timestamp: Timestamp::from_ms(0),
        };
        let voters = ControlRecord::KRaftVoters(vec![voter(1), voter(2)]);
        append(&mut log, &control_batch(stamp, &[voters]).unwrap());
        assert_eq!(log.voters().latest().len(), 2);
        log.truncate_to(Offset::new(1));
        assert_eq!(log.voters().latest().len(), 1);
    }

    #[test]
    fn a_follower_cuts_to_the_smaller_end_of_the_last_common_epoch() {
        let ours = log(&[1, 1, 2, 2, 2, 4]);
        assert_eq!(ours.truncation_point(at(4, 2)), Offset::new(4));
        assert_eq!(ours.truncation_point(at(9, 2)), Offset::new(5));
        assert_eq!(ours.truncation_point(at(6, 3)), Offset::new(5));
        assert_eq!(ours.truncation_point(at(2, 1)), Offset::new(2));
        assert_eq!(ours.truncation_point(at(0, 0)), Offset::ZERO);
    }

    #[test]
    fn a_position_behind_the_start_or_of_a_forgotten_epoch_needs_the_snapshot() {
        let mut log = log(&[1, 1, 2, 2, 4]);
        let id = SnapshotId {
            end_offset: Offset::new(3),
            epoch: 2,
        };
        log.keep_snapshot(Snapshot { id, size: 10 }).unwrap();
        assert_eq!(log.validate(at(1, 1)), ValidOffsetAndEpoch::Valid);
        log.trim_to(Offset::new(3)).unwrap();
        assert_eq!(log.validate(at(1, 1)), ValidOffsetAndEpoch::Snapshot(id));
        assert_eq!(log.validate(at(3, 1)), ValidOffsetAndEpoch::Snapshot(id));
        assert_eq!(log.validate(at(9, 1)), ValidOffsetAndEpoch::Snapshot(id));
        assert_eq!(log.validate(at(3, 2)), ValidOffsetAndEpoch::Valid);
        assert_eq!(log.validate(at(5, 4)), ValidOffsetAndEpoch::Valid);
        assert_eq!(log.validate(at(5, 2)), ValidOffsetAndEpoch::Diverging(at(4, 2)));
        assert_eq!(log.trim_to(Offset::new(4)), None);
    }

    #[test]
    fn a_log_holds_a_snapshot_of_its_own_past_only() {
        let ours = log(&[1, 1, 2, 2, 4]);
        for (end_offset, epoch, holds) in [
            (2, 1, true),
            (3, 2, true),
            (5, 4, true),
            (6, 4, false),
            (3, 1, false),
            (4, 3, false),
            (2, 5, false),
        ] {
            let id = SnapshotId {
                end_offset: Offset::new(end_offset),
                epoch,
            };
            assert_eq!(ours.holds(id), holds, "{id}");
        }
    }

    #[test]
    fn a_log_begins_behind_its_snapshot() {
        let mut log = LogView::new(VoterSet::default());
        let id = SnapshotId {
            end_offset: Offset::new(3),
            epoch: 2,
        };
        log.begin_with(Snapshot { id, size: 10 }, SnapshotVoters::default());
        log.restore(&batch(2, 2)).unwrap();
        assert_eq!(log.end_offset(), at(3, 2));
        log.restore(&batch(3, 2)).unwrap();
        log.restore(&batch(4, 4)).unwrap();
        assert_eq!(log.end_offset(), at(5, 4));
        assert!(log.restore(&batch(7, 4)).is_err());
        assert!(log.restore(&batch(5, 3)).is_err());
    }
}
