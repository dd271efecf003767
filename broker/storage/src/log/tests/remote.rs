//! What a log does with a part in the remote tier.

use std::sync::Arc;

use broker_model::{LeaderEpoch, LogStartOffset, Offset, ProducerId};

use crate::epoch::leader_epoch_cache::EpochEntry;
use crate::error::ReadError;
use crate::log::log_config::LogConfig;
use crate::log::log_loader::{LogCheckpoints, PreviousStop};
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::log::remote_part::RemoteTail;
use crate::log::timestamp_lookup::OffsetQuery;
use crate::test_world::{World, at, batch};

fn offset(value: i64) -> Offset {
    Offset::new(value)
}

/// Twenty batches of one record, about three a segment, that may all go from the local disk.
fn tiered() -> World {
    let mut world = World::new(LogConfig {
        segment_bytes: 300,
        remote_storage_enable: true,
        retention_ms: None,
        local_retention_bytes: Some(0),
        ..LogConfig::default()
    });
    for second in 1..=20 {
        world.now = at(second * 1_000);
        world.append(&batch("x").at(&[second as i64 * 1_000]));
    }
    world
}

fn local_start(world: &World) -> i64 {
    world.log.local_log_start().value()
}

fn give_up(world: &mut World) -> bool {
    world.log.delete_old_segments(at(30_000)).unwrap().is_some()
}

#[test]
fn a_local_segment_stays_until_the_remote_tier_holds_all_of_it() {
    let mut world = tiered();
    world.log.note_log_start_written();
    assert!(!give_up(&mut world), "nobody has said what is remote");
    let closed = world.log.closed_segments();
    world.log.note_remote_end(Some(closed[2].next_offset.minus(1)));
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), closed[1].next_offset.value());
    assert_eq!(world.log.log_start().value(), 0);
}

#[test]
fn a_local_segment_stays_until_a_restart_would_find_the_start_of_the_log() {
    let mut world = tiered();
    world.log.note_remote_end(Some(offset(20)));
    assert!(!give_up(&mut world));
    world.log.note_log_start_written();
    assert!(give_up(&mut world));
}

#[test]
fn a_cut_takes_the_remote_end_along() {
    let mut world = tiered();
    world.log.note_log_start_written();
    world.log.note_remote_end(Some(offset(18)));
    world.log.lower_recovery_point(offset(10));
    world.log.truncate_to(offset(10), world.now).unwrap();
    assert_eq!(world.log.remote_end(), Some(offset(10)));
}

#[test]
fn the_segment_that_is_written_never_goes_for_its_copy() {
    let mut world = tiered();
    world.log.note_log_start_written();
    world.log.note_remote_end(Some(offset(20)));
    let active = world.log.closed_segments().last().unwrap().next_offset;
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), active.value());
    assert_eq!(world.log.segment_count(), 1);
}

#[test]
fn a_segment_whose_time_is_over_is_closed_so_that_it_can_be_copied_and_go() {
    let mut world = tiered();
    let by_age = LogConfig {
        local_retention_bytes: None,
        local_retention_ms: Some(1_000),
        ..(**world.log.config()).clone()
    };
    world.log.set_config(Arc::new(by_age));
    world.log.note_log_start_written();
    assert!(world.log.delete_old_segments(at(20_500)).unwrap().is_none());
    assert!(world.log.active_size() > 0, "its newest record is young");
    give_up(&mut world);
    assert_eq!(world.log.active_size(), 0);
    let end = world.log.log_end().offset();
    assert_eq!(world.log.closed_segments().last().unwrap().next_offset, end);
    give_up(&mut world);
    assert_eq!(world.log.active_size(), 0, "an empty one is not closed again");
    world.log.note_remote_end(Some(end));
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), end.value());
}

#[test]
fn what_is_released_goes_before_its_time_and_only_if_it_is_copied() {
    let mut world = tiered();
    let keeps_all = LogConfig {
        local_retention_bytes: None,
        ..(**world.log.config()).clone()
    };
    world.log.set_config(Arc::new(keeps_all));
    world.log.note_log_start_written();
    let closed = world.log.closed_segments();
    world.log.note_remote_end(Some(closed[2].next_offset));
    assert!(!give_up(&mut world), "local retention keeps everything");
    world.log.release_copied(closed[1].next_offset);
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), closed[1].next_offset.value());
    world.log.release_copied(closed[3].next_offset);
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), closed[2].next_offset.value());
    assert_eq!(world.log.log_start().value(), 0);
}

#[test]
fn what_lies_below_the_start_of_the_log_goes_whether_it_was_copied_or_not() {
    let mut world = tiered();
    let closed = world.log.closed_segments();
    world
        .log
        .maybe_increment_log_start_offset(closed[1].next_offset)
        .unwrap();
    assert!(give_up(&mut world));
    assert_eq!(local_start(&world), closed[1].next_offset.value());
}

#[test]
fn the_start_of_the_log_outlives_a_restart_and_a_crash() {
    let mut world = tiered();
    world.log.note_log_start_written();
    world.log.note_remote_end(Some(offset(20)));
    give_up(&mut world);
    assert_eq!(
        world.log.progress().log_start,
        Some(Offset::ZERO),
        "it is no default"
    );
    let local = local_start(&world);
    world.restart();
    assert_eq!((world.log.log_start().value(), local_start(&world)), (0, local));
    world.reopen_unclean();
    assert_eq!((world.log.log_start().value(), local_start(&world)), (0, local));
}

/// The first crash makes the log read everything; what is given up after it takes the producer's records along.
#[test]
fn a_producer_whose_records_are_remote_is_known_after_every_crash() {
    let mut world = World::new((**tiered().log.config()).clone());
    world.append(&batch("mine").at(&[1_000]).from(5, 0, 0));
    for second in 2..=20 {
        world.append(&batch("x").at(&[second * 1_000]));
    }
    let crashed = LogCheckpoints {
        previous_stop: PreviousStop::Unclean,
        log_start: Some(Offset::ZERO),
        high_watermark: offset(20),
        ..LogCheckpoints::NONE
    };
    for copied in [12, 20] {
        world.reopen(crashed);
        world.log.note_log_start_written();
        world.log.note_remote_end(Some(offset(copied)));
        assert!(give_up(&mut world));
        world.reopen(crashed);
        let known = world.log.producer_states();
        assert_eq!(known.len(), 1, "what is local begins at {}", local_start(&world));
    }
}

#[test]
fn a_log_whose_start_was_never_noted_starts_with_its_files() {
    let mut world = tiered();
    world.log.maybe_increment_log_start_offset(offset(9)).unwrap();
    give_up(&mut world);
    let end = world.log.log_end().offset();
    world.log.close(world.now).unwrap();
    world.reopen(LogCheckpoints {
        previous_stop: PreviousStop::Clean,
        recovery_point: end,
        high_watermark: end,
        ..LogCheckpoints::NONE
    });
    assert_eq!(world.log.log_start().value(), local_start(&world));
}

#[test]
fn a_read_below_the_local_part_says_where_that_begins() {
    let mut world = tiered();
    world.log.note_log_start_written();
    world.log.note_remote_end(Some(offset(20)));
    give_up(&mut world);
    let limits = ReadLimits {
        max_bytes: 1_000,
        upper: FetchIsolation::HighWatermark,
        min_one: MinOneBatch::Yes,
    };
    let refused = world.log.read(offset(3), limits);
    assert!(matches!(refused, Err(ReadError::LocalStartsAt { .. })));
}

#[test]
fn the_ends_of_the_remote_part_are_told() {
    let mut world = tiered();
    let ask = |world: &World, query| {
        let found = world.log.offset_for_timestamp(query).unwrap();
        found.map(|place| place.offset.value())
    };
    assert_eq!(ask(&world, OffsetQuery::LatestTiered), None);
    assert_eq!(ask(&world, OffsetQuery::EarliestPendingUpload), Some(0));
    world.log.note_remote_end(Some(offset(6)));
    assert_eq!(ask(&world, OffsetQuery::LatestTiered), Some(5));
    assert_eq!(ask(&world, OffsetQuery::EarliestPendingUpload), Some(6));
    world.log.note_log_start_written();
    give_up(&mut world);
    world.restart();
    assert_eq!(
        ask(&world, OffsetQuery::EarliestPendingUpload),
        None,
        "not known yet"
    );
}

#[test]
fn a_copy_has_the_bytes_of_its_segment_and_what_was_known_at_its_end() {
    let world = tiered();
    let closed = world.log.closed_segments();
    let copy = world
        .log
        .begin_copy(closed[1].base_offset)
        .unwrap()
        .expect("there is such a segment");
    assert_eq!(copy.segment, closed[1]);
    let mut bytes = vec![0; 10_000];
    let count = copy.read_at(0, &mut bytes).unwrap();
    assert_eq!(count as u64, copy.segment.size_in_bytes);
    let expected = world.read_all();
    let of_segment = expected
        .iter()
        .filter(|(base, _)| (closed[1].base_offset.value()..closed[1].next_offset.value()).contains(base));
    let of_segment: Vec<u8> = of_segment.flat_map(|(_, bytes)| bytes.to_vec()).collect();
    assert_eq!(bytes[..count], of_segment);
    assert!(!copy.producer_snapshot().unwrap().is_empty());
    let active = closed.last().unwrap().next_offset;
    assert!(
        world.log.begin_copy(active).unwrap().is_none(),
        "it is still written"
    );
}

#[test]
fn a_replica_begins_behind_the_remote_part_and_knows_what_was_before() {
    let mut source = tiered();
    source.append(&batch("p").from(7, 0, 0));
    let snapshot: Vec<_> = source.log.producer_states().into_iter().cloned().collect();
    let mut world = World::new(LogConfig {
        remote_storage_enable: true,
        ..LogConfig::default()
    });
    let epoch = |epoch, start| EpochEntry {
        epoch: LeaderEpoch::new(epoch),
        start_offset: offset(start),
    };
    let tail = RemoteTail {
        log_start: LogStartOffset::at(offset(4)),
        end: offset(100),
        epochs: vec![epoch(0, 0), epoch(3, 50), epoch(9, 100)],
        producers: snapshot,
    };
    world.log.start_behind_remote(tail, world.now).unwrap();
    let check = |world: &World| {
        let log = &world.log;
        let markers = (log.log_start().value(), local_start(world), log.log_end().value());
        assert_eq!(markers, (4, 100, 100));
        assert_eq!(log.leader_epochs().entries(), [epoch(0, 4), epoch(3, 50)]);
        assert_eq!(log.producer_states()[0].producer_id, ProducerId::new(7));
    };
    check(&world);
    world.restart();
    check(&world);
}

#[test]
fn a_replica_that_begins_behind_the_remote_part_keeps_the_later_start() {
    for (own, leaders) in [(3, 0), (3, 4)] {
        let mut world = tiered();
        world.log.maybe_increment_log_start_offset(offset(own)).unwrap();
        let tail = RemoteTail {
            log_start: LogStartOffset::at(offset(leaders)),
            end: offset(100),
            epochs: Vec::new(),
            producers: Vec::new(),
        };
        world.log.start_behind_remote(tail, world.now).unwrap();
        assert_eq!(world.log.log_start().value(), own.max(leaders));
    }
}
