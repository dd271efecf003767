//! Each rule about stopping alone: what is well but for one thing, and what is named for it.

use broker_metadata::messages::PartitionChangeRecord;
use broker_model::Timestamp;

use super::*;
use crate::availability::{ObstacleKind, VoterFacts};
use crate::small_world::{World, ids};

const NOW: Timestamp = Timestamp::from_ms(1_000_000);
const NEEDED: MinInSync<'static> = &|_| 2;

/// Three brokers that vote, all well, with two partitions of three replicas.
fn well() -> (World, AvailabilityFacts) {
    let mut world = World::with_brokers(3);
    world.create("orders", 2, 3);
    for index in 0..2 {
        world.set_isr("orders", index, &ids(&[1, 2, 3]));
    }
    let facts = facts(&world);
    (world, facts)
}

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
            voters: ids(&[1, 2, 3]).into_iter().map(voter).collect(),
        }),
        image,
        now: NOW,
    }
}

fn stop(facts: &AvailabilityFacts, nodes: &[i32]) -> Verdict {
    safe_to_stop(facts, &ids(nodes).into_iter().collect(), NEEDED, 10)
}

/// Kinds of what stands in the way, each with how often.
fn kinds(verdict: &Verdict) -> Vec<(ObstacleKind, u64)> {
    verdict
        .counts
        .iter()
        .map(|(kind, count)| (*kind, *count))
        .collect()
}

fn voter_of(facts: &mut AvailabilityFacts, place: usize) -> &mut VoterFacts {
    &mut facts.quorum.as_mut().unwrap().voters[place]
}

#[test]
fn one_of_three_may_stop_while_all_is_well() {
    let (_, facts) = well();
    for id in 1..=3 {
        assert!(stop(&facts, &[id]).is_clear(), "{id}");
    }
}

#[test]
fn two_at_a_time_would_take_the_quorum_and_the_partitions() {
    let (_, facts) = well();
    let verdict = stop(&facts, &[1, 2]);
    let expected = [
        (ObstacleKind::QuorumWouldLoseMajority, 1),
        (ObstacleKind::PartitionWouldBeUnderMinIsr, 2),
    ];
    assert_eq!(kinds(&verdict), expected);
    assert_eq!(
        verdict.obstacles[1].to_string(),
        "orders-0 would have 1 replicas in sync and needs 2"
    );
    assert!(kinds(&stop(&facts, &[1, 2, 3])).contains(&(ObstacleKind::PartitionLosesAllReplicas, 2)));
}

#[test]
fn a_quorum_that_was_not_asked_is_an_obstacle() {
    let (_, mut facts) = well();
    facts.quorum = None;
    assert_eq!(kinds(&stop(&facts, &[1])), [(ObstacleKind::QuorumUnknown, 1)]);
}

#[test]
fn a_voter_that_is_behind_is_not_counted() {
    let silent = [
        None,
        Some(Timestamp::from_ms(NOW.as_ms() - 3_001)),
        Some(Timestamp::from_ms(NOW.as_ms() + 1)),
    ];
    for last_caught_up in silent {
        let (_, mut facts) = well();
        voter_of(&mut facts, 2).last_caught_up = last_caught_up;
        let expected = [(ObstacleKind::QuorumWouldLoseMajority, 1)];
        assert_eq!(kinds(&stop(&facts, &[1])), expected, "{last_caught_up:?}");
        assert!(stop(&facts, &[3]).is_clear(), "it is not counted now either");
        voter_of(&mut facts, 1).last_caught_up = last_caught_up;
        let expected = [(ObstacleKind::QuorumWithoutMajority, 1)];
        assert_eq!(kinds(&stop(&facts, &[3])), expected, "{last_caught_up:?}");
    }
}

#[test]
fn a_lone_voter_may_not_stop() {
    let (_, mut facts) = well();
    facts.quorum.as_mut().unwrap().voters.truncate(1);
    assert_eq!(
        kinds(&stop(&facts, &[1])),
        [(ObstacleKind::QuorumWouldLoseMajority, 1)]
    );
    assert!(stop(&facts, &[2]).is_clear());
}

#[test]
fn an_image_behind_what_is_committed_is_an_obstacle() {
    let (_, mut facts) = well();
    let newest = facts.image.provenance.last_contained_offset;
    facts.quorum.as_mut().unwrap().high_watermark = newest.plus(1_001);
    assert!(stop(&facts, &[1]).is_clear(), "1000 records are read at once");
    facts.quorum.as_mut().unwrap().high_watermark = newest.plus(1_002);
    assert_eq!(kinds(&stop(&facts, &[1])), [(ObstacleKind::MetadataStale, 1)]);
}

#[test]
fn a_node_that_nobody_knows_is_an_obstacle() {
    let (_, facts) = well();
    assert_eq!(kinds(&stop(&facts, &[7])), [(ObstacleKind::UnknownNode, 1)]);
}

#[test]
fn a_replica_whose_broker_is_not_heard_is_not_counted() {
    let (_, mut facts) = well();
    facts.heard.remove(&BrokerId::new(2));
    assert_eq!(
        kinds(&stop(&facts, &[1])),
        [(ObstacleKind::PartitionWouldBeUnderMinIsr, 2)]
    );
    assert!(stop(&facts, &[2]).is_clear(), "the two others are enough");
    facts.heard.clear();
    assert_eq!(
        kinds(&stop(&facts, &[1])),
        [(ObstacleKind::PartitionWouldBeOffline, 2)]
    );
}

#[test]
fn a_replica_whose_directory_is_gone_is_not_counted() {
    let (_, mut facts) = well();
    let brokers = std::sync::Arc::make_mut(&mut facts.image.cluster.brokers);
    let second = brokers.get_mut(&BrokerId::new(2)).unwrap();
    std::sync::Arc::make_mut(second).directories = vec![crate::small_world::directory(99)];
    // Its replicas are in the directory that it had when they were made.
    let assigned = facts
        .image
        .topics
        .partition("orders", PartitionIndex::new(0))
        .unwrap();
    assert!(assigned.directory_of(BrokerId::new(2)).is_some());
    assert_eq!(
        kinds(&stop(&facts, &[1])),
        [(ObstacleKind::PartitionWouldBeUnderMinIsr, 2)]
    );
}

#[test]
fn a_replica_that_is_out_of_sync_is_not_counted() {
    let (mut world, _) = well();
    world.set_isr("orders", 0, &ids(&[1, 2, 3]));
    let leader = world.partition("orders", 0).leader;
    let follower = ids(&[1, 2, 3]).into_iter().find(|id| *id != leader).unwrap();
    world.set_isr("orders", 0, &[leader, follower]);
    let facts = facts(&world);
    assert_eq!(
        kinds(&stop(&facts, &[follower.value()])),
        [(ObstacleKind::PartitionWouldBeUnderMinIsr, 1)]
    );
    let third = 6 - leader.value() - follower.value();
    assert!(stop(&facts, &[third]).is_clear());
}

#[test]
fn a_broker_that_is_fenced_or_stops_is_not_counted_although_it_is_in_sync() {
    let changes: [fn(&mut broker_metadata::BrokerRegistration); 2] = [
        |broker| broker.fenced = true,
        |broker| broker.in_controlled_shutdown = true,
    ];
    for change in changes {
        let (_, mut facts) = well();
        let brokers = std::sync::Arc::make_mut(&mut facts.image.cluster.brokers);
        let second = brokers.get_mut(&BrokerId::new(2)).unwrap();
        change(std::sync::Arc::make_mut(second));
        let expected = [(ObstacleKind::PartitionWouldBeUnderMinIsr, 2)];
        assert_eq!(kinds(&stop(&facts, &[1])), expected);
    }
}

#[test]
fn a_partition_that_is_not_well_is_left_alone() {
    let (world, facts) = well();
    let topic = world.controller.image().topics.id_of("orders").unwrap();
    let change = |leader: i32, recovering: i8| PartitionChangeRecord {
        topic_id: topic.uuid(),
        partition_id: 0,
        leader,
        leader_recovery_state: recovering,
        ..PartitionChangeRecord::default()
    };
    let changed = |record: PartitionChangeRecord| {
        let mut facts = facts.clone();
        let mut delta = broker_metadata::MetadataDelta::new(&facts.image);
        delta.replay(&record.into()).unwrap();
        facts.image = delta.apply(facts.image.provenance).0;
        facts
    };
    let leaderless = changed(change(-1, -1));
    assert_eq!(
        kinds(&stop(&leaderless, &[1])),
        [(ObstacleKind::PartitionWithoutLeader, 1)]
    );
    let recovering = changed(change(-2, 1));
    assert_eq!(
        kinds(&stop(&recovering, &[1])),
        [(ObstacleKind::PartitionRecovering, 1)]
    );
}

#[test]
fn min_in_sync_replicas_never_asks_for_more_than_there_are() {
    let mut world = World::with_brokers(3);
    world.create_on("pair", &[&[1, 2]]);
    world.create_on("single", &[&[3]]);
    let facts = facts(&world);
    let five = |_: &str| 5;
    let asked = |id: i32| safe_to_stop(&facts, &ids(&[id]).into_iter().collect(), &five, 10);
    assert_eq!(kinds(&asked(1)), [(ObstacleKind::PartitionWouldBeUnderMinIsr, 1)]);
    assert_eq!(
        asked(1).obstacles[0].to_string(),
        "pair-0 would have 1 replicas in sync and needs 2"
    );
    assert_eq!(kinds(&asked(3)), [(ObstacleKind::PartitionLosesAllReplicas, 1)]);
    let none = safe_to_stop(&facts, &ids(&[1]).into_iter().collect(), &|_| 1, 10);
    assert!(none.is_clear());
}

#[test]
fn obstacles_are_counted_beyond_those_that_are_named() {
    let mut world = World::with_brokers(3);
    world.create("many", 50, 1);
    let facts = facts(&world);
    let verdict = safe_to_stop(&facts, &ids(&[1, 2, 3]).into_iter().collect(), NEEDED, 5);
    assert_eq!(verdict.obstacles.len(), 5);
    assert_eq!(verdict.counts[&ObstacleKind::PartitionLosesAllReplicas], 50);
}

#[test]
fn what_is_at_risk_is_told_without_a_quorum() {
    let (_, facts) = well();
    let risks = |broker: i32| partitions_at_risk(&facts.image, BrokerId::new(broker), &|_| 3, 10);
    assert_eq!(kinds(&risks(1)), [(ObstacleKind::PartitionWouldBeUnderMinIsr, 2)]);
    assert!(risks(9).is_clear());
}
