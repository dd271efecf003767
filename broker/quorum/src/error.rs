//! Why the metadata log cannot be read or written.

use std::path::PathBuf;

use broker_metadata::LogFormatError;
use broker_model::Offset;
use broker_storage::{AppendError, ReadError, StorageError};

/// The metadata log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MetadataLogError {
    /// The log cannot be opened, or cut.
    #[error(transparent)]
    Open(#[from] broker_storage::LoadError),
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A batch was not appended.
    #[error("metadata records were not appended: {0}")]
    Append(#[from] AppendError),
    /// The log cannot be read back.
    #[error("the metadata log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// Bytes of the log are damaged, or a record cannot be written.
    #[error("the metadata log holds what cannot be read: {0}")]
    Format(#[from] LogFormatError),
    /// Records contradict each other.
    #[error("the metadata log contradicts itself: {0}")]
    Replay(#[from] broker_metadata::LoadError),
    /// Batches do not continue one another.
    #[error("the metadata log is broken: {0}")]
    Broken(#[from] broker_raft::LogError),
    /// The quorum's rules are broken.
    #[error("the metadata quorum cannot go on: {0}")]
    Quorum(#[from] broker_raft::RaftError),
    /// Committed records are gone.
    #[error(
        "the metadata log in {} ends at offset {log_end}, but everything before {committed} had been committed and \
         written: its end is lost. Restore the directory, or format it anew and let this node join the others again",
        folder.display()
    )]
    Lost {
        /// Folder of the log.
        folder: PathBuf,
        /// Where the log ends.
        log_end: Offset,
        /// Up to where it was committed on this device.
        committed: Offset,
    },
    /// Something between the newest snapshot and the log is missing.
    #[error(
        "the metadata log in {} begins at offset {log_start}, but no snapshot that can be read ends there or \
         behind it: a snapshot file is missing",
        folder.display()
    )]
    Gap {
        /// Folder of the log.
        folder: PathBuf,
        /// First offset of the log.
        log_start: Offset,
    },
}
