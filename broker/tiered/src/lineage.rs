//! Whether what lies in the remote tier belongs to the history of the leader of now (KIP-405, KIP-101).
//!
//! After an unclean election the log of the new leader may end before what an earlier one had copied. Offsets behind
//! that end are given anew, so that a copy of the earlier ones must never be served.
//!
//! ```text
//!  remote     |--- epoch 3 ---|------ epoch 5 ------|
//!  leader     |--- epoch 3 ---|-- epoch 5 --|-- epoch 6 ----
//!  valid      |-------------------------------|      <- the segment is cut here, not dropped: what is before may be
//!                                                      nowhere else
//! ```

use broker_model::{LeaderEpoch, LogEndOffset, Offset};
use broker_storage::{EpochEntry, UnifiedLog};

use crate::remote_segment::RemoteLogSegmentMetadata;

/// The history of the leader: its epochs, oldest first, and where its log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    epochs: Vec<EpochEntry>,
    end: LogEndOffset,
}

impl Lineage {
    /// Of a leader's epoch cache.
    pub fn new(epochs: Vec<EpochEntry>, end: LogEndOffset) -> Self {
        Self { epochs, end }
    }

    /// Of a log as it is now.
    pub fn of(log: &UnifiedLog) -> Self {
        Self::new(log.leader_epochs().entries().to_vec(), log.log_end())
    }

    /// Up to where a segment is part of this history; its start, if none of it is.
    pub fn valid_until(&self, segment: &RemoteLogSegmentMetadata) -> Offset {
        let mut valid = segment.start_offset;
        for (index, epoch) in segment.epochs.iter().enumerate() {
            let next = segment.epochs.get(index + 1).map(|next| next.start_offset);
            let last = next.unwrap_or(segment.next_offset).min(segment.next_offset);
            let first = epoch.start_offset.max(segment.start_offset);
            if first >= last {
                continue;
            }
            let until = self.shared_until(epoch.epoch, first, last);
            valid = valid.max(until);
            if until < last {
                break;
            }
        }
        valid
    }

    /// Up to where the offsets `first..last` of an epoch are in this history, too.
    fn shared_until(&self, epoch: LeaderEpoch, first: Offset, last: Offset) -> Offset {
        let Some(oldest) = self.epochs.first() else {
            // A log that remembers nothing contradicts nothing: its disk was lost, and it begins where the remote ends.
            return last;
        };
        if epoch < oldest.epoch {
            // Older than what this log remembers. It parted from it nowhere before its first epoch.
            return last.min(oldest.start_offset);
        }
        let Some(index) = self.epochs.iter().position(|own| own.epoch == epoch) else {
            return first;
        };
        let begins = self.epochs[index].start_offset;
        let ends = self.epochs.get(index + 1).map(|next| next.start_offset);
        if index > 0 && first < begins {
            // That epoch began later here: whoever copied it had another history.
            return first;
        }
        last.min(ends.unwrap_or(self.end.offset()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::{epochs, segment};

    fn lineage(entries: &[(i32, i64)], end: i64) -> Lineage {
        Lineage::new(epochs(entries), LogEndOffset::at(Offset::new(end)))
    }

    #[track_caller]
    fn check(segment_epochs: &[(i32, i64)], span: (i64, i64), own: (&[(i32, i64)], i64), expected: i64) {
        let segment = segment(1, span, segment_epochs);
        assert_eq!(lineage(own.0, own.1).valid_until(&segment), Offset::new(expected));
    }

    #[test]
    fn a_segment_of_the_same_history_is_valid() {
        check(
            &[(3, 0), (5, 40)],
            (0, 100),
            (&[(3, 0), (5, 40), (6, 200)], 300),
            100,
        );
    }

    #[test]
    fn a_segment_is_cut_where_the_histories_part() {
        check(
            &[(3, 0), (5, 40)],
            (0, 100),
            (&[(3, 0), (5, 40), (6, 70)], 90),
            70,
        );
        check(&[(5, 40)], (50, 100), (&[(5, 40)], 60), 60);
    }

    #[test]
    fn a_segment_of_an_epoch_that_is_unknown_is_no_part_of_it() {
        check(&[(4, 40)], (40, 100), (&[(3, 0), (5, 40)], 200), 40);
        check(&[(3, 0), (4, 40)], (20, 100), (&[(3, 0), (5, 60)], 200), 40);
    }

    #[test]
    fn an_epoch_that_began_elsewhere_is_another_history() {
        check(&[(5, 40)], (40, 100), (&[(3, 0), (5, 60)], 200), 40);
    }

    #[test]
    fn what_is_older_than_the_log_remembers_is_kept() {
        check(&[(1, 0), (2, 30)], (0, 60), (&[(5, 60)], 200), 60);
        check(&[(1, 0)], (0, 60), (&[(5, 50)], 200), 50);
        check(&[(1, 0)], (0, 60), (&[], 0), 60);
    }
}
