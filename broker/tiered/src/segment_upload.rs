//! What a copy of a segment consists of, and what the manifest says of it.
//!
//! Owns the scan of the file on its way. Invariants: the parts lie in the object as the layout says; what is described
//! is what the object holds; a file that is damaged or shorter than its log says is never described.

use broker_storage::{EpochEntry, SegmentCopy, StorageError, render_leader_epochs, render_transaction_index};
use bytes::Bytes;

use crate::copy_plan::CopyTask;
use crate::object_key::SegmentKey;
use crate::remote_segment::RemoteLogSegmentMetadata;
use crate::segment_object::ObjectLayout;
use crate::segment_scan::{DamagedSegment, ScannedSegment, SegmentScan};

/// The local segment cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Its file cannot be read.
    #[error(transparent)]
    Local(#[from] StorageError),
    /// Its file is damaged; it is never copied so.
    #[error("the local segment is damaged {0}")]
    Damaged(#[from] DamagedSegment),
}

/// A segment's file on its way into an object.
#[derive(Debug)]
pub struct SegmentUpload {
    source: SegmentCopy,
    scan: SegmentScan,
    position: u64,
}

/// What follows the log file in the object, and what there is to say of all.
#[derive(Debug)]
pub struct UploadEnd {
    /// The parts behind the log file.
    pub bytes: Bytes,
    layout: ObjectLayout,
    scanned: ScannedSegment,
    epochs: Vec<EpochEntry>,
}

impl SegmentUpload {
    /// Begins at the front of the file.
    pub fn of(source: SegmentCopy) -> Self {
        Self {
            scan: SegmentScan::new(source.segment, source.index_interval_bytes),
            source,
            position: 0,
        }
    }

    /// Bytes of the log file that are still to come.
    pub fn left(&self) -> u64 {
        self.source.segment.size_in_bytes.saturating_sub(self.position)
    }

    /// The next bytes of the file, which are sound; none at its end.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    pub fn next_piece(&mut self, size_max: usize) -> Result<Option<Bytes>, UploadError> {
        let size = usize::try_from(self.left()).unwrap_or(usize::MAX).min(size_max);
        if size == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; size];
        let count = self.source.read_at(self.position, &mut piece)?;
        piece.truncate(count);
        self.scan.feed(&piece)?;
        self.position += count as u64;
        if count < size {
            return Err(UploadError::Damaged(DamagedSegment {
                position: self.position,
                reason: "the file is shorter than its log says",
            }));
        }
        Ok(Some(piece.into()))
    }

    /// What stands behind the log file in the object.
    ///
    /// # Errors
    /// When the file was not whole, or the snapshot of its producers cannot be read.
    pub fn finish(self) -> Result<UploadEnd, UploadError> {
        let producers = self.source.producer_snapshot()?;
        let aborted = render_transaction_index(&self.source.aborted);
        let epochs = render_leader_epochs(&self.source.epochs);
        let scanned = self.scan.finish()?;
        let parts: [&[u8]; 5] = [
            &scanned.offset_index,
            &scanned.time_index,
            &aborted,
            &producers,
            &epochs,
        ];
        let layout = ObjectLayout::of(scanned.log_size, parts);
        let mut end = parts.concat();
        end.extend_from_slice(&layout.footer());
        Ok(UploadEnd {
            bytes: end.into(),
            layout,
            scanned,
            epochs: self.source.epochs,
        })
    }
}

impl UploadEnd {
    /// What the manifest says of the copy, once the object is in the store.
    pub fn describe(self, key: SegmentKey, task: CopyTask) -> RemoteLogSegmentMetadata {
        RemoteLogSegmentMetadata {
            id: key.id,
            copied_in: key.copied_in,
            base_offset: task.segment.base_offset,
            start_offset: task.start_offset,
            next_offset: task.segment.next_offset,
            epochs: epochs_from(task, &self.epochs),
            max_timestamp: self.scanned.max_timestamp.unwrap_or(task.segment.max_timestamp),
            offsets: self.scanned.offsets,
            layout: self.layout,
        }
    }
}

/// The epochs of the offsets that the copy answers for; the first may begin before them.
fn epochs_from(task: CopyTask, epochs: &[EpochEntry]) -> Vec<EpochEntry> {
    let after = epochs.partition_point(|entry| entry.start_offset <= task.start_offset);
    let from = after.saturating_sub(1);
    let own = epochs[from..].iter();
    own.filter(|entry| entry.start_offset < task.segment.next_offset)
        .copied()
        .collect()
}
