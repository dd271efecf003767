//! What an append is told and what it answers.

use broker_model::{LeaderEpoch, LogStartOffset, Now, Offset, Timestamp};

use crate::log::flush::WriteBack;

/// Who appends; decides which checks apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: everything is checked.
    Client,
    /// A group or transaction coordinator of this broker: control batches are allowed, sequences not checked.
    Coordinator,
    /// The leader of the metadata quorum: offsets and epoch are those of the batches.
    RaftLeader,
    /// A follower copies from its leader: offsets and epoch are those of the batches.
    Replication,
}

/// The circumstances of an append.
#[derive(Clone, Copy, Debug)]
pub struct AppendContext {
    /// Epoch of the leader that appends; stamped into the batches.
    pub leader_epoch: LeaderEpoch,
    /// Who appends.
    pub origin: AppendOrigin,
    /// The time of the append.
    pub now: Now,
    /// API version of the Produce request, which bounds the codecs it may use; `None` without a request.
    pub request_version: Option<i16>,
}

/// Whether an append wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The batches are in the log now.
    Appended,
    /// The batch was in the log already; the offsets and timestamp are those of the first time (KIP-98).
    Duplicate,
    /// Every batch was dropped: a follower was sent batches of a later epoch than it asked for.
    Nothing,
}

/// What an append did.
#[derive(Debug)]
pub struct LogAppendInfo {
    /// Whether it wrote.
    pub outcome: AppendOutcome,
    /// Offset of the first record.
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Largest timestamp of the records.
    pub max_timestamp: Timestamp,
    /// The broker's time when the topic stamps by it (LogAppendTime) or the batch is a duplicate, else -1.
    pub log_append_time: Timestamp,
    /// Where the log starts.
    pub log_start: LogStartOffset,
    /// Records appended.
    pub record_count: u32,
    /// Bytes appended.
    pub size: usize,
    /// Whether a segment was closed, which should be flushed soon.
    pub rolled: bool,
    /// Work for the write-back thread.
    pub write_back: Option<WriteBack>,
}
