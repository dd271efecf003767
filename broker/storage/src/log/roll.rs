//! When the active segment is closed and a new one begun, and how.
//!
//! A segment is closed when the next batches would exceed its size, when its records span `segment.ms` (by record
//! timestamps if it has any, so that a slow topic's retention works, else by the clock), when an index is full,
//! or when an offset would be too far from its base. Jitter, drawn from a seed and the base offset, spreads rolls
//! by time of partitions that began together.

use broker_model::{Now, Offset, Timestamp};

use crate::error::StorageError;
use crate::log::folder_sweep;
use crate::log::unified_log::UnifiedLog;
use crate::segment::log_segment::LogSegment;

/// Why a segment is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RollReason {
    Size,
    Time,
    IndexFull,
    OffsetTooFar,
}

impl UnifiedLog {
    /// Whether batches of `size` bytes up to `last_offset` need a new segment.
    pub(crate) fn roll_reason(
        &self,
        size: usize,
        last_offset: Offset,
        max_timestamp: Timestamp,
        now: Now,
    ) -> Result<Option<RollReason>, StorageError> {
        let active = self.active();
        if !active.can_hold(last_offset) {
            return Ok(Some(RollReason::OffsetTooFar));
        }
        if active.size() == 0 {
            return Ok(None);
        }
        if active.size() + size as u64 > u64::from(self.config.segment_bytes) {
            return Ok(Some(RollReason::Size));
        }
        if !active.has_index_room() {
            return Ok(Some(RollReason::IndexFull));
        }
        let waited = match active.first_timestamp(&self.folder)? {
            Some(first) if max_timestamp.as_ms() >= 0 => max_timestamp.since_ms(first),
            _ => now.wall.since_ms(active.modified()),
        };
        let limit = self.config.segment_ms_max().saturating_sub(active.roll_jitter_ms);
        Ok((waited > i64::try_from(limit).unwrap_or(i64::MAX)).then_some(RollReason::Time))
    }

    /// Closes the active segment and begins a new one at the log end; an empty one stays.
    ///
    /// # Errors
    /// When the file system fails; on a full disk the active segment stays as it was.
    pub fn roll(&mut self, now: Now) -> Result<bool, StorageError> {
        self.require_online()?;
        self.roll_to(self.markers.log_end.offset(), now)
    }

    pub(crate) fn roll_to(&mut self, base_offset: Offset, now: Now) -> Result<bool, StorageError> {
        if self.active().size() == 0 && self.active().base_offset() == base_offset {
            return Ok(false);
        }
        let active = self.segments.last_mut().expect("a log has at least one segment");
        active.finish(&self.folder)?;
        if self.markers.recovery_point.offset() > active.base_offset() {
            // A flush of the active segment left its indexes out, and recovery will believe those of a closed one.
            active.sync_indexes(&self.folder)?;
        }
        if self.config.cleanup_policy.compact {
            // In other logs a recovery tells by the gap that the end of a segment was lost; here gaps mean nothing.
            active.sync_data(&self.folder)?;
        }
        self.take_producer_snapshot()?;
        let mut segment = LogSegment::create(&self.folder, base_offset, &self.config, now.wall)?;
        segment.roll_jitter_ms = self.jitter_for(base_offset);
        self.note_names_changed();
        let active = self.segments.last_mut().expect("a log has at least one segment");
        active.seal();
        if active.size() == 0 {
            // An empty segment would only stand in the way of the next.
            let base = active.base_offset();
            self.segments.pop();
            folder_sweep::remove_segment(&self.folder, base)?;
        }
        self.segments.push(segment);
        Ok(true)
    }

    /// A share of `segment.jitter.ms` that is the same whenever it is asked for.
    pub(crate) fn jitter_for(&self, base_offset: Offset) -> u64 {
        match self.config.segment_jitter_ms {
            0 => 0,
            jitter => {
                let mixed =
                    (self.jitter_seed ^ base_offset.value() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed >> 17) % jitter
            }
        }
    }
}
