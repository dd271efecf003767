//! The words that users and the operator share: the kinds `KafkaCluster`, `Topic` and `KafkaRebalance` of the group
//! `kafka.eddyline.dev`.
//!
//! It decides what an object may say: the types, their documentation (`kubectl explain`), the CEL rules ([`rules`]) and
//! the custom resource definitions that are written into `crds/` by `cargo crds` ([`crd`]).
//!
//! A field exists only if the broker does something with it. Nothing that is an object or a list has a default in the
//! schema, because tools that compare Git with the cluster would show it as a change; the one exception is the status
//! of a new object, which must not read as healthy before anybody looked at it.
//!
//! Deliberately elsewhere: what follows from an object (`operator/plan`) and every conversation with Kubernetes.

#![expect(
    clippy::duplicated_attributes,
    reason = "every printer column of a kind repeats the keys of its neighbours"
)]

pub mod access;
pub mod condition;
pub mod crd;
pub mod error;
pub mod kafka_cluster;
pub mod kafka_rebalance;
pub mod labels;
pub mod rules;
pub mod tiering;
pub mod topic;
pub mod value;

pub use kafka_cluster::{KafkaCluster, KafkaClusterSpec, KafkaClusterStatus};
pub use kafka_rebalance::{KafkaRebalance, KafkaRebalanceSpec, KafkaRebalanceStatus};
pub use topic::{Topic, TopicSpec, TopicStatus};

/// API group of every kind.
pub const GROUP: &str = "kafka.eddyline.dev";

/// The one version of every kind.
pub const VERSION: &str = "v1alpha1";
