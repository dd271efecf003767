//! A pass over one `KafkaRebalance`: observe, plan, status, request.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::controller::Action;
use operator_api::kafka_rebalance::RebalanceProposal;
use operator_api::{KafkaRebalance, labels};
use operator_plan::fact::Fact;
use operator_plan::rebalance::{self, RebalanceFacts, RebalancePlan, RebalanceRequest};
use serde_json::json;

use crate::brokers::{Brokers, ClusterAddress};
use crate::cluster;
use crate::context::{Context, Mode};
use crate::error::OperatorError;
use crate::events;
use crate::kubernetes::kind::KAFKA_REBALANCE;
use crate::topic::{cluster_key, granted, of_cluster};

/// One pass.
///
/// # Errors
/// Kubernetes or the brokers do not answer or refuse; the next pass begins from what is then.
pub async fn reconcile<B: Brokers>(
    object: Arc<KafkaRebalance>,
    context: Arc<Context<B>>,
) -> Result<Action, OperatorError> {
    let (facts, address) = look(&context, &object).await;
    let plan = proposed(&context, &object, &facts, address.as_ref()).await?;
    let again = Duration::from_secs(plan.flow.look_again_after());
    if context.mode == Mode::DryRun {
        let name = object.name_any();
        println!("KafkaRebalance {name}: {:?}, {:?}", plan.flow, plan.request);
        return Ok(Action::requeue(again));
    }
    write_status(&context, &object, &plan, object.resource_version()).await?;
    let Some(address) = &address else {
        return Ok(Action::requeue(again));
    };
    match carry_out(&context, address, plan.request.as_ref()).await {
        Err(error) if is_start(&plan) && error.is_refused_by_brokers() => {
            let object = rebalance::without_proposal(&object);
            let plan = proposed(&context, &object, &facts, Some(address)).await?;
            // The status that was written above has made a new version of the object.
            write_status(&context, &object, &plan, None).await?;
            Ok(Action::requeue(again))
        }
        done => done.map(|()| Action::requeue(again)),
    }
}

fn is_start(plan: &RebalancePlan) -> bool {
    matches!(plan.request, Some(RebalanceRequest::Start { .. }))
}

/// The plan, made again with the proposal if it wants one.
async fn proposed<B: Brokers>(
    context: &Context<B>,
    object: &KafkaRebalance,
    facts: &RebalanceFacts,
    address: Option<&ClusterAddress>,
) -> Result<RebalancePlan, OperatorError> {
    let plan = rebalance::plan(object, facts);
    Ok(match propose(context, address, plan.request.as_ref()).await? {
        None => plan,
        Some(proposal) => {
            let mut facts = facts.clone();
            facts.proposal = Fact::Known(proposal);
            rebalance::plan(object, &facts)
        }
    })
}

async fn look<B: Brokers>(
    context: &Context<B>,
    object: &KafkaRebalance,
) -> (RebalanceFacts, Option<ClusterAddress>) {
    let namespace = object.namespace().unwrap_or_default();
    let found = context.cluster(&cluster_key(&object.spec.cluster_ref, &namespace));
    let unknown = || "the cluster does not serve now".to_owned();
    let mut facts = RebalanceFacts {
        now: Timestamp::now(),
        granted: granted(context, found.known().map(AsRef::as_ref), &namespace).await,
        proposal: Fact::Absent,
        last: Fact::Unknown(unknown()),
        brokers: Fact::Unknown(unknown()),
        cluster: match &found {
            Fact::Known(cluster) => Fact::Known(of_cluster(cluster)),
            Fact::Absent => Fact::Absent,
            Fact::Unknown(reason) => Fact::Unknown(reason.clone()),
        },
    };
    let serves = facts.cluster.known().is_some_and(|cluster| cluster.available);
    let Fact::Known(found) = found else {
        return (facts, None);
    };
    if !serves {
        return (facts, None);
    }
    let Ok(address) = cluster::kept_address(context, &found).await else {
        return (facts, None);
    };
    let movements = context.brokers.movements(&address).await;
    facts.last = movements.last;
    facts.brokers = movements.brokers;
    (facts, Some(address))
}

/// A proposal changes nothing, so that it is asked for within the pass that wants it.
async fn propose<B: Brokers>(
    context: &Context<B>,
    address: Option<&ClusterAddress>,
    request: Option<&RebalanceRequest>,
) -> Result<Option<RebalanceProposal>, OperatorError> {
    match (address, request) {
        (Some(address), Some(RebalanceRequest::Propose { mode, brokers })) => {
            context.brokers.propose(address, *mode, brokers).await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn carry_out<B: Brokers>(
    context: &Context<B>,
    address: &ClusterAddress,
    request: Option<&RebalanceRequest>,
) -> Result<(), OperatorError> {
    match request {
        Some(RebalanceRequest::Start { proposal, throttle }) => {
            context.brokers.start_movement(address, proposal, *throttle).await
        }
        Some(RebalanceRequest::Cancel { .. }) => context.brokers.cancel_movement(address).await,
        Some(RebalanceRequest::Propose { .. }) | None => Ok(()),
    }
}

async fn write_status<B: Brokers>(
    context: &Context<B>,
    object: &KafkaRebalance,
    plan: &RebalancePlan,
    version: Option<String>,
) -> Result<(), OperatorError> {
    let Some(status) = &plan.status else { return Ok(()) };
    let mut written = json!({
        "apiVersion": KAFKA_REBALANCE.api_version(),
        "kind": KAFKA_REBALANCE.kind,
        "metadata": {
            "name": object.name_any(),
            "namespace": object.namespace(),
        },
        "status": status,
    });
    if let Some(version) = version {
        written["metadata"]["resourceVersion"] = json!(version);
    }
    context
        .kubernetes
        .apply_status(labels::REBALANCE_MANAGER, &written)
        .await?;
    context.metrics.wrote(KAFKA_REBALANCE.kind);
    let before = object
        .status
        .as_ref()
        .map_or(&[][..], |status| &status.conditions);
    for event in events::of_conditions(before, &status.conditions) {
        context.events.publish(object, &event).await;
    }
    Ok(())
}
