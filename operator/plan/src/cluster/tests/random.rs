//! Whatever happens: at most one node is disturbed, never on an unknown fact, and in the end there is nothing to write.
//! The world itself checks that a step was recorded, that nobody else is down and that what goes is empty.

use proptest::prelude::*;

use crate::cluster::{ClusterPlan, Step, plan};
use crate::fact::Fact;
use crate::facts::ClusterFacts;
use crate::world::World;

/// A specification out of a few choices that users make.
fn spec() -> impl Strategy<Value = String> {
    (1..6_i32, 0..2_usize, 0..3_usize, 0..3_usize, 0..2_usize, 0..8_usize).prop_map(
        |(brokers, controllers, image, config, size, more)| {
            let controllers = [3, 5][controllers];
            let config = ["", "config: {log.retention.ms: 1},", "config: {num.io.threads: 9},"][config];
            let more = [
                "",
                "deletionPolicy: Delete,",
                "rollout: {restartedAt: '2026-01-01T00:00:00Z'},",
                "hibernate: true,",
                "rollout: {partition: 1},",
                "nodePools: [{name: big, nodeIdStart: 2000, replicas: 2, storage: {size: 1Ti}}],",
                "rollout: {paused: true},",
                "podDisruptionBudget: {enabled: false},",
            ][more];
            format!(
                "{{image: 'x:{image}', {config} {more} controllers: {{replicas: {controllers}, storage: {{size: 5Gi}}}}, \
                 brokers: {{replicas: {brokers}, storage: {{size: {}}}}}}}",
                ["10Gi", "20Gi"][size]
            )
        },
    )
}

/// Makes one kind of fact unknown.
fn hide(facts: &mut ClusterFacts, what: usize) {
    let reason = || "hidden".to_owned();
    match what {
        0 => facts.children = Fact::Unknown(reason()),
        1 => facts.pods = Fact::Unknown(reason()),
        2 => facts.claims = Fact::Unknown(reason()),
        3 => facts.kafka = Fact::Unknown(reason()),
        _ => {}
    }
    let Fact::Known(kafka) = &mut facts.kafka else {
        return;
    };
    match what {
        4 => kafka.quorum = Fact::Unknown(reason()),
        5 => kafka.largest_replication_factor = Fact::Unknown(reason()),
        6 => kafka
            .safe_to_stop
            .values_mut()
            .for_each(|fact| *fact = Fact::Unknown(reason())),
        7 => kafka
            .caught_up
            .values_mut()
            .for_each(|fact| *fact = Fact::Unknown(reason())),
        8 => kafka
            .brokers
            .values_mut()
            .for_each(|broker| broker.replicas = Fact::Unknown(reason())),
        9 => kafka
            .brokers
            .values_mut()
            .for_each(|broker| broker.movable_leaders = Fact::Unknown(reason())),
        10 => kafka.safe_to_stop.clear(),
        11 => kafka.caught_up.clear(),
        _ => {}
    }
}

/// Whether a step would be taken without a fact that it needs.
fn is_blind(plan: &ClusterPlan, what: usize) -> bool {
    let Some(step) = &plan.step else {
        return what == 0 && !plan.removes.is_empty();
    };
    let of_controller = |node: &i32| (1000..2000).contains(node);
    match step {
        Step::Hibernate => what < 3,
        Step::ReplaceStatefulSet { .. } => what < 5,
        // A controller has no replicas, and so no leaders to move.
        Step::RestartNode { node_id, .. } if of_controller(node_id) => ![5, 8, 9].contains(&what),
        Step::RestartNode { .. } => what != 5 && what != 8,
        Step::RemoveNode { node_id, .. } if of_controller(node_id) => ![5, 8, 9].contains(&what),
        Step::RemoveNode { .. } => what != 9,
        Step::AddVoter { .. } | Step::RemoveVoter { .. } | Step::DeleteVolume { .. } => {
            ![5, 6, 8, 9, 10].contains(&what)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_change_ends_in_a_cluster_that_is_as_asked_and_quiet(specs in prop::collection::vec(spec(), 1..4)) {
        let mut world = World::new(&specs[0]);
        for spec in &specs {
            world.apply(spec);
            let hibernated = spec.contains("hibernate");
            world.settle();
            let plan = plan(&world.cluster, &world.facts(), &world.settings);
            prop_assert!(plan.is_quiet());
            prop_assert_eq!(world.pods.is_empty(), hibernated);
        }
    }

    #[test]
    fn a_change_in_the_middle_of_another_disturbs_nobody_else(
        specs in prop::collection::vec((spec(), 0..40_usize), 2..5),
    ) {
        let mut world = World::settled(&specs[0].0);
        for (spec, passes) in &specs {
            world.apply(spec);
            for _ in 0..*passes {
                world.pass();
            }
        }
        world.settle();
    }

    #[test]
    fn no_step_is_taken_blindly(
        specs in prop::collection::vec(spec(), 2..4),
        hidden in prop::collection::vec(0..14_usize, 0..60),
    ) {
        let mut world = World::settled(&specs[0]);
        for spec in &specs[1..] {
            world.apply(spec);
            for what in &hidden {
                let mut facts = world.facts();
                hide(&mut facts, *what);
                let plan = plan(&world.cluster, &facts, &world.settings);
                prop_assert!(!(*what < 12 && is_blind(&plan, *what)), "{} hidden: {:?}", what, plan);
                world.execute(&plan);
                world.round();
            }
        }
        world.settle();
    }

    #[test]
    fn an_operator_that_is_killed_between_any_two_writes_ends_in_the_same_place(
        specs in prop::collection::vec(spec(), 2..4),
        kills in prop::collection::vec(0..4_usize, 30),
    ) {
        let mut world = World::settled(&specs[0]);
        for spec in &specs[1..] {
            world.apply(spec);
            for kill in &kills {
                let mut part = plan(&world.cluster, &world.facts(), &world.settings);
                if *kill < 1 { part.applies.truncate(part.applies.len() / 2); }
                if *kill < 2 { part.requests.clear(); }
                if *kill < 3 { part.step = None; }
                world.execute(&part);
                world.round();
            }
            world.settle();
        }
        let mut undisturbed = World::settled(&specs[0]);
        for spec in &specs[1..] {
            undisturbed.apply(spec);
            undisturbed.settle();
        }
        prop_assert_eq!(world.pods.keys().collect::<Vec<_>>(), undisturbed.pods.keys().collect::<Vec<_>>());
        prop_assert_eq!(world.voters, undisturbed.voters);
    }
}
