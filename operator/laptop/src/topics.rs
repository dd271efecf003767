//! The topics of the file, each planned by the operator's decision table from facts that this machine's brokers tell.
//!
//! Owns the status of each, which the decision table reads again, and what was said about it, so that it is said once. Invariants: of two objects for one topic the first of the file
//! holds it; an object that was taken out of the file is treated as deleted: the topic stays unless the object said
//! otherwise.

use std::collections::BTreeMap;

use broker_client::Client;
use broker_model::BrokerId;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use operator_api::Topic;
use operator_api::labels::TOPIC_FINALIZER;
use operator_plan::fact::Fact;
use operator_plan::flow::Flow;
use operator_plan::topic::{
    self, FinalizerChange, TopicFact, TopicFacts, TopicPlan, finalizer_change, topic_name,
};

use crate::error::LaptopError;
use crate::told::Output;
use crate::wanted::Wanted;

/// The objects, and what was said about them.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    objects: Vec<Topic>,
    /// Objects that are gone from the file whose topics go with them.
    going: Vec<Topic>,
    said: BTreeMap<String, String>,
}

fn object_name(topic: &Topic) -> String {
    topic.metadata.name.clone().unwrap_or_default()
}

/// As Kubernetes marks an object whose finalizer is waited for.
fn deleted(mut topic: Topic) -> Topic {
    topic.metadata.deletion_timestamp = Some(Time(Timestamp::now()));
    topic
}

/// With the finalizer that says that its topic goes with it, where it does.
fn with_finalizer(mut topic: Topic) -> Topic {
    if finalizer_change(&topic) == Some(FinalizerChange::Add) {
        topic.metadata.finalizers = Some(vec![TOPIC_FINALIZER.to_owned()]);
    }
    topic
}

impl Topics {
    /// Takes over the objects of a file; what their status said stays theirs.
    pub(crate) fn replace(&mut self, objects: Vec<Topic>) {
        let (stay, gone): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.objects).into_iter().partition(|topic| {
                objects
                    .iter()
                    .any(|other| object_name(other) == object_name(topic))
            });
        self.going.extend(gone.into_iter().map(deleted));
        let status = |name: &str| {
            let before = stay.iter().find(|topic| object_name(topic) == name)?;
            before.status.clone()
        };
        let taken_over = objects.into_iter().map(|mut topic| {
            topic.status = status(&object_name(&topic));
            with_finalizer(topic)
        });
        self.objects = taken_over.collect();
        let is_back = |topic: &Topic| {
            self.objects
                .iter()
                .any(|other| object_name(other) == object_name(topic))
        };
        self.going.retain(|topic| !is_back(topic));
    }

    /// Looks at every topic and asks for what differs; tells what is new. Answers whether all is as it should be.
    pub(crate) async fn keep(
        &mut self,
        client: &Client,
        wanted: &Wanted,
        output: Output,
    ) -> Result<bool, LaptopError> {
        let mut all_done = true;
        for place in 0..self.objects.len() {
            let older = self.older(place);
            let plan = pass(client, wanted, &self.objects[place], older).await;
            all_done &= plan.flow == Flow::Done && plan.requests.is_empty();
            if plan.status.is_some() {
                self.objects[place].status = plan.status;
            }
            self.tell(place, &plan.flow, output)?;
        }
        for topic in std::mem::take(&mut self.going) {
            let plan = pass(client, wanted, &topic, Fact::Absent).await;
            let name = object_name(&topic);
            if plan.flow != Flow::Done {
                all_done = false;
                self.going.push(topic);
                continue;
            }
            self.said.remove(&name);
            let what = match (plan.events.first(), topic.metadata.finalizers.is_some()) {
                (Some(event), _) => event.message.clone(),
                (None, true) => "deleted with its object".to_owned(),
                (None, false) => "its object is gone, the topic stays".to_owned(),
            };
            output.say(&format!("Topic {name}"), &what)?;
        }
        Ok(all_done)
    }

    /// An object that stands before this one and is about the same topic.
    fn older(&self, place: usize) -> Fact<String> {
        let name = topic_name(&self.objects[place]);
        let before = self.objects[..place].iter();
        match before.into_iter().find(|other| topic_name(other) == name) {
            Some(other) => Fact::Known(object_name(other)),
            None => Fact::Absent,
        }
    }

    fn tell(&mut self, place: usize, flow: &Flow, output: Output) -> Result<(), LaptopError> {
        let (what, is_wrong) = match flow {
            Flow::Done => ("ready".to_owned(), false),
            Flow::Working { message, .. } => (message.clone(), false),
            Flow::Stalled { reason, message } => (format!("{reason}: {message}"), true),
        };
        let name = object_name(&self.objects[place]);
        if self.said.get(&name) == Some(&what) {
            return Ok(());
        }
        let object = format!("Topic {name}");
        match is_wrong {
            true => output.warn(&object, &what)?,
            false => output.say(&object, &what)?,
        }
        self.said.insert(name, what);
        Ok(())
    }
}

/// One look at a topic, and what follows from it.
async fn pass(client: &Client, wanted: &Wanted, topic: &Topic, older: Fact<String>) -> TopicPlan {
    let name = topic_name(topic);
    let mut brokers = wanted.nodes.iter().filter(|(_, node)| node.is_broker());
    let facts = TopicFacts {
        now: Timestamp::now(),
        cluster: match topic.spec.cluster_ref.name == wanted.name {
            true => Fact::Known(wanted.of_topics.clone()),
            false => Fact::Absent,
        },
        granted: Fact::Known(true),
        older,
        topic: look(client, &name).await,
        tier: Fact::Absent,
        deletion_enabled: match brokers.next() {
            Some((id, _)) if topic.metadata.deletion_timestamp.is_some() => {
                operator_topics::deletion_enabled(client, BrokerId::new(*id)).await
            }
            _ => Fact::Unknown("it was not asked".to_owned()),
        },
    };
    let mut plan = topic::plan(topic, &facts);
    for request in &plan.requests {
        let asked = operator_topics::ask(client, std::slice::from_ref(request)).await;
        if let Some(error) = asked.into_iter().find_map(Result::err) {
            if error.code().is_some() && !error.is_retriable() {
                return topic::refused(topic, &facts, &error.to_string());
            }
            plan.flow = Flow::working("Asking", error.to_string());
            return plan;
        }
    }
    plan
}

async fn look(client: &Client, name: &str) -> Fact<TopicFact> {
    let mut looked = operator_topics::look(client, &[name.to_owned()].into()).await;
    let silent = || Fact::Unknown(format!("nobody was asked about topic {name}"));
    looked.remove(name).unwrap_or_else(silent)
}
