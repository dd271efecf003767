//! The continuous mode in a small world: when it plans, and what it starts.

use std::collections::BTreeMap;

use super::*;
use crate::Cordon;
use crate::balancer::{ClusterFacts, GoalSettings, RebalanceMode, plan_rebalance};
use crate::small_world::World;

const INTERVAL_MS: u64 = 60_000;
const STARTED: (Uuid, Timestamp) = (Uuid::from_bytes([8; 16]), Timestamp::from_ms(9));

fn at(ms: u64) -> MonotonicMs {
    MonotonicMs::from_ms(ms)
}

/// Brokers 1 to 3, and 12 partitions that brokers 1 and 2 hold alone.
fn unbalanced() -> World {
    let mut world = World::with_brokers(3);
    let partitions: Vec<&[i32]> = (0..12)
        .map(|n| if n % 2 == 0 { &[1, 2][..] } else { &[2, 1] })
        .collect();
    world.create_on("t", &partitions);
    world
}

fn look(mode: &mut ContinuousMode, world: &World, ms: u64) -> Option<Calm> {
    mode.look(Some(world.controller.image()), at(ms))
}

fn full_plan(world: &World) -> RebalancePlan {
    let none = BTreeMap::default();
    let facts = ClusterFacts::from_image(world.controller.image(), &BTreeMap::default(), &none);
    plan_rebalance(&facts, &RebalanceMode::Full, &GoalSettings::default()).unwrap()
}

/// Starts what the mode would, all brokers measured.
fn start(world: &mut World, calm: &Calm) -> Result<Option<Uuid>, ApiError> {
    let plan = full_plan(world);
    let made = ContinuousPlan {
        plan: &plan,
        unmeasured: &[],
        calm,
    };
    let outcome = world.controller.start_continuous(made, STARTED)?;
    Ok(world.commit(outcome))
}

fn cancel(world: &mut World) {
    let running = Rebalance::load(world.controller.image()).unwrap().unwrap();
    let outcome = world.controller.cancel_rebalance(&running).unwrap();
    world.commit(outcome);
}

#[test]
fn without_an_interval_nothing_is_ever_due() {
    let world = unbalanced();
    for mut mode in [ContinuousMode::default(), ContinuousMode::new(0)] {
        for ms in [0, INTERVAL_MS, 1 << 40] {
            assert_eq!(look(&mut mode, &world, ms), None);
        }
    }
}

#[test]
fn a_plan_is_due_after_an_interval_of_calm_and_then_an_interval_later() {
    let world = unbalanced();
    let mut mode = ContinuousMode::new(INTERVAL_MS);
    for (ms, is_due) in [
        (5, false),
        (60_004, false),
        (60_005, true),
        (60_006, false),
        (120_004, false),
        (120_005, true),
    ] {
        assert_eq!(look(&mut mode, &world, ms).is_some(), is_due, "{ms}");
    }
}

#[test]
fn an_unbalanced_cluster_is_balanced_within_the_usual_limits_and_then_left_alone() {
    let mut world = unbalanced();
    let calm = Calm::of(world.controller.image()).unwrap();
    assert_eq!(start(&mut world, &calm), Ok(Some(STARTED.0)));
    let plan = Rebalance::load(world.controller.image()).unwrap().unwrap();
    assert!(plan.is_running());
    assert_eq!(plan.limits, RebalanceLimits::default());
    while Calm::of(world.controller.image()).is_none() {
        let plan = Rebalance::load(world.controller.image()).unwrap().unwrap();
        let outcome = world.controller.advance_rebalance(&plan);
        world.commit(outcome);
        world.catch_up();
        world.fail_over();
    }
    let held = |id| world.controller.image().topics.indexes().of(BrokerId::new(id));
    assert!(
        held(3).is_some_and(|held| held.held.len() >= 7),
        "3 has its share"
    );
    let calm = Calm::of(world.controller.image()).unwrap();
    assert_eq!(start(&mut world, &calm), Ok(None));
}

#[test]
fn while_a_broker_is_fenced_nothing_is_due_and_its_return_begins_the_interval_anew() {
    let mut world = unbalanced();
    let mut mode = ContinuousMode::new(INTERVAL_MS);
    assert_eq!(look(&mut mode, &world, 0), None);
    world.fence(3);
    assert_eq!(look(&mut mode, &world, 60_000), None);
    assert_eq!(look(&mut mode, &world, 600_000), None);
    world.unfence(3);
    assert_eq!(look(&mut mode, &world, 600_001), None);
    assert_eq!(look(&mut mode, &world, 660_000), None);
    assert!(look(&mut mode, &world, 660_001).is_some());
}

#[test]
fn what_happened_between_two_looks_begins_the_interval_anew() {
    let disturbances: [fn(&mut World); 4] = [
        |world| {
            world.register(3);
            world.unfence(3);
        },
        |world| {
            world.register(4);
            world.unfence(4);
        },
        |world| {
            world.start_drain(1, 1);
            cancel(world);
        },
        |world| {
            let brokers = [BrokerId::new(3)].into();
            let outcome = world.controller.cordon_brokers(&brokers, Cordon::Set);
            world.commit(outcome.unwrap());
        },
    ];
    for (number, disturb) in disturbances.into_iter().enumerate() {
        let mut world = unbalanced();
        let mut mode = ContinuousMode::new(INTERVAL_MS);
        assert_eq!(look(&mut mode, &world, 0), None);
        disturb(&mut world);
        assert_eq!(look(&mut mode, &world, 60_000), None, "{number}");
        assert_eq!(look(&mut mode, &world, 119_999), None, "{number}");
        assert!(look(&mut mode, &world, 120_000).is_some(), "{number}");
    }
}

#[test]
fn while_a_plan_or_a_reassignment_of_somebody_runs_nothing_is_due() {
    let mut world = unbalanced();
    world.start_drain(1, 1);
    assert_eq!(Calm::of(world.controller.image()), None);
    cancel(&mut world);
    assert!(Calm::of(world.controller.image()).is_some());
    world.reassign("t", 0, &[3, 2]);
    assert_eq!(Calm::of(world.controller.image()), None);
    world.catch_up();
    assert!(Calm::of(world.controller.image()).is_some());
    world.configure("eddyline/rebalance", "state", "v9 what a later version wrote");
    assert_eq!(Calm::of(world.controller.image()), None);
}

#[test]
fn another_controller_waits_an_interval_of_its_own() {
    let world = unbalanced();
    let mut mode = ContinuousMode::new(INTERVAL_MS);
    assert_eq!(look(&mut mode, &world, 0), None);
    assert_eq!(mode.look(None, at(60_000)), None);
    assert_eq!(look(&mut mode, &world, 60_001), None);
    assert_eq!(look(&mut mode, &world, 120_000), None);
    assert!(look(&mut mode, &world, 120_001).is_some());
}

#[test]
fn a_plan_for_a_cluster_that_has_changed_since_is_not_started() {
    let changes: [fn(&mut World); 3] = [
        |world| world.start_drain(1, 1),
        |world| world.fence(2),
        |world| {
            let brokers = [BrokerId::new(3)].into();
            let outcome = world.controller.cordon_brokers(&brokers, Cordon::Set);
            world.commit(outcome.unwrap());
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut world = unbalanced();
        let calm = Calm::of(world.controller.image()).unwrap();
        let plan = full_plan(&world);
        change(&mut world);
        let made = ContinuousPlan {
            plan: &plan,
            unmeasured: &[],
            calm: &calm,
        };
        let refused = world.controller.start_continuous(made, STARTED);
        assert!(refused.is_err(), "{number}");
    }
}

#[test]
fn nothing_is_started_while_a_broker_does_not_say_how_much_it_holds() {
    let world = unbalanced();
    let made = ContinuousPlan {
        plan: &full_plan(&world),
        unmeasured: &[BrokerId::new(2)],
        calm: &Calm::of(world.controller.image()).unwrap(),
    };
    let refused = world.controller.start_continuous(made, STARTED).unwrap_err();
    assert!(refused.message.unwrap().contains("Broker 2"));
}

#[test]
fn a_few_movements_of_many_partitions_are_not_worth_a_plan_unless_racks_ask_for_them() {
    let mut world = unbalanced();
    let calm = Calm::of(world.controller.image()).unwrap();
    let one = RebalancePlan {
        movements: full_plan(&world).movements.into_iter().take(1).collect(),
        ..RebalancePlan::default()
    };
    let started = |world: &World, plan: &RebalancePlan| {
        let made = ContinuousPlan {
            plan,
            unmeasured: &[],
            calm: &calm,
        };
        world.controller.start_continuous(made, STARTED).unwrap().response
    };
    assert_eq!(started(&world, &one), Some(STARTED.0), "1 of 12");
    world.create("many", 88, 1);
    assert_eq!(started(&world, &one), Some(STARTED.0), "1 of 100");
    world.create("more", 1, 1);
    assert_eq!(started(&world, &one), None, "1 of 101");
    let mut for_racks = one;
    for_racks.movements[0].why = Goal::RackSpread;
    assert_eq!(started(&world, &for_racks), Some(STARTED.0));
}
