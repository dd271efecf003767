//! Why a process ends by itself.

use broker_metadata::{LoadError as MetadataLoadError, LogFormatError};
use broker_quorum::MetadataLogError;
use broker_raft::{AppendError as RaftAppendError, RaftError};
use broker_replication::FollowerError;
use broker_storage::{AppendError, DeleteRecordsError, DirectoryError, LoadError, ReadError, StorageError};

/// The end of a process.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Its disk failed, which ends a node that has no other.
    Disk(String),
    /// A core contradicts itself or another: never right.
    Broken(String),
    /// It was told to stop, and has.
    Stopped,
}

impl From<StorageError> for Halt {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Damaged { .. } => Self::Broken(error.to_string()),
            _ => Self::Disk(error.to_string()),
        }
    }
}

impl From<LoadError> for Halt {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Storage(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<AppendError> for Halt {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Storage(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Storage(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<DeleteRecordsError> for Halt {
    fn from(error: DeleteRecordsError) -> Self {
        match error {
            DeleteRecordsError::Storage(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<FollowerError> for Halt {
    fn from(error: FollowerError) -> Self {
        match error {
            FollowerError::Append(error) => error.into(),
            FollowerError::Truncate(error) => error.into(),
            FollowerError::Storage(error) => error.into(),
            FollowerError::LogStart(error) => error.into(),
        }
    }
}

impl From<MetadataLogError> for Halt {
    fn from(error: MetadataLogError) -> Self {
        match error {
            MetadataLogError::Open(error) => error.into(),
            MetadataLogError::Storage(error) => error.into(),
            MetadataLogError::Append(error) => error.into(),
            MetadataLogError::Read(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<DirectoryError> for Halt {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Storage(error) => error.into(),
            DirectoryError::NoneLeft => Self::Disk(error.to_string()),
            other => Self::Broken(other.to_string()),
        }
    }
}

macro_rules! broken {
    ($($error:ty),*) => {
        $(impl From<$error> for Halt {
            fn from(error: $error) -> Self {
                Self::Broken(error.to_string())
            }
        })*
    };
}

broken!(RaftError, RaftAppendError, LogFormatError, MetadataLoadError);
