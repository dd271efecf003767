//! One Fetch to one broker, and what it answers.

use broker_codec::Records;
use broker_model::{IsolationLevel, Offset, PartitionIndex, TopicPartition};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::messages::FetchRequest;
use std::time::Duration;

use crate::error::Asked;
use crate::fetched::{FetchedPartition, FetchedRecords};
use crate::{ClientError, Connection};

/// Last version that names topics and not their ids.
const FETCH_BY_NAME: i16 = 12;

/// How much a fetch waits for and takes.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// How long a broker may wait for more.
    pub max_wait: Duration,
    /// Bytes that are worth an answer before that.
    pub min_bytes: i32,
    /// Most bytes of one answer.
    pub max_bytes: i32,
    /// Most bytes of one partition.
    pub partition_max_bytes: i32,
    /// Whether records of open and aborted transactions are seen.
    pub isolation: IsolationLevel,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            max_wait: Duration::from_millis(500),
            min_bytes: 1,
            max_bytes: 50 << 20,
            partition_max_bytes: 1 << 20,
            isolation: IsolationLevel::ReadUncommitted,
        }
    }
}

/// Fetches from each position once.
pub(crate) async fn fetch(
    connection: &Connection,
    options: &FetchOptions,
    positions: &[(TopicPartition, Offset)],
) -> Result<Vec<FetchedPartition>, ClientError> {
    let request = request(options, positions);
    let response = connection
        .call_parked(&request, FETCH_BY_NAME, options.max_wait)
        .await?;
    let asked = Asked::of::<FetchRequest>(connection);
    asked.verdict("the fetch as a whole", response.error_code, None)?;
    let mut fetched = Vec::new();
    for topic in response.responses {
        for data in topic.partitions {
            let partition =
                TopicPartition::new(topic.topic.as_str(), PartitionIndex::new(data.partition_index));
            let position = positions.iter().find(|(key, _)| *key == partition);
            let Some((partition, position)) = position.cloned() else {
                continue;
            };
            let verdict = asked.verdict(
                format_args!("{partition} at offset {position}"),
                data.error_code,
                None,
            );
            let outcome = verdict.map(|()| fetched_records(&partition, position, data, options.isolation));
            fetched.push(FetchedPartition { partition, outcome });
        }
    }
    Ok(fetched)
}

fn fetched_records(
    partition: &TopicPartition,
    position: Offset,
    data: PartitionData,
    isolation: IsolationLevel,
) -> FetchedRecords {
    let aborted = data.aborted_transactions.unwrap_or_default();
    FetchedRecords {
        partition: partition.clone(),
        position,
        high_watermark: Offset::new(data.high_watermark),
        last_stable_offset: Offset::new(data.last_stable_offset),
        log_start_offset: Offset::new(data.log_start_offset),
        records: data.records.as_ref().map(Records::to_bytes).unwrap_or_default(),
        aborted: match isolation {
            IsolationLevel::ReadUncommitted => Vec::new(),
            IsolationLevel::ReadCommitted => aborted
                .iter()
                .map(|aborted| (aborted.producer_id, Offset::new(aborted.first_offset)))
                .collect(),
        },
    }
}

fn request(options: &FetchOptions, positions: &[(TopicPartition, Offset)]) -> FetchRequest {
    let partition = |(key, offset): &(TopicPartition, Offset)| FetchPartition {
        partition: key.partition.value(),
        fetch_offset: offset.value(),
        partition_max_bytes: options.partition_max_bytes,
        ..FetchPartition::default()
    };
    // A topic may stand twice: the broker reads in this order until its answer is full.
    let neighbours = positions.chunk_by(|(one, _), (next, _)| one.topic == next.topic);
    let topics = neighbours.map(|partitions| FetchTopic {
        topic: (&*partitions[0].0.topic).into(),
        partitions: partitions.iter().map(partition).collect(),
        ..FetchTopic::default()
    });
    FetchRequest {
        max_wait_ms: i32::try_from(options.max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: options.min_bytes,
        max_bytes: options.max_bytes,
        isolation_level: match options.isolation {
            IsolationLevel::ReadUncommitted => 0,
            IsolationLevel::ReadCommitted => 1,
        },
        topics: topics.collect(),
        ..FetchRequest::default()
    }
}
