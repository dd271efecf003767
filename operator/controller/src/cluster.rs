//! A pass over one `KafkaCluster`: observe, plan (which validates and writes the status as a value), status, execute.

mod execute;
mod observe;

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::controller::Action;
use operator_api::{KafkaCluster, KafkaClusterStatus, labels};
use operator_plan::cluster::{self, ClusterPlan};
use serde_json::json;

use crate::brokers::{Brokers, ClusterAddress};
use crate::context::{Context, Mode};
use crate::error::{OperatorError, RetryClass};
use crate::events;
use crate::kubernetes::kind::KAFKA_CLUSTER;

pub use observe::address::nodes_of;
pub use observe::of_dependents;

/// One pass.
///
/// # Errors
/// Kubernetes or the brokers do not answer or refuse; the next pass begins from what is then.
pub async fn reconcile<B: Brokers>(
    object: Arc<KafkaCluster>,
    context: Arc<Context<B>>,
) -> Result<Action, OperatorError> {
    let namespace = object.namespace().unwrap_or_default();
    let Some(cluster) = newest(&context, &namespace, &object.name_any()).await? else {
        return Ok(Action::await_change());
    };
    if cluster.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    let observe::Seen {
        facts,
        address,
        refusal,
    } = observe::look(&context, &cluster).await;
    context.addresses.keep(&address.label(), address.clone());
    let plan = cluster::plan(&cluster, &facts, &context.settings);
    if context.mode == Mode::DryRun {
        println!("{}", execute::described(&cluster, &plan));
        return Ok(Action::requeue(again(&plan, &cluster)));
    }
    // A permission that was missing is told until what it was needed for has been done.
    let unfinished = (!plan.is_carried_out()).then(|| cluster::missing_permission(&cluster));
    let told = refusal
        .clone()
        .or_else(|| unfinished.flatten().map(str::to_owned));
    let then = again(&plan, &cluster);
    let status = status_of(&cluster, &plan, told.as_deref());
    let version = write_status(&context, &cluster, status.as_ref(), cluster.resource_version()).await?;
    let done = execute::carry_out(&context, &cluster, &address, &plan).await;
    let missing = match &done {
        Ok(()) => refusal,
        Err(error) if error.class() == RetryClass::Forbidden => Some(error.to_string()),
        Err(_) => told.clone(),
    };
    if missing != told {
        let cluster = KafkaCluster {
            status: status.or(cluster.status),
            ..cluster
        };
        let status = status_of(&cluster, &plan, missing.as_deref());
        write_status(&context, &cluster, status.as_ref(), version).await?;
    }
    done?;
    Ok(Action::requeue(then))
}

/// What is to be written: what the plan says, and the permission that is missing.
fn status_of(
    cluster: &KafkaCluster,
    plan: &ClusterPlan,
    missing: Option<&str>,
) -> Option<KafkaClusterStatus> {
    match missing {
        None => plan
            .status
            .clone()
            .filter(|status| Some(status) != cluster.status.as_ref()),
        Some(message) => cluster::forbidden(cluster, plan, message, Timestamp::now()),
    }
}

fn again(plan: &ClusterPlan, cluster: &KafkaCluster) -> Duration {
    Duration::from_secs(plan.look_again_after(cluster.status.as_ref()))
}

/// The object as it is now: a plan made for an older status would only be refused.
async fn newest<B: Brokers>(
    context: &Context<B>,
    namespace: &str,
    name: &str,
) -> Result<Option<KafkaCluster>, OperatorError> {
    let found = context
        .kubernetes
        .get(&KAFKA_CLUSTER, Some(namespace), name)
        .await?;
    found
        .map(|value| {
            serde_json::from_value(value).map_err(|source| OperatorError::Unreadable {
                kind: "KafkaCluster".to_owned(),
                name: format!("{namespace}/{name}"),
                source,
            })
        })
        .transpose()
}

/// Writes the status over this version of the object, and answers the version that it has then.
async fn write_status<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    status: Option<&KafkaClusterStatus>,
    version: Option<String>,
) -> Result<Option<String>, OperatorError> {
    let Some(status) = status else { return Ok(version) };
    let object = json!({
        "apiVersion": KAFKA_CLUSTER.api_version(),
        "kind": KAFKA_CLUSTER.kind,
        "metadata": {
            "name": cluster.name_any(),
            "namespace": cluster.namespace(),
            "resourceVersion": version,
        },
        "status": status,
    });
    let written = context
        .kubernetes
        .apply_status(labels::CLUSTER_MANAGER, &object)
        .await;
    if let Err(error) = &written {
        tell_forbidden(context, cluster, error).await;
    }
    let version = written?;
    context.metrics.wrote("KafkaCluster");
    let before = cluster
        .status
        .as_ref()
        .map_or(&[][..], |status| &status.conditions);
    for event in events::of_conditions(before, &status.conditions) {
        context.events.publish(cluster, &event).await;
    }
    Ok(version)
}

/// A status that may not be written can only be told by an event. Best effort: the permission may be that for events.
async fn tell_forbidden<B: Brokers>(context: &Context<B>, cluster: &KafkaCluster, error: &OperatorError) {
    if error.class() != RetryClass::Forbidden {
        return;
    }
    let event = events::Told::warning("Forbidden", error.to_string());
    context.events.publish(cluster, &event).await;
}

/// Where a cluster's nodes are or were a moment ago, for passes over what is attached to it.
///
/// # Errors
/// Kubernetes does not answer.
pub async fn kept_address<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
) -> Result<ClusterAddress, OperatorError> {
    let label = format!(
        "{}/{}",
        cluster.namespace().unwrap_or_default(),
        cluster.name_any()
    );
    let look = async || observe::address(context, cluster).await;
    context.addresses.or_look(&label, look).await
}
