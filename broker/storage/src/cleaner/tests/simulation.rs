//! Random work on a compacted log, cleanings finished or not, and power cuts, compared with a map (I22).
//!
//! The model keeps every batch that was sent. At any moment a reader of committed records must end up with the map
//! that the batches give, every record that is left must be one that was sent to its offset, in order, and producers
//! must go on where they were.

use std::collections::{BTreeMap, BTreeSet};

use broker_codec::batch::BatchAttributes;

use super::*;
use crate::log::log_folder::DirectoryHealth;
use crate::log::log_loader::LogCheckpoints;
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::test_world::marker;

/// What a producer sent.
#[derive(Clone, Debug)]
enum Sent {
    Data(Vec<(String, Option<String>)>),
    Marker { commits: bool },
}

#[derive(Clone, Debug)]
struct SentBatch {
    base: i64,
    producer: Option<i64>,
    is_transactional: bool,
    sent: Sent,
}

impl SentBatch {
    fn len(&self) -> i64 {
        match &self.sent {
            Sent::Data(pairs) => pairs.len() as i64,
            Sent::Marker { .. } => 1,
        }
    }
}

struct Story {
    world: World,
    dice: u64,
    batches: Vec<SentBatch>,
    count: usize,
    durable_end: i64,
    checkpointed: LogCheckpoints,
    cleaned_to: Option<Offset>,
    cleanings: usize,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let mut world = World::new(LogConfig {
            delete_retention_ms: 2000,
            segment_bytes: 1200,
            ..compacted()
        });
        world.log.flush(world.now).unwrap();
        Self {
            world,
            dice: seed,
            batches: Vec::new(),
            count: 0,
            durable_end: 0,
            checkpointed: LogCheckpoints::NONE,
            cleaned_to: None,
            cleanings: 0,
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.world.now = at(self.world.now.monotonic.as_ms() + self.below(300));
            let power_fails = self.below(100) < 10;
            if power_fails {
                let changes = self.below(25);
                self.world.mem.cut_power_after(changes);
            }
            let outcome = self.step();
            match power_fails {
                true => self.crash(),
                false => outcome.expect("with power everything works"),
            }
            if power_fails || self.below(6) == 0 {
                self.check();
            }
        }
        self.check();
    }

    fn step(&mut self) -> Result<(), String> {
        let text = |error: &dyn std::fmt::Debug| format!("{error:?}");
        match self.below(100) {
            0..=54 => self.append_data(),
            55..=64 => self.end_a_transaction(),
            65..=70 => self
                .world
                .log
                .roll(self.world.now)
                .map(drop)
                .map_err(|error| text(&error)),
            71..=76 => self.flush(),
            77..=80 => {
                self.checkpointed.recovery_point = self.world.log.progress().recovery_point;
                Ok(())
            }
            _ => self.clean(),
        }
    }

    fn flush(&mut self) -> Result<(), String> {
        let flushed = self.world.log.flush(self.world.now);
        flushed.map_err(|error| error.to_string())?;
        self.durable_end = self.world.log.log_end().value();
        Ok(())
    }

    fn append_data(&mut self) -> Result<(), String> {
        let mut pairs = Vec::new();
        for _ in 0..=self.below(4) {
            self.count += 1;
            let key = format!("k{}", self.below(12));
            let value = (self.below(4) > 0).then(|| format!("{}", self.count));
            pairs.push((key, value));
        }
        let id = self.below(8) as i64;
        let producer = (id >= 4).then_some(id);
        let batch = SentBatch {
            base: self.world.log.log_end().value(),
            producer,
            is_transactional: id >= 6,
            sent: Sent::Data(pairs),
        };
        self.append(batch)
    }

    fn end_a_transaction(&mut self) -> Result<(), String> {
        let open: Vec<i64> = self.open().keys().copied().collect();
        if open.is_empty() {
            return Ok(());
        }
        let producer = open[self.below(open.len() as u64) as usize];
        let commits = self.below(2) == 0;
        self.append(SentBatch {
            base: self.world.log.log_end().value(),
            producer: Some(producer),
            is_transactional: true,
            sent: Sent::Marker { commits },
        })
    }

    /// Sends a batch; it counts as sent even when the power fails meanwhile.
    fn append(&mut self, batch: SentBatch) -> Result<(), String> {
        self.batches.push(batch.clone());
        let appended = match &batch.sent {
            Sent::Marker { commits } => {
                let marker = marker(batch.producer.unwrap(), 0, *commits);
                self.world.append_from(&marker, AppendOrigin::Coordinator)
            }
            Sent::Data(pairs) => {
                let states = self.world.log.producer_states();
                let last = batch.producer.map(|id| {
                    let known = states.iter().find(|state| state.producer_id.value() == id);
                    (id, known.map_or(-1, |state| state.last_sequence().value()))
                });
                let identity = last.map_or(ProducerIdentity::NONE, |(id, last)| producer(id, last + 1));
                let plain = BatchAttributes::default();
                let attributes = match batch.is_transactional {
                    true => plain.transactional(),
                    false => plain,
                };
                let pairs: Vec<Pair<'_>> = pairs
                    .iter()
                    .map(|(key, value)| (&**key, value.as_deref()))
                    .collect();
                let context = AppendContext {
                    leader_epoch: LeaderEpoch::FIRST,
                    origin: AppendOrigin::Client,
                    now: self.world.now,
                    request_version: None,
                };
                self.world
                    .log
                    .append_as_leader(&keyed(&pairs, identity, attributes), context)
            }
        };
        appended.map_err(|error| format!("{error:?}"))?;
        let end = self.world.log.log_end().offset();
        self.world.log.update_high_watermark(HighWatermark::at(end));
        Ok(())
    }

    fn clean(&mut self) -> Result<(), String> {
        let now = self.world.now;
        let facts = self
            .world
            .log
            .cleaning_facts(self.cleaned_to, now)
            .map_err(|error| error.to_string())?;
        let facts = facts.unwrap();
        if facts.is_position_stale {
            self.cleaned_to = Some(facts.first_dirty);
        }
        if !facts.is_due() {
            return Ok(());
        }
        self.flush()?;
        let options = CleaningOptions {
            io_buffer_size: 200,
            ..OPTIONS
        };
        let mut cleaning = self
            .world
            .log
            .begin_cleaning(&facts, options, now)
            .map_err(|error| error.to_string())?;
        let patience = self.below(60);
        for _ in 0..patience {
            if cleaning.step().map_err(|error| error.to_string())? == CleaningStep::Done {
                let outcome = self
                    .world
                    .log
                    .finish_cleaning(cleaning, now)
                    .map_err(|error| error.to_string())?;
                self.cleaned_to = outcome.cleaned_to.or(self.cleaned_to);
                self.cleanings += 1;
                for path in outcome.pending.iter().flat_map(|pending| &pending.paths) {
                    self.world
                        .fs
                        .remove_file(path)
                        .map_err(|error| error.to_string())?;
                }
                return Ok(());
            }
        }
        cleaning.give_up().map_err(|error| error.to_string())
    }

    fn crash(&mut self) {
        self.world.log.close_files();
        let luck = self.below(u64::MAX);
        self.world.mem.crash(luck);
        let directory = self.world.environment.directory.path().to_path_buf();
        self.world.environment.directory = DirectoryHealth::new(directory);
        self.world.reopen(self.checkpointed);
        let end = self.world.log.log_end().offset();
        self.world.log.update_high_watermark(HighWatermark::at(end));
        assert!(end.value() >= self.durable_end, "flushed records are lost");
        self.batches
            .retain(|batch| batch.base + batch.len() <= end.value());
        // The checkpoint of the cleaner is written after each cleaning, and may be lost with it.
        if self.below(2) == 0 {
            self.cleaned_to = None;
        }
    }

    /// Producers with an open transaction, and where it began.
    fn open(&self) -> BTreeMap<i64, i64> {
        let mut open = BTreeMap::new();
        for batch in self.batches.iter().filter(|batch| batch.is_transactional) {
            match batch.sent {
                Sent::Data(_) => *open.entry(batch.producer.unwrap()).or_insert(batch.base),
                Sent::Marker { .. } => open.remove(&batch.producer.unwrap()).unwrap_or_default(),
            };
        }
        open
    }

    /// The map that the committed batches below `stable` give.
    fn expected(&self, stable: i64) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        for (index, batch) in self
            .batches
            .iter()
            .enumerate()
            .filter(|(_, batch)| batch.base < stable)
        {
            let end = self.batches[index..].iter().find_map(|later| match later.sent {
                Sent::Marker { commits } if later.producer == batch.producer => Some(commits),
                _ => None,
            });
            let Sent::Data(pairs) = &batch.sent else { continue };
            if batch.is_transactional && end != Some(true) {
                continue;
            }
            for (key, value) in pairs {
                match value {
                    Some(value) => map.insert(key.clone(), value.clone()),
                    None => map.remove(key),
                };
            }
        }
        map
    }

    fn check(&self) {
        let log = &self.world.log;
        let end = self.batches.last().map_or(0, |batch| batch.base + batch.len());
        assert_eq!(log.log_end().value(), end);
        let open = self.open();
        let stable = open.values().copied().min().unwrap_or(end);
        assert_eq!(log.last_stable_offset().value(), stable);
        for state in log.producer_states() {
            let known = state.current_transaction.map(Offset::value);
            assert_eq!(known, open.get(&state.producer_id.value()).copied());
        }
        let mut sent = BTreeMap::new();
        for batch in &self.batches {
            if let Sent::Data(pairs) = &batch.sent {
                (batch.base..)
                    .zip(pairs)
                    .for_each(|(offset, pair)| drop(sent.insert(offset, pair.clone())));
            }
        }
        let mut last = -1;
        let mut found = BTreeMap::new();
        for (offset, producer, key, value) in self.committed() {
            assert!(offset > last, "offset {offset} behind {last}");
            last = offset;
            assert_eq!(
                sent.get(&offset),
                Some(&(key.clone(), value.clone())),
                "offset {offset} of {producer}"
            );
            match value {
                Some(value) => found.insert(key, value),
                None => found.remove(&key),
            };
        }
        assert_eq!(found, self.expected(stable));
    }

    /// What a reader of committed records sees: offset, producer, key, value.
    fn committed(&self) -> Vec<(i64, i64, String, Option<String>)> {
        let limits = ReadLimits {
            max_bytes: 700,
            upper: FetchIsolation::TxnCommitted,
            min_one: MinOneBatch::Yes,
        };
        let mut found = Vec::new();
        let mut from = Offset::ZERO;
        while from < self.world.log.last_stable_offset().offset() {
            let read = self.world.log.read(from, limits).unwrap();
            let aborted: BTreeSet<(i64, i64, i64)> = read
                .aborted
                .unwrap()
                .iter()
                .map(|one| {
                    (
                        one.producer_id.value(),
                        one.first_offset.value(),
                        one.last_offset.value(),
                    )
                })
                .collect();
            let bytes = read.records.fetch().unwrap().to_bytes();
            if bytes.is_empty() {
                break;
            }
            for batch in broker_codec::batch::batches(&bytes).map(Result::unwrap) {
                let header = *batch.header();
                from = header.next_offset();
                let (id, base) = (header.producer_id.value(), header.base_offset.value());
                let is_void = |one: &(i64, i64, i64)| one.0 == id && one.1 <= base && base <= one.2;
                if header.is_control() || (header.is_transactional() && aborted.iter().any(is_void)) {
                    continue;
                }
                found.extend(batch.records(1 << 20).unwrap().into_iter().map(|record| {
                    let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
                    (
                        record.offset.value(),
                        id,
                        text(record.key.unwrap()),
                        record.value.map(text),
                    )
                }));
            }
        }
        found
    }
}

fn tell(seeds: std::ops::Range<u64>) -> usize {
    let mut cleanings = 0;
    for seed in seeds {
        let mut story = Story::begin(seed);
        let told = std::panic::AssertUnwindSafe(|| story.run(150));
        if let Err(panic) = std::panic::catch_unwind(told) {
            eprintln!("the story with seed {seed} ended badly");
            std::panic::resume_unwind(panic);
        }
        cleanings += story.cleanings;
    }
    cleanings
}

#[test]
fn compaction_and_crashes_never_change_the_map() {
    let cleanings = tell(0..12);
    assert!(cleanings > 60, "only {cleanings} cleanings");
}

#[test]
#[ignore = "takes minutes; for changes to the cleaner"]
fn compaction_and_many_more_crashes_never_change_the_map() {
    tell(12..3000);
}
