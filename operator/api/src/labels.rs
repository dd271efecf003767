//! Names of labels, annotations, finalizers and field managers. Selectors and look-ups in code use the labels of our own
//! group only, which never change; those of `app.kubernetes.io` are for people.

/// Name of the `KafkaCluster` that a child belongs to. Part of every selector, constant for ever.
pub const CLUSTER: &str = "kafka.eddyline.dev/cluster";

/// Name of the pool that a child belongs to. Part of the selectors of a pool, constant for ever.
pub const POOL: &str = "kafka.eddyline.dev/pool";

/// `true` on pods that serve clients; the bootstrap Services select by it.
pub const SERVES_CLIENTS: &str = "kafka.eddyline.dev/serves-clients";

/// Name of the StatefulSet's pod, set by Kubernetes.
pub const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// Fingerprint of a child as it was rendered.
pub const RENDERED: &str = "kafka.eddyline.dev/rendered";

/// Fingerprint of a pod template: a pod that carries another one runs an older template.
pub const TEMPLATE: &str = "kafka.eddyline.dev/template";

/// Fingerprint of what the user asked of a pool: the template changed while this did not means that the operator
/// changed its rendering.
pub const INPUTS: &str = "kafka.eddyline.dev/inputs";

/// Node id of the first node of a StatefulSet's pool, which is not in the specification any more when the pool leaves.
pub const NODE_ID_START: &str = "kafka.eddyline.dev/node-id-start";

/// Suspends an object, as `spec.paused` does.
pub const PAUSE: &str = "kafka.eddyline.dev/pause";

/// When a restart of all nodes was asked for last; a change of it changes the pod template.
pub const RESTARTED_AT: &str = "kafka.eddyline.dev/restarted-at";

/// Finalizer of a `Topic` with `deletionPolicy: Delete`. No other object has one.
pub const TOPIC_FINALIZER: &str = "kafka.eddyline.dev/topic";

/// Field manager of everything that is written for a `KafkaCluster`.
pub const CLUSTER_MANAGER: &str = "eddyline-operator/kafkacluster";

/// Field manager of everything that is written for a `Topic`.
pub const TOPIC_MANAGER: &str = "eddyline-operator/topic";

/// Field manager of everything that is written for a `KafkaRebalance`.
pub const REBALANCE_MANAGER: &str = "eddyline-operator/kafkarebalance";

/// Value of `app.kubernetes.io/managed-by` on every child.
pub const MANAGED_BY: &str = "eddyline-operator";
