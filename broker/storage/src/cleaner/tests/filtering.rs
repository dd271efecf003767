//! What stays and what goes: newest values, tombstones, transactions, the last batch of a producer.

use broker_codec::batch::{BatchAttributes, RecordBatchHeader};
use broker_model::CompressionType;

use super::*;
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};

/// Horizons of all batches, by base offset.
fn horizons(world: &World) -> Vec<(i64, Option<i64>)> {
    let batches = world.read_all().into_iter();
    let headers = batches.map(|(base, bytes)| (base, RecordBatchHeader::parse(&bytes).unwrap()));
    headers
        .map(|(base, header)| (base, header.delete_horizon().map(Timestamp::as_ms)))
        .collect()
}

#[test]
fn of_each_key_the_newest_record_stays_at_its_offset() {
    let mut world = with_segments(&[
        &[("a", Some("1")), ("b", Some("1"))],
        &[("a", Some("2"))],
        &[("c", Some("1")), ("a", Some("3"))],
    ]);
    let outcome = clean(&mut world, 2000);
    assert_eq!(words(&world), ["1:b=1", "3:c=1", "4:a=3"]);
    assert_eq!(outcome.cleaned_to, Some(Offset::new(5)));
    assert_eq!(outcome.stats.keys, 3);
    assert_eq!(world.log.log_end().value(), 5);
}

#[test]
fn the_active_segment_is_not_touched() {
    let mut world = with_segments(&[&[("a", Some("1")), ("b", Some("1"))], &[("a", Some("2"))]]);
    put(&mut world, &[("a", Some("3"))]);
    put(&mut world, &[("b", Some("2"))]);
    clean(&mut world, 2000);
    assert_eq!(words(&world), ["1:b=1", "2:a=2", "3:a=3", "4:b=2"]);
}

#[test]
fn small_segments_become_one_and_their_old_files_wait_to_be_unlinked() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", Some("1"))], &[("a", Some("2"))]]);
    let outcome = clean(&mut world, 2000);
    assert_eq!(world.log.segment_count(), 2);
    let pending = outcome.pending.unwrap();
    assert!(pending.paths.iter().all(|path| world.fs.info(path).is_ok()));
    assert!(
        pending
            .paths
            .iter()
            .all(|path| path.to_string_lossy().ends_with(".deleted"))
    );
    assert_eq!(
        pending
            .paths
            .iter()
            .filter(|path| path.to_string_lossy().contains(".log"))
            .count(),
        3
    );
}

#[test]
fn a_tombstone_of_a_tiered_log_stays_for_ever_because_older_values_may_be_remote() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", None)], &[("c", Some("1"))]]);
    let tiered = LogConfig {
        remote_storage_enable: true,
        ..compacted()
    };
    world.log.set_config(std::sync::Arc::new(tiered));
    for (round, cleaned_to) in [(1, None), (2, Some(3)), (3, Some(4))] {
        clean_from(&mut world, cleaned_to, round * 100_000);
        assert_eq!(words(&world)[..2], ["1:a", "2:c=1"], "round {round}");
        put(&mut world, &[("d", Some("1"))]);
        world.log.roll(world.now).unwrap();
    }
}

#[test]
fn a_tombstone_stays_until_the_horizon_that_its_first_cleaning_sets() {
    let mut world = with_segments(&[
        &[("a", Some("1")), ("b", Some("1"))],
        &[("a", None)],
        &[("c", Some("1"))],
    ]);
    clean(&mut world, 5000);
    assert_eq!(words(&world), ["1:b=1", "2:a", "3:c=1"]);
    assert_eq!(horizons(&world), [(0, None), (2, Some(6000)), (3, None)]);
    put(&mut world, &[("d", Some("1"))]);
    world.log.roll(world.now).unwrap();
    clean_from(&mut world, Some(4), 5999);
    assert_eq!(horizons(&world)[1], (2, Some(6000)), "it is set once");
    put(&mut world, &[("d", Some("2"))]);
    world.log.roll(world.now).unwrap();
    clean_from(&mut world, Some(5), 6000);
    assert_eq!(words(&world), ["1:b=1", "3:c=1", "5:d=2"]);
}

#[test]
fn timestamps_stay_when_a_horizon_takes_the_place_of_the_base() {
    let mut world = with_segments(&[&[("a", Some("1")), ("b", None), ("c", Some("1"))]]);
    let times = |world: &World| {
        let (_, bytes) = world.read_all().remove(0);
        let records = RecordBatch::from_bytes(&bytes).unwrap().records(1 << 20).unwrap();
        records
            .iter()
            .map(|record| record.timestamp.as_ms())
            .collect::<Vec<_>>()
    };
    let before = times(&world);
    clean(&mut world, 5000);
    assert_eq!(horizons(&world), [(0, Some(6000))]);
    assert_eq!(times(&world), before);
}

#[test]
fn a_compressed_batch_stays_compressed() {
    let mut world = World::new(LogConfig {
        compression: crate::log::log_config::TopicCompression::Fixed(CompressionType::Zstd),
        ..compacted()
    });
    put(&mut world, &[("a", Some("1")), ("b", Some("1"))]);
    put(&mut world, &[("a", Some("2"))]);
    world.log.roll(world.now).unwrap();
    clean(&mut world, 2000);
    assert_eq!(words(&world), ["1:b=1", "2:a=2"]);
    for (_, bytes) in world.read_all() {
        let header = RecordBatchHeader::parse(&bytes).unwrap();
        assert_eq!(header.compression(), Some(CompressionType::Zstd));
    }
}

#[test]
fn records_of_an_aborted_transaction_go_and_readers_need_no_telling() {
    let mut world = World::new(compacted());
    let open = BatchAttributes::default().transactional();
    put(&mut world, &[("a", Some("kept"))]);
    append(&mut world, &keyed(&[("a", Some("void"))], producer(9, 0), open));
    append(&mut world, &keyed(&[("b", Some("good"))], producer(8, 0), open));
    world.end_transaction(9, 0, false);
    world.end_transaction(8, 0, true);
    // Two more batches, so that the transactions' are not their producers' last.
    append(&mut world, &keyed(&[("x", Some("1"))], producer(9, 1), open));
    append(&mut world, &keyed(&[("y", Some("1"))], producer(8, 1), open));
    world.end_transaction(9, 0, true);
    world.end_transaction(8, 0, true);
    world.log.roll(world.now).unwrap();
    clean(&mut world, 2000);
    let expected = [
        "0:a=kept", "2:b=good", "3:marker", "4:marker", "5:x=1", "6:y=1", "7:marker", "8:marker",
    ];
    assert_eq!(words(&world), expected);
    let limits = ReadLimits {
        max_bytes: 1 << 20,
        upper: FetchIsolation::TxnCommitted,
        min_one: MinOneBatch::Yes,
    };
    let read = world.log.read(Offset::ZERO, limits).unwrap();
    let aborted = read.aborted.unwrap();
    assert!(
        aborted
            .iter()
            .all(|transaction| transaction.first_offset.value() == 1),
        "{aborted:?}"
    );
}

#[test]
fn a_marker_goes_only_when_its_transaction_is_gone_and_its_horizon_has_passed() {
    let mut world = World::new(compacted());
    let open = BatchAttributes::default().transactional();
    append(&mut world, &keyed(&[("a", Some("void"))], producer(9, 0), open));
    world.end_transaction(9, 0, false);
    append(&mut world, &keyed(&[("a", Some("1"))], producer(9, 1), open));
    world.end_transaction(9, 0, true);
    let mut end = 4;
    let mut next = |world: &mut World, now_ms| {
        put(world, &[("z", Some("1"))]);
        world.log.roll(world.now).unwrap();
        clean_from(world, Some(end - 4), now_ms);
        end += 1;
        words(world)
    };
    // The first cleaning removes the data, the second finds none and sets the horizon, the third is behind it.
    assert_eq!(next(&mut world, 2000)[..2], ["1:marker", "2:a=1"]);
    assert_eq!(next(&mut world, 3000)[..2], ["1:marker", "2:a=1"]);
    assert_eq!(next(&mut world, 3999)[..2], ["1:marker", "2:a=1"]);
    assert_eq!(next(&mut world, 4000)[..2], ["2:a=1", "3:marker"]);
}

#[test]
fn an_open_transaction_and_what_follows_is_not_cleaned() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", Some("2"))]]);
    let open = BatchAttributes::default().transactional();
    append(&mut world, &keyed(&[("b", Some("1"))], producer(9, 0), open));
    world.log.roll(world.now).unwrap();
    put(&mut world, &[("a", Some("3"))]);
    world.log.roll(world.now).unwrap();
    assert_eq!(clean(&mut world, 2000).cleaned_to, Some(Offset::new(2)));
    assert_eq!(words(&world), ["1:a=2", "2:b=1", "3:a=3"]);
}

#[test]
fn the_last_batch_of_a_producer_stays_as_a_bare_header_so_that_sequences_go_on() {
    let mut world = World::new(compacted());
    let plain = BatchAttributes::default();
    append(&mut world, &keyed(&[("a", Some("1"))], producer(9, 0), plain));
    append(&mut world, &keyed(&[("a", Some("2"))], producer(9, 1), plain));
    put(&mut world, &[("a", Some("3"))]);
    world.log.roll(world.now).unwrap();
    put(&mut world, &[("b", Some("1"))]);
    clean(&mut world, 2000);
    assert_eq!(words(&world), ["2:a=3", "3:b=1"]);
    let headers: Vec<i64> = world.read_all().iter().map(|(base, _)| *base).collect();
    assert_eq!(headers, [1, 2, 3]);
    for snapshot in world.names().iter().filter(|name| name.ends_with(".snapshot")) {
        world.fs.remove_file(&world.path(snapshot)).unwrap();
    }
    world.reopen_unclean();
    append(&mut world, &keyed(&[("c", Some("1"))], producer(9, 2), plain));
}

#[test]
fn the_end_of_the_cleaned_part_is_not_forgotten() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", None)]]);
    clean(&mut world, 2000);
    put(&mut world, &[("c", Some("1"))]);
    world.log.roll(world.now).unwrap();
    clean_from(&mut world, Some(2), 9000);
    put(&mut world, &[("c", Some("2"))]);
    world.log.roll(world.now).unwrap();
    clean_from(&mut world, Some(3), 9000);
    assert_eq!(words(&world), ["0:a=1", "3:c=2"]);
}
