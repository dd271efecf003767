//! Decode and encode of the two hot messages, side by side with the `kafka-protocol` crate.
//!
//! Both read the same frame and write it again; both must write the same bytes. Rounds alternate and the median
//! counts. `cargo run --release` prints a line per message and size of records: nanoseconds of each and the ratio
//! ours/theirs, which shall not be above 1.

use std::hint::black_box;
use std::time::Instant;

use broker_codec::{Encoder, Message, Records};
use broker_model::Uuid;
use broker_protocol::fetch_response::{FetchResponse, FetchableTopicResponse, PartitionData};
use broker_protocol::produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages as theirs;
use kafka_protocol::protocol::{Decodable, Encodable};

const FETCH_VERSION: i16 = 17;
const PRODUCE_VERSION: i16 = 11;
const ROUNDS: usize = 21;

fn main() {
    println!(
        "message                         records   ours ns  theirs ns  ratio  (decode: ours, theirs, ratio; encode: …)"
    );
    for size in [0, 100, 1024, 16 * 1024] {
        let fetch = fetch_response(size).to_bytes(FETCH_VERSION).expect("encodes");
        race::<FetchResponse, theirs::FetchResponse>(
            "fetch response, 1000 partitions",
            size,
            FETCH_VERSION,
            &fetch,
        );
    }
    for size in [0, 100, 1024, 16 * 1024] {
        let produce = produce_request(size).to_bytes(PRODUCE_VERSION).expect("encodes");
        race::<ProduceRequest, theirs::ProduceRequest>(
            "produce, 100 partitions",
            size,
            PRODUCE_VERSION,
            &produce,
        );
    }
}

fn race<Ours: Message, Theirs: Encodable + Decodable>(name: &str, size: usize, version: i16, frame: &Bytes) {
    let ours = Ours::from_bytes(frame.clone(), version).expect("ours reads");
    let theirs = Theirs::decode(&mut frame.clone(), version).expect("theirs reads");
    assert_eq!(
        ours.to_bytes(version).expect("ours writes"),
        frame,
        "ours writes other bytes"
    );
    let mut buffer = BytesMut::new();
    theirs.encode(&mut buffer, version).expect("theirs writes");
    assert_eq!(buffer, frame, "theirs writes other bytes");

    let iterations = (40_000_000 / (frame.len() + 100_000)).max(20);
    let decode = alternate(
        iterations,
        || drop(black_box(Ours::from_bytes(frame.clone(), version))),
        || drop(black_box(Theirs::decode(&mut frame.clone(), version))),
    );
    let encode = alternate(
        iterations,
        || {
            let mut encoder = Encoder::new();
            ours.encode(&mut encoder, version).expect("ours writes");
            drop(black_box(encoder.into_segments()));
        },
        || {
            let mut buffer = BytesMut::new();
            theirs.encode(&mut buffer, version).expect("theirs writes");
            drop(black_box(buffer.freeze()));
        },
    );
    let (both_ours, both_theirs) = (decode.0 + encode.0, decode.1 + encode.1);
    println!(
        "{name:31} {size:7} {both_ours:9.0} {both_theirs:10.0} {:6.2}  decode {:.0} {:.0} {:.2}; encode {:.0} {:.0} {:.2}",
        both_ours / both_theirs,
        decode.0,
        decode.1,
        decode.0 / decode.1,
        encode.0,
        encode.1,
        encode.0 / encode.1,
    );
}

/// Median nanoseconds of one call of each.
fn alternate(iterations: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.0.push(time(iterations, &mut ours));
        times.1.push(time(iterations, &mut theirs));
    }
    (median(times.0), median(times.1))
}

fn time(iterations: usize, work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..iterations {
        work();
    }
    start.elapsed().as_nanos() as f64 / iterations as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn fetch_response(size: usize) -> FetchResponse {
    let partition = |index| PartitionData {
        partition_index: index,
        high_watermark: 1_000_000,
        last_stable_offset: 1_000_000,
        log_start_offset: 0,
        records: Some(Records::from(Bytes::from(vec![7; size]))),
        ..PartitionData::default()
    };
    let topic = |number: u8| FetchableTopicResponse {
        topic_id: Uuid::from_bytes([number; 16]),
        partitions: (0..100).map(partition).collect(),
        ..FetchableTopicResponse::default()
    };
    FetchResponse {
        session_id: 5,
        responses: (1..=10).map(topic).collect(),
        ..FetchResponse::default()
    }
}

fn produce_request(size: usize) -> ProduceRequest {
    let partition = |index| PartitionProduceData {
        index,
        records: Some(Records::from(Bytes::from(vec![7; size]))),
        ..PartitionProduceData::default()
    };
    let topic = |number: usize| TopicProduceData {
        name: format!("topic-number-{number}").into(),
        partition_data: (0..10).map(partition).collect(),
        ..TopicProduceData::default()
    };
    ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: (0..10).map(topic).collect(),
        ..ProduceRequest::default()
    }
}
