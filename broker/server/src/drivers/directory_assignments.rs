//! Tells the controller which log directory holds which replica, when it does not know (KIP-858).
//!
//! A broker of several directories chooses one itself when a replica comes, and says so after the metadata named none or
//! another one, so that the controller can move the right leaderships when a directory fails. One of a single directory
//! has something to tell, too, after its disk was exchanged: the metadata place its replicas in the directory that is
//! gone, from which nobody is elected.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use broker_metadata::MetadataImage;
use broker_model::{DirectoryId, Offset, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::assign_replicas_to_dirs_request::{DirectoryData, PartitionData, TopicData};
use broker_protocol::messages::AssignReplicasToDirsRequest;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::broker_lifecycle::{BrokerLifecycle, OwnDirectory};
use super::controller_channel::ControllerChannel;
use super::metadata_driver::MetadataDriver;
use crate::replica_manager::ReplicaManager;

/// How long changes of the metadata are gathered before replicas are looked at.
const GATHER: Duration = Duration::from_millis(200);
/// Pause after a request that was not taken.
const PAUSE: Duration = Duration::from_secs(1);
/// Replicas that one request names at most, as by Kafka.
const REPLICAS_MAX: usize = 2_250;

/// Where a replica is that the controller looks for elsewhere.
type Misplaced = (DirectoryId, TopicId, PartitionIndex);

/// What the task works with.
#[derive(Debug)]
pub struct DirectoryAssignments {
    /// The replicas that are kept here.
    pub replica_manager: Arc<ReplicaManager>,
    /// What the controller knows, as far as it is read here.
    pub metadata: Arc<MetadataDriver>,
    /// The registration of this broker.
    pub lifecycle: Arc<BrokerLifecycle>,
    /// The way to the controller.
    pub controller: ControllerChannel,
    /// The broker's log directories.
    pub directories: Vec<OwnDirectory>,
}

impl DirectoryAssignments {
    /// Starts the task; it ends when it is aborted.
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(self.run())
    }

    async fn run(self) {
        let mut seen = Offset::ZERO;
        while self.metadata.published_to(seen.plus(1)).await.is_ok() {
            sleep(GATHER).await;
            let looked_at = self.metadata.published().next_offset;
            let misplaced = self.misplaced(&self.metadata.image().load());
            let mut parts = misplaced.chunks(REPLICAS_MAX);
            let mut all_told = true;
            while let Some(part) = parts.next().filter(|_| all_told) {
                all_told = self.tell(part).await;
            }
            match all_told {
                true => seen = looked_at,
                false => sleep(PAUSE).await,
            }
        }
    }

    fn misplaced(&self, image: &MetadataImage) -> Vec<Misplaced> {
        let mut misplaced = Vec::new();
        if !image.features.metadata_version.supports_directory_assignment() {
            return misplaced;
        }
        for handle in self.replica_manager.partitions() {
            let id = handle.id();
            let Some(topic) = image.topics.by_name(&id.topic) else {
                continue;
            };
            let Ok(path) = handle.with_log(|log| log.directory().path().to_path_buf()) else {
                continue;
            };
            let own = self.directories.iter().find(|own| own.path == path);
            if let (Some(own), Some(registration)) = (own, topic.partition(id.partition))
                && registration.is_elsewhere(self.replica_manager.node_id, own.id)
            {
                misplaced.push((own.id, topic.id, id.partition));
            }
        }
        misplaced
    }

    /// Whether the controller took it.
    async fn tell(&self, misplaced: &[Misplaced]) -> bool {
        match self.controller.call(self.request(misplaced)).await {
            Ok(answer) if answer.error_code == ErrorCode::None.code() => true,
            Ok(answer) => {
                let code = answer.error_code;
                tracing::warn!(code, "the controller was not told where replicas are");
                false
            }
            Err(error) => {
                tracing::warn!(%error, "the controller was not told where replicas are");
                false
            }
        }
    }

    fn request(&self, misplaced: &[Misplaced]) -> AssignReplicasToDirsRequest {
        let mut by_directory: BTreeMap<DirectoryId, BTreeMap<TopicId, Vec<PartitionData>>> = BTreeMap::new();
        for (directory, topic, partition) in misplaced {
            let topics = by_directory.entry(*directory).or_default();
            topics.entry(*topic).or_default().push(PartitionData {
                partition_index: partition.value(),
                ..PartitionData::default()
            });
        }
        let topic = |(id, partitions): (TopicId, _)| TopicData {
            topic_id: id.uuid(),
            partitions,
            ..TopicData::default()
        };
        let directory = |(id, topics): (DirectoryId, BTreeMap<_, _>)| DirectoryData {
            id: id.uuid(),
            topics: topics.into_iter().map(topic).collect(),
            ..DirectoryData::default()
        };
        AssignReplicasToDirsRequest {
            broker_id: self.replica_manager.node_id.value(),
            broker_epoch: self.lifecycle.epoch().value(),
            directories: by_directory.into_iter().map(directory).collect(),
            ..AssignReplicasToDirsRequest::default()
        }
    }
}
