//! Moving partitions to other brokers (KIP-455, KIP-860).

use broker_metadata::{MetadataRecord, PartitionRegistration, TopicImage};
use broker_model::{BrokerId, PartitionIndex};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_reassignments_request::ReassignablePartition;
use broker_protocol::alter_partition_reassignments_response::{
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use broker_protocol::list_partition_reassignments_response::{
    OngoingPartitionReassignment, OngoingTopicReassignment,
};
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use crate::manual_assignment::check_assignment;
use crate::partition_change::{Election, PartitionChange};
use crate::{ApiError, Outcome, QuorumController};

/// Whether a reassignment may change how many replicas a partition has (KIP-860).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactorChange {
    Allowed,
    Forbidden,
}

impl QuorumController {
    /// Begins, changes or takes back reassignments.
    pub fn alter_partition_reassignments(
        &self,
        request: &AlterPartitionReassignmentsRequest,
    ) -> Outcome<AlterPartitionReassignmentsResponse> {
        let factor = match request.allow_replication_factor_change {
            true => FactorChange::Allowed,
            false => FactorChange::Forbidden,
        };
        let mut records = Vec::new();
        let mut responses = Vec::new();
        for topic in &request.topics {
            let mut partitions = Vec::new();
            for partition in &topic.partitions {
                let mut response = ReassignablePartitionResponse {
                    partition_index: partition.partition_index,
                    error_message: None,
                    ..ReassignablePartitionResponse::default()
                };
                match self.reassign(&topic.name, partition, factor) {
                    Ok(record) => records.extend(record),
                    Err(error) => {
                        response.error_code = error.code.code();
                        response.error_message = error.message.map(Into::into);
                    }
                }
                partitions.push(response);
            }
            responses.push(ReassignableTopicResponse {
                name: topic.name.clone(),
                partitions,
                ..ReassignableTopicResponse::default()
            });
        }
        let response = AlterPartitionReassignmentsResponse {
            allow_replication_factor_change: request.allow_replication_factor_change,
            error_message: None,
            responses,
            ..AlterPartitionReassignmentsResponse::default()
        };
        Outcome::new(records, response)
    }

    /// Begins, changes or takes back one reassignment; no record when nothing changes.
    pub(crate) fn reassign(
        &self,
        topic: &str,
        request: &ReassignablePartition,
        factor: FactorChange,
    ) -> Result<Option<MetadataRecord>, ApiError> {
        let index = request.partition_index;
        let unknown = || {
            let message = format!("There is no partition {topic}-{index}.");
            ApiError::new(ErrorCode::UnknownTopicOrPartition, message)
        };
        let (topic, partition) = self.find_partition(topic, index).ok_or_else(unknown)?;
        let (replicas, adding, removing) = match &request.replicas {
            None => self.cancelled(topic, partition)?,
            Some(wanted) => {
                let wanted = check_assignment(self.image(), wanted, (None, &partition.replicas))?;
                let current = target_replicas(partition).len();
                if factor == FactorChange::Forbidden && wanted.len() != current {
                    let message = format!(
                        "The partition has {current} replica(s) and the request forbids to make it {}.",
                        wanted.len()
                    );
                    return Err(ApiError::new(ErrorCode::InvalidReplicationFactor, message));
                }
                let moved = moved(partition, wanted);
                if partition.replicas.iter().any(|id| !moved.0.contains(id)) {
                    self.require_one_in_sync(topic, partition, &moved.0)?;
                }
                moved
            }
        };
        let rules = self.election_rules(topic, None);
        let change = PartitionChange::new(partition, rules, |id| self.can_lead(partition, id));
        let directories = adding.iter().map(|id| (*id, self.default_directory(*id)));
        let directories = directories.collect();
        let change = change
            .reassigned(replicas, adding, removing)
            .in_directories(directories);
        Ok(change
            .record(topic.id, PartitionIndex::new(index))
            .map(MetadataRecord::from))
    }

    /// The replicas as they were before.
    fn cancelled(
        &self,
        topic: &TopicImage,
        partition: &PartitionRegistration,
    ) -> Result<Reassignment, ApiError> {
        if !partition.is_reassigning() {
            return Err(ApiError::bare(ErrorCode::NoReassignmentInProgress));
        }
        let settled = settled_replicas(partition);
        self.require_one_in_sync(topic, partition, &settled)?;
        Ok((settled, Vec::new(), Vec::new()))
    }

    /// Replicas that a running reassignment was adding are given up only while one of those that are left is in sync,
    /// unless the topic prefers to lose records: what was acknowledged since may be on the others alone, and so may be
    /// the last known leader of a partition that nobody leads.
    fn require_one_in_sync(
        &self,
        topic: &TopicImage,
        partition: &PartitionRegistration,
        left: &[BrokerId],
    ) -> Result<(), ApiError> {
        let keeps_one = partition.isr.iter().any(|id| left.contains(id));
        if keeps_one || self.election_rules(topic, None).election == Election::Unclean {
            return Ok(());
        }
        let message = "The reassignment cannot be taken back or given another target: none of the replicas that would \
                       be left is in sync, and the topic forbids unclean elections.";
        Err(ApiError::new(ErrorCode::InvalidReplicaAssignment, message))
    }

    /// The reassignments under way, of the named partitions or of all.
    pub fn list_partition_reassignments(
        &self,
        request: &ListPartitionReassignmentsRequest,
    ) -> ListPartitionReassignmentsResponse {
        let topics = &self.image().topics;
        let found = match &request.topics {
            None => self
                .by_name(&topics.indexes().reassigning)
                .into_iter()
                .map(|(topic, moving)| {
                    let partitions = moving
                        .iter()
                        .filter_map(|index| ongoing(*index, topic.partition(*index)?));
                    (topic.name.as_ref().into(), partitions.collect())
                })
                .collect(),
            Some(asked) => {
                let mut found = Vec::new();
                for asked in asked {
                    let partitions = asked.partition_indexes.iter().filter_map(|index| {
                        let (_, partition) = self.find_partition(&asked.name, *index)?;
                        ongoing(PartitionIndex::new(*index), partition)
                    });
                    found.push((asked.name.clone(), partitions.collect::<Vec<_>>()));
                }
                found
            }
        };
        let ongoing = found.into_iter().filter(|(_, partitions)| !partitions.is_empty());
        ListPartitionReassignmentsResponse {
            error_message: None,
            topics: ongoing
                .map(|(name, partitions)| OngoingTopicReassignment {
                    name,
                    partitions,
                    ..OngoingTopicReassignment::default()
                })
                .collect(),
            ..ListPartitionReassignmentsResponse::default()
        }
    }
}

type Reassignment = (Vec<BrokerId>, Vec<BrokerId>, Vec<BrokerId>);

/// The replicas that the partition will have: after its reassignment, if there is one.
pub(crate) fn target_replicas(partition: &PartitionRegistration) -> Vec<BrokerId> {
    let mut target = partition.replicas.clone();
    target.retain(|id| !partition.removing_replicas.contains(id));
    target
}

/// The replicas that the partition had before its reassignment.
fn settled_replicas(partition: &PartitionRegistration) -> Vec<BrokerId> {
    let adding = &partition.adding_replicas;
    partition
        .replicas
        .iter()
        .copied()
        .filter(|id| !adding.contains(id))
        .collect()
}

/// New replicas stand first, in the wanted order; those that will go stay until the new ones are in sync.
fn moved(partition: &PartitionRegistration, wanted: Vec<BrokerId>) -> Reassignment {
    let current = settled_replicas(partition);
    let adding = wanted
        .iter()
        .copied()
        .filter(|id| !current.contains(id))
        .collect();
    let removing: Vec<_> = current
        .iter()
        .copied()
        .filter(|id| !wanted.contains(id))
        .collect();
    let mut replicas = wanted;
    replicas.extend_from_slice(&removing);
    (replicas, adding, removing)
}

fn ongoing(index: PartitionIndex, partition: &PartitionRegistration) -> Option<OngoingPartitionReassignment> {
    let raw = |ids: &[BrokerId]| ids.iter().map(|id| id.value()).collect();
    partition.is_reassigning().then(|| OngoingPartitionReassignment {
        partition_index: index.value(),
        replicas: raw(&partition.replicas),
        adding_replicas: raw(&partition.adding_replicas),
        removing_replicas: raw(&partition.removing_replicas),
        ..OngoingPartitionReassignment::default()
    })
}

#[cfg(test)]
mod tests;
