//! `BrokerStatus`: a node about itself, from what it has taken in of the metadata.

use std::sync::Arc;

use broker_admin::OBSTACLES_USUAL;
use broker_admin::tonic::Status;
use broker_admin::v1::{BrokerStatusResponse, LifecycleState};
use broker_controller::partitions_at_risk;
use broker_metadata::{MetadataImage, PartitionRegistration};
use broker_model::BrokerId;

use super::calls::blocking;
use super::verdicts::obstacles;
use super::{AdminNode, Progress};
use crate::broker::Broker;
use crate::drivers::metadata_driver::ActiveController;

/// The node as it is now.
pub(super) async fn status(node: &AdminNode, progress: &Progress) -> Result<BrokerStatusResponse, Status> {
    let silent = |state: LifecycleState| BrokerStatusResponse {
        node_id: node.id.value(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        state: state.into(),
        metadata_offset: -1,
        ..BrokerStatusResponse::default()
    };
    match progress {
        Progress::Starting => Ok(silent(LifecycleState::Starting)),
        Progress::Stopping => Ok(silent(LifecycleState::Stopping)),
        Progress::Joined(broker) | Progress::Running(broker) => {
            running(node, broker, silent(LifecycleState::Unspecified)).await
        }
    }
}

async fn running(
    node: &AdminNode,
    broker: &Arc<Broker>,
    base: BrokerStatusResponse,
) -> Result<BrokerStatusResponse, Status> {
    let quorum = broker.metadata.quorum().borrow().clone();
    let image = broker.image.load_full();
    let held = {
        let (image, node) = (image.clone(), node.clone());
        blocking(move || partitions(&image, &node)).await?
    };
    let is_cordoned = |id: BrokerId| {
        image
            .cluster
            .broker(id)
            .is_some_and(|broker| broker.is_cordoned())
    };
    Ok(BrokerStatusResponse {
        cluster_id: broker.cluster_id.to_string(),
        state: state(node, &image).into(),
        is_active_controller: quorum.active == ActiveController::ThisNode,
        active_controller_id: quorum.leader.map(BrokerId::value),
        controller_epoch: quorum.leader_epoch.value(),
        metadata_offset: image.provenance.last_contained_offset.value(),
        is_cordoned: is_cordoned(node.id),
        leading: held.leading,
        following: held.following,
        under_replicated: held.under_replicated,
        under_min_isr: held.under_min_isr,
        offline: held.offline,
        if_stopped: held.if_stopped,
        ..base
    })
}

fn state(node: &AdminNode, image: &MetadataImage) -> LifecycleState {
    match image.cluster.broker(node.id) {
        _ if !node.roles.is_broker() => LifecycleState::Controller,
        None => LifecycleState::Starting,
        Some(broker) if broker.in_controlled_shutdown => LifecycleState::ControlledShutdown,
        Some(broker) if broker.fenced => LifecycleState::Fenced,
        Some(_) => LifecycleState::Running,
    }
}

/// Fields of the answer that are about partitions; the others are empty.
fn partitions(image: &MetadataImage, node: &AdminNode) -> BrokerStatusResponse {
    let needed = |topic: &str| {
        let settings = node.topic_settings.resolve(image, topic);
        settings.replication.min_in_sync_replicas
    };
    let at_risk = partitions_at_risk(image, node.id, &needed, OBSTACLES_USUAL as usize);
    let mut counts = BrokerStatusResponse {
        if_stopped: Some(obstacles(&at_risk)),
        ..BrokerStatusResponse::default()
    };
    let Some(held) = image.topics.indexes().of(node.id) else {
        return counts;
    };
    for (topic, indexes) in held.held.topics() {
        let Some(topic) = image.topics.by_id(topic) else {
            continue;
        };
        let needed = needed(&topic.name);
        let found = indexes.iter().filter_map(|index| topic.partition(*index));
        for partition in found.filter(|partition| partition.replicas.contains(&node.id)) {
            count(&mut counts, partition, node.id, needed);
        }
    }
    counts
}

fn count(counts: &mut BrokerStatusResponse, partition: &PartitionRegistration, id: BrokerId, needed: usize) {
    if !partition.has_leader() {
        counts.offline += 1;
    }
    if partition.leader != id {
        counts.following += 1;
        return;
    }
    let (in_sync, replicas) = (partition.isr.len(), partition.replicas.len());
    counts.leading += 1;
    counts.under_replicated += u32::from(in_sync < replicas);
    counts.under_min_isr += u32::from(in_sync < needed.min(replicas));
}
