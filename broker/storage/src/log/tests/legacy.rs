//! A log that began before format 2: its messages are found, read as they are stored, and compacted; like Kafka 4,
//! nobody converts them.

use broker_model::{HighWatermark, Offset, Timestamp};

use crate::cleaner::cleaning::{CleaningOptions, CleaningStep};
use crate::log::log_config::{CleanupPolicy, LogConfig};
use crate::log::log_loader::LogCheckpoints;
use crate::log::timestamp_lookup::OffsetQuery;
use crate::test_world::{World, batch};

/// Kafka's message sets of three records each: keys `k1`, none, `k`; values `v1`, `v`, none.
const FORMAT_0: &str = "00000000000000140000001257e7496e0000000000026b3100000002763100000000000000150000000fd20cbff50000ffffffff\
000000017600000000000000160000000f908204f60000000000016bffffffff";
const FORMAT_1: &str = "00000000000000140000001aa5da6a6201000000018bcfe56800000000026b310000000276310000000000000015000000172ea5\
41fb01000000018bcfe56801ffffffff0000000176000000000000001600000017871c41fb01000000018bcfe56802000000016bffffffff";
const FORMAT_1_GZIP: &str = "000000000000001600000063a3ac608501010000018bcfe56802ffffffff0000004d1f8b08000000000000ff63608003a9a5b7\
b29218810cc6eef34f3340224cd98620b2cc10aa022429aeb7d4f1375c15e37f200071caa04a98404ada659094804418b341ea0099a7b9906c000000";
const FIRST_TIME: i64 = 1_700_000_000_000;

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A message set whose last message has the offset `last`; no checksum covers offsets.
fn set_up_to(hex: &str, last: i64) -> Vec<u8> {
    let mut set = bytes_of(hex);
    let mut start = 0;
    while start < set.len() {
        let field = |at: usize, set: &[u8]| i64::from_be_bytes(set[at..at + 8].try_into().unwrap());
        let offset = field(start, &set) - 22 + last;
        set[start..start + 8].copy_from_slice(&offset.to_be_bytes());
        start += 12 + (field(start + 4, &set) as u32) as usize;
    }
    set
}

/// Offsets 0 to 2 in format 0, 3 to 5 in format 1, 6 to 8 in format 1 packed, and 9 in format 2.
fn old_log() -> (World, Vec<u8>) {
    let mut world = World::new(LogConfig {
        cleanup_policy: CleanupPolicy {
            delete: false,
            compact: true,
        },
        min_cleanable_dirty_ratio: 0.0,
        index_interval_bytes: 30,
        ..LogConfig::default()
    });
    let mut stored = set_up_to(FORMAT_0, 2);
    stored.extend(set_up_to(FORMAT_1, 5));
    stored.extend(set_up_to(FORMAT_1_GZIP, 8));
    stored.extend(batch("new").offset(9, 0).at(&[FIRST_TIME + 50]).bytes());
    world.mem.plant(&world.path("00000000000000000000.log"), &stored);
    world.log.close_files();
    let report = world.reopen(LogCheckpoints::NONE);
    assert_eq!(report.cut_reason, None);
    world
        .log
        .update_high_watermark(HighWatermark::at(Offset::new(10)));
    (world, stored)
}

#[test]
fn a_log_of_all_formats_reads_as_it_is_stored() {
    let (mut world, stored) = old_log();
    let read: Vec<u8> = world
        .read_all()
        .into_iter()
        .flat_map(|(_, bytes)| bytes)
        .collect();
    assert_eq!(read, stored);
    assert_eq!(
        world.read(7, 1),
        [8],
        "a wrapper has the offset of its last message"
    );
    assert_eq!(
        world.log.leader_epochs().entries().len(),
        1,
        "old formats have no epochs"
    );
    assert_eq!(world.append(&batch("more").keyed("n")), 10);
    world.restart();
    assert_eq!(world.read_all().len(), 9);
}

#[test]
fn times_are_looked_up_inside_of_old_messages() {
    let (world, _) = old_log();
    let first_since = |time: i64| {
        let query = OffsetQuery::At(Timestamp::from_ms(time));
        let found = world.log.offset_for_timestamp(query).unwrap().unwrap();
        (found.offset.value(), found.timestamp.as_ms())
    };
    assert_eq!(first_since(0), (3, FIRST_TIME), "format 0 has no times");
    assert_eq!(first_since(FIRST_TIME + 2), (5, FIRST_TIME + 2));
    assert_eq!(first_since(FIRST_TIME + 3), (9, FIRST_TIME + 50));
}

#[test]
fn a_cut_or_flipped_old_message_ends_the_log_before_it() {
    let (mut world, stored) = old_log();
    let mut damaged = stored.clone();
    let at = set_up_to(FORMAT_0, 2).len() + 20;
    damaged[at] ^= 1;
    world.mem.plant(&world.path("00000000000000000000.log"), &damaged);
    world.log.close_files();
    world.reopen(LogCheckpoints::NONE);
    assert_eq!(world.log.log_end().value(), 3);
}

#[test]
fn old_messages_are_compacted_as_a_whole() {
    let (mut world, _) = old_log();
    world.log.roll(world.now).unwrap();
    let facts = world.log.cleaning_facts(None, world.now).unwrap().unwrap();
    let options = CleaningOptions {
        dedupe_buffer_size: 1 << 20,
        load_factor: 0.9,
        io_buffer_size: 4096,
        hash_seed: 1,
    };
    world.log.flush(world.now).unwrap();
    let mut cleaning = world.log.begin_cleaning(&facts, options, world.now).unwrap();
    while cleaning.step().unwrap() != CleaningStep::Done {}
    world.log.finish_cleaning(cleaning, world.now).unwrap();
    // The newest of `k1` and `k` are packed together; records without a key go.
    let left: Vec<i64> = world.read_all().iter().map(|(base, _)| *base).collect();
    assert_eq!(left, [8, 9]);
}
