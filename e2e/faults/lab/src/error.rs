//! Why the lab cannot go on. A fault that the cluster does not stand is no error: it is a row of the table.

use std::io;

/// The lab itself failed, or a cluster did not come up in its time.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Files, processes, sockets.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A system call.
    #[error(transparent)]
    System(#[from] rustix::io::Errno),
    /// librdkafka refuses.
    #[error("librdkafka: {0}")]
    Rdkafka(#[from] rdkafka::error::KafkaError),
    /// A call of the lab's own client.
    #[error(transparent)]
    Client(#[from] broker_client::ClientError),
    /// The history is not one.
    #[error(transparent)]
    History(#[from] history_checker::HistoryError),
    /// A program that the lab needs failed.
    #[error("{program} failed: {said}")]
    Program {
        /// What was run.
        program: String,
        /// What it printed.
        said: String,
    },
    /// Something did not happen in time.
    #[error("{what} did not happen within {seconds} s")]
    TooLate {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
    },
    /// A process is not there or cannot be told apart.
    #[error("{0}")]
    Unusable(String),
    /// The machine lacks what a fault needs.
    #[error("not exercised: {0}")]
    Missing(String),
}
