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
    let (mut facts, address) = look(&context, &object).await;
    let mut plan = rebalance::plan(&object, &facts);
    let asked = propose(&context, address.as_ref(), plan.request.as_ref()).await?;
    if let Some(proposal) = asked {
        facts.proposal = Fact::Known(proposal);
        plan = rebalance::plan(&object, &facts);
    }
    if context.mode == Mode::DryRun {
        println!(
            "KafkaRebalance {}: {:?}, {:?}",
            object.name_any(),
            plan.flow,
            plan.request
        );
        return Ok(Action::requeue(Duration::from_secs(plan.flow.look_again_after())));
    }
    write_status(&context, &object, &plan).await?;
    if let Some(address) = &address {
        carry_out(&context, address, plan.request.as_ref()).await?;
    }
    Ok(Action::requeue(Duration::from_secs(plan.flow.look_again_after())))
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
        running: Fact::Unknown(unknown()),
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
    facts.running = movements.running;
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
) -> Result<(), OperatorError> {
    let Some(status) = &plan.status else { return Ok(()) };
    let written = json!({
        "apiVersion": KAFKA_REBALANCE.api_version(),
        "kind": KAFKA_REBALANCE.kind,
        "metadata": {
            "name": object.name_any(),
            "namespace": object.namespace(),
            "resourceVersion": object.resource_version(),
        },
        "status": status,
    });
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
