//! The decision table, one rule at a time: what was changed in a world that is as it should be, and which rule speaks.

use super::{THREE, brokers, with};
use crate::cluster::{AdminRequest, ClusterPlan, Step, plan};
use crate::fact::Fact;
use crate::facts::{ClusterFacts, KafkaFacts, Obstacle, ObstacleKind, PodTrouble, StopVerdict, TroubleKind};
use crate::flow::Flow;
use crate::world::World;

fn kafka(facts: &mut ClusterFacts) -> &mut KafkaFacts {
    match &mut facts.kafka {
        Fact::Known(kafka) => kafka,
        other => panic!("{other:?}"),
    }
}

fn reason(plan: &ClusterPlan) -> &'static str {
    match &plan.flow {
        Flow::Done => "",
        Flow::Working { reason, .. } | Flow::Stalled { reason, .. } => reason,
    }
}

/// A world of three brokers to which the specification was just changed, with its objects written.
fn changed(spec: &str) -> World {
    let mut world = World::settled(THREE);
    world.apply(spec);
    let plan = plan(&world.cluster, &world.facts(), &world.settings);
    assert_eq!(plan.step, None);
    world.execute(&plan);
    world.cluster.status.as_mut().unwrap().operation = None;
    world
}

fn check(world: &World, change: impl FnOnce(&mut ClusterFacts), rule: &str, wanted: &str) -> ClusterPlan {
    let mut facts = world.facts();
    change(&mut facts);
    let plan = plan(&world.cluster, &facts, &world.settings);
    assert_eq!((plan.rule, reason(&plan)), (rule, wanted), "{plan:?}");
    plan
}

fn unknown<T>() -> Fact<T> {
    Fact::Unknown("it does not answer".to_owned())
}

fn obstacle(kind: ObstacleKind) -> Fact<StopVerdict> {
    let text = "partition payments-0".to_owned();
    Fact::Known(StopVerdict {
        obstacles: vec![Obstacle { kind, text }],
    })
}

#[test]
fn nothing_is_removed_while_the_children_are_unknown() {
    let world = changed(&with("podDisruptionBudget: {enabled: false}"));
    let plan = check(
        &world,
        |facts| facts.children = unknown(),
        "kubernetes-unknown",
        "Observing",
    );
    assert!(plan.removes.is_empty() && plan.applies.is_empty());
}

#[test]
fn no_pod_is_touched_while_the_pods_are_unknown() {
    let world = changed(&with("image: 'x:2'"));
    check(
        &world,
        |facts| facts.pods = unknown(),
        "kubernetes-unknown",
        "Observing",
    );
}

#[test]
fn nothing_is_disturbed_while_the_brokers_are_silent() {
    let world = changed(&with("image: 'x:2'"));
    let plan = check(
        &world,
        |facts| facts.kafka = unknown(),
        "brokers-silent",
        "Observing",
    );
    assert_eq!(plan.step, None);
}

#[test]
fn nothing_is_disturbed_without_an_active_controller() {
    let world = changed(&with("image: 'x:2'"));
    check(
        &world,
        |facts| kafka(facts).quorum = Fact::Absent,
        "brokers-silent",
        "Observing",
    );
}

#[test]
fn no_node_restarts_while_another_has_not_caught_up() {
    let world = changed(&with("image: 'x:2'"));
    let lag = |facts: &mut ClusterFacts| {
        kafka(facts).caught_up.insert(2, Fact::Known(false));
    };
    check(&world, lag, "pod-outdated", "BrokerCatchingUp");
}

#[test]
fn no_node_restarts_while_nobody_knows_whether_another_has_caught_up() {
    let world = changed(&with("image: 'x:2'"));
    let silent = |facts: &mut ClusterFacts| {
        kafka(facts).caught_up.remove(&2);
    };
    check(&world, silent, "pod-outdated", "Observing");
}

#[test]
fn a_node_that_may_not_stop_is_passed_over() {
    let world = changed(&with("image: 'x:2'"));
    let block = |facts: &mut ClusterFacts| {
        kafka(facts)
            .safe_to_stop
            .insert(1001, obstacle(ObstacleKind::Other));
    };
    let plan = check(&world, block, "pod-outdated", "RollingRestart");
    assert_eq!(plan.status.unwrap().operation.unwrap().node_id, Some(1002));
    assert_eq!(plan.step, None, "it is recorded first");
}

#[test]
fn when_no_node_may_stop_all_wait() {
    let world = changed(&with("image: 'x:2'"));
    let block = |facts: &mut ClusterFacts| {
        for node in [0, 1, 2, 1000, 1001, 1002] {
            kafka(facts)
                .safe_to_stop
                .insert(node, obstacle(ObstacleKind::Other));
        }
    };
    check(&world, block, "pod-outdated", "WouldGoBelowMinIsr");
}

#[test]
fn an_unknown_verdict_is_no_yes() {
    let world = changed(&with("image: 'x:2'"));
    let silent = |facts: &mut ClusterFacts| {
        kafka(facts).safe_to_stop.insert(1001, unknown());
    };
    check(&world, silent, "pod-outdated", "Observing");
}

#[test]
fn the_only_copy_of_a_partition_does_not_hold_its_broker_for_ever() {
    let world = changed(&with("image: 'x:2'"));
    let only = |facts: &mut ClusterFacts| {
        kafka(facts)
            .safe_to_stop
            .insert(1001, obstacle(ObstacleKind::OnlyCopy));
    };
    let plan = check(&world, only, "pod-outdated", "RollingRestart");
    assert_eq!(plan.status.unwrap().operation.unwrap().node_id, Some(1001));
}

#[test]
fn the_majority_of_three_controllers_is_kept() {
    let world = changed(&with("image: 'x:2'"));
    let majority = |facts: &mut ClusterFacts| {
        for node in [0, 1, 2, 1000, 1001, 1002] {
            kafka(facts)
                .safe_to_stop
                .insert(node, obstacle(ObstacleKind::QuorumMajority));
        }
    };
    check(&world, majority, "pod-outdated", "WouldGoBelowMinIsr");
}

#[test]
fn a_paused_rollout_restarts_nothing() {
    let world = changed(&with("image: 'x:2', rollout: {paused: true}"));
    check(&world, |_| (), "pod-outdated", "RolloutPaused");
}

#[test]
fn a_paused_cluster_is_left_alone_and_keeps_its_health() {
    let world = changed(&with("paused: true, image: 'x:2'"));
    assert_eq!(world.condition("Paused"), "True Paused");
    assert_eq!(world.condition("Ready"), "True Available");
    let plan = check(&world, |_| (), "paused", "");
    assert!(plan.applies.is_empty());
}

fn stuck(node: i32, kind: TroubleKind) -> impl FnOnce(&mut ClusterFacts) {
    move |facts| {
        let Fact::Known(pods) = &mut facts.pods else {
            panic!("pods are known")
        };
        let pod = pods.iter_mut().find(|pod| pod.node_id == node).unwrap();
        pod.ready = false;
        pod.trouble = Some(PodTrouble {
            kind,
            message: "back-off".to_owned(),
        });
    }
}

#[test]
fn a_stuck_pod_of_an_old_revision_is_replaced_first_even_while_brokers_are_silent() {
    let world = changed(&with("image: 'x:2'"));
    let plan = check(
        &world,
        |facts| {
            facts.kafka = unknown();
            stuck(2, TroubleKind::CrashLoop)(facts);
        },
        "stuck-pod-outdated",
        "RollingRestart",
    );
    assert_eq!(plan.status.unwrap().operation.unwrap().node_id, Some(2));
}

#[test]
fn a_stuck_pod_of_the_current_revision_stops_everything_and_says_why() {
    for (kind, wanted) in [
        (TroubleKind::CrashLoop, "PodFailing"),
        (TroubleKind::ImagePull, "ImagePullFailed"),
        (TroubleKind::Unschedulable, "Unschedulable"),
    ] {
        let world = World::settled(THREE);
        let plan = check(&world, stuck(1, kind), "stuck-pod-current", wanted);
        let Flow::Stalled { message, .. } = plan.flow else {
            panic!("{:?}", plan.flow)
        };
        assert!(
            message.contains("kubectl -n kafka describe pod orders-brokers-1"),
            "{message}"
        );
    }
}

#[test]
fn a_recorded_restart_goes_on_and_no_other_begins() {
    let mut world = changed(&with("image: 'x:2'"));
    let first = plan(&world.cluster, &world.facts(), &world.settings);
    world.execute(&first);
    let plan = check(&world, |_| (), "restart-in-flight", "RollingRestart");
    assert!(
        matches!(plan.step, Some(Step::RestartNode { node_id: 1001, .. })),
        "{:?}",
        plan.step
    );
    let gone = |facts: &mut ClusterFacts| {
        let Fact::Known(pods) = &mut facts.pods else {
            panic!("pods are known")
        };
        pods.retain(|pod| pod.node_id != 1001);
    };
    let waiting = check(&world, gone, "restart-in-flight", "RollingRestart");
    assert_eq!(waiting.step, None);
}

#[test]
fn a_broker_that_reads_its_logs_is_left_alone() {
    let mut world = changed(&with("image: 'x:2'"));
    let first = plan(&world.cluster, &world.facts(), &world.settings);
    world.execute(&first);
    let starting = |facts: &mut ClusterFacts| {
        let Fact::Known(pods) = &mut facts.pods else {
            panic!("pods are known")
        };
        let pod = pods.iter_mut().find(|pod| pod.node_id == 1001).unwrap();
        pod.uid = "another".to_owned();
        pod.ready = false;
    };
    check(&world, starting, "restart-in-flight", "BrokerCatchingUp");
}

#[test]
fn topics_keep_the_brokers_that_they_need() {
    let mut world = changed(&brokers(2));
    world.largest_factor = 3;
    let plan = check(&world, |_| (), "broker-too-many", "InsufficientBrokers");
    assert!(plan.requests.is_empty());
}

#[test]
fn no_broker_leaves_while_nobody_knows_what_topics_need() {
    let world = changed(&brokers(2));
    let silent = |facts: &mut ClusterFacts| kafka(facts).largest_replication_factor = unknown();
    check(&world, silent, "broker-too-many", "Observing");
}

#[test]
fn no_broker_leaves_while_nobody_knows_what_it_holds() {
    let world = changed(&brokers(2));
    let silent = |facts: &mut ClusterFacts| {
        let broker = kafka(facts).brokers.get_mut(&2).unwrap();
        broker.cordoned = true;
        broker.replicas = unknown();
    };
    check(&world, silent, "broker-too-many", "Observing");
}

#[test]
fn a_broker_with_replicas_stays_until_somebody_drains_it() {
    let mut world = changed(&brokers(2).replacen('{', "{rebalance: {onScaleDown: false}, ", 1));
    world.brokers.get_mut(&2).unwrap().replicas = 3;
    world.brokers.get_mut(&2).unwrap().cordoned = true;
    let plan = check(&world, |_| (), "broker-too-many", "DrainingBroker");
    assert!(plan.requests.is_empty());
}

#[test]
fn a_drain_is_asked_for_when_nothing_moves_any_more() {
    let mut world = changed(&brokers(2));
    world.brokers.get_mut(&2).unwrap().replicas = 3;
    world.brokers.get_mut(&2).unwrap().cordoned = true;
    let asked = check(&world, |_| (), "broker-too-many", "DrainingBroker").requests;
    assert!(
        matches!(&asked[..], [AdminRequest::Drain { brokers, .. }] if *brokers == [2]),
        "{asked:?}"
    );
    let moving = |facts: &mut ClusterFacts| kafka(facts).moving = Fact::Known(7);
    let plan = check(&world, moving, "broker-too-many", "DrainingBroker");
    let Flow::Working { message, .. } = plan.flow else {
        panic!("{:?}", plan.flow)
    };
    assert!(
        plan.requests.is_empty() && message.contains("7 replicas are moving"),
        "{message}"
    );
    let silent = |facts: &mut ClusterFacts| kafka(facts).moving = unknown();
    check(&world, silent, "broker-too-many", "Observing");
}

#[test]
fn a_new_broker_gets_its_share_when_nothing_moves_any_more() {
    let mut world = World::settled(&brokers(3));
    for id in 0..3 {
        world.brokers.get_mut(&id).unwrap().replicas = 8;
    }
    world.brokers.get_mut(&2).unwrap().replicas = 0;
    let asked = check(&world, |_| (), "broker-empty", "Rebalancing").requests;
    assert!(matches!(&asked[..], [AdminRequest::SpreadTo { .. }]), "{asked:?}");
    let moving = |facts: &mut ClusterFacts| kafka(facts).moving = Fact::Known(7);
    assert!(
        check(&world, moving, "broker-empty", "Rebalancing")
            .requests
            .is_empty()
    );
}

#[test]
fn volumes_that_cannot_grow_stall_with_the_way_out() {
    let mut world = World::settled(THREE);
    for claim in world.claims.values_mut() {
        claim.expandable = Fact::Known(false);
    }
    world.apply(&THREE.replace("10Gi", "20Gi"));
    check(&world, |_| (), "volume-growth", "VolumeExpansionUnsupported");
}

#[test]
fn volumes_of_another_cluster_are_not_touched() {
    let world = World::settled(THREE);
    let other = |facts: &mut ClusterFacts| kafka(facts).cluster_id = "MkU3OEVBNTcwNTJENDM2Qg".to_owned();
    let plan = check(&world, other, "other-cluster", "ClusterIdMismatch");
    let Flow::Stalled { message, .. } = plan.flow else {
        panic!("{:?}", plan.flow)
    };
    assert!(
        message.contains("spec.bootstrap.clusterId: MkU3OEVBNTcwNTJENDM2Qg"),
        "{message}"
    );
}

#[test]
fn the_last_majority_of_voters_is_kept() {
    let world = changed(&THREE.replace("controllers: {replicas: 3", "controllers: {replicas: 1"));
    let behind = |facts: &mut ClusterFacts| {
        let Fact::Known(quorum) = &mut kafka(facts).quorum else {
            panic!("the quorum is known")
        };
        quorum.voters.get_mut(&1001).unwrap().caught_up = false;
    };
    check(&world, behind, "voter-too-many", "RemovingVoters");
}

#[test]
fn a_claim_that_may_be_in_use_is_not_deleted() {
    let mut world = World::settled(&brokers(4));
    world.apply(&brokers(3));
    world.settle();
    world.apply(&brokers(3).replacen('{', "{deletionPolicy: Delete, ", 1));
    world.claims.get_mut(&3).unwrap().mounted = unknown();
    check(&world, |_| (), "volume-of-node-gone", "Observing");
    world.claims.get_mut(&3).unwrap().mounted = Fact::Known(true);
    check(&world, |_| (), "volume-of-node-gone", "DeletingVolumes");
}
