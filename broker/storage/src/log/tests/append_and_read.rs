//! What is appended is what is read: offsets, segments, duplicates, limits.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_codec::compression::CompressionError;
use broker_model::{CompressionType, HighWatermark, LeaderEpoch, Offset, Timestamp};

use crate::error::{AppendError, ReadError};
use crate::log::append_types::{AppendContext, AppendOrigin, AppendOutcome};
use crate::log::log_config::LogConfig;
use crate::log::log_validator::ValidationError;
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::test_world::{World, batch};

fn small_segments() -> LogConfig {
    LogConfig {
        segment_bytes: 1000,
        index_interval_bytes: 100,
        ..LogConfig::default()
    }
}

fn client_context(world: &World) -> AppendContext {
    AppendContext {
        leader_epoch: LeaderEpoch::FIRST,
        origin: AppendOrigin::Client,
        now: world.now,
        request_version: None,
    }
}

/// A log of 40 batches of two records each over several segments.
fn long_log() -> World {
    let mut world = World::new(small_segments());
    for index in 0..40 {
        assert_eq!(
            world.append(&batch(format!("value {index}")).records(2)),
            2 * index
        );
    }
    assert!(world.log.segment_count() > 3);
    world
}

#[test]
fn what_was_appended_is_read_with_its_offsets() {
    let mut world = World::new(LogConfig::default());
    assert_eq!(world.append(&batch("one").records(3)), 0);
    assert_eq!(world.append(&batch("two")), 3);
    assert_eq!(world.read(0, 10_000), [0, 3]);
    assert_eq!(world.log.log_end().value(), 4);
}

#[test]
fn an_offset_inside_a_batch_returns_the_whole_batch() {
    let mut world = long_log();
    assert_eq!(world.read(75, 1)[0], 74);
    world.log.tail_cache.clear();
    for offset in 0..80 {
        assert_eq!(world.read(offset, 1), [offset / 2 * 2], "offset {offset}");
    }
}

#[test]
fn cached_and_stored_batches_are_the_same_bytes() {
    let mut world = long_log();
    let cached = world.read_all();
    world.log.tail_cache.clear();
    assert_eq!(world.read_all(), cached);
    assert_eq!(cached.len(), 40);
}

#[test]
fn a_read_that_stops_inside_a_segment_does_not_hop() {
    let mut world = long_log();
    world.log.tail_cache.clear();
    let mut from = 0;
    while from < 80 {
        let read = world.read(from, 250);
        let expected: Vec<i64> = (0..read.len() as i64).map(|index| from + 2 * index).collect();
        assert_eq!(read, expected);
        from += 2 * read.len() as i64;
    }
}

#[test]
fn without_min_one_a_batch_that_does_not_fit_is_left_out() {
    let mut world = long_log();
    let limits = ReadLimits {
        max_bytes: 10,
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::No,
    };
    for _ in 0..2 {
        let read = world.log.read(Offset::new(4), limits).unwrap();
        assert!(read.records.is_empty() && read.first_batch_too_large);
        world.log.tail_cache.clear();
    }
}

#[test]
fn nobody_reads_past_the_bound_of_the_isolation() {
    let mut world = World::new(small_segments());
    for index in 0..20 {
        world.append(&batch(format!("value {index}")));
    }
    let context_end = world.log.log_end().value();
    let mut log = world;
    for high_watermark in 0..=context_end {
        log.log
            .update_high_watermark(HighWatermark::at(Offset::new(high_watermark)));
        for from in 0..=context_end {
            let read = log.read(from, 10_000);
            assert!(
                read.iter().all(|offset| *offset < high_watermark),
                "{from} {high_watermark}: {read:?}"
            );
            assert_eq!(read.is_empty(), from >= high_watermark);
        }
        log.log.tail_cache.clear();
    }
}

#[test]
fn offsets_outside_the_log_are_out_of_range() {
    let world = long_log();
    let limits = ReadLimits {
        max_bytes: 10,
        upper: FetchIsolation::HighWatermark,
        min_one: MinOneBatch::Yes,
    };
    for offset in [-1, 81, i64::MAX] {
        let error = world.log.read(Offset::new(offset), limits).unwrap_err();
        assert!(matches!(error, ReadError::OffsetOutOfRange { .. }));
    }
    assert!(
        world
            .log
            .read(Offset::new(80), limits)
            .unwrap()
            .records
            .is_empty()
    );
}

#[test]
fn a_retry_gets_the_offset_of_the_first_time() {
    let mut world = World::new(LogConfig::default());
    let first = batch("x").records(2).from(9, 0, 0);
    world.append(&first);
    world.append(&batch("y").from(9, 0, 2).at(&[2000]));
    let info = world.try_append(&first).unwrap();
    assert_eq!(info.outcome, AppendOutcome::Duplicate);
    assert_eq!((info.first_offset.value(), info.last_offset.value()), (0, 1));
    assert_eq!(info.log_append_time.as_ms(), 1000);
    assert_eq!(world.log.log_end().value(), 3);
    let gap = world.try_append(&batch("z").from(9, 0, 4)).unwrap_err();
    assert!(matches!(gap, AppendError::OutOfOrderSequence { .. }));
    assert_eq!(world.log.log_end().value(), 3);
}

#[test]
fn read_committed_stops_at_the_open_transaction_and_learns_of_aborted_ones() {
    let mut world = World::new(LogConfig::default());
    world.append(&batch("a").from(1, 0, 0).in_transaction());
    world.append(&batch("b"));
    let limits = ReadLimits {
        max_bytes: 9999,
        upper: FetchIsolation::TxnCommitted,
        min_one: MinOneBatch::Yes,
    };
    assert_eq!(world.log.last_stable_offset().value(), 0);
    assert!(world.read_with(0, limits).is_empty());
    assert_eq!(world.end_transaction(1, 0, false), 2);
    assert_eq!(world.log.last_stable_offset().value(), 3);
    for _ in 0..2 {
        let read = world.log.read(Offset::ZERO, limits).unwrap();
        let aborted = read.aborted.unwrap();
        assert_eq!(aborted.len(), 1);
        assert_eq!(
            (aborted[0].first_offset.value(), aborted[0].last_offset.value()),
            (0, 2)
        );
        assert!(
            world
                .log
                .read(Offset::new(3), limits)
                .unwrap()
                .aborted
                .unwrap()
                .is_empty()
        );
        world.restart();
    }
}

#[test]
fn a_follower_takes_offsets_and_epochs_as_they_are() {
    let mut world = World::new(LogConfig::default());
    let mut set = batch("a").offset(10, 3).bytes().to_vec();
    set.extend(batch("b").records(2).offset(14, 4).bytes());
    set.extend(batch("c").offset(20, 6).bytes());
    let info = world
        .log
        .append_as_follower(&set.clone().into(), broker_model::LeaderEpoch::new(5), world.now)
        .unwrap();
    assert_eq!((info.first_offset.value(), info.last_offset.value()), (10, 15));
    assert_eq!(world.log.log_end().value(), 16);
    let epochs: Vec<_> = world
        .log
        .leader_epochs()
        .entries()
        .iter()
        .map(|entry| entry.epoch.value())
        .collect();
    assert_eq!(epochs, [3, 4]);
    let again = world
        .log
        .append_as_follower(&set.into(), broker_model::LeaderEpoch::new(5), world.now);
    assert!(matches!(again, Err(AppendError::UnexpectedOffset { .. })));
}

#[test]
fn damaged_and_oversized_sets_are_refused_and_leave_nothing() {
    let mut world = World::new(LogConfig {
        max_message_bytes: 200,
        ..LogConfig::default()
    });
    let mut damaged = batch("x").bytes().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let context = client_context(&world);
    assert!(world.log.append_as_leader(&damaged.into(), context).is_err());
    assert!(world.log.append_as_leader(&bytes::Bytes::new(), context).is_err());
    let large = world.try_append(&batch(vec![0; 200])).unwrap_err();
    assert!(matches!(
        large,
        AppendError::Invalid(ValidationError::TooLarge { limit: 200, .. })
    ));
    assert_eq!((world.log.log_end().value(), world.log.size()), (0, 0));
}

#[test]
fn a_packed_batch_that_is_too_large_for_now_is_taken_when_there_is_time() {
    let mut world = World::new(LogConfig::default());
    let mut builder = BatchBuilder::new(BatchOptions {
        compression: CompressionType::Lz4,
        ..BatchOptions::default()
    });
    builder.append(Timestamp::from_ms(1000), None, Some(&[7; 10_000]));
    let packed = builder.build().unwrap();
    let context = client_context(&world);
    let refusal = world
        .log
        .append_as_leader_unpacking(&packed, context, 1000)
        .unwrap_err();
    assert!(matches!(
        refusal,
        AppendError::Invalid(ValidationError::Compression(CompressionError::TooLarge {
            size_max: 1000,
            ..
        }))
    ));
    assert_eq!(world.log.log_end().value(), 0);
    let info = world.log.append_as_leader(&packed, context).unwrap();
    assert_eq!(info.record_count, 1);
}

#[test]
fn a_clean_restart_finds_everything_without_reading_it() {
    let mut world = long_log();
    let before = world.read_all();
    let report = world.restart();
    assert_eq!(
        (
            report.segments_read,
            report.batches_replayed,
            report.epochs_rebuilt
        ),
        (0, 0, false)
    );
    assert_eq!(world.read_all(), before);
    assert_eq!(world.append(&batch("next")), 80);
}

#[test]
fn an_unclean_restart_reads_from_the_recovery_point_on() {
    let mut world = long_log();
    let before = world.read_all();
    let report = world.reopen_unclean();
    assert_eq!(report.segments_read, world.log.segment_count());
    assert_eq!(report.bytes_cut, 0);
    assert_eq!(world.read_all(), before);
    world.log.flush(world.now).unwrap();
    let report = world.reopen_unclean();
    assert_eq!(report.segments_read, 1);
    assert_eq!(world.read_all(), before);
}
