//! Load by our own client, the same for both brokers: topics, single records, reading a topic once, idle consumers.

use std::time::Duration;

use broker_client::{
    Client, FetchOptions, Fetcher, NewTopic, Producer, ProducerOptions, RecordToSend, TopicSelection,
    Validation,
};
use broker_model::{Offset, PartitionIndex, TopicPartition};
use tokio::time::Instant;

use crate::Failure;

/// Longest time to read a topic once.
const DRAIN_WITHIN: Duration = Duration::from_secs(120);

/// Makes a topic and waits until it has leaders.
pub async fn create_topic(client: &Client, name: &str, partitions: i32) -> Result<(), Failure> {
    let topic = NewTopic {
        name: name.to_owned(),
        partitions: Some(partitions),
        replicas: Some(1),
        configs: Vec::new(),
    };
    client.create_topic(&topic, Validation::AndApply).await?;
    loop {
        client.refresh(TopicSelection::Named(&[name.into()])).await?;
        let has_leaders = client.topic(name).await.is_ok_and(|topic| topic.has_leaders());
        if has_leaders {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Sends one record to each of the first `partitions` partitions and waits for the answers.
pub async fn produce_one_each(client: &Client, topic: &str, partitions: i32) -> Result<(), Failure> {
    let options = ProducerOptions {
        linger: Duration::ZERO,
        idempotence: false,
        ..ProducerOptions::default()
    };
    let mut producer = Producer::<()>::new(client.clone(), options).await?;
    let record = RecordToSend {
        value: Some(b"one record"),
        ..RecordToSend::default()
    };
    for index in 0..partitions {
        producer.append(&partition(topic, index), record, ());
    }
    let mut refused = None;
    producer
        .finish(|delivery| refused = delivery.outcome.err().or(refused.take()))
        .await;
    refused.map_or(Ok(()), |error| Err(error.into()))
}

/// Reads a topic from its start until `records` came; answers their bytes as sent.
pub async fn drain(client: &Client, topic: &str, partitions: i32, records: u64) -> Result<u64, Failure> {
    let positions = (0..partitions).map(|index| (partition(topic, index), Offset::ZERO));
    let mut fetcher = Fetcher::new(client.clone(), FetchOptions::default(), positions.collect());
    let deadline = Instant::now() + DRAIN_WITHIN;
    let (mut seen, mut bytes) = (0, 0);
    while seen < records {
        if Instant::now() > deadline {
            return Err(format!("{seen} of {records} records were read in {DRAIN_WITHIN:?}").into());
        }
        for fetched in fetcher.next(deadline).await? {
            let fetched = fetched.outcome?;
            bytes += fetched.size() as u64;
            seen += u64::try_from(fetched.next_offset()?.since(fetched.position)).unwrap_or(0);
        }
    }
    Ok(bytes)
}

/// The partition `index` of a topic.
pub fn partition(topic: &str, index: i32) -> TopicPartition {
    TopicPartition::new(topic, PartitionIndex::new(index))
}
