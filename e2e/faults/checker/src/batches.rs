//! The batches of one log as a reader found them, with who wrote them.
//!
//! Decides whether two records were written in different epochs of a producer, and which batches repeat sequence
//! numbers of one epoch. Invariant: a batch counts once, however often it was found. What stands in batches is
//! elsewhere.

use std::collections::{BTreeMap, HashMap};

use crate::event::Batch;

/// Batches by their first offset.
#[derive(Debug, Default)]
pub(crate) struct Batches(BTreeMap<i64, Batch>);

impl Batches {
    pub(crate) fn found(&mut self, batches: &[Batch]) {
        self.0.extend(batches.iter().map(|batch| (batch.from, *batch)));
    }

    fn at(&self, offset: i64) -> Option<&Batch> {
        let (_, batch) = self.0.range(..=offset).next_back()?;
        (offset < batch.to).then_some(batch)
    }

    /// Whether both batches are known and their producers or epochs differ.
    pub(crate) fn are_of_different_epochs(&self, first: i64, second: i64) -> bool {
        let writer = |offset| self.at(offset).map(|batch| (batch.producer, batch.epoch));
        matches!((writer(first), writer(second)), (Some(one), Some(other)) if one != other)
    }

    /// Pairs of batches of one producer epoch that share sequence numbers.
    pub(crate) fn overlapping(&self) -> Vec<(Batch, Batch)> {
        let mut by_epoch: HashMap<(i64, i16), Vec<Batch>> = HashMap::new();
        for batch in self
            .0
            .values()
            .filter(|batch| batch.producer >= 0 && batch.sequence >= 0)
        {
            by_epoch
                .entry((batch.producer, batch.epoch))
                .or_default()
                .push(*batch);
        }
        let mut pairs = Vec::new();
        for batches in by_epoch.values_mut() {
            batches.sort_by_key(|batch| (batch.sequence, batch.from));
            for pair in batches.windows(2) {
                let end = i64::from(pair[0].sequence) + (pair[0].to - pair[0].from);
                if i64::from(pair[1].sequence) < end {
                    pairs.push((pair[0], pair[1]));
                }
            }
        }
        pairs.sort_by_key(|(one, _)| one.from);
        pairs
    }
}
