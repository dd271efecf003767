//! A refusal as a client sees it.

use broker_protocol::ErrorCode;
use thiserror::Error;

/// Code and reason of a refused request, or of a refused part of one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {}", message.as_deref().unwrap_or_else(|| code.message()))]
pub struct ApiError {
    /// The code on the wire.
    pub code: ErrorCode,
    /// What is wrong, for humans; `None` where the code says all.
    pub message: Option<String>,
}

impl ApiError {
    /// A refusal with its reason.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: Some(message.into()),
        }
    }

    /// A refusal whose code says all.
    pub const fn bare(code: ErrorCode) -> Self {
        Self { code, message: None }
    }

    /// A refusal with the general message of its code.
    pub fn general(code: ErrorCode) -> Self {
        Self::new(code, code.message())
    }

    /// `INVALID_REQUEST` with its reason.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }
}
