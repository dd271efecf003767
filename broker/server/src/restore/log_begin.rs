//! Lets a log begin behind its remote part, and go on at an offset that was never given.
//!
//! Invariant: whoever begins a log of one plan, and however often it was interrupted, comes to the same bytes; so every
//! replica has the same beginning.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_codec::compression::CompressionError;
use broker_metadata::{BegunPartition, UnreadableBegin};
use broker_model::{HighWatermark, LeaderEpoch, LogStartOffset, Now, Offset};
use broker_storage::{AppendError, EpochEntry, RemoteTail, StorageError, UnifiedLog};

/// A log cannot begin where it should.
#[derive(Debug, thiserror::Error)]
pub enum LogBeginError {
    /// Nobody can tell where that is.
    #[error(transparent)]
    Unreadable(#[from] UnreadableBegin),
    /// The file system fails.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The log does not take what it begins with.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A batch without records cannot be made.
    #[error(transparent)]
    Batch(#[from] CompressionError),
}

/// Where a log begins.
#[derive(Debug)]
pub(crate) struct LogBegin<'a> {
    pub(crate) log_start: Offset,
    pub(crate) remote_end: Offset,
    pub(crate) resume: Offset,
    pub(crate) leader_epoch: LeaderEpoch,
    pub(crate) epochs: &'a [EpochEntry],
}

impl LogBegin<'_> {
    /// Lets an empty log begin.
    pub(crate) fn apply(&self, log: &mut UnifiedLog, now: Now) -> Result<(), LogBeginError> {
        let tail = RemoteTail {
            log_start: LogStartOffset::at(self.log_start),
            end: self.remote_end,
            epochs: self.epochs.to_vec(),
            // What they sent last is lost; one that still runs goes on with whatever number it is at.
            producers: Vec::new(),
        };
        log.start_behind_remote(tail, now)?;
        self.leave_out(log, now)
    }

    /// Goes over offsets that were given before with batches that hold no record, as a cleaner leaves them.
    fn leave_out(&self, log: &mut UnifiedLog, now: Now) -> Result<(), LogBeginError> {
        loop {
            let end = log.log_end().offset();
            let left = self.resume.since(end);
            if left <= 0 {
                return Ok(());
            }
            let options = BatchOptions {
                base_offset: end,
                leader_epoch: self.leader_epoch,
                ..BatchOptions::default()
            };
            let mut nothing = BatchBuilder::new(options);
            nothing.set_last_offset_delta(i32::try_from(left - 1).unwrap_or(i32::MAX - 1));
            let batch = nothing.build()?;
            log.append_as_follower(&batch, self.leader_epoch, now)?;
        }
    }
}

/// Lets a log of a topic that came from another cluster's bucket begin, or goes on with that; one that has begun is left
/// alone.
pub(crate) fn begin_here(
    log: &mut UnifiedLog,
    begun: &BegunPartition,
    now: Now,
) -> Result<(), LogBeginError> {
    let begin = LogBegin {
        log_start: begun.begin.log_start,
        remote_end: begun.begin.remote_end,
        resume: begun.begin.resume,
        leader_epoch: begun.leader_epoch,
        epochs: &[],
    };
    if log.config().remote_storage_enable {
        // A crash may have kept from the disk that the log starts before its files do.
        log.start_in_remote(LogStartOffset::at(begin.log_start));
    }
    let end = log.log_end().offset();
    if end >= begin.resume {
        return Ok(());
    }
    match end < begin.remote_end {
        true => begin.apply(log, now)?,
        false => begin.leave_out(log, now)?,
    }
    log.update_high_watermark(HighWatermark::at(log.log_end().offset()));
    Ok(())
}
