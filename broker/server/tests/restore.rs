//! A cluster that lost every disk comes back from its bucket.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test that waits in vain ends by the clock"
)]

#[path = "live/broker.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod broker;
#[path = "restore/one_topic.rs"]
mod one_topic;
#[path = "live/topics.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod topics;
#[path = "live/wire.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use broker_codec::Records;
use broker_codec::batch::batches;
use broker_model::{BrokerId, ClusterId, Timestamp};
use broker_protocol::messages::{FindCoordinatorRequest, OffsetCommitRequest, OffsetFetchRequest};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use broker_server::clock::Clock;
use broker_server::config::{self, BrokerConfig};
use broker_server::format::AlreadyFormatted;
use broker_server::program;
use broker_server::remote_store::StoreLocation;
use broker_server::restore::{RestoreError, RestoreRequest, Restored, look, restore};
use broker_tiered::restore_plan::{RestoreRefused, RestoredPartition};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tempfile::TempDir;

use broker::LiveBroker;
use topics::{BY_NAME, batch, create, fetch_request, produce};
use wire::Wire;

/// A condition comes true within this, also beside a build.
const PATIENCE: Duration = Duration::from_secs(90);
const TIERED: &str = "tiered";
const LOCAL: &str = "local";
const GROUP: &str = "readers";
/// Where `tiered` is read anew after it was restored.
const UNUSED_FROM: i64 = 1_000_000;

const BROKER: &[(&str, &str)] = &[
    ("remote.log.storage.system.enable", "true"),
    ("eddyline.remote.store", "s3://replaced/by-the-test"),
    ("eddyline.admin.listener", "127.0.0.1:0"),
    ("eddyline.remote.reader.grace.ms", "0"),
    ("remote.log.manager.task.retry.backoff.ms", "20"),
    ("remote.log.manager.task.retry.backoff.max.ms", "200"),
    ("eddyline.remote.backup.interval.ms", "100"),
    ("remote.log.manager.task.interval.ms", "100"),
    ("log.retention.check.interval.ms", "100"),
    ("log.flush.start.offset.checkpoint.interval.ms", "100"),
    ("remote.fetch.max.wait.ms", "20000"),
    ("offsets.topic.num.partitions", "4"),
];

const TOPIC: &[(&str, &str)] = &[
    ("remote.storage.enable", "true"),
    ("internal.segment.bytes", "1000"),
    ("retention.ms", "-1"),
    ("local.retention.bytes", "1"),
    ("file.delete.delay.ms", "0"),
];

struct World {
    broker: LiveBroker,
    wire: Wire,
    store: Arc<dyn ObjectStore>,
    data: TempDir,
}

fn location(store: &Arc<dyn ObjectStore>) -> StoreLocation {
    StoreLocation::Given {
        objects: store.clone(),
        prefix: "a/prefix".to_owned(),
    }
}

fn start(data: &TempDir, store: &Arc<dyn ObjectStore>) -> LiveBroker {
    LiveBroker::start(data.path(), BROKER, |settings| {
        settings.remote.as_mut().unwrap().location = location(store);
    })
}

/// The configuration of the node that is restored.
fn config_of(data: &TempDir, node: &str) -> BrokerConfig {
    let directory = data.path().display().to_string();
    let own = [
        ("log.dirs", directory.as_str()),
        ("node.id", node),
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("eddyline.http.listener", "127.0.0.1:0"),
    ];
    let all = own
        .iter()
        .chain(BROKER)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    config::load(None, std::iter::empty(), &all.collect::<Vec<_>>()).unwrap()
}

fn restore_node(
    data: &TempDir,
    store: &Arc<dyn ObjectStore>,
    node: &str,
    silence_ms: i64,
) -> Result<Restored, RestoreError> {
    restore_named(data, store, (node, silence_ms), None)
}

/// The same with the cluster named that should lie there.
fn restore_named(
    data: &TempDir,
    store: &Arc<dyn ObjectStore>,
    (node, silence_ms): (&str, i64),
    cluster: Option<ClusterId>,
) -> Result<Restored, RestoreError> {
    let config = config_of(data, node);
    let mut settings = config.boot_settings();
    settings.remote.as_mut().unwrap().location = location(store);
    let runtime = program::runtime().unwrap();
    let from = location(store);
    let request = RestoreRequest {
        settings: &settings,
        format: config.format_request(cluster, AlreadyFormatted::Refuse, Timestamp::from_ms(0)),
        from: &from,
        brokers: None,
        silence_ms,
    };
    runtime.block_on(restore(request, Clock::start()))
}

impl World {
    /// A broker with two topics of one partition, one of them tiered.
    fn begin() -> Self {
        let (data, store): (_, Arc<dyn ObjectStore>) =
            (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
        let broker = start(&data, &store);
        let mut wire = broker.connect();
        create(&mut wire, TIERED, 1, TOPIC);
        create(&mut wire, LOCAL, 1, &[("retention.ms", "-1")]);
        Self {
            broker,
            wire,
            store,
            data,
        }
    }

    fn produce(&mut self, topic: &str, values: std::ops::Range<i64>) -> i64 {
        let appended = values.map(|value| {
            let value = format!("{value:0>150}");
            let answer = produce(&mut self.wire, topic, 0, batch(&[value.as_bytes()]));
            assert_eq!(answer.error_code, 0);
            answer.base_offset
        });
        appended.last().unwrap()
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "it was waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Up to where everything was copied.
    fn remote_end(&self) -> i64 {
        let handle = self.broker.broker().partition_by_name(TIERED, 0).unwrap();
        let (end, segments) = handle
            .with_log(|log| (log.remote_end(), log.segment_count()))
            .unwrap();
        match segments {
            1 => end.map_or(0, |end| end.value()),
            _ => 0,
        }
    }

    /// Values with their offsets, as a client reads them.
    fn read(&mut self, topic: &str, from: i64, count: usize) -> Vec<(i64, String)> {
        let (mut read, mut offset) = (Vec::new(), from);
        let deadline = Instant::now() + PATIENCE;
        while read.len() < count {
            assert!(Instant::now() < deadline, "nothing at {offset}");
            let mut answer = self.wire.call(BY_NAME, &fetch_request(topic, 0, offset));
            let answer = answer.responses.remove(0).partitions.remove(0);
            assert_eq!(answer.error_code, 0, "at {offset}");
            let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap_or_default();
            for batch in batches(&bytes) {
                let batch = batch.unwrap();
                for record in batch.records(1 << 20).unwrap() {
                    let value = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
                    read.push((record.offset.value(), value));
                }
                offset = batch.header().next_offset().value();
            }
        }
        read.retain(|(offset, _)| *offset >= from);
        read
    }

    fn commit(&mut self, topic: &str, offset: i64) {
        let request = OffsetCommitRequest {
            group_id: GROUP.into(),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: topic.into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: 0,
                    committed_offset: offset,
                    committed_leader_epoch: -1,
                    committed_metadata: Some("noted".into()),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let find = FindCoordinatorRequest {
            key: GROUP.into(),
            ..Default::default()
        };
        self.until("the offset is committed", |world| {
            // Who looks for a coordinator makes the topic.
            let _found = world.wire.call(3, &find);
            let answer = world.wire.call(9, &request);
            answer.topics[0].partitions[0].error_code == 0
        });
    }

    fn committed(&mut self, topic: &str) -> i64 {
        let request = OffsetFetchRequest {
            groups: vec![OffsetFetchRequestGroup {
                group_id: GROUP.into(),
                topics: Some(vec![OffsetFetchRequestTopics {
                    name: topic.into(),
                    partition_indexes: vec![0],
                    ..Default::default()
                }]),
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut committed = 0;
        self.until("the group is loaded", |world| {
            let answer = world.wire.call(8, &request);
            let group = &answer.groups[0];
            if group.error_code != 0 {
                return false;
            }
            committed = group.topics[0].partitions[0].committed_offset;
            true
        });
        committed
    }

    fn topic_id(&self, topic: &str) -> broker_model::TopicId {
        self.broker
            .broker()
            .image
            .load()
            .topics
            .by_name(topic)
            .unwrap()
            .id
    }

    /// Waits until the bucket knows as much as this broker of the log ends and of the group.
    fn until_backed_up(&mut self, ends: &[(&str, i64)], committed: &[i64]) {
        let runtime = program::runtime().unwrap();
        self.until("everything is backed up", |world| {
            let Ok(plan) = runtime.block_on(look(&location(&world.store), Clock::start())) else {
                return false;
            };
            let seen = |topic: &str| plan.partitions.iter().find(|partition| partition.topic == topic);
            let offsets: Vec<_> = plan
                .groups
                .values()
                .flatten()
                .map(|offset| offset.offset)
                .collect();
            ends.iter()
                .all(|(topic, end)| seen(topic).is_some_and(|seen| seen.lost.until.value() == *end))
                && committed.iter().all(|offset| offsets.contains(offset))
        });
    }

    /// Loses the broker and its disk, and brings the cluster back on another.
    fn lose_and_restore(self) -> (Self, Restored) {
        let Self {
            broker, store, data, ..
        } = self;
        drop(broker);
        drop(data);
        let data = tempfile::tempdir().unwrap();
        let restored = restore_node(&data, &store, "1", 0).unwrap();
        let broker = start(&data, &store);
        let wire = broker.connect();
        let world = Self {
            broker,
            wire,
            store,
            data,
        };
        (world, restored)
    }
}

fn of<'a>(restored: &'a Restored, topic: &str) -> &'a RestoredPartition {
    let mut partitions = restored.plan.partitions.iter();
    partitions.find(|partition| partition.topic == topic).unwrap()
}

#[test]
fn a_cluster_that_lost_its_disks_goes_on_in_its_bucket() {
    let mut world = World::begin();
    world.produce(TIERED, 0..50);
    world.until("what is closed is remote only", |world| world.remote_end() > 40);
    world.produce(LOCAL, 0..7);
    world.commit(TIERED, 23);
    world.commit(LOCAL, 5);
    let (cluster, topic) = (world.broker.broker().cluster_id.clone(), world.topic_id(TIERED));
    let remote_end = world.remote_end();
    let before = world.read(TIERED, 0, usize::try_from(remote_end).unwrap());
    world.until_backed_up(&[(TIERED, 50), (LOCAL, 7)], &[23, 5]);

    let (mut world, restored) = world.lose_and_restore();
    assert_eq!(
        (
            of(&restored, TIERED).lost.from.value(),
            of(&restored, TIERED).lost.count()
        ),
        (remote_end, 50 - remote_end as u64)
    );
    assert_eq!(of(&restored, LOCAL).lost.count(), 7);
    assert_eq!(
        (&world.broker.broker().cluster_id, world.topic_id(TIERED)),
        (&cluster, topic)
    );
    assert_eq!((world.committed(TIERED), world.committed(LOCAL)), (23, 5));
    assert!(
        world.read(TIERED, 0, before.len()) == before,
        "the records differ"
    );

    let first = world.produce(TIERED, 100..101);
    assert!(first >= UNUSED_FROM + 50, "offset {first} was given before");
    world.produce(TIERED, 101..120);
    let read = world.read(TIERED, remote_end, 20);
    assert_eq!(
        read[0],
        (first, format!("{:0>150}", 100)),
        "what is lost is left out"
    );
    assert!(world.produce(LOCAL, 9..10) >= UNUSED_FROM + 7);
    world.until("the copy goes on behind what was left out", |world| {
        world.remote_end() > first
    });
    assert!(world.read(TIERED, 0, before.len() + 20).len() == before.len() + 20);
}

#[test]
fn a_restored_cluster_outlives_a_restart_and_a_second_loss() {
    let mut world = World::begin();
    world.produce(TIERED, 0..30);
    world.until("what is closed is remote only", |world| world.remote_end() > 20);
    world.commit(TIERED, 11);
    world.until_backed_up(&[(TIERED, 30)], &[11]);
    let (mut world, _) = world.lose_and_restore();
    let first = world.produce(TIERED, 30..60) - 29;
    let World {
        broker, store, data, ..
    } = world;
    drop(broker);
    let broker = start(&data, &store);
    let wire = broker.connect();
    let mut world = World {
        broker,
        wire,
        store,
        data,
    };
    world.until("what is closed is remote only", |world| {
        world.remote_end() > first + 20
    });
    world.commit(TIERED, first + 3);
    world.until_backed_up(&[(TIERED, first + 30)], &[first + 3]);
    let remote_end = world.remote_end();

    let (mut world, restored) = world.lose_and_restore();
    assert_eq!(restored.plan.generation.value(), 2);
    assert_eq!(world.committed(TIERED), first + 3);
    let kept = 20 + usize::try_from(remote_end - first).unwrap();
    let read = world.read(TIERED, 0, kept);
    assert!(
        read.iter().any(|(offset, _)| *offset == first),
        "what was produced between the losses"
    );
    assert!(world.produce(TIERED, 60..61) > first + 30 + UNUSED_FROM - 1);
}

#[test]
fn only_an_empty_node_of_a_silent_cluster_is_restored() {
    let mut world = World::begin();
    world.produce(TIERED, 0..3);
    world.until_backed_up(&[(TIERED, 3)], &[]);
    let empty = tempfile::tempdir().unwrap();
    let alive = restore_node(&empty, &world.store, "1", 60_000).unwrap_err();
    assert!(
        matches!(alive, RestoreError::Refused(RestoreRefused::Alive { .. })),
        "{alive}"
    );
    let (data, store) = (world.data, world.store);
    drop(world.broker);
    let used = restore_node(&data, &store, "1", 0).unwrap_err();
    assert!(matches!(used, RestoreError::NotEmpty { .. }), "{used}");
    let stranger = restore_node(&empty, &store, "7", 0).unwrap_err();
    assert!(
        matches!(stranger, RestoreError::UnknownBroker { node, .. } if node == BrokerId::new(7)),
        "{stranger}"
    );
    let nobodys: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let no_cluster = restore_node(&empty, &nobodys, "1", 0).unwrap_err();
    assert!(matches!(no_cluster, RestoreError::NoCluster(_)), "{no_cluster}");
    assert_eq!(
        std::fs::read_dir(empty.path()).unwrap().count(),
        0,
        "nothing was touched"
    );
    restore_node(&empty, &store, "1", 0).unwrap();
}

#[test]
fn a_manifest_that_cannot_be_read_is_named_and_nothing_is_touched() {
    let mut world = World::begin();
    world.produce(TIERED, 0..30);
    world.until("what is closed is remote only", |world| world.remote_end() > 20);
    world.until_backed_up(&[(TIERED, 30)], &[]);
    let (store, cluster, topic) = (
        world.store.clone(),
        world.broker.broker().cluster_id.clone(),
        world.topic_id(TIERED),
    );
    drop(world.broker);
    let path = object_store::path::Path::from(format!("a/prefix/{cluster}/{topic}/0/manifest"));
    let runtime = program::runtime().unwrap();
    runtime.block_on(store.put(&path, "edited".into())).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let refused = restore_node(&empty, &store, "1", 0).unwrap_err().to_string();
    assert!(refused.contains(&format!("{topic}/0/manifest")), "{refused}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_taken_from_the_bucket_of_another_cluster_than_the_one_that_was_named() {
    let mut world = World::begin();
    world.produce(TIERED, 0..3);
    world.until_backed_up(&[(TIERED, 3)], &[]);
    let (store, own) = (world.store.clone(), world.broker.broker().cluster_id.clone());
    drop(world.broker);
    let empty = tempfile::tempdir().unwrap();
    let named = |cluster: &ClusterId| restore_named(&empty, &store, ("1", 0), Some(cluster.clone()));
    let other = ClusterId::new("AAAAAAAAAAAAAAAAAAAAKg");
    let refused = named(&other).unwrap_err();
    assert!(
        matches!(&refused, RestoreError::OtherCluster { wanted, found } if *wanted == other && *found == own),
        "{refused}"
    );
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
    assert_eq!(named(&own).unwrap().plan.cluster_id, own);
}

#[test]
fn an_interrupted_restore_is_no_node() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("restoring"), "").unwrap();
    let config = config_of(&data, "1");
    let refused = broker_server::restore::require_finished(&config.boot_settings());
    assert_eq!(refused, Err(data.path().to_path_buf()));
}
