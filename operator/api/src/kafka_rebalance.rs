//! The kind `KafkaRebalance`: one plan to move replicas, approved by a field and followed to its end.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::ClusterRef;

/// Which replicas to move. It works once: a new wish is a new object.
#[derive(Clone, CustomResource, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[kube(
    group = "kafka.eddyline.dev",
    version = "v1alpha1",
    kind = "KafkaRebalance",
    namespaced,
    status = "KafkaRebalanceStatus",
    shortname = "ekr",
    category = "eddyline",
    derive = "PartialEq",
    doc = "One movement of replicas in a KafkaCluster: proposed, approved by spec.approve, followed to its end. Deleting the object stops nothing; spec.cancel does.",
    selectable = ".spec.clusterRef.name",
    printcolumn(name = "Cluster", type_ = "string", json_path = ".spec.clusterRef.name"),
    printcolumn(name = "Mode", type_ = "string", json_path = ".spec.mode"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Proposal", type_ = "string", json_path = ".status.proposal.id"),
    printcolumn(name = "Left", type_ = "integer", json_path = ".status.progress.movesLeft"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct KafkaRebalanceSpec {
    /// The cluster to balance. It cannot change.
    pub cluster_ref: ClusterRef,
    /// full spreads over all brokers; add-brokers moves to the brokers named in brokers; remove-brokers empties them.
    /// It cannot change.
    pub mode: RebalanceMode,
    /// Node ids for add-brokers and remove-brokers. They cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub brokers: Option<Vec<i32>>,
    /// Most bytes a second that each broker spends on it, for example 50Mi. Not set: the cluster's rebalance.throttle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20), regex(pattern = r"^[1-9][0-9]*(k|M|G|T|Ki|Mi|Gi|Ti)?$"))]
    pub throttle: Option<String>,
    /// Id of the proposal in status.proposal.id that may be carried out; "auto" approves whatever is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub approve: Option<String>,
    /// Stops a movement: replicas that move go back. It cannot be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<bool>,
}

/// Which brokers a movement is about.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RebalanceMode {
    /// All brokers.
    #[default]
    Full,
    /// Towards the named brokers.
    AddBrokers,
    /// Away from the named brokers.
    RemoveBrokers,
}

/// How far a movement is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KafkaRebalanceStatus {
    /// Generation of the object that this status speaks of; -1 before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready (the movement is complete), Reconciling, Stalled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Proposing, AwaitingApproval, Moving, Complete, Cancelling, Cancelled or Failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<RebalancePhase>,
    /// What would be or is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<RebalanceProposal>,
    /// How far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<RebalanceProgress>,
}

/// Where a movement stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum RebalancePhase {
    /// The cluster is asked what it would move.
    #[default]
    Proposing,
    /// spec.approve must name the proposal.
    AwaitingApproval,
    /// Replicas move.
    Moving,
    /// Everything is where it should be.
    Complete,
    /// Replicas that move go back.
    Cancelling,
    /// Stopped by spec.cancel.
    Cancelled,
    /// It ended without reaching its goal.
    Failed,
}

/// What would be moved.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RebalanceProposal {
    /// Id to write into spec.approve.
    pub id: String,
    /// Replicas that move.
    pub moves: i64,
    /// Bytes that move.
    pub bytes: i64,
    /// One sentence for people.
    pub summary: String,
}

/// How far a movement is.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebalanceProgress {
    /// Replicas that still move.
    pub moves_left: i64,
    /// Bytes that still move.
    pub bytes_left: i64,
}
