//! Compacted logs in a small world: records by key and value, one cleaning at a time, what is left.

mod crash;
mod filtering;
mod kafka;
mod progress;
mod simulation;

use broker_codec::batch::{BatchAttributes, BatchBuilder, BatchOptions, ProducerIdentity, RecordBatch};
use broker_model::{HighWatermark, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use bytes::Bytes;

use crate::cleaner::cleaning::{Cleaning, CleaningOptions, CleaningStep};
use crate::cleaner::segment_swap::CleaningOutcome;
use crate::error::CleaningError;
use crate::log::append_types::{AppendContext, AppendOrigin};
use crate::log::log_config::{CleanupPolicy, LogConfig};
use crate::test_world::{World, at};

/// A record: key, and value unless it is a tombstone.
type Pair<'a> = (&'a str, Option<&'a str>);

const OPTIONS: CleaningOptions = CleaningOptions {
    dedupe_buffer_size: 1 << 20,
    load_factor: 0.9,
    io_buffer_size: 4096,
    hash_seed: 7,
};

fn compacted() -> LogConfig {
    LogConfig {
        cleanup_policy: CleanupPolicy {
            delete: false,
            compact: true,
        },
        min_cleanable_dirty_ratio: 0.0,
        delete_retention_ms: 1000,
        index_interval_bytes: 50,
        ..LogConfig::default()
    }
}

fn keyed(pairs: &[Pair<'_>], producer: ProducerIdentity, attributes: BatchAttributes) -> Bytes {
    let mut builder = BatchBuilder::new(BatchOptions {
        producer,
        attributes,
        ..BatchOptions::default()
    });
    for (index, (key, value)) in pairs.iter().enumerate() {
        let timestamp = Timestamp::from_ms(1000 + index as i64);
        builder.append(timestamp, Some(key.as_bytes()), value.map(str::as_bytes));
    }
    builder.build().unwrap()
}

fn producer(id: i64, sequence: i32) -> ProducerIdentity {
    ProducerIdentity {
        id: ProducerId::new(id),
        epoch: ProducerEpoch::new(0),
        base_sequence: Sequence::new(sequence),
    }
}

fn append(world: &mut World, batch: &Bytes) {
    let context = AppendContext {
        leader_epoch: LeaderEpoch::FIRST,
        origin: AppendOrigin::Client,
        now: world.now,
        request_version: None,
    };
    world.log.append_as_leader(batch, context).unwrap();
    let end = world.log.log_end().offset();
    world.log.update_high_watermark(HighWatermark::at(end));
}

/// Appends one batch without a producer.
fn put(world: &mut World, pairs: &[Pair<'_>]) {
    append(
        world,
        &keyed(pairs, ProducerIdentity::NONE, BatchAttributes::default()),
    );
}

/// A world with one segment for each group of pairs, and an empty active one.
fn with_segments(groups: &[&[Pair<'_>]]) -> World {
    let mut world = World::new(compacted());
    for group in groups {
        put(&mut world, group);
        world.log.roll(world.now).unwrap();
    }
    world
}

fn begin(world: &mut World, cleaned_to: Option<i64>, now_ms: u64) -> Option<Cleaning> {
    let now = at(now_ms);
    let facts = world
        .log
        .cleaning_facts(cleaned_to.map(Offset::new), now)
        .unwrap()
        .unwrap();
    world.log.flush(now).unwrap();
    let begun = facts
        .is_due()
        .then(|| world.log.begin_cleaning(&facts, OPTIONS, now));
    begun.map(Result::unwrap)
}

fn run(cleaning: &mut Cleaning) -> Result<(), CleaningError> {
    while cleaning.step()? != CleaningStep::Done {}
    Ok(())
}

/// A whole cleaning; answers what came of it.
#[track_caller]
fn clean_from(world: &mut World, cleaned_to: Option<i64>, now_ms: u64) -> CleaningOutcome {
    let mut cleaning = begin(world, cleaned_to, now_ms).expect("it is due");
    run(&mut cleaning).unwrap();
    world.log.finish_cleaning(cleaning, at(now_ms)).unwrap()
}

#[track_caller]
fn clean(world: &mut World, now_ms: u64) -> CleaningOutcome {
    clean_from(world, None, now_ms)
}

/// Every record that is left: offset, key, value. A control record's key is not shown.
fn records(world: &World) -> Vec<(i64, String, Option<String>)> {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for (_, bytes) in world.read_all() {
        let batch = RecordBatch::from_bytes(&bytes).unwrap();
        batch.verify_crc().unwrap();
        for record in batch.records(1 << 20).unwrap() {
            let key = match batch.header().is_control() {
                true => "marker".to_owned(),
                false => text(&record.key.unwrap()),
            };
            let value = record.value.as_ref().map(text).filter(|_| key != "marker");
            found.push((record.offset.value(), key, value));
        }
    }
    found
}

/// `records` as words: `offset:key=value`, or `offset:key` of a tombstone or a marker.
fn words(world: &World) -> Vec<String> {
    let word = |(offset, key, value): (i64, String, Option<String>)| match value {
        Some(value) => format!("{offset}:{key}={value}"),
        None => format!("{offset}:{key}"),
    };
    records(world).into_iter().map(word).collect()
}
