//! S16 and S17: names without end, and members that bring much.

use std::time::Duration;

use broker_protocol::find_coordinator_request::FindCoordinatorRequest;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::messages::{
    InitProducerIdRequest, JoinGroupRequest, MetadataRequest, OffsetCommitRequest,
};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};

use crate::broker::LiveBroker;
use crate::hostile::attack::{survive, survive_with, wait_for};
use crate::topics;
use crate::wire::Wire;

/// Waits until groups are coordinated.
fn with_coordinator(live: &LiveBroker) -> Wire {
    let mut wire = live.connect();
    let request = FindCoordinatorRequest {
        coordinator_keys: vec!["any".into()],
        ..Default::default()
    };
    for _ in 0..100 {
        if wire.call(4, &request).coordinators[0].error_code == 0 {
            return wire;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no coordinator");
}

fn join(group: &str, metadata: Vec<u8>) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: 6_000,
        rebalance_timeout_ms: 6_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: metadata.into(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn s16_names_of_32_kib_are_served_or_refused() {
    survive(|live| {
        with_coordinator(live);
        let long = "n".repeat(32_767);
        // The member's id begins with the client's, and must fit into a string as well.
        let mut wire = live.connect().named(&long[..30_000]);
        wire.call(9, &MetadataRequest::default());
        // Answered with whatever code; the connection stands.
        let joined = wire.call(5, &join(&long, Vec::new()));
        assert_eq!(
            joined.member_id.is_empty(),
            joined.error_code != 79,
            "{}",
            joined.error_code
        );
        let transactional = InitProducerIdRequest {
            transactional_id: Some(long.as_str().into()),
            transaction_timeout_ms: 60_000,
            ..Default::default()
        };
        assert_eq!(wire.call(4, &transactional).error_code, 42, "INVALID_REQUEST");
    });
}

#[test]
fn s16_thousands_of_groups_that_never_join_are_forgotten() {
    let configs = [
        ("group.min.session.timeout.ms", "500"),
        ("offsets.retention.check.interval.ms", "500"),
    ];
    survive_with(&configs, |live| {
        let mut wire = with_coordinator(live);
        for number in 0..1_000 {
            let request = JoinGroupRequest {
                session_timeout_ms: 500,
                ..join(&format!("flood-{number}"), vec![0; 100])
            };
            let joined = wire.call(5, &request);
            assert_eq!(joined.error_code, 79, "MEMBER_ID_REQUIRED");
        }
        let members = || {
            let counted = live
                .broker()
                .groups
                .look_at_all(|coordinator| coordinator.group_count());
            counted.unwrap().into_iter().sum::<usize>()
        };
        wait_for("groups without members to go", || members() == 0);
    });
}

#[test]
fn s16_offsets_of_thousands_of_groups_are_kept_and_cost_little() {
    survive(|live| {
        let mut wire = with_coordinator(live);
        topics::create(&mut live.connect(), "committed", 1, &[]);
        for number in 0..500 {
            let request = OffsetCommitRequest {
                group_id: format!("simple-{number}").into(),
                generation_id_or_member_epoch: -1,
                topics: vec![OffsetCommitRequestTopic {
                    name: "committed".into(),
                    partitions: vec![OffsetCommitRequestPartition {
                        committed_offset: number,
                        committed_metadata: Some("".into()),
                        ..Default::default()
                    }],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let response = wire.call(8, &request);
            assert_eq!(response.topics[0].partitions[0].error_code, 0);
        }
        let lag = "kafka_consumergroup_current_offset{consumergroup=\"simple-499\",topic=\"committed\",partition=\"0\"}";
        assert_eq!(live.metric(lag), 499.0);
    });
}

#[test]
fn s16_thousands_of_producer_ids_are_given_and_cost_little() {
    survive(|live| {
        let mut wire = live.connect();
        let mut last = -1;
        for _ in 0..1_000 {
            let response = wire.call(
                4,
                &InitProducerIdRequest {
                    transactional_id: None,
                    transaction_timeout_ms: 60_000,
                    producer_id: -1,
                    producer_epoch: -1,
                    ..Default::default()
                },
            );
            assert_eq!(response.error_code, 0);
            assert!(response.producer_id > last, "ids are never given twice");
            last = response.producer_id;
        }
    });
}

#[test]
fn s17_members_that_bring_much_are_bounded() {
    survive(|live| {
        with_coordinator(live);
        let mut members: Vec<_> = (0..24).map(|_| live.connect()).collect();
        for wire in &mut members {
            // Version 3 needs no second request with the member's id.
            let _sent = wire.send(3, &join("heavy", vec![7; 20 << 20]));
        }
        for wire in &mut members {
            wire.stream()
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
            // Refused, closed, or in a group that fits into memory.
            let _answered = wire.receive();
        }
    });
}

#[test]
fn s17_a_group_takes_no_more_members_than_its_size() {
    // All come while the group still gathers its first members.
    let configs = [
        ("group.max.size", "5"),
        ("group.initial.rebalance.delay.ms", "1500"),
    ];
    survive_with(&configs, |live| {
        with_coordinator(live);
        let mut members: Vec<_> = (0..12).map(|_| live.connect()).collect();
        for wire in &mut members {
            wire.send(3, &join("full", vec![1; 10])).unwrap();
        }
        let codes: Vec<i16> = members
            .iter_mut()
            .map(|wire| {
                let answer = wire.receive().unwrap();
                // Correlation id, throttle time, error code.
                i16::from_be_bytes([answer[8], answer[9]])
            })
            .collect();
        let full = codes.iter().filter(|code| **code == 81).count();
        assert_eq!(full, 7, "GROUP_MAX_SIZE_REACHED for all but five: {codes:?}");
    });
}
