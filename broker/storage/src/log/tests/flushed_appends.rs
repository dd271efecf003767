//! A log whose every append was flushed before the next: a torn write goes, damage does not.

use crate::error::LoadError;
use crate::log::log_config::LogConfig;
use crate::log::log_loader::{FlushHabit, LogCheckpoints};
use crate::test_world::{World, batch};

const FLUSHED: LogCheckpoints = LogCheckpoints {
    flushed: FlushHabit::EachAppend,
    ..LogCheckpoints::NONE
};
const FIRST_SEGMENT: &str = "00000000000000000000.log";

/// Ten flushed batches in several segments.
fn flushed_log() -> World {
    let mut world = World::new(LogConfig {
        segment_bytes: 300,
        index_interval_bytes: 100,
        ..LogConfig::default()
    });
    for index in 0..10 {
        world.append(&batch(format!("value {index}")));
        world.log.flush(world.now).unwrap();
    }
    world
}

/// Opens the log over that content of its first segment.
fn opened_over(world: &mut World, content: &[u8], checkpoints: LogCheckpoints) -> Result<(), LoadError> {
    world.log.close_files();
    world.mem.plant(&world.path(FIRST_SEGMENT), content);
    world.try_reopen(checkpoints).map(drop)
}

fn first_segment(world: &World) -> Vec<u8> {
    world.mem.content(&world.path(FIRST_SEGMENT))
}

#[test]
fn a_flushed_append_stays_and_the_last_one_is_whole_or_gone() {
    for seed in 0..50 {
        let mut world = flushed_log();
        world.append(&batch("unflushed"));
        world.log.close_files();
        world.mem.crash(seed);
        world.reopen(FLUSHED);
        let end = world.log.log_end().value();
        assert!(end == 10 || end == 11, "seed {seed}: the log ends at {end}");
    }
}

#[test]
fn damage_before_a_whole_batch_refuses_the_log_and_changes_no_data() {
    let whole = first_segment(&flushed_log());
    let first_batch = 12 + u32::from_be_bytes(whole[8..12].try_into().unwrap()) as usize;
    // In offset, length, format and payload of the first batch, and in the second.
    for at in [7, 8, 11, 16, 70, first_batch + 11, first_batch + 70] {
        let mut world = flushed_log();
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let error = opened_over(&mut world, &damaged, FLUSHED).unwrap_err();
        assert!(
            matches!(error, LoadError::DamagedBeforeGoodBatch { .. }),
            "byte {at}: {error}"
        );
        assert_eq!(first_segment(&world), damaged, "byte {at}");
        assert!(opened_over(&mut world, &damaged, LogCheckpoints::NONE).is_ok());
    }
}

#[test]
fn records_that_are_missing_before_the_next_segment_refuse_the_log() {
    let whole = first_segment(&flushed_log());
    let mut world = flushed_log();
    let error = opened_over(&mut world, &whole[..whole.len() - 1], FLUSHED).unwrap_err();
    assert!(
        matches!(error, LoadError::DamagedBeforeGoodBatch { .. }),
        "{error}"
    );
    let first_batch = 12 + u32::from_be_bytes(whole[8..12].try_into().unwrap()) as usize;
    let mut world = flushed_log();
    let error = opened_over(&mut world, &whole[..first_batch], FLUSHED).unwrap_err();
    assert!(
        matches!(error, LoadError::DamagedBeforeGoodBatch { .. }),
        "{error}"
    );
}

#[test]
fn a_last_batch_that_is_damaged_goes_as_a_torn_one_does() {
    let mut world = flushed_log();
    let last = world
        .names()
        .into_iter()
        .rfind(|name| name.ends_with(".log"))
        .unwrap();
    let mut content = world.mem.content(&world.path(&last));
    *content.last_mut().unwrap() ^= 1;
    world.log.close_files();
    world.mem.plant(&world.path(&last), &content);
    let report = world.reopen(FLUSHED);
    assert!(report.bytes_cut > 0);
    assert_eq!(world.log.log_end().value(), 9);
}
