//! Leaving out what turned out not to be needed.
//!
//! Steps are taken one after another, and a later one may make an earlier one pointless. A partition goes back to where
//! it was when that brings no goal further away, the most expensive first.

use std::cmp::Reverse;

use super::assignment::Totals;
use super::goal::Goal;
use super::search::Search;

impl Search {
    /// Takes back every partition that need not change, and says whether there was one.
    pub(super) fn prune(&mut self) -> bool {
        let copied = |at: usize| {
            let now = &self.assignment.partitions[at].replicas;
            let new = now.iter().filter(|broker| !self.original[at].contains(broker));
            new.count() as u64 * self.assignment.partitions[at].load.bytes
        };
        let is_changed = |at: &usize| self.assignment.partitions[*at].replicas != self.original[*at];
        let mut changed: Vec<usize> = (0..self.original.len()).filter(is_changed).collect();
        changed.sort_by_key(|at| (Reverse(copied(*at)), *at));
        let mut pruned = false;
        for partition in changed {
            if self.is_needless(partition) {
                let original = self.original[partition].clone();
                self.assignment.place(partition, original);
                self.reasons[partition] = None;
                pruned = true;
            }
        }
        pruned
    }

    /// Whether all goals are as near with the partition where it was.
    fn is_needless(&self, partition: usize) -> bool {
        let assignment = &self.assignment;
        let placed = &assignment.partitions[partition];
        let (now, before) = (&placed.replicas, &self.original[partition]);
        if assignment.rack_excess(before) > assignment.rack_excess(now) {
            return false;
        }
        let mut concerned = now.clone();
        concerned.extend(before.iter().filter(|broker| !now.contains(broker)));
        let mut change = [0_i128; Goal::BANDS.len()];
        for broker in concerned {
            let old = assignment.totals[broker];
            let new = self.totals_without(partition, broker);
            let returns = before.contains(&broker) && !now.contains(&broker);
            if returns && !assignment.has_room(broker, placed.load.bytes) {
                return false;
            }
            for (goal, change) in change.iter_mut().enumerate() {
                let band = self.bands[goal][broker];
                let distance = |totals: &Totals| i128::from(band.distance(Goal::BANDS[goal].value(totals)));
                *change += distance(&new) - distance(&old);
            }
        }
        change.iter().all(|change| *change <= 0)
    }

    /// What the broker would hold with the partition where it was.
    fn totals_without(&self, partition: usize, broker: usize) -> Totals {
        let placed = &self.assignment.partitions[partition];
        let (now, before) = (&placed.replicas, &self.original[partition]);
        let load = placed.load;
        let mut totals = self.assignment.totals[broker];
        if now.contains(&broker) {
            totals.replicas -= 1;
            totals.bytes -= load.bytes;
            totals.bytes_in -= load.bytes_in;
        }
        if before.contains(&broker) {
            totals.replicas += 1;
            totals.bytes += load.bytes;
            totals.bytes_in += load.bytes_in;
        }
        if now.first() == Some(&broker) {
            totals.leaders -= 1;
            totals.bytes_out -= load.bytes_out;
        }
        if before.first() == Some(&broker) {
            totals.leaders += 1;
            totals.bytes_out += load.bytes_out;
        }
        totals
    }
}
