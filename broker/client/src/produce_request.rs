//! One Produce to one broker, and what it answers.

use std::collections::HashMap;
use std::time::Duration;

use broker_codec::Records;
use broker_model::{Acks, Offset, PartitionIndex, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{ProduceRequest, ProduceResponse};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};

use crate::accumulator::{Batch, Content};
use crate::by_leader::by_topic;
use crate::error::Asked;
use crate::{ClientError, Connection};

/// Last version that names topics and not their ids.
const PRODUCE_BY_NAME: i16 = 12;

/// What a batch's partition answered.
pub(crate) type Outcome = Result<Option<Offset>, ClientError>;

/// Packs what is not packed yet, sends at most one batch per partition, and tells each its outcome.
pub(crate) async fn produce<T>(
    connection: Result<Connection, ClientError>,
    acks: Acks,
    timeout: Duration,
    mut batches: Vec<Batch<T>>,
) -> Vec<(Batch<T>, Outcome)> {
    let mut finished = Vec::new();
    let mut records = HashMap::new();
    let mut packed = Vec::new();
    for mut batch in batches.drain(..) {
        match pack(&mut batch) {
            Ok(bytes) => {
                records.insert(batch.partition.clone(), bytes);
                packed.push(batch);
            }
            Err(error) => finished.push((batch, Err(error))),
        }
    }
    let answered = match connection {
        Ok(connection) => send(&connection, acks, timeout, records).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(mut outcomes) => finished.extend(packed.into_iter().map(|batch| {
            let missing = ClientError::NoLeader {
                partition: batch.partition.clone(),
            };
            let outcome = outcomes.remove(&batch.partition).unwrap_or(Err(missing));
            (batch, outcome)
        })),
        Err(error) => {
            let mut error = Some(error);
            finished.extend(packed.into_iter().map(|batch| {
                // The first batch tells the cause; the others failed with it.
                let lost = || ClientError::NoLeader {
                    partition: batch.partition.clone(),
                };
                let error = error.take().unwrap_or_else(lost);
                (batch, Err(error))
            }));
        }
    }
    finished
}

fn pack<T>(batch: &mut Batch<T>) -> Result<bytes::Bytes, ClientError> {
    let content = std::mem::replace(&mut batch.content, Content::Packed(bytes::Bytes::new()));
    let bytes = match content {
        Content::Packed(bytes) => bytes,
        Content::Gathered(builder) => builder.build().map_err(|source| ClientError::Compression {
            partition: batch.partition.clone(),
            source,
        })?,
    };
    batch.content = Content::Packed(bytes.clone());
    Ok(bytes)
}

async fn send(
    connection: &Connection,
    acks: Acks,
    timeout: Duration,
    records: HashMap<TopicPartition, bytes::Bytes>,
) -> Result<HashMap<TopicPartition, Outcome>, ClientError> {
    let keys: Vec<TopicPartition> = records.keys().cloned().collect();
    let partition = |key: &&TopicPartition| PartitionProduceData {
        index: key.partition.value(),
        records: records.get(*key).cloned().map(Records::from),
        ..PartitionProduceData::default()
    };
    let topics = by_topic(&keys).into_iter().map(|(name, keys)| TopicProduceData {
        name: (&*name).into(),
        partition_data: keys.iter().map(partition).collect(),
        ..TopicProduceData::default()
    });
    let request = ProduceRequest {
        acks: match acks {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        },
        timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
        topic_data: topics.collect(),
        ..ProduceRequest::default()
    };
    if acks == Acks::None {
        connection.send_unanswered(&request, PRODUCE_BY_NAME).await?;
        return Ok(keys.into_iter().map(|key| (key, Ok(None))).collect());
    }
    let response = connection.call_at_most(&request, PRODUCE_BY_NAME).await?;
    Ok(outcomes(response, &Asked::of::<ProduceRequest>(connection)))
}

fn outcomes(response: ProduceResponse, asked: &Asked) -> HashMap<TopicPartition, Outcome> {
    let mut outcomes = HashMap::new();
    for topic in response.responses {
        for partition in topic.partition_responses {
            let key = TopicPartition::new(topic.name.as_str(), PartitionIndex::new(partition.index));
            let verdict = match ErrorCode::from_i16(partition.error_code) {
                // The broker has it already, further back than it remembers offsets.
                Some(ErrorCode::DuplicateSequenceNumber) => Ok(None),
                _ => asked
                    .verdict(&key, partition.error_code, partition.error_message.as_ref())
                    .map(|()| (partition.base_offset >= 0).then(|| Offset::new(partition.base_offset))),
            };
            outcomes.insert(key, verdict);
        }
    }
    outcomes
}
