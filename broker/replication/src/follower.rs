//! One partition that follows a leader elsewhere: what to fetch, what to append, what to cut.
//!
//! Owns the log and the leader's name and epoch. Invariants: nothing is appended that the leader of this epoch did
//! not send; a history that parted from the leader's is cut back to where both agree before anything is appended
//! (KIP-101, KIP-279, KIP-595 for the answer in Fetch); the high watermark follows the leader's and never exceeds the
//! own log end (I7). Connections, sessions and waiting are the server's.
//!
//! Worked example: as leader of epoch 1 this broker wrote up to 12 and died; broker 2 leads epoch 2 from 10 on. This
//! broker fetches from 12 with last epoch 1. The leader answers that its epoch 1 ends at 10. Both agree up to 10, so
//! 10 and 11 are cut, which nobody acknowledged, and the next fetch is from 10.

use broker_codec::batch::batches;
use broker_model::{
    BrokerId, HighWatermark, LeaderEpoch, LogStartOffset, Now, Offset, TopicId, TopicPartition,
};
use broker_storage::{AppendError, DeleteRecordsError, LoadError, LogAppendInfo, StorageError, UnifiedLog};
use bytes::Bytes;

/// What the leader says when histories part: the largest epoch of its own that is not above the follower's last one,
/// and where that ends in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DivergingEpoch {
    /// The epoch.
    pub epoch: LeaderEpoch,
    /// Where that epoch ends in the leader's log.
    pub end_offset: Offset,
}

/// From where a follower fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchPosition {
    /// The next offset that it wants.
    pub fetch_offset: Offset,
    /// Epoch of the last batch that it has; none of an empty log.
    pub last_fetched_epoch: Option<LeaderEpoch>,
    /// The epoch of the leader that it follows.
    pub current_leader_epoch: LeaderEpoch,
    /// Where its log starts.
    pub log_start: LogStartOffset,
}

/// What was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// Nothing: the end was the right one.
    None,
    /// The log ends at this offset now.
    To(Offset),
    /// Everything was: the leader has nothing of it any more, and the log begins at this offset.
    Restarted(Offset),
}

/// A follower could not do what its leader's answer asks.
#[derive(Debug, thiserror::Error)]
pub enum FollowerError {
    /// The batches do not continue the log, or cannot be written.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log cannot be cut.
    #[error(transparent)]
    Truncate(#[from] LoadError),
    /// The file system failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The log start cannot follow the leader's.
    #[error(transparent)]
    LogStart(#[from] DeleteRecordsError),
}

/// A partition that follows.
#[derive(Debug)]
pub struct Follower {
    log: UnifiedLog,
    leader: BrokerId,
    leader_epoch: LeaderEpoch,
    /// Where the log started when it began anew before that; none once it starts there again.
    start_before: Option<LogStartOffset>,
}

impl Follower {
    /// Follows `leader` in its epoch with this log.
    pub fn new(log: UnifiedLog, leader: BrokerId, leader_epoch: LeaderEpoch) -> Self {
        Self {
            log,
            leader,
            leader_epoch,
            start_before: None,
        }
    }

    /// Which partition it is.
    pub fn id(&self) -> &TopicPartition {
        self.log.partition()
    }

    /// Identity of its topic.
    pub fn topic_id(&self) -> TopicId {
        self.log.topic_id()
    }

    /// Who leads; [`BrokerId::NONE`] while nobody does.
    pub fn leader(&self) -> BrokerId {
        self.leader
    }

    /// In which epoch.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.leader_epoch
    }

    /// The log, for questions.
    pub fn log(&self) -> &UnifiedLog {
        &self.log
    }

    /// The log, for maintenance: retention, flush, cleaning, configs.
    pub fn log_mut(&mut self) -> &mut UnifiedLog {
        &mut self.log
    }

    /// Gives the log back, to lead with it or to close it.
    pub fn into_log(self) -> UnifiedLog {
        self.log
    }

    /// Follows another leader, or the same one in a newer epoch; answers whether anything changed.
    pub fn follow(&mut self, leader: BrokerId, leader_epoch: LeaderEpoch) -> bool {
        let is_newer =
            leader_epoch > self.leader_epoch || (leader_epoch == self.leader_epoch && leader != self.leader);
        if is_newer {
            self.leader = leader;
            self.leader_epoch = leader_epoch;
        }
        is_newer
    }

    /// From where to fetch next.
    pub fn fetch_position(&self) -> FetchPosition {
        FetchPosition {
            fetch_offset: self.log.log_end().offset(),
            last_fetched_epoch: self.log.latest_epoch(),
            current_leader_epoch: self.leader_epoch,
            log_start: self.log.log_start(),
        }
    }

    /// Whether this is still where the leader was asked for: an answer to anything else is void.
    pub fn is_at(&self, asked: &FetchPosition) -> bool {
        asked.current_leader_epoch == self.leader_epoch && asked.fetch_offset == self.log.log_end().offset()
    }

    /// Appends what the leader sent, if anything, and follows its high watermark and log start.
    ///
    /// # Errors
    /// When the batches do not continue the log, or cannot be written.
    pub fn append(
        &mut self,
        records: &Bytes,
        high_watermark: HighWatermark,
        leader_log_start: LogStartOffset,
        now: Now,
    ) -> Result<Option<LogAppendInfo>, FollowerError> {
        let appended = match records.is_empty() {
            true => None,
            false => Some(self.log.append_as_follower(records, self.leader_epoch, now)?),
        };
        // A leader that crashed may have forgotten what was deleted, and that it was committed; who knows of it does not.
        let before = self.start_before.take();
        let committed = before.map_or(high_watermark.offset(), |start| {
            start.offset().max(high_watermark.offset())
        });
        let reachable = committed.min(self.log.log_end().offset());
        let target = HighWatermark::at(reachable);
        if target > self.log.high_watermark() {
            self.log.update_high_watermark(target);
        }
        self.follow_log_start(before.map_or(leader_log_start, |start| start.max(leader_log_start)))?;
        Ok(appended)
    }

    /// Where the log would have to begin to take these records, if that is before where it ends now: the leader's log
    /// starts inside of a batch, and this one is empty there, or holds only what the leader deleted.
    ///
    /// Worked example: the leader of epoch 3 wrote the batch 71-75 and deleted what is before 72, so that its epoch 0 ends
    /// at 72. A follower whose own epoch 0 goes on to 138 is cut to 72, and is sent 71-75: it begins anew at 71.
    pub fn begins_before(&self, records: &Bytes, leader_log_start: LogStartOffset) -> Option<Offset> {
        let end = self.log.log_end().offset();
        let first = batches(records).next()?.ok()?;
        let (base, next) = (first.header().base_offset, first.header().next_offset());
        let is_inside = base < end && end < next;
        let is_empty = end == self.log.local_log_start().offset();
        let holds_nothing_more = is_empty || end == leader_log_start.offset();
        (is_inside && holds_nothing_more).then_some(base)
    }

    /// Lets the log begin there, empty. The new recovery point is to be in the directory's checkpoint before anything is
    /// appended: recovery would take a torn batch below the old one for damage of what was durable.
    ///
    /// # Errors
    /// When the log cannot begin anew.
    pub fn begin_at(&mut self, base: Offset, now: Now) -> Result<(), FollowerError> {
        self.start_before = Some(self.log.log_start());
        Ok(self.log.truncate_fully_and_start_at(base, now)?)
    }

    /// Records below the leader's log start were deleted on purpose; nobody may read them here either.
    fn follow_log_start(&mut self, leader_log_start: LogStartOffset) -> Result<(), FollowerError> {
        let reachable = leader_log_start.offset().min(self.log.high_watermark().offset());
        if reachable > self.log.log_start().offset() {
            self.log.maybe_increment_log_start_offset(reachable)?;
        }
        Ok(())
    }

    /// Cuts the log back to where it agrees with the leader's.
    ///
    /// # Errors
    /// When the log cannot be cut.
    pub fn truncate(&mut self, diverging: DivergingEpoch, now: Now) -> Result<Truncation, FollowerError> {
        self.truncate_to(self.agreed_end(diverging), now)
    }

    /// Where the log is cut when the leader says this.
    pub fn agreed_end(&self, diverging: DivergingEpoch) -> Offset {
        // Of the largest own epoch that is not above the leader's, the shorter history counts. If it is a smaller one
        // than the leader's, the next fetch finds out whether that is shared.
        let own_end = match self.log.offset_for_leader_epoch(diverging.epoch) {
            Some((_, own_end)) => own_end,
            None => self.log.log_end().offset(),
        };
        own_end.min(diverging.end_offset)
    }

    fn truncate_to(&mut self, target: Offset, now: Now) -> Result<Truncation, FollowerError> {
        match self.log.truncate_to(target, now)? {
            true => Ok(Truncation::To(self.log.log_end().offset())),
            false => Ok(Truncation::None),
        }
    }

    /// The leader does not have the offset that was asked for: its log ends before, or it begins behind.
    ///
    /// # Errors
    /// When the log cannot be cut.
    pub fn out_of_range(
        &mut self,
        leader_log_start: LogStartOffset,
        leader_log_end: Offset,
        now: Now,
    ) -> Result<Truncation, FollowerError> {
        if leader_log_end < self.log.log_end().offset() {
            return self.truncate_to(leader_log_end, now);
        }
        let target = leader_log_start.offset();
        if target <= self.log.log_end().offset() {
            return Ok(Truncation::None);
        }
        self.log.truncate_fully_and_start_at(target, now)?;
        // What is before was deleted, and is in the remote tier no more than here.
        self.log.maybe_increment_log_start_offset(target)?;
        Ok(Truncation::Restarted(target))
    }
}

#[cfg(test)]
mod tests;
