//! `ClusterStatus` and `MoveLeadersAway`: what is asked before a node is stopped, added or taken away.
//!
//! Owns nothing. Invariant: the image is the one that the controller has committed when it is asked, so that what an
//! earlier call answered is seen by the next.

use std::sync::Arc;

use broker_admin::tonic::Status;
use broker_admin::v1::{self, ClusterStatusResponse, MoveLeadersAwayResponse};
use broker_controller::{ClusterStanding, Outcome};
use broker_model::BrokerId;

use super::AdminNode;
use super::calls::blocking;
use super::rebalance::decide;
use crate::broker::Broker;

/// The cluster as it stands.
pub(super) async fn cluster_status(
    broker: &Arc<Broker>,
    node: &AdminNode,
) -> Result<ClusterStatusResponse, Status> {
    let seen = decide(broker, |controller, _| {
        Ok(Outcome::answer(controller.image().clone()))
    });
    let image = seen.await?;
    let cluster_id = broker.cluster_id.to_string();
    let settings = node.topic_settings.clone();
    blocking(move || {
        let needed = |topic: &str| {
            let settings = settings.resolve(&image, topic);
            settings.replication.min_in_sync_replicas
        };
        let standing = ClusterStanding::from_image(&image, &needed);
        let offset = image.provenance.last_contained_offset;
        shown(&standing, cluster_id, offset.value())
    })
    .await
}

fn shown(standing: &ClusterStanding, cluster_id: String, metadata_offset: i64) -> ClusterStatusResponse {
    let brokers = standing.brokers.iter().map(|(id, broker)| v1::BrokerStanding {
        broker_id: id.value(),
        is_fenced: broker.is_fenced,
        is_cordoned: broker.is_cordoned,
        replicas: broker.replicas as u64,
        leaders: broker.leaders as u64,
        movable_leaders: broker.movable_leaders as u64,
    });
    let factor = standing.largest_replication_factor;
    ClusterStatusResponse {
        cluster_id,
        metadata_offset,
        brokers: brokers.collect(),
        partitions: standing.partitions.total as u64,
        under_replicated: standing.partitions.under_replicated as u64,
        under_min_isr: standing.partitions.under_min_isr as u64,
        offline: standing.partitions.offline as u64,
        largest_replication_factor: u32::try_from(factor).unwrap_or(u32::MAX),
        moving_replicas: standing.moving_replicas as u64,
        spread_to_broker_ids: standing.spread_to.iter().map(|id| id.value()).collect(),
    }
}

/// Moves leaders, a batch after the other, until none is movable.
pub(super) async fn move_leaders_away(broker: &Broker, id: i32) -> Result<MoveLeadersAwayResponse, Status> {
    let id = BrokerId::new(id);
    let mut moved = 0_u64;
    loop {
        match decide(broker, move |controller, _| controller.move_leaders_away(id)).await? {
            0 => return Ok(MoveLeadersAwayResponse { moved }),
            more => moved = moved.saturating_add(more as u64),
        }
    }
}
