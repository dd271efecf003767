//! What a member of the metadata quorum keeps on disk: its log, its snapshots and `quorum-state`, over the file system
//! that it is given.
//!
//! It decides nothing: what is appended, cut, committed and fetched is the quorum's (`broker_raft`), what the records
//! mean the controller's, when a snapshot is taken whoever drives it. Invariant: an error of the device is never taken
//! for damage of a file.

mod error;
mod metadata_log;
mod quorum_state_file;
mod snapshots;
#[cfg(test)]
mod tests;

pub use error::MetadataLogError;
pub use metadata_log::{
    MetadataLog, MetadataLogOptions, OpenedMetadataLog, SnapshotPolicy, metadata_folder, metadata_partition,
};
pub use snapshots::{SnapshotWriter, Snapshots};
