//! Offsets by time and by name: what ListOffsets asks.
//!
//! Timestamps of records are arbitrary, so a search by time finds the first segment whose largest timestamp
//! reaches the target, walks from where its time index says that all before are smaller, and looks into the
//! batch for the record itself (KIP-33, KIP-79). Ties answer the first offset.

use broker_model::{LeaderEpoch, Offset, Timestamp};

use crate::error::StorageError;
use crate::fs::File;
use crate::log::record_lookup::first_record_at;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::SegmentFile;
use crate::segment::log_segment::LogSegment;
use crate::segment::segment_read::{LocatedBatch, damaged};

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetQuery {
    /// -1: the offset after the last one that the isolation lets through; the caller bounds it.
    Latest,
    /// -2: the log start.
    Earliest,
    /// -3: the record with the largest timestamp (KIP-734).
    MaxTimestamp,
    /// -4: the first offset on this disk (KIP-405).
    EarliestLocal,
    /// -5: the last offset in tiered storage (KIP-1005).
    LatestTiered,
    /// -6: the first offset that waits for tiered storage (KIP-1023).
    EarliestPendingUpload,
    /// The first record with at least this timestamp.
    At(Timestamp),
}

impl OffsetQuery {
    /// Reads the wire value; `None` for a negative one that has no meaning.
    pub const fn from_wire(timestamp: i64) -> Option<Self> {
        match timestamp {
            -1 => Some(Self::Latest),
            -2 => Some(Self::Earliest),
            -3 => Some(Self::MaxTimestamp),
            -4 => Some(Self::EarliestLocal),
            -5 => Some(Self::LatestTiered),
            -6 => Some(Self::EarliestPendingUpload),
            0.. => Some(Self::At(Timestamp::from_ms(timestamp))),
            _ => None,
        }
    }
}

/// A record's offset, timestamp and epoch; -1 where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampAndOffset {
    /// Timestamp of the record; -1 for answers that name a place, not a record.
    pub timestamp: Timestamp,
    /// The offset.
    pub offset: Offset,
    /// Epoch that wrote it; -1 when unknown.
    pub leader_epoch: LeaderEpoch,
}

impl UnifiedLog {
    /// Answers a query; `None` when no record fits or nothing is tiered.
    ///
    /// Records at or above the high watermark are found too: the caller compares with what its client may see.
    ///
    /// # Errors
    /// When the file system fails or a batch is damaged.
    pub fn offset_for_timestamp(
        &self,
        query: OffsetQuery,
    ) -> Result<Option<TimestampAndOffset>, StorageError> {
        self.require_online()?;
        match query {
            OffsetQuery::Latest => Ok(Some(self.place(self.markers.log_end.offset()))),
            OffsetQuery::Earliest => Ok(Some(self.place(self.markers.log_start.offset()))),
            OffsetQuery::EarliestLocal => Ok(Some(self.place(self.markers.local_log_start.offset()))),
            OffsetQuery::LatestTiered => Ok(self.latest_tiered()),
            OffsetQuery::EarliestPendingUpload => Ok(self.earliest_pending_upload()),
            OffsetQuery::MaxTimestamp => self.record_with_max_timestamp(),
            OffsetQuery::At(timestamp) => self.first_record_since(timestamp),
        }
    }

    fn place(&self, offset: Offset) -> TimestampAndOffset {
        let leader_epoch = match offset == self.markers.log_end.offset() {
            true => self.latest_epoch(),
            false => self.epochs.epoch_at(offset),
        };
        TimestampAndOffset {
            timestamp: Timestamp::NONE,
            offset,
            leader_epoch: leader_epoch.unwrap_or(LeaderEpoch::NONE),
        }
    }

    fn latest_tiered(&self) -> Option<TimestampAndOffset> {
        let end = self.remote.end.filter(|_| self.config.remote_storage_enable)?;
        (end > self.markers.log_start.offset()).then(|| self.place(end.minus(1)))
    }

    /// Unknown as long as nobody has said what the remote tier holds of a log whose beginning is there.
    fn earliest_pending_upload(&self) -> Option<TimestampAndOffset> {
        if !self.config.remote_storage_enable {
            return None;
        }
        let (log_start, local_start) = (
            self.markers.log_start.offset(),
            self.markers.local_log_start.offset(),
        );
        let pending = match self.remote.end {
            Some(end) => end.max(log_start),
            None if log_start == local_start => log_start,
            None => return None,
        };
        Some(self.place(pending))
    }

    fn record_with_max_timestamp(&self) -> Result<Option<TimestampAndOffset>, StorageError> {
        // Of equal ones the first counts.
        let newest = self
            .segments
            .iter()
            .rev()
            .max_by_key(|segment| segment.max_timestamp().timestamp);
        let Some(segment) = newest.filter(|segment| segment.max_timestamp().timestamp.as_ms() >= 0) else {
            return Ok(None);
        };
        self.first_record_in(segment, segment.max_timestamp().timestamp)
    }

    fn first_record_since(&self, target: Timestamp) -> Result<Option<TimestampAndOffset>, StorageError> {
        let first = self.segment_index(self.markers.local_log_start.offset());
        for segment in self.segments[first..]
            .iter()
            .filter(|segment| segment.max_timestamp().timestamp >= target)
        {
            if let Some(found) = self.first_record_in(segment, target)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The first record of the segment, at or behind the local log start, with at least this timestamp.
    fn first_record_in(
        &self,
        segment: &LogSegment,
        target: Timestamp,
    ) -> Result<Option<TimestampAndOffset>, StorageError> {
        let mut start = self.markers.local_log_start.offset();
        // A batch may hold its largest timestamp below the log start only; then the next batch is looked at.
        while let Some(batch) = segment.locate_timestamp(&self.folder, target, start)? {
            let bytes = self.whole_batch(segment, &batch)?;
            let path = || segment.path(&self.folder, SegmentFile::Data);
            let found = first_record_at(&batch.view, &bytes, target, start)
                .map_err(|reason| damaged(path(), batch.position, &reason.to_string()))?;
            if let Some((timestamp, offset)) = found {
                let epoch = Some(batch.view.leader_epoch).filter(|epoch| epoch.is_known());
                let leader_epoch = epoch
                    .or(self.epochs.epoch_at(offset))
                    .unwrap_or(LeaderEpoch::NONE);
                return Ok(Some(TimestampAndOffset {
                    timestamp,
                    offset,
                    leader_epoch,
                }));
            }
            start = batch.view.next_offset();
        }
        Ok(None)
    }

    fn whole_batch(&self, segment: &LogSegment, batch: &LocatedBatch) -> Result<bytes::Bytes, StorageError> {
        let path = segment.path(&self.folder, SegmentFile::Data);
        let file = segment.file(&self.folder)?;
        let mut bytes = vec![0; batch.view.size];
        let count = self
            .folder
            .check(&path, File::read_at(file.as_ref(), batch.position, &mut bytes))?;
        if count < bytes.len() || !batch.view.checksum_matches(&bytes) {
            return Err(damaged(path, batch.position, "the checksum does not match"));
        }
        Ok(bytes.into())
    }
}
