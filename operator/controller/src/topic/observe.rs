//! Everything that a plan for a topic reads: its cluster and other objects from watches, the topic from the brokers.

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use operator_api::access::NamespacesFrom;
use operator_api::condition::AVAILABLE;
use operator_api::{KafkaCluster, Topic};
use operator_plan::fact::Fact;
use operator_plan::topic::{ClusterOfTopic, TopicFacts, topic_name};
use operator_plan::validate::bytes;

use crate::brokers::{Brokers, ClusterAddress};
use crate::cluster;
use crate::context::Context;
use crate::error::OperatorError;
use crate::kubernetes::kind::NAMESPACE;

use super::claims;

/// The cluster that a reference in this namespace names.
#[must_use]
pub fn cluster_key(reference: &operator_api::access::ClusterRef, namespace: &str) -> ObjectRef<KafkaCluster> {
    let of = reference.namespace.as_deref().unwrap_or(namespace);
    ObjectRef::new(&reference.name).within(of)
}

pub(super) fn key_of(topic: &Topic) -> ObjectRef<KafkaCluster> {
    cluster_key(&topic.spec.cluster_ref, &topic.namespace().unwrap_or_default())
}

/// The facts of a topic, and where its cluster is if that serves.
pub(super) async fn look<B: Brokers>(
    context: &Context<B>,
    topic: &Topic,
) -> (TopicFacts, Option<ClusterAddress>) {
    let cluster = context.cluster(&key_of(topic));
    let mut facts = TopicFacts {
        now: Timestamp::now(),
        granted: granted(
            context,
            cluster.known().map(AsRef::as_ref),
            &topic.namespace().unwrap_or_default(),
        )
        .await,
        older: older(context, topic),
        topic: Fact::Unknown("the cluster does not serve now".to_owned()),
        tier: Fact::Absent,
        deletion_enabled: Fact::Unknown("the cluster was not asked whether it deletes topics".to_owned()),
        cluster: match &cluster {
            Fact::Known(cluster) => Fact::Known(of_cluster(cluster)),
            Fact::Absent => Fact::Absent,
            Fact::Unknown(reason) => Fact::Unknown(reason.clone()),
        },
    };
    let serves = facts.cluster.known().is_some_and(|cluster| cluster.available);
    let Fact::Known(cluster) = cluster else {
        return (facts, None);
    };
    if !serves {
        return (facts, None);
    }
    let address = match cluster::kept_address(context, &cluster).await {
        Ok(address) => address,
        Err(error) => {
            facts.topic = Fact::Unknown(error.to_string());
            return (facts, None);
        }
    };
    facts.topic = context.brokers.topic(&address, &topic_name(topic)).await;
    if topic.spec.tiering.is_some() {
        facts.tier = context.brokers.tier_of(&address, &topic_name(topic)).await;
    }
    if topic.metadata.deletion_timestamp.is_some() {
        facts.deletion_enabled = context.brokers.deletes_topics(&address).await;
    }
    (facts, Some(address))
}

/// What a topic needs to know of its cluster.
#[must_use]
pub fn of_cluster(cluster: &KafkaCluster) -> ClusterOfTopic {
    let status = cluster.status.clone().unwrap_or_default();
    let rebalance = cluster.spec.rebalance.clone().unwrap_or_default();
    ClusterOfTopic {
        available: status
            .conditions
            .iter()
            .any(|condition| condition.type_ == AVAILABLE && condition.status == "True"),
        terminating: cluster.metadata.deletion_timestamp.is_some(),
        hibernated: cluster.spec.hibernate == Some(true),
        defaults: cluster.spec.topic_defaults.clone().unwrap_or_default(),
        limits: cluster.spec.topic_limits.clone().unwrap_or_default(),
        brokers: status.brokers.map_or(0, |brokers| brokers.desired),
        throttle: rebalance.throttle.as_deref().and_then(bytes),
    }
}

/// Whether a cluster takes objects of a namespace.
pub(crate) async fn granted<B: Brokers>(
    context: &Context<B>,
    cluster: Option<&KafkaCluster>,
    namespace: &str,
) -> Fact<bool> {
    let Some(cluster) = cluster else {
        return Fact::Absent;
    };
    if cluster.namespace().as_deref() == Some(namespace) {
        return Fact::Known(true);
    }
    let allowed = cluster.spec.allowed_namespaces.clone().unwrap_or_default();
    match allowed.from.unwrap_or_default() {
        NamespacesFrom::Same => Fact::Known(false),
        NamespacesFrom::All => Fact::Known(true),
        NamespacesFrom::Selector => {
            let wanted = allowed.selector.unwrap_or_default().match_labels;
            let look = async || {
                let found = context.kubernetes.get(&NAMESPACE, None, namespace).await?;
                Ok::<_, OperatorError>(found.map(|mut object| object["metadata"]["labels"].take()))
            };
            match context.namespaces.or_look(namespace, look).await {
                Err(error) => Fact::Unknown(error.to_string()),
                Ok(None) => Fact::Absent,
                Ok(Some(labels)) => {
                    let has = |(key, value): (&String, &String)| labels[key] == value.as_str();
                    Fact::Known(wanted.iter().all(has))
                }
            }
        }
    }
}

/// The oldest other object for the same topic, if it is older than this one.
fn older<B: Brokers>(context: &Context<B>, topic: &Topic) -> Fact<String> {
    match context.older(topic) {
        Fact::Known(other) => Fact::Known(claims::label(&other)),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(reason) => Fact::Unknown(reason),
    }
}
