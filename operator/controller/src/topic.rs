//! A pass over one `Topic`: observe, plan, finalizer, requests, status.

mod observe;

use std::sync::Arc;
use std::time::Duration;

use broker_protocol::ErrorCode;
use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams};
use kube::runtime::controller::Action;
use operator_api::{Topic, labels};
use operator_plan::topic::{self, FinalizerChange, TopicPlan};
use serde_json::json;

use crate::brokers::Brokers;
use crate::context::{Context, Mode};
use crate::error::OperatorError;
use crate::events::{self, Told};
use crate::kubernetes::kind::TOPIC;

pub(crate) use observe::granted;
pub use observe::{cluster_key, of_cluster};

/// When a topic that was just changed is looked at again.
const SOON: Duration = Duration::from_millis(200);

/// One pass.
///
/// # Errors
/// Kubernetes or the brokers do not answer or refuse; the next pass begins from what is then.
pub async fn reconcile<B: Brokers>(
    topic: Arc<Topic>,
    context: Arc<Context<B>>,
) -> Result<Action, OperatorError> {
    let (facts, address) = observe::look(&context, &topic).await;
    let plan = topic::plan(&topic, &facts);
    if context.mode == Mode::DryRun {
        if !plan.is_quiet() {
            println!("{}", described(&topic, &plan));
        }
        return Ok(Action::requeue(Duration::from_secs(plan.flow.look_again_after())));
    }
    if let Some(change) = plan.finalizer {
        change_finalizer(&context, &topic, change).await?;
    }
    let mut refused = None;
    for request in &plan.requests {
        let Some(address) = &address else { break };
        if let Err(error) = context.brokers.ask_topic(address, request).await {
            refused = Some(error);
            break;
        }
    }
    for event in &plan.events {
        let told = Told::normal(event.reason, event.message.clone());
        context.events.publish(topic.as_ref(), &told).await;
    }
    let plan = match &refused {
        // More replicas than the cluster is to have brokers were refused by the plan: the others are still coming.
        Some(OperatorError::Kafka { source, .. })
            if source.code() == Some(ErrorCode::InvalidReplicationFactor) =>
        {
            topic::too_early(&topic, &facts, &source.to_string())
        }
        Some(OperatorError::Kafka { source, .. }) if source.code().is_some() && !source.is_retriable() => {
            topic::refused(&topic, &facts, &source.to_string())
        }
        _ => plan,
    };
    let released =
        plan.finalizer == Some(FinalizerChange::Remove) && topic.metadata.deletion_timestamp.is_some();
    if !released {
        write_status(&context, &topic, &plan).await?;
    }
    if let Some(error) = refused {
        return Err(error);
    }
    Ok(match plan.requests.is_empty() && plan.finalizer.is_none() {
        true => Action::requeue(Duration::from_secs(plan.flow.look_again_after())),
        false => Action::requeue(SOON),
    })
}

/// The finalizer is changed by its place in the list that was seen, so that those of others are never touched.
async fn change_finalizer<B: Brokers>(
    context: &Context<B>,
    topic: &Topic,
    change: FinalizerChange,
) -> Result<(), OperatorError> {
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
    let patched = api.patch(&topic.name_any(), &params, &Patch::Merge(&patch)).await;
    context.metrics.wrote(TOPIC.kind);
    patched.map(drop).map_err(|source| OperatorError::Kubernetes {
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
    // A finalizer that was just changed has made a new version of the object.
    let version = plan
        .finalizer
        .is_none()
        .then(|| topic.resource_version())
        .flatten();
    let mut object = json!({
        "apiVersion": TOPIC.api_version(),
        "kind": TOPIC.kind,
        "metadata": {"name": topic.name_any(), "namespace": topic.namespace()},
        "status": status,
    });
    if let Some(version) = version {
        object["metadata"]["resourceVersion"] = json!(version);
    }
    context
        .kubernetes
        .apply_status(labels::TOPIC_MANAGER, &object)
        .await?;
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
