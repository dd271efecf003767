//! What goes when tiered logs hold more on the local disks than their budget, and when producing has to wait.
//!
//! Facts in, plan out. What the remote tier holds goes first, though local retention would keep it: nothing is lost by
//! that. Only what is still too much is a matter of policy. Of all logs the oldest segments go first. Invariants:
//! below the budget nothing goes; what is in no other place goes only if the policy says so (I21), and never from a
//! follower, which does as its leader; within a log segments go in order, and the one that is written never goes. It is
//! closed where closed ones alone cannot make room: it is copied then, and producing does not wait for what nobody copies.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use broker_model::{Offset, Timestamp};
use broker_storage::ClosedSegment;

/// What becomes of producing when the budget is used up and the store does not take what could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullDiskPolicy {
    /// Produce requests are refused until there is room; nothing is lost. The default.
    BlockProducing,
    /// The oldest segments go though they are in no other place.
    DropOldest,
}

/// `eddyline.remote.disk.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskBudget {
    /// Bytes that tiered logs may hold on the disks of a broker; `None` for no budget.
    pub size_in_bytes: Option<u64>,
    /// What happens when they are used up.
    pub policy: FullDiskPolicy,
}

/// Who decides where a log starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartDecision {
    /// This broker leads: a start up to the high watermark.
    Here {
        /// Nothing from here on is dropped.
        high_watermark: Offset,
    },
    /// Another broker leads.
    Elsewhere,
}

/// What a tiered log holds on the local disk.
#[derive(Clone, Debug)]
pub struct LocalLog {
    /// Its closed segments, oldest first.
    pub closed: Vec<ClosedSegment>,
    /// Bytes of the segment that is written.
    pub active_size: u64,
    /// First offset that the remote tier does not hold.
    pub remote_end: Offset,
    /// Who decides where it starts.
    pub start: StartDecision,
}

/// Whether records are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Producing {
    /// They are.
    #[default]
    Open,
    /// Producers are told to try again later.
    Blocked,
}

/// What becomes of the segment that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// It is written on.
    #[default]
    Stays,
    /// The next one is begun.
    Closes,
}

/// Segments that one log gives up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Up to here the remote tier holds them.
    pub copied_until: Option<Offset>,
    /// From there up to here they are in no other place: the whole log starts here from now on.
    pub lost_until: Option<Offset>,
    /// Bytes of those that are lost.
    pub lost_bytes: u64,
    /// Whether more can be given up later.
    pub written: Written,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPlan {
    /// What each log gives up, in their order.
    pub logs: Vec<GivenUp>,
    /// Whether tiered logs that are led here take records.
    pub producing: Producing,
}

/// What to do with logs that together may hold so many bytes.
pub fn disk_plan(logs: &[LocalLog], size_max: u64, policy: FullDiskPolicy) -> DiskPlan {
    let size = |log: &LocalLog| {
        let closed = log.closed.iter().map(|segment| segment.size_in_bytes);
        closed.sum::<u64>() + log.active_size
    };
    let mut plan = DiskPlan {
        logs: vec![GivenUp::default(); logs.len()],
        producing: Producing::Open,
    };
    let mut left = logs.iter().map(size).sum::<u64>();
    let copied = |log: &LocalLog, segment: &ClosedSegment| segment.next_offset <= log.remote_end;
    for (index, segment) in OldestFirst::of(logs, copied) {
        if left < size_max {
            return plan;
        }
        plan.logs[index].copied_until = Some(segment.next_offset);
        left = left.saturating_sub(segment.size_in_bytes);
    }
    if left < size_max {
        return plan;
    }
    close_written(logs, left, size_max, &mut plan);
    let droppable = |log: &LocalLog, segment: &ClosedSegment| match log.start {
        StartDecision::Here { high_watermark } => segment.next_offset <= high_watermark,
        StartDecision::Elsewhere => false,
    };
    if policy == FullDiskPolicy::DropOldest {
        let all = OldestFirst::of(logs, |log, segment| {
            droppable(log, segment) || copied(log, segment)
        });
        let only_here = all.filter(|(index, segment)| segment.next_offset > logs[*index].remote_end);
        for (index, segment) in only_here {
            if left < size_max {
                return plan;
            }
            let log = &mut plan.logs[index];
            log.lost_until = Some(segment.next_offset);
            log.lost_bytes += segment.size_in_bytes;
            left = left.saturating_sub(segment.size_in_bytes);
        }
    }
    if left >= size_max {
        plan.producing = Producing::Blocked;
    }
    plan
}

/// Closes the largest segments that are written, until copies of everything that is closed would make room.
fn close_written(logs: &[LocalLog], left: u64, size_max: u64, plan: &mut DiskPlan) {
    let waits = |log: &LocalLog| {
        let closed = log.closed.iter();
        let waiting = closed.filter(|segment| segment.next_offset > log.remote_end);
        waiting.map(|segment| segment.size_in_bytes).sum::<u64>()
    };
    let mut stuck = left.saturating_sub(logs.iter().map(waits).sum());
    let written = logs.iter().map(|log| log.active_size).enumerate();
    let mut largest: Vec<_> = written.filter(|(_, size)| *size > 0).collect();
    largest.sort_by_key(|(_, size)| Reverse(*size));
    for (index, size) in largest {
        if stuck < size_max {
            return;
        }
        plan.logs[index].written = Written::Closes;
        stuck = stuck.saturating_sub(size);
    }
}

/// Segments of several logs by age; those of one log in their order, up to the first that does not pass.
struct OldestFirst<'a, F> {
    logs: &'a [LocalLog],
    passes: F,
    /// Newest record, log and place of the next segment of each log.
    next: BinaryHeap<Reverse<(Timestamp, usize, usize)>>,
}

impl<'a, F: Fn(&LocalLog, &ClosedSegment) -> bool> OldestFirst<'a, F> {
    fn of(logs: &'a [LocalLog], passes: F) -> Self {
        let mut oldest = Self {
            logs,
            passes,
            next: BinaryHeap::new(),
        };
        (0..logs.len()).for_each(|log| oldest.line_up(log, 0));
        oldest
    }

    fn line_up(&mut self, log: usize, place: usize) {
        let segment = self.logs[log].closed.get(place);
        if let Some(segment) = segment.filter(|segment| (self.passes)(&self.logs[log], segment)) {
            self.next.push(Reverse((segment.max_timestamp, log, place)));
        }
    }
}

impl<F: Fn(&LocalLog, &ClosedSegment) -> bool> Iterator for OldestFirst<'_, F> {
    type Item = (usize, ClosedSegment);

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((_, log, place)) = self.next.pop()?;
        self.line_up(log, place + 1);
        Some((log, self.logs[log].closed[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed segments of 100 offsets and 1,000 bytes, the first of which is so old, and 500 bytes behind them.
    fn log(first_ms: i64, count: i64, remote_end: i64) -> LocalLog {
        let segment = |index: i64| ClosedSegment {
            base_offset: Offset::new(index * 100),
            next_offset: Offset::new((index + 1) * 100),
            size_in_bytes: 1_000,
            max_timestamp: Timestamp::from_ms(first_ms + index * 10),
        };
        LocalLog {
            closed: (0..count).map(segment).collect(),
            active_size: 500,
            remote_end: Offset::new(remote_end),
            start: StartDecision::Here {
                high_watermark: Offset::new(1_000_000),
            },
        }
    }

    fn following(first_ms: i64, count: i64, remote_end: i64) -> LocalLog {
        LocalLog {
            start: StartDecision::Elsewhere,
            ..log(first_ms, count, remote_end)
        }
    }

    const BLOCK: FullDiskPolicy = FullDiskPolicy::BlockProducing;
    const DROP: FullDiskPolicy = FullDiskPolicy::DropOldest;

    /// Ends of what goes of each log: copied, then lost.
    type Ends = Vec<(Option<i64>, Option<i64>)>;

    fn plan(logs: &[LocalLog], size_max: u64, policy: FullDiskPolicy) -> (Ends, Producing) {
        let plan = disk_plan(logs, size_max, policy);
        let ends = plan.logs.iter().map(|log| {
            let value = |offset: Option<Offset>| offset.map(Offset::value);
            (value(log.copied_until), value(log.lost_until))
        });
        (ends.collect(), plan.producing)
    }

    #[test]
    fn below_the_budget_nothing_goes() {
        for policy in [BLOCK, DROP] {
            let found = plan(&[log(0, 3, 200)], 3_501, policy);
            assert_eq!(found, (vec![(None, None)], Producing::Open));
        }
    }

    #[test]
    fn what_is_copied_goes_first_and_producing_goes_on() {
        for policy in [BLOCK, DROP] {
            let found = plan(&[log(0, 3, 200)], 3_500, policy);
            assert_eq!(found, (vec![(Some(100), None)], Producing::Open));
            let both = plan(&[log(0, 3, 300), following(5, 3, 200)], 4_000, policy);
            let expected = vec![(Some(200), None), (Some(200), None)];
            assert_eq!(both, (expected, Producing::Open), "the oldest of all logs");
        }
    }

    #[test]
    fn what_is_in_no_other_place_stays_and_producing_waits() {
        let found = plan(&[log(0, 3, 100)], 2_000, BLOCK);
        assert_eq!(found, (vec![(Some(100), None)], Producing::Blocked));
    }

    #[test]
    fn the_oldest_is_dropped_where_the_policy_says_so() {
        let found = plan(&[log(0, 3, 100), log(5, 3, 0)], 4_000, DROP);
        let expected = vec![(Some(100), Some(200)), (None, Some(200))];
        assert_eq!(found, (expected, Producing::Open));
        let bytes = disk_plan(&[log(0, 3, 100), log(5, 3, 0)], 4_000, DROP);
        let lost: Vec<u64> = bytes.logs.iter().map(|log| log.lost_bytes).collect();
        assert_eq!(lost, [1_000, 2_000]);
    }

    #[test]
    fn a_follower_drops_nothing_by_itself_and_neither_does_what_replicas_lack() {
        let found = plan(&[following(0, 3, 0)], 2_000, DROP);
        assert_eq!(found, (vec![(None, None)], Producing::Blocked));
        let lagging = LocalLog {
            start: StartDecision::Here {
                high_watermark: Offset::new(150),
            },
            ..log(0, 3, 0)
        };
        let found = plan(&[lagging], 2_000, DROP);
        assert_eq!(found, (vec![(None, Some(100))], Producing::Blocked));
    }

    #[test]
    fn what_is_written_is_closed_where_copies_of_what_is_closed_make_no_room() {
        let closes = |logs: &[LocalLog], size_max| {
            let plan = disk_plan(logs, size_max, BLOCK);
            let closes = |log: &GivenUp| log.written == Written::Closes;
            plan.logs.iter().map(closes).collect::<Vec<_>>()
        };
        let large = LocalLog {
            active_size: 900,
            ..following(0, 0, 0)
        };
        let logs = [log(0, 2, 0), large];
        assert_eq!(closes(&logs, 3_401), [false, false], "there is room");
        assert_eq!(closes(&logs, 1_401), [false, false], "copies will make room");
        assert_eq!(
            closes(&logs, 1_400),
            [false, true],
            "the largest, also of who follows"
        );
        assert_eq!(closes(&logs, 501), [false, true]);
        assert_eq!(closes(&logs, 500), [true, true]);
        assert_eq!(closes(&[log(0, 0, 0)], 1), [true]);
        let empty = LocalLog {
            active_size: 0,
            ..log(0, 2, 0)
        };
        assert_eq!(closes(&[empty], 1), [false]);
    }

    #[test]
    fn the_segment_that_is_written_stays_and_producing_waits_for_it() {
        let found = plan(&[log(0, 2, 0)], 400, DROP);
        assert_eq!(found, (vec![(None, Some(200))], Producing::Blocked));
    }
}
