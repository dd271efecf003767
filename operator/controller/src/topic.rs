//! A pass over one `Topic`: observe, plan, finalizer, requests, status.

pub mod claims;
mod observe;

use std::sync::Arc;
use std::time::Duration;

use broker_protocol::ErrorCode;
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams};
use kube::runtime::controller::Action;
use operator_api::{Topic, labels};
use operator_plan::flow::Flow;
use operator_plan::topic::{self, FinalizerChange, TopicEvent, TopicFacts, TopicPlan};
use serde_json::json;

use crate::brokers::{Brokers, ClusterAddress};
use crate::context::{Context, Mode};
use crate::error::OperatorError;
use crate::events::{self, Told};
use crate::kubernetes::kind::TOPIC;

pub(crate) use observe::granted;
pub use observe::{cluster_key, of_cluster};

/// When a topic that was just changed is looked at again by another pass.
const SOON: Duration = Duration::from_millis(500);
/// Waits before the looks at a change that was asked for: brokers learn of it one after the other.
const LOOKS: [Duration; 4] = [
    Duration::from_millis(30),
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(700),
];

/// What a pass saw, and what follows from it.
struct Seen {
    facts: TopicFacts,
    address: Option<ClusterAddress>,
    plan: TopicPlan,
}

/// One pass.
///
/// # Errors
/// Kubernetes or the brokers do not answer or refuse; the next pass begins from what is then.
pub async fn reconcile<B: Brokers>(
    mut topic: Arc<Topic>,
    context: Arc<Context<B>>,
) -> Result<Action, OperatorError> {
    let mut seen = look(&context, &topic).await;
    if context.mode == Mode::DryRun {
        if !seen.plan.is_quiet() {
            println!("{}", described(&topic, &seen.plan));
        }
        return Ok(again(&context, &seen.plan));
    }
    if let Some(change) = seen.plan.finalizer {
        topic = Arc::new(change_finalizer(&context, &topic, change).await?);
        if change == FinalizerChange::Add {
            seen = look(&context, &topic).await;
        }
    }
    tell(&context, &topic, &seen.plan.events).await;
    let goes = topic.metadata.deletion_timestamp.is_some();
    let (plan, refused) = match asked(&context, &seen).await {
        Ok(()) if seen.plan.requests.is_empty() => (seen.plan, None),
        Ok(()) => {
            let plan = followed(&context, &topic).await;
            // That a topic exists is news only if this pass has not made it.
            let news = if goes { &plan.events[..] } else { &[] };
            tell(&context, &topic, news).await;
            (plan, None)
        }
        Err(error) => (after_refusal(&topic, seen, &error), Some(error)),
    };
    let is_last = goes && plan.finalizer == Some(FinalizerChange::Remove);
    match is_last {
        // Of a change that was followed: the plan that was seen first has changed its own already.
        true if topic
            .finalizers()
            .iter()
            .any(|name| name == labels::TOPIC_FINALIZER) =>
        {
            change_finalizer(&context, &topic, FinalizerChange::Remove).await?;
        }
        true => {}
        false => write_status(&context, &topic, &plan).await?,
    }
    match refused {
        Some(error) => Err(error),
        None => Ok(again(&context, &plan)),
    }
}

async fn tell<B: Brokers>(context: &Context<B>, topic: &Topic, events: &[TopicEvent]) {
    for event in events {
        let told = Told::normal(event.reason, event.message.clone());
        context.events.publish(topic, &told).await;
    }
}

async fn look<B: Brokers>(context: &Context<B>, topic: &Topic) -> Seen {
    let (facts, address) = observe::look(context, topic).await;
    let plan = topic::plan(topic, &facts);
    Seen { facts, address, plan }
}

/// Asks for everything that the plan wants, until something is refused.
async fn asked<B: Brokers>(context: &Context<B>, seen: &Seen) -> Result<(), OperatorError> {
    let Some(address) = &seen.address else {
        return Ok(());
    };
    for request in &seen.plan.requests {
        context.brokers.ask_topic(address, request).await?;
    }
    Ok(())
}

/// The plan after what was asked for has happened, so that one status tells it; else the plan as it is then.
async fn followed<B: Brokers>(context: &Context<B>, topic: &Topic) -> TopicPlan {
    let mut seen = None;
    for wait in LOOKS {
        tokio::time::sleep(wait).await;
        let now = look(context, topic).await;
        let is_there = now.plan.requests.is_empty() && now.facts.topic.unknown().is_none();
        seen = Some(now.plan);
        if is_there {
            break;
        }
    }
    match seen {
        Some(plan) => plan,
        None => look(context, topic).await.plan,
    }
}

/// The plan after a refusal; one that may pass is told by the pass that fails.
fn after_refusal(topic: &Topic, seen: Seen, error: &OperatorError) -> TopicPlan {
    let OperatorError::Kafka { source, .. } = error else {
        return seen.plan;
    };
    match source.code() {
        // More replicas than the cluster is to have brokers were refused by the plan: the others are still coming.
        Some(ErrorCode::InvalidReplicationFactor) => {
            topic::too_early(topic, &seen.facts, &source.to_string())
        }
        Some(_) if !source.is_retriable() => topic::refused(topic, &seen.facts, &source.to_string()),
        _ => seen.plan,
    }
}

/// When the topic is looked at again even if nothing is reported.
fn again<B: Brokers>(context: &Context<B>, plan: &TopicPlan) -> Action {
    Action::requeue(match (&plan.flow, plan.requests.is_empty()) {
        (_, false) => SOON,
        (Flow::Working { .. }, true) if plan.waits_for_cluster() => {
            rest(context.topics_again, Timestamp::now())
        }
        (Flow::Working { .. }, true) => Duration::from_secs(plan.flow.look_again_after()),
        (Flow::Done | Flow::Stalled { .. }, true) => rest(context.topics_again, Timestamp::now()),
    })
}

/// Topics at rest are looked at in so many moments of a round, those of a moment in a few requests: ten thousand that
/// became ready one after the other would else be asked about one after the other for ever.
const MOMENTS: u32 = 12;

/// The wait until the first moment after `round`.
fn rest(round: Duration, now: Timestamp) -> Duration {
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let between = millis(round / MOMENTS).max(1);
    let after = now.as_millisecond().rem_euclid(between);
    round + Duration::from_millis((between - after).unsigned_abs())
}

/// The finalizer is changed by its place in the list that was seen, so that those of others are never touched.
async fn change_finalizer<B: Brokers>(
    context: &Context<B>,
    topic: &Topic,
    change: FinalizerChange,
) -> Result<Topic, OperatorError> {
    let mut finalizers = topic.finalizers().to_vec();
    match change {
        FinalizerChange::Add => finalizers.push(labels::TOPIC_FINALIZER.to_owned()),
        FinalizerChange::Remove => finalizers.retain(|name| name != labels::TOPIC_FINALIZER),
    }
    let patch = json!({"metadata": {
        "resourceVersion": topic.resource_version(),
        "finalizers": finalizers,
    }});
    let namespace = topic.namespace().unwrap_or_default();
    let api: Api<Topic> = Api::namespaced(context.kubernetes.client().clone(), &namespace);
    let params = PatchParams {
        field_manager: Some(labels::TOPIC_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    let _room = context.topic_writes.acquire().await;
    let patched = api.patch(&topic.name_any(), &params, &Patch::Merge(&patch)).await;
    context.metrics.wrote(TOPIC.kind);
    patched.map_err(|source| OperatorError::Kubernetes {
        verb: "patch",
        resource: "topics.kafka.eddyline.dev".to_owned(),
        name: format!("{namespace}/{}", topic.name_any()),
        source: Box::new(source),
    })
}

async fn write_status<B: Brokers>(
    context: &Context<B>,
    topic: &Topic,
    plan: &TopicPlan,
) -> Result<(), OperatorError> {
    let Some(status) = &plan.status else { return Ok(()) };
    let object = json!({
        "apiVersion": TOPIC.api_version(),
        "kind": TOPIC.kind,
        "metadata": {
            "name": topic.name_any(),
            "namespace": topic.namespace(),
            "resourceVersion": topic.resource_version(),
        },
        "status": status,
    });
    let written = {
        // A semaphore that nobody closes always has room in the end.
        let _room = context.topic_writes.acquire().await;
        context
            .kubernetes
            .apply_status(labels::TOPIC_MANAGER, &object)
            .await
    };
    written?;
    context.metrics.wrote(TOPIC.kind);
    let before = topic.status.as_ref().map_or(&[][..], |status| &status.conditions);
    for event in events::of_conditions(before, &status.conditions) {
        context.events.publish(topic, &event).await;
    }
    Ok(())
}

fn described(topic: &Topic, plan: &TopicPlan) -> String {
    let name = format!("{}/{}", topic.namespace().unwrap_or_default(), topic.name_any());
    format!(
        "Topic {name}: {:?}, finalizer {:?}, requests {:?}",
        plan.flow, plan.finalizer, plan.requests
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In milliseconds since the epoch.
    fn next_look(round: u64, now: i64) -> i64 {
        let wait = rest(
            Duration::from_secs(round),
            Timestamp::from_millisecond(now).expect("a time"),
        );
        now + i64::try_from(wait.as_millis()).expect("short")
    }

    #[test]
    fn topics_that_became_ready_one_after_the_other_are_looked_at_together() {
        let looks: Vec<i64> = (0..120_000)
            .step_by(10)
            .map(|now| next_look(120, 7_000_000 + now))
            .collect();
        let mut moments = looks.clone();
        moments.dedup();
        assert!(moments.len() <= 13, "{moments:?}");
        for (now, look) in (7_000_000..).step_by(10).zip(looks) {
            assert!((120_000..=130_000).contains(&(look - now)), "{now} {look}");
        }
    }

    #[test]
    fn the_shortest_round_has_moments_too() {
        assert!((1_001..=1_083).contains(&(next_look(1, 5) - 5)));
    }
}
