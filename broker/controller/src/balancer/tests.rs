//! Plans over small clusters that were thought up, and over many that were drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_model::{BrokerId, PartitionIndex, TopicId, Uuid};

use super::*;
use crate::Seed;
use crate::small_world::ids;

const MIB: u64 = 1 << 20;

fn broker(id: i32, rack: Option<&str>) -> BrokerFacts {
    BrokerFacts {
        id: BrokerId::new(id),
        rack: rack.map(Arc::from),
        role: BrokerRole::Balanced,
        disk_capacity: None,
    }
}

fn partition(index: i32, replicas: &[i32], bytes: u64) -> PartitionFacts {
    PartitionFacts {
        topic: "t".into(),
        topic_id: TopicId::new(Uuid::from_bytes([1; 16])),
        partition: PartitionIndex::new(index),
        replicas: ids(replicas),
        is_moving: false,
        load: PartitionLoad {
            bytes,
            ..PartitionLoad::default()
        },
    }
}

fn cluster(racks: &[Option<&str>], partitions: &[(&[i32], u64)]) -> ClusterFacts {
    ClusterFacts {
        brokers: (1..).zip(racks).map(|(id, rack)| broker(id, *rack)).collect(),
        partitions: (0..)
            .zip(partitions)
            .map(|(index, (replicas, bytes))| partition(index, replicas, *bytes))
            .collect(),
    }
}

fn plan(facts: &ClusterFacts, mode: &RebalanceMode) -> RebalancePlan {
    plan_rebalance(facts, mode, &GoalSettings::default()).unwrap()
}

fn executed(facts: &ClusterFacts, plan: &RebalancePlan) -> ClusterFacts {
    let mut after = facts.clone();
    for movement in &plan.movements {
        let partition = after
            .partitions
            .iter_mut()
            .find(|p| (p.topic_id, p.partition) == (movement.topic_id, movement.partition));
        let partition = partition.unwrap();
        assert_eq!(partition.replicas, movement.from);
        partition.replicas.clone_from(&movement.to);
    }
    after
}

fn brokers(raw: &[i32]) -> BTreeSet<BrokerId> {
    ids(raw).into_iter().collect()
}

fn count(facts: &ClusterFacts, id: i32) -> usize {
    let id = BrokerId::new(id);
    let all = facts.partitions.iter();
    all.filter(|partition| partition.replicas.contains(&id)).count()
}

#[test]
fn a_cluster_that_meets_its_goals_is_left_alone() {
    let facts = cluster(
        &[Some("a"), Some("b"), Some("c")],
        &[(&[1, 2], 900 * MIB), (&[2, 3], 900 * MIB), (&[3, 1], 900 * MIB)],
    );
    assert!(plan(&facts, &RebalanceMode::Full).movements.is_empty());
}

#[test]
fn replicas_that_share_a_rack_are_spread_before_anything_else() {
    let facts = cluster(
        &[Some("a"), Some("a"), Some("b"), Some("c")],
        &[(&[1, 2, 3], MIB), (&[4, 3, 1], MIB)],
    );
    let plan = plan(&facts, &RebalanceMode::Full);
    let first = &plan.movements[0];
    assert_eq!((first.partition.value(), first.why), (0, Goal::RackSpread));
    assert_eq!(racks_of(&facts, &first.to), 3);
    assert_eq!(plan.goals[1].after, 0);
}

#[test]
fn the_smallest_partitions_move_when_only_the_count_is_wrong() {
    let facts = cluster(
        &[None, None],
        &[(&[1], 100 * MIB), (&[1], MIB), (&[1], 50 * MIB), (&[1], 2 * MIB)],
    );
    let plan = plan(&facts, &RebalanceMode::Full);
    let moved: Vec<_> = plan.movements.iter().map(|m| m.partition.value()).collect();
    assert_eq!(moved, [1, 3]);
    assert_eq!(plan.bytes(), 3 * MIB);
}

#[test]
fn a_full_disk_gives_to_an_empty_one_what_fits_best() {
    let gib = 1_024 * MIB;
    let facts = cluster(
        &[None, None],
        &[(&[1], 40 * gib), (&[1], 10 * gib), (&[2], gib), (&[2], gib)],
    );
    let plan = plan(&facts, &RebalanceMode::Full);
    let after = executed(&facts, &plan);
    assert!(plan.movements.iter().all(|m| m.why <= Goal::DiskBytes));
    assert_eq!(after.partitions[0].replicas, ids(&[1]), "the big one stays");
    assert_eq!(after.partitions[1].replicas, ids(&[2]));
    assert!(plan.bytes() <= 12 * gib);
}

#[test]
fn leaders_are_spread_without_copying_anything() {
    let facts = cluster(
        &[None, None, None],
        &[
            (&[1, 2, 3], MIB),
            (&[1, 2, 3], MIB),
            (&[1, 3, 2], MIB),
            (&[1, 3, 2], MIB),
            (&[1, 2, 3], MIB),
            (&[1, 2, 3], MIB),
        ],
    );
    let plan = plan(&facts, &RebalanceMode::Full);
    assert_eq!(plan.bytes(), 0);
    assert!(plan.movements.iter().all(|m| m.why == Goal::LeaderCount));
    let after = executed(&facts, &plan);
    for id in 1..=3 {
        let led = after
            .partitions
            .iter()
            .filter(|p| p.replicas[0] == BrokerId::new(id));
        assert_eq!(led.count(), 2);
    }
}

#[test]
fn a_new_broker_gets_its_share_and_nothing_moves_between_the_others() {
    let partitions: Vec<(&[i32], u64)> = (0..30)
        .map(|n| (if n < 25 { &[1][..] } else { &[2][..] }, MIB))
        .collect();
    let facts = cluster(&[None, None, None], &partitions);
    let plan = plan(&facts, &RebalanceMode::AddBrokers(brokers(&[3])));
    assert!(plan.movements.iter().all(|m| m.to == ids(&[3])));
    assert!(count(&executed(&facts, &plan), 3) >= 9);
}

#[test]
fn a_removed_broker_is_emptied_and_nothing_else_moves() {
    let facts = cluster(
        &[Some("a"), Some("b"), Some("c"), Some("c")],
        &[(&[1, 2, 3], MIB), (&[2, 1, 4], MIB), (&[4, 1, 2], MIB)],
    );
    let plan = plan(&facts, &RebalanceMode::RemoveBrokers(brokers(&[4])));
    assert_eq!(plan.movements.len(), 2);
    assert!(plan.movements.iter().all(|m| m.why == Goal::Drain));
    let after = executed(&facts, &plan);
    assert_eq!(count(&after, 4), 0);
    assert_eq!(after.partitions[1].replicas, ids(&[2, 1, 3]), "the rack is kept");
    assert_eq!(plan.goals[0].after, 0);
}

#[test]
fn a_drain_without_enough_brokers_says_for_which_topics() {
    let facts = cluster(&[None, None, None], &[(&[1, 2, 3], MIB), (&[1], MIB)]);
    let mode = RebalanceMode::RemoveBrokers(brokers(&[3]));
    let error = plan_rebalance(&facts, &mode, &GoalSettings::default()).unwrap_err();
    assert_eq!(
        error,
        PlanError::TooFewBrokers {
            partitions: vec![(0, 2)]
        }
    );
    assert_eq!(
        error.explain(&facts),
        "t-0 has 3 replicas and 2 broker(s) are left"
    );
}

#[test]
fn a_drain_without_room_is_refused() {
    let mut facts = cluster(&[None, None, None], &[(&[1, 3], 100 * MIB)]);
    facts.brokers[1].disk_capacity = Some(50 * MIB);
    let mode = RebalanceMode::RemoveBrokers(brokers(&[3]));
    let error = plan_rebalance(&facts, &mode, &GoalSettings::default()).unwrap_err();
    assert_eq!(
        error.explain(&facts),
        "no broker has room for 104857600 bytes of t-0"
    );
}

#[test]
fn who_is_closed_or_unknown_gets_nothing() {
    let mut facts = cluster(&[None, None, None], &[(&[1], MIB), (&[1], MIB), (&[1], MIB)]);
    facts.brokers[2].role = BrokerRole::Closed;
    let full = plan(&facts, &RebalanceMode::Full);
    assert!(full.movements.iter().all(|m| m.to == ids(&[2])));
    let refused = |raw: &[i32]| {
        let mode = RebalanceMode::AddBrokers(brokers(raw));
        plan_rebalance(&facts, &mode, &GoalSettings::default()).unwrap_err()
    };
    assert_eq!(refused(&[3]), PlanError::TakesNothing(BrokerId::new(3)));
    assert_eq!(refused(&[9]), PlanError::UnknownBroker(BrokerId::new(9)));
}

#[test]
fn what_is_being_moved_is_left_alone_unless_it_must_leave() {
    let mut facts = cluster(&[None, None], &[(&[1], MIB), (&[1], MIB), (&[1], MIB)]);
    for partition in &mut facts.partitions {
        partition.is_moving = true;
    }
    assert!(plan(&facts, &RebalanceMode::Full).movements.is_empty());
    let drain = plan(&facts, &RebalanceMode::RemoveBrokers(brokers(&[1])));
    assert_eq!(drain.movements.len(), 3);
}

#[test]
fn the_busiest_broker_decides_how_long_it_takes() {
    let facts = cluster(&[None, None, None], &[(&[1], 10 * MIB), (&[1, 2], 10 * MIB)]);
    let plan = plan(&facts, &RebalanceMode::RemoveBrokers(brokers(&[1])));
    assert_eq!(plan.bytes(), 20 * MIB);
    assert_eq!(plan.estimated_ms(MIB), 20_000, "1 sends both");
}

/// A cluster that grew by chance.
fn drawn(seed: &mut Seed) -> ClusterFacts {
    let broker_count = 3 + seed.below(7);
    let rack_count = 1 + seed.below(4);
    let mut facts = ClusterFacts::default();
    for id in 1..=broker_count {
        let mut broker = broker(i32::try_from(id).unwrap(), None);
        broker.rack = Some(Arc::from(format!("r{}", seed.below(rack_count))));
        if seed.below(10) == 0 {
            broker.role = BrokerRole::Closed;
        }
        if seed.below(3) == 0 {
            broker.disk_capacity = Some((seed.below(400) as u64 + 1) * 1_024 * MIB);
        }
        facts.brokers.push(broker);
    }
    facts.brokers[0].role = BrokerRole::Balanced;
    let few = 1 + seed.below(broker_count);
    for index in 0..10 + seed.below(70) {
        let factor = (1 + seed.below(3)).min(few);
        let mut all: Vec<i32> = (1..=i32::try_from(few).unwrap()).collect();
        seed.shuffle(&mut all);
        let mut drawn = partition(i32::try_from(index).unwrap(), &all[..factor], 0);
        drawn.load = PartitionLoad {
            bytes: (seed.below(5_000) as u64) * MIB,
            bytes_in: (seed.below(20) as u64) * MIB,
            bytes_out: (seed.below(40) as u64) * MIB,
        };
        drawn.is_moving = seed.below(50) == 0;
        facts.partitions.push(drawn);
    }
    facts
}

fn racks_of(facts: &ClusterFacts, replicas: &[BrokerId]) -> usize {
    let rack = |id: &BrokerId| facts.brokers.iter().find(|b| b.id == *id).unwrap().rack.clone();
    replicas.iter().map(rack).collect::<BTreeSet<_>>().len()
}

/// What every plan promises.
fn check(facts: &ClusterFacts, mode: &RebalanceMode, plan: &RebalancePlan, seed: u8) {
    let after = executed(facts, plan);
    for movement in &plan.movements {
        let distinct: BTreeSet<_> = movement.to.iter().collect();
        assert_eq!(
            distinct.len(),
            movement.to.len(),
            "seed {seed}: two on one broker"
        );
        assert_eq!(movement.to.len(), movement.from.len(), "seed {seed}");
        assert_ne!(movement.to, movement.from, "seed {seed}");
        for id in movement.added() {
            let broker = facts.brokers.iter().find(|broker| broker.id == id).unwrap();
            assert_eq!(broker.role, BrokerRole::Balanced, "seed {seed}");
        }
        if !matches!(mode, RebalanceMode::RemoveBrokers(_)) {
            let (old, new) = (racks_of(facts, &movement.from), racks_of(facts, &movement.to));
            assert!(new >= old, "seed {seed}: {movement:?} leaves a rack");
        }
    }
    for broker in &facts.brokers {
        let size = |facts: &ClusterFacts| -> u64 {
            let held = facts
                .partitions
                .iter()
                .filter(|p| p.replicas.contains(&broker.id));
            held.map(|p| p.load.bytes).sum()
        };
        if let Some(capacity) = broker.disk_capacity {
            assert!(size(&after) <= capacity.max(size(facts)), "seed {seed}: no room");
        }
    }
    assert_eq!(
        plan,
        &self::plan(facts, mode),
        "seed {seed}: equal facts, equal plans"
    );
    let changes: Vec<_> = plan.goals.iter().map(|goal| (goal.after, goal.before)).collect();
    let decisive = changes.iter().find(|(after, before)| after != before);
    if !matches!(mode, RebalanceMode::RemoveBrokers(_)) {
        assert!(
            decisive.is_none_or(|(after, before)| after < before),
            "seed {seed}: a goal got worse for a later one: {:?}",
            plan.goals
        );
    }
}

#[test]
fn full_plans_keep_every_promise_and_leave_nothing_to_do() {
    for number in 0..80 {
        let facts = drawn(&mut Seed::new([number; 32]));
        let plan = plan(&facts, &RebalanceMode::Full);
        check(&facts, &RebalanceMode::Full, &plan, number);
        let again = self::plan(&executed(&facts, &plan), &RebalanceMode::Full);
        assert!(
            again.movements.is_empty(),
            "seed {number}: {:?}",
            again.movements.len()
        );
    }
}

/// How far a cluster is from its goals.
fn distances(facts: &ClusterFacts) -> Vec<u64> {
    let assignment = assignment::Assignment::new(facts, &BTreeSet::new());
    let search = search::Search::new(assignment, &GoalSettings::default());
    let bands = (0..Goal::BANDS.len()).map(|goal| search.distance(goal));
    std::iter::once(search.rack_excess()).chain(bands).collect()
}

#[test]
fn no_movement_can_be_left_out_without_a_goal_being_further_away() {
    let mut movements = 0;
    for number in 0..40 {
        let facts = drawn(&mut Seed::new([number; 32]));
        let plan = plan(&facts, &RebalanceMode::Full);
        let whole = distances(&executed(&facts, &plan));
        for left_out in &plan.movements {
            let mut rest = plan.clone();
            rest.movements.retain(|movement| movement != left_out);
            let without = distances(&executed(&facts, &rest));
            let is_worse = without.iter().zip(&whole).any(|(without, whole)| without > whole);
            assert!(is_worse, "seed {number}: {left_out:?} is for nothing");
            movements += 1;
        }
    }
    assert!(movements > 100, "{movements}");
}

#[test]
fn plans_for_new_brokers_move_to_them_alone() {
    for number in 0..50 {
        let facts = drawn(&mut Seed::new([number; 32]));
        let new = facts
            .brokers
            .iter()
            .rev()
            .find(|b| b.role == BrokerRole::Balanced);
        let new = new.unwrap().id;
        let mode = RebalanceMode::AddBrokers([new].into());
        let plan = plan(&facts, &mode);
        check(&facts, &mode, &plan, number);
        assert!(
            plan.movements.iter().all(|m| m.added().all(|id| id == new)),
            "seed {number}"
        );
    }
}

#[test]
fn drains_empty_the_broker_or_are_refused_and_touch_nothing_else() {
    let mut refused = 0;
    for number in 0..80 {
        let mut seed = Seed::new([number; 32]);
        let facts = drawn(&mut seed);
        let gone = facts.brokers[seed.below(facts.brokers.len())].id;
        let mode = RebalanceMode::RemoveBrokers([gone].into());
        match plan_rebalance(&facts, &mode, &GoalSettings::default()) {
            Err(_) => refused += 1,
            Ok(plan) => {
                check(&facts, &mode, &plan, number);
                assert!(
                    plan.movements.iter().all(|m| m.from.contains(&gone)),
                    "seed {number}"
                );
                assert!(
                    executed(&facts, &plan)
                        .partitions
                        .iter()
                        .all(|p| !p.replicas.contains(&gone)),
                    "seed {number}"
                );
            }
        }
    }
    assert!((1..70).contains(&refused), "both happen: {refused}");
}
