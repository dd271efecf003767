//! Where each leader epoch begins in the log: the list that truncation is decided by (KIP-101, KIP-279).
//!
//! Invariant: epochs ascend strictly, offsets ascend, an epoch without records has no entry. The epoch of the record
//! before the log's start, which only a snapshot holds, stands beside the list and answers for all before it.

use broker_model::{LeaderEpoch, Offset};

use crate::OffsetAndEpoch;

/// First offset of each epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EpochHistory {
    /// Epoch of the record before the log's start.
    before_start: Option<LeaderEpoch>,
    starts: Vec<(LeaderEpoch, Offset)>,
}

impl EpochHistory {
    /// The history of a log that begins behind a snapshot whose last record has that epoch.
    pub(crate) const fn after(epoch: LeaderEpoch) -> Self {
        Self {
            before_start: Some(epoch),
            starts: Vec::new(),
        }
    }

    /// Takes a batch of that epoch at that offset; it is not older than the last one.
    pub(crate) fn append(&mut self, epoch: LeaderEpoch, base_offset: Offset) {
        if self.latest().is_none_or(|latest| latest < epoch) {
            self.starts.push((epoch, base_offset));
        }
    }

    pub(crate) fn latest(&self) -> Option<LeaderEpoch> {
        self.starts.last().map(|(epoch, _)| *epoch).or(self.before_start)
    }

    /// The largest epoch at or below the requested one, with the offset at which it ends.
    pub(crate) fn end_offset_for(&self, requested: LeaderEpoch, log_end: Offset) -> OffsetAndEpoch {
        let after = self.starts.partition_point(|(epoch, _)| *epoch <= requested);
        let end = self.starts.get(after).map_or(log_end, |(_, start)| *start);
        let epoch = match after.checked_sub(1) {
            Some(index) => self.starts[index].0,
            None => self
                .before_start
                .filter(|epoch| *epoch <= requested)
                .unwrap_or(requested),
        };
        OffsetAndEpoch::new(end, epoch)
    }

    /// Forgets epochs that began at or after the offset.
    pub(crate) fn truncate_to(&mut self, end: Offset) {
        self.starts.retain(|(_, start)| *start < end);
    }

    /// Moves the beginning to where a snapshot ends whose last record has that epoch.
    pub(crate) fn trim_to(&mut self, snapshot: OffsetAndEpoch) {
        let kept_from = self.starts.partition_point(|(_, begin)| *begin < snapshot.offset);
        self.starts.drain(..kept_from.saturating_sub(1));
        if let Some((_, begin)) = self.starts.first_mut() {
            *begin = snapshot.offset.max(*begin);
        }
        self.before_start = Some(snapshot.epoch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(starts: &[(i32, i64)]) -> EpochHistory {
        let mut history = EpochHistory::default();
        for (epoch, start) in starts {
            history.append(LeaderEpoch::new(*epoch), Offset::new(*start));
        }
        history
    }

    fn end(history: &EpochHistory, requested: i32) -> (i32, i64) {
        let found = history.end_offset_for(LeaderEpoch::new(requested), Offset::new(100));
        (found.epoch.value(), found.offset.value())
    }

    #[test]
    fn an_epoch_ends_where_the_next_begins() {
        let history = history(&[(1, 0), (3, 10), (6, 40)]);
        assert_eq!(end(&history, 1), (1, 10));
        assert_eq!(end(&history, 3), (3, 40));
        assert_eq!(end(&history, 6), (6, 100));
    }

    #[test]
    fn an_epoch_without_records_answers_with_the_largest_below_it() {
        let history = history(&[(1, 0), (3, 10), (6, 40)]);
        assert_eq!(end(&history, 5), (3, 40));
        assert_eq!(end(&history, 9), (6, 100));
        assert_eq!(end(&history, 0), (0, 0));
    }

    #[test]
    fn truncation_forgets_epochs_that_begin_behind_it() {
        let mut history = history(&[(1, 0), (3, 10), (6, 40)]);
        history.truncate_to(Offset::new(40));
        assert_eq!(end(&history, 6), (3, 100));
    }

    #[test]
    fn the_epoch_of_the_last_trimmed_record_stays() {
        let mut history = history(&[(1, 0), (3, 10), (6, 40)]);
        history.trim_to(OffsetAndEpoch::new(Offset::new(40), LeaderEpoch::new(3)));
        assert_eq!(end(&history, 3), (3, 40));
        assert_eq!(end(&history, 6), (6, 100));
        history.truncate_to(Offset::new(40));
        assert_eq!(history.latest(), Some(LeaderEpoch::new(3)));
        assert_eq!(end(&history, 3), (3, 100));
        assert_eq!(end(&history, 5), (3, 100));
    }
}
