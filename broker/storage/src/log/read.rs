//! Reading: from where, up to where, and out of what.
//!
//! Decides under the caller's lock which bytes a read gets, with an index lookup at most; the bytes of a file are
//! fetched later, by the slice. A read answers whole batches from the one that holds the offset, bounded by the
//! isolation asked for, out of the tail cache or out of one segment. It never hops over the rest of a segment:
//! only when a segment holds nothing at or behind the offset, as after compaction, does the next one serve it.

use broker_model::{HighWatermark, LastStableOffset, LogEndOffset, LogStartOffset, Offset};

use crate::error::{ReadError, StorageError};
use crate::index::transaction_index::AbortedTransaction;
use crate::log::log_slice::{FileSlice, LogSlice};
use crate::log::tail_cache::CacheRange;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::SegmentFile;
use crate::segment::segment_read::LocatedBatch;

/// How far a reader may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchIsolation {
    /// To the log end: followers.
    LogEnd,
    /// To the high watermark: consumers.
    HighWatermark,
    /// To the last stable offset: read_committed consumers, who also learn of aborted transactions.
    TxnCommitted,
}

/// Whether the first batch is returned even if it is larger than asked for (KIP-74).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinOneBatch {
    /// It is: a consumer must make progress.
    Yes,
    /// It is not: another partition made progress already.
    No,
}

/// Bounds of a read.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimits {
    /// Bytes at most.
    pub max_bytes: usize,
    /// Offsets at most.
    pub upper: FetchIsolation,
    /// Whether one batch is returned in any case.
    pub min_one: MinOneBatch,
}

/// What a read found.
#[derive(Debug)]
pub struct LogRead {
    /// The records.
    pub records: LogSlice,
    /// Aborted transactions among them, for read_committed.
    pub aborted: Option<Vec<AbortedTransaction>>,
    /// A batch is there, but larger than asked for.
    pub first_batch_too_large: bool,
    /// Where consumers may read to.
    pub high_watermark: HighWatermark,
    /// Where read_committed consumers may read to.
    pub last_stable_offset: LastStableOffset,
    /// Where the log starts.
    pub log_start: LogStartOffset,
    /// Where the log ends.
    pub log_end: LogEndOffset,
}

impl UnifiedLog {
    /// Reads from `from` on. Nothing is copied or read here but index entries and headers.
    ///
    /// # Errors
    /// `OffsetOutOfRange` below the log start and above the log end, `LocalStartsAt` where only tiered storage can
    /// answer, and what the file system says.
    pub fn read(&self, from: Offset, limits: ReadLimits) -> Result<LogRead, ReadError> {
        self.require_online()?;
        let markers = &self.markers;
        if from < markers.log_start.offset() || from > markers.log_end.offset() {
            let (log_start, log_end) = (markers.log_start, markers.log_end);
            return Err(ReadError::OffsetOutOfRange {
                requested: from,
                log_start,
                log_end,
            });
        }
        if from < markers.local_log_start.offset() {
            let local_log_start = markers.local_log_start;
            return Err(ReadError::LocalStartsAt {
                requested: from,
                local_log_start,
            });
        }
        let upper = self.upper_bound(limits.upper);
        let mut read = self.empty_read();
        let mut read_to = from;
        if from < upper {
            let found = self.find(from, upper, limits)?;
            read.records = found.slice;
            read.first_batch_too_large = found.too_large;
            read_to = found.read_to;
        }
        if limits.upper == FetchIsolation::TxnCommitted {
            read.aborted = Some(self.aborted_between(from, read_to));
        }
        Ok(read)
    }

    /// The offset below which a reader of this isolation may look.
    pub fn upper_bound(&self, isolation: FetchIsolation) -> Offset {
        match isolation {
            FetchIsolation::LogEnd => self.markers.log_end.offset(),
            FetchIsolation::HighWatermark => self.markers.high_watermark.offset(),
            FetchIsolation::TxnCommitted => self.last_stable_offset().offset(),
        }
    }

    fn empty_read(&self) -> LogRead {
        LogRead {
            records: LogSlice::default(),
            aborted: None,
            first_batch_too_large: false,
            high_watermark: self.markers.high_watermark,
            last_stable_offset: self.last_stable_offset(),
            log_start: self.markers.log_start,
            log_end: self.markers.log_end,
        }
    }

    fn find(&self, from: Offset, upper: Offset, limits: ReadLimits) -> Result<Found, StorageError> {
        let (max_bytes, first_always) = (limits.max_bytes, limits.min_one == MinOneBatch::Yes);
        if let Some(hit) = self.tail_cache.read(CacheRange {
            from,
            upper,
            max_bytes,
            first_always,
        }) {
            let (slice, too_large) = (LogSlice::Memory(hit.pieces), hit.too_large);
            return Ok(Found {
                slice,
                too_large,
                read_to: upper,
            });
        }
        for index in self.segment_index(from)..self.segments.len() {
            if let Some(first) = self.segments[index].locate(&self.folder, from)? {
                return self.slice_of(index, first, (from, upper), limits);
            }
        }
        Ok(Found {
            slice: LogSlice::default(),
            too_large: false,
            read_to: from,
        })
    }

    fn slice_of(
        &self,
        index: usize,
        first: LocatedBatch,
        (from, upper): (Offset, Offset),
        limits: ReadLimits,
    ) -> Result<Found, StorageError> {
        let segment = &self.segments[index];
        let mut found = Found {
            slice: LogSlice::default(),
            too_large: false,
            read_to: from,
        };
        if first.view.base_offset >= upper {
            return Ok(found);
        }
        let room = self
            .position_of_upper(index, upper)?
            .saturating_sub(first.position);
        let mut size = usize::try_from(room).unwrap_or(usize::MAX).min(limits.max_bytes);
        if size < first.view.size {
            if limits.min_one == MinOneBatch::No {
                found.too_large = true;
                return Ok(found);
            }
            size = first.view.size;
        }
        let next_base = self
            .segments
            .get(index + 1)
            .map_or(upper, |next| next.base_offset());
        found.read_to = upper.min(next_base);
        found.slice = LogSlice::File(FileSlice {
            file: segment.file(&self.folder)?,
            health: self.folder.health().clone(),
            path: segment.path(&self.folder, SegmentFile::Data),
            position: first.position,
            size,
            offset_min: from,
        });
        Ok(found)
    }

    /// Where in the segment the batches below `upper` end.
    fn position_of_upper(&self, index: usize, upper: Offset) -> Result<u64, StorageError> {
        let segment = &self.segments[index];
        let whole = upper >= self.markers.log_end.offset()
            || self
                .segments
                .get(index + 1)
                .is_some_and(|next| upper >= next.base_offset());
        if whole {
            return Ok(segment.size());
        }
        if let Some(position) = self.tail_cache.position_of(upper) {
            return Ok(position);
        }
        Ok(segment
            .locate(&self.folder, upper)?
            .map_or(segment.size(), |batch| batch.position))
    }

    /// Transactions that were aborted and have records between the two offsets.
    pub(crate) fn aborted_between(&self, from: Offset, to: Offset) -> Vec<AbortedTransaction> {
        let mut aborted = Vec::new();
        for segment in &self.segments[self.segment_index(from)..] {
            let overlap = segment.transaction_index().undecided_between(from, to);
            aborted.extend(overlap.iter().filter(|entry| entry.first_offset < to));
            if overlap.last().is_some_and(|last| last.last_stable_offset >= to) {
                break;
            }
        }
        aborted
    }
}

struct Found {
    slice: LogSlice,
    too_large: bool,
    /// The records end below this offset.
    read_to: Offset,
}
