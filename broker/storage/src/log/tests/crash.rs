//! What a crash may take and what it may not: flushed batches stay, the rest ends at a whole batch.

use crate::log::log_config::LogConfig;
use crate::test_world::{World, batch};

fn small_segments() -> LogConfig {
    LogConfig {
        segment_bytes: 1000,
        index_interval_bytes: 100,
        ..LogConfig::default()
    }
}

#[test]
fn a_flushed_batch_survives_and_an_unflushed_one_is_whole_or_gone() {
    for seed in 0..50 {
        let mut world = World::new(small_segments());
        for index in 0..30 {
            world.append(&batch(format!("value {index}")));
        }
        world.log.flush(world.now).unwrap();
        let flushed = world.read_all();
        for index in 30..45 {
            world.append(&batch(format!("value {index}")));
        }
        let all = world.read_all();
        world.log.close_files();
        world.mem.crash(seed);
        world.reopen_unclean();
        world
            .log
            .update_high_watermark(broker_model::HighWatermark::at(world.log.log_end().offset()));
        let found = world.read_all();
        assert!(
            found.len() >= flushed.len(),
            "seed {seed}: flushed batches were lost"
        );
        assert_eq!(found[..], all[..found.len()], "seed {seed}");
    }
}

#[test]
fn opening_removes_what_was_left_half_done() {
    let mut world = World::new(small_segments());
    world.append(&batch("x"));
    world.log.flush(world.now).unwrap();
    let leftovers = [
        "00000000000000000000.log.cleaned",
        "leader-epoch-checkpoint.tmp",
        "00000000000000000009.log.deleted",
    ];
    for name in leftovers {
        world.mem.plant(&world.path(name), b"x");
    }
    world.reopen_unclean();
    assert!(
        leftovers
            .iter()
            .all(|name| !world.names().iter().any(|found| found == name))
    );
}

/// Two jobs of one log may run at once, a cleaner's and a maintenance's, and a file has one `.tmp` beside it.
#[test]
fn a_flush_that_is_prepared_leaves_no_file_to_replace() {
    let mut world = World::new(small_segments());
    world.append(&batch("x"));
    world.log.assign_leader_epoch(broker_model::LeaderEpoch::new(7));
    let job = world.log.begin_flush().unwrap().unwrap();
    let written = world.mem.content(&world.path("leader-epoch-checkpoint"));
    let epochs = crate::parse_leader_epochs(&written).unwrap();
    assert_eq!(epochs, world.log.leader_epochs().entries());
    job.run().unwrap();
    assert_eq!(world.mem.content(&world.path("leader-epoch-checkpoint")), written);
}
