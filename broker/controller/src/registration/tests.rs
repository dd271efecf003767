//! Brokers and controllers register; codes as a Kafka 4.4 gave them to the same requests.

use broker_model::{Offset, Uuid};
use broker_protocol::broker_registration_request::{Feature, Listener};

use super::*;
use crate::SessionLimits;
use crate::small_world::{World, directory, ids};

const CLUSTER: &str = "cluster";
const LIMITS: SessionLimits = SessionLimits {
    session_ms: 9_000,
    reconnect_ms: 300,
};

fn at(ms: u64) -> MonotonicMs {
    MonotonicMs::from_ms(ms)
}

/// Everybody who is registered was heard.
fn sessions(world: &World) -> BrokerSessions {
    let brokers = &world.controller.image().cluster.brokers;
    let registered = brokers.values().map(|broker| (broker.id, broker.epoch));
    let mut sessions = BrokerSessions::begin(LIMITS, registered.clone(), at(0));
    for (id, epoch) in registered {
        sessions.heard(id, epoch, Offset::ZERO, at(0));
    }
    sessions
}

fn feature(name: &str, minimum: i16, maximum: i16) -> Feature {
    Feature {
        name: name.into(),
        min_supported_version: minimum,
        max_supported_version: maximum,
        ..Feature::default()
    }
}

/// A process of its own for each `incarnation`.
fn process(id: i32, incarnation: u8) -> WireRequest {
    WireRequest {
        broker_id: id,
        cluster_id: CLUSTER.into(),
        incarnation_id: Uuid::from_bytes([incarnation; 16]),
        listeners: vec![Listener {
            name: "PLAINTEXT".into(),
            host: "h".into(),
            port: 1,
            ..Listener::default()
        }],
        features: vec![
            feature("metadata.version", 7, 33),
            feature("kraft.version", 0, 1),
            feature("eligible.leader.replicas.version", 0, 1),
        ],
        log_dirs: vec![directory(id).uuid()],
        previous_broker_epoch: -1,
        ..WireRequest::default()
    }
}

fn send(world: &mut World, sessions: &BrokerSessions, request: &WireRequest) -> BrokerRegistrationResponse {
    let outcome = world
        .controller
        .broker_registration(sessions, CLUSTER, request, at(1_000));
    world.commit(outcome)
}

#[test]
fn codes_of_registrations_are_kafkas() {
    let mut world = World::with_brokers(2);
    let sessions = sessions(&world);
    let reserved = Uuid::from_bytes([0; 16]);
    let changed = |change: fn(&mut WireRequest)| {
        let mut request = process(7, 7);
        change(&mut request);
        request
    };
    let mut with_reserved = process(7, 7);
    with_reserved.log_dirs = vec![reserved];
    let cases = [
        (changed(|r| r.cluster_id = "x".into()), 104),
        (changed(|r| r.log_dirs.clear()), 119),
        (changed(|r| r.log_dirs = vec![directory(7).uuid(); 2]), 119),
        (with_reserved, 119),
        (changed(|r| r.log_dirs = vec![directory(1).uuid()]), 119),
        (changed(|r| r.features.clear()), 119),
        (changed(|r| r.features[0].max_supported_version = 20), 35),
        (changed(|r| drop(r.features.remove(2))), 35),
        (changed(|r| r.is_migrating_zk_broker = true), 102),
        (changed(|r| r.broker_id = 1), 101),
        (process(7, 7), 0),
    ];
    for (number, (request, expected)) in cases.iter().enumerate() {
        let before = world.controller.loader().next_offset();
        assert_eq!(
            send(&mut world, &sessions, request).error_code,
            *expected,
            "case {number}"
        );
        let wrote = world.controller.loader().next_offset() != before;
        assert_eq!(wrote, *expected == 0, "a refusal changes nothing: case {number}");
    }
}

#[test]
fn another_process_takes_the_id_only_when_the_first_is_silent_or_stops() {
    let mut world = World::with_brokers(1);
    let mut heard = sessions(&world);
    assert_eq!(send(&mut world, &heard, &process(1, 2)).error_code, 101);
    heard.connection_broke(BrokerId::new(1), world.epoch(1), at(500));
    assert_eq!(send(&mut world, &heard, &process(1, 2)).error_code, 0);

    let mut world = World::with_brokers(1);
    let heard = sessions(&world);
    let outcome = world
        .controller
        .begin_controlled_shutdown(BrokerId::new(1), world.epoch(1));
    world.commit(outcome.unwrap());
    assert_eq!(send(&mut world, &heard, &process(1, 2)).error_code, 0);
}

#[test]
fn a_process_that_only_another_controller_knew_does_not_keep_its_successor_out() {
    let mut world = World::with_brokers(1);
    let given_their_time = BrokerSessions::begin(LIMITS, [(BrokerId::new(1), world.epoch(1))], at(0));
    assert_eq!(send(&mut world, &given_their_time, &process(1, 2)).error_code, 0);
}

#[test]
fn a_fenced_process_that_was_never_heard_holds_the_id_for_nobody() {
    let mut world = World::with_brokers(1);
    let mut heard = sessions(&world);
    let first = send(&mut world, &heard, &process(7, 1));
    let epoch = BrokerEpoch::new(first.broker_epoch);
    heard.heard(BrokerId::new(7), epoch, Offset::NONE, at(0));
    assert_eq!(send(&mut world, &heard, &process(7, 2)).error_code, 0);
}

#[test]
fn the_same_process_may_say_more_and_keeps_its_epoch() {
    let mut world = World::with_brokers(1);
    let heard = sessions(&world);
    let first = send(&mut world, &heard, &process(7, 1));
    world.unfence(7);
    let mut amended = process(7, 1);
    amended.rack = Some("r2".into());
    let second = send(&mut world, &heard, &amended);
    assert_eq!(second.broker_epoch, first.broker_epoch);
    let cluster = &world.controller.image().cluster;
    let broker = cluster.broker(BrokerId::new(7)).unwrap();
    assert_eq!((broker.fenced, broker.rack.as_deref()), (false, Some("r2")));
}

/// A topic on 1, 2 and 3; 3 is fenced while the set is under its minimum of 3, so that it stays eligible.
fn eligible_world() -> World {
    let mut world = World::with_brokers(3);
    world.create_with("t", 1, 3, &[("min.insync.replicas", "3")]);
    world.fence(3);
    assert_eq!(world.partition("t", 0).elr, ids(&[3]));
    world
}

#[test]
fn who_stopped_in_order_stays_eligible() {
    let mut world = eligible_world();
    let heard = BrokerSessions::begin(LIMITS, [], at(0));
    let request = WireRequest {
        previous_broker_epoch: world.epoch(3).value(),
        ..process(3, 3)
    };
    assert_eq!(send(&mut world, &heard, &request).error_code, 0);
    assert_eq!(world.partition("t", 0).elr, ids(&[3]));
}

#[test]
fn who_did_not_stop_in_order_or_lost_its_directory_is_not_eligible() {
    let mut world = eligible_world();
    let heard = BrokerSessions::begin(LIMITS, [], at(0));
    assert_eq!(send(&mut world, &heard, &process(3, 3)).error_code, 0);
    assert!(world.partition("t", 0).elr.is_empty());

    let mut world = eligible_world();
    let replaced = WireRequest {
        previous_broker_epoch: world.epoch(3).value(),
        log_dirs: vec![directory(99).uuid()],
        ..process(3, 3)
    };
    assert_eq!(send(&mut world, &heard, &replaced).error_code, 0);
    assert!(world.partition("t", 0).elr.is_empty(), "the disk is a new one");
}

#[test]
fn a_broker_that_was_forgotten_comes_back_with_nothing() {
    let mut world = eligible_world();
    let epoch = world.epoch(3).value();
    let forget = broker_protocol::messages::UnregisterBrokerRequest {
        broker_id: 3,
        ..Default::default()
    };
    let outcome = world.controller.unregister_broker(&forget);
    world.commit(outcome);
    let heard = BrokerSessions::begin(LIMITS, [], at(0));
    let request = WireRequest {
        previous_broker_epoch: epoch,
        ..process(3, 3)
    };
    assert_eq!(send(&mut world, &heard, &request).error_code, 0);
    assert!(world.partition("t", 0).elr.is_empty());
}

#[test]
fn a_controller_is_forgotten_by_another_only() {
    let mut world = World::with_brokers(1);
    let request = ControllerRegistrationRequest {
        controller_id: 200,
        ..ControllerRegistrationRequest::default()
    };
    let outcome = world.controller.controller_registration(&request);
    assert_eq!(world.commit(outcome).error_code, 0);
    for (id, expected) in [(999, 136), (1, 42), (200, 0), (200, 136)] {
        let request = UnregisterControllerRequest {
            controller_id: id,
            ..UnregisterControllerRequest::default()
        };
        let outcome = world.controller.unregister_controller(&request);
        assert_eq!(world.commit(outcome).error_code, expected, "{id}");
    }
}
