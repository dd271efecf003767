//! Listeners: how clients reach the brokers. All of them speak plaintext; the port 9090 is the controllers', 9091 the
//! brokers' own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::KubernetesObject;

/// One listener of every broker.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// Name of the listener.
    #[schemars(length(min = 1, max = 11), regex(pattern = r"^[a-z0-9]{1,11}$"))]
    pub name: String,
    /// Port inside the pods. 9090, 9091, 9644 and 9645 are taken.
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: i32,
    /// internal: the names of the pods, inside Kubernetes. cluster-ip: a Service for each broker, inside Kubernetes.
    /// nodeport: a port of the Kubernetes nodes. loadbalancer: a load balancer for each broker and one to begin with.
    #[serde(rename = "type")]
    pub listener_type: ListenerType,
    /// Host that clients are told for each broker, with {nodeId} and {pool} replaced, for example
    /// b{nodeId}.kafka.example.org. Not set: the address that Kubernetes gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub advertised_host_template: Option<String>,
    /// Annotations of the Services of this listener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 32))]
    pub annotations: Option<BTreeMap<String, String>>,
    /// Class of the load balancers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub load_balancer_class: Option<String>,
    /// Addresses from which the load balancers may be reached, for example 10.0.0.0/8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub load_balancer_source_ranges: Option<Vec<String>>,
    /// Local keeps the addresses of clients and spares a hop; Cluster is reachable over every Kubernetes node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_traffic_policy: Option<ExternalTrafficPolicy>,
    /// Who may connect, as peers of a NetworkPolicy. Not set: everybody; empty: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub network_policy_peers: Option<Vec<KubernetesObject>>,
}

/// How a listener is reached.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerType {
    /// The names of the pods.
    #[default]
    Internal,
    /// A Service for each broker.
    ClusterIp,
    /// A port of the Kubernetes nodes.
    Nodeport,
    /// A load balancer for each broker.
    Loadbalancer,
}

/// Over which Kubernetes nodes a Service is reached from outside.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum ExternalTrafficPolicy {
    /// Only those that run the broker.
    Local,
    /// All of them.
    Cluster,
}
