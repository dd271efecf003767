//! Why a file of objects cannot be run, in words that name the next step.

use std::io;
use std::path::PathBuf;

use broker_client::ClientError;

/// A file that is not run, or a cluster that does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LaptopError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not hold what can be run.
    #[error("{}: {message}", path.display())]
    Objects {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and how to put it right.
        message: String,
    },
    /// The folder with the data is not one of these.
    #[error("{}: {message}", path.display())]
    Places {
        /// The file in it that tells.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A node could not be prepared, does not start, or ended.
    #[error("node {id}: {message}")]
    Node {
        /// The node.
        id: i32,
        /// What it said last.
        message: String,
    },
    /// The active controller refuses, or there is none.
    #[error("the active controller refuses {call}: {message}")]
    Admin {
        /// What was asked.
        call: &'static str,
        /// What it said.
        message: String,
    },
    /// The brokers refuse or do not answer.
    #[error(transparent)]
    Kafka(#[from] ClientError),
    /// The system refused a process, a folder or the standard output.
    #[error("the system refused a process, a folder or the standard output: {0}")]
    System(#[from] io::Error),
}
