//! One step of a plan, whether it may be taken, and what it changes on the two brokers that it concerns.

use super::assignment::{Assignment, Totals};

/// A step between two brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A replica goes from one broker to another and keeps its place in the list.
    Move {
        partition: usize,
        from: usize,
        to: usize,
    },
    /// A replica goes there and one of another partition comes back.
    Swap {
        there: usize,
        back: usize,
        from: usize,
        to: usize,
    },
    /// Another replica becomes the preferred leader; nothing is copied.
    Lead { partition: usize, to: usize },
}

/// The totals of the two brokers after a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct After {
    pub(super) from: (usize, Totals),
    pub(super) to: (usize, Totals),
}

impl Assignment {
    /// The totals after the step; `None` when it may not be taken.
    pub(super) fn after(&self, step: Step) -> Option<After> {
        match step {
            Step::Move { partition, from, to } => {
                let bytes = self.partitions[partition].load.bytes;
                let is_allowed = self.brokers[to].takes
                    && self.has_room(to, bytes)
                    && self.may_replace(partition, from, to);
                is_allowed.then(|| self.moved([(partition, from, to)], (from, to)))
            }
            Step::Swap {
                there,
                back,
                from,
                to,
            } => {
                let gained = self.partitions[there].load.bytes;
                let lost = self.partitions[back].load.bytes;
                let is_allowed = there != back
                    && self.brokers[to].takes
                    && self.brokers[from].takes
                    && self.has_room(to, gained.saturating_sub(lost))
                    && self.has_room(from, lost.saturating_sub(gained))
                    && self.may_replace(there, from, to)
                    && self.may_replace(back, to, from);
                is_allowed.then(|| self.moved([(there, from, to), (back, to, from)], (from, to)))
            }
            Step::Lead { partition, to } => {
                let placed = &self.partitions[partition];
                let from = *placed.replicas.first()?;
                let is_allowed = !placed.is_moving
                    && self.brokers[to].takes
                    && from != to
                    && placed.replicas.contains(&to);
                is_allowed.then(|| {
                    let (mut old, mut new) = (self.totals[from], self.totals[to]);
                    old.leaders -= 1;
                    old.bytes_out -= placed.load.bytes_out;
                    new.leaders += 1;
                    new.bytes_out += placed.load.bytes_out;
                    After {
                        from: (from, old),
                        to: (to, new),
                    }
                })
            }
        }
    }

    /// Whether the replica may go there: not to a broker that has one, and not at the price of the spread over racks.
    fn may_replace(&self, partition: usize, from: usize, to: usize) -> bool {
        let placed = &self.partitions[partition];
        if placed.is_moving || placed.replicas.contains(&to) {
            return false;
        }
        if self.brokers[from].rack == self.brokers[to].rack {
            return true;
        }
        let after = |broker| if broker == from { to } else { broker };
        self.rack_excess_with(&placed.replicas, after) <= self.rack_excess(&placed.replicas)
    }

    /// The totals of two brokers after replicas went between them.
    pub(super) fn moved<const N: usize>(
        &self,
        moves: [(usize, usize, usize); N],
        (from, to): (usize, usize),
    ) -> After {
        let mut totals = [self.totals[from], self.totals[to]];
        for (partition, source, _) in moves {
            let placed = &self.partitions[partition];
            let (giver, taker) = if source == from { (0, 1) } else { (1, 0) };
            let leads = u64::from(placed.replicas.first() == Some(&source));
            let load = placed.load;
            let taker_totals = &mut totals[taker];
            taker_totals.replicas += 1;
            taker_totals.bytes += load.bytes;
            taker_totals.bytes_in += load.bytes_in;
            taker_totals.leaders += leads;
            taker_totals.bytes_out += leads * load.bytes_out;
            let giver_totals = &mut totals[giver];
            giver_totals.replicas -= 1;
            giver_totals.bytes -= load.bytes;
            giver_totals.bytes_in -= load.bytes_in;
            giver_totals.leaders -= leads;
            giver_totals.bytes_out -= leads * load.bytes_out;
        }
        After {
            from: (from, totals[0]),
            to: (to, totals[1]),
        }
    }
}
