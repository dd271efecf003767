//! What retention removes, and what it must leave (I21).

use std::sync::Arc;

use broker_model::LeaderEpoch;

use crate::log::append_types::{AppendContext, AppendOrigin};
use crate::log::log_config::LogConfig;
use crate::test_world::{World, at, batch};

/// Segments of about three batches each, one batch a second from 1 s on, the first `count` seconds.
fn a_batch_a_second(config: LogConfig, count: u64) -> World {
    let mut world = World::new(LogConfig {
        segment_bytes: 300,
        ..config
    });
    for second in 1..=count {
        world.now = at(second * 1_000);
        world.append(&batch("x").at(&[second as i64 * 1_000]));
    }
    world
}

fn first_timestamp(world: &World) -> i64 {
    let first = world.read_all()[0].0;
    (first + 1) * 1_000
}

fn by_time(retention_ms: i64) -> LogConfig {
    LogConfig {
        retention_ms: Some(retention_ms),
        ..LogConfig::default()
    }
}

#[test]
fn retention_by_time_removes_nothing_younger_than_the_policy() {
    let mut world = a_batch_a_second(by_time(10_000), 60);
    world.log.delete_old_segments(at(60_000)).unwrap().unwrap();
    let first = first_timestamp(&world);
    assert!((40_000..=50_000).contains(&first), "the log begins at {first}");
    assert!(world.log.delete_old_segments(at(60_000)).unwrap().is_none());
}

#[test]
fn a_segment_goes_when_its_newest_record_is_too_old() {
    let mut world = a_batch_a_second(by_time(10_000), 6);
    let segments = world.log.segment_count();
    assert!(segments > 1);
    let newest_of_first = world.log.segments[1].base_offset().value() * 1_000;
    let due = newest_of_first as u64 + 10_000;
    assert!(world.log.delete_old_segments(at(due)).unwrap().is_none());
    assert!(world.log.delete_old_segments(at(due + 1)).unwrap().is_some());
    assert_eq!(world.log.segment_count(), segments - 1);
}

#[test]
fn retention_by_size_leaves_at_least_what_it_promises() {
    let mut world = a_batch_a_second(
        LogConfig {
            retention_ms: None,
            retention_bytes: Some(1_000),
            ..LogConfig::default()
        },
        60,
    );
    world.log.delete_old_segments(at(60_000)).unwrap().unwrap();
    let size = world.log.size();
    assert!((1_000..1_400).contains(&size), "{size} bytes stay");
    assert_eq!(world.log.log_end().value(), 60);
}

#[test]
fn records_above_the_high_watermark_stay() {
    let mut world = a_batch_a_second(by_time(1), 20);
    for _ in 20..40 {
        let context = AppendContext {
            leader_epoch: LeaderEpoch::FIRST,
            origin: AppendOrigin::Client,
            now: world.now,
            request_version: None,
        };
        world.log.append_as_leader(&batch("x").bytes(), context).unwrap();
    }
    world.log.delete_old_segments(at(10_000_000)).unwrap().unwrap();
    assert!(
        world.log.log_start().value() <= 20,
        "20 and more are not committed"
    );
    assert_eq!(world.log.log_end().value(), 40);
}

#[test]
fn a_policy_without_delete_removes_nothing() {
    let mut world = a_batch_a_second(by_time(1), 30);
    let mut config = LogConfig::clone(&world.config);
    config.cleanup_policy.delete = false;
    world.log.set_config(Arc::new(config));
    assert!(world.log.delete_old_segments(at(10_000_000)).unwrap().is_none());
    assert_eq!(world.log.log_start().value(), 0);
}

#[test]
fn an_expired_log_keeps_its_end() {
    let mut world = a_batch_a_second(by_time(1_000), 30);
    world.log.delete_old_segments(at(10_000_000)).unwrap().unwrap();
    assert_eq!(
        (world.log.log_start().value(), world.log.log_end().value()),
        (30, 30)
    );
    assert_eq!(world.append(&batch("next")), 30);
}
