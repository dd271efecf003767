//! How long nothing was acknowledged with `acks=all` around each fault: in the partition that waited longest, and everywhere at once.
//!
//! A gap lies between two acknowledgements that follow one another. A partition whose last sends were given up has a
//! gap until the load ends, and only such a one: a client that was too slow to send says nothing of the cluster. Of a
//! gap, a fault is charged with the part between its own beginning and that of the next.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use crate::event::Phase;

/// Gaps shorter than this are the pace of the load, not an outage.
pub const SHORTEST_OUTAGE_US: i64 = 50_000;
/// Gaps that are kept.
const GAPS: usize = 200_000;

/// The worst around one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// The fault.
    pub fault: String,
    /// What it hit.
    pub target: String,
    /// When it began.
    pub at: i64,
    /// Longest time without acknowledgement in one partition, in microseconds; 0 if it was shorter than
    /// [`SHORTEST_OUTAGE_US`].
    pub partition_us: i64,
    /// Longest time without any acknowledgement.
    pub everywhere_us: i64,
    /// Whether every partition was acknowledged again before the load ended.
    pub healed: bool,
}

impl fmt::Display for Outage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |us: i64| us as f64 / 1e6;
        let (one, all) = (seconds(self.partition_us), seconds(self.everywhere_us));
        let end = if self.healed {
            ""
        } else {
            ", and not acknowledged again"
        };
        write!(
            out,
            "{} of {} at {:.1} s: {one:.2} s without acknowledgement in a partition, {all:.2} s everywhere{end}",
            self.fault,
            self.target,
            seconds(self.at)
        )
    }
}

#[derive(Clone, Copy, Debug)]
struct Gap {
    from: i64,
    to: i64,
    everywhere: bool,
    open: bool,
}

/// Acknowledgements and faults as they come.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    last: HashMap<(String, i32), i64>,
    /// When the last send was begun that was not acknowledged.
    given_up: HashMap<(String, i32), i64>,
    last_anywhere: Option<i64>,
    gaps: Vec<Gap>,
    faults: Vec<(String, String, i64)>,
    load_ends: Option<i64>,
}

impl Outages {
    pub(crate) fn acknowledged(&mut self, topic: &str, partition: i32, at: i64) {
        let last = self.last.entry((topic.to_owned(), partition)).or_insert(at);
        let before = std::mem::replace(last, at.max(*last));
        self.gap(before, at, false, false);
        let before = self.last_anywhere.unwrap_or(at);
        self.last_anywhere = Some(at.max(before));
        self.gap(before, at, true, false);
    }

    pub(crate) fn given_up(&mut self, topic: &str, partition: i32, invoked: i64) {
        let last = self
            .given_up
            .entry((topic.to_owned(), partition))
            .or_insert(invoked);
        *last = invoked.max(*last);
    }

    fn gap(&mut self, from: i64, to: i64, everywhere: bool, open: bool) {
        if to - from >= SHORTEST_OUTAGE_US && self.gaps.len() < GAPS {
            self.gaps.push(Gap {
                from,
                to,
                everywhere,
                open,
            });
        }
    }

    pub(crate) fn fault(&mut self, name: &str, target: &str, phase: Phase, at: i64) {
        if phase == Phase::Begin {
            self.faults.push((name.to_owned(), target.to_owned(), at));
        }
    }

    pub(crate) fn load_ends(&mut self, at: i64) {
        self.load_ends = Some(at);
        let waiting: Vec<i64> = self
            .given_up
            .iter()
            .filter_map(|(partition, invoked)| {
                let last = self.last.get(partition).copied().unwrap_or(0);
                (last < *invoked).then_some(last)
            })
            .collect();
        for last in waiting {
            self.gap(last, at, false, true);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Outage> {
        self.faults.sort_by_key(|fault| fault.2);
        let end = self.load_ends.unwrap_or(i64::MAX);
        let mut outages = Vec::new();
        for (index, (fault, target, at)) in self.faults.iter().enumerate() {
            let until = self.faults.get(index + 1).map_or(end, |next| next.2);
            let around: Vec<&Gap> = self
                .gaps
                .iter()
                .filter(|gap| gap.to > *at && gap.from < until)
                .collect();
            let longest = |everywhere: bool| {
                let of = around.iter().filter(|gap| gap.everywhere == everywhere);
                of.map(|gap| gap.to.min(until) - gap.from.max(*at))
                    .max()
                    .unwrap_or(0)
            };
            outages.push(Outage {
                fault: fault.clone(),
                target: target.clone(),
                at: *at,
                partition_us: longest(false),
                everywhere_us: longest(true),
                healed: !around.iter().any(|gap| gap.open),
            });
        }
        outages
    }
}
