//! Stories of a cluster, each told by what was done in which order.

mod random;
mod rules;
mod tiering;

use crate::world::World;

pub(super) const THREE: &str =
    "{controllers: {replicas: 3, storage: {size: 5Gi}}, brokers: {replicas: 3, storage: {size: 10Gi}}}";

pub(super) fn brokers(count: i32) -> String {
    THREE.replace("brokers: {replicas: 3", &format!("brokers: {{replicas: {count}"))
}

pub(super) fn with(extra: &str) -> String {
    THREE.replacen('{', &format!("{{{extra}, "), 1)
}

#[test]
fn a_new_cluster_becomes_ready_and_then_nothing_is_written() {
    let world = World::settled(THREE);
    assert_eq!(world.condition("Ready"), "True Available");
    assert_eq!(world.condition("UpToDate"), "True UpToDate");
    assert_eq!(world.condition("Reconciling"), "");
    assert_eq!(
        world.voters.iter().copied().collect::<Vec<_>>(),
        [1000, 1001, 1002]
    );
}

#[test]
fn before_its_first_node_answers_a_cluster_is_not_ready() {
    let mut world = World::new(THREE);
    world.pass();
    assert_eq!(world.condition("Ready"), "False Creating");
    assert_eq!(world.condition("Reconciling"), "True Creating");
}

#[test]
fn a_new_image_restarts_followers_then_brokers_then_the_active_controller() {
    let mut world = World::settled(THREE);
    world.apply(&with("image: 'x:2'"));
    world.settle();
    let restarts: Vec<&str> = world
        .log
        .iter()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    assert_eq!(restarts, ["1001", "1002", "0", "1", "2", "1000"]);
    assert_eq!(world.condition("UpToDate"), "True UpToDate");
}

#[test]
fn leaders_are_moved_away_before_a_broker_restarts() {
    let mut world = World::settled(THREE);
    for broker in world.brokers.values_mut() {
        broker.leaders = 4;
    }
    world.apply(&with("image: 'x:2'"));
    for _ in 0..600 {
        let plan = world.pass();
        if let Some(crate::cluster::Step::RestartNode { node_id, .. }) = plan.step
            && let Some(broker) = world.brokers.get(&node_id)
        {
            assert_eq!(broker.leaders, 0, "broker {node_id}");
        }
    }
    assert_eq!(world.log.len(), 6);
}

#[test]
fn ready_stays_true_while_nodes_restart_one_by_one() {
    let mut world = World::settled(THREE);
    world.apply(&with("image: 'x:2'"));
    for _ in 0..200 {
        world.pass();
        assert!(
            world.condition("Ready").starts_with("True"),
            "{:?}",
            world.cluster.status
        );
    }
}

#[test]
fn dynamic_configuration_is_changed_without_a_restart() {
    let mut world = World::settled(THREE);
    world.apply(&with("config: {log.retention.ms: 1000}"));
    world.settle();
    assert_eq!(world.log, [""; 0]);
    assert_eq!(world.config["log.retention.ms"], "1000");
}

#[test]
fn other_configuration_restarts_every_node() {
    let mut world = World::settled(THREE);
    world.apply(&with("config: {num.network.threads.of.tests: 1000}"));
    world.settle();
    assert_eq!(world.log.len(), 6);
}

#[test]
fn what_was_set_by_hand_goes_unless_a_movement_set_it() {
    let mut world = World::settled(THREE);
    world.config.insert("log.retention.ms".to_owned(), "7".to_owned());
    world
        .config
        .insert("leader.replication.throttled.rate".to_owned(), "7".to_owned());
    world.settle();
    assert_eq!(
        world.config.into_keys().collect::<Vec<_>>(),
        ["leader.replication.throttled.rate"]
    );
}

#[test]
fn more_brokers_start_at_once_and_get_replicas() {
    let mut world = World::settled(THREE);
    world.brokers.values_mut().for_each(|broker| broker.replicas = 4);
    world.apply(&brokers(6));
    world.settle();
    assert_eq!(world.log, ["spread to [3, 4, 5]"]);
    assert_eq!(world.pods.len(), 9);
}

#[test]
fn fewer_brokers_leave_one_by_one_when_they_are_empty() {
    let mut world = World::settled(&brokers(5));
    world.brokers.values_mut().for_each(|broker| broker.replicas = 4);
    world.spread_to = vec![0, 1, 2, 3, 4];
    world.apply(&brokers(3));
    world.settle();
    assert_eq!(
        world.log,
        [
            "drain [4, 3]",
            "remove node 4",
            "unregister 4",
            "remove node 3",
            "unregister 3"
        ]
        .map(str::to_owned)
    );
    assert_eq!(world.claims.len(), 8, "claims are kept");
}

#[test]
fn a_pool_that_is_not_named_any_more_is_drained_and_then_removed() {
    let pools = "nodePools: [{name: big, nodeIdStart: 2000, replicas: 2, storage: {size: 1Ti}}]";
    let mut world = World::settled(&with(pools));
    world.brokers.values_mut().for_each(|broker| broker.replicas = 4);
    world.apply(THREE);
    world.settle();
    assert!(
        !world.children.keys().any(|key| key.name.contains("big")),
        "{:?}",
        world.children.keys()
    );
    assert_eq!(world.log[0], "drain [2001, 2000]");
}

#[test]
fn voters_are_added_and_removed_one_at_a_time() {
    let controllers = |count: i32| {
        THREE.replace(
            "controllers: {replicas: 3",
            &format!("controllers: {{replicas: {count}"),
        )
    };
    let mut world = World::settled(THREE);
    world.apply(&controllers(5));
    world.settle();
    assert_eq!(
        world.log,
        ["make controller 1003 a voter", "make controller 1004 a voter"]
    );
    world.log.clear();
    world.apply(&controllers(3));
    world.settle();
    assert_eq!(
        world.log,
        [
            "take the vote from controller 1004",
            "take the vote from controller 1003",
            "remove node 1004",
            "remove node 1003"
        ]
    );
}

#[test]
fn combined_nodes_grow_from_one_voter_to_three() {
    let mut world = World::settled("{brokers: {replicas: 1, storage: {size: 1Gi}}}");
    world.apply("{brokers: {replicas: 3, storage: {size: 1Gi}}}");
    world.settle();
    assert_eq!(world.voters.len(), 3);
    assert_eq!(
        world.log,
        ["make controller 1 a voter", "make controller 2 a voter"]
    );
}

#[test]
fn volumes_grow_without_a_restart_and_the_stateful_set_is_made_anew() {
    let mut world = World::settled(THREE);
    let pods: Vec<String> = world.pods.values().map(|pod| pod.fact.uid.clone()).collect();
    world.apply(&THREE.replace("10Gi", "20Gi"));
    world.settle();
    assert!(
        world
            .claims
            .values()
            .filter(|claim| claim.pool == "brokers")
            .all(|claim| claim.requested == "20Gi")
    );
    assert_eq!(
        world.log,
        ["make StatefulSet orders-brokers anew around its pods"]
    );
    assert_eq!(
        world
            .pods
            .values()
            .map(|pod| pod.fact.uid.clone())
            .collect::<Vec<_>>(),
        pods
    );
}

#[test]
fn a_hibernating_cluster_has_no_node_and_wakes_up_as_it_was() {
    let mut world = World::settled(THREE);
    world.apply(&with("hibernate: true"));
    world.settle();
    assert!(world.pods.is_empty());
    assert_eq!(world.condition("Ready"), "False Hibernated");
    assert_eq!(world.claims.len(), 6);
    world.apply(THREE);
    world.settle();
    assert_eq!(world.condition("Ready"), "True Available");
}

#[test]
fn a_restored_cluster_says_so_when_it_is_well() {
    let id = World::settled(THREE).cluster.status.unwrap().cluster_id.unwrap();
    let spec = format!("tiering: {{bucket: logs}}, bootstrap: {{clusterId: {id}, restore: true}}");
    let mut world = World::settled(&with(&spec));
    assert_eq!(world.condition("Ready"), "True Available");
    assert_eq!(world.cluster.status.clone().unwrap().restored, Some(true));
    world.log.clear();
    world.settle();
    assert_eq!(world.log, [""; 0], "nothing restarts for it");
    assert_eq!(World::settled(THREE).cluster.status.unwrap().restored, None);
}

#[test]
fn a_manual_rollout_waits_for_its_approval_and_shows_what_it_would_do() {
    let mut world = World::settled(&with("rollout: {strategy: manual}"));
    world.apply(&with("image: 'x:2', rollout: {strategy: manual}"));
    world.settle();
    assert_eq!(world.log, [""; 0]);
    let preview = world.cluster.status.clone().unwrap().plan.unwrap();
    assert_eq!(preview.items.len(), 2, "{:?}", preview.items);
    assert_eq!(world.condition("Reconciling"), "True AwaitingApproval");
    world.apply(&with(&format!(
        "image: 'x:2', rollout: {{strategy: manual, approve: '{}'}}",
        preview.id
    )));
    world.settle();
    assert_eq!(world.log.len(), 6);
    assert_eq!(world.cluster.status.unwrap().plan, None);
}

#[test]
fn a_new_operator_restarts_nothing_while_it_is_held() {
    let mut world = World::settled(&with("rollout: {operatorUpgrade: hold}"));
    for set in world
        .children
        .values_mut()
        .filter(|child| child["kind"] == "StatefulSet")
    {
        set["spec"]["template"]["metadata"]["annotations"][operator_api::labels::TEMPLATE] = "older".into();
    }
    for pod in world.pods.values_mut() {
        pod.fact.template = Some("older".to_owned());
    }
    world.settle();
    assert_eq!(world.log, [""; 0]);
    assert!(world.cluster.status.clone().unwrap().plan.unwrap().items[0].contains("operatorUpgrade"));
    world.apply(&with(
        "rollout: {operatorUpgrade: hold, restartedAt: '2026-01-01T00:00:00Z'}",
    ));
    world.settle();
    assert_eq!(world.log.len(), 6);
}

#[test]
fn the_first_nodes_of_a_pool_stay_while_a_change_is_tried_on_the_others() {
    let mut world = World::settled(THREE);
    world.apply(&with("image: 'x:2', rollout: {partition: 2}"));
    world.settle();
    let restarts: Vec<&str> = world
        .log
        .iter()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    assert_eq!(restarts, ["1002", "2"]);
}

#[test]
fn volumes_of_removed_nodes_are_deleted_only_if_asked_for() {
    let mut world = World::settled(&brokers(4));
    world.apply(&brokers(3).replacen('{', "{deletionPolicy: Delete, ", 1));
    world.settle();
    assert_eq!(world.claims.len(), 6);
    assert_eq!(
        world.log.last().unwrap(),
        "delete claim data-orders-brokers-3 of node 3, which is gone"
    );
}

#[test]
fn an_object_of_a_setting_that_was_switched_off_is_removed() {
    let mut world = World::settled(THREE);
    world.apply(&with("podDisruptionBudget: {enabled: false}"));
    world.settle();
    assert_eq!(world.log, ["delete PodDisruptionBudget orders"]);
}
