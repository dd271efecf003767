//! Reading from a partition for a fetch.
//!
//! Under the lock a read is an index lookup; its slice is fetched later, by the handler, outside of it.

use broker_model::{
    BrokerEpoch, BrokerId, HighWatermark, IsolationLevel, LastStableOffset, LeaderEpoch, LogStartOffset,
    MonotonicMs, Offset,
};
use broker_replication::fetch::{FetchPartition, PartitionAllowance};
use broker_replication::{Eligibility, FenceError, FollowerFetch, Partition, PartitionReadError};
use broker_storage::{AbortedTransaction, FetchIsolation, LogSlice, MinOneBatch, ReadLimits};

use super::partition_handle::{FetchWaker, LookupError, PartitionHandle};
use super::{ReplicaManager, WantedIsr, wanted_isr};

/// For whom a fetch reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFor {
    /// A consumer with this isolation.
    Consumer(IsolationLevel),
    /// A broker that follows.
    Follower(FollowerReader),
}

/// A broker that fetches as a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowerReader {
    /// Which.
    pub id: BrokerId,
    /// The epoch in which it is registered, if it says so.
    pub epoch: Option<BrokerEpoch>,
    /// Whether the metadata let it join in-sync sets.
    pub eligibility: Eligibility,
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

impl ReplicaManager {
    /// Reads one partition of a fetch within its allowance.
    pub fn fetch_one(
        &self,
        handle: &PartitionHandle,
        wanted: &FetchPartition,
        allowance: PartitionAllowance,
        read_for: ReadFor,
        now: MonotonicMs,
    ) -> FetchOutcome {
        let limits = limits_of(allowance, read_for);
        let ReadFor::Follower(reader) = read_for else {
            return handle
                .with(|partition| read(partition, wanted, limits))
                .unwrap_or_else(FetchOutcome::Missing);
        };
        let followed = handle.with(|partition| follow(partition, wanted, limits, reader, now));
        let (outcome, proposal) = followed.unwrap_or_else(|error| (FetchOutcome::Missing(error), None));
        if let Some(wanted) = proposal {
            self.isr_proposals().add(wanted);
        }
        outcome
    }
}

fn limits_of(allowance: PartitionAllowance, read_for: ReadFor) -> ReadLimits {
    let upper = match read_for {
        ReadFor::Consumer(IsolationLevel::ReadUncommitted) => FetchIsolation::HighWatermark,
        ReadFor::Consumer(IsolationLevel::ReadCommitted) => FetchIsolation::TxnCommitted,
        ReadFor::Follower(_) => FetchIsolation::LogEnd,
    };
    let (max_bytes, min_one) = match allowance {
        PartitionAllowance::AtLeastOneBatch { max_bytes } => (max_bytes, MinOneBatch::Yes),
        PartitionAllowance::AtMost { max_bytes } => (max_bytes, MinOneBatch::No),
        PartitionAllowance::Nothing => (0, MinOneBatch::No),
    };
    ReadLimits {
        max_bytes,
        upper,
        min_one,
    }
}

/// Reads for a follower, and takes note of where it is.
fn follow(
    partition: &mut Partition<FetchWaker>,
    wanted: &FetchPartition,
    limits: ReadLimits,
    reader: FollowerReader,
    now: MonotonicMs,
) -> (FetchOutcome, Option<WantedIsr>) {
    let outcome = read(partition, wanted, limits);
    if !matches!(outcome, FetchOutcome::Read(_)) {
        return (outcome, None);
    }
    let fetch = FollowerFetch {
        follower: reader.id,
        broker_epoch: reader.epoch,
        fetch_offset: wanted.fetch_offset,
        log_start: wanted.log_start,
        now,
    };
    match partition.fetched_by(&fetch, reader.eligibility) {
        Ok(proposal) => (outcome, proposal.map(|proposal| wanted_isr(partition, proposal))),
        Err(stranger) => {
            let not_followed = FenceError::NotLeader {
                partition: stranger.partition,
            };
            let refused = PartitionReadError::Fenced(not_followed);
            (FetchOutcome::Refused(refused), None)
        }
    }
}

fn read(partition: &Partition<FetchWaker>, wanted: &FetchPartition, limits: ReadLimits) -> FetchOutcome {
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
