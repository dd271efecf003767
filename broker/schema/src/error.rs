//! What can be wrong with a schema file.

use std::path::PathBuf;

use thiserror::Error;

/// Why the schemas could not be read.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not JSON of the expected shape.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A message contradicts itself.
    #[error("{message}: {problem}")]
    Invalid {
        /// Name of the message.
        message: String,
        /// What contradicts.
        problem: String,
    },
    /// A generated file is not what the generator writes.
    #[error("{0} is stale: run `cargo codegen`")]
    Stale(PathBuf),
}

impl SchemaError {
    pub(crate) fn invalid(message: &str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            message: message.to_owned(),
            problem: problem.into(),
        }
    }
}
