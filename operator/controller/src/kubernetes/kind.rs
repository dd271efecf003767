//! The kinds that the operator reads and writes, and how their addresses are spelled.

/// A kind of Kubernetes' API.
#[derive(Debug, Eq, PartialEq)]
pub struct Kind {
    /// API group; empty for the oldest one.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// Its name in addresses.
    pub plural: &'static str,
}

impl Kind {
    const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
    ) -> Self {
        Self {
            group,
            version,
            kind,
            plural,
        }
    }

    /// Group and version, as objects say it.
    #[must_use]
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }
}

/// Pods.
pub static POD: Kind = Kind::new("", "v1", "Pod", "pods");
/// Volume claims.
pub static CLAIM: Kind = Kind::new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
/// Kubernetes' own nodes.
pub static NODE: Kind = Kind::new("", "v1", "Node", "nodes");
/// Namespaces.
pub static NAMESPACE: Kind = Kind::new("", "v1", "Namespace", "namespaces");
/// Classes of volumes.
pub static STORAGE_CLASS: Kind = Kind::new("storage.k8s.io", "v1", "StorageClass", "storageclasses");
/// Sets of pods.
pub static STATEFUL_SET: Kind = Kind::new("apps", "v1", "StatefulSet", "statefulsets");
/// Clusters.
pub static KAFKA_CLUSTER: Kind = Kind::new("kafka.eddyline.dev", "v1alpha1", "KafkaCluster", "kafkaclusters");
/// Topics.
pub static TOPIC: Kind = Kind::new("kafka.eddyline.dev", "v1alpha1", "Topic", "topics");
/// Movements.
pub static KAFKA_REBALANCE: Kind = Kind::new(
    "kafka.eddyline.dev",
    "v1alpha1",
    "KafkaRebalance",
    "kafkarebalances",
);

static CONFIG_MAP: Kind = Kind::new("", "v1", "ConfigMap", "configmaps");
static SERVICE: Kind = Kind::new("", "v1", "Service", "services");
static SERVICE_ACCOUNT: Kind = Kind::new("", "v1", "ServiceAccount", "serviceaccounts");
static DISRUPTION_BUDGET: Kind = Kind::new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets");
static NETWORK_POLICY: Kind = Kind::new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies");

/// Kinds of children of a cluster.
pub const CHILDREN: [&Kind; 6] = [
    &SERVICE_ACCOUNT,
    &SERVICE,
    &CONFIG_MAP,
    &DISRUPTION_BUDGET,
    &NETWORK_POLICY,
    &STATEFUL_SET,
];

/// The kind with this name, of those that are written.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    let written = [&KAFKA_CLUSTER, &TOPIC, &KAFKA_REBALANCE, &CLAIM, &POD];
    CHILDREN.into_iter().chain(written).find(|kind| kind.kind == name)
}
