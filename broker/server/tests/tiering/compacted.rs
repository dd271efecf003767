//! Compacted topics with a part in the remote tier: what is read means what was written.

use std::collections::BTreeMap;

use broker_codec::batch::BatchBuilder;
use broker_model::Timestamp;

use super::*;

const COMPACTED: &[(&str, &str)] = &[
    ("cleanup.policy", "compact"),
    ("remote.storage.enable", "true"),
    ("internal.segment.bytes", "1000"),
    ("min.cleanable.dirty.ratio", "0.01"),
    ("delete.retention.ms", "0"),
    ("local.retention.bytes", "1"),
    ("file.delete.delay.ms", "0"),
];

/// Records by offset: key, and value unless it is a tombstone.
type Written = BTreeMap<i64, (String, Option<String>)>;
type Latest = BTreeMap<String, String>;

impl World {
    fn put(&mut self, written: &mut Written, key: &str, value: Option<&str>) {
        let mut builder = BatchBuilder::new(BatchOptions::default());
        let at = Timestamp::from_ms(1_700_000_000_000);
        builder.append(at, Some(key.as_bytes()), value.map(str::as_bytes));
        let answer = produce(&mut self.wire, TOPIC, 0, builder.build().unwrap());
        assert_eq!(answer.error_code, 0);
        let record = (key.to_owned(), value.map(str::to_owned));
        written.insert(answer.base_offset, record);
    }

    /// Writes so many records of twelve keys, one of four without a value.
    fn put_many(&mut self, written: &mut Written, count: usize) {
        for _ in 0..count {
            let step = written.len() * 7_919 % 104_729;
            let (key, padding) = (format!("key-{}", step % 12), "x".repeat(100));
            let value = (!step.is_multiple_of(4)).then(|| format!("{}-{padding}", written.len()));
            self.put(written, &key, value.as_deref());
        }
    }

    /// All that is read from the front, which has to have been written so.
    fn read_written(&mut self, written: &Written) -> Written {
        let end = written.keys().last().unwrap() + 1;
        let bytes = Bytes::from(self.read_from(0, end));
        let batches = broker_codec::batch::batches(&bytes);
        let mut read = Written::new();
        for record in batches.flat_map(|batch| batch.unwrap().records(usize::MAX).unwrap()) {
            let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
            let offset = record.offset.value();
            let record = (text(record.key.unwrap()), record.value.map(text));
            assert_eq!(Some(&record), written.get(&offset), "at {offset}");
            assert!(
                read.last_key_value().is_none_or(|(last, _)| *last < offset),
                "out of order"
            );
            read.insert(offset, record);
        }
        read
    }

    /// Waits until records up to an offset are in the remote tier alone.
    fn until_remote_up_to(&mut self, offset: i64) {
        self.until("cleaned segments are remote", |world| world.offsets().1 >= offset);
    }
}

/// What a reader who goes through the records holds in the end.
fn latest(records: &Written) -> Latest {
    let mut latest = Latest::new();
    for (key, value) in records.values() {
        match value {
            Some(value) => latest.insert(key.clone(), value.clone()),
            None => latest.remove(key),
        };
    }
    latest
}

#[test]
fn a_compacted_topic_in_both_tiers_reads_as_the_latest_values() {
    let mut world = World::start(COMPACTED);
    let mut written = Written::new();
    world.put_many(&mut written, 200);
    world.until_remote_up_to(100);
    let first = world.read_written(&written);
    assert!(first.len() < 150, "{} of 200 records are left", first.len());
    assert_eq!(latest(&first), latest(&written));
    world.put_many(&mut written, 200);
    world.until_remote_up_to(300);
    assert_eq!(world.offsets().0, 0, "what is compacted alone has no age");
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
    let mut world = world.restart();
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
    world.put_many(&mut written, 100);
    world.until_remote_up_to(400);
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
}

#[test]
fn what_is_not_cleaned_is_not_copied() {
    let mut configs = COMPACTED.to_vec();
    configs.push(("min.compaction.lag.ms", "3600000000"));
    let mut world = World::start(&configs);
    let mut written = Written::new();
    // Records of today are younger than the lag.
    let now = [("message.timestamp.type", "LogAppendTime")];
    assert_eq!(world.configure(&now), ErrorCode::None);
    world.put_many(&mut written, 100);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((world.segments(), world.offsets().1), (0, 0));
    assert_eq!(
        world.configure(&[("min.compaction.lag.ms", "0")]),
        ErrorCode::None
    );
    world.until_remote_up_to(50);
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
}

#[test]
fn a_value_that_was_copied_before_it_was_deleted_does_not_come_back() {
    let mut world = World::start(COMPACTED);
    let mut written = Written::new();
    world.put(&mut written, "gone", Some("here"));
    world.put_many(&mut written, 60);
    world.until_remote_up_to(20);
    assert!(latest(&world.read_written(&written)).contains_key("gone"));
    world.put(&mut written, "gone", None);
    let deleted_at = *written.keys().last().unwrap();
    // Its time is over at once, and it is cleaned again and again while it is local.
    let keeps = ("local.retention.bytes", "1000000");
    assert_eq!(world.configure(&[keeps]), ErrorCode::None);
    for _ in 0..5 {
        world.put_many(&mut written, 60);
        let end = *written.keys().last().unwrap();
        world.until("it is cleaned and copied", |world| {
            world.offsets().2 > Some(end - 30)
        });
    }
    let read = world.read_written(&written);
    assert!(read.contains_key(&deleted_at), "the tombstone is still needed");
    assert_eq!(latest(&read), latest(&written));
}

/// A broker whose topics are tiered though they do not say so.
const ALL_TOPICS: Configs = &[("eddyline.remote.topics", "true")];
/// As [`COMPACTED`], for a topic that is neither compacted nor says that it is tiered.
const UNSAID: &[(&str, &str)] = &[
    ("retention.ms", "-1"),
    ("internal.segment.bytes", "1000"),
    ("min.cleanable.dirty.ratio", "0.01"),
    ("delete.retention.ms", "0"),
    ("local.retention.bytes", "1"),
    ("file.delete.delay.ms", "0"),
];

#[test]
fn a_topic_that_is_tiered_by_default_and_then_compacted_stays_tiered() {
    let mut world = World::start_with(ALL_TOPICS, UNSAID);
    let mut written = Written::new();
    world.put_many(&mut written, 100);
    world.until_remote_up_to(60);
    let compact = [("cleanup.policy", "compact")];
    assert_eq!(world.configure(&compact), ErrorCode::None);
    world.put_many(&mut written, 100);
    world.until_remote_up_to(160);
    assert_eq!(world.offsets().0, 0, "the remote part is still of the log");
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
    let mut world = world.restart();
    assert_eq!(world.offsets().0, 0);
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
    world.delete_topic();
    world.until_no_object_is_left();
}

#[test]
fn a_topic_that_is_tiered_by_default_is_turned_off_only_with_its_remote_part() {
    let mut world = World::start_with(ALL_TOPICS, UNSAID);
    let mut written = Written::new();
    world.put_many(&mut written, 100);
    world.until_remote_up_to(60);
    let off = ("remote.storage.enable", "false");
    assert_eq!(world.configure(&[off]), ErrorCode::InvalidConfig);
    assert_eq!(latest(&world.read_written(&written)), latest(&written));
    let with_data = [off, ("remote.log.delete.on.disable", "true")];
    assert_eq!(world.configure(&with_data), ErrorCode::None);
    world.until_no_object_is_left();
    let (log_start, local_start, _) = world.offsets();
    assert!(log_start == local_start && log_start >= 60);
}
