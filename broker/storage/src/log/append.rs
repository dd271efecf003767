//! Appending record sets: as leader, who gives offsets, and as follower, who takes them as they are.
//!
//! The order of steps is what makes an append all or nothing: everything that can refuse comes first (form,
//! sizes, producer sequences), then the segment is rolled if need be, then one write puts all batches down, and
//! only then do the indexes, producers, epochs and the tail cache learn of them. A failed write is cut off again
//! before the error is answered.

use std::io::IoSlice;

use broker_model::{LeaderEpoch, LogEndOffset, Now, Timestamp};
use bytes::Bytes;

use crate::error::AppendError;
use crate::index::transaction_index::AbortedTransaction;
use crate::log::append_types::{AppendContext, AppendOrigin, AppendOutcome, LogAppendInfo};
use crate::log::control_marker::parse_end_marker;
use crate::log::log_validator::validate;
use crate::log::record_set::{self, PreparedBatch, StampedBatch};
use crate::log::roll::RollReason;
use crate::log::tail_cache::CachedBatch;
use crate::log::unified_log::UnifiedLog;
use crate::producer::append_check::{self, BatchIdentity, Verdict};
use crate::producer::producer_state_entry::BatchMetadata;
use crate::producer::producer_state_manager::{Membership, ProducerStateManager, TransactionOutcome};
use crate::segment::batch_view::BatchView;
use crate::segment::segment_rebuild::Checksums;

impl UnifiedLog {
    /// Appends a record set at the end, giving its records the next offsets.
    ///
    /// A batch that repeats one of its producer's last five is not written again; the answer carries the offset
    /// and timestamp of the first time.
    ///
    /// # Errors
    /// When the set is refused, nothing is written. With `LogDirectoryFailed` the directory is offline.
    pub fn append_as_leader(
        &mut self,
        records: &Bytes,
        context: AppendContext,
    ) -> Result<LogAppendInfo, AppendError> {
        self.append_as_leader_unpacking(records, context, usize::MAX)
    }

    /// As [`UnifiedLog::append_as_leader`], but refuses a packed batch that unpacks to more than `unpack_max` bytes:
    /// for a caller that has no time for it now and comes back when it has.
    ///
    /// # Errors
    /// As there; with a packed batch that is too large for now, `CompressionError::TooLarge` inside of `Invalid`.
    pub fn append_as_leader_unpacking(
        &mut self,
        records: &Bytes,
        context: AppendContext,
        unpack_max: usize,
    ) -> Result<LogAppendInfo, AppendError> {
        self.require_online()?;
        let batches = self.validated(records, &context, unpack_max)?;
        self.check_sizes(&batches)?;
        if let Some(duplicate) = self.check_producers(&batches, context.origin)? {
            return Ok(duplicate);
        }
        let mut next = self.markers.log_end.offset();
        let mut stamped = Vec::with_capacity(batches.len());
        for batch in batches {
            let batch = batch.stamp(next, context.leader_epoch);
            next = batch.view.next_offset();
            stamped.push(batch);
        }
        self.write(stamped, context.now)
    }

    /// Appends batches that a leader wrote, with their offsets and epochs.
    ///
    /// Batches of an epoch above `leader_epoch` are left out: the leader that was asked cannot have written them. So is
    /// a last batch that the answer's size cut off.
    ///
    /// # Errors
    /// When a batch does not continue the log, or cannot be written.
    pub fn append_as_follower(
        &mut self,
        records: &Bytes,
        leader_epoch: LeaderEpoch,
        now: Now,
    ) -> Result<LogAppendInfo, AppendError> {
        self.require_online()?;
        let whole = record_set::whole_batches(records);
        if whole.is_empty() {
            return Ok(self.nothing_appended());
        }
        let mut batches = record_set::split(&whole, Checksums::Compare)?;
        let known = batches
            .iter()
            .position(|batch| batch.view.leader_epoch > leader_epoch);
        batches.truncate(known.unwrap_or(batches.len()));
        if batches.is_empty() {
            return Ok(self.nothing_appended());
        }
        let mut expected = self.markers.log_end.offset();
        for batch in &batches {
            if batch.view.base_offset < expected {
                let log_end = LogEndOffset::at(expected);
                return Err(AppendError::UnexpectedOffset {
                    received: batch.view.base_offset,
                    log_end,
                });
            }
            expected = batch.view.next_offset();
        }
        self.check_producers(&batches, AppendOrigin::Replication)?;
        self.write(batches.into_iter().map(PreparedBatch::stamped).collect(), now)
    }

    /// The batches to append: what a producer sends is checked record by record, a coordinator is trusted.
    fn validated(
        &self,
        records: &Bytes,
        context: &AppendContext,
        unpack_max: usize,
    ) -> Result<Vec<PreparedBatch>, AppendError> {
        if context.origin != AppendOrigin::Client {
            return record_set::split(records, Checksums::Compare);
        }
        let mut rules = self.config.validation_rules(context.request_version);
        rules.unpacked_size_max = rules.unpacked_size_max.min(unpack_max);
        record_set::split(&validate(records, &rules, context.now.wall)?, Checksums::Trust)
    }

    fn check_sizes(&self, batches: &[PreparedBatch]) -> Result<(), AppendError> {
        let limit = self.config.max_message_bytes;
        if let Some(batch) = batches.iter().find(|batch| batch.view.size > limit) {
            return Err(AppendError::RecordTooLarge {
                size: batch.view.size,
                limit,
            });
        }
        let (size, limit) = (
            batches.iter().map(|batch| batch.view.size).sum(),
            self.config.segment_bytes as usize,
        );
        if size > limit {
            return Err(AppendError::RecordSetTooLarge { size, limit });
        }
        let log_end = self.markers.log_end;
        let last = batches.iter().try_fold(log_end.value(), |next, batch| {
            next.checked_add(batch.view.last_offset.since(batch.view.base_offset) + 1)
        });
        last.map(|_| ()).ok_or(AppendError::OffsetsExhausted { log_end })
    }

    /// Judges every batch of a producer; a duplicate is answered as if it had been written now.
    fn check_producers(
        &self,
        batches: &[PreparedBatch],
        origin: AppendOrigin,
    ) -> Result<Option<LogAppendInfo>, AppendError> {
        for batch in batches.iter().filter(|batch| batch.view.producer_id.is_known()) {
            let entry = self.producers.entry(batch.view.producer_id);
            if let Some(marker) = parse_end_marker(&batch.view, &batch.bytes) {
                let identity = (marker.producer_id, marker.producer_epoch);
                append_check::check_marker(entry, identity, marker.coordinator_epoch, origin)?;
            } else if !batch.view.is_control() {
                match append_check::check_data(entry, &identity_of(&batch.view), origin)? {
                    Verdict::Append => {}
                    Verdict::Duplicate(original) => return Ok(Some(self.duplicate_of(&original))),
                }
            }
        }
        Ok(None)
    }

    /// Writes stamped batches and lets every part of the log know.
    fn write(&mut self, batches: Vec<StampedBatch>, now: Now) -> Result<LogAppendInfo, AppendError> {
        let views: Vec<BatchView> = batches.iter().map(|batch| batch.view).collect();
        let (Some(first), Some(last)) = (views.first().copied(), views.last().copied()) else {
            return Ok(self.nothing_appended());
        };
        let size = views.iter().map(|view| view.size).sum();
        let max_timestamp = views
            .iter()
            .map(|view| view.max_timestamp)
            .max()
            .unwrap_or(Timestamp::NONE);
        let rolled = match self.roll_reason(size, last.last_offset, max_timestamp, now)? {
            Some(RollReason::OffsetTooFar) => self.roll_to(first.base_offset, now)?,
            Some(_) => self.roll_to(self.markers.log_end.offset(), now)?,
            None => false,
        };
        let position = self.active().size();
        let pieces: Vec<IoSlice<'_>> = batches
            .iter()
            .flat_map(|batch| [&batch.head, &batch.rest])
            .map(|piece| IoSlice::new(piece))
            .collect();
        let interval = self.config.index_interval_bytes;
        let active = self.segments.last_mut().expect("a log has at least one segment");
        active.append(&self.folder, &views, &pieces, interval)?;
        active.touch(now.wall);
        self.last_append = now.monotonic;
        self.learn(batches, position, now)?;
        self.flush_if_many(now)?;
        let segment_bytes = self.config.segment_bytes;
        Ok(LogAppendInfo {
            outcome: AppendOutcome::Appended,
            first_offset: first.base_offset,
            last_offset: last.last_offset,
            max_timestamp,
            log_append_time: if first.is_log_append_time() {
                first.max_timestamp
            } else {
                Timestamp::NONE
            },
            log_start: self.markers.log_start,
            record_count: views.iter().map(|view| view.record_count.max(0) as u32).sum(),
            size,
            rolled,
            write_back: self.take_write_back(segment_bytes),
        })
    }

    /// Takes batches into account that are in the active segment now, from `position` on.
    fn learn(&mut self, batches: Vec<StampedBatch>, mut position: u64, now: Now) -> Result<(), AppendError> {
        for batch in batches {
            let view = batch.view;
            self.epochs.assign(view.leader_epoch, view.base_offset);
            // A control batch is small, and therefore in one piece.
            self.learn_producer(&view, &batch.head, now);
            self.markers.log_end = LogEndOffset::at(view.next_offset());
            self.producers.advance_to(view.next_offset());
            self.tail_cache.push(CachedBatch {
                base_offset: view.base_offset,
                last_offset: view.last_offset,
                position,
                head: batch.head,
                rest: batch.rest,
                appended: now.monotonic,
            });
            position += view.size as u64;
        }
        self.check_invariants();
        Ok(())
    }

    /// Takes one batch into the producers' state and the transaction index.
    pub(crate) fn learn_producer(&mut self, view: &BatchView, bytes: &[u8], now: Now) {
        if let Some(aborted) = learn_producer(&mut self.producers, view, bytes, now) {
            self.active_mut().transaction_index_mut().push(aborted);
        }
    }

    fn nothing_appended(&self) -> LogAppendInfo {
        let log_end = self.markers.log_end.offset();
        LogAppendInfo {
            outcome: AppendOutcome::Nothing,
            first_offset: log_end,
            last_offset: log_end.minus(1),
            max_timestamp: Timestamp::NONE,
            log_append_time: Timestamp::NONE,
            log_start: self.markers.log_start,
            record_count: 0,
            size: 0,
            rolled: false,
            write_back: None,
        }
    }

    fn duplicate_of(&self, original: &BatchMetadata) -> LogAppendInfo {
        LogAppendInfo {
            outcome: AppendOutcome::Duplicate,
            first_offset: original.first_offset(),
            last_offset: original.last_offset,
            max_timestamp: original.timestamp,
            log_append_time: original.timestamp,
            ..self.nothing_appended()
        }
    }
}

fn identity_of(view: &BatchView) -> BatchIdentity {
    BatchIdentity {
        producer_id: view.producer_id,
        producer_epoch: view.producer_epoch,
        first_sequence: view.base_sequence,
        last_sequence: view.last_sequence(),
    }
}

/// Takes one batch into the producers' state; answers the transaction that it aborted.
pub(crate) fn learn_producer(
    producers: &mut ProducerStateManager,
    view: &BatchView,
    bytes: &[u8],
    now: Now,
) -> Option<AbortedTransaction> {
    if !view.producer_id.is_known() {
        return None;
    }
    if view.is_control() {
        let marker = parse_end_marker(view, bytes)?;
        let completed = producers.on_marker(&marker, now)?;
        return (completed.outcome == TransactionOutcome::Aborted).then(|| AbortedTransaction {
            producer_id: completed.producer_id,
            first_offset: completed.first_offset,
            last_offset: completed.last_offset,
            last_stable_offset: producers.stable_offset_after(&completed),
        });
    }
    let metadata = BatchMetadata {
        last_sequence: view.last_sequence(),
        last_offset: view.last_offset,
        offset_delta: view.last_offset.since(view.base_offset) as i32,
        timestamp: view.max_timestamp,
    };
    let membership = if view.is_transactional() {
        Membership::Transactional
    } else {
        Membership::Plain
    };
    producers.on_data(&identity_of(view), metadata, membership, now);
    None
}
