//! Power is cut after every single change that a cleaning makes: the log opens, and nothing that counts is lost.

use std::collections::BTreeMap;

use broker_codec::batch::BatchAttributes;

use super::*;

/// A log with old values, a tombstone, an aborted and a committed transaction, all flushed.
fn busy_log() -> World {
    let mut world = with_segments(&[
        &[("a", Some("1")), ("b", Some("1")), ("c", Some("1"))],
        &[("a", Some("2")), ("d", Some("1"))],
        &[("b", None)],
    ]);
    let open = BatchAttributes::default().transactional();
    append(&mut world, &keyed(&[("c", Some("void"))], producer(9, 0), open));
    append(&mut world, &keyed(&[("d", Some("good"))], producer(8, 0), open));
    world.end_transaction(9, 0, false);
    world.end_transaction(8, 0, true);
    world.log.roll(world.now).unwrap();
    put(&mut world, &[("a", Some("3"))]);
    world.log.flush(world.now).unwrap();
    world
}

/// The newest committed value of each key.
fn newest(world: &World) -> BTreeMap<String, Option<String>> {
    let visible = records(world).into_iter();
    let visible = visible.filter(|(_, key, value)| key != "marker" && value.as_deref() != Some("void"));
    visible.map(|(_, key, value)| (key, value)).collect()
}

fn check_order(world: &World) {
    let offsets: Vec<i64> = records(world).iter().map(|(offset, _, _)| *offset).collect();
    assert!(offsets.is_sorted_by(|one, two| one < two), "{offsets:?}");
    assert_eq!(world.log.log_end().value(), 11);
}

/// Cleans until the power ends; answers whether it did not.
fn clean_without_power(world: &mut World) -> bool {
    let Some(mut cleaning) = begin(world, None, 2000) else {
        return true;
    };
    run(&mut cleaning).is_ok() && world.log.finish_cleaning(cleaning, at(2000)).is_ok()
}

#[test]
fn a_crash_at_any_step_leaves_a_log_that_means_the_same() {
    let mut reference = busy_log();
    let expected = newest(&reference);
    clean(&mut reference, 2000);
    let cleaned = words(&reference);
    assert_eq!(newest(&reference), expected);
    let mut steps = 0;
    loop {
        let mut was_done = false;
        for seed in 0..8 {
            let mut world = busy_log();
            world.mem.cut_power_after(steps);
            was_done = clean_without_power(&mut world);
            world.log.close_files();
            world.mem.crash(seed);
            let directory = world.environment.directory.path().to_path_buf();
            world.environment.directory = crate::log::log_folder::DirectoryHealth::new(directory);
            world.reopen_unclean();
            let end = world.log.log_end().offset();
            world.log.update_high_watermark(HighWatermark::at(end));
            assert_eq!(newest(&world), expected, "after {steps} changes, seed {seed}");
            check_order(&world);
            let leftovers: Vec<String> = world
                .names()
                .into_iter()
                .filter(|name| is_leftover(name))
                .collect();
            assert!(
                leftovers.is_empty(),
                "after {steps} changes, seed {seed}: {leftovers:?}"
            );
            clean(&mut world, 2000);
            assert_eq!(words(&world), cleaned, "after {steps} changes, seed {seed}");
        }
        if was_done {
            break;
        }
        steps += 1;
    }
    assert!(steps > 10, "the cleaning makes many changes, it made {steps}");
}

#[test]
fn the_end_of_a_closed_segment_is_not_lost_while_its_successor_stays() {
    for seed in 0..40 {
        let mut world = World::new(compacted());
        put(&mut world, &[("a", Some("1"))]);
        put(&mut world, &[("b", Some("1"))]);
        world.log.roll(world.now).unwrap();
        world.log.close_files();
        world.mem.crash(seed);
        world.reopen_unclean();
        let end = world.log.log_end().offset();
        world.log.update_high_watermark(HighWatermark::at(end));
        assert_eq!(records(&world).len() as i64, end.value(), "seed {seed}");
    }
}

fn is_leftover(name: &str) -> bool {
    [".cleaned", ".swap", ".deleted"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}
