//! A tiered partition whose leader changes, and a replica that comes when most of the log is remote.

use broker_codec::Records;
use broker_codec::batch::{BatchBuilder, BatchOptions, batches};
use broker_metadata::deleted_topics;
use broker_model::{BrokerId, Offset, PartitionIndex, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use broker_protocol::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, CreateTopicsRequest, FetchRequest, ProduceRequest,
};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};
use broker_server::boot::RunningBroker;

use super::world::{Cluster, Voters};

const TOPIC: &str = "tiered";
/// The last version that names topics.
const BY_NAME: i16 = 12;

fn configs(folder: &tempfile::TempDir) -> Vec<(&'static str, String)> {
    let store = format!("file://{}", folder.path().display());
    let fixed = [
        ("remote.log.storage.system.enable", "true"),
        ("remote.log.manager.task.interval.ms", "100"),
        ("remote.log.manager.task.retry.backoff.ms", "20"),
        ("remote.log.manager.task.retry.backoff.max.ms", "200"),
        ("log.retention.check.interval.ms", "100"),
        ("log.flush.start.offset.checkpoint.interval.ms", "100"),
        ("remote.fetch.max.wait.ms", "20000"),
        ("replica.fetch.wait.max.ms", "100"),
    ];
    let fixed = fixed.map(|(name, value)| (name, value.to_owned()));
    fixed
        .into_iter()
        .chain([("eddyline.remote.store", store)])
        .collect()
}

/// Three brokers that share a folder as their store.
async fn start(folder: &tempfile::TempDir, more: &[(&'static str, &str)]) -> Cluster {
    let configs = configs(folder);
    let fixed = configs.iter().map(|(name, value)| (*name, value.as_str()));
    let all: Vec<_> = fixed.chain(more.iter().copied()).collect();
    let cluster = Cluster::start_with(Voters::Fixed, &all).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    cluster
}

/// A topic of which those brokers keep so much.
async fn create(cluster: &Cluster, brokers: &[i32], local_bytes: &str) {
    let config = |(name, value): (&str, &str)| CreatableTopicConfig {
        name: name.into(),
        value: Some(value.into()),
        ..Default::default()
    };
    let tiered = [
        ("remote.storage.enable", "true"),
        ("internal.segment.bytes", "1000"),
        ("retention.ms", "-1"),
        ("local.retention.bytes", local_bytes),
        ("file.delete.delay.ms", "0"),
    ];
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: TOPIC.into(),
            num_partitions: -1,
            replication_factor: -1,
            assignments: vec![CreatableReplicaAssignment {
                broker_ids: brokers.to_vec(),
                ..Default::default()
            }],
            configs: tiered.into_iter().map(config).collect(),
            ..Default::default()
        }],
        timeout_ms: 10_000,
        ..Default::default()
    };
    let answer = cluster.connect(1).await.call(&request).await.unwrap();
    assert_eq!(answer.topics[0].error_code, 0, "{answer:?}");
}

/// Appends batches of one record through their leader.
async fn produce(cluster: &Cluster, leader: i32, offsets: std::ops::Range<i64>) {
    let connection = cluster.connect(leader).await;
    for offset in offsets {
        let mut builder = BatchBuilder::new(BatchOptions::default());
        let value = format!("{offset:0>150}");
        builder.append(
            Timestamp::from_ms(1_700_000_000_000),
            None,
            Some(value.as_bytes()),
        );
        let request = ProduceRequest {
            acks: -1,
            timeout_ms: 60_000,
            topic_data: vec![TopicProduceData {
                name: TOPIC.into(),
                partition_data: vec![PartitionProduceData {
                    records: Some(Records::from(builder.build().unwrap())),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = connection.call_at_most(&request, BY_NAME).await.unwrap();
        let answer = &answer.responses[0].partition_responses[0];
        assert_eq!((answer.error_code, answer.base_offset), (0, offset));
    }
}

/// Reads from the beginning to `end`, through the leader; every offset once.
async fn read(cluster: &Cluster, leader: i32, end: i64) -> Vec<u8> {
    let connection = cluster.connect(leader).await;
    let (mut all, mut next) = (Vec::new(), 0);
    while next < end {
        let request = FetchRequest {
            max_wait_ms: 500,
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: -1,
            topics: vec![FetchTopic {
                topic: TOPIC.into(),
                partitions: vec![FetchPartition {
                    current_leader_epoch: -1,
                    fetch_offset: next,
                    last_fetched_epoch: -1,
                    partition_max_bytes: 1 << 20,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = connection.call_at_most(&request, BY_NAME).await.unwrap();
        let partition = &answer.responses[0].partitions[0];
        assert_eq!(partition.error_code, 0, "at {next}");
        let bytes = partition
            .records
            .as_ref()
            .map(Records::to_bytes)
            .unwrap_or_default();
        for batch in batches(&bytes) {
            let batch = batch.unwrap();
            assert_eq!(
                batch.header().base_offset,
                Offset::new(next),
                "no gap, no offset twice"
            );
            next = batch.header().next_offset().value();
        }
        all.extend_from_slice(&bytes);
    }
    all
}

/// Log start, local log start, log end and segments of the partition on a node.
fn log_of(node: &RunningBroker) -> Option<(i64, i64, i64, usize)> {
    let handle = node.broker().replica_manager.partition_by_name(TOPIC, 0).ok()?;
    let read = handle.with_log(|log| {
        let starts = (log.log_start().value(), log.local_log_start().value());
        (starts.0, starts.1, log.log_end().value(), log.segment_count())
    });
    read.ok()
}

fn is_id(node: &RunningBroker, id: i32) -> bool {
    node.broker().node_id == BrokerId::new(id)
}

async fn until_small(cluster: &Cluster, id: i32, end: i64) {
    let what = format!("node {id} keeps only what is not remote");
    let is_small = |node: &RunningBroker| {
        let log = log_of(node);
        !is_id(node, id)
            || log.is_some_and(|(_, local, own_end, segments)| segments == 1 && local > 0 && own_end == end)
    };
    cluster.until(&what, is_small).await;
}

async fn until_leads(cluster: &Cluster, id: i32) {
    cluster
        .until("everybody knows the new leader", |node| {
            let image = node.broker().image.load();
            let partition = image.topics.partition(TOPIC, PartitionIndex::new(0));
            partition.is_some_and(|partition| partition.leader == BrokerId::new(id))
        })
        .await;
}

async fn reassign(cluster: &Cluster, replicas: &[i32]) {
    let request = AlterPartitionReassignmentsRequest {
        timeout_ms: 10_000,
        topics: vec![ReassignableTopic {
            name: TOPIC.into(),
            partitions: vec![ReassignablePartition {
                replicas: Some(replicas.to_vec()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = cluster.connect(2).await.call(&request).await.unwrap();
    assert_eq!(answer.error_code, ErrorCode::None.code(), "{answer:?}");
}

/// Waits until a replica has gone from one node to the other and is in sync there.
async fn until_moved(cluster: &Cluster, (from, to): (i32, i32)) {
    let what = format!("node {to} is in sync");
    let has_moved = |node: &RunningBroker| {
        let image = node.broker().image.load();
        let partition = image.topics.partition(TOPIC, PartitionIndex::new(0));
        partition.is_some_and(|partition| {
            partition.isr.contains(&BrokerId::new(to)) && !partition.replicas.contains(&BrokerId::new(from))
        })
    };
    cluster.until(&what, has_moved).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_follow_one_another_and_a_new_replica_copies_only_what_is_local() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = start(&folder, &[]).await;
    create(&cluster, &[1, 2], "1").await;
    until_leads(&cluster, 1).await;
    produce(&cluster, 1, 0..40).await;
    until_small(&cluster, 1, 40).await;
    until_small(&cluster, 2, 40).await;
    let before = read(&cluster, 1, 40).await;

    cluster.stop_node(1).await;
    until_leads(&cluster, 2).await;
    produce(&cluster, 2, 40..80).await;
    until_small(&cluster, 2, 80).await;
    let through_second = read(&cluster, 2, 80).await;
    assert!(
        through_second.starts_with(&before),
        "the second leader serves other bytes"
    );

    cluster.start_node(1).await;
    reassign(&cluster, &[2, 3]).await;
    until_moved(&cluster, (1, 3)).await;
    let (log_start, local_start, end, _) = log_of(cluster.node(3)).unwrap();
    assert_eq!((log_start, end), (0, 80));
    assert!(local_start >= 70, "it copied from {local_start} on");

    cluster.stop_node(2).await;
    until_leads(&cluster, 3).await;
    produce(&cluster, 3, 80..100).await;
    until_small(&cluster, 3, 100).await;
    let through_third = read(&cluster, 3, 100).await;
    assert!(
        through_third.starts_with(&through_second),
        "the third leader serves other bytes"
    );
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_replica_copies_what_is_on_its_leaders_disk_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = start(&folder, &[("follower.fetch.last.tiered.offset.enable", "false")]).await;
    create(&cluster, &[1, 2], "8000").await;
    until_leads(&cluster, 1).await;
    produce(&cluster, 1, 0..60).await;
    let all = read(&cluster, 1, 60).await;
    let remote_end = || {
        let broker = cluster.node(1).broker();
        let topic = broker.image.load().topics.by_name(TOPIC).unwrap().id;
        let part = broker
            .remote
            .as_ref()
            .unwrap()
            .remote_part(topic, PartitionIndex::new(0));
        part.map_or(0, |part| part.end.value())
    };
    let local_start = |id: i32| log_of(cluster.node(id)).map_or(0, |(_, local, _, _)| local);
    cluster
        .until(
            "a part of the log is remote only, another on the disk as well",
            |_| local_start(1) > 0 && remote_end() >= 55,
        )
        .await;
    // Who leads tells; on a busy machine that may be another one later.
    let end = remote_end();
    assert!(local_start(1) + 20 < end, "little is in both tiers");

    reassign(&cluster, &[1, 3]).await;
    until_moved(&cluster, (2, 3)).await;
    let begun = local_start(3);
    assert!(
        begun > 0 && begun + 15 < end,
        "it begins at {begun}, its leader at {}, and the remote tier ended at {end}",
        local_start(1)
    );
    assert!(read(&cluster, 1, 60).await == all);
    cluster.stop().await;
}

/// Objects of the topics in a folder.
fn objects(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let below = std::fs::read_dir(folder).into_iter().flatten();
    let paths = below.map(|entry| entry.unwrap().path());
    let found = paths.flat_map(|path| match path.is_dir() {
        true => objects(&path),
        false => vec![path],
    });
    let is_object = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name == "manifest" || name.ends_with(".segment")
    };
    found.filter(is_object).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_deleted_while_its_only_replica_is_down_leaves_nothing_in_the_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = start(&folder, &[("eddyline.remote.orphan.grace.ms", "0")]).await;
    create(&cluster, &[3], "1").await;
    until_leads(&cluster, 3).await;
    produce(&cluster, 3, 0..40).await;
    until_small(&cluster, 3, 40).await;
    cluster.stop_node(3).await;
    cluster.everybody_sees(&[1, 2]).await;
    assert!(objects(folder.path()).len() > 3);

    assert_eq!(cluster.delete_topic(1, TOPIC).await, ErrorCode::None);
    cluster
        .until("nothing is left of the topic", |node| {
            let image = node.broker().image.load();
            let is_forgotten = deleted_topics(&image).is_empty() && image.topics.by_name(TOPIC).is_none();
            is_forgotten && objects(folder.path()).is_empty()
        })
        .await;

    cluster.start_node(3).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    cluster
        .until("who was away knows it, too", |node| log_of(node).is_none())
        .await;
    assert_eq!(objects(folder.path()), Vec::<std::path::PathBuf>::new());
    cluster.stop().await;
}
