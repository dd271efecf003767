//! What of a log may be cleaned, and how much it would gain.
//!
//! The clean part ends where the last cleaning ended; the dirty part behind it may be cleaned up to the first segment
//! that is active, reaches the last stable offset or is younger than `min.compaction.lag.ms`. The dirtiest log is
//! the one with the largest share of dirty bytes; `max.compaction.lag.ms` makes a log due whatever its share.

use broker_model::{Now, Offset, TopicPartition};

use crate::error::StorageError;
use crate::log::unified_log::UnifiedLog;
use crate::segment::log_segment::LogSegment;

/// What the cleaner knows of a log when it chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct CleaningFacts {
    /// Whose log it is.
    pub partition: TopicPartition,
    /// Where the dirty part begins.
    pub first_dirty: Offset,
    /// Base of the first segment that must stay as it is.
    pub first_uncleanable: Offset,
    /// Up to where the log must be flushed before it is cleaned: what ended transactions and replaced keys must not be
    /// lost after what it replaced is gone.
    pub flush_to: Offset,
    /// Bytes of the clean part.
    pub clean_bytes: u64,
    /// Bytes of the dirty part that may be cleaned.
    pub cleanable_bytes: u64,
    /// The position that was given lies outside of the log: `first_dirty` is to be noted instead.
    pub is_position_stale: bool,
    /// `max.compaction.lag.ms` has passed for a record of the dirty part.
    pub is_overdue: bool,
    /// `min.cleanable.dirty.ratio`.
    pub dirty_ratio_min: f64,
}

impl CleaningFacts {
    /// Share of the bytes that are dirty, from 0 to 1.
    pub fn dirty_ratio(&self) -> f64 {
        match self.clean_bytes + self.cleanable_bytes {
            0 => 0.0,
            total => self.cleanable_bytes as f64 / total as f64,
        }
    }

    /// Whether it is to be cleaned now.
    pub fn is_due(&self) -> bool {
        self.cleanable_bytes > 0 && (self.is_overdue || self.dirty_ratio() > self.dirty_ratio_min)
    }
}

impl UnifiedLog {
    /// What the cleaner must know; `None` when the log is not compacted. `cleaned_to` is where the last cleaning
    /// ended.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn cleaning_facts(
        &self,
        cleaned_to: Option<Offset>,
        now: Now,
    ) -> Result<Option<CleaningFacts>, StorageError> {
        if !self.config.cleanup_policy.compact {
            return Ok(None);
        }
        self.require_online()?;
        let (first_dirty, is_position_stale) = self.first_dirty(cleaned_to);
        let first_uncleanable = self.first_uncleanable(first_dirty, now);
        let from = first_dirty.min(first_uncleanable);
        Ok(Some(CleaningFacts {
            partition: self.partition.clone(),
            first_dirty,
            first_uncleanable,
            flush_to: self.markers.log_end.offset(),
            clean_bytes: self.below(first_dirty).iter().map(LogSegment::size).sum(),
            cleanable_bytes: self
                .between(from, first_uncleanable)
                .iter()
                .map(LogSegment::size)
                .sum(),
            is_position_stale,
            is_overdue: self.is_overdue(first_dirty, now)?,
            dirty_ratio_min: self.config.min_cleanable_dirty_ratio,
        }))
    }

    fn first_dirty(&self, cleaned_to: Option<Offset>) -> (Offset, bool) {
        let start = self.markers.log_start.offset();
        let position = cleaned_to.unwrap_or(start);
        if position < start || position > self.markers.log_end.offset() {
            return (start, true);
        }
        match self.lowest_cut {
            Some(cut) if cut < position => (cut.max(start), true),
            _ => (position, false),
        }
    }

    fn first_uncleanable(&self, first_dirty: Offset, now: Now) -> Offset {
        let stable = self.last_stable_offset().offset();
        let mut limit = stable.min(self.active().base_offset());
        let lag = self.config.min_compaction_lag_ms;
        if lag > 0 {
            let young = |segment: &&LogSegment| now.wall.since_ms(newest_of(segment)) < lag;
            if let Some(segment) = self.closed_from(first_dirty).iter().find(young) {
                limit = limit.min(segment.base_offset());
            }
        }
        // Whole segments only: the one that holds the limit stays, unless the limit is where it begins.
        let limit = limit.max(first_dirty);
        let closed = &self.segments[..self.segments.len() - 1];
        let holding = closed
            .partition_point(|segment| segment.base_offset() <= limit)
            .saturating_sub(1);
        match self.segments.get(holding) {
            Some(segment) if limit < self.active().base_offset() => segment.base_offset(),
            _ => self.active().base_offset(),
        }
    }

    fn is_overdue(&self, first_dirty: Offset, now: Now) -> Result<bool, StorageError> {
        let lag = self.config.max_compaction_lag_ms.max(0);
        if lag == i64::MAX {
            return Ok(false);
        }
        for segment in self.closed_from(first_dirty) {
            let first = segment.first_timestamp(&self.folder)?;
            if first.is_some_and(|first| first.as_ms() > 0 && now.wall.since_ms(first) > lag) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn below(&self, offset: Offset) -> &[LogSegment] {
        let end = self
            .segments
            .partition_point(|segment| segment.base_offset() < offset);
        &self.segments[..end]
    }

    /// Segments from the one that holds `from` to the one that begins at `to`, without it.
    pub(super) fn between(&self, from: Offset, to: Offset) -> &[LogSegment] {
        let below = self.below(to);
        &below[self.segment_index(from).min(below.len())..]
    }

    fn closed_from(&self, offset: Offset) -> &[LogSegment] {
        self.between(offset, self.active().base_offset())
    }
}

/// The largest timestamp of a segment, or when it was last written if it has none.
pub(super) fn newest_of(segment: &LogSegment) -> broker_model::Timestamp {
    match segment.max_timestamp().timestamp {
        timestamp if timestamp.as_ms() >= 0 => timestamp,
        _ => segment.modified(),
    }
}
