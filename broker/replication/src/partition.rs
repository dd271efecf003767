//! One partition that is led here: facts in, verdict out.
//!
//! Owns the log, the epoch in which this broker leads, the in-sync replicas and the fetches that wait. Invariants:
//! an append happens only in the epoch of this leader and, with acks=all, only while enough replicas are in sync
//! (I2); the high watermark is the smallest log end of the in-sync replicas and never moves back (I7). Bytes on
//! disk are `broker-storage`'s; the lock around a partition is the server's.

mod in_sync_replicas;

pub use in_sync_replicas::InSyncReplicas;

use std::sync::Arc;

use broker_model::{
    Acks, HighWatermark, LeaderEpoch, LogStartOffset, Now, Offset, PartitionIndex, TopicId, TopicPartition,
};
use broker_storage::{
    AppendContext, AppendOrigin, AppendOutcome, DeleteRecordsError, LogAppendInfo, LogRead, OffsetQuery,
    ReadLimits, StorageError, TimestampAndOffset, UnifiedLog,
};
use bytes::Bytes;

use crate::error::{FenceError, LeaderAppendError, PartitionReadError};
use crate::purgatory::{DelayedFetch, Wake, WatcherList};

/// Who leads a partition, as the controller registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// Epoch in which this broker leads.
    pub leader_epoch: LeaderEpoch,
    /// Replicas that have everything that was acknowledged.
    pub in_sync: InSyncReplicas,
}

/// The circumstances of an append.
#[derive(Clone, Copy, Debug)]
pub struct LeaderAppend {
    /// Whom the producer waits for.
    pub acks: Acks,
    /// Who appends.
    pub origin: AppendOrigin,
    /// The time of the append.
    pub now: Now,
    /// Version of the Produce request, if one brought the records.
    pub request_version: Option<i16>,
    /// `min.insync.replicas` of the topic.
    pub min_in_sync_replicas: usize,
}

/// A partition that this broker leads.
#[derive(Debug)]
pub struct Partition<W> {
    log: UnifiedLog,
    leadership: Leadership,
    watchers: WatcherList<W>,
}

impl<W: Wake> Partition<W> {
    /// Takes the lead over `log`.
    pub fn lead(mut log: UnifiedLog, leadership: Leadership) -> Self {
        log.assign_leader_epoch(leadership.leader_epoch);
        let mut partition = Self {
            log,
            leadership,
            watchers: WatcherList::default(),
        };
        partition.maybe_increment_high_watermark();
        partition
    }

    /// Which partition it is.
    pub fn id(&self) -> &TopicPartition {
        self.log.partition()
    }

    /// Identity of its topic.
    pub fn topic_id(&self) -> TopicId {
        self.log.topic_id()
    }

    /// Number of the partition in its topic.
    pub fn index(&self) -> PartitionIndex {
        self.log.partition().partition
    }

    /// Epoch in which this broker leads.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.leadership.leader_epoch
    }

    /// The log, for questions.
    pub fn log(&self) -> &UnifiedLog {
        &self.log
    }

    /// The log, for maintenance: retention, flush, cleaning, configs.
    pub fn log_mut(&mut self) -> &mut UnifiedLog {
        &mut self.log
    }

    /// Gives the log back, waking every fetch that waits.
    pub fn resign(mut self) -> UnifiedLog {
        self.watchers.finish_all();
        self.log
    }

    /// Takes over what the controller decided; a newer epoch wakes every fetch that waits.
    pub fn set_leadership(&mut self, leadership: Leadership) {
        if leadership.leader_epoch > self.leadership.leader_epoch {
            self.log.assign_leader_epoch(leadership.leader_epoch);
            self.watchers.finish_all();
        }
        self.leadership = leadership;
        self.maybe_increment_high_watermark();
    }

    /// Compares the epoch that a client knows with this leader's; a client that names none is not checked (KIP-320).
    ///
    /// # Errors
    /// When the client knows an older or a newer leader.
    pub fn check_leader_epoch(&self, requested: Option<LeaderEpoch>) -> Result<(), FenceError> {
        let current = self.leadership.leader_epoch;
        match requested {
            Some(requested) if requested < current => Err(FenceError::Fenced {
                partition: self.id().clone(),
                requested,
                current,
            }),
            Some(requested) if requested > current => Err(FenceError::Unknown {
                partition: self.id().clone(),
                requested,
                current,
            }),
            _ => Ok(()),
        }
    }

    /// Appends what a producer or a coordinator sent, and wakes the fetches that can be answered now.
    ///
    /// # Errors
    /// When too few replicas are in sync or the log refuses the records; nothing was appended then.
    pub fn append_as_leader(
        &mut self,
        records: &Bytes,
        append: LeaderAppend,
    ) -> Result<LogAppendInfo, LeaderAppendError> {
        let required = self.leadership.in_sync.required(append.min_in_sync_replicas);
        let in_sync = self.leadership.in_sync.len();
        if append.acks == Acks::All && in_sync < required {
            return Err(LeaderAppendError::NotEnoughReplicas {
                partition: self.id().clone(),
                in_sync,
                required,
            });
        }
        let context = AppendContext {
            leader_epoch: self.leadership.leader_epoch,
            origin: append.origin,
            now: append.now,
            request_version: append.request_version,
        };
        let info = self.log.append_as_leader(records, context)?;
        if info.outcome == AppendOutcome::Appended && self.maybe_increment_high_watermark() {
            self.watchers.more_readable(info.size as i64);
        }
        Ok(info)
    }

    /// Moves the high watermark to where all in-sync replicas are; answers whether it moved.
    fn maybe_increment_high_watermark(&mut self) -> bool {
        if self.leadership.in_sync.len() != 1 {
            return false;
        }
        let (before, log_end) = (self.log.high_watermark(), self.log.log_end());
        let after = self
            .log
            .update_high_watermark(HighWatermark::at(log_end.offset()));
        debug_assert!(
            after >= before,
            "the high watermark moved back from {before} to {after}"
        );
        after > before
    }

    /// Reads for a client or a replica that knows `current_leader_epoch`.
    ///
    /// # Errors
    /// When the epoch does not fit or the offset is not readable here.
    pub fn read(
        &self,
        from: Offset,
        limits: ReadLimits,
        current_leader_epoch: Option<LeaderEpoch>,
    ) -> Result<LogRead, PartitionReadError> {
        self.check_leader_epoch(current_leader_epoch)?;
        Ok(self.log.read(from, limits)?)
    }

    /// Parks a fetch here until more is readable.
    pub fn watch(&mut self, fetch: Arc<DelayedFetch<W>>) {
        self.watchers.watch(fetch);
    }

    /// Answers where a timestamp or a special position is.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn offset_for_timestamp(
        &self,
        query: OffsetQuery,
    ) -> Result<Option<TimestampAndOffset>, StorageError> {
        self.log.offset_for_timestamp(query)
    }

    /// Moves the log start on request of a client; `None` means to the high watermark. Answers where it stands.
    ///
    /// # Errors
    /// When the offset is beyond the high watermark.
    pub fn delete_records(&mut self, before: Option<Offset>) -> Result<LogStartOffset, DeleteRecordsError> {
        let target = before.unwrap_or(self.log.high_watermark().offset());
        self.log.maybe_increment_log_start_offset(target)?;
        Ok(self.log.log_start())
    }
}
