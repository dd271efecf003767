//! Each rule about catching up alone: what is well but for one thing, and what is named for it.

use std::collections::BTreeMap;

use broker_metadata::image::directory;
use broker_model::{MonotonicMs, Offset, Timestamp};

use super::*;
use crate::availability::{ObstacleKind, VoterFacts};
use crate::small_world::{World, ids};
use crate::{BrokerSessions, SessionLimits};

const NOW: Timestamp = Timestamp::from_ms(1_000_000);

fn well() -> World {
    let mut world = World::with_brokers(3);
    world.create("orders", 2, 3);
    for index in 0..2 {
        world.set_isr("orders", index, &ids(&[1, 2, 3]));
    }
    world
}

/// Everybody is heard and current; nodes 1 and 4 vote, 4 is no broker.
fn facts(world: &World) -> AvailabilityFacts {
    let image = world.controller.image().clone();
    let newest = image.provenance.last_contained_offset;
    let voter = |id| VoterFacts {
        id,
        log_end: Some(newest.plus(1)),
        last_caught_up: Some(NOW),
    };
    AvailabilityFacts {
        heard: image.cluster.brokers.keys().map(|id| (*id, newest)).collect(),
        quorum: Some(QuorumFacts {
            high_watermark: newest.plus(1),
            voters: ids(&[1, 4]).into_iter().map(voter).collect(),
        }),
        image,
        now: NOW,
    }
}

fn lacks(facts: &AvailabilityFacts, node: i32) -> Vec<(ObstacleKind, u64)> {
    let counts: BTreeMap<_, _> = caught_up(facts, BrokerId::new(node), 10).counts;
    counts.into_iter().collect()
}

#[test]
fn a_node_that_has_everything_has_caught_up() {
    let facts = facts(&well());
    for node in [1, 2, 3, 4] {
        assert_eq!(lacks(&facts, node), [], "{node}");
    }
}

#[test]
fn a_node_that_nobody_knows_has_not_caught_up() {
    assert_eq!(lacks(&facts(&well()), 9), [(ObstacleKind::UnknownNode, 1)]);
}

#[test]
fn without_its_quorum_the_controller_does_not_know() {
    let mut facts = facts(&well());
    let newest = facts.image.provenance.last_contained_offset;
    facts.quorum.as_mut().unwrap().high_watermark = newest.plus(1_002);
    assert_eq!(lacks(&facts, 2), [(ObstacleKind::MetadataStale, 1)]);
    facts.quorum.as_mut().unwrap().high_watermark = newest;
    facts.quorum.as_mut().unwrap().voters[1].last_caught_up = None;
    assert_eq!(lacks(&facts, 2), [(ObstacleKind::QuorumWithoutMajority, 1)]);
    facts.quorum = None;
    assert_eq!(lacks(&facts, 2), [(ObstacleKind::QuorumUnknown, 1)]);
}

#[test]
fn a_voter_that_is_behind_has_not_caught_up() {
    let mut facts = facts(&well());
    let quorum = facts.quorum.as_mut().unwrap();
    let third = VoterFacts {
        id: BrokerId::new(5),
        ..quorum.voters[0]
    };
    quorum.voters.push(third);
    quorum.voters[1].last_caught_up = Some(Timestamp::from_ms(NOW.as_ms() - 3_001));
    assert_eq!(lacks(&facts, 4), [(ObstacleKind::VoterBehind, 1)]);
    assert_eq!(lacks(&facts, 5), []);
}

#[test]
fn a_broker_that_is_not_let_in_or_stops_has_not_caught_up() {
    let mut world = well();
    world.fence(2);
    let of_fenced = lacks(&facts(&world), 2);
    assert_eq!(
        of_fenced,
        [
            (ObstacleKind::BrokerFenced, 1),
            (ObstacleKind::ReplicaNotInSync, 2)
        ]
    );
    let mut facts = facts(&well());
    let brokers = std::sync::Arc::make_mut(&mut facts.image.cluster.brokers);
    let third = brokers.get_mut(&BrokerId::new(3)).unwrap();
    std::sync::Arc::make_mut(third).in_controlled_shutdown = true;
    assert_eq!(lacks(&facts, 3), [(ObstacleKind::BrokerStopping, 1)]);
}

#[test]
fn a_broker_that_is_not_heard_or_behind_has_not_caught_up() {
    let mut facts = facts(&well());
    let newest = facts.image.provenance.last_contained_offset;
    facts.heard.insert(BrokerId::new(2), newest.plus(-1_001));
    facts.heard.remove(&BrokerId::new(3));
    assert_eq!(lacks(&facts, 2), [(ObstacleKind::BrokerMetadataBehind, 1)]);
    assert_eq!(lacks(&facts, 3), [(ObstacleKind::BrokerNotHeard, 1)]);
}

#[test]
fn a_replica_that_is_not_in_sync_is_named() {
    let mut world = well();
    let leader = world.partition("orders", 1).leader;
    let others: Vec<_> = ids(&[1, 2, 3]).into_iter().filter(|id| *id != leader).collect();
    world.set_isr("orders", 1, &[leader, others[0]]);
    let facts = facts(&world);
    let verdict = caught_up(&facts, others[1], 10);
    let text = format!("orders-1 is not in sync on broker {}", others[1]);
    assert_eq!(
        verdict
            .obstacles
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [text]
    );
    assert_eq!(lacks(&facts, others[0].value()), []);
}

#[test]
fn a_replica_that_only_comes_or_goes_is_not_waited_for() {
    let world = well();
    let facts = facts(&world);
    let partition = world.partition("orders", 0).clone();
    let check = |change: &dyn Fn(&mut PartitionRegistration)| {
        let mut changed = partition.clone();
        changed.isr = ids(&[1]);
        change(&mut changed);
        let registration = facts.image.cluster.broker(BrokerId::new(2)).unwrap();
        obstacle(&changed, registration)
    };
    let id = BrokerId::new(2);
    assert_eq!(check(&|_| {}), Some(PartitionObstacle::NotInSync(id)));
    assert_eq!(check(&|partition| partition.adding_replicas = vec![id]), None);
    assert_eq!(check(&|partition| partition.removing_replicas = vec![id]), None);
    assert_eq!(
        check(&|partition| partition.replicas.retain(|replica| *replica != id)),
        None
    );
    assert_eq!(
        check(&|partition| partition.leader = BrokerId::NONE),
        Some(PartitionObstacle::WithoutLeader)
    );
    assert_eq!(
        check(&|partition| partition.leader_recovery_state = LeaderRecoveryState::Recovering),
        Some(PartitionObstacle::Recovering)
    );
    assert_eq!(
        check(&|partition| partition.directories.fill(directory::LOST)),
        Some(PartitionObstacle::ReplicaOffline(id))
    );
}

#[test]
fn that_a_new_controller_takes_everybody_for_alive_is_no_sign_of_life() {
    let world = well();
    let image = world.controller.image();
    let limits = SessionLimits {
        session_ms: 9_000,
        reconnect_ms: 300,
    };
    let registered = image
        .cluster
        .brokers
        .values()
        .map(|broker| (broker.id, broker.epoch));
    let mut sessions = BrokerSessions::begin(limits, registered, MonotonicMs::from_ms(0));
    let heard = |sessions: &BrokerSessions, now| {
        AvailabilityFacts::heard_by(sessions, image, MonotonicMs::from_ms(now))
    };
    assert_eq!(heard(&sessions, 1), BTreeMap::new());
    sessions.heard(
        BrokerId::new(2),
        world.epoch(2),
        Offset::new(7),
        MonotonicMs::from_ms(5),
    );
    let second = BTreeMap::from([(BrokerId::new(2), Offset::new(7))]);
    assert_eq!(heard(&sessions, 10), second);
    assert_eq!(heard(&sessions, 9_005), BTreeMap::new());
}
