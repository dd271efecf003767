//! Log directories: which one holds a replica, which one failed, which takes nothing new (KIP-858, KIP-1066).
//!
//! Invariant: nobody leads from a directory that its broker does not have. A failed directory takes its own partitions
//! out of the in-sync sets and leaves those of the broker's other directories alone.

use broker_metadata::image::BrokerRegistration;
use broker_metadata::messages::{BrokerRegistrationChangeRecord, PartitionChangeRecord};
use broker_metadata::{MetadataRecord, TopicImage};
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, PartitionIndex, TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::assign_replicas_to_dirs_response::{DirectoryData, PartitionData, TopicData};
use broker_protocol::messages::{
    AssignReplicasToDirsRequest, AssignReplicasToDirsResponse, BrokerHeartbeatRequest,
};

use crate::leadership::BrokerEvent;
use crate::partition_change::PartitionChange;
use crate::{Outcome, QuorumController};

/// What a heartbeat says about directories that was not known.
#[derive(Debug, Default)]
pub(crate) struct DirectoryNews {
    /// Directories that failed since.
    pub(crate) failed: Vec<DirectoryId>,
    /// The change of the registration; `None` when nothing changed.
    change: Option<BrokerRegistrationChangeRecord>,
}

impl DirectoryNews {
    /// Whether the broker lost a directory.
    pub(crate) fn has_failures(&self) -> bool {
        !self.failed.is_empty()
    }

    /// The change of the broker's registration.
    pub(crate) fn registration_change(self) -> Option<MetadataRecord> {
        self.change.map(MetadataRecord::from)
    }
}

impl QuorumController {
    /// Answers AssignReplicasToDirs (73): the broker says which directory holds its replicas.
    pub fn assign_replicas_to_dirs(
        &self,
        request: &AssignReplicasToDirsRequest,
    ) -> Outcome<AssignReplicasToDirsResponse> {
        let refused = |code: ErrorCode| {
            Outcome::answer(AssignReplicasToDirsResponse {
                error_code: code.code(),
                ..AssignReplicasToDirsResponse::default()
            })
        };
        let version = self.image().features.metadata_version;
        if !version.supports_directory_assignment() {
            return refused(ErrorCode::UnsupportedVersion);
        }
        let epoch = BrokerEpoch::new(request.broker_epoch);
        let broker = match self.registered_broker(BrokerId::new(request.broker_id), epoch) {
            Ok(broker) => broker,
            Err(error) => return refused(error.code),
        };
        let mut records = Vec::new();
        let mut directories = Vec::with_capacity(request.directories.len());
        for asked in &request.directories {
            let mut topics = Vec::with_capacity(asked.topics.len());
            for topic in &asked.topics {
                let known = self.image().topics.by_id(TopicId::new(topic.topic_id));
                let mut partitions = Vec::with_capacity(topic.partitions.len());
                for partition in &topic.partitions {
                    let index = PartitionIndex::new(partition.partition_index);
                    let assigned = known.ok_or(ErrorCode::UnknownTopicId).and_then(|topic| {
                        self.assign_replica(broker, DirectoryId::new(asked.id), (topic, index))
                    });
                    let error = assigned.map(|record| records.extend(record)).err();
                    partitions.push(PartitionData {
                        partition_index: partition.partition_index,
                        error_code: error.map_or(0, |error| error.code()),
                        ..PartitionData::default()
                    });
                }
                topics.push(TopicData {
                    topic_id: topic.topic_id,
                    partitions,
                    ..TopicData::default()
                });
            }
            directories.push(DirectoryData {
                id: asked.id,
                topics,
                ..DirectoryData::default()
            });
        }
        let response = AssignReplicasToDirsResponse {
            directories,
            ..AssignReplicasToDirsResponse::default()
        };
        Outcome::new(records, response)
    }

    /// A replica that turns out to lie in a directory that failed leaves the in-sync set with the same record; one by
    /// which a partition without a leader gets somebody who may lead has the leader elected with it.
    fn assign_replica(
        &self,
        broker: &BrokerRegistration,
        directory: DirectoryId,
        (topic, index): (&TopicImage, PartitionIndex),
    ) -> Result<Option<MetadataRecord>, ErrorCode> {
        let partition = topic.partition(index).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let place = partition.replicas.iter().position(|id| *id == broker.id);
        let place = place.ok_or(ErrorCode::NotLeaderOrFollower)?;
        let is_online = broker.has_online_directory(directory);
        let can_lead = |id| match id == broker.id {
            true => is_online && broker.is_active(),
            false => self.can_lead(partition, id),
        };
        let leaves = !is_online && partition.isr.contains(&broker.id);
        let waits = !partition.has_leader() && can_lead(broker.id);
        let change = (leaves || waits).then(|| {
            let change = PartitionChange::new(partition, self.election_rules(topic, None), can_lead);
            let change = if leaves {
                change.without(&[broker.id])
            } else {
                change
            };
            change.record(topic.id, index)
        });
        if partition.directories.get(place) == Some(&directory) {
            return Ok(change.flatten().map(MetadataRecord::from));
        }
        let mut record = change.flatten().unwrap_or_else(|| PartitionChangeRecord {
            topic_id: topic.id.uuid(),
            partition_id: index.value(),
            ..PartitionChangeRecord::default()
        });
        // The replicas are as before: a change that ends a reassignment names directories of its own.
        if record.directories.is_none() {
            let mut directories: Vec<Uuid> = partition.directories.iter().map(|id| id.uuid()).collect();
            directories[place] = directory.uuid();
            record.directories = Some(directories);
        }
        Ok(Some(record.into()))
    }

    /// What a heartbeat says about directories that the registration does not say yet.
    pub(crate) fn directory_news(
        &self,
        broker: &BrokerRegistration,
        request: &BrokerHeartbeatRequest,
    ) -> DirectoryNews {
        let offline: Vec<_> = request
            .offline_log_dirs
            .iter()
            .map(|id| DirectoryId::new(*id))
            .collect();
        let (failed, online): (Vec<DirectoryId>, Vec<_>) =
            broker.directories.iter().partition(|id| offline.contains(id));
        let mut change = BrokerRegistrationChangeRecord {
            broker_id: broker.id.value(),
            broker_epoch: broker.epoch.value(),
            ..BrokerRegistrationChangeRecord::default()
        };
        let unchanged = change.clone();
        if !failed.is_empty() {
            // An empty list says that nothing changed; a broker without any directory stops anyway.
            change.log_dirs = online.iter().map(|id: &DirectoryId| id.uuid()).collect();
        }
        let version = self.image().features.metadata_version;
        if let Some(asked) = &request.cordoned_log_dirs
            && version.supports_cordoned_log_dirs()
        {
            let mut cordoned = online.clone();
            cordoned.retain(|id| asked.contains(&id.uuid()));
            if broker.cordoned_directories.as_ref() != Some(&cordoned) {
                change.cordoned_log_dirs = Some(cordoned.iter().map(|id| id.uuid()).collect());
            }
        }
        DirectoryNews {
            failed,
            change: (change != unchanged).then_some(change),
        }
    }

    /// What follows for the partitions in directories that failed.
    pub(crate) fn partitions_of_failed(
        &self,
        broker: BrokerId,
        failed: &[DirectoryId],
    ) -> Vec<MetadataRecord> {
        self.partitions_after_each(broker, |partition| {
            let directory = partition.directory_of(broker)?;
            failed.contains(&directory).then_some(BrokerEvent::Leaves)
        })
    }

    /// The directory that a new replica on the broker will be in, when it has no choice.
    pub(crate) fn default_directory(&self, broker: BrokerId) -> DirectoryId {
        use broker_metadata::image::directory;
        match self
            .image()
            .cluster
            .broker(broker)
            .map(|broker| &broker.directories[..])
        {
            Some([only]) => *only,
            Some([]) | None => directory::MIGRATING,
            Some(_) => directory::UNASSIGNED,
        }
    }
}

#[cfg(test)]
mod tests;
