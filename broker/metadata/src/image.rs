//! The state of the cluster's metadata at one offset of the metadata log.
//!
//! An image never changes. Its parts are shared between images: making the next one copies only what changed and
//! the path to it, so that 10,000 topics cost no more per change than 10. Every part knows how to take the records
//! of its family onto itself; [`crate::MetadataDelta`] routes them.
//!
//! Invariant: every topic in the name index exists under its id, partitions of a topic are numbered without gaps,
//! and replicas and directories of a partition are equally many.

mod acls;
mod client_quotas;
mod cluster;
mod configurations;
mod delegation_tokens;
mod features;
mod partition;
mod partition_index;
mod producer_ids;
mod scram;
mod sharded_map;
mod topics;

use std::sync::Arc;

use broker_model::{Offset, Timestamp};

pub use acls::{AccessControlEntry, AclsImage};
pub use client_quotas::{ClientQuotaEntity, ClientQuotasImage};
pub use cluster::{BrokerRegistration, ClusterImage, ControllerRegistration, Endpoint, VersionRange};
pub use configurations::{ConfigResource, ConfigResourceType, ConfigurationsImage};
pub use delegation_tokens::DelegationTokensImage;
pub use features::FeaturesImage;
pub use partition::{LeaderRecoveryState, PartitionRegistration, directory};
pub use partition_index::{BrokerPartitions, PartitionIndexes, PartitionSet};
pub use producer_ids::ProducerIdsImage;
pub use scram::ScramImage;
pub use sharded_map::ShardedMap;
pub use topics::{TopicImage, TopicsImage};

/// Which part of the log an image stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataProvenance {
    /// Offset of the last record in it; -1 when none is.
    pub last_contained_offset: Offset,
    /// Epoch of the quorum's leader that wrote that record.
    pub last_contained_epoch: i32,
    /// When that record was appended.
    pub last_contained_log_timestamp: Timestamp,
}

impl MetadataProvenance {
    /// Stands for a log without records.
    pub const EMPTY: Self = Self {
        last_contained_offset: Offset::NONE,
        last_contained_epoch: -1,
        last_contained_log_timestamp: Timestamp::NONE,
    };
}

/// The cluster's metadata at one offset.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataImage {
    /// Which records it contains.
    pub provenance: MetadataProvenance,
    /// Finalized features.
    pub features: Arc<FeaturesImage>,
    /// Brokers and controllers.
    pub cluster: ClusterImage,
    /// Topics and their partitions.
    pub topics: TopicsImage,
    /// Dynamic configurations.
    pub configs: ConfigurationsImage,
    /// Client quotas.
    pub client_quotas: Arc<ClientQuotasImage>,
    /// The next block of producer ids.
    pub producer_ids: ProducerIdsImage,
    /// Access control entries.
    pub acls: Arc<AclsImage>,
    /// SCRAM credentials.
    pub scram: Arc<ScramImage>,
    /// Delegation tokens.
    pub delegation_tokens: Arc<DelegationTokensImage>,
}

impl MetadataImage {
    /// The image of a log without records.
    pub fn empty() -> Self {
        Self {
            provenance: MetadataProvenance::EMPTY,
            features: Arc::default(),
            cluster: ClusterImage::default(),
            topics: TopicsImage::default(),
            configs: ConfigurationsImage::default(),
            client_quotas: Arc::default(),
            producer_ids: ProducerIdsImage::default(),
            acls: Arc::default(),
            scram: Arc::default(),
            delegation_tokens: Arc::default(),
        }
    }
}

impl Default for MetadataImage {
    fn default() -> Self {
        Self::empty()
    }
}
