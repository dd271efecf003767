//! Plans are executed in a small world, where new replicas are in sync when the test says so.

use std::collections::BTreeSet;

use broker_protocol::messages::UnregisterBrokerRequest;

use super::*;
use crate::Seed;
use crate::balancer::{ClusterFacts, GoalSettings, RebalanceMode, plan_rebalance};
use crate::small_world::World;

const ID: Uuid = Uuid::from_bytes([5; 16]);

fn plan(world: &World, mode: &RebalanceMode) -> RebalancePlan {
    let facts = ClusterFacts::from_image(
        world.controller.image(),
        &BTreeMap::default(),
        &BTreeMap::default(),
    );
    plan_rebalance(&facts, mode, &GoalSettings::default()).unwrap()
}

fn drain(id: i32) -> RebalanceMode {
    RebalanceMode::RemoveBrokers(BTreeSet::from([BrokerId::new(id)]))
}

fn limits(replicas_per_broker: usize) -> RebalanceLimits {
    RebalanceLimits {
        replicas_per_broker,
        bytes_per_second: Some(1_000),
    }
}

fn start(world: &mut World, plan: &RebalancePlan, limit: usize) {
    let started = (ID, Timestamp::from_ms(7));
    let outcome = world.controller.start_rebalance(plan, limits(limit), started);
    world.commit(outcome.unwrap());
}

fn load(world: &World) -> Rebalance {
    Rebalance::load(world.controller.image()).unwrap().unwrap()
}

fn advance(world: &mut World) -> RebalanceProgress {
    let outcome = world.controller.advance_rebalance(&load(world));
    world.commit(outcome)
}

fn moving(world: &World) -> usize {
    world.controller.image().topics.indexes().reassigning.len()
}

/// Twelve partitions on brokers 1 and 2 of four.
fn world() -> World {
    let mut world = World::with_brokers(4);
    let partitions: Vec<&[i32]> = (0..12)
        .map(|n| if n % 2 == 0 { &[1, 2][..] } else { &[2, 1] })
        .collect();
    world.create_on("t", &partitions);
    world
}

#[test]
fn a_drain_runs_within_its_limit_and_ends() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    assert_eq!(plan.movements.len(), 12);
    start(&mut world, &plan, 2);
    let mut rounds = 0;
    loop {
        let progress = advance(&mut world);
        if progress.is_over() {
            break;
        }
        for id in 1..=4 {
            let receives = |p: &PartitionRegistration| p.adding_replicas.contains(&BrokerId::new(id));
            let receiving = (0..12).filter(|n| receives(world.partition("t", *n))).count();
            assert!(receiving <= 2, "{id} receives {receiving}");
        }
        assert!(moving(&world) > 0, "somebody moves until it is over");
        rounds += 1;
        world.catch_up();
    }
    assert!(rounds >= 3, "12 movements, each leader sends 2 at once: {rounds}");
    let ended = load(&world);
    assert_eq!(
        (ended.status, ended.movements.len()),
        (RebalanceStatus::Finished, 0)
    );
    assert_eq!(ended.planned, 12);
    let left = world.controller.image().topics.indexes().of(BrokerId::new(1));
    assert!(left.is_none(), "1 holds nothing");
    assert!(world.controller.advance_rebalance(&ended).records.is_empty());
}

#[test]
fn another_controller_goes_on_where_the_first_was() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 3);
    advance(&mut world);
    let before = (load(&world), moving(&world));
    world.fail_over();
    assert_eq!((load(&world), moving(&world)), before, "all of it is in the log");
    let outcome = world.controller.advance_rebalance(&load(&world));
    assert!(
        outcome.records.is_empty(),
        "what is under way counts for the limit"
    );
    for _ in 0..12 {
        world.catch_up();
        world.fail_over();
        advance(&mut world);
    }
    assert_eq!(load(&world).status, RebalanceStatus::Finished);
}

#[test]
fn a_cancel_takes_back_what_moves_and_leaves_what_has_moved() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 2);
    advance(&mut world);
    world.catch_up();
    advance(&mut world);
    assert!(moving(&world) > 0);
    let done = load(&world).progress(world.controller.image()).done;
    let outcome = world.controller.cancel_rebalance(&load(&world)).unwrap();
    assert_eq!(world.commit(outcome), 0);
    assert_eq!(moving(&world), 0);
    let moved = (0..12).filter(|n| !world.partition("t", *n).replicas.contains(&BrokerId::new(1)));
    assert_eq!(moved.count(), done);
    let ended = load(&world);
    assert_eq!(ended.status, RebalanceStatus::Cancelled);
    assert!(world.controller.cancel_rebalance(&ended).is_err());
}

#[test]
fn what_somebody_else_moved_or_deleted_is_overtaken() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    world.reassign("t", 11, &[3, 4]);
    let overtaken = |world: &World| load(world).progress(world.controller.image()).overtaken;
    assert_eq!(overtaken(&world), 1);
    world.catch_up();
    assert_eq!((overtaken(&world), moving(&world)), (1, 0));
    let request = broker_protocol::messages::DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..Default::default()
    };
    let outcome = world.controller.delete_topics(&request, 5);
    world.commit(outcome);
    assert_eq!(advance(&mut world).overtaken, 12);
    assert_eq!(load(&world).status, RebalanceStatus::Finished);
}

#[test]
fn nothing_is_started_for_a_broker_that_is_away() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 100);
    world.fence(3);
    world.fence(4);
    assert_eq!(advance(&mut world).pending, 12);
    assert_eq!(moving(&world), 0);
    world.unfence(3);
    world.unfence(4);
    advance(&mut world);
    assert_eq!(moving(&world), 12);
}

#[test]
fn a_leader_that_should_lead_is_elected_when_its_partition_has_moved() {
    let mut world = World::with_brokers(2);
    let partitions: Vec<&[i32]> = (0..6).map(|_| &[1, 2][..]).collect();
    world.create_on("t", &partitions);
    let plan = plan(&world, &RebalanceMode::Full);
    assert_eq!(plan.movements.len(), 3);
    start(&mut world, &plan, 1);
    advance(&mut world);
    advance(&mut world);
    let image = world.controller.image();
    assert_eq!(image.topics.indexes().led_by(BrokerId::new(2)), 3);
    assert_eq!(load(&world).status, RebalanceStatus::Finished);
}

#[test]
fn one_plan_at_a_time_and_only_for_the_cluster_that_it_was_made_for() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    let again = world
        .controller
        .start_rebalance(&plan, limits(1), (ID, Timestamp::from_ms(8)));
    assert!(again.is_err(), "one is running");
    let outcome = world.controller.cancel_rebalance(&load(&world)).unwrap();
    world.commit(outcome);
    world.reassign("t", 0, &[3, 4]);
    let stale = world
        .controller
        .start_rebalance(&plan, limits(1), (ID, Timestamp::from_ms(8)));
    assert!(stale.unwrap_err().message.unwrap().contains("t-0"));
    let empty = RebalancePlan::default();
    assert!(
        world
            .controller
            .start_rebalance(&empty, limits(1), (ID, Timestamp::from_ms(8)))
            .is_err()
    );
}

#[test]
fn the_throttle_acts_while_the_plan_runs_and_can_be_changed() {
    let mut world = world();
    let throttle = |world: &World| Rebalance::throttle(world.controller.image());
    assert_eq!(throttle(&world), None);
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    assert_eq!(throttle(&world), Some(1_000));
    let faster = RebalanceLimits {
        replicas_per_broker: 9,
        bytes_per_second: Some(5_000),
    };
    let outcome = world.controller.limit_rebalance(&load(&world), faster).unwrap();
    world.commit(outcome);
    assert_eq!((throttle(&world), load(&world).limits), (Some(5_000), faster));
    assert_eq!(load(&world).movements.len(), 12, "the plan is as it was");
    let outcome = world.controller.cancel_rebalance(&load(&world)).unwrap();
    world.commit(outcome);
    assert_eq!(throttle(&world), None);
}

#[test]
fn a_plan_of_any_size_is_cut_into_values_that_kafka_can_read_and_comes_back_whole() {
    let mut world = World::with_brokers(4);
    world.create("t", 3_000, 3);
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    let image = world.controller.image();
    let resource = broker_metadata::ConfigResource::topic("eddyline/rebalance");
    let configs = image.configs.of(&resource).unwrap();
    assert!(configs.len() > 3, "several values");
    assert!(configs.values().all(|value| value.len() <= 32_767));
    let loaded = load(&world);
    let expected: Vec<_> = plan.movements.iter().map(StoredMovement::of).collect();
    let by_place = |m: &StoredMovement| m.partition;
    assert_eq!(loaded.movements.len(), expected.len());
    let mut sorted = loaded.movements;
    sorted.sort_by_key(by_place);
    assert_eq!(sorted, expected);
}

#[test]
fn what_is_no_plan_is_an_error_and_never_half_a_plan() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    let resource = broker_metadata::ConfigResource::topic("eddyline/rebalance");
    let configs = world.controller.image().configs.of(&resource).unwrap();
    let whole: Vec<_> = configs
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let mut seed = Seed::new([1; 32]);
    for round in 0..300 {
        let (name, value) = &whole[round % whole.len()];
        let mut damaged: Vec<char> = value.chars().collect();
        let cut = seed.below(damaged.len());
        match seed.below(3) {
            0 => damaged.truncate(cut),
            1 => damaged[cut] = ['x', ' ', ';', '-', ','][seed.below(5)],
            _ => drop(damaged.remove(cut)),
        }
        let damaged: String = damaged.into_iter().collect();
        world.configure("eddyline/rebalance", name, &damaged);
        // Any answer will do but a panic or a plan of another length.
        if let Ok(Some(loaded)) = Rebalance::load(world.controller.image()) {
            assert!(!loaded.is_running() || loaded.movements.len() == loaded.planned);
        }
        world.configure("eddyline/rebalance", name, value);
    }
    assert_eq!(load(&world).movements.len(), 12);
}

#[test]
fn no_client_reaches_the_plan() {
    let mut world = world();
    let plan = plan(&world, &drain(1));
    start(&mut world, &plan, 1);
    use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
    let request = broker_protocol::messages::IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: "eddyline/rebalance".into(),
            configs: vec![AlterableConfig {
                name: "state".into(),
                config_operation: 1,
                ..AlterableConfig::default()
            }],
            ..AlterConfigsResource::default()
        }],
        ..Default::default()
    };
    let outcome = world.controller.incremental_alter_configs(&request);
    assert_ne!(outcome.response.responses[0].error_code, 0);
    assert!(outcome.records.is_empty());
}

#[test]
fn a_spread_is_noted_even_if_nothing_moves_and_forgotten_with_the_broker() {
    let mut world = World::with_brokers(3);
    let brokers = [BrokerId::new(3)].into();
    let nothing = plan(&world, &RebalanceMode::Full);
    let started = world
        .controller
        .start_spread(&brokers, &nothing, limits(1), (ID, Timestamp::from_ms(1)));
    assert_eq!(world.commit(started.unwrap()), None);
    world.fail_over();
    assert_eq!(crate::spread_brokers(world.controller.image()), brokers);
    assert_eq!(Rebalance::load(world.controller.image()), Ok(None));
    let request = UnregisterBrokerRequest {
        broker_id: 3,
        ..UnregisterBrokerRequest::default()
    };
    let forgotten = world.controller.unregister_broker(&request);
    world.commit(forgotten);
    assert!(crate::spread_brokers(world.controller.image()).is_empty());
}

#[test]
fn a_later_plan_leaves_the_note_of_a_spread() {
    let mut world = World::with_brokers(3);
    let brokers = [BrokerId::new(2)].into();
    let nothing = plan(&world, &RebalanceMode::Full);
    let noted = world
        .controller
        .start_spread(&brokers, &nothing, limits(1), (ID, Timestamp::from_ms(1)));
    world.commit(noted.unwrap());
    world.create("t", 1, 1);
    let holder = world.partition("t", 0).leader.value();
    world.start_drain(holder, 1);
    assert_eq!(crate::spread_brokers(world.controller.image()), brokers);
    let plan = Rebalance::load(world.controller.image()).unwrap().unwrap();
    assert!(plan.is_running());
}
