//! Every object that a cluster should have, as typed Kubernetes objects.
//!
//! Labels and annotations come from the specification's template and from here; nothing is inherited from the
//! KafkaCluster, because tracking labels of GitOps tools on a child would make it theirs to delete. Selectors hold the two
//! labels of our own group only and never change. Volume claims have no owner.

mod config_map;
mod network_policy;
mod pod_template;
mod properties;
mod services;
mod stateful_set;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use operator_api::labels;

use crate::child::Child;
use crate::error::RenderError;
use crate::facts::{AddressOf, HostPort};
use crate::validate::{OperatorSettings, ValidatedCluster, ValidatedPool};

pub use properties::restart_fingerprint;
pub use services::{bootstrap_service, listener_bootstrap_service, node_service};

/// What rendering needs to know beyond the cluster itself.
#[derive(Clone, Debug)]
pub struct RenderInput<'a> {
    /// The cluster.
    pub cluster: &'a ValidatedCluster,
    /// The operator's settings.
    pub settings: &'a OperatorSettings,
    /// Replicas of each pool's StatefulSet: more than asked for while nodes are leaving.
    pub replicas: &'a BTreeMap<String, i32>,
    /// Known addresses outside of pods.
    pub addresses: &'a BTreeMap<(String, AddressOf), HostPort>,
}

impl RenderInput<'_> {
    /// Replicas of a pool's StatefulSet.
    #[must_use]
    pub fn replicas_of(&self, pool: &ValidatedPool) -> i32 {
        self.replicas.get(&pool.name).copied().unwrap_or(pool.replicas)
    }

    /// Pods of a pool with their ordinals and node ids, those included that are leaving or about to come.
    fn pods(&self, pool: &ValidatedPool) -> Vec<(i32, i32, String)> {
        let count = self.replicas_of(pool).max(pool.replicas);
        (0..count)
            .map(|ordinal| {
                let name = format!("{}-{ordinal}", self.cluster.stateful_set(&pool.name));
                (ordinal, pool.start + ordinal, name)
            })
            .collect()
    }

    fn metadata(&self, name: &str, component: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.cluster.namespace.clone()),
            labels: Some(self.labels(component)),
            owner_references: Some(vec![OwnerReference {
                api_version: format!("{}/{}", operator_api::GROUP, operator_api::VERSION),
                kind: "KafkaCluster".to_owned(),
                name: self.cluster.name.clone(),
                uid: self.cluster.uid.clone(),
                controller: Some(true),
                block_owner_deletion: Some(true),
            }]),
            ..ObjectMeta::default()
        }
    }

    fn labels(&self, component: &str) -> BTreeMap<String, String> {
        strings([
            ("app.kubernetes.io/name", "eddyline"),
            ("app.kubernetes.io/instance", &self.cluster.name),
            ("app.kubernetes.io/component", component),
            ("app.kubernetes.io/managed-by", labels::MANAGED_BY),
            (labels::CLUSTER, &self.cluster.name),
        ])
    }

    fn selector(&self) -> BTreeMap<String, String> {
        strings([(labels::CLUSTER, &self.cluster.name)])
    }
}

fn strings<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn label_selector(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector {
        match_labels: Some(labels),
        ..LabelSelector::default()
    }
}

/// Everything that the cluster should have, in the order in which it is applied: what pods need before the pods.
///
/// # Errors
///
/// [`RenderError`] if an object cannot be written.
pub fn children(input: &RenderInput<'_>) -> Result<Vec<Child>, RenderError> {
    let mut children = vec![service_account(input)?];
    children.extend(services::all(input)?);
    for pool in &input.cluster.pools {
        children.push(config_map::of_pool(input, pool)?);
    }
    if input.cluster.disruption_budget {
        children.push(disruption_budget(input)?);
    }
    if input.cluster.network_policy {
        children.push(network_policy::of_cluster(input)?);
    }
    for pool in &input.cluster.pools {
        children.push(stateful_set::of_pool(input, pool)?);
    }
    Ok(children)
}

/// Fingerprint of the pod template that a pool should have.
#[must_use]
pub fn template_fingerprint(input: &RenderInput<'_>, pool: &ValidatedPool) -> String {
    stateful_set::template(input, pool).1
}

/// Fingerprint of what the user asks of a pool.
#[must_use]
pub fn inputs_fingerprint(input: &RenderInput<'_>, pool: &ValidatedPool) -> String {
    stateful_set::inputs(input, pool)
}

/// Addresses of the brokers that should exist, as clients of a listener are told them; those that are known.
#[must_use]
pub fn advertised_addresses(
    input: &RenderInput<'_>,
    listener: &crate::validate::ValidatedListener,
) -> Vec<(i32, HostPort)> {
    let pools = input.cluster.pools.iter().filter(|pool| pool.serves_clients);
    let nodes = pools.flat_map(|pool| (0..pool.replicas).map(move |ordinal| (pool, pool.start + ordinal)));
    nodes
        .filter_map(|(pool, node)| Some((node, properties::advertised(input, listener, pool, node)?)))
        .collect()
}

/// Nodes of a pool that can start: the first ones whose addresses are all known.
#[must_use]
pub fn startable(input: &RenderInput<'_>, pool: &ValidatedPool) -> i32 {
    if !pool.serves_clients {
        return i32::MAX;
    }
    let known = |node: i32| {
        let listeners = input
            .cluster
            .listeners
            .iter()
            .filter(|listener| listener.has_services());
        listeners
            .into_iter()
            .all(|listener| properties::advertised(input, listener, pool, node).is_some())
    };
    let missing = (0..pool.replicas).find(|ordinal| !known(pool.start + ordinal));
    missing.unwrap_or(i32::MAX)
}

fn service_account(input: &RenderInput<'_>) -> Result<Child, RenderError> {
    let name = &input.cluster.name;
    let account = ServiceAccount {
        metadata: input.metadata(name, "cluster"),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    };
    Child::render("ServiceAccount", name, &account)
}

fn disruption_budget(input: &RenderInput<'_>) -> Result<Child, RenderError> {
    let name = &input.cluster.name;
    let budget = PodDisruptionBudget {
        metadata: input.metadata(name, "cluster"),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(label_selector(input.selector())),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    };
    Child::render("PodDisruptionBudget", name, &budget)
}

#[cfg(test)]
mod tests;
