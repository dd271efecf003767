//! One Produce to one broker, and what it answers.

use std::collections::HashMap;

use broker_codec::Records;
use broker_codec::batch::{BatchError, HEADER_SIZE, ProducerIdentity, RecordBatchHeader, crc32c};
use broker_model::{Acks, BrokerId, Offset, PartitionIndex, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{ProduceRequest, ProduceResponse};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};

use bytes::Bytes;

use crate::accumulator::{Batch, Content};
use crate::by_leader::by_topic;
use crate::error::Asked;
use crate::turn::Turn;
use crate::{Client, ClientError, Connection, Lane};

/// Last version that names topics and not their ids.
const PRODUCE_BY_NAME: i16 = 12;

/// Where the bytes begin that the checksum of a batch covers: its attributes.
const CHECKED_FROM: usize = 21;

/// What a batch's partition answered.
pub(crate) type Outcome = Result<Option<Offset>, ClientError>;

/// Packs what is not packed yet, sends at most one batch per partition when its turn comes, and tells each its
/// outcome.
pub(crate) async fn produce<T>(
    client: &Client,
    leader: BrokerId,
    acks: Acks,
    mut turn: Turn,
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
    turn.come().await;
    let answered = match client.connection(leader, Lane::General).await {
        Ok(connection) => send(&connection, acks, turn, records).await,
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

fn pack<T>(batch: &mut Batch<T>) -> Result<Bytes, ClientError> {
    let (placeholder, numbered) = (Bytes::new(), batch.numbered);
    let content = std::mem::replace(
        &mut batch.content,
        Content::Packed {
            bytes: placeholder,
            numbered,
        },
    );
    let bytes = match content {
        Content::Packed {
            bytes,
            numbered: before,
        } if before == numbered => bytes,
        Content::Packed { bytes, .. } => renumbered(&bytes, numbered.unwrap_or(ProducerIdentity::NONE))
            .map_err(|source| ClientError::Batch {
                partition: batch.partition.clone(),
                source,
            })?,
        Content::Gathered(mut builder) => {
            builder.set_producer(numbered.unwrap_or(ProducerIdentity::NONE));
            builder.build().map_err(|source| ClientError::Compression {
                partition: batch.partition.clone(),
                source,
            })?
        }
    };
    batch.content = Content::Packed {
        bytes: bytes.clone(),
        numbered,
    };
    Ok(bytes)
}

/// The batch under another number: the records stay packed as they are.
fn renumbered(bytes: &Bytes, as_what: ProducerIdentity) -> Result<Bytes, BatchError> {
    let mut header = RecordBatchHeader::parse(bytes)?;
    header.producer_id = as_what.id;
    header.producer_epoch = as_what.epoch;
    header.base_sequence = as_what.base_sequence;
    let mut renumbered = bytes.to_vec();
    renumbered[..HEADER_SIZE].copy_from_slice(&header.to_bytes());
    header.crc = crc32c(&renumbered[CHECKED_FROM..]);
    renumbered[..HEADER_SIZE].copy_from_slice(&header.to_bytes());
    Ok(renumbered.into())
}

async fn send(
    connection: &Connection,
    acks: Acks,
    turn: Turn,
    records: HashMap<TopicPartition, Bytes>,
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
        timeout_ms: connection.server_timeout_ms(),
        topic_data: topics.collect(),
        ..ProduceRequest::default()
    };
    if acks == Acks::None {
        connection.send_unanswered(&request, PRODUCE_BY_NAME).await?;
        turn.pass_on();
        return Ok(keys.into_iter().map(|key| (key, Ok(None))).collect());
    }
    let response = connection.call_in_turn(&request, PRODUCE_BY_NAME, turn).await?;
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

#[cfg(test)]
mod tests {
    use broker_codec::batch::{BatchBuilder, BatchOptions, RecordBatch};
    use broker_model::{ProducerEpoch, ProducerId, Sequence, Timestamp};

    use super::*;

    #[test]
    fn a_batch_under_another_number_is_whole_and_holds_the_same_records() {
        let mut builder = BatchBuilder::new(BatchOptions::default());
        builder.append(Timestamp::from_ms(5), Some(b"k"), Some(b"v"));
        let before = builder.build().unwrap();
        let as_what = ProducerIdentity {
            id: ProducerId::new(7),
            epoch: ProducerEpoch::new(2),
            base_sequence: Sequence::new(9),
        };
        let batch = RecordBatch::from_bytes(&renumbered(&before, as_what).unwrap()).unwrap();
        batch.verify_crc().unwrap();
        assert_eq!(batch.header().producer_id, as_what.id);
        assert_eq!(batch.header().producer_epoch, as_what.epoch);
        assert_eq!(batch.header().base_sequence, as_what.base_sequence);
        assert_eq!(
            batch.records(1000).unwrap()[0].value.as_deref(),
            Some(b"v".as_slice())
        );
    }
}
