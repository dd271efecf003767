//! What a topic should be, and what stands in the way of even looking at it.

use std::collections::BTreeMap;

use operator_api::Topic;

use super::{CLUSTER_NOT_FOUND, ClusterOfTopic, TopicFacts, WAITING_FOR_CLUSTER, topic_name};
use crate::fact::Fact;
use crate::flow::Flow;
use crate::tiering;

/// A topic as it should be; what is not set is left to the broker.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct DesiredTopic {
    pub(super) name: String,
    pub(super) partitions: Option<i32>,
    pub(super) replicas: Option<i32>,
    pub(super) config: BTreeMap<String, String>,
}

/// What the object says over what the cluster says.
pub(super) fn of(topic: &Topic, cluster: &ClusterOfTopic) -> DesiredTopic {
    let texts = |config: Option<&BTreeMap<String, operator_api::value::IntOrText>>| {
        let texts = config.into_iter().flatten();
        texts
            .map(|(key, value)| (key.clone(), value.to_string()))
            .collect::<BTreeMap<_, _>>()
    };
    let mut config = texts(cluster.defaults.config.as_ref());
    config.extend(texts(topic.spec.config.as_ref()));
    config.extend(
        topic
            .spec
            .tiering
            .as_ref()
            .map(tiering::of_topic)
            .unwrap_or_default(),
    );
    DesiredTopic {
        name: topic_name(topic),
        partitions: topic.spec.partitions.or(cluster.defaults.partitions),
        replicas: topic.spec.replicas.or(cluster.defaults.replicas),
        config,
    }
}

/// Why the topic is not even looked at; `None` if it is.
pub(super) fn obstacle(topic: &Topic, facts: &TopicFacts) -> Option<Flow> {
    if topic.spec.paused == Some(true) {
        return Some(Flow::Done);
    }
    let name = topic_name(topic);
    if name.starts_with("__") {
        let message = format!("topic {name} is the cluster's own: delete this object");
        return Some(Flow::stalled("InternalTopic", message));
    }
    let reference = &topic.spec.cluster_ref;
    let observing = |what: &str, reason: &str| Some(Flow::working("Observing", format!("{what}: {reason}")));
    let cluster = match &facts.cluster {
        Fact::Known(cluster) => cluster,
        Fact::Absent => {
            let message = format!("there is no KafkaCluster {} yet", reference.name);
            return Some(Flow::working(CLUSTER_NOT_FOUND, message));
        }
        Fact::Unknown(reason) => return observing("the KafkaCluster cannot be read", reason),
    };
    match &facts.granted {
        Fact::Known(true) => {}
        Fact::Known(false) | Fact::Absent => {
            let message = format!(
                "KafkaCluster {} does not take Topics of this namespace: ask for it in its spec.allowedNamespaces",
                reference.name
            );
            return Some(Flow::stalled("NotPermitted", message));
        }
        Fact::Unknown(reason) => return observing("the labels of the namespace cannot be read", reason),
    }
    match &facts.older {
        Fact::Absent => {}
        Fact::Known(other) => {
            let message = format!("Topic {other} is older and has this topic: delete one of the two");
            return Some(Flow::stalled("ResourceConflict", message));
        }
        Fact::Unknown(reason) => return observing("other Topics cannot be read", reason),
    }
    if cluster.hibernated || cluster.terminating || !cluster.available {
        let message = format!("KafkaCluster {} does not serve clients now", reference.name);
        return Some(Flow::working(WAITING_FOR_CLUSTER, message));
    }
    facts
        .topic
        .unknown()
        .and_then(|reason| observing("the topic cannot be read", reason))
}

/// What the cluster does not allow, if the object asks for it.
pub(super) fn beyond_limits(wanted: &DesiredTopic, cluster: &ClusterOfTopic) -> Option<Flow> {
    let stall = |message: String| Some(Flow::stalled("LimitExceeded", message));
    let limits = &cluster.limits;
    if let (Some(partitions), Some(most)) = (wanted.partitions, limits.max_partitions_per_topic)
        && partitions > most
    {
        return stall(format!(
            "set partitions to {most} or less: the cluster's topicLimits say so"
        ));
    }
    if let (Some(replicas), Some(fewest)) = (wanted.replicas, limits.min_replicas)
        && replicas < fewest
    {
        return stall(format!(
            "set replicas to {fewest} or more: the cluster's topicLimits say so"
        ));
    }
    match wanted.replicas {
        Some(replicas) if replicas > cluster.brokers => Some(Flow::stalled(
            "InsufficientBrokers",
            format!(
                "set replicas to {} or less: there are no more brokers",
                cluster.brokers
            ),
        )),
        _ => None,
    }
}
