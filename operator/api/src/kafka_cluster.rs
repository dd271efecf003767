//! The kind `KafkaCluster`: brokers, controllers and how clients reach them.
//!
//! The smallest object is a name and `brokers: {replicas: 1, storage: {size: 10Gi}}`; whatever is not said is decided by
//! the operator and shown in the status.

mod listener;
mod policy;
mod pool;
mod status;
mod template;

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AllowedNamespaces, DeletionPolicy};
use crate::tiering::Tiering;
use crate::value::IntOrText;

pub use listener::{ExternalTrafficPolicy, Listener, ListenerType};
pub use policy::{
    Bootstrap, NetworkPolicySettings, OperatorUpgrade, PodDisruptionBudgetSettings, Rack, RebalancePolicy,
    Rollout, RolloutStrategy, TopicDefaults, TopicLimits,
};
pub use pool::{NodePool, Pool, Resources, Role, Storage, StorageType};
pub use status::{
    BrokerCounts, ControllerCounts, DriftItem, KafkaClusterStatus, ListenerAddress, ListenerStatus,
    Operation, OperationType, PartitionCounts, PlanPreview, PoolStatus, Warning,
};
pub use template::{ImagePullSecret, Metadata, PodTemplate};

/// What a cluster should be.
#[derive(Clone, CustomResource, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[kube(
    group = "kafka.eddyline.dev",
    version = "v1alpha1",
    kind = "KafkaCluster",
    namespaced,
    status = "KafkaClusterStatus",
    shortname = "ekc",
    category = "eddyline",
    derive = "PartialEq",
    doc = "A Kafka cluster: brokers, controllers, and how clients reach them. A change is carried out one node at a time and only while every partition stays available.",
    scale(
        spec_replicas_path = ".spec.brokers.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "UpToDate",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"UpToDate\")].status"
    ),
    printcolumn(name = "Brokers", type_ = "string", json_path = ".status.brokers.summary"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(
        name = "Under-Replicated",
        type_ = "integer",
        json_path = ".status.partitions.underReplicated"
    ),
    printcolumn(name = "Operation", type_ = "string", json_path = ".status.operation.step"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        priority = 1
    ),
    printcolumn(
        name = "Tiering",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"TieringHealthy\")].reason",
        priority = 1
    ),
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
        name = "Controllers",
        type_ = "integer",
        json_path = ".status.controllers.voters",
        priority = 1
    ),
    printcolumn(
        name = "Cluster ID",
        type_ = "string",
        json_path = ".status.clusterId",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct KafkaClusterSpec {
    /// Version of eddyline to run, for example 0.1.0. Not set: the operator's own version at creation, which is then
    /// kept in status.version; an upgrade of the operator does not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), regex(pattern = r"^[0-9A-Za-z][0-9A-Za-z._-]*$"))]
    pub version: Option<String>,
    /// Image of the nodes, with its tag or digest, in place of the operator's image at this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub image: Option<String>,
    /// Leaves everything as it is until this is false again. The annotation kafka.eddyline.dev/pause=true does the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// Stops every node and keeps volumes, identity and addresses; false starts them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hibernate: Option<bool>,
    /// Whether deletion of this object is refused while this is true (the default, where the operator's admission
    /// policy is installed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// What happens to the volumes of a node that is removed or of a cluster that is deleted: Retain (the default) or
    /// Delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// Namespaces whose Topics and KafkaRebalances this cluster takes; its own if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_namespaces: Option<AllowedNamespaces>,
    /// The default pool of brokers. Its node ids begin at 0.
    pub brokers: Pool,
    /// Dedicated controllers, with node ids from 1000. Without them up to three of the brokers are controllers too,
    /// which is meant for development.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controllers: Option<Pool>,
    /// More pools of brokers, with other disks or other machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub node_pools: Option<Vec<NodePool>>,
    /// How clients reach the brokers. Not set: one listener inside Kubernetes named plain on port 9092.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub listeners: Option<Vec<Listener>>,
    /// How brokers know in which failure zone they are. Not set: they do not, and replicas are not spread over zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rack: Option<Rack>,
    /// Configuration of every node by Kafka's names, for example min.insync.replicas. What Kafka can change while it
    /// runs is changed without a restart. Write true and false in quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 300))]
    pub config: Option<BTreeMap<String, IntOrText>>,
    /// Older records of tiered topics in object storage. A topic is tiered by its own tiering, or by the configuration
    /// remote.storage.enable of topicDefaults. It can be added later, and not removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiering: Option<Tiering>,
    /// What a Topic gets that does not say it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_defaults: Option<TopicDefaults>,
    /// What no Topic may exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_limits: Option<TopicLimits>,
    /// When replicas are moved without a KafkaRebalance, and how fast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebalance: Option<RebalancePolicy>,
    /// When nodes are restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// How many nodes other tools may evict at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_disruption_budget: Option<PodDisruptionBudgetSettings>,
    /// Who may connect to the nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicySettings>,
    /// Identity of a cluster whose volumes exist already. It cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
}
