//! The bytes of the metadata log: its partition, its batches, its snapshots and the files beside them (KIP-595,
//! KIP-630, KIP-853).
//!
//! Everything here is a function from bytes to values or back; no file is opened. Layout on disk:
//! ```text
//! <metadata.log.dir>/meta.properties
//! <metadata.log.dir>/bootstrap.checkpoint                                  of older formats; read, never written
//! <metadata.log.dir>/__cluster_metadata-0/00000000000000000000.log …       batches, as of any partition
//!                                         00000000000000000000-0000000000.checkpoint   what `format` writes
//!                                         <end offset>-<epoch>.checkpoint  snapshots
//!                                         quorum-state                     who leads, in which epoch
//! ```

mod batch;
mod checkpoint;
mod control;
mod quorum_state;
mod snapshot_id;

use broker_model::{TopicId, Uuid};

pub use batch::{
    BatchStamp, LogBatch, MetadataBatch, control_records, read_batches, records_batch, written_version,
};
pub use checkpoint::{Checkpoint, CheckpointHead, read_checkpoint, write_checkpoint};
pub use control::{ControlRecord, LeaderChange, Voter, VoterEndpoint, control_batch};
pub use quorum_state::QuorumState;
pub use snapshot_id::SnapshotId;

/// Name of the topic that is the metadata log.
pub const CLUSTER_METADATA_TOPIC: &str = "__cluster_metadata";

/// Id of that topic, the same in every cluster.
pub const CLUSTER_METADATA_TOPIC_ID: TopicId =
    TopicId::new(Uuid::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));

/// File that formats before KIP-853 leave in the metadata directory.
pub const BOOTSTRAP_CHECKPOINT: &str = "bootstrap.checkpoint";

/// File that says who leads the quorum.
pub const QUORUM_STATE: &str = "quorum-state";

#[cfg(test)]
mod tests;
