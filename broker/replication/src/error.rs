//! What a partition refuses, by operation. The Kafka error codes are chosen in the server's error mapping.

use broker_model::{LeaderEpoch, TopicPartition};
use broker_storage::{AppendError, ReadError};

/// The request names another epoch than this leader's (KIP-320).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FenceError {
    /// The client knows an older leader (FENCED_LEADER_EPOCH).
    #[error("{partition} is led in epoch {current}, the request names the older {requested}")]
    Fenced {
        /// The partition.
        partition: TopicPartition,
        /// Epoch in the request.
        requested: LeaderEpoch,
        /// Epoch of this leader.
        current: LeaderEpoch,
    },
    /// The client knows a newer leader than this broker does (UNKNOWN_LEADER_EPOCH).
    #[error("{partition} is led in epoch {current}, the request names the newer {requested}")]
    Unknown {
        /// The partition.
        partition: TopicPartition,
        /// Epoch in the request.
        requested: LeaderEpoch,
        /// Epoch of this leader.
        current: LeaderEpoch,
    },
    /// This broker does not lead the partition (NOT_LEADER_OR_FOLLOWER).
    #[error("{partition} is not led here")]
    NotLeader {
        /// The partition.
        partition: TopicPartition,
    },
}

impl FenceError {
    /// Compares the epoch that a client knows with the current one; a client that names none is not checked (KIP-320).
    ///
    /// # Errors
    /// When the client knows an older or a newer leader.
    pub fn check(
        partition: &TopicPartition,
        current: LeaderEpoch,
        requested: Option<LeaderEpoch>,
    ) -> Result<(), Self> {
        match requested {
            Some(requested) if requested < current => Err(Self::Fenced {
                partition: partition.clone(),
                requested,
                current,
            }),
            Some(requested) if requested > current => Err(Self::Unknown {
                partition: partition.clone(),
                requested,
                current,
            }),
            _ => Ok(()),
        }
    }
}

/// A leader does not append.
#[derive(Debug, thiserror::Error)]
pub enum LeaderAppendError {
    /// The epoch does not fit.
    #[error(transparent)]
    Fenced(#[from] FenceError),
    /// Fewer replicas are in sync than `min.insync.replicas` asks for (NOT_ENOUGH_REPLICAS).
    #[error("{partition} has {in_sync} replicas in sync and needs {required}")]
    NotEnoughReplicas {
        /// The partition.
        partition: TopicPartition,
        /// Replicas in sync.
        in_sync: usize,
        /// Replicas that must be.
        required: usize,
    },
    /// The log refuses the records.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// A leader does not read.
#[derive(Debug, thiserror::Error)]
pub enum PartitionReadError {
    /// The epoch does not fit.
    #[error(transparent)]
    Fenced(#[from] FenceError),
    /// The log has no answer.
    #[error(transparent)]
    Read(#[from] ReadError),
}
