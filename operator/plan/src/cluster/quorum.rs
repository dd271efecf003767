//! Voters of the quorum, added and removed one at a time.
//!
//! Invariant: after every change a majority of the voters has the newest metadata, and at least one voter is left.

use super::Step;
use super::decide::{Decision, not_yet};
use super::view::View;
use crate::validate::CONTROLLER_PORT;

/// A controller that should vote and does not yet: it must have caught up as an observer before.
pub(super) fn add(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let quorum = kafka.quorum.known()?;
    let nodes = view.live_nodes();
    let mut missing = view.cluster.desired_voters();
    missing.retain(|node| nodes.contains(node) && !quorum.voters.contains_key(node));
    let node = *missing.first()?;
    let waits = |message: String| Some(Decision::wait("AddingVoters", message));
    let Some(observer) = quorum.observers.get(&node) else {
        return waits(format!("controller {node} does not read the metadata yet"));
    };
    if !observer.caught_up {
        return waits(format!("controller {node} is reading the metadata"));
    }
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    let caught_up = quorum.voters.values().filter(|voter| voter.caught_up).count();
    if 2 * (caught_up + 1) <= quorum.voters.len() + 1 {
        return waits("too few voters have the newest metadata".to_owned());
    }
    let (pool, start) = if view.cluster.pool("controllers").is_some() {
        ("controllers", 1000)
    } else {
        ("brokers", 0)
    };
    let pod = format!(
        "{}-{}",
        view.cluster.stateful_set(pool),
        node.saturating_sub(start)
    );
    Some(Decision::Take(Step::AddVoter {
        node_id: node,
        directory: observer.directory.clone(),
        host: format!("{}:{CONTROLLER_PORT}", view.cluster.pod_host(&pod, view.settings)),
    }))
}

/// A voter that should not vote: those who follow first, the active controller last.
pub(super) fn remove(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    let quorum = kafka.quorum.known()?;
    let desired = view.cluster.desired_voters();
    let mut surplus: Vec<i32> = quorum
        .voters
        .keys()
        .copied()
        .filter(|node| !desired.contains(node))
        .collect();
    surplus.sort_by_key(|node| (*node == quorum.leader, std::cmp::Reverse(*node)));
    let node = *surplus.first()?;
    let voter = quorum.voters.get(&node)?;
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    let left: Vec<bool> = quorum
        .voters
        .iter()
        .filter(|(id, _)| **id != node)
        .map(|(_, voter)| voter.caught_up)
        .collect();
    let caught_up = left.iter().filter(|caught_up| **caught_up).count();
    if left.is_empty() || 2 * caught_up <= left.len() {
        return Some(Decision::wait(
            "RemovingVoters",
            format!("without controller {node} no majority of voters would have the newest metadata"),
        ));
    }
    Some(Decision::Take(Step::RemoveVoter {
        node_id: node,
        directory: voter.directory.clone(),
    }))
}
