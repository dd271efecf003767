//! A cluster as everything later reads it: resolved once, with every default in place. The specification itself is not
//! read after this.
//!
//! What the API server's rules can check is not checked again; what they cannot see (embedded Kubernetes objects, other
//! objects, the past) ends in a [`Violation`], which stalls the object without touching anything.

mod pools;
mod warnings;

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::NetworkPolicyPeer;
use operator_api::access::DeletionPolicy;
use operator_api::kafka_cluster::{
    ExternalTrafficPolicy, ListenerType, OperatorUpgrade, RolloutStrategy, Warning,
};
use operator_api::value::KubernetesObject;
use operator_api::{KafkaCluster, KafkaClusterSpec};

use crate::identity;
use crate::tiering::{self, ValidatedTiering};

pub use pools::{Storage, ValidatedPool, ValidatedTemplate};

/// What the operator was started with.
#[derive(Clone, Debug)]
pub struct OperatorSettings {
    /// Its version, which new clusters get.
    pub version: String,
    /// Image of the nodes without its tag.
    pub image_repository: String,
    /// Domain of Kubernetes' names, usually cluster.local.
    pub cluster_domain: String,
    /// Namespace of the operator, whose pods may reach the cluster's own ports.
    pub namespace: String,
}

/// Why a cluster cannot be worked on as it is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// Reason of the condition `Stalled`.
    pub reason: &'static str,
    /// What is wrong and how to put it right.
    pub message: String,
}

/// Port on which controllers listen.
pub const CONTROLLER_PORT: i32 = 9090;
/// Port on which brokers talk to each other.
pub const REPLICATION_PORT: i32 = 9091;
/// Port of the admin service, which only the operator may reach.
pub const ADMIN_PORT: i32 = 9645;
/// Port of health and metrics.
pub const HTTP_PORT: i32 = 9644;

/// A listener with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidatedListener {
    /// Name.
    pub name: String,
    /// Port in the pods.
    pub port: i32,
    /// How it is reached.
    pub listener_type: ListenerType,
    /// Host that clients are told, with {nodeId} and {pool}.
    pub advertised_host_template: Option<String>,
    /// Annotations of its Services.
    pub annotations: BTreeMap<String, String>,
    /// Class of its load balancers.
    pub load_balancer_class: Option<String>,
    /// From where its load balancers are reached.
    pub load_balancer_source_ranges: Vec<String>,
    /// Over which Kubernetes nodes it is reached.
    pub external_traffic_policy: Option<ExternalTrafficPolicy>,
    /// Who may connect; `None` for everybody.
    pub peers: Option<Vec<NetworkPolicyPeer>>,
}

impl ValidatedListener {
    /// Whether Services of its own are made for it.
    #[must_use]
    pub fn has_services(&self) -> bool {
        self.listener_type != ListenerType::Internal
    }
}

/// When nodes are restarted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValidatedRollout {
    /// Who begins.
    pub strategy: RolloutStrategy,
    /// Nodes of each pool that stay as they are.
    pub partition: i32,
    /// Restarts nothing.
    pub paused: bool,
    /// The plan that may be carried out.
    pub approve: Option<String>,
    /// When a restart was asked for.
    pub restarted_at: Option<String>,
    /// What a new rendering of the operator may do.
    pub operator_upgrade: OperatorUpgrade,
}

/// A cluster as everything later reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidatedCluster {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// UID, for owner references.
    pub uid: String,
    /// Generation that this is.
    pub generation: i64,
    /// Version of the nodes.
    pub version: String,
    /// Image of the nodes.
    pub image: String,
    /// Id of the cluster.
    pub cluster_id: String,
    /// Whether the quorum has been seen once.
    pub quorum_formed: bool,
    /// Whether empty volumes are filled from the bucket.
    pub restoring: bool,
    /// Whether nothing is done.
    pub paused: bool,
    /// Whether no node should run.
    pub hibernate: bool,
    /// What becomes of volumes of nodes that are gone.
    pub deletion_policy: DeletionPolicy,
    /// The pools, controllers first.
    pub pools: Vec<ValidatedPool>,
    /// The listeners.
    pub listeners: Vec<ValidatedListener>,
    /// Label whose value is the rack.
    pub rack_key: Option<String>,
    /// Where older records lie.
    pub tiering: Option<ValidatedTiering>,
    /// Configuration of every node.
    pub config: BTreeMap<String, String>,
    /// Whether replicas move to new brokers.
    pub spread_on_scale_up: bool,
    /// Whether replicas move away from brokers that are to go.
    pub drain_on_scale_down: bool,
    /// Bytes a second for movements.
    pub throttle: Option<i64>,
    /// When nodes are restarted.
    pub rollout: ValidatedRollout,
    /// Whether a disruption budget is kept.
    pub disruption_budget: bool,
    /// Whether a network policy is kept.
    pub network_policy: bool,
    /// Who may read metrics; `None` for everybody.
    pub metrics_peers: Option<Vec<NetworkPolicyPeer>>,
    /// What should be reconsidered.
    pub warnings: Vec<Warning>,
}

impl ValidatedCluster {
    /// Name of a pool's StatefulSet.
    #[must_use]
    pub fn stateful_set(&self, pool: &str) -> String {
        format!("{}-{pool}", self.name)
    }

    /// Name of the Service that gives pods their names.
    #[must_use]
    pub fn nodes_service(&self) -> String {
        format!("{}-nodes", self.name)
    }

    /// Where a pod is found inside Kubernetes.
    #[must_use]
    pub fn pod_host(&self, pod: &str, settings: &OperatorSettings) -> String {
        format!(
            "{pod}.{}.{}.svc.{}",
            self.nodes_service(),
            self.namespace,
            settings.cluster_domain
        )
    }

    /// The pool with this name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&ValidatedPool> {
        self.pools.iter().find(|pool| pool.name == name)
    }

    /// Node ids that should vote.
    #[must_use]
    pub fn desired_voters(&self) -> Vec<i32> {
        if let Some(pool) = self.pool("controllers") {
            return (0..pool.replicas).map(|ordinal| pool.start + ordinal).collect();
        }
        let brokers = self.pool("brokers").map_or(0, |pool| pool.replicas);
        (0..if brokers >= 3 { 3 } else { 1 }).collect()
    }

    /// Node ids that should exist.
    #[must_use]
    pub fn desired_nodes(&self) -> Vec<i32> {
        let ids = |pool: &ValidatedPool| pool.start..pool.start + pool.replicas;
        self.pools.iter().flat_map(ids).collect()
    }

    /// Brokers that should exist.
    #[must_use]
    pub fn desired_brokers(&self) -> i32 {
        let brokers = self.pools.iter().filter(|pool| pool.serves_clients);
        brokers.map(|pool| pool.replicas).sum()
    }
}

/// Resolves a cluster.
///
/// # Errors
///
/// The [`Violation`] that a person has to put right first.
pub fn validate(cluster: &KafkaCluster, settings: &OperatorSettings) -> Result<ValidatedCluster, Violation> {
    let spec = &cluster.spec;
    let status = cluster.status.clone().unwrap_or_default();
    let metadata = &cluster.metadata;
    let uid = metadata.uid.clone().unwrap_or_default();
    let name = metadata.name.clone().unwrap_or_default();
    let namespace = metadata.namespace.clone().unwrap_or_default();
    let wanted_id = spec
        .bootstrap
        .as_ref()
        .map(|bootstrap| bootstrap.cluster_id.clone());
    let version = spec
        .version
        .clone()
        .or(status.version)
        .unwrap_or_else(|| settings.version.clone());
    let image = spec
        .image
        .clone()
        .unwrap_or_else(|| format!("{}:{version}", settings.image_repository));
    let pause = metadata
        .annotations
        .as_ref()
        .and_then(|annotations| annotations.get(operator_api::labels::PAUSE));
    let rebalance = spec.rebalance.clone().unwrap_or_default();
    let network = spec.network_policy.clone().unwrap_or_default();
    let older = spec.tiering.as_ref();
    let tiering = older.map(|tiering| ValidatedTiering::of(tiering, &namespace, &name));
    let budget = spec.pod_disruption_budget.clone().unwrap_or_default();
    Ok(ValidatedCluster {
        name,
        namespace,
        cluster_id: status
            .cluster_id
            .or(wanted_id)
            .unwrap_or_else(|| identity::cluster_id(&uid)),
        uid,
        generation: metadata.generation.unwrap_or_default(),
        warnings: warnings::of(spec, &image),
        version,
        image,
        quorum_formed: status.quorum_formed.unwrap_or_default(),
        restoring: is_restoring(cluster),
        paused: spec.paused.unwrap_or_default() || pause.is_some_and(|value| value == "true"),
        hibernate: spec.hibernate.unwrap_or_default(),
        deletion_policy: spec.deletion_policy.unwrap_or_default(),
        pools: pools::of(spec)?,
        listeners: listeners(cluster)?,
        rack_key: spec.rack.as_ref().map(|rack| rack.topology_key.clone()),
        tiering,
        config: config(spec),
        spread_on_scale_up: rebalance.on_scale_up.unwrap_or(true),
        drain_on_scale_down: rebalance.on_scale_down.unwrap_or(true),
        throttle: rebalance.throttle.as_deref().and_then(bytes),
        rollout: rollout(cluster),
        disruption_budget: budget.enabled.unwrap_or(true),
        network_policy: network.enabled.unwrap_or(true),
        metrics_peers: peers(network.metrics_peers.as_ref(), "networkPolicy.metricsPeers")?,
    })
}

/// Until everything was well once: a volume that is lost later belongs to a node that joins.
fn is_restoring(cluster: &KafkaCluster) -> bool {
    let asked = cluster
        .spec
        .bootstrap
        .as_ref()
        .and_then(|bootstrap| bootstrap.restore);
    let done = cluster.status.as_ref().and_then(|status| status.restored);
    asked == Some(true) && done != Some(true)
}

fn config(spec: &KafkaClusterSpec) -> BTreeMap<String, String> {
    let mut config = pools::texts(spec.config.as_ref());
    config.extend(
        spec.tiering
            .as_ref()
            .map(tiering::of_all_topics)
            .unwrap_or_default(),
    );
    config
}

fn rollout(cluster: &KafkaCluster) -> ValidatedRollout {
    let rollout = cluster.spec.rollout.clone().unwrap_or_default();
    ValidatedRollout {
        strategy: rollout.strategy.unwrap_or_default(),
        partition: rollout.partition.unwrap_or_default(),
        paused: rollout.paused.unwrap_or_default(),
        approve: rollout.approve,
        restarted_at: rollout.restarted_at,
        operator_upgrade: rollout.operator_upgrade.unwrap_or_default(),
    }
}

fn listeners(cluster: &KafkaCluster) -> Result<Vec<ValidatedListener>, Violation> {
    let Some(listeners) = &cluster.spec.listeners else {
        return Ok(vec![ValidatedListener {
            name: "plain".to_owned(),
            port: 9092,
            listener_type: ListenerType::Internal,
            advertised_host_template: None,
            annotations: BTreeMap::new(),
            load_balancer_class: None,
            load_balancer_source_ranges: Vec::new(),
            external_traffic_policy: None,
            peers: None,
        }]);
    };
    listeners
        .iter()
        .map(|listener| {
            Ok(ValidatedListener {
                name: listener.name.clone(),
                port: listener.port,
                listener_type: listener.listener_type,
                advertised_host_template: listener.advertised_host_template.clone(),
                annotations: listener.annotations.clone().unwrap_or_default(),
                load_balancer_class: listener.load_balancer_class.clone(),
                load_balancer_source_ranges: listener.load_balancer_source_ranges.clone().unwrap_or_default(),
                external_traffic_policy: listener.external_traffic_policy,
                peers: peers(
                    listener.network_policy_peers.as_ref(),
                    "listeners.networkPolicyPeers",
                )?,
            })
        })
        .collect()
}

fn peers(
    objects: Option<&Vec<KubernetesObject>>,
    path: &'static str,
) -> Result<Option<Vec<NetworkPolicyPeer>>, Violation> {
    let Some(objects) = objects else { return Ok(None) };
    let decode = |object: &KubernetesObject| {
        serde_json::from_value(serde_json::Value::Object(object.0.clone())).map_err(|error| Violation {
            reason: "InvalidTemplate",
            message: format!("put spec.{path} right: {error}"),
        })
    };
    objects.iter().map(decode).collect::<Result<_, _>>().map(Some)
}

/// Bytes of a quantity such as 50Mi; `None` if it is none or does not fit.
#[must_use]
pub fn bytes(quantity: &str) -> Option<i64> {
    let digits = quantity.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor: i64 = match &quantity[digits.len()..] {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "P" => 1_000_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "Pi" => 1 << 50,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests;
