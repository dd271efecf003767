//! A leader proposes, in a small world of three brokers.

use broker_protocol::alter_partition_request::TopicData as ProposedTopic;

use super::*;
use crate::small_world::{World, ids};

const TOPIC: &str = "t";

fn world() -> World {
    let mut world = World::with_brokers(3);
    world.create(TOPIC, 1, 3);
    world
}

fn leader(world: &World) -> i32 {
    world.partition(TOPIC, 0).leader.value()
}

fn others(world: &World) -> Vec<i32> {
    let leader = leader(world);
    (1..=3).filter(|id| *id != leader).collect()
}

/// A proposal of the leader, with every epoch as registered.
fn proposal(world: &World, members: &[i32]) -> AlterPartitionRequest {
    let registration = world.partition(TOPIC, 0);
    let state = |id: &i32| BrokerState {
        broker_id: *id,
        broker_epoch: world.epoch(*id).value(),
        ..BrokerState::default()
    };
    AlterPartitionRequest {
        broker_id: registration.leader.value(),
        broker_epoch: world.epoch(registration.leader.value()).value(),
        topics: vec![ProposedTopic {
            topic_id: world.controller.image().topics.by_name(TOPIC).unwrap().id.uuid(),
            partitions: vec![Proposal {
                partition_index: 0,
                leader_epoch: registration.leader_epoch.value(),
                new_isr_with_epochs: members.iter().map(state).collect(),
                partition_epoch: registration.partition_epoch.value(),
                ..Proposal::default()
            }],
            ..ProposedTopic::default()
        }],
        ..AlterPartitionRequest::default()
    }
}

fn propose(world: &mut World, request: &AlterPartitionRequest) -> PartitionData {
    let outcome = world.controller.alter_partition(request);
    let response = world.commit(outcome);
    assert_eq!(response.error_code, 0);
    response.topics[0].partitions[0].clone()
}

#[track_caller]
fn assert_refused(world: &mut World, request: &AlterPartitionRequest, error: ErrorCode) {
    let before = world.partition(TOPIC, 0).clone();
    assert_eq!(propose(world, request).error_code, error.code());
    assert_eq!(
        *world.partition(TOPIC, 0),
        before,
        "a refused proposal changes nothing"
    );
}

#[test]
fn an_accepted_proposal_answers_with_the_new_registration() {
    let mut world = world();
    let (leader, other) = (leader(&world), others(&world)[0]);
    let epoch = world.partition(TOPIC, 0).partition_epoch.value();
    let request = proposal(&world, &[leader, other]);
    let answer = propose(&mut world, &request);
    assert_eq!((answer.error_code, answer.leader_id), (0, leader));
    assert_eq!(
        (answer.isr.clone(), answer.partition_epoch),
        (vec![leader, other], epoch + 1)
    );
    assert_eq!(world.partition(TOPIC, 0).isr, ids(&[leader, other]));
}

#[test]
fn a_proposal_that_changes_nothing_writes_nothing() {
    let mut world = world();
    let members: Vec<i32> = world
        .partition(TOPIC, 0)
        .isr
        .iter()
        .map(|id| id.value())
        .collect();
    let request = proposal(&world, &members);
    assert!(world.controller.alter_partition(&request).records.is_empty());
    assert_eq!(propose(&mut world, &request).error_code, 0);
}

#[test]
fn an_older_leader_is_fenced_and_an_older_registration_is_named() {
    let mut world = world();
    let leader = leader(&world);
    let mut request = proposal(&world, &[leader]);
    request.topics[0].partitions[0].leader_epoch -= 1;
    assert_refused(&mut world, &request, ErrorCode::FencedLeaderEpoch);
    let first = proposal(&world, &[leader, others(&world)[0]]);
    propose(&mut world, &first);
    assert_refused(&mut world, &first, ErrorCode::InvalidUpdateVersion);
}

#[test]
fn a_leader_that_knows_more_has_another_controller() {
    let mut world = world();
    let mut request = proposal(&world, &[leader(&world)]);
    request.topics[0].partitions[0].partition_epoch += 1;
    assert_refused(&mut world, &request, ErrorCode::NotController);
}

#[test]
fn only_the_leader_proposes_and_it_is_always_in_sync() {
    let mut world = world();
    let (leader, other) = (leader(&world), others(&world)[0]);
    let request = proposal(&world, &[other]);
    assert_refused(&mut world, &request, ErrorCode::InvalidRequest);
    let mut request = proposal(&world, &[leader, other]);
    request.broker_id = other;
    request.broker_epoch = world.epoch(other).value();
    assert_refused(&mut world, &request, ErrorCode::InvalidRequest);
}

#[test]
fn nobody_joins_who_is_fenced_or_registered_anew_or_no_replica() {
    let mut world = world();
    let (leader, other) = (leader(&world), others(&world)[0]);
    let alone = proposal(&world, &[leader]);
    propose(&mut world, &alone);
    let before = proposal(&world, &[leader, other]);
    world.register(other);
    world.unfence(other);
    assert_refused(&mut world, &before, ErrorCode::IneligibleReplica);
    world.fence(other);
    let fenced = proposal(&world, &[leader, other]);
    assert_refused(&mut world, &fenced, ErrorCode::IneligibleReplica);
    let mut stranger = proposal(&world, &[leader]);
    let mut more = stranger.topics[0].partitions[0].new_isr_with_epochs[0].clone();
    more.broker_id = 9;
    stranger.topics[0].partitions[0].new_isr_with_epochs.push(more);
    assert_refused(&mut world, &stranger, ErrorCode::InvalidRequest);
}

#[test]
fn a_stale_broker_epoch_refuses_the_whole_request() {
    let mut world = world();
    let leader = leader(&world);
    let request = proposal(&world, &[leader]);
    world.register(leader);
    let outcome = world.controller.alter_partition(&request);
    assert!(outcome.records.is_empty());
    assert_eq!(outcome.response.error_code, ErrorCode::StaleBrokerEpoch.code());
}

#[test]
fn a_set_under_the_minimum_leaves_eligible_leaders_behind() {
    let mut world = world();
    let configs = [("min.insync.replicas", "2")];
    world.create_with("m", 1, 3, &configs);
    let registration = world.partition("m", 0).clone();
    let leader = registration.leader.value();
    let mut request = proposal(&world, &[leader]);
    request.broker_id = leader;
    request.broker_epoch = world.epoch(leader).value();
    request.topics[0].topic_id = world.controller.image().topics.by_name("m").unwrap().id.uuid();
    let partition = &mut request.topics[0].partitions[0];
    partition.new_isr_with_epochs[0].broker_id = leader;
    partition.new_isr_with_epochs[0].broker_epoch = world.epoch(leader).value();
    partition.leader_epoch = registration.leader_epoch.value();
    partition.partition_epoch = registration.partition_epoch.value();
    assert_eq!(propose(&mut world, &request).error_code, 0);
    assert_eq!(world.partition("m", 0).elr.len(), 2);
}

#[test]
fn a_leader_that_recovered_does_not_go_back() {
    let mut world = world();
    let mut request = proposal(&world, &[leader(&world)]);
    request.topics[0].partitions[0].leader_recovery_state = LeaderRecoveryState::Recovering.record();
    assert_refused(&mut world, &request, ErrorCode::InvalidRequest);
}
