//! Reading from a partition for a fetch.
//!
//! Under the lock a read is an index lookup; its slice is fetched later, by the handler, outside of it.

use broker_model::{HighWatermark, IsolationLevel, LastStableOffset, LeaderEpoch, LogStartOffset, Offset};
use broker_replication::fetch::{FetchPartition, PartitionAllowance};
use broker_replication::{FenceError, PartitionReadError};
use broker_storage::{AbortedTransaction, FetchIsolation, LogSlice, MinOneBatch, ReadLimits};

use super::partition_handle::{LookupError, PartitionHandle};

/// For whom a fetch reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFor {
    /// A consumer with this isolation.
    Consumer(IsolationLevel),
    /// A broker that is no replica of the partition.
    UnknownReplica,
}

/// What a fetch gets of one partition, its bytes not yet fetched.
#[derive(Debug)]
pub enum FetchOutcome {
    /// Records, perhaps none, and where the log stands.
    Read(PartitionFetch),
    /// The follower's history parts from the leader's here (KIP-595).
    Diverged {
        /// Largest epoch that both may have.
        epoch: LeaderEpoch,
        /// Where that epoch ends.
        end_offset: Offset,
        /// Where the log stands.
        at: PartitionFetch,
    },
    /// The client knows another leader; with the epoch of this one.
    Fenced(FenceError, LeaderEpoch),
    /// The partition has no answer.
    Refused(PartitionReadError),
    /// There is no partition to ask.
    Missing(LookupError),
    /// The position is outside of what the log knows of epochs.
    OutOfRange,
}

/// What a partition returns.
#[derive(Debug)]
pub struct PartitionFetch {
    /// The records, not yet fetched.
    pub records: LogSlice,
    /// For read_committed: aborted transactions among the records.
    pub aborted: Option<Vec<AbortedTransaction>>,
    /// Where consumers may read to.
    pub high_watermark: HighWatermark,
    /// Where read_committed consumers may read to.
    pub last_stable_offset: LastStableOffset,
    /// Where the log starts.
    pub log_start: LogStartOffset,
}

/// Reads one partition of a fetch within its allowance.
pub fn fetch_one(
    handle: &PartitionHandle,
    wanted: &FetchPartition,
    allowance: PartitionAllowance,
    read_for: ReadFor,
) -> FetchOutcome {
    let upper = match read_for {
        ReadFor::Consumer(IsolationLevel::ReadUncommitted) => FetchIsolation::HighWatermark,
        ReadFor::Consumer(IsolationLevel::ReadCommitted) => FetchIsolation::TxnCommitted,
        ReadFor::UnknownReplica => {
            let partition = handle.id().clone();
            let refused = PartitionReadError::Fenced(FenceError::NotLeader { partition });
            return FetchOutcome::Refused(refused);
        }
    };
    let (max_bytes, min_one) = match allowance {
        PartitionAllowance::AtLeastOneBatch { max_bytes } => (max_bytes, MinOneBatch::Yes),
        PartitionAllowance::AtMost { max_bytes } => (max_bytes, MinOneBatch::No),
        PartitionAllowance::Nothing => (0, MinOneBatch::No),
    };
    let limits = ReadLimits {
        max_bytes,
        upper,
        min_one,
    };
    handle
        .with(|partition| read(partition, wanted, limits))
        .unwrap_or_else(FetchOutcome::Missing)
}

fn read(
    partition: &broker_replication::Partition<super::FetchWaker>,
    wanted: &FetchPartition,
    limits: ReadLimits,
) -> FetchOutcome {
    let read = match partition.read(wanted.fetch_offset, limits, wanted.current_leader_epoch) {
        Ok(read) => read,
        Err(PartitionReadError::Fenced(error)) => {
            return FetchOutcome::Fenced(error, partition.leader_epoch());
        }
        Err(error) => return FetchOutcome::Refused(error),
    };
    let mut fetch = PartitionFetch {
        records: read.records,
        aborted: read.aborted,
        high_watermark: read.high_watermark,
        last_stable_offset: read.last_stable_offset,
        log_start: read.log_start,
    };
    let Some(last_fetched) = wanted.last_fetched_epoch else {
        return FetchOutcome::Read(fetch);
    };
    match partition.log().offset_for_leader_epoch(last_fetched) {
        None => FetchOutcome::OutOfRange,
        Some((epoch, end_offset)) if epoch < last_fetched || end_offset < wanted.fetch_offset => {
            fetch.records = LogSlice::default();
            FetchOutcome::Diverged {
                epoch,
                end_offset,
                at: fetch,
            }
        }
        Some(_) => FetchOutcome::Read(fetch),
    }
}
