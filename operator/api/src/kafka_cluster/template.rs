//! What pods look like beyond what the operator decides. Deep Kubernetes types are handed on undecoded, so that the
//! definition stays small; nothing is inherited from the labels and annotations of the KafkaCluster.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::KubernetesObject;

/// Additions to the pods of a pool.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodTemplate {
    /// Labels and annotations of the pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Node, pod and anti-affinity, as in a pod. Not set: brokers of one cluster prefer different nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affinity: Option<KubernetesObject>,
    /// Tolerations, as in a pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub tolerations: Option<Vec<KubernetesObject>>,
    /// Labels that a Kubernetes node must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 32))]
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Topology spread constraints, as in a pod. Not set: the pool is spread over zones where that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub topology_spread_constraints: Option<Vec<KubernetesObject>>,
    /// Name of a PriorityClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub priority_class_name: Option<String>,
    /// Name of a scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub scheduler_name: Option<String>,
    /// Name of a RuntimeClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub runtime_class_name: Option<String>,
    /// Seconds that a node has to hand over its leaderships and close its logs; 120 if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 86_400))]
    pub termination_grace_period_seconds: Option<i64>,
    /// Security context of the pod; a restricted one if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_security_context: Option<KubernetesObject>,
    /// Security context of the containers; a restricted one if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_context: Option<KubernetesObject>,
    /// Secrets with which images are pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub image_pull_secrets: Option<Vec<ImagePullSecret>>,
    /// Further variables of the environment, as in a container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub env: Option<Vec<KubernetesObject>>,
    /// Further volumes, as in a pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub volumes: Option<Vec<KubernetesObject>>,
    /// Where further volumes are mounted, as in a container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub volume_mounts: Option<Vec<KubernetesObject>>,
    /// Further containers, as in a pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub sidecars: Option<Vec<KubernetesObject>>,
    /// Labels and annotations of the volume claims, at their creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pvc: Option<Metadata>,
}

/// Labels and annotations.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Metadata {
    /// Labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 32))]
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 32))]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// A Secret with which images are pulled.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ImagePullSecret {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}
