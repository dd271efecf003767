//! Load by our own client, the same for both brokers: topics, single records, reading a topic once, idle consumers.

use std::time::Duration;

use broker_client::{
    Client, FetchOptions, FetchedRecords, Fetcher, NewTopic, PartitionInfo, Producer, ProducerOptions,
    RecordToSend, TopicInfo, TopicSelection, Validation,
};
use broker_model::{Offset, PartitionIndex, TopicPartition};
use tokio::time::Instant;

use crate::Failure;

/// Longest time to read a topic once.
const DRAIN_WITHIN: Duration = Duration::from_secs(120);
/// When nothing came for so long, nothing more is there.
const SILENCE: Duration = Duration::from_secs(5);
/// Longest time until all replicas of a topic are in sync.
const WHOLE_WITHIN: Duration = Duration::from_secs(60);

/// Makes a topic and waits until its partitions have leaders and all of their replicas in sync.
pub async fn create_topic(
    client: &Client,
    name: &str,
    partitions: i32,
    replicas: i16,
) -> Result<(), Failure> {
    let topic = NewTopic {
        name: name.to_owned(),
        partitions: Some(partitions),
        replicas: Some(replicas),
        configs: Vec::new(),
    };
    client.create_topic(&topic, Validation::AndApply).await?;
    wait_until_whole(client, name).await
}

/// Waits until the partitions of a topic have leaders and all of their replicas in sync.
pub async fn wait_until_whole(client: &Client, name: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + WHOLE_WITHIN;
    loop {
        let known = client.refresh(TopicSelection::Named(&[name])).await;
        let topic = known.ok().and_then(|known| known.topics.get(name).cloned());
        if topic.is_some_and(|topic| is_whole(&topic)) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("{name} is not whole after {WHOLE_WITHIN:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn is_whole(topic: &TopicInfo) -> bool {
    let whole = |partition: &PartitionInfo| {
        partition.leader.is_some() && partition.isr.len() == partition.replicas.len()
    };
    !topic.partitions.is_empty() && topic.partitions.iter().all(whole)
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

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drained {
    /// Offsets that were passed.
    pub records: u64,
}

/// Reads a topic from its start until `records` came.
pub async fn drain(client: &Client, topic: &str, partitions: i32, records: u64) -> Result<Drained, Failure> {
    let all = (0..partitions).map(|index| partition(topic, index));
    drain_of(client, all.collect(), records).await
}

/// Reads partitions from their start until `records` came in all; fewer if no more come.
pub async fn drain_of(client: &Client, all: Vec<TopicPartition>, records: u64) -> Result<Drained, Failure> {
    let mut seen = 0;
    each_fetched(client, all, |fetched| {
        seen += u64::try_from(fetched.next_offset()?.since(fetched.position)).unwrap_or(0);
        Ok(seen < records)
    })
    .await?;
    Ok(Drained { records: seen })
}

/// Reads a topic of one partition that holds the numbers below `below`, and answers how many different ones.
pub async fn numbers(client: &Client, topic: &str, below: u64) -> Result<u64, Failure> {
    let mut found = vec![false; usize::try_from(below)?];
    let mut count = 0;
    each_fetched(client, vec![partition(topic, 0)], |fetched| {
        for record in fetched.records()? {
            let text = record
                .value
                .as_deref()
                .and_then(|value| std::str::from_utf8(value).ok());
            let number = text.and_then(|text| text.parse::<usize>().ok());
            if let Some(found) = number.and_then(|number| found.get_mut(number))
                && !std::mem::replace(found, true)
            {
                count += 1;
            }
        }
        Ok(count < below)
    })
    .await?;
    Ok(count)
}

/// Gives `take` what is fetched until it wants no more or nothing more comes.
async fn each_fetched(
    client: &Client,
    all: Vec<TopicPartition>,
    mut take: impl FnMut(&FetchedRecords) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let positions = all
        .into_iter()
        .map(|partition| (partition, Offset::ZERO))
        .collect();
    let mut fetcher = Fetcher::new(client.clone(), FetchOptions::default(), positions);
    let deadline = Instant::now() + DRAIN_WITHIN;
    let mut last = Instant::now();
    while Instant::now() < deadline && last.elapsed() < SILENCE {
        for fetched in fetcher.next(deadline.min(last + SILENCE)).await? {
            let fetched = fetched.outcome?;
            if fetched.size() > 0 {
                last = Instant::now();
            }
            if !take(&fetched)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The partition `index` of a topic.
pub fn partition(topic: &str, index: i32) -> TopicPartition {
    TopicPartition::new(topic, PartitionIndex::new(index))
}
