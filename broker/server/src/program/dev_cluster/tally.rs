//! What was acknowledged and what is there: the books of the self-check.
//!
//! Pure. Records of a partition are numbered from 0 in the order in which they are handed to the producer. Invariant:
//! only what was acknowledged can be lost; a record without acknowledgement may be there or not.

use std::time::Duration;

/// The books of one partition.
#[derive(Clone, Debug, Default)]
struct PartitionTally {
    handed: usize,
    acknowledged: Vec<bool>,
    seen: Vec<u8>,
    /// Records that came after one with a higher number.
    out_of_order: usize,
    last: Option<usize>,
}

/// The books of all partitions.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    partitions: Vec<PartitionTally>,
    acknowledged: usize,
    given_up: usize,
    last_acknowledged: Duration,
    longest_gap: Duration,
}

/// What the books say in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Acknowledged and not there.
    pub(super) lost: usize,
    /// There more than once.
    pub(super) twice: usize,
    /// There behind a later one.
    pub(super) out_of_order: usize,
}

impl Tally {
    /// Empty books.
    pub(super) fn new(partitions: usize) -> Self {
        Self {
            partitions: vec![PartitionTally::default(); partitions],
            acknowledged: 0,
            given_up: 0,
            last_acknowledged: Duration::ZERO,
            longest_gap: Duration::ZERO,
        }
    }

    /// The number of the next record for a partition.
    pub(super) fn hand_over(&mut self, partition: usize) -> usize {
        let books = &mut self.partitions[partition];
        books.handed += 1;
        books.handed - 1
    }

    /// A record was acknowledged at that time since the start.
    pub(super) fn acknowledge(&mut self, partition: usize, number: usize, at: Duration) {
        let acknowledged = &mut self.partitions[partition].acknowledged;
        if acknowledged.len() <= number {
            acknowledged.resize(number + 1, false);
        }
        acknowledged[number] = true;
        self.acknowledged += 1;
        self.longest_gap = self.gap_at(at);
        self.last_acknowledged = at;
    }

    /// Records whose fate nobody told.
    pub(super) fn give_up(&mut self, records: usize) {
        self.given_up += records;
    }

    /// A record was read.
    pub(super) fn see(&mut self, partition: usize, number: usize) {
        let Some(books) = self.partitions.get_mut(partition) else {
            return;
        };
        // What was never handed over is nobody's record.
        if number >= books.handed {
            return;
        }
        if books.seen.len() <= number {
            books.seen.resize(number + 1, 0);
        }
        books.seen[number] = books.seen[number].saturating_add(1);
        books.out_of_order += usize::from(books.last.is_some_and(|last| number < last));
        books.last = Some(books.last.map_or(number, |last| last.max(number)));
    }

    /// Forgets what was read, to read it all again.
    pub(super) fn begin_reading(&mut self) {
        for books in &mut self.partitions {
            (books.seen, books.out_of_order, books.last) = (Vec::new(), 0, None);
        }
    }

    /// Records that were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Records that were given up.
    pub(super) fn given_up(&self) -> usize {
        self.given_up
    }

    /// The longest time without an acknowledgement so far.
    pub(super) fn gap_at(&self, now: Duration) -> Duration {
        self.longest_gap.max(now.saturating_sub(self.last_acknowledged))
    }

    /// What is missing among records that come before one that was read.
    pub(super) fn passed_over(&self) -> usize {
        let of_partition = |books: &PartitionTally| {
            let end = books.last.unwrap_or(0);
            books.lost_below(end)
        };
        self.partitions.iter().map(of_partition).sum()
    }

    /// What the books say when everything was read.
    pub(super) fn verdict(&self) -> Verdict {
        let sum = |part: &dyn Fn(&PartitionTally) -> usize| self.partitions.iter().map(part).sum();
        Verdict {
            lost: sum(&|books| books.lost_below(books.acknowledged.len())),
            twice: sum(&|books| books.seen.iter().filter(|count| **count > 1).count()),
            out_of_order: sum(&|books| books.out_of_order),
        }
    }
}

impl PartitionTally {
    fn lost_below(&self, end: usize) -> usize {
        let is_lost = |number: &usize| {
            self.acknowledged.get(*number) == Some(&true)
                && self.seen.get(*number).is_none_or(|count| *count == 0)
        };
        (0..end).filter(is_lost).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed(count: usize) -> Tally {
        let mut tally = Tally::new(1);
        assert!((0..count).all(|number| tally.hand_over(0) == number));
        tally
    }

    #[test]
    fn only_what_was_acknowledged_can_be_lost() {
        let mut tally = handed(4);
        for number in [0, 1, 3] {
            tally.acknowledge(0, number, Duration::ZERO);
        }
        for number in [0, 3] {
            tally.see(0, number);
        }
        assert_eq!(tally.passed_over(), 1);
        let verdict = Verdict {
            lost: 1,
            ..Verdict::default()
        };
        assert_eq!(tally.verdict(), verdict);
    }

    #[test]
    fn what_was_not_read_yet_is_lost_in_the_end_only() {
        let mut tally = handed(3);
        (0..3).for_each(|number| tally.acknowledge(0, number, Duration::ZERO));
        tally.see(0, 0);
        assert_eq!(tally.passed_over(), 0);
        assert_eq!(tally.verdict().lost, 2);
    }

    #[test]
    fn copies_and_late_ones_are_counted() {
        let mut tally = handed(3);
        for number in [0, 2, 1, 1] {
            tally.see(0, number);
        }
        let verdict = tally.verdict();
        assert_eq!((verdict.twice, verdict.out_of_order), (1, 2));
        tally.begin_reading();
        assert_eq!(tally.verdict(), Verdict::default());
    }

    #[test]
    fn the_longest_gap_includes_the_one_that_lasts() {
        let mut tally = handed(2);
        let at = Duration::from_secs;
        tally.acknowledge(0, 0, at(1));
        tally.acknowledge(0, 1, at(4));
        assert_eq!(tally.gap_at(at(5)), at(3));
        assert_eq!(tally.gap_at(at(9)), at(5));
    }
}
