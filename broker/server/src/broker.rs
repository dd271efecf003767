//! What every handler is given: one running broker.
//!
//! Owns nothing of its own: it is the bundle of the parts that `boot` has put together. Invariant: parts are shared
//! and never replaced while the broker runs; what changes (image, configs) changes inside its part.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_metadata::{MetadataImage, TopicImage};
use broker_model::{BrokerId, ClusterId, DirectoryId, PartitionIndex, TopicId};
use broker_replication::fetch::FetchSessionCache;
use parking_lot::Mutex;

use crate::clock::Clock;
use crate::config::StaticConfigs;
use crate::drivers::broker_lifecycle::BrokerLifecycle;
use crate::drivers::controller_channel::ControllerChannel;
use crate::drivers::coordinator_driver::CoordinatorDriver;
use crate::drivers::metadata_driver::MetadataDriver;
use crate::drivers::producer_ids::ProducerIds;
use crate::drivers::topic_creator::TopicCreator;
use crate::logging::LoggerLevels;
use crate::metrics::RequestCounters;
use crate::network::NetworkState;
use crate::remote_log_manager::RemoteLogManager;
use crate::replica_manager::{LookupError, PartitionHandle, ReplicaManager};

/// One running broker; handlers get it as `&Arc<Broker>`.
#[derive(Debug)]
pub struct Broker {
    /// Reads the clocks.
    pub clock: Clock,
    /// Number of this node (`node.id`).
    pub node_id: BrokerId,
    /// Identity of the cluster, from `meta.properties`.
    pub cluster_id: ClusterId,
    /// Identity of the directory that holds the metadata log.
    pub metadata_directory_id: DirectoryId,
    /// Levels of the loggers.
    pub logger_levels: LoggerLevels,
    /// How many requests there were, and how long they took.
    pub requests: RequestCounters,
    /// Byte budgets, connection counts and counters of the listeners.
    pub network: NetworkState,
    /// What the cluster has decided, as far as this broker has replayed it.
    pub image: Arc<ArcSwap<MetadataImage>>,
    /// Decides about metadata and keeps the decisions.
    pub metadata: Arc<MetadataDriver>,
    /// The registration of this broker.
    pub lifecycle: Arc<BrokerLifecycle>,
    /// What this broker itself asks of the active controller.
    pub controller: Arc<ControllerChannel>,
    /// What clients ask of it that is handed on to the active controller.
    pub forwarding: ControllerChannel,
    /// Makes topics in the background; the broker's own at need.
    pub topic_creator: Arc<TopicCreator>,
    /// Makes topics that clients ask for; none with `auto.create.topics.enable=false`.
    pub auto_topic_creation: Option<Arc<dyn AutoTopicCreation>>,
    /// The consumer groups that are coordinated here.
    pub groups: Arc<CoordinatorDriver>,
    /// Ids for idempotent producers.
    pub producer_ids: ProducerIds,
    /// The partitions that are kept here.
    pub replica_manager: Arc<ReplicaManager>,
    /// What this node was started with; with the image it says what acts.
    pub configs: Arc<StaticConfigs>,
    /// Bounds of answers.
    pub limits: AnswerLimits,
    /// The remote tier, where there is one.
    pub remote: Option<Arc<RemoteLogManager>>,
    /// What fetching clients want (KIP-227).
    pub fetch_sessions: Mutex<FetchSessionCache>,
}

impl Broker {
    /// The partition `index` of the topic called `name`.
    ///
    /// # Errors
    /// [`LookupError::NotLeader`] when the metadata know it and other brokers keep it.
    pub fn partition_by_name(&self, name: &str, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        self.replica_manager
            .partition_by_name(name, index)
            .map_err(|error| {
                let image = self.image.load();
                self.kept_elsewhere(image.topics.by_name(name), index)
                    .unwrap_or(error)
            })
    }

    /// The partition `index` of the topic with identity `id`.
    ///
    /// # Errors
    /// [`LookupError::NotLeader`] when the metadata know it and other brokers keep it.
    pub fn partition_by_id(&self, id: TopicId, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        self.replica_manager.partition_by_id(id, index).map_err(|error| {
            let image = self.image.load();
            self.kept_elsewhere(image.topics.by_id(id), index)
                .unwrap_or(error)
        })
    }

    fn kept_elsewhere(&self, topic: Option<&Arc<TopicImage>>, index: i32) -> Option<LookupError> {
        match topic?.partition(PartitionIndex::new(index)) {
            Some(_) => Some(LookupError::NotLeader),
            None => Some(LookupError::UnknownPartition),
        }
    }
}

/// How large answers may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of a Fetch (`fetch.max.bytes`).
    pub fetch_bytes: i32,
    /// Partitions of a DescribeTopicPartitions (`max.request.partition.size.limit`).
    pub described_partitions: usize,
}

/// Makes topics that clients name and that do not exist. Nobody waits for it: the client asks again.
pub trait AutoTopicCreation: fmt::Debug + Send + Sync {
    /// Asks the controller for a topic with the default partitions and replicas; a second call while the first is
    /// under way does nothing.
    fn create_in_background(&self, topic: &str);
}
