//! S9, S10, S14, S15: too many connections, requests and partitions.

use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant};

use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::{
    FetchRequest, ListOffsetsRequest, MetadataRequest, OffsetForLeaderEpochRequest,
};
use broker_protocol::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};

use crate::broker::LiveBroker;
use crate::hostile::attack::{STALL, survive, survive_with, wait_for};
use crate::topics;
use crate::wire::{Ending, Wire};

const SHORT: Duration = Duration::from_secs(2);
const ATTACKER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));
const TOPIC: &str = "wide";

/// Connects as fast as one thread can, and keeps what it gets.
fn flood_with_connections(live: &LiveBroker, time: Duration) {
    let begin = Instant::now();
    let mut kept = Vec::new();
    let mut tried = 0;
    while begin.elapsed() < time {
        tried += 1;
        if let Ok(stream) = live.connect_from(ATTACKER) {
            kept.push(stream);
        }
        // Of those that the broker has closed, none is kept longer than needed.
        if kept.len() > 500 {
            kept.drain(..400);
        }
    }
    println!("{tried} connections");
    assert!(tried > 100, "{tried} connections are no flood");
    let network = &live.broker().network;
    assert!(
        network.quotas.count() <= 100 + 10,
        "{} live",
        network.quotas.count()
    );
    assert!(network.counters.refused.get() > 0);
}

const FEW_OF_ONE_ADDRESS: &[(&str, &str)] = &[("max.connections.per.ip.overrides", "127.0.0.3:100")];

#[test]
fn s9_connections_of_one_address_are_bounded_and_others_get_in() {
    survive_with(FEW_OF_ONE_ADDRESS, |live| {
        flood_with_connections(live, SHORT);
        live.connect().call(9, &MetadataRequest::default());
    });
}

#[test]
#[ignore = "ten seconds; e2e/run hostile"]
fn s9_ten_seconds_of_connections_are_survived() {
    survive_with(FEW_OF_ONE_ADDRESS, |live| {
        flood_with_connections(live, Duration::from_secs(10))
    });
}

#[test]
fn s9_a_full_listener_waits_until_a_connection_ends() {
    survive_with(&[("max.connections", "12")], |live| {
        let mut kept: Vec<Wire> = (0..11).map(|_| live.connect()).collect();
        kept[0].call(9, &MetadataRequest::default());
        // The bystander's is the twelfth; it may come after the eleven.
        let quotas = &live.broker().network.quotas;
        wait_for("the listener to be full", || quotas.count() == 12);
        // The kernel takes the connection, the broker does not.
        let mut waiting = live.connect();
        waiting.send(9, &MetadataRequest::default()).unwrap();
        assert_eq!(
            waiting.ending(Duration::from_millis(200)),
            Ending::StillOpen(Vec::new())
        );
        kept.clear();
        waiting
            .stream()
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        waiting.receive().unwrap();
    });
}

/// Sends until the broker takes no more; how many bytes it took.
fn pipeline_unread(live: &LiveBroker, frame: &[u8], requests: usize) -> (Wire, usize) {
    let mut wire = live.connect();
    let sized = [&(frame.len() as i32).to_be_bytes()[..], frame].concat();
    let burst = sized.repeat(1000);
    wire.stream()
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let mut sent = 0;
    for _ in 0..requests / 1000 {
        match wire.stream().write(&burst) {
            Ok(size) => sent += size,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => break,
        }
    }
    (wire, sent)
}

#[test]
fn s10_requests_whose_answers_nobody_reads_stop_only_themselves() {
    survive(|live| {
        // Metadata version 9 for all topics, which answers more than it asks.
        let frame = [&[0, 3, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0][..], &[0, 0, 0, 0, 0]].concat();
        let unread: Vec<_> = thread::scope(|scope| {
            let senders: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| pipeline_unread(live, &frame, 1_000_000)))
                .collect();
            senders.into_iter().map(|sender| sender.join().unwrap()).collect()
        });
        for (_, sent) in &unread {
            assert!(*sent < 16_000_000, "all requests were taken in: {sent} bytes");
        }
        let given_up = || live.broker().network.counters.given_up.get();
        wait_for("slow readers to be given up", || given_up() >= 4);
        drop(unread);
    });
}

fn fetch_of(partitions: impl Iterator<Item = i32>) -> FetchRequest {
    FetchRequest {
        max_wait_ms: i32::MAX,
        min_bytes: i32::MAX,
        max_bytes: i32::MAX,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: TOPIC.into(),
            partitions: partitions
                .map(|partition| FetchPartition {
                    partition,
                    partition_max_bytes: i32::MAX,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn s14_a_fetch_of_a_hundred_thousand_unknown_partitions_is_answered() {
    survive(|live| {
        let response = live.connect().call(topics::BY_NAME, &fetch_of(0..100_000));
        assert_eq!(response.responses[0].partitions.len(), 100_000);
        assert_eq!(response.responses[0].partitions[0].error_code, 3);
    });
}

#[test]
fn s14_fetches_that_wait_for_ever_wait_alone() {
    survive(|live| {
        topics::create(&mut live.connect(), TOPIC, 50, &[]);
        let mut waiting: Vec<_> = (0..50).map(|_| live.connect()).collect();
        for wire in &mut waiting {
            wire.send(topics::BY_NAME, &fetch_of(0..50)).unwrap();
        }
        thread::sleep(Duration::from_millis(300));
        // Each append wakes all of them, and none has enough.
        let mut wire = live.connect();
        for partition in 0..50 {
            topics::produce(&mut wire, TOPIC, partition, topics::batch(&[b"x"]));
        }
        drop(waiting);
        wait_for("the fetches to be abandoned", || {
            live.broker().network.quotas.count() <= 3
        });
    });
}

#[test]
fn s14_large_answers_that_nobody_reads_stay_within_the_budget() {
    survive(|live| {
        topics::create(&mut live.connect(), TOPIC, 20, &[]);
        let mut wire = live.connect();
        let value = vec![7; 900_000];
        for partition in 0..20 {
            for _ in 0..2 {
                topics::produce(&mut wire, TOPIC, partition, topics::batch(&[&value]));
            }
        }
        let mut greedy: Vec<_> = (0..40).map(|_| live.connect()).collect();
        let request = FetchRequest {
            max_wait_ms: 0,
            min_bytes: 0,
            ..fetch_of(0..20)
        };
        for wire in &mut greedy {
            wire.send(topics::BY_NAME, &request).unwrap();
        }
        thread::sleep(2 * STALL);
    });
}

#[test]
fn s14_sessions_beyond_the_cache_evict_and_never_grow() {
    survive_with(&[("max.incremental.fetch.session.cache.slots", "100")], |live| {
        topics::create(&mut live.connect(), TOPIC, 10, &[]);
        let mut wire = live.connect();
        for _ in 0..500 {
            let request = FetchRequest {
                max_wait_ms: 0,
                min_bytes: 0,
                session_epoch: 0,
                ..fetch_of(0..10)
            };
            let response = wire.call(topics::BY_NAME, &request);
            assert_eq!(response.error_code, 0);
        }
        let (sessions, _) = live.broker().fetch_sessions.lock().size();
        assert!(sessions <= 100, "{sessions} sessions");
    });
}

fn every_partition(count: i32) -> (ListOffsetsRequest, OffsetForLeaderEpochRequest) {
    let offsets = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: TOPIC.into(),
            partitions: (0..count)
                .map(|partition_index| ListOffsetsPartition {
                    partition_index,
                    timestamp: -1,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let epochs = OffsetForLeaderEpochRequest {
        replica_id: -1,
        topics: vec![OffsetForLeaderTopic {
            topic: TOPIC.into(),
            partitions: (0..count)
                .map(|partition| OffsetForLeaderPartition {
                    partition,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    (offsets, epochs)
}

/// Four clients that ask about everything, again and again.
fn storm(live: &LiveBroker, partitions: i32, time: Duration) {
    topics::create(&mut live.connect(), TOPIC, partitions, &[]);
    let (offsets, epochs) = every_partition(partitions);
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut wire = live.connect();
                while begin.elapsed() < time {
                    wire.call(8, &offsets);
                    wire.call(4, &epochs);
                    wire.call(
                        9,
                        &MetadataRequest {
                            topics: None,
                            ..Default::default()
                        },
                    );
                }
            });
        }
    });
}

#[test]
fn s15_storms_of_questions_about_every_partition_leave_others_served() {
    survive(|live| storm(live, 300, SHORT));
}

#[test]
#[ignore = "5,000 partitions; e2e/run hostile"]
fn s15_storms_over_five_thousand_partitions_are_survived() {
    survive(|live| storm(live, 5_000, Duration::from_secs(10)));
}
