//! What a broker does when tiered logs hold as many bytes on its disks as they may.

use super::*;

const BUDGET: (&str, &str) = ("eddyline.remote.disk.bytes", "5000");
const NO_BUDGET: (&str, &str) = ("eddyline.remote.disk.bytes", "0");

impl World {
    /// Sends records from an offset on until one is refused, and answers its offset.
    fn produce_until_refused(&mut self, from: i64) -> i64 {
        for offset in from..from + 100_000 {
            let answer = self.produce_one(offset);
            if answer.error_code != 0 {
                assert_eq!(answer.error_code, ErrorCode::KafkaStorageError.code());
                let message = answer.error_message.unwrap_or_default().to_string();
                assert!(message.contains("eddyline.remote.disk.bytes"), "{message}");
                return offset;
            }
            assert_eq!(answer.base_offset, offset);
        }
        panic!("the budget acts on nobody");
    }

    /// Sends a record until it is taken, as a client does.
    fn produce_patiently(&mut self, offsets: std::ops::Range<i64>) {
        for offset in offsets {
            self.until("a record is taken", |world| {
                world.produce_one(offset).error_code == 0
            });
        }
    }

    fn values_from(&mut self, start: i64, end: i64) -> Vec<String> {
        let bytes = Bytes::from(self.read_from(start, end));
        let batches = broker_codec::batch::batches(&bytes);
        let values = batches.flat_map(|batch| batch.unwrap().records(usize::MAX).unwrap());
        let values = values.map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap());
        values.collect()
    }

    fn local_bytes(&self) -> u64 {
        let handle = self.broker.broker().partition_by_name(TOPIC, 0).unwrap();
        handle.with_log(|log| log.size()).unwrap()
    }
}

fn values(offsets: std::ops::Range<i64>) -> Vec<String> {
    offsets.map(value_at).collect()
}

#[test]
fn a_used_up_disk_budget_refuses_records_until_the_store_takes_segments() {
    let mut world = World::start(TIERED);
    world.store.begin(Fault::Down);
    world.configure_brokers(&[BUDGET]);
    let end = world.produce_until_refused(0);
    assert!(world.local_bytes() >= 5_000);
    world.until("it is shown", |world| {
        world.broker.metric("eddyline_remote_produce_blocked") == 1.0
    });
    assert_eq!(world.broker.metric("eddyline_remote_disk_limit_bytes"), 5_000.0);
    assert!(world.broker.metric("eddyline_remote_disk_bytes") >= 5_000.0);
    assert_eq!(
        world.values_from(0, end),
        values(0..end),
        "what was taken is read"
    );
    world.store.end(Fault::Down);
    world.produce_patiently(end..end + 10);
    assert_eq!(world.values_from(0, end + 10), values(0..end + 10));
    assert_eq!(world.offsets().0, 0, "nothing was lost");
    assert_eq!(world.broker.metric("eddyline_remote_dropped_bytes_total"), 0.0);
    world.until("nobody is blocked", |world| {
        world.broker.metric("eddyline_remote_produce_blocked") == 0.0
    });
}

#[test]
fn a_budget_that_is_smaller_than_a_segment_blocks_nobody_for_ever() {
    let large: Vec<_> = TIERED
        .iter()
        .map(|(name, value)| match *name {
            "internal.segment.bytes" => (*name, "1000000"),
            _ => (*name, *value),
        })
        .collect();
    let mut world = World::start(&large);
    world.configure_brokers(&[BUDGET]);
    let end = world.produce_until_refused(0);
    world.produce_patiently(end..end + 10);
    assert!(world.segments() > 0, "what was written to was closed and copied");
    assert_eq!(world.values_from(0, end + 10), values(0..end + 10));
    assert_eq!(world.offsets().0, 0, "nothing was lost");
}

#[test]
fn a_larger_or_no_budget_acts_at_once() {
    let mut world = World::start(TIERED);
    world.store.begin(Fault::Down);
    world.configure_brokers(&[BUDGET]);
    let end = world.produce_until_refused(0);
    world.configure_brokers(&[NO_BUDGET]);
    world.produce_patiently(end..end + 100);
    assert_eq!(world.values_from(0, end + 100), values(0..end + 100));
}

#[test]
fn where_the_policy_says_so_the_oldest_segments_go_and_records_are_taken() {
    let mut world = World::start(TIERED);
    world.store.begin(Fault::Down);
    world.configure_brokers(&[("eddyline.remote.disk.full.policy", "drop-oldest"), BUDGET]);
    world.produce(0..200);
    world.until("there is room", |world| world.local_bytes() < 5_000);
    let start = world.offsets().0;
    assert!(start > 100, "{start}");
    assert!(world.broker.metric("eddyline_remote_dropped_bytes_total") >= 20_000.0);
    assert_eq!(world.fetch(0).error_code, ErrorCode::OffsetOutOfRange.code());
    assert_eq!(world.values_from(start, 200), values(start..200));
    world.store.end(Fault::Down);
    world.until_tiered();
    world.produce(200..220);
    let start = world.offsets().0;
    assert_eq!(
        world.values_from(start, 220),
        values(start..220),
        "no gap and no overlap"
    );
}

#[test]
fn what_is_copied_goes_before_its_time_when_the_budget_is_used_up() {
    let keeps: Vec<_> = TIERED
        .iter()
        .copied()
        .filter(|(name, _)| *name != "local.retention.bytes")
        .collect();
    let mut world = World::start(&keeps);
    let written = world.produce(0..100);
    world.until("everything closed is copied", |world| {
        let end = world.offsets().2.unwrap_or(0);
        end > 90 && world.offsets().1 == 0
    });
    world.configure_brokers(&[BUDGET]);
    world.until("there is room", |world| world.local_bytes() < 5_000);
    assert!(world.local_bytes() > 3_000, "no more went than had to");
    world.produce_patiently(100..110);
    assert_eq!(world.offsets().0, 0);
    assert!(world.read_from(0, 110).starts_with(&written));
}
