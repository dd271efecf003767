//! The words of the system: ids, offsets, epochs, times and sizes, each its own type.
//!
//! Decides nothing and owns no state. A value of one type never becomes a value of another without a named
//! conversion, so that a log start offset cannot be passed where a local log start offset is meant.
//! No serde, no formats, no logic over ten lines: those live in `codec` and above.

mod epoch;
mod id;
mod isolation;
mod offset;
mod producer;
mod time;
mod topic;
mod uuid;

pub use epoch::{BrokerEpoch, ControllerEpoch, CoordinatorEpoch, LeaderEpoch, PartitionEpoch};
pub use id::{BrokerId, ClusterId, DirectoryId, GenerationId, MemberId, PartitionIndex, TopicId};
pub use isolation::{Acks, CompressionType, IsolationLevel, TimestampType};
pub use offset::{
    HighWatermark, LastStableOffset, LocalLogStartOffset, LogEndOffset, LogStartOffset, Offset, RecoveryPoint,
};
pub use producer::{ProducerEpoch, ProducerId, Sequence};
pub use time::{MonotonicMs, Now, Timestamp};
pub use topic::TopicPartition;
pub use uuid::{ParseUuidError, Uuid};
