//! One partition that is led here: facts in, verdict out.
//!
//! Owns the log, the epoch in which this broker leads, the in-sync replicas, what is known of the followers, and the
//! requests that wait. Invariants: an append happens only in the epoch of this leader and, with acks=all, only while
//! enough replicas are in sync (I2); the high watermark is the smallest log end of the in-sync replicas and never
//! moves back (I7). What followers do to it is in `followers`. Bytes on disk are `broker-storage`'s; the lock around
//! a partition is the server's.

mod follower_state;
mod followers;
mod in_sync_replicas;
#[cfg(test)]
mod tests;

pub use follower_state::{FollowerFetch, FollowerState, Given};
pub use followers::{Eligibility, NotAReplica, ProduceProgress};
pub use in_sync_replicas::{InSyncReplicas, IsrAnswer, IsrProposal};

use std::collections::VecDeque;
use std::sync::Arc;

use broker_model::{
    Acks, BrokerId, LeaderEpoch, LogStartOffset, MonotonicMs, Now, Offset, PartitionIndex, TopicId,
    TopicPartition,
};
use broker_storage::{
    AppendContext, AppendOrigin, AppendOutcome, DeleteRecordsError, LogAppendInfo, LogRead, OffsetQuery,
    ReadLimits, StorageError, TimestampAndOffset, UnifiedLog,
};
use bytes::Bytes;

use crate::error::{FenceError, LeaderAppendError, PartitionReadError};
use crate::purgatory::{DelayedFetch, DelayedProduce, ProduceWatchers, Wake, WatcherList};

/// Who leads a partition, as the controller registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// Epoch in which this broker leads.
    pub leader_epoch: LeaderEpoch,
    /// Replicas that have everything that was acknowledged.
    pub in_sync: InSyncReplicas,
    /// The other brokers that hold the partition.
    pub followers: Vec<BrokerId>,
}

/// The configurations that a leader acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicationSettings {
    /// `min.insync.replicas` of the topic.
    pub min_in_sync_replicas: usize,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_max_ms: u64,
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
    /// Bytes that a packed batch may unpack to before the append is refused.
    pub unpack_max: usize,
}

/// A partition that this broker leads.
#[derive(Debug)]
pub struct Partition<W> {
    log: UnifiedLog,
    leader_epoch: LeaderEpoch,
    in_sync: InSyncReplicas,
    followers: Vec<FollowerState>,
    settings: ReplicationSettings,
    /// Ends and sizes of appends that the high watermark has not passed.
    appends: VecDeque<(Offset, i64)>,
    /// Where the log ended when this broker took the lead.
    epoch_start: Offset,
    /// Epoch in which this broker took the lead that it has had without a break since.
    leading_since: LeaderEpoch,
    /// Fetches of consumers, which wait for the high watermark.
    fetches: WatcherList<W>,
    /// Fetches of followers, which wait for the log end.
    follower_fetches: WatcherList<W>,
    produces: ProduceWatchers<W>,
}

impl<W: Wake> Partition<W> {
    /// Takes the lead over `log`.
    pub fn lead(
        mut log: UnifiedLog,
        leadership: Leadership,
        settings: ReplicationSettings,
        now: MonotonicMs,
    ) -> Self {
        log.assign_leader_epoch(leadership.leader_epoch);
        let unknown = |id: &BrokerId| FollowerState::new(*id, now);
        let mut partition = Self {
            epoch_start: log.log_end().offset(),
            log,
            leader_epoch: leadership.leader_epoch,
            leading_since: leadership.leader_epoch,
            in_sync: leadership.in_sync,
            followers: leadership.followers.iter().map(unknown).collect(),
            settings,
            appends: VecDeque::new(),
            follower_fetches: WatcherList::default(),
            fetches: WatcherList::default(),
            produces: ProduceWatchers::default(),
        };
        partition.maybe_increment_high_watermark(now);
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
        self.leader_epoch
    }

    /// Epoch in which this broker took the lead. While it is the same, nothing that was appended here was cut.
    pub fn leading_since(&self) -> LeaderEpoch {
        self.leading_since
    }

    /// Whether the high watermark is known to be that of the cluster: until it has reached the start of this leader's
    /// epoch, followers may know of a higher one (KIP-207).
    pub fn knows_high_watermark(&self) -> bool {
        self.log.high_watermark().offset() >= self.epoch_start
    }

    /// Who is in sync.
    pub fn in_sync(&self) -> &InSyncReplicas {
        &self.in_sync
    }

    /// Takes over changed settings.
    pub fn set_settings(&mut self, settings: ReplicationSettings, now: MonotonicMs) {
        self.settings = settings;
        self.maybe_increment_high_watermark(now);
    }

    /// The log, for questions.
    pub fn log(&self) -> &UnifiedLog {
        &self.log
    }

    /// The log, for maintenance: retention, flush, cleaning, configs.
    pub fn log_mut(&mut self) -> &mut UnifiedLog {
        &mut self.log
    }

    /// Gives the log back, waking every request that waits.
    pub fn resign(mut self) -> UnifiedLog {
        self.finish_all();
        self.log
    }

    /// Takes over what the controller decided; a newer epoch wakes every request that waits.
    pub fn set_leadership(&mut self, leadership: Leadership, now: MonotonicMs) {
        if leadership.leader_epoch > self.leader_epoch {
            self.log.assign_leader_epoch(leadership.leader_epoch);
            self.leader_epoch = leadership.leader_epoch;
            self.epoch_start = self.log.log_end().offset();
            self.finish_all();
            self.in_sync.begin_term();
        }
        self.followers
            .retain(|follower| leadership.followers.contains(&follower.id()));
        for id in leadership.followers {
            if !self.followers.iter().any(|follower| follower.id() == id) {
                self.followers.push(FollowerState::new(id, now));
            }
        }
        self.forget_left_out(&leadership.in_sync);
        self.in_sync.replace(leadership.in_sync);
        self.maybe_increment_high_watermark(now);
    }

    /// Who is taken out of the in-sync set is not waited for to join it again, until its next fetch says that it may:
    /// it was fenced, or it lags.
    fn forget_left_out(&mut self, in_sync: &InSyncReplicas) {
        if in_sync.partition_epoch() <= self.in_sync.partition_epoch() {
            return;
        }
        for follower in &mut self.followers {
            let was_in = self.in_sync.committed().contains(&follower.id());
            if was_in && !in_sync.committed().contains(&follower.id()) {
                follower.set_eligibility(Eligibility::Ineligible);
            }
        }
    }

    fn finish_all(&mut self) {
        self.fetches.finish_all();
        self.follower_fetches.finish_all();
        self.produces.finish_all();
    }

    /// Compares the epoch that a client knows with this leader's; a client that names none is not checked (KIP-320).
    ///
    /// # Errors
    /// When the client knows an older or a newer leader.
    pub fn check_leader_epoch(&self, requested: Option<LeaderEpoch>) -> Result<(), FenceError> {
        FenceError::check(self.id(), self.leader_epoch, requested)
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
        let required = self.required_in_sync();
        let in_sync = self.in_sync.len();
        if append.acks == Acks::All && in_sync < required {
            return Err(LeaderAppendError::NotEnoughReplicas {
                partition: self.id().clone(),
                in_sync,
                required,
            });
        }
        let context = AppendContext {
            leader_epoch: self.leader_epoch,
            origin: append.origin,
            now: append.now,
            request_version: append.request_version,
        };
        let info = self
            .log
            .append_as_leader_unpacking(records, context, append.unpack_max)?;
        if info.outcome == AppendOutcome::Appended {
            let size = i64::try_from(info.size).unwrap_or(i64::MAX);
            self.remember_append(self.log.log_end().offset(), size);
            self.follower_fetches.more_readable(size);
            self.maybe_increment_high_watermark(append.now.monotonic);
        }
        Ok(info)
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

    /// Parks a consumer's fetch here until more is readable.
    pub fn watch(&mut self, fetch: Arc<DelayedFetch<W>>) {
        self.fetches.watch(fetch);
    }

    /// Parks a follower's fetch here until more was appended.
    pub fn watch_log_end(&mut self, fetch: Arc<DelayedFetch<W>>) {
        self.follower_fetches.watch(fetch);
    }

    /// Parks a produce request here until its records are everywhere.
    pub fn watch_high_watermark(&mut self, produce: Arc<DelayedProduce<W>>) {
        self.produces.watch(produce);
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
