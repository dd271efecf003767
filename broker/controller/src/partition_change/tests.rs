//! Elections and in-sync sets as brokers come and go.

use broker_metadata::LeaderRecoveryState;
use broker_protocol::elect_leaders_request::TopicPartitions;
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, ElectLeadersRequest, ListPartitionReassignmentsRequest,
    UnregisterBrokerRequest, UpdateFeaturesRequest,
};
use broker_protocol::{alter_partition_reassignments_request, update_features_request};

use super::*;
use crate::small_world::{World, ids};

fn one_broker() -> World {
    let mut world = World::with_brokers(1);
    world.create("t", 1, 1);
    world
}

#[test]
fn the_only_replica_stays_eligible_while_it_is_away_and_leads_again() {
    let mut world = one_broker();
    let outcome = world
        .controller
        .begin_controlled_shutdown(BrokerId::new(1), world.epoch(1))
        .unwrap();
    world.commit(outcome);
    let away = world.partition("t", 0);
    assert_eq!(
        (away.leader, away.isr.len(), away.leader_epoch.value()),
        (BrokerId::NONE, 0, 1)
    );
    assert_eq!((&away.elr, &away.last_known_elr), (&ids(&[1]), &ids(&[1])));

    world.register(1);
    world.unfence(1);
    let back = world.partition("t", 0);
    assert_eq!((back.leader, back.leader_epoch.value()), (BrokerId::new(1), 2));
    assert_eq!(
        (&back.isr, back.elr.len(), back.last_known_elr.len()),
        (&ids(&[1]), 0, 0)
    );
    assert_eq!(back.leader_recovery_state, LeaderRecoveryState::Recovered);
}

#[test]
fn a_process_that_died_is_fenced_when_it_registers_again() {
    let mut world = one_broker();
    let first = world.epoch(1);
    let second = world.register(1);
    assert!(second > first);
    assert_eq!(world.epoch(1), second);
    assert!(!world.partition("t", 0).has_leader());
    world.unfence(1);
    assert_eq!(world.partition("t", 0).leader_epoch.value(), 2);
}

#[test]
fn the_next_in_sync_replica_takes_over() {
    let mut world = World::with_brokers(3);
    world.create("t", 1, 3);
    let old = world.partition("t", 0).leader;
    world.fence(old.value());
    let partition = world.partition("t", 0);
    assert_ne!(partition.leader, old);
    assert!(partition.isr.contains(&partition.leader) && !partition.isr.contains(&old));
    assert!(partition.elr.is_empty());
}

#[test]
fn a_replica_that_lost_its_data_is_elected_only_as_last_resort_and_recovers() {
    let mut world = one_broker();
    let outcome = world
        .controller
        .begin_controlled_shutdown(BrokerId::new(1), world.epoch(1))
        .unwrap();
    world.commit(outcome);
    let records = world
        .controller
        .partitions_after(BrokerId::new(1), crate::leadership::BrokerEvent::LostData);
    world.commit(crate::Outcome::new(records, ()));
    world.register(1);
    assert!(world.partition("t", 0).elr.is_empty());
    world.unfence(1);
    let partition = world.partition("t", 0);
    assert_eq!(partition.leader, BrokerId::new(1));
    assert_eq!(partition.leader_recovery_state, LeaderRecoveryState::Recovering);
}

fn elect(world: &mut World, kind: i8, named: Option<(&str, i32)>) -> (i16, Vec<i16>) {
    let topic_partitions = named.map(|(topic, index)| {
        vec![TopicPartitions {
            topic: topic.into(),
            partitions: vec![index],
            ..TopicPartitions::default()
        }]
    });
    let request = ElectLeadersRequest {
        election_type: kind,
        topic_partitions,
        ..ElectLeadersRequest::default()
    };
    let outcome = world.controller.elect_leaders(&request);
    let response = world.commit(outcome);
    let results = response
        .replica_election_results
        .iter()
        .flat_map(|topic| &topic.partition_result);
    (
        response.error_code,
        results.map(|result| result.error_code).collect(),
    )
}

#[test]
fn codes_of_elect_leaders_are_kafkas() {
    let mut world = one_broker();
    assert_eq!(elect(&mut world, 0, Some(("t", 0))), (0, vec![84]));
    assert_eq!(elect(&mut world, 0, None), (0, vec![]));
    assert_eq!(elect(&mut world, 1, Some(("nope", 0))), (0, vec![3]));
    assert_eq!(elect(&mut world, 1, Some(("t", 4))), (0, vec![3]));
    assert_eq!(elect(&mut world, 7, None), (42, vec![]));
    world.fence(1);
    assert_eq!(elect(&mut world, 0, Some(("t", 0))), (0, vec![80]));
    assert_eq!(elect(&mut world, 1, Some(("t", 0))), (0, vec![83]));
}

#[test]
fn the_preferred_leader_comes_back_when_asked() {
    let mut world = World::with_brokers(3);
    world.create("t", 1, 3);
    let preferred = world.partition("t", 0).preferred_leader();
    world.fence(preferred.value());
    world.unfence(preferred.value());
    assert_ne!(world.partition("t", 0).leader, preferred);
    assert_eq!(
        elect(&mut world, 0, Some(("t", 0))),
        (0, vec![80]),
        "it is not in sync yet"
    );
}

fn reassign(world: &mut World, replicas: Option<&[i32]>) -> i16 {
    let partition = alter_partition_reassignments_request::ReassignablePartition {
        replicas: replicas.map(<[i32]>::to_vec),
        ..Default::default()
    };
    let topic = alter_partition_reassignments_request::ReassignableTopic {
        name: "t".into(),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = AlterPartitionReassignmentsRequest {
        topics: vec![topic],
        ..AlterPartitionReassignmentsRequest::default()
    };
    let outcome = world.controller.alter_partition_reassignments(&request);
    world.commit(outcome).responses[0].partitions[0].error_code
}

#[test]
fn codes_of_reassignments_are_kafkas() {
    let mut world = one_broker();
    let before = world.controller.loader().next_offset();
    for (replicas, expected) in [
        (None, 85),
        (Some(&[9][..]), 39),
        (Some(&[1, 1]), 39),
        (Some(&[]), 39),
        (Some(&[1]), 0),
    ] {
        assert_eq!(reassign(&mut world, replicas), expected, "{replicas:?}");
    }
    assert_eq!(world.controller.loader().next_offset(), before, "nothing changed");
}

#[test]
fn a_reassignment_keeps_the_old_replicas_until_the_new_are_in_sync_and_can_be_taken_back() {
    let mut world = World::with_brokers(2);
    world.create("t", 1, 1);
    let old = world.partition("t", 0).clone();
    let new = 3 - old.leader.value();
    assert_eq!(reassign(&mut world, Some(&[new])), 0);
    let moving = world.partition("t", 0);
    assert_eq!(moving.replicas, ids(&[new, old.leader.value()]));
    assert_eq!(
        (&moving.adding_replicas, &moving.removing_replicas),
        (&ids(&[new]), &old.replicas)
    );
    assert_eq!((moving.leader, &moving.isr), (old.leader, &old.isr));
    let all = ListPartitionReassignmentsRequest {
        topics: None,
        ..Default::default()
    };
    assert_eq!(
        world.controller.list_partition_reassignments(&all).topics.len(),
        1
    );

    assert_eq!(reassign(&mut world, None), 0);
    let back = world.partition("t", 0);
    assert_eq!((&back.replicas, back.is_reassigning()), (&old.replicas, false));
    assert!(
        back.leader_epoch > old.leader_epoch,
        "a replica that went must not be taken for a follower"
    );
    assert!(
        world
            .controller
            .list_partition_reassignments(&all)
            .topics
            .is_empty()
    );
}

#[test]
fn an_unknown_broker_cannot_be_forgotten() {
    let mut world = one_broker();
    for (id, expected) in [(99, 102), (-5, 102), (1, 0)] {
        let request = UnregisterBrokerRequest {
            broker_id: id,
            ..UnregisterBrokerRequest::default()
        };
        let outcome = world.controller.unregister_broker(&request);
        assert_eq!(world.commit(outcome).error_code, expected, "{id}");
    }
    assert!(!world.partition("t", 0).has_leader());
}

#[test]
fn producer_id_blocks_follow_each_other() {
    let mut world = one_broker();
    let epoch = world.epoch(1);
    for expected in [0, 1_000, 2_000] {
        let outcome = world
            .controller
            .allocate_producer_ids(BrokerId::new(1), epoch)
            .unwrap();
        assert_eq!(world.commit(outcome).first.value(), expected);
    }
    let stale = world
        .controller
        .allocate_producer_ids(BrokerId::new(1), broker_model::BrokerEpoch::new(0));
    assert_eq!(stale.unwrap_err().code.code(), 77);
}

#[test]
fn features_move_only_as_the_upgrade_type_says() {
    let world = one_broker();
    let elr = "eligible.leader.replicas.version";
    let cases = [
        ("nope", 1, 1, 95),
        ("group.version", 1, 1, 95),
        (elr, 9, 1, 95),
        (elr, 0, 1, 95),
        (elr, 0, 2, 0),
        (elr, 1, 1, 0),
        ("metadata.version", 30, 2, 95),
        ("metadata.version", 33, 1, 0),
        (elr, 1, 7, 95),
    ];
    for (name, level, upgrade_type, expected) in cases {
        let update = update_features_request::FeatureUpdateKey {
            feature: name.into(),
            max_version_level: level,
            upgrade_type,
            ..Default::default()
        };
        let request = UpdateFeaturesRequest {
            feature_updates: vec![update],
            ..UpdateFeaturesRequest::default()
        };
        let outcome = world.controller.update_features(&request, 2);
        assert_eq!(outcome.response.error_code, expected, "{name} {level}");
    }
}
