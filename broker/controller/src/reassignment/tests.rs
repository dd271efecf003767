//! Reassignments from their request to their end; codes and orders as a Kafka 4.4 gave them.

use broker_protocol::alter_partition_reassignments_request::ReassignableTopic;

use super::*;
use crate::small_world::{World, ids};

/// One way to ask for `t-0`.
#[derive(Clone, Copy)]
enum Factor {
    MayChange,
    MustStay,
}

fn reassign(world: &mut World, replicas: Option<&[i32]>, factor: Factor) -> i16 {
    let request = AlterPartitionReassignmentsRequest {
        allow_replication_factor_change: matches!(factor, Factor::MayChange),
        topics: vec![ReassignableTopic {
            name: "t".into(),
            partitions: vec![ReassignablePartition {
                partition_index: 0,
                replicas: replicas.map(<[i32]>::to_vec),
                ..ReassignablePartition::default()
            }],
            ..ReassignableTopic::default()
        }],
        ..AlterPartitionReassignmentsRequest::default()
    };
    let outcome = world.controller.alter_partition_reassignments(&request);
    world.commit(outcome).responses[0].partitions[0].error_code
}

fn move_to(world: &mut World, replicas: &[i32]) {
    assert_eq!(reassign(world, Some(replicas), Factor::MayChange), 0);
}

/// `t-0` on the brokers, of `brokers` there are.
fn world(brokers: i32, replicas: &[i32]) -> World {
    let mut world = World::with_brokers(brokers);
    world.create_on("t", &[replicas]);
    world
}

fn listed(world: &World) -> Vec<(Vec<i32>, Vec<i32>, Vec<i32>)> {
    let request = ListPartitionReassignmentsRequest {
        topics: None,
        ..ListPartitionReassignmentsRequest::default()
    };
    let response = world.controller.list_partition_reassignments(&request);
    let all = response.topics.into_iter().flat_map(|topic| topic.partitions);
    all.map(|p| (p.replicas, p.adding_replicas, p.removing_replicas))
        .collect()
}

#[test]
fn new_replicas_stand_first_and_what_goes_stays_until_they_are_in_sync() {
    let mut world = world(3, &[1]);
    move_to(&mut world, &[3, 2]);
    assert_eq!(listed(&world), [(vec![3, 2, 1], vec![3, 2], vec![1])]);
    world.set_isr("t", 0, &ids(&[1, 3]));
    assert_eq!(listed(&world).len(), 1, "2 is not in sync");
    world.set_isr("t", 0, &ids(&[1, 3, 2]));
    assert!(listed(&world).is_empty());
    let done = world.partition("t", 0);
    assert_eq!((&done.replicas, done.leader), (&ids(&[3, 2]), BrokerId::new(3)));
    assert_eq!(done.isr, ids(&[3, 2]));
}

#[test]
fn a_removal_alone_ends_at_once_and_no_replica_that_went_is_taken_for_a_follower() {
    let mut world = world(3, &[1, 2, 3]);
    let before = world.partition("t", 0).leader_epoch;
    move_to(&mut world, &[2, 1]);
    let after = world.partition("t", 0);
    assert_eq!((&after.replicas, &after.isr), (&ids(&[2, 1]), &ids(&[1, 2])));
    assert!(!after.is_reassigning());
    assert!(after.leader_epoch > before);
    assert_eq!(
        after.leader,
        BrokerId::new(1),
        "a leader that can lead keeps the lead"
    );
}

#[test]
fn a_new_order_alone_moves_nothing() {
    let mut world = world(2, &[1, 2]);
    move_to(&mut world, &[2, 1]);
    let after = world.partition("t", 0);
    assert_eq!((&after.replicas, after.is_reassigning()), (&ids(&[2, 1]), false));
}

#[test]
fn the_factor_is_that_of_the_reassignment_under_way() {
    let mut world = world(3, &[1]);
    let refused = ErrorCode::InvalidReplicationFactor.code();
    assert_eq!(reassign(&mut world, Some(&[2, 3]), Factor::MustStay), refused);
    assert_eq!(reassign(&mut world, Some(&[3]), Factor::MustStay), 0);
    assert_eq!(reassign(&mut world, Some(&[3, 2]), Factor::MustStay), refused);
    assert_eq!(reassign(&mut world, Some(&[3, 2, 1]), Factor::MayChange), 0);
    assert_eq!(
        reassign(&mut world, Some(&[3, 2]), Factor::MustStay),
        refused,
        "it will be three"
    );
    assert_eq!(reassign(&mut world, Some(&[1, 2, 3]), Factor::MustStay), 0);
}

#[test]
fn a_reassignment_that_is_changed_waits_for_all_of_its_new_replicas() {
    let mut world = world(4, &[1]);
    move_to(&mut world, &[3]);
    move_to(&mut world, &[2, 3]);
    assert_eq!(listed(&world), [(vec![2, 3, 1], vec![2, 3], vec![1])]);
    move_to(&mut world, &[4]);
    assert_eq!(listed(&world), [(vec![4, 1], vec![4], vec![1])]);
    assert_eq!(reassign(&mut world, None, Factor::MayChange), 0);
    assert_eq!(world.partition("t", 0).replicas, ids(&[1]));
}

#[test]
fn a_cancel_that_would_lose_what_was_acknowledged_is_refused_unless_the_topic_prefers_that() {
    let mut world = world(3, &[1]);
    move_to(&mut world, &[2, 3]);
    world.set_isr("t", 0, &ids(&[1, 2]));
    world.fence(1);
    assert_eq!(world.partition("t", 0).isr, ids(&[2]));
    let refused = ErrorCode::InvalidReplicaAssignment.code();
    assert_eq!(reassign(&mut world, None, Factor::MayChange), refused);
    world.unfence(1);
    world.configure("t", "unclean.leader.election.enable", "true");
    assert_eq!(reassign(&mut world, None, Factor::MayChange), 0);
    let back = world.partition("t", 0);
    assert_eq!((&back.replicas, back.leader), (&ids(&[1]), BrokerId::new(1)));
    assert_eq!(
        back.leader_recovery_state,
        broker_metadata::LeaderRecoveryState::Recovering
    );
}

#[test]
fn a_new_replica_that_alone_is_in_sync_or_led_last_is_not_given_up() {
    let mut world = world(4, &[1]);
    move_to(&mut world, &[2, 3]);
    world.set_isr("t", 0, &ids(&[1, 2]));
    world.fence(1);
    let refused = ErrorCode::InvalidReplicaAssignment.code();
    assert_eq!(reassign(&mut world, Some(&[4]), Factor::MayChange), refused);
    world.fence(2);
    let nobody_leads = world.partition("t", 0).clone();
    assert!(nobody_leads.isr.is_empty() && nobody_leads.is_reassigning());
    assert_eq!(reassign(&mut world, None, Factor::MayChange), refused);
    assert_eq!(reassign(&mut world, Some(&[4]), Factor::MayChange), refused);
    assert_eq!(*world.partition("t", 0), nobody_leads);
    world.unfence(2);
    assert_eq!(world.partition("t", 0).leader, BrokerId::new(2));
}

#[test]
fn a_new_replica_lies_in_the_only_directory_of_its_broker() {
    let mut world = world(2, &[1]);
    move_to(&mut world, &[2]);
    let directories = &world.partition("t", 0).directories;
    assert_eq!(
        directories,
        &[crate::small_world::directory(2), crate::small_world::directory(1)]
    );
}

#[test]
fn replicas_that_a_cancel_took_are_eligible_no_more() {
    let mut world = world(4, &[1, 2]);
    world.configure("t", "min.insync.replicas", "3");
    move_to(&mut world, &[1, 2, 3, 4]);
    world.set_isr("t", 0, &ids(&[1, 2, 3]));
    world.fence(3);
    world.fence(2);
    assert_eq!(world.partition("t", 0).elr, ids(&[3, 2]));
    assert_eq!(reassign(&mut world, None, Factor::MayChange), 0);
    let back = world.partition("t", 0);
    assert_eq!((back.is_reassigning(), &back.elr), (false, &ids(&[2])));
}

#[test]
fn a_reassignment_ends_when_as_many_as_must_be_in_sync_are_among_those_that_stay() {
    let mut world = world(3, &[1, 2, 3]);
    world.configure("t", "min.insync.replicas", "2");
    world.fence(2);
    move_to(&mut world, &[1, 2]);
    let waits = world.partition("t", 0);
    assert_eq!((waits.is_reassigning(), &waits.isr), (true, &ids(&[1, 3])));
    world.unfence(2);
    world.set_isr("t", 0, &ids(&[1, 2, 3]));
    let done = world.partition("t", 0);
    assert_eq!(
        (done.is_reassigning(), &done.replicas, &done.isr),
        (false, &ids(&[1, 2]), &ids(&[1, 2]))
    );
}

#[test]
fn a_reassignment_to_fewer_replicas_than_must_be_in_sync_ends_when_all_of_them_are() {
    let mut world = world(3, &[1, 2, 3]);
    world.configure("t", "min.insync.replicas", "2");
    move_to(&mut world, &[3]);
    assert_eq!(world.partition("t", 0).replicas, ids(&[3]));
}

#[test]
fn a_reassignment_to_brokers_that_cannot_take_it_changes_nothing() {
    let mut world = world(3, &[1, 2]);
    let before = world.partition("t", 0).clone();
    let code = ErrorCode::InvalidReplicaAssignment.code();
    for refused in [&[1, 9][..], &[1, 1], &[], &[-1, 2]] {
        assert_eq!(
            reassign(&mut world, Some(refused), Factor::MayChange),
            code,
            "{refused:?}"
        );
    }
    assert_eq!(*world.partition("t", 0), before);
    assert!(listed(&world).is_empty());
}
