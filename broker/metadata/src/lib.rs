//! The records of the metadata log and what they add up to (KIP-631).
//!
//! [`MetadataRecord`] is one change, [`MetadataImage`] the state after all of them: immutable, cheap to keep and to
//! hand around, because its parts are shared. A [`MetadataDelta`] takes records onto an image and becomes the next
//! one; a record that is unknown, undecodable or contradicts the state is an error and never skipped, since two
//! nodes that skip different records no longer agree. [`metadata_log`] holds the bytes: record batches, control
//! records, snapshots and the files around them, all as functions from bytes to values and back. Who decides which
//! records are written is `broker-controller`; who moves the bytes is a driver in the server.

pub mod config_def;
mod deleted_topics;
mod delta;
mod error;
mod feature;
mod framing;
mod generated;
pub mod image;
mod internal_topic;
mod loader;
pub mod metadata_log;
mod metadata_version;
#[cfg(test)]
mod small_world;
mod snapshot;
mod topic_begin;
mod topic_name;

pub use deleted_topics::{
    DELETED_TOPIC_NAME, DeletedTopic, deleted_topic_resource, deleted_topics, is_marked_deleted,
    mark_removal, marked_topic,
};
pub use delta::{MetadataChanges, MetadataDelta, TopicChange, TopicFate};
pub use error::{ConfigError, LoadError, LogFormatError, ReplayError};
pub use feature::{Feature, KRAFT_VERSION_LEVEL, SUPPORTED_FEATURES, bootstrap_records, feature, names};
pub use generated::metadata_record::MetadataRecord;
pub use generated::*;
pub use image::{
    BrokerRegistration, ConfigResource, ConfigResourceType, ControllerRegistration, Endpoint,
    LeaderRecoveryState, MetadataImage, MetadataProvenance, PartitionRegistration, TopicImage,
};
pub use internal_topic::{
    GROUP_METADATA_TOPIC, SHARE_GROUP_STATE_TOPIC, TRANSACTION_STATE_TOPIC, is_internal_topic,
};
pub use loader::MetadataLoader;
pub use metadata_version::MetadataVersion;
pub use snapshot::image_records;
pub use topic_begin::{
    BegunPartition, PartitionBegin, TopicBegin, TopicSource, UnreadableBegin, begin_removal, begun_partition,
};
pub use topic_name::{TOPIC_NAME_LENGTH_MAX, is_legal_topic_name};
