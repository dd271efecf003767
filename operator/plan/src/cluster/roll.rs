//! Which pod is restarted next, and whether it may be.

use operator_api::kafka_cluster::Role;

use super::decide::{Decision, not_yet};
use super::view::View;
use super::{AdminRequest, Step};
use crate::fact::Fact;
use crate::facts::{KafkaFacts, ObstacleKind, PodFact, QuorumFact};

/// Deleting a pod.
pub(super) fn restart(pod: &PodFact, why: &str) -> Step {
    Step::RestartNode {
        pod: pod.name.clone(),
        uid: pod.uid.clone(),
        node_id: pod.node_id,
        why: why.to_owned(),
    }
}

/// Why a pod has to restart, if it has to.
pub(super) fn needs_restart(view: &View<'_>, pod: &PodFact) -> Option<&'static str> {
    if view.is_outdated(pod) {
        return Some("its revision is old");
    }
    let grows = view
        .claims()
        .iter()
        .any(|claim| claim.node_id == pod.node_id && claim.restart_to_grow);
    grows.then_some("its volume grows when it restarts")
}

/// The rule about pods that are not as they should be.
pub(super) fn outdated(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let quorum = kafka.quorum.known()?;
    let candidates = candidates(view, quorum);
    let first = candidates.first()?;
    if view.cluster.rollout.paused {
        return Some(Decision::wait(
            "RolloutPaused",
            format!(
                "{} nodes wait to restart: set spec.rollout.paused: false",
                candidates.len()
            ),
        ));
    }
    if !view.comes_back_new(&first.pool) {
        return Some(Decision::wait(
            "ApplyingResources",
            "the StatefulSet does not have its new template yet",
        ));
    }
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    let mut blocked = String::new();
    for pod in &candidates {
        match may_stop(kafka, quorum, pod.node_id) {
            Ok(None) => {
                let why = needs_restart(view, pod).unwrap_or("it was asked for");
                return Some(Decision::Take(restart(pod, why)));
            }
            Ok(Some(obstacle)) => blocked = obstacle,
            Err(reason) => return Some(Decision::wait("Observing", reason)),
        }
    }
    Some(Decision::wait(
        "WouldGoBelowMinIsr",
        format!("no node may stop now: {blocked}"),
    ))
}

/// Pods to restart, in order: controllers that follow, brokers, the active controller when no other is left.
fn candidates<'a>(view: &View<'a>, quorum: &QuorumFact) -> Vec<&'a PodFact> {
    let mut pods: Vec<&PodFact> = view
        .pods()
        .iter()
        .filter(|pod| !pod.terminating && needs_restart(view, pod).is_some() && !is_canary_rest(view, pod))
        .collect();
    pods.sort_by_key(|pod| {
        let only_controller = view
            .cluster
            .pool(&pod.pool)
            .is_some_and(|pool| pool.roles(0) == [Role::Controller]);
        (pod.node_id == quorum.leader, !only_controller, pod.node_id)
    });
    if pods.len() > 1 {
        pods.retain(|pod| pod.node_id != quorum.leader);
    }
    pods
}

/// Whether a pod is one of the first of its pool, which stay as they are while a change is tried on the others.
fn is_canary_rest(view: &View<'_>, pod: &PodFact) -> bool {
    let start = view.cluster.pool(&pod.pool).map_or(0, |pool| pool.start);
    pod.node_id.saturating_sub(start) < view.cluster.rollout.partition
}

/// `Ok(None)` if a node may stop, `Ok(Some)` with what stands in the way, `Err` if nobody knows.
///
/// A partition whose only copies are on the node is no reason to wait, because waiting does not help; neither is the
/// quorum of a single controller.
pub(super) fn may_stop(kafka: &KafkaFacts, quorum: &QuorumFact, node: i32) -> Result<Option<String>, String> {
    let verdict = match kafka.safe_to_stop.get(&node) {
        Some(Fact::Known(verdict)) => verdict,
        Some(Fact::Unknown(reason)) => return Err(format!("node {node}: {reason}")),
        Some(Fact::Absent) | None => return Err(format!("nobody knows whether node {node} may stop")),
    };
    let in_the_way = verdict.obstacles.iter().find(|obstacle| match obstacle.kind {
        ObstacleKind::OnlyCopy => false,
        ObstacleKind::QuorumMajority => quorum.voters.len() > 1,
        ObstacleKind::Other => true,
    });
    Ok(in_the_way.map(|obstacle| format!("node {node}: {}", obstacle.text)))
}

/// The pod on record is still there: move its leaders away, then delete it, as long as that is still right.
pub(super) fn go_on(view: &View<'_>, pod: &PodFact) -> Option<Decision> {
    let why = needs_restart(view, pod)?;
    if pod.trouble.is_some() {
        return None;
    }
    if view.cluster.rollout.paused {
        return Some(Decision::wait("RolloutPaused", "set spec.rollout.paused: false"));
    }
    let wait = |reason: String| Some(Decision::wait("Observing", reason));
    let Some(kafka) = view.kafka() else {
        return wait(view.facts.kafka.unknown().unwrap_or("no node answers").to_owned());
    };
    let Some(quorum) = kafka.quorum.known() else {
        return wait("there is no active controller".to_owned());
    };
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    if !view.comes_back_new(&pod.pool) || view.live_nodes().iter().any(|node| !is_ready(view, *node)) {
        return Some(Decision::wait(
            "BrokersNotReady",
            "waiting for every node to be ready",
        ));
    }
    match may_stop(kafka, quorum, pod.node_id) {
        Ok(None) => {}
        Ok(Some(obstacle)) => return Some(Decision::wait("WouldGoBelowMinIsr", obstacle)),
        Err(reason) => return wait(reason),
    }
    let leaders = kafka
        .brokers
        .get(&pod.node_id)
        .map(|broker| &broker.movable_leaders);
    match leaders {
        None | Some(Fact::Known(0) | Fact::Absent) => Some(Decision::Take(restart(pod, why))),
        Some(Fact::Unknown(reason)) => wait(format!("node {}: {reason}", pod.node_id)),
        Some(Fact::Known(leaders)) => Some(Decision::Ask(
            vec![AdminRequest::MoveLeadersAway { broker: pod.node_id }],
            crate::flow::Flow::working(
                "RollingRestart",
                format!(
                    "moving {leaders} leaders away from node {} before it restarts",
                    pod.node_id
                ),
            ),
        )),
    }
}

fn is_ready(view: &View<'_>, node: i32) -> bool {
    view.pod(node).is_some_and(|pod| pod.ready)
}
