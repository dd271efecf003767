//! Fewer nodes, and what more of them means for replicas.
//!
//! A broker goes by its id, the last of its pool first, when it was seen empty: cordoned, drained, no replica on it and
//! none on the way. What the topics or the quorum need stays, and the wish is told, never silently undone.

use super::decide::{Decision, not_yet};
use super::roll;
use super::view::{LivePool, View};
use super::{AdminRequest, Step};
use crate::fact::Fact;
use crate::facts::KafkaFacts;
use crate::flow::Flow;

/// Nodes that should not be, with their pools: of each pool the last one first.
fn surplus<'v>(view: &'v View<'_>) -> Vec<(i32, &'v LivePool)> {
    let desired = view.cluster.desired_nodes();
    let mut surplus: Vec<(i32, &LivePool)> = view
        .live
        .values()
        .flat_map(|pool| (pool.start..pool.start.saturating_add(pool.replicas)).map(move |node| (node, pool)))
        .filter(|(node, _)| !desired.contains(node))
        .collect();
    surplus.sort_by_key(|(node, _)| std::cmp::Reverse(*node));
    surplus
}

/// The rule about nodes that should not be.
pub(super) fn remove_node(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let quorum = kafka.quorum.known()?;
    let surplus = surplus(view);
    let (node, pool) = *surplus.first()?;
    let brokers: Vec<i32> = surplus
        .iter()
        .map(|(node, _)| *node)
        .filter(|node| kafka.brokers.contains_key(node))
        .collect();
    if kafka.brokers.contains_key(&node)
        && let Some(decision) = empty_first(view, kafka, &brokers)
    {
        return Some(decision);
    }
    if quorum.voters.contains_key(&node) {
        return Some(Decision::wait(
            "RemovingVoters",
            format!("controller {node} still votes"),
        ));
    }
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    match roll::may_stop(kafka, quorum, node) {
        Ok(None) => {}
        Ok(Some(obstacle)) => return Some(Decision::wait("WouldGoBelowMinIsr", obstacle)),
        Err(reason) => return Some(Decision::wait("Observing", reason)),
    }
    Some(Decision::Take(Step::RemoveNode {
        stateful_set: pool.stateful_set.clone(),
        uid: pool.uid.clone(),
        replicas: node.saturating_sub(pool.start),
        node_id: node,
    }))
}

/// What has to happen before these brokers are empty; `None` when the first of them is.
fn empty_first(view: &View<'_>, kafka: &KafkaFacts, brokers: &[i32]) -> Option<Decision> {
    let observing = |what: &str| Some(Decision::wait("Observing", what.to_owned()));
    let left = kafka.brokers.keys().filter(|id| !brokers.contains(id)).count();
    match &kafka.largest_replication_factor {
        Fact::Known(factor) if usize::try_from(*factor).unwrap_or_default() > left => {
            return Some(Decision::stall(
                "InsufficientBrokers",
                format!(
                    "a topic has {factor} replicas and only {left} brokers would be left: lower its replicas, or set \
                     the old number of brokers"
                ),
            ));
        }
        Fact::Known(_) => {}
        Fact::Absent | Fact::Unknown(_) => return observing("nobody knows how many replicas topics have"),
    }
    if !view.approved {
        return not_yet(view, kafka);
    }
    let cordons: Vec<AdminRequest> = brokers
        .iter()
        .filter(|id| kafka.brokers.get(id).is_some_and(|broker| !broker.cordoned))
        .map(|id| AdminRequest::Cordon { broker: *id })
        .collect();
    let draining = |message: String| Flow::working("DrainingBroker", message);
    if !cordons.is_empty() {
        return Some(Decision::Ask(
            cordons,
            draining("no new replicas for brokers that leave".to_owned()),
        ));
    }
    let first = brokers.first()?;
    match &kafka.brokers.get(first)?.replicas {
        Fact::Known(0) => None,
        Fact::Known(replicas) if view.cluster.drain_on_scale_down => match &kafka.moving {
            Fact::Known(0) => Some(Decision::Ask(
                vec![AdminRequest::Drain {
                    brokers: brokers.to_vec(),
                    throttle: view.cluster.throttle,
                }],
                draining(format!("broker {first} has {replicas} replicas left")),
            )),
            // Of this drain or of what was begun before it: the controller carries out one plan at a time.
            Fact::Known(moving) => Some(Decision::wait(
                "DrainingBroker",
                format!("broker {first} has {replicas} replicas left, and {moving} replicas are moving"),
            )),
            Fact::Absent | Fact::Unknown(_) => observing("nobody knows how many replicas are moving"),
        },
        Fact::Known(replicas) => Some(Decision::wait(
            "DrainingBroker",
            format!(
                "broker {first} has {replicas} replicas: make a KafkaRebalance with mode: remove-brokers, or set \
                 spec.rebalance.onScaleDown: true"
            ),
        )),
        Fact::Absent | Fact::Unknown(_) => observing("nobody knows which replicas the broker has"),
    }
}

/// Brokers that are gone and still registered.
pub(super) fn unregister(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let nodes = view.live_nodes();
    let desired = view.cluster.desired_nodes();
    let gone = |id: &i32| !nodes.contains(id) && !desired.contains(id) && view.pod(*id).is_none();
    let (id, broker) = kafka
        .brokers
        .iter()
        .find(|(id, broker)| gone(id) && broker.fenced)?;
    match &broker.replicas {
        Fact::Known(0) => Some(Decision::Ask(
            vec![AdminRequest::Unregister { broker: *id }],
            Flow::working("RemovingNode", format!("forgetting broker {id}, which is gone")),
        )),
        Fact::Known(replicas) => Some(Decision::stall(
            "BrokerLost",
            format!(
                "broker {id} is gone and {replicas} replicas are still its own: make a KafkaRebalance with mode: \
                 remove-brokers, brokers: [{id}]"
            ),
        )),
        Fact::Absent | Fact::Unknown(_) => Some(Decision::wait(
            "Observing",
            format!("nobody knows which replicas broker {id} has"),
        )),
    }
}

/// Brokers that were to leave and may stay after all.
pub(super) fn uncordon(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let desired = view.cluster.desired_nodes();
    let requests: Vec<AdminRequest> = kafka
        .brokers
        .iter()
        .filter(|(id, broker)| broker.cordoned && desired.contains(id))
        .map(|(id, _)| AdminRequest::Uncordon { broker: *id })
        .collect();
    (!requests.is_empty()).then(|| {
        Decision::Ask(
            requests,
            Flow::working("Rebalancing", "brokers take new replicas again"),
        )
    })
}

/// Brokers without a replica, while others have some.
pub(super) fn spread(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    if !view.cluster.spread_on_scale_up {
        return None;
    }
    let asked = kafka.spread_to.known()?;
    let moving = *kafka.moving.known()?;
    let empty: Vec<i32> = kafka
        .brokers
        .iter()
        .filter(|(id, broker)| {
            !broker.fenced && !broker.cordoned && broker.replicas == Fact::Known(0) && !asked.contains(id)
        })
        .map(|(id, _)| *id)
        .collect();
    let others = kafka
        .brokers
        .values()
        .any(|broker| matches!(broker.replicas, Fact::Known(replicas) if replicas > 0));
    // The controller carries out one plan at a time.
    if moving > 0 || empty.is_empty() || !others {
        return (moving > 0).then(|| Decision::wait("Rebalancing", format!("{moving} replicas are moving")));
    }
    Some(Decision::Ask(
        vec![AdminRequest::SpreadTo {
            brokers: empty.clone(),
            throttle: view.cluster.throttle,
        }],
        Flow::working("Rebalancing", format!("moving replicas to brokers {empty:?}")),
    ))
}
