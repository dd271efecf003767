//! How far a cleaning may go, how it goes on, and what happens when the log changes meanwhile.

use std::io::IoSlice;

use broker_model::HighWatermark;

use super::*;
use crate::error::StorageError;
use crate::fs::OpenMode;

fn facts(world: &World, cleaned_to: Option<i64>, now_ms: u64) -> crate::cleaner::cleanable::CleaningFacts {
    let cleaned_to = cleaned_to.map(Offset::new);
    world.log.cleaning_facts(cleaned_to, at(now_ms)).unwrap().unwrap()
}

#[test]
fn a_log_that_is_only_deleted_from_is_not_cleaned() {
    let world = World::new(LogConfig::default());
    assert_eq!(world.log.cleaning_facts(None, at(0)).unwrap(), None);
}

#[test]
fn the_dirty_share_is_that_of_the_closed_segments_behind_the_last_cleaning() {
    let world = with_segments(&[&[("a", Some("1"))], &[("b", Some("2"))], &[("c", Some("3"))]]);
    let all = facts(&world, None, 2000);
    assert_eq!((all.dirty_ratio(), all.first_uncleanable.value()), (1.0, 3));
    let rest = facts(&world, Some(2), 2000);
    assert!((rest.dirty_ratio() - 1.0 / 3.0).abs() < 1e-9, "{rest:?}");
    assert!(!facts(&world, Some(3), 2000).is_due());
    assert!(facts(&world, Some(4), 2000).is_position_stale, "beyond the end");
}

#[test]
fn a_segment_younger_than_the_minimal_lag_waits() {
    let mut world = World::new(LogConfig {
        min_compaction_lag_ms: 500,
        ..compacted()
    });
    put(&mut world, &[("a", Some("1"))]);
    world.log.roll(world.now).unwrap();
    assert!(!facts(&world, None, 1499).is_due());
    assert!(facts(&world, None, 1500).is_due());
}

#[test]
fn a_segment_older_than_the_maximal_lag_is_due_whatever_its_share() {
    let mut world = World::new(LogConfig {
        max_compaction_lag_ms: 500,
        min_cleanable_dirty_ratio: 1.0,
        ..compacted()
    });
    put(&mut world, &[("a", Some("1"))]);
    world.log.roll(world.now).unwrap();
    assert!(!facts(&world, None, 1500).is_due());
    assert!(facts(&world, None, 1501).is_due());
}

#[test]
fn an_unreplicated_segment_is_not_cleaned() {
    let mut world = World::new(compacted());
    let batch = keyed(
        &[("a", Some("1"))],
        ProducerIdentity::NONE,
        BatchAttributes::default(),
    );
    let context = AppendContext {
        leader_epoch: LeaderEpoch::FIRST,
        origin: AppendOrigin::Client,
        now: world.now,
        request_version: None,
    };
    world.log.append_as_leader(&batch, context).unwrap();
    world.log.roll(world.now).unwrap();
    assert!(!facts(&world, None, 2000).is_due());
    world.log.update_high_watermark(HighWatermark::at(Offset::new(1)));
    assert!(facts(&world, None, 2000).is_due());
}

#[test]
fn a_full_map_ends_the_cleaning_early_and_the_next_goes_on_there() {
    let mut world = World::new(compacted());
    for round in 0..2 {
        for key in 0..800 {
            put(&mut world, &[(&format!("key-{key}"), Some(&format!("{round}")))]);
        }
        world.log.roll(world.now).unwrap();
    }
    let now = at(2000);
    // The smallest map has 1024 slots, of which a tenth may be taken.
    let options = CleaningOptions {
        dedupe_buffer_size: 0,
        load_factor: 0.1,
        ..OPTIONS
    };
    let mut cleaned_to = None;
    let mut rounds = 0;
    loop {
        let facts = world.log.cleaning_facts(cleaned_to, now).unwrap().unwrap();
        if !facts.is_due() {
            break;
        }
        world.log.flush(now).unwrap();
        let mut cleaning = world.log.begin_cleaning(&facts, options, now).unwrap();
        run(&mut cleaning).unwrap();
        let outcome = world.log.finish_cleaning(cleaning, now).unwrap();
        assert!(outcome.cleaned_to > cleaned_to, "it always gets on");
        cleaned_to = outcome.cleaned_to;
        rounds += 1;
    }
    assert_eq!(rounds, 1600_usize.div_ceil(102));
    let left = records(&world);
    assert_eq!(left.len(), 800);
    assert!(left.iter().all(|(_, _, value)| value.as_deref() == Some("1")));
}

#[test]
fn a_cut_of_the_log_makes_the_result_void() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", Some("2"))]]);
    let mut cleaning = begin(&mut world, None, 2000).unwrap();
    run(&mut cleaning).unwrap();
    world.log.truncate_to(Offset::new(1), world.now).unwrap();
    // Other records at the same offsets, in segments of the same bases.
    put(&mut world, &[("b", Some("3"))]);
    world.log.roll(world.now).unwrap();
    let outcome = world.log.finish_cleaning(cleaning, world.now).unwrap();
    assert_eq!((outcome.cleaned_to, outcome.pending), (None, None));
    assert_eq!(words(&world), ["0:a=1", "1:b=3"]);
    assert!(!world.names().iter().any(|name| name.ends_with(".cleaned")));
}

#[test]
fn a_cut_below_the_cleaned_part_makes_it_dirty_again() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", Some("2"))]]);
    clean(&mut world, 2000);
    world.log.truncate_to(Offset::new(1), world.now).unwrap();
    put(&mut world, &[("a", Some("3"))]);
    world.log.roll(world.now).unwrap();
    let stale = facts(&world, Some(2), 2000);
    assert_eq!((stale.first_dirty.value(), stale.is_position_stale), (1, true));
    clean_from(&mut world, Some(2), 2000);
    assert_eq!(words(&world), ["1:a=3"]);
}

#[test]
fn segments_that_retention_took_meanwhile_end_the_cleaning_without_harm() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", Some("2"))], &[("a", Some("3"))]]);
    let mut cleaning = begin(&mut world, None, 2000).unwrap();
    run(&mut cleaning).unwrap();
    world
        .log
        .maybe_increment_log_start_offset(Offset::new(1))
        .unwrap();
    world.log.delete_old_segments(at(2000)).unwrap().unwrap();
    let outcome = world.log.finish_cleaning(cleaning, at(2000)).unwrap();
    assert_eq!(outcome.cleaned_to, None);
    assert_eq!(words(&world), ["1:b=2", "2:a=3"]);
}

#[test]
fn a_log_that_is_deleted_meanwhile_is_not_a_failed_disk() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", Some("2"))]]);
    let mut cleaning = begin(&mut world, None, 2000).unwrap();
    world
        .fs
        .rename(&world.path(""), std::path::Path::new("/data/gone"))
        .unwrap();
    let error = run(&mut cleaning).unwrap_err();
    assert!(matches!(error, CleaningError::LogChanged { .. }), "{error:?}");
    assert!(!world.log.directory().is_offline());
    cleaning.give_up().unwrap();
    assert!(!world.log.directory().is_offline());
    world.log.close_files();
}

#[test]
fn a_damaged_batch_ends_the_cleaning_and_nothing_is_replaced() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", Some("2"))]]);
    let path = world.path("00000000000000000000.log");
    let size = world.fs.info(&path).unwrap().size;
    let file = world.fs.open(&path, OpenMode::ReadWrite).unwrap();
    file.write_at(size - 1, &[IoSlice::new(b"?")]).unwrap();
    world.log.flush(world.now).unwrap();
    let before = world.names();
    let mut cleaning = begin(&mut world, None, 2000).unwrap();
    let error = run(&mut cleaning).unwrap_err();
    let is_damage = matches!(error, CleaningError::Storage(StorageError::Damaged { .. }));
    assert!(is_damage, "{error:?}");
    cleaning.give_up().unwrap();
    assert_eq!(world.names(), before);
    assert!(!world.log.directory().is_offline());
    world.log.close_files();
}

#[test]
fn a_cleaned_segment_keeps_the_time_of_its_newest_write() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("b", Some("2"))]]);
    let modified = world.log.segments[1].modified();
    clean(&mut world, 99_000);
    assert_eq!(world.log.segments[0].modified(), modified);
    world.restart();
    assert_eq!(world.log.segments[0].modified(), modified);
}

#[test]
fn consumers_that_read_meanwhile_finish_with_the_old_files() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", Some("2"))]]);
    world.log.tail_cache.clear();
    let limits = crate::log::read::ReadLimits {
        max_bytes: 1 << 20,
        upper: crate::log::read::FetchIsolation::HighWatermark,
        min_one: crate::log::read::MinOneBatch::Yes,
    };
    let read = world.log.read(Offset::ZERO, limits).unwrap();
    let outcome = clean(&mut world, 2000);
    for path in outcome.pending.unwrap().paths {
        world.fs.remove_file(&path).unwrap();
    }
    assert_eq!(
        crate::test_world::base_offsets(&read.records.fetch().unwrap().to_bytes()),
        [0]
    );
}

#[test]
fn what_a_crash_may_take_back_is_no_ground_for_a_cleaning() {
    let mut world = with_segments(&[&[("a", Some("1"))], &[("a", Some("2"))]]);
    let due = facts(&world, None, 2000);
    let refused = world.log.begin_cleaning(&due, OPTIONS, at(2000));
    assert!(matches!(refused, Err(CleaningError::NotFlushed { .. })));
    world.log.flush(world.now).unwrap();
    assert!(world.log.begin_cleaning(&due, OPTIONS, at(2000)).is_ok());
}
