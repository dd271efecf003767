//! What must hold at every moment, and after every crash.

use std::collections::BTreeSet;

use broker_model::{Offset, Timestamp};
use bytes::Bytes;

use super::Story;
use super::model::{Aborted, last_offset};
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::log::timestamp_lookup::OffsetQuery;
use crate::test_world::TestBatch;

impl Story {
    /// Compares what a crash left with what it may have taken, and goes on from there.
    pub(super) fn check_survivors(&mut self) {
        let found = self.world.read_all();
        let end = self.world.log.log_end().value();
        let start = self.world.log.log_start().value();
        assert!(
            end >= self.model.durable_end,
            "{end} < {}",
            self.model.durable_end
        );
        let mut survivors: Vec<TestBatch> = Vec::new();
        for (base, bytes) in &found {
            let sent = self.model.sent(*base, bytes);
            survivors.push(
                sent.expect("nothing is in the log that was not sent to this offset")
                    .clone(),
            );
        }
        let kept: BTreeSet<i64> = survivors.iter().map(|batch| batch.base_offset).collect();
        for batch in self.model.visible(start) {
            let is_durable = last_offset(batch) < self.model.durable_end;
            assert!(
                !is_durable || kept.contains(&batch.base_offset),
                "flushed {batch:?} is lost"
            );
        }
        let is_same = |batch: &&TestBatch| last_offset(batch) < self.model.durable_end;
        for batch in self.model.visible(start).into_iter().filter(is_same) {
            let position = survivors
                .iter()
                .position(|other| other.base_offset == batch.base_offset);
            assert_eq!(
                survivors[position.unwrap()].bytes(),
                batch.bytes(),
                "flushed data changed"
            );
        }
        for (one, next) in survivors.iter().zip(&survivors[1.min(survivors.len())..]) {
            assert_eq!(next.base_offset, last_offset(one) + 1, "a gap");
            assert!(next.epoch >= one.epoch, "the epoch falls at {}", next.base_offset);
        }
        assert_eq!(
            survivors.last().map_or(start, |batch| last_offset(batch) + 1),
            end
        );
        let first = survivors.first().map_or(end, |batch| batch.base_offset);
        self.model.batches.retain(|batch| last_offset(batch) < first);
        self.model.batches.extend(survivors);
        self.model.durable_end = self.model.durable_end.min(end);
        self.forget_the_unknowable();
    }

    /// What began before the files begin may be known from a snapshot, or not at all.
    pub(super) fn forget_the_unknowable(&mut self) {
        let base = self.world.log.segments[0].base_offset().value();
        let known = self.open_in_log();
        for (producer, _) in self
            .model
            .open_transactions()
            .iter()
            .filter(|open| !known.contains(open))
        {
            let is_gone = |batch: &TestBatch| batch.base_offset < base && batch.producer_id() == *producer;
            self.model.batches.retain(|batch| !is_gone(batch));
        }
    }

    fn open_in_log(&self) -> Vec<(i64, i64)> {
        let states = self.world.log.producer_states().into_iter();
        let open =
            states.filter_map(|state| Some((state.producer_id.value(), state.current_transaction?.value())));
        open.collect()
    }

    /// What is cheap enough for every step.
    pub(super) fn check_ends(&self) {
        let log = &self.world.log;
        let start = log.log_start().value();
        let end = self
            .model
            .visible(start)
            .last()
            .map_or(start, |batch| last_offset(batch) + 1);
        assert_eq!(log.log_end().value(), end);
        let stable = self
            .model
            .open_transactions()
            .iter()
            .map(|(_, first)| *first)
            .min();
        assert_eq!(
            log.last_stable_offset().value(),
            stable.map_or(end, |first| first.max(start))
        );
        log.check_invariants();
    }

    /// Everything that can be asked of the log agrees with the model.
    pub(super) fn check(&mut self) {
        let start = self.world.log.log_start().value();
        let expected: Vec<(i64, Bytes)> = self
            .model
            .visible(start)
            .iter()
            .map(|batch| (batch.base_offset, batch.bytes()))
            .collect();
        assert_eq!(self.world.read_all(), expected);
        self.check_epochs(start);
        self.check_producers(start);
        self.check_aborted(start);
        self.check_lookups(start);
    }

    fn check_epochs(&self, start: i64) {
        let epochs = self.world.log.leader_epochs();
        for batch in self.model.visible(start) {
            let offset = Offset::new(batch.base_offset.max(start));
            let known = epochs.epoch_at(offset).map(broker_model::LeaderEpoch::value);
            assert_eq!(known, Some(batch.epoch), "epoch at {offset}: {epochs:?}");
        }
        let entries = epochs.entries();
        assert!(
            entries.is_sorted_by(|one, two| one.epoch < two.epoch && one.start_offset < two.start_offset)
        );
    }

    fn check_producers(&self, start: i64) {
        let states = self.world.log.producer_states();
        for (producer, last) in self.model.last_sequences(start) {
            let state = states.iter().find(|state| state.producer_id.value() == producer);
            let known = state.map(|state| state.last_sequence().value());
            assert_eq!(known, Some(last), "last sequence of producer {producer}");
        }
        assert_eq!(
            self.open_in_log(),
            self.model.open_transactions(),
            "open transactions"
        );
    }

    fn check_aborted(&self, start: i64) {
        let limits = ReadLimits {
            max_bytes: 1 << 20,
            upper: FetchIsolation::TxnCommitted,
            min_one: MinOneBatch::Yes,
        };
        let mut told: BTreeSet<Aborted> = BTreeSet::new();
        let mut from = Offset::new(start);
        let stable = self.world.log.last_stable_offset().offset();
        while from < stable {
            let read = self.world.log.read(from, limits).unwrap();
            let aborted = read.aborted.unwrap().into_iter();
            told.extend(aborted.map(|aborted| {
                let (first, last) = (aborted.first_offset.value(), aborted.last_offset.value());
                (aborted.producer_id.value(), first, last)
            }));
            let bytes = read.records.fetch().unwrap().to_bytes();
            let bases = crate::test_world::base_offsets(&bytes);
            let last = *bases.last().expect("below the stable offset there is a batch");
            let batch = self.model.batches.iter().find(|batch| batch.base_offset == last);
            from = Offset::new(last_offset(batch.unwrap()) + 1);
        }
        let readable = |aborted: &Aborted| aborted.1 >= start && aborted.1 < stable.value();
        // Where a transaction began before the files begin may be forgotten, or remembered by a snapshot.
        let base = self.world.log.segments[0].base_offset().value();
        let in_files = self.model.aborted_since(base);
        let clipped = |(producer, first, last): Aborted| {
            let known = in_files
                .iter()
                .find(|known| (known.0, known.2) == (producer, last));
            known
                .filter(|_| first < base)
                .copied()
                .unwrap_or((producer, first, last))
        };
        let told: BTreeSet<Aborted> = told.into_iter().map(clipped).filter(readable).collect();
        let expected: BTreeSet<Aborted> = in_files.iter().copied().filter(readable).collect();
        assert_eq!(told, expected, "aborted transactions");
    }

    fn check_lookups(&mut self, start: i64) {
        let end = self.world.log.log_end().value();
        if start == end {
            return;
        }
        let offset = start + self.dice.below((end - start) as u64) as i64;
        let visible = self.model.visible(start);
        let holder = visible
            .iter()
            .find(|batch| last_offset(batch) >= offset)
            .unwrap()
            .base_offset;
        assert_eq!(self.world.read(offset, 1), [holder]);
        let target = self.world.now.wall.as_ms() - self.dice.below(2000) as i64;
        let first = self.first_since(target, start);
        let query = OffsetQuery::At(Timestamp::from_ms(target));
        let found = self.world.log.offset_for_timestamp(query).unwrap();
        let found = found.map(|found| (found.offset.value(), found.timestamp.as_ms()));
        assert_eq!(found, first, "first record since {target}");
    }

    fn first_since(&self, target: i64, start: i64) -> Option<(i64, i64)> {
        let visible = self.model.visible(start);
        let records = visible.iter().flat_map(|batch| {
            let offsets = batch.base_offset..;
            offsets.zip(batch.timestamps.iter().copied())
        });
        records
            .into_iter()
            .find(|(offset, timestamp)| *offset >= start && *timestamp >= target)
    }
}
