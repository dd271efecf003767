//! Topics and records, in the fewest words.

use broker_codec::Records;
use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_model::Timestamp;
use broker_protocol::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::{CreateTopicsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};
use broker_protocol::produce_response::PartitionProduceResponse;
use bytes::Bytes;

use super::wire::Wire;

/// The last version of Produce and Fetch that names topics.
pub(crate) const BY_NAME: i16 = 12;

/// Makes a topic with one replica a partition.
pub(crate) fn create(wire: &mut Wire, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
        name: (*name).into(),
        value: Some((*value).into()),
        ..Default::default()
    });
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: name.into(),
            num_partitions: partitions,
            replication_factor: 1,
            configs: configs.collect(),
            ..Default::default()
        }],
        timeout_ms: 30_000,
        ..Default::default()
    };
    let response = wire.call(7, &request);
    assert_eq!(response.topics[0].error_code, 0, "{response:?}");
}

/// A batch of records with these values.
pub(crate) fn batch(values: &[&[u8]]) -> Bytes {
    batch_of(BatchOptions::default(), values)
}

/// A batch made with options.
pub(crate) fn batch_of(options: BatchOptions, values: &[&[u8]]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for value in values {
        builder.append(Timestamp::from_ms(1_700_000_000_000), None, Some(value));
    }
    builder.build().unwrap()
}

/// A Produce request with one batch for one partition.
pub(crate) fn produce_request(topic: &str, partition: i32, records: Bytes) -> ProduceRequest {
    ProduceRequest {
        acks: -1,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(Records::from(records)),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Sends one batch to one partition; its answer.
pub(crate) fn produce(
    wire: &mut Wire,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    let mut response = wire.call(BY_NAME, &produce_request(topic, partition, records));
    response.responses.remove(0).partition_responses.remove(0)
}

/// A Fetch request for one partition.
pub(crate) fn fetch_request(topic: &str, partition: i32, offset: i64) -> FetchRequest {
    FetchRequest {
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes: i32::MAX,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.into(),
            partitions: vec![FetchPartition {
                partition,
                fetch_offset: offset,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The offset that ListOffsets gives for a timestamp, with its error code.
pub(crate) fn list_offset(wire: &mut Wire, topic: &str, partition: i32, timestamp: i64) -> (i16, i64) {
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: topic.into(),
            partitions: vec![ListOffsetsPartition {
                partition_index: partition,
                timestamp,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = wire.call(8, &request);
    let partition = &response.topics[0].partitions[0];
    (partition.error_code, partition.offset)
}
