//! A broker takes over the directory of a Kafka 4.4 node: metadata, records, transactions, groups; and goes on with it.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

#[path = "live/kafka_node.rs"]
mod kafka_node;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use broker_client::{Client, ClientOptions, FetchOptions, Fetcher, Producer, ProducerOptions, RecordToSend};
use broker_model::{IsolationLevel, Offset, PartitionIndex, Timestamp, TopicPartition};
use broker_server::boot::{self, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_storage::{PreviousStop, RealFs};
use tempfile::TempDir;
use tokio::time::Instant;

/// Puts down the node's directory.
fn unpack(target: &Path) {
    kafka_node::unpack(include_bytes!("../testdata/kafka-4.4-node.tar.zst"), target);
}

async fn start(data: &Path) -> (RunningBroker, Client) {
    let overrides = [
        ("node.id", "1"),
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("eddyline.http.listener", "127.0.0.1:0"),
        ("log.dirs", data.to_str().unwrap()),
    ];
    let overrides = overrides.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = config::load(None, std::iter::empty(), &overrides).unwrap();
    let clock = Clock::start();
    let request = config.format_request(None, AlreadyFormatted::Keep, clock.wall());
    format(&RealFs, &request).unwrap();
    let broker = boot::start(config.boot_settings(), clock).await.unwrap();
    let address = broker.addresses()[0].1.to_string();
    let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
    (broker, client)
}

fn partition(topic: &str, index: i32) -> TopicPartition {
    TopicPartition::new(topic, PartitionIndex::new(index))
}

/// Offset and value of the first `count` records of a partition that the isolation lets through.
async fn read(
    client: &Client,
    partition: TopicPartition,
    isolation: IsolationLevel,
    count: usize,
) -> Vec<(i64, String)> {
    let options = FetchOptions {
        isolation,
        ..FetchOptions::default()
    };
    let mut fetcher = Fetcher::new(
        client.clone(),
        options,
        BTreeMap::from([(partition, Offset::ZERO)]),
    );
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut found = Vec::new();
    while found.len() < count {
        let fetched = fetcher.next(deadline).await.unwrap();
        assert!(!fetched.is_empty(), "{} records of {count}", found.len());
        for part in fetched {
            let records = part.outcome.unwrap().records().unwrap().into_iter();
            found.extend(records.map(|record| {
                let value = record.value.unwrap_or_default();
                (record.offset.value(), String::from_utf8(value.to_vec()).unwrap())
            }));
        }
    }
    found
}

async fn produce(client: &Client, partition: &TopicPartition, value: &str) -> Option<Offset> {
    let mut producer: Producer<()> = Producer::new(client.clone(), ProducerOptions::default())
        .await
        .unwrap();
    let record = RecordToSend {
        timestamp: Timestamp::from_ms(1_795_252_000_000),
        key: None,
        value: Some(value.as_bytes()),
        headers: &[],
    };
    producer.append(partition, record, ());
    let mut offset = None;
    producer
        .finish(|delivery| offset = delivery.outcome.unwrap())
        .await;
    offset
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_kafka_goes_on_as_ours() {
    let data = TempDir::new().unwrap();
    unpack(data.path());
    let (broker, client) = start(data.path()).await;
    assert_eq!(broker.previous_stop(), PreviousStop::Clean);
    let words = read(
        &client,
        partition("words", 0),
        IsolationLevel::ReadUncommitted,
        100,
    )
    .await;
    let expected = (0..100).map(|index| (index, format!("word-{}", index + 1)));
    assert!(words.into_iter().eq(expected));
    let words = read(
        &client,
        partition("words", 1),
        IsolationLevel::ReadUncommitted,
        50,
    )
    .await;
    assert_eq!(words[49], (49, "word-150".to_owned()));
    let committed = read(&client, partition("ctopic", 0), IsolationLevel::ReadCommitted, 10).await;
    let offsets: Vec<i64> = committed.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [5, 6, 7, 8, 11, 12, 13, 16, 17, 18]);
    let group = client.committed_offsets("readers").await.unwrap();
    let offsets: BTreeMap<i32, i64> = group
        .iter()
        .map(|committed| (committed.partition.partition.value(), committed.offset.value()))
        .collect();
    assert_eq!(offsets, BTreeMap::from([(0, 100), (1, 50)]));
    let offset = produce(&client, &partition("words", 1), "word-151").await;
    assert_eq!(offset, Some(Offset::new(50)));
    drop(client);
    broker.stop(Duration::from_secs(5)).await;
    let (broker, client) = start(data.path()).await;
    assert_eq!(broker.previous_stop(), PreviousStop::Clean);
    let words = read(
        &client,
        partition("words", 1),
        IsolationLevel::ReadUncommitted,
        51,
    )
    .await;
    assert_eq!(words[50], (50, "word-151".to_owned()));
    drop(client);
    broker.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_kafka_that_was_killed_is_recovered() {
    let data = TempDir::new().unwrap();
    unpack(data.path());
    std::fs::remove_file(data.path().join(".kafka_cleanshutdown")).unwrap();
    for index in ["00000000000000000000.index", "00000000000000000000.timeindex"] {
        // A running Kafka keeps indexes at their full size, filled up with zeros.
        let path = data.path().join("words-0").join(index);
        let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(10 << 20).unwrap();
    }
    let (broker, client) = start(data.path()).await;
    assert_eq!(broker.previous_stop(), PreviousStop::Unclean);
    let words = read(
        &client,
        partition("words", 0),
        IsolationLevel::ReadUncommitted,
        100,
    )
    .await;
    let expected = (0..100).map(|index| (index, format!("word-{}", index + 1)));
    assert!(words.into_iter().eq(expected));
    let committed = read(&client, partition("ctopic", 0), IsolationLevel::ReadCommitted, 10).await;
    let offsets: Vec<i64> = committed.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [5, 6, 7, 8, 11, 12, 13, 16, 17, 18]);
    drop(client);
    broker.stop(Duration::from_secs(5)).await;
}
