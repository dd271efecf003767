//! The epochs' file after a crash: what it says is believed only where nothing was cut and written anew since.

use broker_model::{LeaderEpoch, Offset};

use crate::log::log_config::LogConfig;
use crate::log::log_loader::LogCheckpoints;
use crate::test_world::{World, batch};

fn epochs(world: &World) -> Vec<(i32, i64)> {
    let entries = world.log.leader_epochs().entries().iter();
    entries
        .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
        .collect()
}

fn replicate(world: &mut World, offset: i64, epoch: i32) {
    let bytes = batch("x").offset(offset, epoch).bytes();
    let leader_epoch = LeaderEpoch::new(epoch);
    world
        .log
        .append_as_follower(&bytes, leader_epoch, world.now)
        .unwrap();
}

/// A log of epoch 1 whose file was written while epoch 3 stood at offset 1, which was cut.
fn cut() -> World {
    let mut world = World::new(LogConfig::default());
    replicate(&mut world, 0, 1);
    replicate(&mut world, 1, 3);
    world.log.flush(world.now).unwrap();
    world.log.lower_recovery_point(Offset::new(1));
    assert!(world.log.truncate_to(Offset::new(1), world.now).unwrap());
    world
}

#[test]
fn an_epoch_that_was_cut_does_not_come_back() {
    let mut world = cut();
    replicate(&mut world, 1, 2);
    replicate(&mut world, 2, 4);
    world.reopen_unclean();
    assert_eq!(epochs(&world), [(1, 0), (2, 1), (4, 2)]);
    let told = world.log.offset_for_leader_epoch(LeaderEpoch::new(3));
    assert_eq!(told, Some((LeaderEpoch::new(2), Offset::new(2))));
}

#[test]
fn an_epoch_that_was_cut_does_not_come_back_to_a_log_that_began_anew() {
    let mut world = cut();
    let start = Offset::new(9);
    world.log.flush(world.now).unwrap();
    replicate(&mut world, 1, 3);
    world.log.flush(world.now).unwrap();
    world.log.truncate_fully_and_start_at(start, world.now).unwrap();
    replicate(&mut world, 9, 2);
    world.reopen_unclean();
    assert_eq!(epochs(&world), [(2, 9)]);
}

#[test]
fn a_log_start_that_a_crash_took_back_brings_its_epochs_back() {
    let mut world = World::new(LogConfig {
        segment_bytes: 150,
        ..LogConfig::default()
    });
    for (offset, epoch) in [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3)] {
        replicate(&mut world, offset, epoch);
    }
    let end = world.log.log_end().offset();
    world
        .log
        .update_high_watermark(broker_model::HighWatermark::at(end));
    world
        .log
        .maybe_increment_log_start_offset(Offset::new(3))
        .unwrap();
    world.log.flush(world.now).unwrap();
    assert_eq!(epochs(&world), [(2, 3), (3, 4)]);
    for recovery_point in [Offset::ZERO, Offset::new(3), end] {
        world.reopen(LogCheckpoints {
            recovery_point,
            ..LogCheckpoints::NONE
        });
        assert_eq!(epochs(&world), [(1, 0), (2, 2), (3, 4)], "{recovery_point}");
    }
}

#[test]
fn a_file_without_its_newest_epoch_is_completed_by_the_batches() {
    let mut world = World::new(LogConfig::default());
    replicate(&mut world, 0, 1);
    world.log.flush(world.now).unwrap();
    replicate(&mut world, 1, 5);
    world.reopen_unclean();
    assert_eq!(epochs(&world), [(1, 0), (5, 1)]);
}
