//! A broker with a remote tier: what is copied, read back, given up and deleted, and what a store may do to it.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test that waits in vain ends by the clock"
)]

#[path = "live/broker.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod broker;
#[path = "tiering/bucket.rs"]
mod bucket;
#[path = "tiering/compacted.rs"]
mod compacted;
#[path = "tiering/deleted_topics.rs"]
mod deleted_topics;
#[path = "tiering/disk_budget.rs"]
mod disk_budget;
#[path = "tiering/faulty_store.rs"]
mod faulty_store;
#[path = "live/kafka_node.rs"]
mod kafka_node;
#[path = "tiering/kafka_transactions.rs"]
mod kafka_transactions;
#[path = "tiering/kafkas_metrics.rs"]
mod kafkas_metrics;
#[path = "tiering/standing.rs"]
mod standing;
#[path = "live/topics.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod topics;
#[path = "tiering/transactions.rs"]
mod transactions;
#[path = "tiering/turned_off.rs"]
mod turned_off;
#[path = "tiering/turns.rs"]
mod turns;
#[path = "live/wire.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use broker_codec::Records;
use broker_codec::batch::BatchOptions;
use broker_model::{Offset, PartitionIndex};
use broker_protocol::ErrorCode;
use broker_protocol::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::{
    DeleteRecordsRequest, DeleteTopicsRequest, IncrementalAlterConfigsRequest, ListOffsetsRequest,
};
use broker_protocol::produce_response::PartitionProduceResponse;
use broker_server::remote_store::StoreLocation;
use bytes::Bytes;
use tempfile::TempDir;

use broker::LiveBroker;
use faulty_store::{Fault, FaultyStore};
use topics::{BY_NAME, batch, batch_of, create, fetch_request, produce};
use wire::Wire;

/// A condition comes true within this, also beside a build.
const PATIENCE: Duration = Duration::from_secs(90);
const TOPIC: &str = "tiered";
/// Every segment is uploaded at once.
const WHOLE: usize = 1 << 20;

const BROKER: &[(&str, &str)] = &[
    ("remote.log.storage.system.enable", "true"),
    ("eddyline.remote.store", "s3://replaced/by-the-test"),
    ("remote.log.manager.task.interval.ms", "100"),
    ("remote.log.manager.task.retry.backoff.ms", "20"),
    ("remote.log.manager.task.retry.backoff.max.ms", "100"),
    ("log.retention.check.interval.ms", "100"),
    ("log.flush.start.offset.checkpoint.interval.ms", "100"),
    ("remote.fetch.max.wait.ms", "40000"),
    ("eddyline.remote.reader.grace.ms", "0"),
    ("eddyline.remote.orphan.grace.ms", "0"),
    ("eddyline.admin.listener", "127.0.0.1:0"),
    ("log.cleaner.backoff.ms", "100"),
    ("log.cleaner.dedupe.buffer.size", "1048576"),
];

/// Segments of a few batches, none of which stays on the local disk for its own sake.
const TIERED: &[(&str, &str)] = &[
    ("remote.storage.enable", "true"),
    ("internal.segment.bytes", "1000"),
    ("retention.ms", "-1"),
    ("local.retention.bytes", "1"),
    ("file.delete.delay.ms", "0"),
];

type Configs = &'static [(&'static str, &'static str)];

struct World {
    broker: LiveBroker,
    wire: Wire,
    store: Arc<FaultyStore>,
    data: TempDir,
    /// What its broker is told beside [`BROKER`].
    more: Configs,
}

impl World {
    fn start(topic: &[(&str, &str)]) -> Self {
        Self::start_in_parts(topic, WHOLE)
    }

    fn start_with(more: Configs, topic: &[(&str, &str)]) -> Self {
        Self::start_as(more, topic, WHOLE)
    }

    /// Segments that are larger are uploaded in parts.
    fn start_in_parts(topic: &[(&str, &str)], part_bytes: usize) -> Self {
        Self::start_as(&[], topic, part_bytes)
    }

    fn start_as(more: Configs, topic: &[(&str, &str)], part_bytes: usize) -> Self {
        let (data, store) = (tempfile::tempdir().unwrap(), faulty_store::shared());
        let broker = start(&data, &store, (more, part_bytes));
        let mut wire = broker.connect();
        create(&mut wire, TOPIC, 1, topic);
        Self {
            broker,
            wire,
            store,
            data,
            more,
        }
    }

    /// Stops the broker and starts it again on what it has left.
    fn restart(self) -> Self {
        self.restart_after(|_data| {})
    }

    /// As `restart`; meanwhile something else is done with the data.
    fn restart_after(self, meanwhile: impl FnOnce(&TempDir)) -> Self {
        let Self {
            broker,
            store,
            data,
            more,
            ..
        } = self;
        drop(broker);
        meanwhile(&data);
        let broker = start(&data, &store, (more, WHOLE));
        let wire = broker.connect();
        Self {
            broker,
            wire,
            store,
            data,
            more,
        }
    }

    /// Appends batches of one record; answers them as they are to stand in the log.
    fn produce(&mut self, offsets: std::ops::Range<i64>) -> Vec<u8> {
        let mut written = Vec::new();
        let handle = self.broker.broker().partition_by_name(TOPIC, 0).unwrap();
        let leader_epoch = handle.with(|partition| partition.leader_epoch()).unwrap();
        for offset in offsets {
            let answer = self.produce_one(offset);
            assert_eq!((answer.error_code, answer.base_offset), (0, offset));
            let options = BatchOptions {
                base_offset: Offset::new(offset),
                leader_epoch,
                ..BatchOptions::default()
            };
            written.extend_from_slice(&batch_of(options, &[value_at(offset).as_bytes()]));
        }
        written
    }

    /// Sends the record of an offset, as a producer that may be refused.
    fn produce_one(&mut self, offset: i64) -> PartitionProduceResponse {
        produce(&mut self.wire, TOPIC, 0, batch(&[value_at(offset).as_bytes()]))
    }

    /// Log start, local log start and remote end of the partition.
    fn offsets(&self) -> (i64, i64, Option<i64>) {
        let handle = self.broker.broker().partition_by_name(TOPIC, 0).unwrap();
        let read = handle.with_log(|log| {
            let end = log.remote_end().map(Offset::value);
            (log.log_start().value(), log.local_log_start().value(), end)
        });
        read.unwrap()
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(
                Instant::now() < deadline,
                "it was waited in vain until {what}: {:?}",
                self.offsets()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the local disk holds nothing but the segment that is written.
    #[track_caller]
    fn until_tiered(&mut self) {
        self.until("everything that is closed is remote only", |world| {
            let handle = world.broker.broker().partition_by_name(TOPIC, 0).unwrap();
            let segments = handle.with_log(|log| log.segment_count()).unwrap();
            segments == 1 && world.offsets().1 > 0
        });
    }

    fn fetch(&mut self, offset: i64) -> PartitionData {
        let mut answer = self.wire.call(BY_NAME, &fetch_request(TOPIC, 0, offset));
        answer.responses.remove(0).partitions.remove(0)
    }

    /// All bytes from an offset on, fetch by fetch.
    fn read_from(&mut self, mut offset: i64, end: i64) -> Vec<u8> {
        let mut read = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while offset < end {
            let answer = self.fetch(offset);
            assert_eq!(answer.error_code, 0, "at {offset}");
            let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap_or_default();
            if bytes.is_empty() {
                // As a client does.
                assert!(Instant::now() < deadline, "nothing at {offset}");
                continue;
            }
            read.extend_from_slice(&bytes);
            offset = next_offset(&bytes);
        }
        read
    }

    /// Fetches from a connection of its own while the store holds all reads of segments.
    fn fetch_held(&mut self, offset: i64, isolation: i8) -> std::thread::JoinHandle<PartitionData> {
        self.store.begin(Fault::HoldsSegmentReads);
        let mut wire = self.broker.connect();
        let reader = std::thread::spawn(move || {
            let mut request = fetch_request(TOPIC, 0, offset);
            request.isolation_level = isolation;
            let mut answer = wire.call(BY_NAME, &request);
            answer.responses.remove(0).partitions.remove(0)
        });
        self.until("the store is asked", |world| world.store.held() > 0);
        reader
    }

    fn damaged_objects(&self) -> u64 {
        let remote = self.broker.broker().remote.clone().unwrap();
        remote.counters().damaged_objects.get()
    }

    fn list_offset(&mut self, timestamp: i64) -> (i64, i64) {
        let request = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: TOPIC.into(),
                partitions: vec![ListOffsetsPartition {
                    current_leader_epoch: -1,
                    timestamp,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = self.wire.call(11, &request);
        let answer = &answer.topics[0].partitions[0];
        assert_eq!(answer.error_code, 0);
        (answer.offset, answer.timestamp)
    }

    fn delete_records(&mut self, before: i64) {
        let request = DeleteRecordsRequest {
            topics: vec![DeleteRecordsTopic {
                name: TOPIC.into(),
                partitions: vec![DeleteRecordsPartition {
                    offset: before,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        let answer = self.wire.call(2, &request);
        assert_eq!(answer.topics[0].partitions[0].low_watermark, before);
    }

    fn configure(&mut self, configs: &[(&str, &str)]) -> ErrorCode {
        self.configure_of(2, TOPIC, configs)
    }

    /// Of all brokers.
    fn configure_brokers(&mut self, configs: &[(&str, &str)]) {
        assert_eq!(self.configure_of(4, "", configs), ErrorCode::None);
    }

    fn configure_of(&mut self, kind: i8, resource: &str, configs: &[(&str, &str)]) -> ErrorCode {
        let config = |(name, value): &(&str, &str)| AlterableConfig {
            name: (*name).into(),
            config_operation: 0,
            value: Some((*value).into()),
            ..Default::default()
        };
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: kind,
                resource_name: resource.into(),
                configs: configs.iter().map(config).collect(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = self.wire.call(1, &request);
        ErrorCode::from_i16(answer.responses[0].error_code).unwrap()
    }

    fn delete_topic(&mut self) {
        let request = DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some(TOPIC.into()),
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        assert_eq!(self.wire.call(6, &request).responses[0].error_code, 0);
    }

    #[track_caller]
    fn until_no_object_is_left(&self) {
        self.until_there_are_left(&[]);
    }

    #[track_caller]
    fn until_there_are_left(&self, names: &[String]) {
        let deadline = Instant::now() + PATIENCE;
        while self.names() != names {
            assert!(Instant::now() < deadline, "{:?} stay", self.names());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Segments that the manifest names.
    fn named(&self) -> usize {
        let image = self.broker.broker().image.load();
        let topic = image.topics.by_name(TOPIC).unwrap().id;
        let remote = self.broker.broker().remote.clone().unwrap();
        let part = remote.remote_part(topic, PartitionIndex::new(0));
        part.map_or(0, |part| part.segments)
    }

    fn segments(&self) -> usize {
        self.broker.wait_for(self.store.segments())
    }

    fn names(&self) -> Vec<String> {
        self.broker.wait_for(self.store.names())
    }
}

fn start(data: &TempDir, store: &Arc<FaultyStore>, (more, part_bytes): (Configs, usize)) -> LiveBroker {
    let own = |name: &str| more.iter().all(|(other, _)| *other != name);
    let usual = BROKER.iter().filter(|(name, _)| own(name));
    let configs: Vec<_> = usual.chain(more).copied().collect();
    LiveBroker::start(data.path(), &configs, |settings| {
        let remote = settings.remote.as_mut().unwrap();
        remote.location = StoreLocation::Given {
            objects: store.clone(),
            prefix: String::new(),
        };
        remote.part_bytes = part_bytes;
    })
}

fn value_at(offset: i64) -> String {
    format!("{offset:0>150}")
}

fn next_offset(batches: &Bytes) -> i64 {
    let all = broker_codec::batch::batches(batches);
    all.last().unwrap().unwrap().header().next_offset().value()
}

#[test]
fn what_was_copied_is_read_back_byte_for_byte_also_after_a_restart() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..50);
    world.until_tiered();
    let (log_start, local_start, remote_end) = world.offsets();
    assert_eq!(log_start, 0);
    assert!(
        local_start > 40 && remote_end == Some(local_start),
        "{local_start} {remote_end:?}"
    );
    assert!(world.read_from(0, 50) == written, "the bytes differ");
    for offset in [0, 1, 7, 23, local_start - 1] {
        let bytes = world.fetch(offset).records.unwrap().to_bytes();
        assert!(
            written.windows(bytes.len()).any(|window| window == bytes),
            "at {offset}"
        );
    }
    let mut world = world.restart();
    assert_eq!(world.offsets().0, 0, "the start of the log outlives a restart");
    assert!(
        world.read_from(0, 50) == written,
        "the bytes differ after a restart"
    );
    let more = world.produce(50..70);
    world.until("what came later is copied too", |world| world.offsets().1 > 60);
    assert!(world.read_from(50, 70) == more, "the bytes differ");
}

#[test]
fn who_asks_for_no_bytes_gets_one_batch_of_either_tier() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..20);
    world.until_tiered();
    let local_start = world.offsets().1;
    for offset in [0, local_start] {
        let mut request = fetch_request(TOPIC, 0, offset);
        request.topics[0].partitions[0].partition_max_bytes = 0;
        let mut answer = world.wire.call(BY_NAME, &request);
        let answer = answer.responses.remove(0).partitions.remove(0);
        let bytes = answer.records.unwrap().to_bytes();
        assert_eq!(next_offset(&bytes), offset + 1);
        assert!(written.windows(bytes.len()).any(|window| window == bytes));
    }
}

#[test]
fn a_segment_that_is_uploaded_in_parts_is_the_same_in_the_end() {
    let mut world = World::start_in_parts(TIERED, 300);
    let written = world.produce(0..30);
    world.until_tiered();
    assert!(world.read_from(0, 30) == written);
}

#[test]
fn an_upload_in_parts_is_aborted_when_the_leader_is_to_end() {
    let mut world = World::start_in_parts(TIERED, 300);
    world.store.begin(Fault::HoldsParts);
    world.produce(0..30);
    world.until("parts are sent", |world| world.store.open_uploads() > 0);
    let off = [
        ("remote.storage.enable", "false"),
        ("remote.log.delete.on.disable", "true"),
    ];
    assert_eq!(world.configure(&off), ErrorCode::None);
    // Neither tiered nor to be deleted: nobody works on it any more.
    assert_eq!(
        world.configure(&[("remote.log.delete.on.disable", "false")]),
        ErrorCode::None
    );
    world.until("nothing is left open", |world| world.store.open_uploads() == 0);
    world.store.end(Fault::HoldsParts);
    assert_eq!(world.segments(), 0);
}

#[test]
fn what_is_read_ahead_without_room_for_it_is_known_to_be_wasted() {
    let mut world = World::start_with(&[("eddyline.remote.cache.bytes", "0")], TIERED);
    let written = world.produce(0..50);
    world.until_tiered();
    assert!(world.read_from(0, 50) == written);
    world.until("it is counted", |world| {
        let remote = world.broker.broker().remote.clone().unwrap();
        remote.cache_counts().0.wasted > 0
    });
}

#[test]
fn offsets_are_found_in_both_tiers() {
    let mut world = World::start(TIERED);
    world.produce(0..30);
    world.until_tiered();
    let (_, local_start, _) = world.offsets();
    let made_at = 1_700_000_000_000;
    assert_eq!(world.list_offset(-2).0, 0);
    assert_eq!(world.list_offset(-1).0, 30);
    assert_eq!(world.list_offset(-4).0, local_start);
    assert_eq!(world.list_offset(-5).0, local_start - 1);
    assert_eq!(world.list_offset(-6).0, local_start);
    assert_eq!(world.list_offset(made_at), (0, made_at));
    assert_eq!(world.list_offset(made_at + 1).0, -1);
    world.delete_records(5);
    assert_eq!(world.list_offset(made_at), (5, made_at));
}

#[test]
fn a_time_is_not_looked_for_in_what_came_damaged_once() {
    for fault in [Fault::DamagesSegments, Fault::CutsSegments] {
        let mut world = World::start(TIERED);
        world.produce(0..30);
        world.until_tiered();
        let made_at = 1_700_000_000_000;
        world.store.begin(fault);
        let request = turned_off::times(1, 0);
        let refused = [ErrorCode::KafkaStorageError.code()];
        assert_eq!(turned_off::errors_of(&mut world.wire, 11, &request), refused);
        assert_eq!(world.store.segment_reads() % 2, 0, "it is asked twice, then told");
        assert!(world.damaged_objects() > 0);
        world.store.end(fault);
        assert_eq!(world.list_offset(made_at), (0, made_at), "{fault:?}");
    }
}

#[test]
fn retention_covers_both_tiers_and_objects_go_with_it() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..60);
    world.until_tiered();
    let before = world.segments();
    assert_eq!(world.configure(&[("retention.bytes", "4000")]), ErrorCode::None);
    world.until("older segments are gone", |world| {
        world.segments() < before && world.offsets().0 > 0
    });
    let (log_start, local_start, _) = world.offsets();
    assert!(log_start < local_start, "some of it is still remote");
    assert_eq!(world.fetch(0).error_code, ErrorCode::OffsetOutOfRange.code());
    let kept = world.read_from(log_start, 60);
    assert!(
        kept.len() >= 4_000 && written.ends_with(&kept),
        "{} bytes are kept",
        kept.len()
    );
}

#[test]
fn deleted_records_are_gone_from_the_remote_tier() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..40);
    world.until_tiered();
    let before = world.segments();
    world.delete_records(17);
    world.until("objects before are gone", |world| world.segments() < before);
    assert_eq!(world.fetch(16).error_code, ErrorCode::OffsetOutOfRange.code());
    let rest = world.read_from(17, 40);
    assert!(written.ends_with(&rest));
    let world = world.restart();
    assert_eq!(world.offsets().0, 17);
}

#[test]
fn a_reader_whose_object_is_deleted_meanwhile_is_told_that_the_log_starts_later() {
    let by_request: fn(&mut World) = |world| world.delete_records(30);
    let by_retention: fn(&mut World) = |world| {
        assert_eq!(world.configure(&[("retention.bytes", "1000")]), ErrorCode::None);
    };
    for delete in [by_request, by_retention] {
        let mut world = World::start(TIERED);
        world.produce(0..40);
        world.until_tiered();
        let before = world.segments();
        let reader = world.fetch_held(7, 0);
        delete(&mut world);
        world.until("objects are gone", |world| {
            world.segments() < before && world.offsets().0 > 20
        });
        world.until("the object that is read is gone", |world| world.segments() <= 3);
        world.store.end(Fault::HoldsSegmentReads);
        let answer = reader.join().unwrap();
        assert_eq!(
            answer.error_code,
            ErrorCode::OffsetOutOfRange.code(),
            "{answer:?}"
        );
        assert_eq!(world.damaged_objects(), 0, "it is no damage");
    }
}

#[test]
fn while_the_store_is_down_producing_goes_on_and_local_segments_wait() {
    let mut world = World::start(TIERED);
    world.store.begin(Fault::Down);
    let written = world.produce(0..40);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(world.offsets().1, 0, "nothing that is nowhere else was given up");
    assert!(world.read_from(0, 40) == written);
    world.store.end(Fault::Down);
    world.until_tiered();
    assert!(world.read_from(0, 40) == written);
}

#[test]
fn answers_that_get_lost_lose_no_segment_and_leave_no_object_behind() {
    let mut world = World::start(TIERED);
    world.store.begin(Fault::LosesAnswers);
    let written = world.produce(0..40);
    world.until_tiered();
    world.store.end(Fault::LosesAnswers);
    assert!(world.read_from(0, 40) == written);
    let errors = world.of_topic("kafka_server_brokertopicmetrics_remotecopyerrors_total");
    assert!(errors > 0.0, "some answers of uploads were lost");
    world.until("what nothing names is deleted", |world| {
        world.segments() == world.named()
    });
    assert!(world.read_from(0, 40) == written);
}

#[test]
fn a_damaged_or_missing_object_is_told_and_never_served() {
    for fault in [Fault::DamagesSegments, Fault::CutsSegments] {
        let mut world = World::start(TIERED);
        let written = world.produce(0..20);
        world.until_tiered();
        world.store.begin(fault);
        let refused = world.fetch(0);
        assert_eq!(
            refused.error_code,
            ErrorCode::KafkaStorageError.code(),
            "{fault:?}"
        );
        assert!(world.damaged_objects() > 0);
        assert_eq!(world.store.segment_reads() % 2, 0, "it is asked twice, then told");
        world.store.end(fault);
        assert!(
            world.read_from(0, 20) == written,
            "what was damaged on its way is asked for anew"
        );
    }
    let mut world = World::start(TIERED);
    world.produce(0..20);
    world.until_tiered();
    let names = world.names();
    for name in names.iter().filter(|name| name.ends_with(".segment")) {
        world.broker.wait_for(world.store.remove(name));
    }
    assert_eq!(world.fetch(0).error_code, ErrorCode::KafkaStorageError.code());
    let local_start = world.offsets().1;
    assert_eq!(world.fetch(local_start).error_code, 0, "what is local is served");
}

#[test]
fn tiering_that_is_turned_off_takes_the_remote_part_away() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let off = ("remote.storage.enable", "false");
    assert_eq!(world.configure(&[off]), ErrorCode::InvalidConfig);
    let with_data = [off, ("remote.log.delete.on.disable", "true")];
    assert_eq!(world.configure(&with_data), ErrorCode::None);
    world.until("nothing is remote", |world| world.names().is_empty());
    let (log_start, local_start, remote_end) = world.offsets();
    assert_eq!((log_start, remote_end), (local_start, None));
    assert_eq!(world.fetch(0).error_code, ErrorCode::OffsetOutOfRange.code());
}

#[test]
fn a_topic_is_tiered_again_after_tiering_was_turned_off() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let (off, on) = (
        ("remote.storage.enable", "false"),
        ("remote.storage.enable", "true"),
    );
    let with_data = [off, ("remote.log.delete.on.disable", "true")];
    for round in 1..=2 {
        assert_eq!(world.configure(&with_data), ErrorCode::None);
        world.until("nothing is remote", |world| world.names().is_empty());
        let start = world.offsets().0;
        assert_eq!(world.configure(&[on]), ErrorCode::None);
        let end = 40 + round * 20;
        world.produce(end - 20..end);
        world.until_tiered();
        assert_eq!(world.offsets().0, start);
        assert!(!world.read_from(start, end).is_empty());
    }
}

#[test]
fn a_topic_whose_copies_are_stopped_stays_readable() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..30);
    world.until_tiered();
    let stopped = [
        ("remote.log.copy.disable", "true"),
        ("local.retention.bytes", "-2"),
    ];
    assert_eq!(world.configure(&stopped), ErrorCode::None);
    let end = world.offsets().2;
    let more = world.produce(30..60);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(world.offsets().2, end, "nothing more is copied");
    assert!(world.read_from(0, 60) == [written, more].concat());
}
