//! Record bytes are never copied between the frame that they came in and the answer that they leave in.

use broker_codec::{Encoder, Message, Records};
use broker_protocol::fetch_response::{FetchResponse, FetchableTopicResponse, PartitionData};
use broker_protocol::produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData};
use bytes::Bytes;

const PRODUCE_VERSION: i16 = 13;
const FETCH_VERSION: i16 = 18;

fn produce(partitions: i32, records: &Bytes) -> ProduceRequest {
    let partition = |index| PartitionProduceData {
        index,
        records: Some(Records::from(records.clone())),
        ..PartitionProduceData::default()
    };
    let topic = TopicProduceData {
        partition_data: (0..partitions).map(partition).collect(),
        ..TopicProduceData::default()
    };
    ProduceRequest {
        topic_data: vec![topic],
        ..ProduceRequest::default()
    }
}

#[test]
fn produced_records_lie_in_the_frame_that_brought_them() {
    let frame = produce(100, &Bytes::from(vec![7; 1000]))
        .to_bytes(PRODUCE_VERSION)
        .unwrap();
    let inside = frame.as_ptr_range();
    let request = ProduceRequest::from_bytes(frame.clone(), PRODUCE_VERSION).unwrap();
    let mut seen = 0;
    for partition in &request.topic_data[0].partition_data {
        for segment in partition.records.as_ref().unwrap().segments() {
            assert!(inside.contains(&segment.as_ptr()));
            seen += segment.len();
        }
    }
    assert_eq!(seen, 100 * 1000);
}

#[test]
fn fetched_records_leave_in_the_memory_of_the_log() {
    let log = Bytes::from(vec![7; 1_000_000]);
    let partition = |index: i32| PartitionData {
        partition_index: index,
        records: Some(Records::from_segments(vec![
            log.slice(index as usize * 1000..index as usize * 1000 + 400),
            log.slice(index as usize * 1000 + 400..index as usize * 1000 + 1000),
        ])),
        ..PartitionData::default()
    };
    let topic = FetchableTopicResponse {
        partitions: (0..1000).map(partition).collect(),
        ..FetchableTopicResponse::default()
    };
    let response = FetchResponse {
        responses: vec![topic],
        ..FetchResponse::default()
    };
    let mut encoder = Encoder::new();
    response.encode(&mut encoder, FETCH_VERSION).unwrap();
    let size = encoder.size();
    let segments = encoder.into_segments();
    let inside = log.as_ptr_range();
    let shared: usize = segments
        .iter()
        .filter(|s| inside.contains(&s.as_ptr()))
        .map(Bytes::len)
        .sum();
    assert_eq!(shared, log.len());
    assert_eq!(segments.iter().map(Bytes::len).sum::<usize>(), size);
    let whole = Records::from_segments(segments).to_bytes();
    assert_eq!(FetchResponse::from_bytes(whole, FETCH_VERSION), Ok(response));
}
