//! What a leader's answers do to the partitions that follow it here.
//!
//! Every change is made under the partition's lock and only while the partition stands where the leader was asked for:
//! whatever the metadata or an earlier answer changed meanwhile makes an answer void. Before a log is cut below what
//! a recovery would trust, the checkpoint of recovery points is written anew.

use std::sync::Arc;

use broker_model::{HighWatermark, LogStartOffset, MonotonicMs, Now, Offset};
use broker_replication::fetch::{FetchStep, ReplicaKey};
use broker_replication::{DivergingEpoch, FetchPosition, Follower, FollowerError, Truncation};
use broker_storage::{
    AppendError, CheckpointKind, DeleteRecordsError, LoadError, LogProgress, RemoteTail, StorageError,
};
use bytes::Bytes;

use super::ReplicaManager;
use super::partition_handle::PartitionHandle;
use super::throttles::ThrottledSide;

/// What a leader sent for one partition.
#[derive(Clone, Debug)]
pub struct FetchedFromLeader {
    /// Batches, or nothing.
    pub records: Bytes,
    /// The leader's high watermark.
    pub high_watermark: HighWatermark,
    /// Where the leader's log starts.
    pub log_start: LogStartOffset,
}

/// Why a log may have to be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The histories part (KIP-595).
    Diverging(DivergingEpoch),
    /// The leader does not have the offset that was asked for.
    OutOfRange {
        /// Where the leader's log starts.
        log_start: LogStartOffset,
        /// Where it ends.
        log_end: Offset,
    },
}

/// A partition with what was asked for it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Name of the partition.
    pub key: ReplicaKey,
    /// The partition.
    pub handle: Arc<PartitionHandle>,
    /// The position that the request named.
    pub position: FetchPosition,
}

enum CutOutcome {
    NeedsCheckpoint,
    Done(Truncation),
    Void,
}

impl ReplicaManager {
    /// Appends what the leader sent.
    pub fn take_fetched(&self, asked: &Asked, fetched: &FetchedFromLeader, now: Now) -> FetchStep {
        let begun = asked.handle.with_follower(|follower| {
            let base = follower.begins_before(&fetched.records, fetched.log_start);
            match base.filter(|_| follower.is_at(&asked.position)) {
                Some(base) => follower
                    .begin_at(base, now)
                    .map(|()| Some(follower.fetch_position())),
                None => Ok(None),
            }
        });
        let position = match begun {
            Ok(Ok(Some(position))) => {
                self.write_recovery_points();
                position
            }
            Ok(Ok(None)) => asked.position,
            Ok(Err(error)) => return failed(&asked.handle, &error),
            Err(_) => return FetchStep::Halt,
        };
        let taken = asked.handle.with_follower(|follower| {
            if !follower.is_at(&position) {
                return Ok((None, false));
            }
            let before = follower.log().high_watermark();
            let info = follower.append(&fetched.records, fetched.high_watermark, fetched.log_start, now)?;
            Ok((info, follower.log().high_watermark() > before))
        });
        match taken {
            Ok(Ok((info, is_more_committed))) => {
                if is_more_committed {
                    asked.handle.wake_readers();
                }
                if let Some(write_back) = info.and_then(|info| info.write_back) {
                    // When the thread is behind, the kernel's own write-back takes this range.
                    let _dropped = self.write_back.try_send(write_back);
                }
                self.taken(asked, fetched, now.monotonic)
            }
            Ok(Err(error)) => failed(&asked.handle, &error),
            Err(_) => FetchStep::Halt,
        }
    }

    /// Lets a follower begin where the remote part of its leader's log ends.
    pub fn begin_behind_remote(&self, asked: &Asked, tail: RemoteTail, now: Now) -> FetchStep {
        // A crash on the way must find a log that starts no later than the leader's.
        self.write_log_starts();
        let begun = asked.handle.with_follower(|follower| {
            if !follower.is_at(&asked.position) {
                return Ok(None);
            }
            let end = tail.end;
            follower
                .log_mut()
                .start_behind_remote(tail, now)
                .map(|()| Some(end))
        });
        match begun {
            Ok(Ok(Some(end))) => {
                self.write_recovery_points();
                self.write_log_starts();
                tracing::info!(partition = %asked.handle.id(), from = %asked.position.fetch_offset, %end,
                    "log begins behind what its leader has in the remote tier only");
                FetchStep::Taken
            }
            Ok(Ok(None)) => FetchStep::Taken,
            Ok(Err(error)) => failed(&asked.handle, &FollowerError::Storage(error)),
            Err(_) => FetchStep::Halt,
        }
    }

    /// What is next for a replica that took over an answer: a listed one that is behind waits when its share is used up.
    fn taken(&self, asked: &Asked, fetched: &FetchedFromLeader, now: MonotonicMs) -> FetchStep {
        let is_behind = asked.position.fetch_offset < fetched.high_watermark.offset();
        let listed = self
            .throttles
            .of(ThrottledSide::Follower, asked.handle.id(), self.node_id);
        let Some(throttle) = listed.filter(|_| is_behind) else {
            return FetchStep::Taken;
        };
        throttle.spend(fetched.records.len(), now);
        match throttle.held_until(now) {
            None => FetchStep::Taken,
            Some(until) => FetchStep::HoldBack { until },
        }
    }

    /// Until when a replica that was held back waits on, because others have used its share up meanwhile.
    pub fn held_until(&self, handle: &PartitionHandle, now: MonotonicMs) -> Option<MonotonicMs> {
        let listed = self
            .throttles
            .of(ThrottledSide::Follower, handle.id(), self.node_id);
        listed.and_then(|throttle| throttle.held_until(now))
    }

    /// Cuts logs back to where they agree with the leader's. Answers what is next for each, in order.
    pub fn cut(&self, cuts: &[(Asked, Cut)], now: Now) -> Vec<FetchStep> {
        let lowered = cuts
            .iter()
            .filter(|(asked, cut)| lower_recovery_point(asked, *cut));
        if lowered.count() > 0 {
            self.write_recovery_points();
        }
        cuts.iter()
            .map(|(asked, cut)| self.cut_one(asked, *cut, now))
            .collect()
    }

    fn cut_one(&self, asked: &Asked, cut: Cut, now: Now) -> FetchStep {
        loop {
            let done = asked.handle.with_follower(|follower| {
                if !follower.is_at(&asked.position) {
                    return Ok(CutOutcome::Void);
                }
                let target = target_of(follower, cut);
                if follower.log_mut().lower_recovery_point(target) {
                    return Ok(CutOutcome::NeedsCheckpoint);
                }
                let truncation = match cut {
                    Cut::Diverging(diverging) => follower.truncate(diverging, now),
                    Cut::OutOfRange { log_start, log_end } => follower.out_of_range(log_start, log_end, now),
                };
                truncation.map(CutOutcome::Done)
            });
            let partition = asked.handle.id();
            match done {
                // A flush came in between.
                Ok(Ok(CutOutcome::NeedsCheckpoint)) => self.write_recovery_points(),
                Ok(Ok(CutOutcome::Void)) => return FetchStep::Taken,
                Ok(Ok(CutOutcome::Done(Truncation::None))) => {
                    let is_pointless = matches!(cut, Cut::OutOfRange { .. });
                    return if is_pointless {
                        FetchStep::TryLater
                    } else {
                        FetchStep::Taken
                    };
                }
                Ok(Ok(CutOutcome::Done(truncation))) => {
                    let (asked_from, epoch) =
                        (asked.position.fetch_offset, asked.position.current_leader_epoch);
                    tracing::info!(%partition, %asked_from, %epoch, ?cut, ?truncation, "log was cut to agree with its leader's");
                    return FetchStep::Taken;
                }
                Ok(Err(error)) => return failed(&asked.handle, &error),
                Err(_) => return FetchStep::Halt,
            }
        }
    }

    fn write_recovery_points(&self) {
        let handles = self.partitions();
        let progress = handles
            .iter()
            .filter_map(|handle| handle.with_log(|log| log.progress()).ok());
        let progress: Vec<LogProgress> = progress.collect();
        for error in self
            .logs()
            .write_checkpoints(CheckpointKind::RecoveryPoint, &progress)
        {
            tracing::error!(%error, "checkpoint of recovery points cannot be written");
        }
    }
}

fn target_of(follower: &Follower, cut: Cut) -> Offset {
    match cut {
        Cut::Diverging(diverging) => follower.agreed_end(diverging),
        Cut::OutOfRange { log_end, .. } => log_end,
    }
}

fn lower_recovery_point(asked: &Asked, cut: Cut) -> bool {
    let lowered = asked.handle.with_follower(|follower| {
        let target = target_of(follower, cut);
        follower.is_at(&asked.position) && follower.log_mut().lower_recovery_point(target)
    });
    lowered == Ok(true)
}

/// A failed directory takes the partition offline; everything else may be over at the next try.
fn failed(handle: &PartitionHandle, error: &FollowerError) -> FetchStep {
    let partition = handle.id();
    let storage = match error {
        FollowerError::Append(AppendError::Storage(error))
        | FollowerError::Truncate(LoadError::Storage(error))
        | FollowerError::Storage(error)
        | FollowerError::LogStart(DeleteRecordsError::Storage(error)) => Some(error),
        _ => None,
    };
    let is_lost = matches!(
        storage,
        Some(StorageError::LogDirectoryFailed { .. } | StorageError::LogDirectoryOffline { .. })
    );
    if is_lost {
        tracing::error!(%partition, %error, "log directory failed while its leader was followed");
        handle.take_offline();
        return FetchStep::Halt;
    }
    tracing::warn!(%partition, %error, "what the leader sent cannot be taken over; it is asked again");
    FetchStep::TryLater
}
