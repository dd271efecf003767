//! What a cluster is, what is being done to it, and what would be done.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListenerType, Role};
use crate::tiering::TieringStatus;

/// What a cluster is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KafkaClusterStatus {
    /// Generation of the object that this status speaks of; -1 before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready, Available, UpToDate, TieringHealthy, Degraded, Reconciling, Stalled, Paused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Version that the nodes should run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Version of the operator that wrote this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_version: Option<String>,
    /// Id of the cluster, which its volumes carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_id: Option<String>,
    /// Whether the quorum of controllers was seen once. From then on new controllers join it instead of founding one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum_formed: Option<bool>,
    /// Whether the cluster of spec.bootstrap.restore was well once. From then on an empty volume is that of a new node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<bool>,
    /// Brokers that exist in the default pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Selector of the pods of the default pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Brokers of all pools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brokers: Option<BrokerCounts>,
    /// The quorum of controllers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controllers: Option<ControllerCounts>,
    /// Partitions by how well they are replicated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<PartitionCounts>,
    /// What tiered topics have on local disks and in the bucket, when it was looked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiering: Option<TieringStatus>,
    /// Where clients find the cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<ListenerStatus>,
    /// The pools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub node_pools: Vec<PoolStatus>,
    /// The step that is being taken. It is written before the step is, and at most one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What is still to be done and would disturb a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanPreview>,
    /// What should be reconsidered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Where the cluster differs from what is declared and is not changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<DriftItem>,
}

/// Brokers of all pools.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrokerCounts {
    /// Brokers asked for.
    pub desired: i32,
    /// Brokers that serve.
    pub ready: i32,
    /// Brokers that run what is asked for.
    pub up_to_date: i32,
    /// Ready and desired as one text, for example 3/3.
    pub summary: String,
}

/// The quorum of controllers.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ControllerCounts {
    /// Controllers that vote.
    pub voters: i32,
    /// Node id of the active controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<i32>,
}

/// Partitions by how well they are replicated.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionCounts {
    /// All partitions.
    pub total: i64,
    /// Partitions with a replica that is not in sync.
    pub under_replicated: i64,
    /// Partitions with fewer replicas in sync than min.insync.replicas: writes with acks=all fail.
    pub under_min_isr: i64,
    /// Partitions without a leader.
    pub offline: i64,
}

/// Where clients find the cluster over one listener.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerStatus {
    /// Name of the listener.
    pub name: String,
    /// How it is reached.
    #[serde(rename = "type")]
    pub listener_type: ListenerType,
    /// Addresses for bootstrap.servers of a client; not set while Kubernetes has given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap_servers: Option<String>,
    /// Address of each broker, as clients are told it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<ListenerAddress>,
}

/// Address of a broker.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerAddress {
    /// Node id of the broker.
    pub node_id: i32,
    /// Host.
    pub host: String,
    /// Port.
    pub port: i32,
}

/// One pool.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolStatus {
    /// Name of the pool.
    pub name: String,
    /// What its nodes do.
    pub roles: Vec<Role>,
    /// Node id of its first node.
    pub node_id_start: i32,
    /// Nodes that exist.
    pub replicas: i32,
    /// Nodes that are asked for.
    pub desired: i32,
    /// Nodes that serve.
    pub ready: i32,
    /// Nodes that run what is asked for.
    pub up_to_date: i32,
}

/// A step that is being taken.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// What kind of step it is.
    #[serde(rename = "type")]
    pub operation_type: OperationType,
    /// The step in words, for example: restart node 2.
    pub step: String,
    /// The node that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<i32>,
    /// The object that it ends: a pod, a volume claim or a StatefulSet, by its UID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_uid: Option<String>,
    /// When it was decided.
    pub started_at: String,
    /// Why it does not go on; not set while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<String>,
}

/// Kinds of steps that disturb something.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum OperationType {
    /// A pod is deleted, so that it comes back as it should be.
    #[default]
    RestartNode,
    /// A node leaves the cluster for good.
    RemoveNode,
    /// A controller becomes a voter.
    AddVoter,
    /// A controller stops being a voter.
    RemoveVoter,
    /// A StatefulSet is made anew around its pods.
    ReplaceStatefulSet,
    /// The volume claim of a node that is gone is deleted.
    DeleteVolume,
    /// A pod is deleted, so that its volume can grow.
    RestartForVolume,
    /// All nodes are stopped.
    Hibernate,
}

/// What is still to be done and would disturb a node.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PlanPreview {
    /// Id to write into spec.rollout.approve.
    pub id: String,
    /// Whether any of it disturbs a node.
    pub disruptive: bool,
    /// One sentence for each thing to do.
    pub items: Vec<String>,
}

/// Something to reconsider; it blocks nothing.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Warning {
    /// A stable word.
    pub reason: String,
    /// What it means and what to do.
    pub message: String,
}

/// One difference between what is declared and what is.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct DriftItem {
    /// What differs.
    pub field: String,
    /// What is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// What is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
}
