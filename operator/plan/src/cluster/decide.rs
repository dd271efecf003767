//! The decision table of a cluster: rules in order, the first that speaks decides.
//!
//! A rule that takes a step reads known facts only. The rules about what Kubernetes shows come first, because a pod that
//! cannot start must be replaceable while no broker answers; those about what the brokers say come after the one that
//! waits until they do.

use std::collections::BTreeMap;

use super::view::View;
use super::{AdminRequest, Grow, Step};
use super::{in_flight, preview, quorum, roll, shrink, volumes};
use crate::dynamic_configs;
use crate::fact::Fact;
use crate::facts::{KafkaFacts, PodFact, TroubleKind};
use crate::flow::Flow;

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    /// Do nothing now.
    Rest(Flow),
    /// Ask the brokers for something that disturbs nobody.
    Ask(Vec<AdminRequest>, Flow),
    /// Enlarge claims.
    Grow(Vec<Grow>, Flow),
    /// Take a step, recorded first.
    Take(Step),
}

impl Decision {
    pub(super) fn wait(reason: &'static str, message: impl Into<String>) -> Self {
        Self::Rest(Flow::working(reason, message))
    }

    pub(super) fn stall(reason: &'static str, message: impl Into<String>) -> Self {
        Self::Rest(Flow::stalled(reason, message))
    }
}

type Rule = fn(&View<'_>) -> Option<Decision>;

/// The rules, by name, in order.
const RULES: &[(&str, Rule)] = &[
    ("kubernetes-unknown", kubernetes_unknown),
    ("hibernate", hibernate),
    ("node-leaving", node_leaving),
    ("restart-in-flight", in_flight::restart),
    ("stuck-pod-outdated", stuck_outdated),
    ("stuck-pod-current", stuck_current),
    ("addresses-missing", addresses_missing),
    ("brokers-silent", brokers_silent),
    ("other-cluster", other_cluster),
    ("nodes-not-ready", nodes_not_ready),
    ("volume-growth", volumes::grow),
    ("stateful-set-replacement", volumes::replace_stateful_set),
    ("voter-missing", quorum::add),
    ("voter-too-many", quorum::remove),
    ("broker-gone", shrink::unregister),
    ("broker-too-many", shrink::remove_node),
    ("broker-kept", shrink::uncordon),
    ("pod-outdated", roll::outdated),
    ("volume-of-node-gone", volumes::delete),
    ("approval-missing", approval_missing),
    ("broker-empty", shrink::spread),
];

/// The first rule that speaks, and what it says.
pub(super) fn decide(view: &View<'_>) -> (&'static str, Decision) {
    RULES
        .iter()
        .find_map(|(name, rule)| rule(view).map(|decision| (*name, decision)))
        .unwrap_or(("as-it-should-be", Decision::Rest(Flow::Done)))
}

/// What must hold before any step that the brokers feel: it is approved, every node is ready and has caught up.
pub(super) fn not_yet(view: &View<'_>, kafka: &KafkaFacts) -> Option<Decision> {
    if !view.approved {
        return Some(Decision::wait(
            "AwaitingApproval",
            format!(
                "read status.plan, then set spec.rollout.approve: \"{}\"",
                view.plan_id
            ),
        ));
    }
    for node in view.live_nodes() {
        match kafka.caught_up.get(&node) {
            Some(Fact::Known(true)) => {}
            Some(Fact::Known(false)) => {
                return Some(Decision::wait(
                    "BrokerCatchingUp",
                    format!("node {node} has not caught up with what it holds"),
                ));
            }
            Some(Fact::Unknown(reason)) => {
                return Some(Decision::wait("Observing", format!("node {node}: {reason}")));
            }
            Some(Fact::Absent) | None => {
                return Some(Decision::wait(
                    "Observing",
                    format!("nobody knows whether node {node} has caught up"),
                ));
            }
        }
    }
    None
}

fn awaiting_approval(view: &View<'_>) -> Decision {
    Decision::wait(
        "AwaitingApproval",
        format!(
            "read status.plan, then set spec.rollout.approve: \"{}\"",
            view.plan_id
        ),
    )
}

/// A new template is held back until it is approved, so no pod looks outdated yet.
fn approval_missing(view: &View<'_>) -> Option<Decision> {
    (!view.approved && preview::of(view).is_some()).then(|| awaiting_approval(view))
}

fn kubernetes_unknown(view: &View<'_>) -> Option<Decision> {
    let reason = view
        .facts
        .children
        .unknown()
        .or(view.facts.pods.unknown())
        .or(view.facts.claims.unknown())?;
    Some(Decision::wait(
        "Observing",
        format!("Kubernetes does not answer: {reason}"),
    ))
}

fn hibernate(view: &View<'_>) -> Option<Decision> {
    if !view.cluster.hibernate {
        return None;
    }
    if view.live.values().any(|pool| pool.replicas > 0) {
        return Some(Decision::Take(Step::Hibernate));
    }
    if !view.pods().is_empty() {
        return Some(Decision::wait("Hibernating", "nodes are stopping"));
    }
    Some(Decision::Rest(Flow::Done))
}

/// Pods beyond the replicas of their StatefulSet, or that are being deleted by whomever.
fn node_leaving(view: &View<'_>) -> Option<Decision> {
    let nodes = view.live_nodes();
    let pod = view
        .pods()
        .iter()
        .find(|pod| pod.terminating || !nodes.contains(&pod.node_id))?;
    let stays = nodes.contains(&pod.node_id);
    let reason = if stays { "BrokersNotReady" } else { "RemovingNode" };
    Some(Decision::wait(reason, format!("pod {} is stopping", pod.name)))
}

fn in_trouble(view: &View<'_>, wanted: impl Fn(&PodFact) -> bool) -> Option<PodFact> {
    let mut pods = view
        .pods()
        .iter()
        .filter(|pod| pod.trouble.is_some() && !pod.terminating);
    pods.find(|pod| wanted(pod)).cloned()
}

/// A pod that does not run anyway may be replaced first: it takes nothing away.
fn stuck_outdated(view: &View<'_>) -> Option<Decision> {
    let pod = in_trouble(view, |pod| view.is_outdated(pod))?;
    if !view.comes_back_new(&pod.pool) {
        return Some(Decision::wait(
            "ApplyingResources",
            "the StatefulSet does not have its new template yet",
        ));
    }
    Some(Decision::Take(roll::restart(
        &pod,
        "it does not run, and a newer revision may",
    )))
}

fn stuck_current(view: &View<'_>) -> Option<Decision> {
    let pod = in_trouble(view, |_| true)?;
    let trouble = pod.trouble.clone()?;
    let (reason, what) = match trouble.kind {
        TroubleKind::Unschedulable => ("Unschedulable", "finds no Kubernetes node"),
        TroubleKind::ImagePull => ("ImagePullFailed", "cannot pull its image"),
        TroubleKind::CrashLoop => ("PodFailing", "ends again and again"),
    };
    Some(Decision::stall(
        reason,
        format!(
            "pod {} {what}: {}; see kubectl -n {} describe pod {}; no other node is touched until it runs",
            pod.name, trouble.message, view.cluster.namespace, pod.name
        ),
    ))
}

fn addresses_missing(view: &View<'_>) -> Option<Decision> {
    let waits = view.desired.iter().any(|desired| {
        view.replicas.get(&desired.pool.name).copied().unwrap_or_default() < desired.pool.replicas
    });
    let reason = view
        .facts
        .addresses
        .unknown()
        .unwrap_or("Kubernetes has not given every broker an address");
    waits.then(|| Decision::wait("WaitingForLoadBalancer", reason.to_owned()))
}

fn brokers_silent(view: &View<'_>) -> Option<Decision> {
    let (reason, what) = if view.cluster.quorum_formed {
        ("Observing", "the cluster does not answer")
    } else {
        ("Creating", "waiting for the first answer of the cluster")
    };
    let because = match &view.facts.kafka {
        Fact::Unknown(because) => because.as_str(),
        Fact::Absent => "there is no node yet",
        Fact::Known(kafka) => match &kafka.quorum {
            Fact::Unknown(because) => because.as_str(),
            Fact::Absent => "there is no active controller",
            Fact::Known(_) => return None,
        },
    };
    Some(Decision::wait(reason, format!("{what}: {because}")))
}

fn other_cluster(view: &View<'_>) -> Option<Decision> {
    let kafka = view.kafka()?;
    (kafka.cluster_id != view.cluster.cluster_id).then(|| {
        Decision::stall(
            "ClusterIdMismatch",
            format!(
                "the volumes belong to cluster {}; delete this object and make it again with \
                 spec.bootstrap.clusterId: {}",
                kafka.cluster_id, kafka.cluster_id
            ),
        )
    })
}

fn nodes_not_ready(view: &View<'_>) -> Option<Decision> {
    let missing: Vec<String> = view
        .live_nodes()
        .into_iter()
        .filter(|node| !view.pod(*node).is_some_and(|pod| pod.ready))
        .map(|node| node.to_string())
        .collect();
    if missing.is_empty() {
        return None;
    }
    let reason = if view.cluster.quorum_formed {
        "BrokersNotReady"
    } else {
        "Creating"
    };
    Some(Decision::wait(
        reason,
        format!("waiting for nodes {}", missing.join(", ")),
    ))
}

/// Configuration of all brokers that has to be set or removed, whatever else is going on.
pub(super) fn config_changes(view: &View<'_>) -> Option<AdminRequest> {
    let actual = view.kafka()?.dynamic_config.known()?;
    let mut wanted: BTreeMap<&str, &str> = view
        .cluster
        .config
        .iter()
        .filter(|(key, _)| dynamic_configs::is_dynamic(key) && !is_of_movements(key))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    for (key, default) in dynamic_configs::NEVER_REMOVED {
        if actual.contains_key(*key) {
            wanted.entry(key).or_insert(default);
        }
    }
    let set: BTreeMap<String, String> = wanted
        .iter()
        .filter(|(key, value)| actual.get(**key).map(String::as_str) != Some(**value))
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let remove: Vec<String> = actual
        .keys()
        .filter(|key| !wanted.contains_key(key.as_str()) && !is_of_movements(key))
        .cloned()
        .collect();
    (!set.is_empty() || !remove.is_empty()).then_some(AdminRequest::ChangeConfig { set, remove })
}

fn is_of_movements(key: &str) -> bool {
    dynamic_configs::OF_MOVEMENTS.contains(&key)
}
