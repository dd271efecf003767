//! What the log must hold, told by what was asked of it alone.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::log::unified_log::UnifiedLog;
use crate::test_world::TestBatch;

/// SplitMix64, from which a story takes all its choices.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub(super) fn choose<T: Clone>(&mut self, among: &[T]) -> Option<T> {
        match among.len() {
            0 => None,
            count => among.get(self.below(count as u64) as usize).cloned(),
        }
    }
}

/// A transaction that was aborted: producer, first offset, offset of its marker.
pub(super) type Aborted = (i64, i64, i64);

/// The model of one log.
#[derive(Default)]
pub(super) struct Model {
    /// Batches that are in the log, or were before its start moved, ascending.
    pub(super) batches: Vec<TestBatch>,
    /// Everything that was ever sent to an offset.
    written: BTreeMap<i64, Vec<TestBatch>>,
    /// Below it everything was flushed.
    pub(super) durable_end: i64,
}

pub(super) fn last_offset(batch: &TestBatch) -> i64 {
    batch.base_offset + batch.timestamps.len() as i64 - 1
}

impl Model {
    /// Notes what a crash may leave in the log although it was not acknowledged.
    pub(super) fn may_appear(&mut self, batch: &TestBatch) {
        let sent = self.written.entry(batch.base_offset).or_default();
        sent.push(batch.clone());
    }

    pub(super) fn appended(&mut self, batch: &TestBatch) {
        self.batches.push(batch.clone());
    }

    /// The batch with these bytes, if it was ever sent to this offset.
    pub(super) fn sent(&self, base_offset: i64, bytes: &Bytes) -> Option<&TestBatch> {
        let sent = self.written.get(&base_offset)?;
        sent.iter().find(|batch| batch.bytes() == *bytes)
    }

    pub(super) fn cut(&mut self, target: i64) {
        self.batches.retain(|batch| last_offset(batch) < target);
        self.durable_end = self.durable_end.min(target);
    }

    /// First offsets of the batches at or behind `start`.
    pub(super) fn bases_from(&self, start: i64) -> Vec<i64> {
        let bases = self.batches.iter().map(|batch| batch.base_offset);
        bases.filter(|base| *base > start).collect()
    }

    pub(super) fn visible(&self, log_start: i64) -> Vec<&TestBatch> {
        let batches = self.batches.iter();
        batches.filter(|batch| last_offset(batch) >= log_start).collect()
    }

    /// Producers with an open transaction, and where it began.
    pub(super) fn open_transactions(&self) -> Vec<(i64, i64)> {
        self.transactions(0).0.into_iter().collect()
    }

    /// Aborted transactions, as far as their batches lie at or behind `base`.
    pub(super) fn aborted_since(&self, base: i64) -> Vec<Aborted> {
        self.transactions(base).1
    }

    fn transactions(&self, base: i64) -> (BTreeMap<i64, i64>, Vec<Aborted>) {
        let mut open = BTreeMap::new();
        let mut aborted = Vec::new();
        let batches = self.batches.iter().filter(|batch| batch.base_offset >= base);
        for batch in batches.filter(|batch| batch.transactional) {
            let (producer, _, _) = batch.producer.unwrap();
            match batch.marker {
                None => {
                    open.entry(producer).or_insert(batch.base_offset);
                }
                Some(commits) => {
                    let first = open.remove(&producer);
                    if let (Some(first), false) = (first, commits) {
                        aborted.push((producer, first, batch.base_offset));
                    }
                }
            }
        }
        (open, aborted)
    }

    /// Last sequence of each producer.
    pub(super) fn last_sequences(&self, log_start: i64) -> BTreeMap<i64, i32> {
        let data = self
            .visible(log_start)
            .into_iter()
            .filter(|batch| batch.marker.is_none());
        let sequences = data.filter_map(|batch| {
            let (producer, _, first) = batch.producer?;
            Some((producer, first + batch.timestamps.len() as i32 - 1))
        });
        sequences.collect()
    }

    /// What a producer sends next: it knows what was acknowledged.
    pub(super) fn next_sequence(&self, log: &UnifiedLog, producer: i64) -> i32 {
        let states = log.producer_states();
        let known = states.iter().find(|state| state.producer_id.value() == producer);
        known.map_or(0, |state| state.last_sequence().value() + 1)
    }

    /// The last batch of the log, if it is data of a producer with sequences and still in a file.
    pub(super) fn last_data_of_a_producer(&self, base: i64) -> Option<TestBatch> {
        let last = self.batches.last().filter(|last| last.base_offset >= base)?;
        (last.producer.is_some() && last.marker.is_none()).then(|| last.clone())
    }
}
