//! What is asked of the cluster to make a topic what it should be, and what is only reported.

use std::collections::BTreeMap;

use operator_api::Topic;
use operator_api::topic::{ConfigPolicy, ManagementPolicy, TopicDrift};

use super::desired::{self, DesiredTopic};
use super::{ClusterOfTopic, TopicEvent, TopicFact, TopicFacts, TopicPlan, TopicRequest};
use crate::dynamic_configs::TOPIC_CONFIGS_OF_MOVEMENTS;
use crate::fact::Fact;
use crate::flow::Flow;

/// The plan for a topic that nothing stands in the way of.
pub(super) fn plan(topic: &Topic, facts: &TopicFacts) -> TopicPlan {
    let (Fact::Known(cluster), policy) = (&facts.cluster, policy(topic)) else {
        return TopicPlan::new(Flow::working("Observing", "the KafkaCluster cannot be read"));
    };
    let wanted = desired::of(topic, cluster);
    match &facts.topic {
        Fact::Known(_) if policy != ManagementPolicy::Full => TopicPlan::new(Flow::Done),
        Fact::Known(fact) => keep(topic, &wanted, cluster, fact),
        Fact::Absent if policy == ManagementPolicy::Observe => TopicPlan::new(Flow::stalled(
            "TopicNotFound",
            format!(
                "there is no topic {}, and managementPolicy: Observe makes none",
                wanted.name
            ),
        )),
        Fact::Absent => create(topic, wanted, cluster),
        Fact::Unknown(reason) => TopicPlan::new(Flow::working("Observing", reason.clone())),
    }
}

fn policy(topic: &Topic) -> ManagementPolicy {
    topic.spec.management_policy.unwrap_or_default()
}

fn create(topic: &Topic, wanted: DesiredTopic, cluster: &ClusterOfTopic) -> TopicPlan {
    if let Some(flow) = desired::beyond_limits(&wanted, cluster) {
        return TopicPlan::new(flow);
    }
    let before = topic.status.as_ref().and_then(|status| status.topic_id.clone());
    let name = wanted.name.clone();
    let mut plan = TopicPlan::new(Flow::working("Creating", format!("making topic {name}")));
    if before.is_some() {
        plan.events.push(TopicEvent {
            reason: "TopicRecreated",
            message: format!("topic {name} was deleted by somebody and is made anew, without its records"),
        });
    }
    plan.requests.push(TopicRequest::Create {
        name: wanted.name,
        partitions: wanted.partitions,
        replicas: wanted.replicas,
        config: wanted.config,
    });
    plan
}

fn keep(topic: &Topic, wanted: &DesiredTopic, cluster: &ClusterOfTopic, fact: &TopicFact) -> TopicPlan {
    let more = wanted
        .partitions
        .is_some_and(|partitions| partitions < fact.partitions);
    if more && topic.spec.adopt != Some(true) {
        return TopicPlan::new(Flow::stalled(
            "IncompatibleExisting",
            format!(
                "topic {} has {} partitions, which cannot become fewer: set partitions: {}, or adopt: true to keep its \
                 own number",
                wanted.name, fact.partitions, fact.partitions
            ),
        ));
    }
    let mut requests = Vec::new();
    let grows = wanted
        .partitions
        .filter(|partitions| *partitions > fact.partitions);
    let moves = wanted
        .replicas
        .filter(|replicas| fact.replicas != (*replicas, *replicas));
    if (grows.is_some() || moves.is_some())
        && let Some(flow) = desired::beyond_limits(wanted, cluster)
    {
        return TopicPlan::new(flow);
    }
    let name = wanted.name.clone();
    if let Some(partitions) = grows {
        requests.push(TopicRequest::Grow {
            name: name.clone(),
            partitions,
        });
    }
    if let Some(replicas) = moves.filter(|_| fact.moving == 0) {
        let throttle = cluster.throttle;
        requests.push(TopicRequest::ChangeReplicas {
            name: name.clone(),
            replicas,
            throttle,
        });
    }
    requests.extend(config_change(topic, wanted, fact));
    let mut plan = TopicPlan::new(match (requests.is_empty(), fact.moving) {
        (true, 0) => Flow::Done,
        (true, moving) => Flow::working("Reassigning", format!("{moving} partitions are moving")),
        (false, _) => Flow::working("Updating", format!("changing topic {name}")),
    });
    plan.requests = requests;
    if topic
        .status
        .as_ref()
        .is_none_or(|status| status.topic_id.is_none())
        && !was_created(topic)
    {
        plan.events.push(TopicEvent {
            reason: "AdoptedExisting",
            message: format!("topic {name} existed already and is kept as described from now on"),
        });
    }
    plan
}

/// Whether this object has asked for the topic before.
fn was_created(topic: &Topic) -> bool {
    let conditions = topic.status.iter().flat_map(|status| &status.conditions);
    conditions
        .into_iter()
        .any(|condition| condition.reason == "Creating")
}

fn config_change(topic: &Topic, wanted: &DesiredTopic, fact: &TopicFact) -> Option<TopicRequest> {
    let policy = topic.spec.config_policy.unwrap_or_default();
    let set: BTreeMap<String, String> = wanted
        .config
        .iter()
        .filter(|(key, value)| policy != ConfigPolicy::Observe && fact.config.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let undeclared = undeclared(wanted, fact).filter(|_| policy == ConfigPolicy::Enforce);
    let remove: Vec<String> = undeclared
        .chain(of_ended_movement(wanted, fact))
        .cloned()
        .collect();
    (!set.is_empty() || !remove.is_empty()).then(|| TopicRequest::ChangeConfig {
        name: wanted.name.clone(),
        set,
        remove,
    })
}

/// Which replicas a movement was to be slow for. One that has ended takes the list along; `*` is no movement's.
fn of_ended_movement<'a>(wanted: &'a DesiredTopic, fact: &'a TopicFact) -> impl Iterator<Item = &'a String> {
    let replicas = wanted.replicas.unwrap_or(fact.replicas.0);
    let has_ended = fact.moving == 0 && fact.replicas == (replicas, replicas);
    let listed = fact.config.iter().filter(move |(key, value)| {
        has_ended
            && TOPIC_CONFIGS_OF_MOVEMENTS.contains(&key.as_str())
            && !wanted.config.contains_key(*key)
            && value.as_str() != "*"
    });
    listed.map(|(key, _)| key)
}

/// Configuration that is set and not declared, without what movements of replicas set and remove themselves.
fn undeclared<'a>(wanted: &'a DesiredTopic, fact: &'a TopicFact) -> impl Iterator<Item = &'a String> {
    fact.config.keys().filter(|key| {
        !wanted.config.contains_key(*key) && !TOPIC_CONFIGS_OF_MOVEMENTS.contains(&key.as_str())
    })
}

/// Every difference between an object and its topic.
pub(super) fn drift(topic: &Topic, cluster: &ClusterOfTopic, fact: &TopicFact) -> Vec<TopicDrift> {
    let wanted = desired::of(topic, cluster);
    let item = |field: &str, declared: Option<String>, actual: Option<String>| TopicDrift {
        field: field.to_owned(),
        declared,
        actual,
    };
    let mut drift = Vec::new();
    if let Some(partitions) = wanted
        .partitions
        .filter(|partitions| *partitions != fact.partitions)
    {
        drift.push(item(
            "partitions",
            Some(partitions.to_string()),
            Some(fact.partitions.to_string()),
        ));
    }
    if let Some(replicas) = wanted
        .replicas
        .filter(|replicas| fact.replicas != (*replicas, *replicas))
    {
        drift.push(item(
            "replicas",
            Some(replicas.to_string()),
            Some(fact.replicas.0.to_string()),
        ));
    }
    for (key, value) in &wanted.config {
        let actual = fact.config.get(key);
        if actual != Some(value) {
            drift.push(item(key, Some(value.clone()), actual.cloned()));
        }
    }
    drift.extend(undeclared(&wanted, fact).map(|key| item(key, None, fact.config.get(key).cloned())));
    drift.sort();
    drift
}
