//! A typed asynchronous client of Kafka's protocol: for the command line, for traffic between brokers, for tests.
//!
//! [`Connection`] is one socket: it agrees on versions when it opens and pipelines typed calls. [`Client`] is a
//! cluster: it finds brokers from a bootstrap list, remembers who leads what, sends each call where it belongs and
//! tries again where that can help. On top of it stand [`Producer`] and [`Fetcher`], [`Membership`] in groups,
//! offsets of logs and groups, and administration. What to read and when to commit is the caller's to decide.
//! Everything that fails says which host and API failed and what to try ([`ClientError`]).

mod accumulator;
mod admin;
mod back_off;
mod bootstrap;
mod by_leader;
mod cluster;
mod configs;
mod connection;
mod error;
mod fetch_request;
mod fetched;
mod fetcher;
mod group_offsets;
mod groups;
mod membership;
mod metadata_cache;
mod offsets;
mod options;
mod partitioner;
mod produce_request;
mod producer;
mod quorum;
mod range_assignor;
mod reassignments;
mod topics;
mod turn;
mod versions;

pub use accumulator::{Delivery, ProducerOptions, RecordToSend};
pub use admin::{ClusterBroker, ClusterDescription, LogDirDescription};
pub use bootstrap::Endpoint;
pub use cluster::{Client, Lane, TopicSelection};
pub use configs::{ConfigChange, ConfigEntry, ConfigOperation, ConfigResource, ConfigResourceType};
pub use connection::Connection;
pub use error::{Asked, ClientError};
pub use fetch_request::FetchOptions;
pub use fetched::{FetchedPartition, FetchedRecords};
pub use fetcher::Fetcher;
pub use group_offsets::{CommittedOffset, Committer};
pub use groups::{GroupDescription, GroupMember, ListedGroup};
pub use membership::{Membership, MembershipOptions, Standing};
pub use metadata_cache::{BrokerInfo, MetadataCache, PartitionInfo, TopicInfo};
pub use offsets::{ListedOffset, OffsetSpec};
pub use options::ClientOptions;
pub use partitioner::{StickyPartitioner, murmur2, partition_for_key};
pub use producer::Producer;
pub use quorum::{QuorumDescription, QuorumListener, QuorumReplica};
pub use reassignments::{ElectionKind, OngoingReassignment, PartitionOutcomes, Reassignment};
pub use topics::{CreatedTopic, NewTopic, Validation};
pub use versions::BrokerVersions;
