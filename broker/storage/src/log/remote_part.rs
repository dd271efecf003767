//! What a log knows of its part in the remote tier (KIP-405): how far that goes, what may be copied there, and how a
//! replica begins behind it.
//!
//! Owns the end of the remote part and whether the log's start is in the directory's checkpoint. Invariants: a local
//! segment is given up for its copy only when it lies below the remote end, and only when a restart would still find
//! where the whole log starts; what is copied are closed segments, whose files never change. What is copied when, and
//! what the remote tier holds, is decided elsewhere.

use std::path::PathBuf;
use std::sync::Arc;

use broker_model::{LogStartOffset, Now, Offset, Timestamp};

use crate::epoch::leader_epoch_cache::EpochEntry;
use crate::error::StorageError;
use crate::fs::{File, read_whole};
use crate::index::transaction_index::AbortedTransaction;
use crate::log::log_folder::LogFolder;
use crate::log::unified_log::UnifiedLog;
use crate::producer::producer_state_entry::ProducerStateEntry;
use crate::producer::snapshot_file::SNAPSHOT_SIZE_MAX;
use crate::segment::file_name::{SegmentFile, segment_path};
use crate::segment::log_segment::LogSegment;

/// What a log remembers about the remote tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemotePart {
    /// First offset that is not there; none while nobody has said.
    pub(crate) end: Option<Offset>,
    /// Whether the checkpoint of log starts has an entry for this log.
    pub(crate) is_start_noted: bool,
    /// Copied segments below this go though local retention would keep them.
    pub(crate) released: Option<Offset>,
    /// Up to where the cleaner has gone over the log, as it said last.
    pub(crate) cleaned_until: Option<Offset>,
}

/// A segment that is not written any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedSegment {
    /// First offset of its file.
    pub base_offset: Offset,
    /// First offset of the next one.
    pub next_offset: Offset,
    /// Bytes of its data file.
    pub size_in_bytes: u64,
    /// Largest timestamp of its records; when the file was written if they have none.
    pub max_timestamp: Timestamp,
}

/// Everything of a closed segment that is copied. Reading it needs no lock: the file stays open and never changes.
#[derive(Debug)]
pub struct SegmentCopy {
    /// Which segment.
    pub segment: ClosedSegment,
    /// The leader epochs up to its end.
    pub epochs: Vec<EpochEntry>,
    /// Its aborted transactions.
    pub aborted: Vec<AbortedTransaction>,
    /// Bytes between two entries of an index.
    pub index_interval_bytes: u32,
    file: Arc<dyn File>,
    path: PathBuf,
    folder: LogFolder,
}

/// What a replica needs to begin where the remote part of its log ends.
#[derive(Clone, Debug)]
pub struct RemoteTail {
    /// Where the whole log starts.
    pub log_start: LogStartOffset,
    /// Where the remote part ends.
    pub end: Offset,
    /// The leader epochs up to there.
    pub epochs: Vec<EpochEntry>,
    /// The producers as of there.
    pub producers: Vec<ProducerStateEntry>,
}

impl SegmentCopy {
    /// Reads the data file from `position` on; fewer bytes than asked for only at its end.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn read_at(&self, position: u64, target: &mut [u8]) -> Result<usize, StorageError> {
        self.folder.check(&self.path, self.file.read_at(position, target))
    }

    /// The producers at the end of the segment, as their file; nothing if there is no such file.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn producer_snapshot(&self) -> Result<Vec<u8>, StorageError> {
        let path = segment_path(
            self.folder.path(),
            self.segment.next_offset,
            SegmentFile::Snapshot,
        );
        match read_whole(self.folder.fs(), &path, SNAPSHOT_SIZE_MAX) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            result => self.folder.check(&path, result),
        }
    }
}

impl UnifiedLog {
    /// First offset that the remote tier does not hold; none while nobody has said.
    pub fn remote_end(&self) -> Option<Offset> {
        self.remote.end
    }

    /// Notes how far the remote tier goes.
    pub fn note_remote_end(&mut self, end: Option<Offset>) {
        self.remote.end = end;
    }

    /// Up to where the log is cleaned; none while the cleaner has not said. What is behind is not copied.
    pub fn cleaned_until(&self) -> Option<Offset> {
        self.remote.cleaned_until
    }

    /// Notes how far the cleaner has come; answers whether that is news.
    pub fn note_cleaned_until(&mut self, offset: Offset) -> bool {
        self.remote.cleaned_until.replace(offset) != Some(offset)
    }

    /// Lets copied segments below `offset` go at the next look, though local retention would keep them.
    pub fn release_copied(&mut self, offset: Offset) {
        self.remote.released = self.remote.released.max(Some(offset));
    }

    /// Whether a restart would find where this log starts, so that copied segments may go.
    pub fn is_log_start_written(&self) -> bool {
        self.remote.is_start_noted
    }

    /// Notes that the directory's checkpoint says where this log starts.
    pub fn note_log_start_written(&mut self) {
        self.remote.is_start_noted = true;
    }

    /// Lets the log start in the remote tier, where nothing has been written yet that says where it starts.
    pub fn start_in_remote(&mut self, log_start: LogStartOffset) {
        if !self.remote.is_start_noted {
            self.markers.log_start = self.markers.log_start.min(log_start);
            self.check_invariants();
        }
    }

    /// Bytes of the segment that is written.
    pub fn active_size(&self) -> u64 {
        self.active().size()
    }

    /// All segments but the one that is written, oldest first.
    pub fn closed_segments(&self) -> Vec<ClosedSegment> {
        let pairs = self.segments.windows(2);
        pairs
            .map(|pair| closed(&pair[0], pair[1].base_offset()))
            .collect()
    }

    /// Opens the closed segment that begins at `base_offset` for a copy; none if there is no such segment.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub fn begin_copy(&self, base_offset: Offset) -> Result<Option<SegmentCopy>, StorageError> {
        self.require_online()?;
        let pairs = &mut self.segments.windows(2);
        let Some(pair) = pairs.find(|pair| pair[0].base_offset() == base_offset) else {
            return Ok(None);
        };
        let segment = closed(&pair[0], pair[1].base_offset());
        let epochs = self.epochs.entries().iter();
        // A folder that is moved away meanwhile is no failure of its directory.
        let folder = self.folder.detached();
        Ok(Some(SegmentCopy {
            epochs: epochs
                .filter(|entry| entry.start_offset < segment.next_offset)
                .copied()
                .collect(),
            aborted: pair[0].transaction_index().entries().to_vec(),
            index_interval_bytes: self.config.index_interval_bytes,
            file: pair[0].file(&self.folder)?,
            path: pair[0].path(&self.folder, SegmentFile::Data),
            folder,
            segment,
        }))
    }

    /// Transactions with records below `to` that were aborted at or behind `remote_end`, where the remote part ends that
    /// the records are of: its own indexes tell of the others. No entry is looked at behind the one that says that
    /// everything below `to` was decided.
    pub fn aborted_behind(&self, remote_end: Offset, to: Offset) -> Vec<AbortedTransaction> {
        self.aborted_between(remote_end, to)
    }

    /// Removes everything and begins where the remote part ends. The directory's checkpoint must have an entry for the
    /// start of this log before.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn start_behind_remote(&mut self, tail: RemoteTail, now: Now) -> Result<(), StorageError> {
        // Who knows of records that were deleted does not forget it for a leader that has (I8).
        let start = self.markers.log_start.max(tail.log_start);
        self.truncate_fully_and_start_at(tail.end, now)?;
        self.markers.log_start = start.min(LogStartOffset::at(tail.end));
        self.epochs.clear();
        let below = tail.epochs.iter().filter(|entry| entry.start_offset < tail.end);
        below.for_each(|entry| self.epochs.assign(entry.epoch, entry.start_offset));
        self.epochs.truncate_from_start(self.markers.log_start.offset());
        self.producers.reload(tail.producers, tail.end, now);
        self.take_producer_snapshot()?;
        self.remote.end = Some(tail.end);
        self.check_invariants();
        Ok(())
    }

    /// Segments that the local disk may give up because all of them is in the remote tier.
    pub(crate) fn count_remote(&self) -> usize {
        match self.remote.is_start_noted {
            true => self.count_below_remote_end(),
            false => 0,
        }
    }

    /// Closed segments that were released.
    pub(crate) fn count_released(&self) -> usize {
        let Some(released) = self.remote.released else {
            return 0;
        };
        let pairs = self.segments.windows(2);
        pairs.take_while(|pair| pair[1].base_offset() <= released).count()
    }

    /// Closed segments of which nothing is missing in the remote tier.
    pub(crate) fn count_below_remote_end(&self) -> usize {
        let Some(end) = self.remote.end else {
            return 0;
        };
        let pairs = self.segments.windows(2);
        pairs.take_while(|pair| pair[1].base_offset() <= end).count()
    }
}

fn closed(segment: &LogSegment, next_offset: Offset) -> ClosedSegment {
    ClosedSegment {
        base_offset: segment.base_offset(),
        next_offset,
        size_in_bytes: segment.size(),
        max_timestamp: segment.newest(),
    }
}
