//! `SafeToStop` and `CaughtUp`: gathers what the active controller knows, and tells the verdict.
//!
//! Owns nothing. The facts are taken in one step of the controller, which answers when everything that they rest on is
//! committed; the verdict is worked out beside it. Invariant: what could not be gathered stays unknown, and no error
//! is a yes.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_admin::tonic::Status;
use broker_admin::v1::{self, CaughtUpRequest, CaughtUpResponse, SafeToStopRequest, SafeToStopResponse};
use broker_admin::{NODES_MAX, OBSTACLES_MAX, OBSTACLES_USUAL};
use broker_controller::{
    AvailabilityFacts, Obstacle, ObstacleKind, Outcome, PartitionObstacle, QuorumFacts, Verdict, VoterFacts,
};
use broker_model::BrokerId;
use broker_raft::ReplicaStanding;

use super::AdminNode;
use super::calls::{blocking, unavailable};
use crate::broker::Broker;
use crate::drivers::metadata_driver::QuorumDescription;

/// Whether nodes may stop together.
pub(super) async fn safe_to_stop(
    broker: &Arc<Broker>,
    node: &AdminNode,
    request: &SafeToStopRequest,
) -> Result<SafeToStopResponse, Status> {
    if request.node_ids.is_empty() || request.node_ids.len() > NODES_MAX {
        let text = format!("name between 1 and {NODES_MAX} nodes");
        return Err(Status::invalid_argument(text));
    }
    let stopping: BTreeSet<BrokerId> = request.node_ids.iter().map(|id| BrokerId::new(*id)).collect();
    let limit = limit(request.max_obstacles);
    let facts = gather(broker).await?;
    let settings = node.topic_settings.clone();
    let verdict = blocking(move || {
        let min_in_sync = |topic: &str| {
            let settings = settings.resolve(&facts.image, topic);
            settings.replication.min_in_sync_replicas
        };
        broker_controller::safe_to_stop(&facts, &stopping, &min_in_sync, limit)
    })
    .await?;
    Ok(SafeToStopResponse {
        safe: verdict.is_clear(),
        obstacles: Some(obstacles(&verdict)),
    })
}

/// Whether a node has caught up.
pub(super) async fn caught_up(
    broker: &Arc<Broker>,
    request: &CaughtUpRequest,
) -> Result<CaughtUpResponse, Status> {
    let node = BrokerId::new(request.node_id);
    let limit = limit(request.max_obstacles);
    let facts = gather(broker).await?;
    let verdict = blocking(move || broker_controller::caught_up(&facts, node, limit)).await?;
    Ok(CaughtUpResponse {
        caught_up: verdict.is_clear(),
        obstacles: Some(obstacles(&verdict)),
    })
}

fn limit(asked: u32) -> usize {
    let limit = match asked {
        0 => OBSTACLES_USUAL,
        asked => asked.min(OBSTACLES_MAX),
    };
    limit as usize
}

async fn gather(broker: &Arc<Broker>) -> Result<AvailabilityFacts, Status> {
    let seen = broker
        .metadata
        .decide_with_sessions(|controller, sessions, now, _| {
            let image = controller.image().clone();
            let heard = AvailabilityFacts::heard_by(sessions, &image, now.monotonic);
            Outcome::answer((image, heard))
        });
    let (image, heard) = seen.await.map_err(|error| unavailable(broker, &error))?;
    let quorum = match broker.metadata.describe_quorum().await {
        Ok(description) => Some(quorum_facts(&description)),
        Err(error) => {
            tracing::debug!(%error, "the quorum was not described");
            None
        }
    };
    Ok(AvailabilityFacts {
        image,
        heard,
        quorum,
        now: broker.clock.wall(),
    })
}

fn quorum_facts(description: &QuorumDescription) -> QuorumFacts {
    let voter = |standing: &ReplicaStanding| VoterFacts {
        id: standing.replica.id,
        log_end: standing.log_end,
        last_caught_up: standing.last_caught_up,
    };
    QuorumFacts {
        high_watermark: description.high_watermark.offset(),
        voters: description.standing.voters.iter().map(voter).collect(),
    }
}

/// What stands in the way, as it is told.
pub(super) fn obstacles(verdict: &Verdict) -> v1::Obstacles {
    v1::Obstacles {
        named: verdict.obstacles.iter().map(named).collect(),
        counts: verdict
            .counts
            .iter()
            .map(|(kind, count)| v1::ObstacleCount {
                kind: wire_kind(*kind).into(),
                count: *count,
            })
            .collect(),
    }
}

fn named(obstacle: &Obstacle) -> v1::Obstacle {
    let kind = wire_kind(obstacle.kind()).into();
    let text = obstacle.to_string();
    let about = |node_id: Option<BrokerId>| v1::Obstacle {
        kind,
        node_id: node_id.map(BrokerId::value),
        text: text.clone(),
        ..v1::Obstacle::default()
    };
    match obstacle {
        Obstacle::Quorum(_) => about(None),
        Obstacle::Node(id, _) => about(Some(*id)),
        Obstacle::Partition(topic, index, partition) => v1::Obstacle {
            topic: topic.to_string(),
            partition: Some(index.value()),
            ..about(match partition {
                PartitionObstacle::NotInSync(id) | PartitionObstacle::ReplicaOffline(id) => Some(*id),
                _ => None,
            })
        },
    }
}

const fn wire_kind(kind: ObstacleKind) -> v1::ObstacleKind {
    match kind {
        ObstacleKind::QuorumUnknown => v1::ObstacleKind::QuorumUnknown,
        ObstacleKind::MetadataStale => v1::ObstacleKind::MetadataStale,
        ObstacleKind::QuorumWithoutMajority => v1::ObstacleKind::QuorumWithoutMajority,
        ObstacleKind::QuorumWouldLoseMajority => v1::ObstacleKind::QuorumWouldLoseMajority,
        ObstacleKind::UnknownNode => v1::ObstacleKind::UnknownNode,
        ObstacleKind::BrokerFenced => v1::ObstacleKind::BrokerFenced,
        ObstacleKind::BrokerStopping => v1::ObstacleKind::BrokerStopping,
        ObstacleKind::BrokerNotHeard => v1::ObstacleKind::BrokerNotHeard,
        ObstacleKind::BrokerMetadataBehind => v1::ObstacleKind::BrokerMetadataBehind,
        ObstacleKind::VoterBehind => v1::ObstacleKind::VoterBehind,
        ObstacleKind::PartitionWithoutLeader => v1::ObstacleKind::PartitionWithoutLeader,
        ObstacleKind::PartitionRecovering => v1::ObstacleKind::PartitionRecovering,
        ObstacleKind::PartitionLosesAllReplicas => v1::ObstacleKind::PartitionLosesAllReplicas,
        ObstacleKind::PartitionWouldBeOffline => v1::ObstacleKind::PartitionWouldBeOffline,
        ObstacleKind::PartitionWouldBeUnderMinIsr => v1::ObstacleKind::PartitionWouldBeUnderMinIsr,
        ObstacleKind::ReplicaNotInSync => v1::ObstacleKind::ReplicaNotInSync,
        ObstacleKind::ReplicaOffline => v1::ObstacleKind::ReplicaOffline,
    }
}
