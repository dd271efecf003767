//! The one place where an error of the crates below becomes a Kafka error code.
//!
//! Every match is exhaustive, so that a new error does not compile before someone has decided what clients see.
//! Errors that close the connection are in `dispatch::CloseConnection` and have no code.

use broker_protocol::ErrorCode;
use broker_replication::fetch::FetchSessionError;

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
