//! Two brokers that lead and follow each other over real sockets: the same bytes in the end, whatever was led before.
//!
//! Each broker has a metadata log of its own; which of them leads is told by the test to their replica managers, so
//! that one may learn of it later than the other.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

#[path = "replicas/consumers.rs"]
mod consumers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use broker_client::{ClientOptions, Connection, Endpoint};
use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_controller::BrokerRegistrationRequest;
use broker_coordinator::OffsetStability;
use broker_metadata::image::Endpoint as Advertised;
use broker_metadata::messages::{ConfigRecord, PartitionRecord, TopicRecord};
use broker_metadata::{
    GROUP_METADATA_TOPIC, MetadataChanges, MetadataDelta, MetadataImage, MetadataProvenance, TopicChange,
    TopicFate,
};
use broker_model::{Acks, BrokerId, DirectoryId, Offset, PartitionIndex, Timestamp, TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::{FetchRequest, ListOffsetsRequest, OffsetCommitRequest, ProduceRequest};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_fetch_request::OffsetFetchRequestGroup;
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};
use broker_replication::ProduceProgress;
use broker_server::boot::{self, RunningBroker};
use broker_server::broker::Broker;
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::drivers::metadata_driver::MetadataPublisher;
use broker_server::format::{AlreadyFormatted, format};
use broker_server::replica_manager::{
    Appended, AwaitingReplicas, LookupError, PartitionHandle, ProduceRecords, ThrottledSide,
};
use broker_storage::{AppendOrigin, CheckpointKind, RealFs, RemoteTail};
use tempfile::TempDir;
use tokio::time::Instant;

const TOPIC: TopicId = TopicId::new(Uuid::from_bytes([9; 16]));
const BY_RACKS: &str = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
const PATIENCE: Duration = Duration::from_secs(60);

fn rack(id: i32) -> String {
    format!("rack-{id}")
}

/// One broker and where its files are.
struct Node {
    id: i32,
    running: RunningBroker,
    data: TempDir,
}

impl Node {
    async fn start(id: i32) -> Self {
        let data = TempDir::new().unwrap();
        let overrides = [
            ("node.id", id.to_string()),
            ("listeners", "PLAINTEXT://127.0.0.1:0".to_owned()),
            ("eddyline.http.listener", String::new()),
            ("replica.fetch.wait.max.ms", "100".to_owned()),
            ("broker.rack", rack(id)),
            ("replica.selector.class", BY_RACKS.to_owned()),
            ("log.dirs", data.path().to_str().unwrap().to_owned()),
        ];
        let overrides = overrides.map(|(name, value)| (name.to_owned(), value));
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let clock = Clock::start();
        let request = config.format_request(None, AlreadyFormatted::Keep, clock.wall());
        format(&RealFs, &request).unwrap();
        let running = boot::start(config.boot_settings(), clock).await.unwrap();
        Self { id, running, data }
    }

    fn broker(&self) -> &Arc<Broker> {
        self.running.broker()
    }

    /// Tells this broker where the other one listens.
    async fn meets(&self, other: &Self) {
        let request = BrokerRegistrationRequest {
            id: BrokerId::new(other.id),
            incarnation_id: Uuid::from_bytes([other.id as u8; 16]),
            listeners: vec![Advertised {
                name: "PLAINTEXT".into(),
                host: "127.0.0.1".into(),
                port: other.running.addresses()[0].1.port(),
                security_protocol: 0,
            }],
            directories: vec![DirectoryId::new(Uuid::from_bytes([100 + other.id as u8; 16]))],
            rack: Some(rack(other.id).into()),
        };
        let id = request.id;
        let metadata = &self.broker().metadata;
        let registered =
            metadata.decide(move |controller, _, _| controller.register_broker(&request).unwrap());
        let epoch = registered.await.unwrap();
        let unfenced = metadata.decide(move |controller, _, _| controller.unfence_broker(id, epoch).unwrap());
        unfenced.await.unwrap();
    }

    async fn connect(&self) -> Connection {
        let endpoint = Endpoint {
            host: "127.0.0.1".to_owned(),
            port: self.running.addresses()[0].1.port(),
        };
        Connection::open(&endpoint, &ClientOptions::default())
            .await
            .unwrap()
    }

    /// Tells this broker's replica manager who leads.
    fn learns(&self, world: &Leadership) {
        let (image, changes) = world.image();
        let broker = self.broker();
        broker.replica_manager.apply(&image, &changes, broker.clock.now());
        broker
            .groups
            .publish(&Arc::new(image), &changes, broker.clock.now());
    }

    /// Commits an offset of group `g`.
    async fn commit(&self, offset: i64) -> Result<i16, ErrorCode> {
        let request = OffsetCommitRequest {
            group_id: "g".into(),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: 0,
                    committed_offset: offset,
                    ..OffsetCommitRequestPartition::default()
                }],
                ..OffsetCommitRequestTopic::default()
            }],
            ..OffsetCommitRequest::default()
        };
        let groups = &self.broker().groups;
        let committed = groups.decide("g", |coordinator, now| {
            coordinator.offset_commit(now, 9, &request)
        });
        Ok(committed.await?.topics[0].partitions[0].error_code)
    }

    /// The offset that group `g` committed, as soon as clients may know.
    async fn committed(&self) -> Result<i64, ErrorCode> {
        let group = OffsetFetchRequestGroup {
            group_id: "g".into(),
            topics: None,
            ..OffsetFetchRequestGroup::default()
        };
        let groups = &self.broker().groups;
        let fetched = groups.look_at_written("g", |coordinator| {
            coordinator.offset_fetch(&group, OffsetStability::NotRequired)
        });
        Ok(fetched?.committed().await?.topics[0].partitions[0].committed_offset)
    }

    /// Waits until its coordinator has read its log.
    async fn coordinates(&self) {
        let groups = &self.broker().groups;
        becomes_true("the coordinator is loaded", || groups.look("g", |_| ()).is_ok()).await;
    }

    fn partition(&self, index: i32) -> Arc<PartitionHandle> {
        self.broker()
            .replica_manager
            .partition_by_id(TOPIC, index)
            .unwrap()
    }

    /// Appends one batch as a leader.
    fn append(&self, index: i32, count: usize, acks: Acks) -> Appended {
        let mut builder = BatchBuilder::new(BatchOptions::default());
        for _ in 0..count {
            let value = format!("written by {}", self.id);
            builder.append(
                Timestamp::from_ms(1_000_000_000_000),
                None,
                Some(value.as_bytes()),
            );
        }
        let records = builder.build().unwrap();
        let produce = ProduceRecords {
            records: &records,
            acks,
            origin: AppendOrigin::Client,
            request_version: None,
        };
        let broker = self.broker();
        let appended = broker
            .replica_manager
            .append(&self.partition(index), &produce, broker.clock.now());
        appended.unwrap()
    }

    /// Appends records of a producer that waits for all replicas.
    fn append_and_park(&self, index: i32, count: usize) -> AwaitingReplicas {
        let appended = self.append(index, count, Acks::All);
        let required = appended.info.last_offset.plus(1);
        AwaitingReplicas::park(self.partition(index), required, appended.leading_since)
    }

    /// Start, high watermark and end of the log.
    fn markers(&self, index: i32) -> (i64, i64, i64) {
        let markers = self.partition(index).with_log(|log| {
            (
                log.log_start().value(),
                log.high_watermark().value(),
                log.log_end().value(),
            )
        });
        markers.unwrap()
    }

    fn log_file(&self, index: i32, base_offset: i64) -> PathBuf {
        let folder = self.data.path().join(format!("t-{index}"));
        folder.join(format!("{base_offset:020}.log"))
    }

    async fn stop(self) {
        self.running.stop(Duration::from_secs(5)).await;
    }
}

/// A topic with replicas on 1 and 2.
struct Leadership {
    topic: &'static str,
    partitions: i32,
    leader: i32,
    epoch: i32,
    in_sync: Vec<i32>,
    /// A configuration of the topic that lists all of its replicas as throttled.
    throttled: Option<&'static str>,
}

impl Leadership {
    fn image(&self) -> (MetadataImage, MetadataChanges) {
        let mut delta = MetadataDelta::new(&MetadataImage::empty());
        let topic = TopicRecord {
            name: self.topic.into(),
            topic_id: TOPIC.uuid(),
            ..TopicRecord::default()
        };
        delta.replay(&topic.into()).unwrap();
        if let Some(name) = self.throttled {
            let list = ConfigRecord {
                resource_type: 2,
                resource_name: self.topic.into(),
                name: name.into(),
                value: Some("*".into()),
                ..ConfigRecord::default()
            };
            delta.replay(&list.into()).unwrap();
        }
        for partition_id in 0..self.partitions {
            let partition = PartitionRecord {
                topic_id: TOPIC.uuid(),
                partition_id,
                replicas: vec![1, 2],
                isr: self.in_sync.clone(),
                leader: self.leader,
                leader_epoch: self.epoch,
                partition_epoch: self.epoch,
                ..PartitionRecord::default()
            };
            delta.replay(&partition.into()).unwrap();
        }
        let (image, _) = delta.apply(MetadataProvenance::EMPTY);
        let change = TopicChange {
            name: self.topic.into(),
            fate: TopicFate::Changed,
            partitions: (0..self.partitions)
                .map(PartitionIndex::new)
                .collect::<BTreeSet<_>>(),
        };
        let changes = MetadataChanges {
            topics: [(TOPIC, change)].into(),
            ..MetadataChanges::default()
        };
        (image, changes)
    }

    /// Another broker leads in the next epoch.
    fn moved_to(&self, leader: i32) -> Self {
        Self {
            leader,
            epoch: self.epoch + 1,
            in_sync: self.in_sync.clone(),
            ..*self
        }
    }
}

/// Brokers 1 and 2; 1 leads all of `partitions` and both are in sync.
async fn two_brokers(partitions: i32) -> (Node, Node, Leadership) {
    let (first, second) = (Node::start(1).await, Node::start(2).await);
    first.meets(&second).await;
    second.meets(&first).await;
    let leadership = Leadership {
        topic: "t",
        partitions,
        leader: 1,
        epoch: 0,
        in_sync: vec![1, 2],
        throttled: None,
    };
    (first, second, leadership)
}

async fn becomes_true(what: &str, is_true: impl Fn() -> bool) {
    let becomes = async {
        while !is_true() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, becomes).await.is_ok(), "{what}");
}

fn content(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

async fn agree_on(nodes: [&Node; 2], index: i32, markers: (i64, i64, i64)) {
    for node in nodes {
        let what = format!("markers of {index} on broker {}", node.id);
        becomes_true(&what, || node.markers(index) == markers).await;
    }
    let [first, second] = nodes.map(|node| content(&node.log_file(index, markers.0)));
    assert_eq!(first, second, "partition {index}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_comes_to_have_the_leaders_bytes_and_high_watermark() {
    let (first, second, leadership) = two_brokers(1).await;
    second.learns(&leadership);
    first.learns(&leadership);
    for _ in 0..50 {
        first.append(0, 3, Acks::Leader);
    }
    agree_on([&first, &second], 0, (0, 150, 150)).await;
    let parked = first.append_and_park(0, 1);
    assert_eq!(
        parked.until(Instant::now() + PATIENCE).await,
        Ok(ProduceProgress::Acknowledged)
    );
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_old_leader_wrote_alone_is_cut_and_never_acknowledged() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 10, Acks::Leader);
    agree_on([&first, &second], 0, (0, 10, 10)).await;
    let next = leadership.moved_to(2);
    second.learns(&next);
    let parked = first.append_and_park(0, 4);
    second.append(0, 3, Acks::Leader);
    second.append(0, 5, Acks::Leader);
    let (waited, ()) = tokio::join!(parked.until(Instant::now() + PATIENCE), async {
        first.learns(&next)
    });
    assert_eq!(waited, Err(LookupError::NotLeader));
    agree_on([&first, &second], 0, (0, 18, 18)).await;
    assert_ne!(content(&first.log_file(0, 0)), [] as [u8; 0]);
    first.stop().await;
    second.stop().await;
}

/// The price of acks=1: what no follower had yet goes with the leader, although its producer was told that it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_leader_alone_acknowledged_is_lost_with_it() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 10, Acks::Leader);
    agree_on([&first, &second], 0, (0, 10, 10)).await;
    let next = leadership.moved_to(2);
    second.learns(&next);
    let acknowledged = first.append(0, 4, Acks::Leader);
    assert_eq!(acknowledged.info.last_offset.value(), 13);
    second.append(0, 1, Acks::Leader);
    first.learns(&next);
    agree_on([&first, &second], 0, (0, 11, 11)).await;
    first.stop().await;
    second.stop().await;
}

/// A recovery that trusts more than there is would take the torn end of a cut log for damage.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_checkpoint_trusts_what_was_cut() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 10, Acks::Leader);
    agree_on([&first, &second], 0, (0, 10, 10)).await;
    second.learns(&leadership.moved_to(2));
    first.append(0, 4, Acks::Leader);
    let now = first.broker().clock.now();
    first
        .partition(0)
        .with_log(|log| log.flush(now))
        .unwrap()
        .unwrap();
    let progress = first.partition(0).with_log(|log| log.progress()).unwrap();
    let logs = &first.broker().replica_manager;
    let failures = logs
        .logs()
        .write_checkpoints(CheckpointKind::RecoveryPoint, &[progress]);
    assert!(failures.is_empty());
    let checkpoint = first.data.path().join("recovery-point-offset-checkpoint");
    let trusted = || std::fs::read_to_string(&checkpoint).unwrap();
    assert!(trusted().contains("t 0 14"), "{}", trusted());
    first.learns(&leadership.moved_to(2));
    second.append(0, 1, Acks::Leader);
    agree_on([&first, &second], 0, (0, 11, 11)).await;
    assert!(trusted().contains("t 0 10"), "{}", trusted());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_produce_is_not_acknowledged_by_what_another_leader_wrote_at_its_offsets() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership.moved_to(2));
    let parked = first.append_and_park(0, 2);
    second.append(0, 7, Acks::Leader);
    first.learns(&leadership.moved_to(2));
    agree_on([&first, &second], 0, (0, 7, 7)).await;
    let again = leadership.moved_to(2).moved_to(1);
    first.learns(&again);
    second.learns(&again);
    first.append(0, 1, Acks::Leader);
    becomes_true("the new leader commits", || first.markers(0).1 == 8).await;
    assert_eq!(parked.until(Instant::now()).await, Err(LookupError::NotLeader));
    first.stop().await;
    second.stop().await;
}

/// Copies 5 MB at 2 MB a second, of which a second's worth and one answer may go at once.
async fn takes_its_time(side: ThrottledSide, list: &'static str) {
    let (first, second, leadership) = two_brokers(1).await;
    let leadership = Leadership {
        in_sync: vec![1],
        throttled: Some(list),
        ..leadership
    };
    for node in [&first, &second] {
        let now = node.broker().clock.monotonic();
        let throttles = node.broker().replica_manager.throttles();
        throttles.set_rate(side, 2_000_000, now);
    }
    first.learns(&leadership);
    let mut copied = 0;
    while copied < 5_000_000 {
        copied += first.append(0, 1_000, Acks::Leader).info.size;
    }
    let end = first.markers(0).2;
    let begun = Instant::now();
    second.learns(&leadership);
    agree_on([&first, &second], 0, (0, end, end)).await;
    assert!(
        begun.elapsed() > Duration::from_millis(800),
        "{:?}",
        begun.elapsed()
    );
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_catches_up_is_held_back_by_its_leader() {
    takes_its_time(ThrottledSide::Leader, "leader.replication.throttled.replicas").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_catches_up_holds_itself_back() {
    takes_its_time(ThrottledSide::Follower, "follower.replication.throttled.replicas").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_in_sync_is_never_held_back() {
    let (first, second, leadership) = two_brokers(1).await;
    for list in [
        "leader.replication.throttled.replicas",
        "follower.replication.throttled.replicas",
    ] {
        let leadership = Leadership {
            throttled: Some(list),
            in_sync: leadership.in_sync.clone(),
            ..leadership
        };
        for (node, side) in [
            (&first, ThrottledSide::Leader),
            (&second, ThrottledSide::Follower),
        ] {
            let now = node.broker().clock.monotonic();
            node.broker().replica_manager.throttles().set_rate(side, 1, now);
            node.learns(&leadership);
        }
        let end = first.markers(0).2 + 20_000;
        for _ in 0..20 {
            first.append(0, 1_000, Acks::Leader);
        }
        agree_on([&first, &second], 0, (0, end, end)).await;
    }
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_behind_the_leaders_log_start_begins_there() {
    let (first, second, leadership) = two_brokers(1).await;
    let alone = Leadership {
        in_sync: vec![1],
        ..leadership
    };
    first.learns(&alone);
    first.append(0, 10, Acks::Leader);
    let deleted = first
        .partition(0)
        .with(|partition| partition.delete_records(None));
    assert_eq!(deleted.unwrap().unwrap().value(), 10);
    first.append(0, 5, Acks::Leader);
    second.learns(&alone);
    becomes_true("the follower begins at 10", || second.markers(0) == (10, 15, 15)).await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_partitions_share_one_session_and_change_leaders_together() {
    const PARTITIONS: i32 = 1_000;
    let (first, second, leadership) = two_brokers(PARTITIONS).await;
    first.learns(&leadership);
    second.learns(&leadership);
    for index in 0..PARTITIONS {
        first.append(index, 2, Acks::Leader);
    }
    for index in 0..PARTITIONS {
        agree_on([&first, &second], index, (0, 2, 2)).await;
    }
    assert_eq!(first.broker().fetch_sessions.lock().size(), (1, 1_000));
    let next = leadership.moved_to(2);
    second.learns(&next);
    for index in 0..PARTITIONS {
        first.append(index, 1, Acks::Leader);
        second.append(index, 3, Acks::Leader);
    }
    first.learns(&next);
    for index in 0..PARTITIONS {
        agree_on([&first, &second], index, (0, 5, 5)).await;
    }
    first.stop().await;
    second.stop().await;
}

fn of_groups(leadership: Leadership) -> Leadership {
    Leadership {
        topic: GROUP_METADATA_TOPIC,
        ..leadership
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_answered_when_the_replicas_have_it_and_shown_no_earlier() {
    let (first, second, leadership) = two_brokers(1).await;
    let leadership = of_groups(leadership);
    first.learns(&leadership);
    first.coordinates().await;
    let mut commit = Box::pin(first.commit(42));
    let early = tokio::time::timeout(Duration::from_millis(100), &mut commit).await;
    assert!(early.is_err(), "answered before the replica has it");
    let mut shown = Box::pin(first.committed());
    let early = tokio::time::timeout(Duration::from_millis(100), &mut shown).await;
    assert!(early.is_err(), "shown before the replica has it");
    second.learns(&leadership);
    assert_eq!((commit.await, shown.await), (Ok(0), Ok(42)));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_that_lost_its_partition_answers_nothing_that_it_wrote_alone() {
    let (first, second, leadership) = two_brokers(1).await;
    let leadership = of_groups(leadership);
    first.learns(&leadership);
    first.coordinates().await;
    let mut commit = Box::pin(first.commit(42));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut commit).await;
    assert!(early.is_err(), "answered before the replica has it");
    let next = leadership.moved_to(2);
    second.learns(&next);
    second.coordinates().await;
    first.learns(&next);
    assert_eq!(commit.await, Err(ErrorCode::NotCoordinator));
    assert_eq!(first.commit(43).await, Err(ErrorCode::NotCoordinator));
    assert_eq!(second.commit(7).await, Ok(0));
    let again = next.moved_to(1);
    first.learns(&again);
    second.learns(&again);
    first.coordinates().await;
    assert_eq!(first.committed().await, Ok(7));
    first.stop().await;
    second.stop().await;
}

/// A new leader hears late how far the high watermark had come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_coordinator_knows_everything_that_its_predecessor_answered() {
    let (first, second, leadership) = two_brokers(1).await;
    let mut leadership = of_groups(leadership);
    first.learns(&leadership);
    second.learns(&leadership);
    first.coordinates().await;
    let mut coordinates = [&first, &second];
    for offset in 1..=6 {
        assert_eq!(coordinates[0].commit(offset).await, Ok(0));
        leadership = leadership.moved_to(coordinates[1].id);
        coordinates.reverse();
        coordinates.iter().for_each(|node| node.learns(&leadership));
        coordinates[0].coordinates().await;
        assert_eq!(coordinates[0].committed().await, Ok(offset));
    }
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_epoch_of_the_same_leader_keeps_its_coordinator() {
    let (first, second, leadership) = two_brokers(1).await;
    let leadership = of_groups(leadership);
    first.learns(&leadership);
    first.coordinates().await;
    let mut commit = Box::pin(first.commit(42));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut commit).await;
    assert!(early.is_err(), "answered before the replica has it");
    let next = leadership.moved_to(1);
    first.learns(&next);
    assert!(
        first.broker().groups.look("g", |_| ()).is_ok(),
        "nothing is loaded anew"
    );
    second.learns(&next);
    assert_eq!(commit.await, Ok(0));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_producer_is_told_who_leads_and_where() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append(Timestamp::from_ms(1), None, Some(b"v"));
    let request = ProduceRequest {
        acks: 1,
        timeout_ms: 1_000,
        topic_data: vec![TopicProduceData {
            topic_id: TOPIC.uuid(),
            partition_data: vec![PartitionProduceData {
                records: Some(builder.build().unwrap().into()),
                ..PartitionProduceData::default()
            }],
            ..TopicProduceData::default()
        }],
        ..ProduceRequest::default()
    };
    let response = second.connect().await.call(&request).await.unwrap();
    let refused = &response.responses[0].partition_responses[0];
    assert_eq!(refused.error_code, ErrorCode::NotLeaderOrFollower.code());
    assert_eq!(
        (
            refused.current_leader.leader_id,
            refused.current_leader.leader_epoch
        ),
        (1, 0)
    );
    let port = first.running.addresses()[0].1.port();
    let told = &response.node_endpoints[0];
    assert_eq!((told.node_id, told.port), (1, i32::from(port)));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_leader_does_not_say_where_the_log_ends_before_it_knows() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    first.append(0, 5, Acks::Leader);
    first.learns(&leadership.moved_to(1));
    let latest = |epoch| ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: "t".into(),
            partitions: vec![ListOffsetsPartition {
                current_leader_epoch: epoch,
                timestamp: -1,
                ..ListOffsetsPartition::default()
            }],
            ..ListOffsetsTopic::default()
        }],
        ..ListOffsetsRequest::default()
    };
    let connection = first.connect().await;
    let ask = async |epoch: i32, at_most: i16| {
        let response = connection.call_at_most(&latest(epoch), at_most).await.unwrap();
        let answer = &response.topics[0].partitions[0];
        (ErrorCode::from_i16(answer.error_code).unwrap(), answer.offset)
    };
    assert_eq!(ask(-1, i16::MAX).await, (ErrorCode::OffsetNotAvailable, -1));
    assert_eq!(ask(-1, 4).await, (ErrorCode::LeaderNotAvailable, -1));
    assert_eq!(ask(0, i16::MAX).await, (ErrorCode::FencedLeaderEpoch, -1));
    second.learns(&leadership.moved_to(1));
    agree_on([&first, &second], 0, (0, 5, 5)).await;
    assert_eq!(ask(1, i16::MAX).await, (ErrorCode::None, 5));
    first.stop().await;
    second.stop().await;
}
