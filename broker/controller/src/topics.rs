//! Topics: made, widened, deleted.

mod create_partitions;
mod create_topics;
mod delete_topics;
mod deleted_topic;
mod restored_topic;
mod topic_name;

use broker_metadata::PartitionRegistration;
use broker_metadata::image::LeaderRecoveryState;
use broker_model::{BrokerId, LeaderEpoch, PartitionEpoch};
use broker_protocol::ErrorCode;

pub use restored_topic::RestoredTopic;

use crate::{ApiError, PlacementSpec, QuorumController, ReplicaPlacer, Seed, UsableBroker};

/// Most partitions that one request may make: their records are one batch, all or none.
const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;

fn too_many_partitions() -> ApiError {
    let message = format!("One request may make at most {PARTITIONS_PER_REQUEST_MAX} partitions.");
    ApiError::new(ErrorCode::PolicyViolation, message)
}

impl QuorumController {
    /// Chooses replicas for new partitions.
    fn place(
        &self,
        partitions: usize,
        replication_factor: usize,
        seed: Seed,
    ) -> Result<Vec<PartitionRegistration>, ApiError> {
        let brokers = self.image().cluster.brokers.values();
        let usable = brokers
            .filter(|broker| !broker.is_cordoned())
            .map(|broker| UsableBroker {
                id: broker.id,
                rack: broker.rack.clone(),
                fenced: !broker.is_active(),
            });
        let mut placer = ReplicaPlacer::new(&usable.collect::<Vec<_>>(), seed);
        let spec = PlacementSpec {
            partitions,
            replication_factor,
        };
        let placed = placer.place(spec).map_err(|error| {
            ApiError::new(
                ErrorCode::InvalidReplicationFactor,
                format!("No replicas can be placed: {error}."),
            )
        })?;
        placed
            .into_iter()
            .map(|replicas| self.new_partition(replicas))
            .collect()
    }

    /// A partition that nobody has led yet.
    fn new_partition(&self, replicas: Vec<BrokerId>) -> Result<PartitionRegistration, ApiError> {
        let isr: Vec<_> = replicas
            .iter()
            .copied()
            .filter(|id| self.is_active(*id))
            .collect();
        let Some(leader) = isr.first().copied() else {
            return Err(ApiError::new(
                ErrorCode::InvalidReplicaAssignment,
                "Every broker of a manual assignment is fenced or stopping, so that none could lead.",
            ));
        };
        Ok(PartitionRegistration {
            directories: replicas.iter().map(|id| self.default_directory(*id)).collect(),
            replicas,
            isr,
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            leader,
            leader_recovery_state: LeaderRecoveryState::Recovered,
            leader_epoch: LeaderEpoch::FIRST,
            partition_epoch: PartitionEpoch::FIRST,
        })
    }
}

#[cfg(test)]
mod tests;
