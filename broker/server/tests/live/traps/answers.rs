//! Fields and waits of Produce, Fetch and ListOffsets that others got wrong.

use std::time::{Duration, Instant};

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_controller::Outcome;
use broker_metadata::MetadataRecord;
use broker_metadata::messages::PartitionChangeRecord;
use broker_model::Timestamp;
use broker_protocol::messages::{DeleteTopicsRequest, FetchRequest, OffsetForLeaderEpochRequest};
use broker_protocol::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics;

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const UNKNOWN_TOPIC_ID: i16 = 100;

fn with_broker(test: impl FnOnce(&LiveBroker)) {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    test(&LiveBroker::start(directory.path(), &[], |_| {}));
}

#[test]
fn produce_and_fetch_tell_where_the_log_starts() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "t", 1, &[]);
        let appended = topics::produce(&mut wire, "t", 0, topics::batch(&[b"a"]));
        assert_eq!(appended.log_start_offset, 0);
        let fetched = wire.call(topics::BY_NAME, &topics::fetch_request("t", 0, 0));
        assert_eq!(fetched.responses[0].partitions[0].log_start_offset, 0);
    });
}

#[test]
fn a_poll_of_an_empty_partition_waits_and_polls_beside_it_do_not_wait_for_it() {
    with_broker(|live| {
        topics::create(&mut live.connect(), "empty", 1, &[]);
        let wait = Duration::from_millis(1_500);
        let request = FetchRequest {
            max_wait_ms: 1_500,
            ..topics::fetch_request("empty", 0, 0)
        };
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| live.connect().call(topics::BY_NAME, &request));
            }
        });
        let took = begin.elapsed();
        assert!(took >= wait, "answered before the wait was over: {took:?}");
        assert!(took < 4 * wait, "polls waited for each other: {took:?}");
    });
}

#[test]
fn a_poll_ends_when_records_come() {
    with_broker(|live| {
        topics::create(&mut live.connect(), "waited", 1, &[]);
        let request = FetchRequest {
            max_wait_ms: 15_000,
            ..topics::fetch_request("waited", 0, 0)
        };
        let mut poller = live.connect();
        poller.send(topics::BY_NAME, &request).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let begin = Instant::now();
        topics::produce(&mut live.connect(), "waited", 0, topics::batch(&[b"x"]));
        poller.receive().unwrap();
        assert!(begin.elapsed() < Duration::from_secs(12), "{:?}", begin.elapsed());
    });
}

/// T10: the smallest offset whose record is as young or younger, by looking at all records.
fn by_looking(timestamps: &[i64], target: i64) -> i64 {
    let found = timestamps.iter().position(|timestamp| *timestamp >= target);
    found.map_or(-1, |offset| offset as i64)
}

#[test]
fn offsets_for_times_are_those_of_a_linear_scan() {
    with_broker(|live| {
        let mut wire = live.connect();
        let configs = [("segment.bytes", "1048576"), ("index.interval.bytes", "100")];
        topics::create(&mut wire, "times", 1, &configs);
        let begin = 1_700_000_000_000_i64;
        // Out of order, with ties, across batches.
        let timestamps: Vec<i64> = (0..200).map(|n| begin + (n * 7919) % 101).collect();
        for of_batch in timestamps.chunks(7) {
            let mut builder = BatchBuilder::new(BatchOptions::default());
            for timestamp in of_batch {
                builder.append(Timestamp::from_ms(*timestamp), None, Some(b"x"));
            }
            let appended = topics::produce(&mut wire, "times", 0, builder.build().unwrap());
            assert_eq!(appended.error_code, 0);
        }
        for target in (begin - 1)..=(begin + 102) {
            let expected = (0, by_looking(&timestamps, target));
            assert_eq!(
                topics::list_offset(&mut wire, "times", 0, target),
                expected,
                "{target}"
            );
        }
        let largest = timestamps.iter().max().unwrap();
        let (_, of_largest) = topics::list_offset(&mut wire, "times", 0, -3);
        assert_eq!(timestamps[of_largest as usize], *largest, "max timestamp");
    });
}

/// KIP-951: no round trip for metadata when the leader changed.
#[test]
fn a_fenced_client_is_told_who_leads_and_where() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    topics::create(&mut live.connect(), "led", 1, &[]);
    let id = live.broker().image.load().topics.id_of("led").unwrap();
    let moved = live.wait_for(live.broker().metadata.decide(move |_, _, _| {
        let change = PartitionChangeRecord {
            topic_id: id.uuid(),
            partition_id: 0,
            leader: 1,
            ..PartitionChangeRecord::default()
        };
        Outcome::new(vec![MetadataRecord::PartitionChange(change)], ())
    }));
    moved.unwrap();
    let mut of_the_past = topics::fetch_request("", 0, 0);
    of_the_past.topics[0].topic_id = id.uuid();
    of_the_past.topics[0].partitions[0].current_leader_epoch = 0;
    let fetched = live.connect().call(16, &of_the_past);
    let partition = &fetched.responses[0].partitions[0];
    assert_eq!(partition.error_code, 74, "FENCED_LEADER_EPOCH");
    let leader = &partition.current_leader;
    assert_eq!((leader.leader_id, leader.leader_epoch), (1, 1));
    let endpoint = &fetched.node_endpoints[0];
    assert_eq!(
        (endpoint.node_id, endpoint.port),
        (1, i32::from(live.address().port()))
    );
}

/// T1: an epoch that never was has no end, which is not offset 0.
#[test]
fn an_undefined_epoch_is_told_apart_from_offset_zero() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "epochs", 1, &[]);
        topics::produce(&mut wire, "epochs", 0, topics::batch(&[b"a", b"b"]));
        let mut end_of = |leader_epoch| {
            let request = OffsetForLeaderEpochRequest {
                replica_id: -1,
                topics: vec![OffsetForLeaderTopic {
                    topic: "epochs".into(),
                    partitions: vec![OffsetForLeaderPartition {
                        partition: 0,
                        current_leader_epoch: -1,
                        leader_epoch,
                        ..Default::default()
                    }],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let answer = wire.call(4, &request);
            let answer = &answer.topics[0].partitions[0];
            (answer.error_code, answer.leader_epoch, answer.end_offset)
        };
        assert_eq!(
            end_of(0),
            (0, 0, 2),
            "the end of the current epoch is that of the log"
        );
        assert_eq!(end_of(7), (0, -1, -1), "an epoch that is not yet");
    });
}

/// 5.11: limits are no reason to return nothing, and a batch is never cut.
#[test]
fn a_fetch_returns_whole_batches_from_anywhere_within_them() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "edges", 1, &[("segment.bytes", "1048576")]);
        let batch = topics::batch(&[&[1; 50_000], &[2; 50_000], &[3; 50_000]]);
        for _ in 0..20 {
            topics::produce(&mut wire, "edges", 0, batch.clone());
        }
        for offset in 0..60 {
            let mut request = topics::fetch_request("edges", 0, offset);
            request.max_bytes = 1;
            request.topics[0].partitions[0].partition_max_bytes = 1;
            let fetched = wire.call(topics::BY_NAME, &request);
            let partition = &fetched.responses[0].partitions[0];
            let records = partition.records.clone().unwrap().to_bytes();
            assert_eq!(records.len(), batch.len(), "offset {offset}");
            let base = i64::from_be_bytes(records[..8].try_into().unwrap());
            assert_eq!(base, offset / 3 * 3, "offset {offset}");
        }
    });
}

/// 5.11: a topic is its id; another one with the same name has none of its records, sessions or offsets.
#[test]
fn a_topic_made_anew_under_its_name_is_another_topic() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "phoenix", 1, &[]);
        topics::produce(&mut wire, "phoenix", 0, topics::batch(&[b"old"]));
        let id = live.broker().image.load().topics.id_of("phoenix").unwrap();
        let request = DeleteTopicsRequest {
            topic_names: vec!["phoenix".into()],
            timeout_ms: 10_000,
            ..Default::default()
        };
        assert_eq!(wire.call(5, &request).responses[0].error_code, 0);
        let gone = topics::produce(&mut wire, "phoenix", 0, topics::batch(&[b"x"]));
        assert_eq!(gone.error_code, UNKNOWN_TOPIC_OR_PARTITION);
        topics::create(&mut wire, "phoenix", 1, &[]);
        assert_eq!(topics::list_offset(&mut wire, "phoenix", 0, -1), (0, 0));
        let mut by_old_id = topics::fetch_request("", 0, 0);
        by_old_id.topics[0].topic_id = id.uuid();
        let fetched = wire.call(13, &by_old_id);
        assert_eq!(fetched.responses[0].partitions[0].error_code, UNKNOWN_TOPIC_ID);
    });
}
