//! Reading from a partition for a fetch.
//!
//! Under the lock a read is an index lookup; its slice is fetched later, by the handler, outside of it.

use broker_model::{
    BrokerEpoch, BrokerId, HighWatermark, IsolationLevel, LastStableOffset, LeaderEpoch, LogStartOffset,
    MonotonicMs, Offset,
};
use broker_replication::fetch::{FetchPartition, PartitionAllowance, ReplicaKey, SharedHistory};
use broker_replication::{
    DivergingEpoch, Eligibility, FenceError, FollowerFetch, Given, Partition, PartitionReadError,
};
use broker_storage::{
    AbortedTransaction, FetchIsolation, LogSlice, MinOneBatch, ReadError, ReadLimits, UnifiedLog,
};

use super::partition_handle::{FetchWaker, LookupError, NotAskable, PartitionHandle};
use crate::remote_log_manager::WantedRecords;

use super::{ReplicaManager, ThrottledReplica, ThrottledSide, WantedIsr, wanted_isr};

/// For whom a fetch reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFor {
    /// A consumer.
    Consumer(ConsumerReader),
    /// A broker that follows.
    Follower(FollowerReader),
}

/// A consumer that fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerReader {
    /// What it may see of transactions.
    pub isolation: IsolationLevel,
    /// Whether a replica that follows may answer (KIP-392).
    pub from_followers: FromFollowers,
    /// Brokers nearer to it than the leader.
    pub near: Vec<BrokerId>,
}

/// Whether a consumer may read from a replica that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromFollowers {
    /// It may.
    Allowed,
    /// Its protocol knows leaders only.
    No,
}

/// A broker that fetches as a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowerReader {
    /// Which.
    pub id: BrokerId,
    /// The epoch in which it is registered, if it says so.
    pub epoch: Option<BrokerEpoch>,
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
    /// The client knows another leader.
    Fenced(FenceError),
    /// The partition has no answer.
    Refused(PartitionReadError),
    /// There is no partition to ask.
    Missing(LookupError),
    /// The consumer had better read from that replica (KIP-392).
    Elsewhere {
        /// Which.
        replica: BrokerId,
        /// Where the log stands.
        at: PartitionFetch,
    },
    /// The position is outside of what the log knows of epochs.
    OutOfRange,
    /// The records are in the remote tier only, and are not what was copied there, or this broker has no remote tier.
    Unreadable,
    /// The records are in the remote tier only.
    Tiered(TieredFetch),
}

/// What is to be read from the remote tier.
#[derive(Debug)]
pub struct TieredFetch {
    /// The partition.
    pub key: ReplicaKey,
    /// Which records, up to which bound and how many.
    pub wanted: WantedRecords,
    /// Where the log stands.
    pub at: PartitionFetch,
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

impl PartitionFetch {
    fn without_records(log: &UnifiedLog) -> Self {
        Self {
            records: LogSlice::default(),
            aborted: None,
            high_watermark: log.high_watermark(),
            last_stable_offset: log.last_stable_offset(),
            log_start: log.log_start(),
        }
    }
}

impl ReplicaManager {
    /// Reads one partition of a fetch within its allowance.
    pub fn fetch_one(
        &self,
        handle: &PartitionHandle,
        wanted: &FetchPartition,
        allowance: PartitionAllowance,
        read_for: &ReadFor,
        now: MonotonicMs,
    ) -> FetchOutcome {
        let limits = limits_of(allowance, read_for);
        let epoch = wanted.current_leader_epoch;
        let outcome = match read_for {
            ReadFor::Consumer(reader) => {
                if reader.from_followers == FromFollowers::Allowed
                    && let Some(outcome) = read_as_follower(handle, wanted, limits)
                {
                    return outcome;
                }
                handle.with_leader_of(epoch, |partition| consume(partition, wanted, limits, reader))
            }
            ReadFor::Follower(reader) => {
                let listed = self.throttles.of(ThrottledSide::Leader, handle.id(), reader.id);
                let followed = handle.with_leader_of(epoch, |partition| {
                    let is_in_sync = partition.in_sync().committed().contains(&reader.id);
                    let throttle = listed.filter(|_| !is_in_sync);
                    let limits = throttled(limits, throttle, now);
                    let reader = (*reader, self.eligible.eligibility(reader));
                    let (outcome, proposal) = follow(partition, wanted, limits, reader, now);
                    if let (Some(throttle), FetchOutcome::Read(read)) = (throttle, &outcome) {
                        throttle.spend(read.records.size(), now);
                    }
                    (outcome, proposal)
                });
                followed.map(|(outcome, proposal)| {
                    if let Some(wanted) = proposal {
                        self.isr_proposals().add(wanted);
                    }
                    outcome
                })
            }
        };
        outcome.unwrap_or_else(|error| match error {
            NotAskable::Lookup(error) => FetchOutcome::Missing(error),
            NotAskable::Fenced(error) => FetchOutcome::Fenced(error),
        })
    }
}

/// Reads from a replica that follows, up to the high watermark that it knows; none if it does not follow.
fn read_as_follower(
    handle: &PartitionHandle,
    wanted: &FetchPartition,
    limits: ReadLimits,
) -> Option<FetchOutcome> {
    let read = handle.with_follower(|follower| {
        let fence = FenceError::check(
            follower.id(),
            follower.leader_epoch(),
            wanted.current_leader_epoch,
        );
        match fence {
            Ok(()) => match read(follower.log(), wanted, limits) {
                // The leader serves what is remote, and sends no consumer here for it. Who comes all the same has not
                // heard that this broker leads no more: told that his offset is gone, he would begin anew elsewhere.
                FetchOutcome::Refused(PartitionReadError::Read(ReadError::LocalStartsAt { .. })) => {
                    FetchOutcome::Missing(LookupError::NotLeader)
                }
                outcome => outcome,
            },
            Err(error) => FetchOutcome::Fenced(error),
        }
    });
    read.ok()
}

/// Reads for a consumer, unless another replica had better.
fn consume(
    partition: &Partition<FetchWaker>,
    wanted: &FetchPartition,
    limits: ReadLimits,
    reader: &ConsumerReader,
) -> FetchOutcome {
    let log = partition.log();
    // No follower's local part begins behind the end of the remote one.
    let remote_end = log.remote_end().unwrap_or(log.local_log_start().offset());
    let is_everywhere = wanted.fetch_offset >= remote_end;
    if !reader.near.is_empty()
        && is_everywhere
        && let Some(replica) = partition.preferred_follower(wanted.fetch_offset, &reader.near)
    {
        let at = PartitionFetch::without_records(partition.log());
        return FetchOutcome::Elsewhere { replica, at };
    }
    match read(log, wanted, limits) {
        FetchOutcome::Refused(PartitionReadError::Read(ReadError::LocalStartsAt { requested, .. })) => {
            FetchOutcome::Tiered(TieredFetch {
                key: ReplicaKey {
                    topic: partition.topic_id(),
                    partition: partition.index(),
                },
                wanted: WantedRecords {
                    from: requested,
                    upper: log.upper_bound(limits.upper),
                    limits,
                },
                at: PartitionFetch::without_records(log),
            })
        }
        outcome => outcome,
    }
}

fn limits_of(allowance: PartitionAllowance, read_for: &ReadFor) -> ReadLimits {
    let upper = match read_for {
        ReadFor::Consumer(reader) => match reader.isolation {
            IsolationLevel::ReadUncommitted => FetchIsolation::HighWatermark,
            IsolationLevel::ReadCommitted => FetchIsolation::TxnCommitted,
        },
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

/// Nothing for a replica that has had its share.
fn throttled(limits: ReadLimits, throttle: Option<ThrottledReplica<'_>>, now: MonotonicMs) -> ReadLimits {
    match throttle.and_then(|throttle| throttle.held_until(now)) {
        None => limits,
        Some(_) => ReadLimits {
            max_bytes: 0,
            min_one: MinOneBatch::No,
            ..limits
        },
    }
}

/// Reads for a follower, and takes note of where it is.
fn follow(
    partition: &mut Partition<FetchWaker>,
    wanted: &FetchPartition,
    limits: ReadLimits,
    (reader, eligibility): (FollowerReader, Eligibility),
    now: MonotonicMs,
) -> (FetchOutcome, Option<WantedIsr>) {
    let outcome = read(partition.log(), wanted, limits);
    let FetchOutcome::Read(read) = &outcome else {
        return (outcome, None);
    };
    let given = match read.records.is_empty() {
        true => Given::Nothing,
        false => Given::Records,
    };
    let fetch = FollowerFetch {
        follower: reader.id,
        broker_epoch: reader.epoch,
        fetch_offset: wanted.fetch_offset,
        log_start: wanted.log_start,
        given,
        now,
    };
    match partition.fetched_by(&fetch, eligibility) {
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

fn read(log: &UnifiedLog, wanted: &FetchPartition, limits: ReadLimits) -> FetchOutcome {
    match SharedHistory::of(log, wanted) {
        SharedHistory::Unknown => return FetchOutcome::OutOfRange,
        SharedHistory::Parts(DivergingEpoch { epoch, end_offset }) => {
            return FetchOutcome::Diverged {
                epoch,
                end_offset,
                at: PartitionFetch::without_records(log),
            };
        }
        SharedHistory::Agrees => {}
    }
    match log.read(wanted.fetch_offset, limits) {
        Ok(read) => FetchOutcome::Read(PartitionFetch {
            records: read.records,
            aborted: read.aborted,
            high_watermark: read.high_watermark,
            last_stable_offset: read.last_stable_offset,
            log_start: read.log_start,
        }),
        Err(error) => FetchOutcome::Refused(error.into()),
    }
}
