//! The status of a cluster: what is, what is being done, and what a person should know.
//!
//! `Ready` stays true while a node restarts and every partition stays available: a routine restart is no outage.
//! While the brokers do not answer, conditions about them are unknown and the last numbers stay.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;
use operator_api::condition::{AVAILABLE, DEGRADED, PAUSED, READY, RECONCILING, STALLED, UP_TO_DATE};
use operator_api::kafka_cluster::{
    BrokerCounts, ControllerCounts, DriftItem, ListenerAddress, ListenerStatus, ListenerType, Operation,
    PartitionCounts, PoolStatus,
};
use operator_api::{KafkaCluster, KafkaClusterStatus, labels};

use super::preview;
use super::tier;
use super::view::View;
use crate::build;
use crate::conditions::{Said, of_flow, timed};
use crate::fact::Fact;
use crate::facts::AddressOf;
use crate::flow::Flow;
use crate::validate::OperatorSettings;

/// Reason of conditions while the operator lacks a permission.
const FORBIDDEN: &str = "Forbidden";

/// What the status says of a permission that is missing.
pub(super) fn missing_permission(status: &KafkaClusterStatus) -> Option<&str> {
    let stalled = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == STALLED)?;
    (stalled.reason == FORBIDDEN).then_some(stalled.message.as_str())
}

/// The status of a cluster that cannot be worked on as it is written.
pub(super) fn without_view(
    cluster: &KafkaCluster,
    flow: &Flow,
    now: Timestamp,
    settings: &OperatorSettings,
) -> KafkaClusterStatus {
    let mut status = cluster.status.clone().unwrap_or_default();
    let generation = cluster.metadata.generation.unwrap_or_default();
    let reason = match flow {
        Flow::Stalled { reason, .. } | Flow::Working { reason, .. } => *reason,
        Flow::Done => "Available",
    };
    let mut said = vec![Said::new(READY, Some(false), reason, "see the condition Stalled")];
    said.extend(of_flow(flow));
    status.conditions = timed(said, &status.conditions, generation, now);
    status.observed_generation = Some(generation);
    status.operator_version = Some(settings.version.clone());
    status
}

/// A status that says besides that the operator lacks a permission.
pub(super) fn forbidden(
    cluster: &KafkaCluster,
    status: &KafkaClusterStatus,
    message: &str,
    now: Timestamp,
) -> KafkaClusterStatus {
    let mut status = status.clone();
    let old = cluster.status.as_ref().map_or(&[][..], |old| &old.conditions);
    let generation = cluster.metadata.generation.unwrap_or_default();
    let said = vec![
        Said::new(READY, Some(false), FORBIDDEN, message),
        Said::new(STALLED, Some(true), FORBIDDEN, message),
    ];
    let replaced = [READY, STALLED, RECONCILING];
    status
        .conditions
        .retain(|condition| !replaced.contains(&condition.type_.as_str()));
    let rest = std::mem::take(&mut status.conditions);
    status.conditions = timed(said, old, generation, now);
    status.conditions.extend(rest);
    status
}

/// The status of a cluster that is left alone: what was last said stays, and `Paused` is added.
pub(super) fn paused(cluster: &KafkaCluster, now: Timestamp) -> KafkaClusterStatus {
    let mut status = cluster.status.clone().unwrap_or_default();
    let generation = cluster.metadata.generation.unwrap_or_default();
    let message = "set spec.paused: false, or remove the annotation kafka.eddyline.dev/pause";
    let said = vec![Said::new(PAUSED, Some(true), "Paused", message)];
    let paused = timed(said, &status.conditions, generation, now);
    status.conditions.retain(|condition| condition.type_ != PAUSED);
    status.conditions.extend(paused);
    status.observed_generation = Some(generation);
    status
}

/// The status of a cluster.
pub(super) fn of(
    cluster: &KafkaCluster,
    view: &View<'_>,
    flow: &Flow,
    operation: Option<Operation>,
) -> KafkaClusterStatus {
    let old = cluster.status.clone().unwrap_or_default();
    let quorum = view.kafka().and_then(|kafka| kafka.quorum.known());
    let partitions = view.kafka().and_then(|kafka| kafka.partitions.known());
    let pools = pools(view);
    let brokers = counts(&pools);
    let pods_known = view.facts.pods.unknown().is_none() && view.facts.children.unknown().is_none();
    let mut status = KafkaClusterStatus {
        observed_generation: Some(view.cluster.generation),
        version: Some(view.cluster.version.clone()),
        operator_version: Some(view.settings.version.clone()),
        cluster_id: Some(view.cluster.cluster_id.clone()),
        quorum_formed: (view.cluster.quorum_formed || quorum.is_some()).then_some(true),
        restored: old.restored,
        replicas: Some(view.live.get("brokers").map_or(0, |pool| pool.replicas)),
        selector: Some(format!(
            "{}={},{}=brokers",
            labels::CLUSTER,
            view.cluster.name,
            labels::POOL
        )),
        brokers: Some(brokers),
        controllers: quorum
            .map(|quorum| ControllerCounts {
                voters: i32::try_from(quorum.voters.len()).unwrap_or(i32::MAX),
                leader: Some(quorum.leader),
            })
            .or(old.controllers),
        partitions: partitions
            .map(|partitions| PartitionCounts {
                total: partitions.total,
                under_replicated: partitions.under_replicated,
                under_min_isr: partitions.under_min_isr,
                offline: partitions.offline,
            })
            .or(old.partitions),
        tiering: tier::bytes(view, old.tiering),
        listeners: listeners(view),
        node_pools: pools,
        operation,
        plan: preview::of(view),
        warnings: view.cluster.warnings.clone(),
        drift: drift(view),
        conditions: Vec::new(),
    };
    if !pods_known {
        status.brokers = old.brokers;
        status.node_pools = old.node_pools;
        status.replicas = old.replicas;
        status.plan = old.plan;
    }
    let said = conditions(view, flow, &status, &old.conditions);
    if view.cluster.restoring
        && said
            .iter()
            .any(|said| said.name == READY && said.status == Some(true))
    {
        status.restored = Some(true);
    }
    status.conditions = timed(said, &old.conditions, view.cluster.generation, view.facts.now);
    status
}

fn conditions(view: &View<'_>, flow: &Flow, status: &KafkaClusterStatus, old: &[Condition]) -> Vec<Said> {
    let (available, reason, message) = availability(view);
    let brokers = status.brokers.clone().unwrap_or_default();
    let all_pods = all_ready_but_restarting(view);
    let ready = match (flow, available) {
        (Flow::Stalled { .. }, _) => Some(false),
        (_, Some(true)) => Some(all_pods),
        (_, other) => other,
    };
    let (ready_reason, ready_message) = match (flow, available, all_pods) {
        (Flow::Stalled { reason, message }, _, _) => (*reason, message.clone()),
        (_, Some(true), false) => ("BrokersNotReady", format!("{} brokers serve", brokers.summary)),
        _ => (reason, message.clone()),
    };
    let up_to_date = status.plan.is_none() && brokers.up_to_date == brokers.desired;
    let mut said = vec![
        Said::new(READY, ready, ready_reason, ready_message),
        Said::new(AVAILABLE, available, reason, message),
        Said::new(
            UP_TO_DATE,
            Some(up_to_date),
            if up_to_date { "UpToDate" } else { "ChangesPending" },
            if up_to_date {
                "every node runs what is asked for"
            } else {
                "see status.plan"
            },
        ),
    ];
    let partitions = status.partitions.clone().unwrap_or_default();
    if available == Some(true) && (partitions.under_replicated > 0 || !all_pods) {
        let message = format!(
            "{} partitions have a replica out of sync",
            partitions.under_replicated
        );
        said.push(Said::new(DEGRADED, Some(true), "UnderReplicated", message));
    }
    said.extend(tier::condition(view, old));
    said.extend(of_flow(flow));
    said
}

/// Whether clients can produce and consume now.
fn availability(view: &View<'_>) -> (Option<bool>, &'static str, String) {
    if view.cluster.hibernate {
        let message = "set spec.hibernate: false to start the nodes again";
        return (Some(false), "Hibernated", message.to_owned());
    }
    let kafka = match &view.facts.kafka {
        Fact::Known(kafka) => kafka,
        Fact::Absent => return (Some(false), "Creating", "there is no node yet".to_owned()),
        Fact::Unknown(reason) if view.cluster.quorum_formed => return (None, "Observing", reason.clone()),
        Fact::Unknown(reason) => return (Some(false), "Creating", reason.clone()),
    };
    match &kafka.quorum {
        Fact::Known(_) => {}
        Fact::Absent => {
            return (
                Some(false),
                "QuorumLost",
                "there is no active controller".to_owned(),
            );
        }
        Fact::Unknown(reason) => return (None, "Observing", reason.clone()),
    }
    if !kafka.brokers.values().any(|broker| !broker.fenced) {
        return (
            Some(false),
            "BrokersNotReady",
            "no broker serves clients".to_owned(),
        );
    }
    match &kafka.partitions {
        Fact::Known(partitions) if partitions.offline > 0 => {
            let message = format!("{} partitions have no leader", partitions.offline);
            (Some(false), "PartitionsOffline", message)
        }
        Fact::Known(partitions) if partitions.under_min_isr > 0 => {
            let message = format!("{} partitions refuse acks=all", partitions.under_min_isr);
            (Some(false), "PartitionsUnderMinIsr", message)
        }
        Fact::Known(_) | Fact::Absent => (
            Some(true),
            "Available",
            "clients can produce and consume".to_owned(),
        ),
        Fact::Unknown(reason) => (None, "Observing", reason.clone()),
    }
}

/// Whether every node that should be is ready, but for the one that is being restarted.
fn all_ready_but_restarting(view: &View<'_>) -> bool {
    let restarting = view.recorded.as_ref().and_then(|operation| operation.node_id);
    let nodes = view.cluster.desired_nodes();
    nodes.into_iter().all(|node| {
        Some(node) == restarting
            || view
                .pod(node)
                .is_some_and(|pod| pod.ready && pod.trouble.is_none())
    })
}

fn pools(view: &View<'_>) -> Vec<PoolStatus> {
    view.desired
        .iter()
        .map(|desired| {
            let pool = desired.pool;
            let pods = view
                .pods()
                .iter()
                .filter(|pod| pod.pool == pool.name && !pod.terminating);
            let count = |wanted: &dyn Fn(&crate::facts::PodFact) -> bool| {
                i32::try_from(pods.clone().filter(|pod| wanted(pod)).count()).unwrap_or(i32::MAX)
            };
            PoolStatus {
                name: pool.name.clone(),
                roles: pool.roles(0),
                node_id_start: pool.start,
                replicas: view.live.get(&pool.name).map_or(0, |live| live.replicas),
                desired: pool.replicas,
                ready: count(&|pod| pod.ready),
                up_to_date: count(&|pod| pod.template.as_deref() == Some(&desired.template)),
            }
        })
        .collect()
}

fn counts(pools: &[PoolStatus]) -> BrokerCounts {
    let brokers = pools.iter().filter(|pool| pool.name != "controllers");
    let sum = |field: &dyn Fn(&PoolStatus) -> i32| brokers.clone().map(field).sum::<i32>();
    let (desired, ready) = (sum(&|pool| pool.desired), sum(&|pool| pool.ready));
    BrokerCounts {
        desired,
        ready,
        up_to_date: sum(&|pool| pool.up_to_date.min(pool.desired)),
        summary: format!("{ready}/{desired}"),
    }
}

fn listeners(view: &View<'_>) -> Vec<ListenerStatus> {
    let input = view.input();
    let inside = |service: &str, port: i32| format!("{service}.{}.svc:{port}", view.cluster.namespace);
    let status = |listener: &crate::validate::ValidatedListener| {
        let name = &view.cluster.name;
        let bootstrap = match listener.listener_type {
            ListenerType::Internal => Some(inside(&build::bootstrap_service(name), listener.port)),
            ListenerType::ClusterIp => Some(inside(
                &build::listener_bootstrap_service(name, &listener.name),
                listener.port,
            )),
            ListenerType::Nodeport | ListenerType::Loadbalancer => view
                .addresses
                .get(&(listener.name.clone(), AddressOf::Bootstrap))
                .map(|address| format!("{}:{}", address.host, address.port)),
        };
        ListenerStatus {
            name: listener.name.clone(),
            listener_type: listener.listener_type,
            bootstrap_servers: bootstrap,
            addresses: build::advertised_addresses(&input, listener)
                .into_iter()
                .map(|(node_id, address)| ListenerAddress {
                    node_id,
                    host: address.host,
                    port: address.port,
                })
                .collect(),
        }
    };
    view.cluster.listeners.iter().map(status).collect()
}

/// Configuration that still differs, because brokers have not taken it over or somebody set it by hand.
fn drift(view: &View<'_>) -> Vec<DriftItem> {
    let Some(super::AdminRequest::ChangeConfig { set, remove }) = super::decide::config_changes(view) else {
        return Vec::new();
    };
    let actual = view.kafka().and_then(|kafka| kafka.dynamic_config.known());
    let actual = |key: &String| actual.and_then(|actual| actual.get(key).cloned());
    let changed = set.into_iter().map(|(field, declared)| DriftItem {
        actual: actual(&field),
        declared: Some(declared),
        field,
    });
    let removed = remove.into_iter().map(|field| DriftItem {
        actual: actual(&field),
        declared: None,
        field,
    });
    let mut items: Vec<DriftItem> = changed.chain(removed).collect();
    items.sort();
    items
}
