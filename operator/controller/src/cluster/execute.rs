//! A plan carried out, in its order, up to the first failure: the next pass begins from what is then.

use std::fmt::Write as _;

use kube::ResourceExt;
use operator_api::{KafkaCluster, labels};
use operator_plan::child::ChildKey;
use operator_plan::cluster::{ClusterPlan, Step};
use serde_json::json;

use crate::brokers::{Brokers, ClusterAddress, VoterChange};
use crate::context::Context;
use crate::error::OperatorError;
use crate::events::Told;
use crate::kubernetes::kind::{CLAIM, POD, STATEFUL_SET};
use crate::kubernetes::{Dependents, Kind, Seen, kind_of};

/// Carries a plan out; its status is written already.
pub(super) async fn carry_out<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    address: &ClusterAddress,
    plan: &ClusterPlan,
) -> Result<(), OperatorError> {
    let namespace = cluster.namespace().unwrap_or_default();

    for removal in &plan.removes {
        let kind = child_kind(&removal.key)?;
        let seen = (removal.key.name.as_str(), removal.uid.as_str());
        delete(context, kind, &namespace, seen, Dependents::Delete).await?;
    }
    for child in &plan.applies {
        context
            .kubernetes
            .apply(labels::CLUSTER_MANAGER, &child.object)
            .await?;
        context.metrics.wrote(&child.key.kind);
    }
    for resize in &plan.resizes {
        let uid = uid_of(context, &namespace, &resize.stateful_set).await?;
        scale(context, &namespace, (&resize.stateful_set, &uid), resize.replicas).await?;
    }
    for grow in &plan.grows {
        let seen = Seen {
            namespace: &namespace,
            name: &grow.claim,
            uid: &grow.uid,
        };
        let change = json!({"spec": {"resources": {"requests": {"storage": grow.size}}}});
        context
            .kubernetes
            .merge(labels::CLUSTER_MANAGER, &CLAIM, seen, change)
            .await?;
        context.metrics.wrote(CLAIM.kind);
    }
    for request in &plan.requests {
        context.brokers.ask(address, request).await?;
    }
    if let Some(step) = &plan.step {
        take(context, cluster, address, step).await?;
        let told = Told::normal(step.reason(), step.words());
        context.events.publish(cluster, &told).await;
        context.metrics.stepped(step.reason());
    }
    Ok(())
}

async fn take<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    address: &ClusterAddress,
    step: &Step,
) -> Result<(), OperatorError> {
    let namespace = cluster.namespace().unwrap_or_default();
    match step {
        Step::RestartNode { pod, uid, .. } => {
            delete(context, &POD, &namespace, (pod, uid), Dependents::Delete).await
        }
        Step::RemoveNode {
            stateful_set,
            uid,
            replicas,
            ..
        } => scale(context, &namespace, (stateful_set, uid), *replicas).await,
        Step::AddVoter {
            node_id,
            directory,
            host,
        } => {
            let change = VoterChange::Add {
                node_id: *node_id,
                directory: directory.clone(),
                host: host.clone(),
            };
            context.brokers.change_voters(address, &change).await
        }
        Step::RemoveVoter { node_id, directory } => {
            let change = VoterChange::Remove {
                node_id: *node_id,
                directory: directory.clone(),
            };
            context.brokers.change_voters(address, &change).await
        }
        Step::ReplaceStatefulSet { stateful_set, uid } => {
            delete(
                context,
                &STATEFUL_SET,
                &namespace,
                (stateful_set, uid),
                Dependents::Leave,
            )
            .await
        }
        Step::DeleteVolume { claim, uid, .. } => {
            delete(context, &CLAIM, &namespace, (claim, uid), Dependents::Delete).await
        }
        Step::Hibernate => stop_all(context, cluster, &namespace).await,
    }
}

async fn stop_all<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    namespace: &str,
) -> Result<(), OperatorError> {
    let selector = format!("{}={}", labels::CLUSTER, cluster.name_any());
    for set in context
        .kubernetes
        .list(&STATEFUL_SET, Some(namespace), &selector)
        .await?
    {
        let text = |field: &str| set["metadata"][field].as_str().unwrap_or_default().to_owned();
        scale(context, namespace, (&text("name"), &text("uid")), 0).await?;
    }
    Ok(())
}

async fn delete<B: Brokers>(
    context: &Context<B>,
    kind: &'static Kind,
    namespace: &str,
    (name, uid): (&str, &str),
    dependents: Dependents,
) -> Result<(), OperatorError> {
    let seen = Seen { namespace, name, uid };
    context.kubernetes.delete(kind, seen, dependents).await?;
    context.metrics.wrote(kind.kind);
    Ok(())
}

async fn scale<B: Brokers>(
    context: &Context<B>,
    namespace: &str,
    (name, uid): (&str, &str),
    replicas: i32,
) -> Result<(), OperatorError> {
    let seen = Seen { namespace, name, uid };
    let change = json!({"spec": {"replicas": replicas}});
    context
        .kubernetes
        .merge(labels::CLUSTER_MANAGER, &STATEFUL_SET, seen, change)
        .await?;
    context.metrics.wrote(STATEFUL_SET.kind);
    Ok(())
}

async fn uid_of<B: Brokers>(
    context: &Context<B>,
    namespace: &str,
    stateful_set: &str,
) -> Result<String, OperatorError> {
    let sets = context
        .kubernetes
        .list(&STATEFUL_SET, Some(namespace), labels::CLUSTER)
        .await?;
    let set = sets.iter().find(|set| set["metadata"]["name"] == stateful_set);
    let uid = set.and_then(|set| set["metadata"]["uid"].as_str());
    uid.map(str::to_owned)
        .ok_or_else(|| OperatorError::Ended(format!("StatefulSet {stateful_set} is gone")))
}

fn child_kind(key: &ChildKey) -> Result<&'static Kind, OperatorError> {
    kind_of(&key.kind)
        .ok_or_else(|| OperatorError::Ended(format!("nothing is known of the kind {}", key.kind)))
}

/// A plan in words, a line for each write.
pub(super) fn described(cluster: &KafkaCluster, plan: &ClusterPlan) -> String {
    let name = format!(
        "{}/{}",
        cluster.namespace().unwrap_or_default(),
        cluster.name_any()
    );
    let mut text = format!("KafkaCluster {name}: rule {}, {:?}", plan.rule, plan.flow);
    let mut line = |words: String| {
        let written = write!(text, "\n  {words}");
        debug_assert!(written.is_ok(), "a String takes everything");
    };
    for removal in &plan.removes {
        line(format!("delete {} {}", removal.key.kind, removal.key.name));
    }
    for child in &plan.applies {
        line(format!("apply {} {}", child.key.kind, child.key.name));
    }
    for resize in &plan.resizes {
        line(format!(
            "scale StatefulSet {} to {}",
            resize.stateful_set, resize.replicas
        ));
    }
    for grow in &plan.grows {
        line(format!("grow claim {} to {}", grow.claim, grow.size));
    }
    for request in &plan.requests {
        line(format!("ask the brokers: {request:?}"));
    }
    if let Some(step) = &plan.step {
        line(format!("step: {}", step.words()));
    }
    let operation = plan.status.as_ref().and_then(|status| status.operation.as_ref());
    if let (None, Some(operation)) = (&plan.step, operation) {
        line(format!("record: {}", operation.step));
    }
    if plan.status.is_some() {
        line("write the status".to_owned());
    }
    text
}
