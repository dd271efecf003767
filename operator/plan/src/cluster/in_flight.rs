//! A restart that was begun: until the new pod has caught up, no other node is touched.

use operator_api::kafka_cluster::{Operation, OperationType};

use super::decide::Decision;
use super::roll;
use super::view::View;
use crate::fact::Fact;

/// The rule about a recorded restart.
///
/// It looks at the UID on record: while the pod with it is there, only that pod may be deleted, even if a stale list
/// shows it again after it was; once another pod has its place, that one must be ready and caught up.
pub(super) fn restart(view: &View<'_>) -> Option<Decision> {
    let operation = view.recorded.as_ref()?;
    let node = operation.node_id?;
    if operation.operation_type != OperationType::RestartNode || !view.live_nodes().contains(&node) {
        return None;
    }
    let Some(pod) = view.pod(node) else {
        return Some(Decision::wait(
            "RollingRestart",
            format!("waiting for the new pod of node {node}"),
        ));
    };
    if operation.target_uid.as_deref() == Some(pod.uid.as_str()) {
        return roll::go_on(view, pod);
    }
    if pod.trouble.is_some() {
        return None;
    }
    if !pod.ready {
        return Some(Decision::wait(
            "BrokerCatchingUp",
            format!("node {node} is starting; reading its logs may take long, and it is left alone"),
        ));
    }
    let caught_up = view.kafka().and_then(|kafka| kafka.caught_up.get(&node));
    match caught_up {
        Some(Fact::Known(true)) => None,
        Some(Fact::Unknown(reason)) => Some(Decision::wait("Observing", format!("node {node}: {reason}"))),
        _ => Some(Decision::wait(
            "BrokerCatchingUp",
            format!("node {node} is catching up"),
        )),
    }
}

/// What the status should have on record after this decision.
pub(super) fn recorded(view: &View<'_>, decision: &Decision) -> Option<Operation> {
    if let Decision::Take(step) = decision {
        let begun = view
            .recorded
            .as_ref()
            .filter(|operation| step.is_recorded_in(Some(operation)));
        let mut operation = begun.cloned().unwrap_or_else(|| step.operation(view.facts.now));
        operation.blocked_by = None;
        return Some(operation);
    }
    let mut operation = view.recorded.clone()?;
    let kubernetes_unknown = view.facts.children.unknown().is_some() || view.facts.pods.unknown().is_some();
    if !kubernetes_unknown && !is_open(view, &operation) {
        return None;
    }
    operation.blocked_by = match decision {
        Decision::Rest(flow) | Decision::Ask(_, flow) | Decision::Grow(_, flow) => match flow {
            crate::flow::Flow::Working { reason, .. } | crate::flow::Flow::Stalled { reason, .. } => {
                Some((*reason).to_owned())
            }
            crate::flow::Flow::Done => None,
        },
        Decision::Take(_) => None,
    };
    Some(operation)
}

/// Whether a recorded restart is not over: its pod is the old one, or the new one has not caught up.
fn is_open(view: &View<'_>, operation: &Operation) -> bool {
    let (OperationType::RestartNode, Some(node)) = (operation.operation_type, operation.node_id) else {
        return false;
    };
    if !view.live_nodes().contains(&node) {
        return false;
    }
    let Some(pod) = view.pod(node) else { return true };
    if operation.target_uid.as_deref() == Some(pod.uid.as_str()) {
        return roll::needs_restart(view, pod).is_some();
    }
    let caught_up = view.kafka().and_then(|kafka| kafka.caught_up.get(&node));
    !(pod.ready && caught_up == Some(&Fact::Known(true)))
}
