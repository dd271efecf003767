//! What happens when an object is deleted: the deletion matrix.
//!
//! | object | cluster | topic |
//! |---|---|---|
//! | Retain | whatever it is | stays; there is no finalizer, or it is removed at once |
//! | Delete | serves | is deleted by its id, then the object goes |
//! | Delete | exists and does not serve | waits |
//! | Delete | stops for good, sleeps while going, or is gone | stays behind; the object goes at once |
//! | Delete | cannot be read | waits: not to know is not to be gone |
//!
//! An object that never had the topic (it is the younger of two, or has no grant) goes without it.

use operator_api::Topic;
use operator_api::access::DeletionPolicy;
use operator_api::labels::TOPIC_FINALIZER;
use operator_api::topic::ManagementPolicy;

use super::status;
use super::{
    FinalizerChange, TopicEvent, TopicFacts, TopicPlan, TopicRequest, WAITING_FOR_CLUSTER, topic_name,
};
use crate::fact::Fact;
use crate::flow::Flow;

fn has_finalizer(topic: &Topic) -> bool {
    let finalizers = topic.metadata.finalizers.iter().flatten();
    finalizers.into_iter().any(|name| name == TOPIC_FINALIZER)
}

fn deletes_topic(topic: &Topic) -> bool {
    let policy = topic.spec.management_policy.unwrap_or_default();
    topic.spec.deletion_policy == Some(DeletionPolicy::Delete)
        && policy != ManagementPolicy::Observe
        && topic.spec.paused != Some(true)
}

/// The finalizer is there exactly while the topic would go with its object.
#[must_use]
pub fn finalizer_change(topic: &Topic) -> Option<FinalizerChange> {
    match (deletes_topic(topic), has_finalizer(topic)) {
        (true, false) => Some(FinalizerChange::Add),
        (false, true) => Some(FinalizerChange::Remove),
        _ => None,
    }
}

/// The plan for an object that is being deleted.
pub(super) fn plan(topic: &Topic, facts: &TopicFacts) -> TopicPlan {
    if !has_finalizer(topic) {
        return TopicPlan::new(Flow::Done);
    }
    match ending(topic, facts) {
        Ending::Go(event) => {
            let mut plan = TopicPlan::new(Flow::Done);
            plan.finalizer = Some(FinalizerChange::Remove);
            plan.events.extend(event);
            plan
        }
        Ending::Delete(id) => {
            let name = topic_name(topic);
            let mut plan = told(
                topic,
                facts,
                Flow::working("Deleting", format!("deleting topic {name}")),
            );
            plan.requests.push(TopicRequest::Delete { name, id });
            plan
        }
        Ending::Wait(flow) => told(topic, facts, flow),
    }
}

fn told(topic: &Topic, facts: &TopicFacts, flow: Flow) -> TopicPlan {
    let status = status::of(topic, facts, &flow);
    let mut plan = TopicPlan::new(flow);
    plan.status = (Some(&status) != topic.status.as_ref()).then_some(status);
    plan
}

enum Ending {
    /// The object may go, and why that is told.
    Go(Option<TopicEvent>),
    /// The topic with this id goes first.
    Delete(String),
    /// Neither yet.
    Wait(Flow),
}

fn ending(topic: &Topic, facts: &TopicFacts) -> Ending {
    let name = topic_name(topic);
    let left_behind = |why: &str| {
        Ending::Go(Some(TopicEvent {
            reason: "TopicLeftBehind",
            message: format!("topic {name} was not deleted: {why}"),
        }))
    };
    let wait = |reason: &'static str, message: String| Ending::Wait(Flow::working(reason, message));
    if !deletes_topic(topic) || name.starts_with("__") {
        return Ending::Go(None);
    }
    let Some(id) = topic.status.as_ref().and_then(|status| status.topic_id.clone()) else {
        return Ending::Go(None);
    };
    let cluster = match &facts.cluster {
        Fact::Known(cluster) => cluster,
        Fact::Absent => return left_behind("its cluster is gone"),
        Fact::Unknown(reason) => {
            return wait("Observing", format!("the KafkaCluster cannot be read: {reason}"));
        }
    };
    if cluster.terminating {
        return left_behind("its cluster is being deleted");
    }
    match (&facts.granted, &facts.older) {
        (Fact::Known(false) | Fact::Absent, _) => {
            return left_behind("the cluster takes no Topics of this namespace");
        }
        (_, Fact::Known(other)) => return left_behind(&format!("Topic {other} has it")),
        (Fact::Unknown(reason), _) | (_, Fact::Unknown(reason)) => return wait("Observing", reason.clone()),
        (Fact::Known(true), Fact::Absent) => {}
    }
    if !cluster.available {
        let message = format!(
            "topic {name} is deleted when the cluster serves again; set deletionPolicy: Retain to let this object go \
             without it"
        );
        return wait(WAITING_FOR_CLUSTER, message);
    }
    match &facts.topic {
        Fact::Absent => Ending::Go(None),
        Fact::Known(fact) if fact.id != id => left_behind("another topic has its name now"),
        Fact::Unknown(reason) => wait("Observing", format!("the topic cannot be read: {reason}")),
        Fact::Known(_) => match &facts.deletion_enabled {
            Fact::Known(true) => Ending::Delete(id),
            Fact::Unknown(reason) => wait("Observing", reason.clone()),
            Fact::Known(false) | Fact::Absent => Ending::Wait(Flow::stalled(
                "DeletionDisabled",
                "the cluster deletes no topics: set its config delete.topic.enable: \"true\", or deletionPolicy: Retain \
                 here",
            )),
        },
    }
}
