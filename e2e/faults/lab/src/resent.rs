//! An experiment on one broker, ours or Kafka's: what becomes of records that an idempotent producer sends again, under
//! the same sequence numbers, in its next epoch, under another id?
//!
//! librdkafka raises its epoch by itself when sequence numbers were skipped, and sends again what was not acknowledged.
//! What a broker answers to that decides how the checker judges records that stand twice. A broker that forgets a
//! sequence number within an epoch fails the experiment.

use broker_client::{Client, Connection, NewTopic, OffsetSpec, TopicSelection, Validation};
use broker_codec::Records;
use broker_codec::batch::{BatchBuilder, BatchOptions, ProducerIdentity};
use broker_model::{PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicPartition};
use broker_protocol::messages::{InitProducerIdRequest, ProduceRequest};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};
use tokio::runtime::Builder;

use crate::admin::options;
use crate::error::LabError;

/// Last version that names topics and not their ids.
const PRODUCE_BY_NAME: i16 = 12;
/// Records of a batch.
const RECORDS: i32 = 3;
const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
const INVALID_PRODUCER_EPOCH: i16 = 47;

/// A batch to send, and the error code and base offset that Kafka 4.4 answered.
struct Step {
    what: &'static str,
    /// Which of two producer ids.
    producer: usize,
    epoch: i16,
    sequence: i32,
    kafka: (i16, i64),
}

const fn step(what: &'static str, (producer, epoch, sequence): (usize, i16, i32), kafka: (i16, i64)) -> Step {
    Step {
        what,
        producer,
        epoch,
        sequence,
        kafka,
    }
}

const STEPS: &[Step] = &[
    step("the first batch", (0, 0, 0), (0, 0)),
    step("the same again", (0, 0, 0), (0, 0)),
    step("the second batch", (0, 0, 3), (0, 3)),
    step(
        "a batch that skips numbers",
        (0, 0, 9),
        (OUT_OF_ORDER_SEQUENCE_NUMBER, -1),
    ),
    step("the second batch in the next epoch", (0, 1, 0), (0, 6)),
    step("that again", (0, 1, 0), (0, 6)),
    step(
        "the second batch in the old epoch",
        (0, 0, 3),
        (INVALID_PRODUCER_EPOCH, -1),
    ),
    step("the second batch under another id", (1, 0, 0), (0, 9)),
];
/// Offset behind the last record after all steps.
const END: i64 = 12;

/// Makes the experiment and prints every answer; says whether all are Kafka's.
pub fn experiment(bootstrap: &str) -> Result<bool, LabError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let options = options(std::time::Duration::from_secs(30));
        let client = Client::connect(bootstrap, options.clone()).await?;
        let topic = format!("resent-{}", std::process::id());
        let wanted = NewTopic {
            name: topic.clone(),
            partitions: Some(1),
            replicas: Some(1),
            configs: Vec::new(),
        };
        client.create_topic(&wanted, Validation::AndApply).await?;
        let connection = loop {
            let metadata = client.refresh(TopicSelection::Named(&[&topic])).await?;
            let partition = metadata
                .topics
                .get(&topic)
                .and_then(|topic| topic.partitions.first());
            let leader = partition.and_then(|partition| partition.leader);
            if let Some(broker) = leader.and_then(|leader| metadata.brokers.get(&leader)) {
                break Connection::open(&broker.endpoint, &options).await?;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        };
        let producers = [producer_id(&connection).await?, producer_id(&connection).await?];
        let mut alike = true;
        for step in STEPS {
            let answer = send(&connection, &topic, &producers, step).await?;
            alike &= answer == step.kafka;
            println!(
                "producer {}, epoch {}, sequence {}: error {}, offset {}  {}",
                step.producer, step.epoch, step.sequence, answer.0, answer.1, step.what
            );
        }
        let key = [TopicPartition::new(topic.as_str(), PartitionIndex::new(0))];
        let ends = client.list_same_offset(&key, OffsetSpec::Latest).await?;
        let end = ends
            .first()
            .and_then(|(_, end)| end.offset)
            .map_or(-1, |end| end.value());
        println!("the log ends at {end}");
        client.delete_topic(&topic).await?;
        Ok(alike && end == END)
    })
}

async fn producer_id(connection: &Connection) -> Result<ProducerId, LabError> {
    let request = InitProducerIdRequest {
        transactional_id: None,
        ..InitProducerIdRequest::default()
    };
    let mut answer = connection.call(&request).await?;
    // A broker that has only just begun has no ids to give yet.
    for _ in 0..100 {
        if answer.error_code == 0 {
            return Ok(ProducerId::new(answer.producer_id));
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        answer = connection.call(&request).await?;
    }
    Err(LabError::Unusable(format!(
        "no producer id is given: error {}",
        answer.error_code
    )))
}

/// Sends a batch; answers error code and base offset.
async fn send(
    connection: &Connection,
    topic: &str,
    producers: &[ProducerId; 2],
    step: &Step,
) -> Result<(i16, i64), LabError> {
    let mut batch = BatchBuilder::new(BatchOptions {
        producer: ProducerIdentity {
            id: producers[step.producer],
            epoch: ProducerEpoch::new(step.epoch),
            base_sequence: Sequence::new(step.sequence),
        },
        ..BatchOptions::default()
    });
    for number in 0..RECORDS {
        let value = number.to_string();
        batch.append(Timestamp::from_ms(1), None, Some(value.as_bytes()));
    }
    let unpacked = |error| LabError::Unusable(format!("a batch is not packed: {error}"));
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData {
                index: 0,
                records: Some(Records::from(batch.build().map_err(unpacked)?)),
                ..PartitionProduceData::default()
            }],
            ..TopicProduceData::default()
        }],
        ..ProduceRequest::default()
    };
    let response = connection.call_at_most(&request, PRODUCE_BY_NAME).await?;
    let topic = response.responses.first();
    let partition = topic.and_then(|topic| topic.partition_responses.first());
    let nothing = || LabError::Unusable("a produce was not answered".to_owned());
    partition
        .map(|one| (one.error_code, one.base_offset))
        .ok_or_else(nothing)
}
