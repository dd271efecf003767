//! The kind `Topic`: one topic of one cluster, created, adopted, grown and kept as described.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{ClusterRef, DeletionPolicy};
use crate::tiering::{TieringStatus, TopicTiering};
use crate::value::IntOrText;

/// What a topic should be.
#[derive(Clone, CustomResource, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[kube(
    group = "kafka.eddyline.dev",
    version = "v1alpha1",
    kind = "Topic",
    namespaced,
    status = "TopicStatus",
    shortname = "ekt",
    category = "eddyline",
    derive = "PartialEq",
    doc = "A topic of a KafkaCluster. It is created if it does not exist, adopted if it does, and grown when partitions grow. Deleting the object leaves the topic unless deletionPolicy is Delete.",
    selectable = ".spec.clusterRef.name",
    printcolumn(name = "Cluster", type_ = "string", json_path = ".spec.clusterRef.name"),
    printcolumn(name = "Topic", type_ = "string", json_path = ".status.topicName"),
    printcolumn(name = "Partitions", type_ = "integer", json_path = ".status.partitions"),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.replicas"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "ID", type_ = "string", json_path = ".status.topicId", priority = 1),
    printcolumn(
        name = "Local Bytes",
        type_ = "integer",
        json_path = ".status.tiering.localBytes",
        priority = 1
    ),
    printcolumn(
        name = "Remote Bytes",
        type_ = "integer",
        json_path = ".status.tiering.remoteBytes",
        priority = 1
    ),
    printcolumn(
        name = "Copy Lag Seconds",
        type_ = "integer",
        json_path = ".status.tiering.copyLagSeconds",
        priority = 1
    ),
    printcolumn(
        name = "Config Policy",
        type_ = "string",
        json_path = ".spec.configPolicy",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct TopicSpec {
    /// The cluster that holds the topic. It cannot change.
    pub cluster_ref: ClusterRef,
    /// Name of the topic in Kafka; the object's name if not set. It cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 249), regex(pattern = r"^[a-zA-Z0-9._-]+$"))]
    pub topic_name: Option<String>,
    /// Number of partitions: it can only grow. Not set: the cluster's topicDefaults, then the broker's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000))]
    pub partitions: Option<i32>,
    /// Replicas of each partition. A change moves data, throttled. Not set: the cluster's topicDefaults, then the
    /// broker's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub replicas: Option<i32>,
    /// Configuration of the topic by Kafka's names, for example retention.ms. Write true and false in quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 100))]
    pub config: Option<BTreeMap<String, IntOrText>>,
    /// Keeps older records in the object storage of the cluster (remote.storage.enable); an empty value, {}, takes the
    /// cluster's limits for what stays on local disks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiering: Option<TopicTiering>,
    /// What happens to configuration that is set in Kafka and not here: Enforce (the default) removes it, Merge leaves
    /// it, Observe changes no configuration at all and reports every difference in status.drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_policy: Option<ConfigPolicy>,
    /// Full (the default) creates and keeps the topic; CreateOnly creates it and then leaves it alone; Observe only
    /// reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_policy: Option<ManagementPolicy>,
    /// Retain (the default): deleting this object leaves the topic and its records. Delete: the topic goes with the
    /// object, which then carries a finalizer until it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// Takes over a topic that exists and differs in a way that cannot be changed: it has more partitions than asked
    /// for. Then its own number holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<bool>,
    /// Leaves the topic as it is until this is false again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

/// What happens to configuration that is set in Kafka and not in the object.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum ConfigPolicy {
    /// What is not declared goes back to the broker's default.
    #[default]
    Enforce,
    /// What is declared is kept, the rest is left alone.
    Merge,
    /// Nothing is changed, everything is reported.
    Observe,
}

/// How much of a topic the operator takes care of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum ManagementPolicy {
    /// Creates the topic and keeps it as described.
    #[default]
    Full,
    /// Creates the topic and then leaves it alone.
    CreateOnly,
    /// Only reports.
    Observe,
}

/// What a topic is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicStatus {
    /// Generation of the object that this status speaks of; -1 before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready, Reconciling, Stalled, Paused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Name of the topic in Kafka.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_name: Option<String>,
    /// Id of the topic in Kafka.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<String>,
    /// Partitions that the topic has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i32>,
    /// Replicas that each partition has; the smallest number if they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Configuration that differs from the broker's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
    /// What the topic has on local disks and in the bucket, when it was looked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiering: Option<TieringStatus>,
    /// A change of the number of replicas that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reassignment: Option<TopicReassignment>,
    /// Differences between the object and the topic that are not being removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<TopicDrift>,
}

/// A change of the number of replicas.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicReassignment {
    /// Replicas that each partition will have.
    pub target: i32,
    /// Partitions that still move.
    pub partitions_left: i32,
}

/// One difference between an object and its topic.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicDrift {
    /// Name of the configuration, or partitions, or replicas.
    pub field: String,
    /// What the object says; not set if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// What the topic has; not set if it has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
}
