//! What can be wrong: with the log's bytes, with an append, and with the quorum itself.

use broker_codec::EncodeError;
use broker_codec::batch::BatchError;
use broker_metadata::LogFormatError;
use broker_metadata::metadata_log::SnapshotId;
use broker_model::{BrokerId, LeaderEpoch, Offset};
use thiserror::Error;

/// Bytes that are no continuation of the metadata log.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LogError {
    /// A batch is damaged.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A control record is damaged or unknown.
    #[error(transparent)]
    Control(#[from] LogFormatError),
    /// A batch covers no offsets, or fewer than it has records.
    #[error("a batch reaches from offset {base_offset} to {next_offset}")]
    Span {
        /// Where it begins.
        base_offset: Offset,
        /// Where the next one would begin.
        next_offset: Offset,
    },
    /// A batch does not begin where the log ends.
    #[error("a batch begins at offset {base_offset}, but the log ends at {log_end}")]
    Gap {
        /// Where the batch begins.
        base_offset: Offset,
        /// Where the log ends.
        log_end: Offset,
    },
    /// The log is not one that the snapshot is the past of.
    #[error("the log does not hold what the snapshot of {end_offset} records up to epoch {epoch} stands for")]
    OtherSnapshot {
        /// Where the snapshot ends.
        end_offset: Offset,
        /// Epoch of its last record.
        epoch: i32,
    },
    /// A batch is of an older epoch than the record before it, or of a newer one than the quorum's.
    #[error(
        "a batch at offset {base_offset} is of epoch {epoch}; the log is at {latest}, the quorum at {quorum}"
    )]
    Epoch {
        /// Where the batch begins.
        base_offset: Offset,
        /// Its epoch.
        epoch: LeaderEpoch,
        /// Epoch of the record before it.
        latest: LeaderEpoch,
        /// Epoch of the quorum.
        quorum: LeaderEpoch,
    },
}

/// Why the leader's log does not take a batch.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AppendError {
    /// This node does not lead in that epoch; whoever decided the records decided on an old state.
    #[error("node {node} does not lead epoch {expected}; the quorum is at epoch {epoch}")]
    NotLeader {
        /// This node.
        node: BrokerId,
        /// Epoch that the caller believes in.
        expected: LeaderEpoch,
        /// Epoch of the quorum.
        epoch: LeaderEpoch,
    },
    /// Control records are written by the quorum alone.
    #[error("a batch of control records is the quorum's own")]
    ControlRecords,
    /// The bytes are not one whole batch.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The quorum's rules are broken: this node must stop, because what it does next could lose what was committed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RaftError {
    /// Two leaders in one epoch.
    #[error("epoch {epoch} has the leaders {known} and {claimed}")]
    TwoLeaders {
        /// The epoch.
        epoch: LeaderEpoch,
        /// Leader that this node knows.
        known: BrokerId,
        /// Leader that a peer names.
        claimed: BrokerId,
    },
    /// The leader's log does not hold what is committed.
    #[error("leader {leader} wants the log cut to {to}, below the high watermark {high_watermark}")]
    TruncationOfCommitted {
        /// The leader.
        leader: BrokerId,
        /// Where it wants the log cut.
        to: Offset,
        /// What is committed.
        high_watermark: Offset,
    },
    /// The log does not take what the leader sent, or what is on disk.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A control record of ours cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A snapshot was installed or trimmed to that this node did not ask for or does not have.
    #[error("snapshot {0} was not expected")]
    UnexpectedSnapshot(SnapshotId),
}

impl From<LogFormatError> for RaftError {
    fn from(error: LogFormatError) -> Self {
        Self::Log(error.into())
    }
}
