//! What is still to be done and would disturb a node: `status.plan`.
//!
//! It is computed from what is wanted and what is, not from what the next rule would do, so that it shows everything at
//! once and before it happens. Its id names the goal and not the way, so that an approval lasts until the goal changes.

use operator_api::kafka_cluster::PlanPreview;

use super::view::View;
use super::volumes;

/// The preview; `None` if nothing is to be done.
pub(super) fn of(view: &View<'_>) -> Option<PlanPreview> {
    if view.facts.children.unknown().is_some() || view.facts.pods.unknown().is_some() {
        return None;
    }
    let mut items = restarts(view);
    for pool in view
        .cluster
        .pools
        .iter()
        .filter(|pool| volumes::template_differs(view, pool))
    {
        items.push(format!(
            "grow the volumes of pool {} while they are in use",
            pool.name
        ));
    }
    let desired = view.cluster.desired_nodes();
    let leaving: Vec<String> = view
        .live_nodes()
        .into_iter()
        .filter(|node| !desired.contains(node))
        .map(|node| node.to_string())
        .collect();
    if !leaving.is_empty() {
        items.push(format!("drain and remove nodes {}", leaving.join(", ")));
    }
    if view.cluster.hibernate && view.live.values().any(|pool| pool.replicas > 0) {
        items.push("stop all nodes".to_owned());
    }
    (!items.is_empty()).then(|| PlanPreview {
        id: view.plan_id.clone(),
        disruptive: true,
        items,
    })
}

fn restarts(view: &View<'_>) -> Vec<String> {
    let mut items = Vec::new();
    for desired in &view.desired {
        let nodes: Vec<String> = view
            .pods()
            .iter()
            .filter(|pod| pod.pool == desired.pool.name && pod.template.as_deref() != Some(&desired.template))
            .map(|pod| pod.node_id.to_string())
            .collect();
        if nodes.is_empty() {
            continue;
        }
        let live = view.live.get(&desired.pool.name);
        let inputs = crate::build::inputs_fingerprint(&view.input(), desired.pool);
        let by_operator = live.is_some_and(|live| live.inputs.as_deref() == Some(inputs.as_str()));
        let why = if desired.held && by_operator && view.approved {
            "the operator renders them differently; spec.rollout.operatorUpgrade holds it"
        } else if desired.held && by_operator {
            "the operator renders them differently"
        } else {
            "their specification changed"
        };
        items.push(format!(
            "restart nodes {} of pool {}: {why}",
            nodes.join(", "),
            desired.pool.name
        ));
    }
    items
}
