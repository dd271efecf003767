//! The status of a Topic: what the topic is, and how far the object is with it.

use operator_api::Topic;
use operator_api::condition::{PAUSED, READY};
use operator_api::topic::{TopicReassignment, TopicStatus};

use super::{TopicFacts, changes, desired, topic_name};
use crate::conditions::{Said, of_flow, timed};
use crate::fact::Fact;
use crate::flow::Flow;
use crate::tier_bytes::told;

pub(super) fn of(topic: &Topic, facts: &TopicFacts, flow: &Flow) -> TopicStatus {
    let old = topic.status.clone().unwrap_or_default();
    let generation = topic.metadata.generation.unwrap_or_default();
    let mut status = TopicStatus {
        observed_generation: Some(generation),
        topic_name: Some(topic_name(topic)),
        ..old.clone()
    };
    if let (Fact::Known(cluster), Fact::Known(fact), true) = (&facts.cluster, &facts.topic, has_topic(flow)) {
        let target = desired::of(topic, cluster).replicas;
        status.topic_id = Some(fact.id.clone());
        status.partitions = Some(fact.partitions);
        status.replicas = Some(fact.replicas.0);
        status.config.clone_from(&fact.config);
        status.reassignment = target
            .filter(|_| fact.moving > 0)
            .map(|target| TopicReassignment {
                target,
                partitions_left: fact.moving,
            });
        status.drift = changes::drift(topic, cluster, fact);
        match (&topic.spec.tiering, &facts.tier) {
            (None, _) => status.tiering = None,
            (Some(_), Fact::Known(bytes)) => {
                status.tiering = Some(told(*bytes, old.tiering.as_ref(), facts.now))
            }
            (Some(_), Fact::Absent | Fact::Unknown(_)) => {}
        }
    }
    let said = said(topic, flow, &old);
    status.conditions = timed(said, &old.conditions, generation, facts.now);
    status
}

/// An object that may not have the topic does not show it as its own.
fn has_topic(flow: &Flow) -> bool {
    !matches!(flow, Flow::Stalled { reason, .. } if ["ResourceConflict", "NotPermitted", "InternalTopic"].contains(reason))
}

fn said(topic: &Topic, flow: &Flow, old: &TopicStatus) -> Vec<Said> {
    if topic.spec.paused == Some(true) {
        let ready = old.conditions.iter().find(|condition| condition.type_ == READY);
        let mut said: Vec<Said> = ready
            .map(|ready| {
                let status = match ready.status.as_str() {
                    "True" => Some(true),
                    "False" => Some(false),
                    _ => None,
                };
                Said::new(READY, status, ready.reason.clone(), ready.message.clone())
            })
            .into_iter()
            .collect();
        said.push(Said::new(PAUSED, Some(true), "Paused", "set spec.paused: false"));
        return said;
    }
    let mut said = vec![match flow {
        Flow::Done => Said::new(READY, Some(true), "Available", "the topic is as described"),
        Flow::Working { reason, message } if *reason == "Observing" => {
            Said::new(READY, None, *reason, message.clone())
        }
        Flow::Working { reason, message } | Flow::Stalled { reason, message } => {
            Said::new(READY, Some(false), *reason, message.clone())
        }
    }];
    said.extend(of_flow(flow));
    said
}
