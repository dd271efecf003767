//! When things happen by themselves: restarts, movements of replicas, limits of topics.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{IntOrText, KubernetesObject};

/// How brokers know their failure zone.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rack {
    /// Label of Kubernetes nodes that names the zone. Kubernetes 1.35 and later copies topology.kubernetes.io/zone and
    /// topology.kubernetes.io/region to pods, where a broker reads it.
    #[schemars(length(min = 1, max = 317))]
    pub topology_key: String,
}

/// What a Topic gets that does not say it itself.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct TopicDefaults {
    /// Number of partitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000))]
    pub partitions: Option<i32>,
    /// Replicas of each partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub replicas: Option<i32>,
    /// Configuration by Kafka's names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 100))]
    pub config: Option<BTreeMap<String, IntOrText>>,
}

/// What no Topic may exceed.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicLimits {
    /// Most partitions of one topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000))]
    pub max_partitions_per_topic: Option<i32>,
    /// Fewest replicas of a topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub min_replicas: Option<i32>,
}

/// When replicas are moved without a KafkaRebalance.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebalancePolicy {
    /// Whether replicas are moved to new brokers; true if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_scale_up: Option<bool>,
    /// Whether replicas are moved away from brokers that are to go; true if not set. If false, the brokers stay until a
    /// KafkaRebalance has emptied them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_scale_down: Option<bool>,
    /// Most bytes a second that each broker spends on it, for example 50Mi. Not set: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20), regex(pattern = r"^[1-9][0-9]*(k|M|G|T|Ki|Mi|Gi|Ti)?$"))]
    pub throttle: Option<String>,
}

/// When nodes are restarted.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rollout {
    /// safe (the default) restarts nodes as soon as it is harmless. manual shows in status.plan what would be done and
    /// waits for approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RolloutStrategy>,
    /// The first nodes of each pool that stay on their old revision, to try a change on the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1000))]
    pub partition: Option<i32>,
    /// Restarts nothing while true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// Id of the plan in status.plan.id that may be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub approve: Option<String>,
    /// A time; changing it restarts every node once, safely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), extend("format" = "date-time"))]
    pub restarted_at: Option<String>,
    /// auto (the default) lets a new version of the operator restart nodes if it renders them differently; hold keeps
    /// the old rendering until restartedAt or another change restarts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_upgrade: Option<OperatorUpgrade>,
}

/// Who begins a restart.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RolloutStrategy {
    /// The operator, when it is harmless.
    #[default]
    Safe,
    /// The user, by approve.
    Manual,
}

/// Whether a new rendering of the operator restarts nodes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatorUpgrade {
    /// It does.
    #[default]
    Auto,
    /// It does not.
    Hold,
}

/// How many nodes other tools may evict at once.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PodDisruptionBudgetSettings {
    /// Whether a PodDisruptionBudget that allows one node at a time is kept; true if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Who may connect to the nodes.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicySettings {
    /// Whether a NetworkPolicy is kept that lets only nodes of the cluster and the operator reach the ports of the
    /// cluster itself; true if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Who may read metrics, as peers of a NetworkPolicy. Not set: everybody; empty: nobody but the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub metrics_peers: Option<Vec<KubernetesObject>>,
}

/// Identity of a cluster whose volumes exist already.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bootstrap {
    /// Cluster id that the volumes carry. Volumes are found by the names that their claims had.
    #[schemars(length(equal = 22), regex(pattern = r"^[A-Za-z0-9_-]{22}$"))]
    pub cluster_id: String,
    /// Whether the new, empty volumes get what the cluster of this id left in the bucket of spec.tiering: topics, committed
    /// offsets, and all records that had been copied there. The brokers must be as many as they were. Records that were
    /// only on the lost disks are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<bool>,
}
