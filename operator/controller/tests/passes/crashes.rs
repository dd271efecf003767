//! Whatever request goes wrong, and wherever the operator is lost: the next passes reach the same goal, and no two nodes
//! are down at a time (the small world itself checks that at each disturbance).

use operator_api::condition::READY;

use crate::small_world::{Fault, LONG, World};

const TWO: &str =
    "{controllers: {replicas: 1, storage: {size: 1Gi}}, brokers: {replicas: 2, storage: {size: 1Gi}}}";

/// What is asked for after the cluster has settled, and what of the log and the nodes must come out.
pub(crate) const CHANGES: [(&str, &str, usize); 3] = [
    (
        "another image",
        "{image: 'x:2', controllers: {replicas: 1, storage: {size: 1Gi}}, brokers: {replicas: 2, storage: {size: 1Gi}}}",
        3,
    ),
    (
        "one broker more",
        "{controllers: {replicas: 1, storage: {size: 1Gi}}, brokers: {replicas: 3, storage: {size: 1Gi}}}",
        4,
    ),
    (
        "one broker less",
        "{controllers: {replicas: 1, storage: {size: 1Gi}}, brokers: {replicas: 1, storage: {size: 1Gi}}}",
        2,
    ),
];

pub(crate) async fn settled() -> World {
    let world = World::new(TWO);
    world.settle().await;
    for broker in 0..2 {
        world.state().replicas.insert(broker, 4);
        world.state().leaders.insert(broker, 2);
    }
    world.settle().await;
    assert_eq!(
        world.condition(READY),
        ("True".to_owned(), "Available".to_owned())
    );
    world
}

/// The change carried out with one fault, if any.
async fn changed(settled: &World, spec: &str, fault: Option<(usize, Fault)>) -> World {
    let world = settled.copied();
    world.state().fault = fault;
    world.apply(spec);
    tokio::time::timeout(LONG, world.settle())
        .await
        .expect("it settles");
    world
}

/// One request in so many for an error, and every one that changes something for the end of the operator.
fn faults(clean: &World, one_in: usize) -> Vec<(usize, Fault)> {
    let asked = clean.state().asked;
    let changes = clean.state().changes;
    let refused = (0..asked).step_by(one_in).map(|number| (number, Fault::Refused));
    refused
        .chain((0..changes).map(|number| (number, Fault::Crash)))
        .collect()
}

fn outcome(world: &World) -> (Vec<String>, usize, (String, String)) {
    let log = world.state().log.clone();
    let pods = world.state().pods().len();
    (log, pods, world.condition(READY))
}

#[tokio::test]
async fn a_change_reaches_its_goal_whatever_request_fails_or_is_the_operators_last() {
    let settled = settled().await;
    // Passes ask in the same order: eleven has no divisor in common with how often they ask.
    for ((name, spec, nodes), one_in) in CHANGES.into_iter().zip([1, 11, 11]) {
        let clean = changed(&settled, spec, None).await;
        let goal = outcome(&clean);
        assert_eq!((goal.1, goal.2.0.as_str()), (nodes, "True"), "{name}: {goal:?}");
        for fault in faults(&clean, one_in) {
            let world = changed(&settled, spec, Some(fault)).await;
            assert_eq!(outcome(&world), goal, "{name}: {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_new_cluster_comes_up_whatever_request_fails_or_is_the_operators_last() {
    let clean = World::new(TWO);
    clean.settle().await;
    for fault in faults(&clean, 3) {
        let world = World::new(TWO);
        world.state().fault = Some(fault);
        tokio::time::timeout(LONG, world.settle())
            .await
            .expect("it settles");
        assert_eq!(outcome(&world), outcome(&clean), "{fault:?}");
    }
}

#[tokio::test]
async fn a_cluster_at_rest_is_not_written() {
    let world = settled().await;
    let before = world.written();
    for _ in 0..3 {
        world.pass().await.expect("nothing is wrong");
    }
    assert_eq!(world.written(), before);
}
