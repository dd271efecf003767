//! The plan for one Topic object.
//!
//! The object says what the topic should be and nothing flows back into it. A topic is made, adopted when it exists, grown,
//! and kept; it is deleted only if the object says so, by its id, and only while the cluster answers. An object that keeps
//! its topic has no finalizer, so that its deletion can never hang.
//!
//! Everything about other objects (the cluster, its grants, older objects for the same topic) comes in as facts.

mod changes;
mod deletion;
mod desired;
mod status;

use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;
use operator_api::kafka_cluster::{TopicDefaults, TopicLimits};
use operator_api::{Topic, TopicStatus};

pub use deletion::finalizer_change;

use crate::fact::Fact;
use crate::facts::TierBytes;
use crate::flow::Flow;

/// What was seen of a topic and of what its object depends on.
#[derive(Clone, Debug)]
pub struct TopicFacts {
    /// When it was seen.
    pub now: Timestamp,
    /// The cluster that the object names.
    pub cluster: Fact<ClusterOfTopic>,
    /// Whether the cluster takes objects of this namespace.
    pub granted: Fact<bool>,
    /// The oldest other object for the same topic of the same cluster, as namespace/name, if it is older than this one.
    pub older: Fact<String>,
    /// The topic in Kafka; `Unknown` while the cluster does not answer.
    pub topic: Fact<TopicFact>,
    /// What it has on local disks and in the bucket; `Absent` if that was not asked.
    pub tier: Fact<TierBytes>,
    /// Whether the cluster deletes topics at all.
    pub deletion_enabled: Fact<bool>,
}

/// What a topic needs to know of its cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterOfTopic {
    /// Whether clients can use it.
    pub available: bool,
    /// Whether its object is being deleted.
    pub terminating: bool,
    /// Whether its nodes are stopped on purpose.
    pub hibernated: bool,
    /// Its defaults.
    pub defaults: TopicDefaults,
    /// Its limits.
    pub limits: TopicLimits,
    /// How many brokers take replicas.
    pub brokers: i32,
    /// Bytes a second for movements.
    pub throttle: Option<i64>,
}

/// A topic in Kafka.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TopicFact {
    /// Its id.
    pub id: String,
    /// Its partitions.
    pub partitions: i32,
    /// Fewest and most replicas of a partition, without those that are moving away.
    pub replicas: (i32, i32),
    /// Partitions whose replicas are moving.
    pub moving: i32,
    /// Configuration that was set for it.
    pub config: BTreeMap<String, String>,
}

/// Something to ask of the cluster. Requests of many topics are sent together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TopicRequest {
    /// Make the topic; what is not set is the broker's default.
    Create {
        /// Its name.
        name: String,
        /// Partitions.
        partitions: Option<i32>,
        /// Replicas.
        replicas: Option<i32>,
        /// Configuration.
        config: BTreeMap<String, String>,
    },
    /// Give it more partitions.
    Grow {
        /// Its name.
        name: String,
        /// Partitions that it will have.
        partitions: i32,
    },
    /// Give each partition another number of replicas.
    ChangeReplicas {
        /// Its name.
        name: String,
        /// Replicas that each will have.
        replicas: i32,
        /// Most bytes a second of each broker.
        throttle: Option<i64>,
    },
    /// Set and remove configuration.
    ChangeConfig {
        /// Its name.
        name: String,
        /// Values to set.
        set: BTreeMap<String, String>,
        /// Names that go back to their default.
        remove: Vec<String>,
    },
    /// Delete the topic with this id, and no other of its name.
    Delete {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
    },
}

/// There is no such cluster.
const CLUSTER_NOT_FOUND: &str = "ClusterNotFound";
/// The cluster does not serve.
const WAITING_FOR_CLUSTER: &str = "WaitingForCluster";

/// What happens to the finalizer of an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FinalizerChange {
    /// It is added, before the topic is touched.
    Add,
    /// It is removed, and the object may go.
    Remove,
}

/// What to tell about an object once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicEvent {
    /// A stable word.
    pub reason: &'static str,
    /// What happened.
    pub message: String,
}

/// What to do for one object: the finalizer first, then the requests, then the status.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicPlan {
    /// What happens to the finalizer.
    pub finalizer: Option<FinalizerChange>,
    /// What to ask of the cluster.
    pub requests: Vec<TopicRequest>,
    /// What to tell.
    pub events: Vec<TopicEvent>,
    /// Status to write; `None` if it says so already.
    pub status: Option<TopicStatus>,
    /// How the pass ends.
    pub flow: Flow,
}

impl TopicPlan {
    fn new(flow: Flow) -> Self {
        Self {
            finalizer: None,
            requests: Vec::new(),
            events: Vec::new(),
            status: None,
            flow,
        }
    }

    /// Whether nothing moves until the cluster's own object changes, which wakes a pass.
    #[must_use]
    pub fn waits_for_cluster(&self) -> bool {
        matches!(
            self.flow,
            Flow::Working {
                reason: CLUSTER_NOT_FOUND | WAITING_FOR_CLUSTER,
                ..
            }
        )
    }

    /// Whether nothing is written or asked.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.finalizer.is_none()
            && self.requests.is_empty()
            && self.events.is_empty()
            && self.status.is_none()
    }
}

/// Name of the topic that an object is about.
#[must_use]
pub fn topic_name(topic: &Topic) -> String {
    let name = topic.spec.topic_name.clone().or(topic.metadata.name.clone());
    name.unwrap_or_default()
}

/// The plan for one object.
#[must_use]
pub fn plan(topic: &Topic, facts: &TopicFacts) -> TopicPlan {
    if topic.metadata.deletion_timestamp.is_some() {
        return deletion::plan(topic, facts);
    }
    let finalizer = deletion::finalizer_change(topic);
    let mut plan = match desired::obstacle(topic, facts) {
        Some(flow) => TopicPlan::new(flow),
        None => changes::plan(topic, facts),
    };
    plan.finalizer = finalizer;
    if finalizer == Some(FinalizerChange::Add) {
        plan.requests.clear();
        plan.events.clear();
        plan.flow = Flow::working("Creating", "taking care that the topic can go with its object");
    }
    let status = status::of(topic, facts, &plan.flow);
    plan.status = (Some(&status) != topic.status.as_ref()).then_some(status);
    plan
}

/// The plan after the cluster refused what was asked for, and will again until the object changes.
#[must_use]
pub fn refused(topic: &Topic, facts: &TopicFacts, message: &str) -> TopicPlan {
    instead(topic, facts, Flow::stalled("Refused", message))
}

/// The plan after the cluster refused what was asked for because too few of its brokers serve yet.
#[must_use]
pub fn too_early(topic: &Topic, facts: &TopicFacts, message: &str) -> TopicPlan {
    instead(topic, facts, Flow::working("WaitingForBrokers", message))
}

fn instead(topic: &Topic, facts: &TopicFacts, flow: Flow) -> TopicPlan {
    let mut plan = TopicPlan::new(flow);
    let status = status::of(topic, facts, &plan.flow);
    plan.status = (Some(&status) != topic.status.as_ref()).then_some(status);
    plan
}

#[cfg(test)]
mod tests;
