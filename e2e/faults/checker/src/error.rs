//! Why a history cannot be judged: it cannot be read, a line is no event, or a partition holds more than fits.

/// A history that gets no verdict.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file cannot be read.
    #[error("the history cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// A line is not an event.
    #[error("line {line} of the history is no event: {source}")]
    Line {
        /// Counted from one.
        line: u64,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// One partition has more records than the limit lets be held at once.
    #[error("{topic}-{partition} has {records} records in the history, more than the limit of {limit}")]
    TooLarge {
        /// Topic of the partition.
        topic: String,
        /// Its number.
        partition: i32,
        /// Sends and reads of it.
        records: u64,
        /// The limit.
        limit: u64,
    },
}
