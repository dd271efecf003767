//! The one place where an error of the crates below becomes a Kafka error code.
//!
//! Every match is exhaustive, so that a new error does not compile before someone has decided what clients see.
//! Errors that close the connection are in `dispatch::CloseConnection` and have no code.

use broker_codec::compression::CompressionError;
use broker_protocol::ErrorCode;
use broker_replication::fetch::FetchSessionError;
use broker_replication::{FenceError, LeaderAppendError, PartitionReadError};
use broker_storage::{AppendError, DeleteRecordsError, ReadError, StorageError, ValidationError};

use crate::replica_manager::{LookupError, NotAskable, ProduceError};

/// The code that clients see for an error.
pub trait ToErrorCode {
    /// The code; never [`ErrorCode::None`].
    fn error_code(&self) -> ErrorCode;
}

impl ToErrorCode for FetchSessionError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::IdNotFound(_) => ErrorCode::FetchSessionIdNotFound,
            Self::InvalidEpoch { .. } => ErrorCode::InvalidFetchSessionEpoch,
            Self::TopicIdMismatch(_) => ErrorCode::FetchSessionTopicIdError,
        }
    }
}

impl ToErrorCode for LookupError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::UnknownTopic | Self::UnknownPartition => ErrorCode::UnknownTopicOrPartition,
            Self::UnknownTopicId => ErrorCode::UnknownTopicId,
            Self::Offline => ErrorCode::KafkaStorageError,
            Self::NotLeader => ErrorCode::NotLeaderOrFollower,
        }
    }
}

impl ToErrorCode for FenceError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Fenced { .. } => ErrorCode::FencedLeaderEpoch,
            Self::Unknown { .. } => ErrorCode::UnknownLeaderEpoch,
            Self::NotLeader { .. } => ErrorCode::NotLeaderOrFollower,
        }
    }
}

impl ToErrorCode for NotAskable {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Lookup(error) => error.error_code(),
            Self::Fenced(error) => error.error_code(),
        }
    }
}

impl ToErrorCode for StorageError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::LogDirectoryFailed { .. } | Self::LogDirectoryOffline { .. } | Self::DiskFull { .. } => {
                ErrorCode::KafkaStorageError
            }
            Self::Damaged { .. } => ErrorCode::CorruptMessage,
        }
    }
}

impl ToErrorCode for ReadError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Storage(error) => error.error_code(),
            Self::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
            Self::LocalStartsAt { .. } => ErrorCode::OffsetMovedToTieredStorage,
        }
    }
}

impl ToErrorCode for PartitionReadError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Fenced(error) => error.error_code(),
            Self::Read(error) => error.error_code(),
        }
    }
}

impl ToErrorCode for ValidationError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::NotOneBatch(_) | Self::InvalidRecord(_) | Self::MissingKeys { .. } => {
                ErrorCode::InvalidRecord
            }
            Self::Corrupt(_) => ErrorCode::CorruptMessage,
            Self::TooLarge { .. } => ErrorCode::MessageTooLarge,
            Self::UnsupportedCompression => ErrorCode::UnsupportedCompressionType,
            Self::Compression(CompressionError::TooLarge { .. }) => ErrorCode::MessageTooLarge,
            // Kafka's own answer to a payload that does not unpack.
            Self::Compression(_) => ErrorCode::UnknownServerError,
            Self::InvalidTimestamp { .. } => ErrorCode::InvalidTimestamp,
        }
    }
}

impl ToErrorCode for AppendError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Storage(error) => error.error_code(),
            Self::Invalid(error) => error.error_code(),
            Self::MalformedBatch { .. } => ErrorCode::CorruptMessage,
            Self::EmptyRecordSet | Self::UnexpectedOffset { .. } => ErrorCode::InvalidRecord,
            Self::RecordTooLarge { .. } => ErrorCode::MessageTooLarge,
            Self::RecordSetTooLarge { .. } => ErrorCode::RecordListTooLarge,
            Self::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
            Self::InvalidProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            Self::TransactionCoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
            Self::OffsetsExhausted { .. } => ErrorCode::KafkaStorageError,
        }
    }
}

impl ToErrorCode for LeaderAppendError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Fenced(error) => error.error_code(),
            Self::NotEnoughReplicas { .. } => ErrorCode::NotEnoughReplicas,
            Self::Append(error) => error.error_code(),
        }
    }
}

impl ToErrorCode for ProduceError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Lookup(error) => error.error_code(),
            // As on a full disk (ADR 7): every client tries that again.
            Self::DiskBudget => ErrorCode::KafkaStorageError,
            Self::Append(error) => error.error_code(),
        }
    }
}

impl ToErrorCode for DeleteRecordsError {
    fn error_code(&self) -> ErrorCode {
        match self {
            Self::Storage(error) => error.error_code(),
            Self::BeyondHighWatermark { .. } => ErrorCode::OffsetOutOfRange,
        }
    }
}
