//! Copies one closed segment into one object.
//!
//! The file is read once, piece by piece on blocking threads, and each piece is checked and indexed
//! (`broker_tiered::segment_scan`) before it is sent. A segment not much larger than a part is one PUT, others are
//! uploads in parts, which are aborted when anything fails. Invariant: what the answer describes is what the object holds; until
//! a manifest names it nobody reads it.

use std::sync::Arc;

use broker_model::LeaderEpoch;
use broker_storage::{EpochEntry, SegmentCopy, StorageError, render_leader_epochs, render_transaction_index};
use broker_tiered::ManifestError;
use broker_tiered::copy_plan::CopyTask;
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::remote_segment::{RemoteLogSegmentId, RemoteLogSegmentMetadata};
use broker_tiered::segment_object::ObjectLayout;
use broker_tiered::segment_scan::{DamagedSegment, ScannedSegment, SegmentScan};
use bytes::Bytes;
use object_store::{MultipartUpload, PutPayload};

use super::Shared;
use crate::clock::uuid_or_time;
use crate::remote_store::{RemoteStore, StoreError};

/// Bytes that are read from the file at a time.
const READ_SIZE: usize = 4 << 20;
/// MiB of segments that are in memory at a time, of all copies: two of the largest.
pub(super) const MEMORY_MAX: usize = 144;

/// MiB that a copy of so many bytes holds in memory.
pub(super) fn memory_of(size_in_bytes: u64, part_bytes: usize) -> u32 {
    let held = size_in_bytes.min(single_max(part_bytes)).div_ceil(1 << 20);
    u32::try_from(held).map_or(MEMORY_MAX as u32, |held| held.min(MEMORY_MAX as u32))
}

/// Largest log file that is sent in one PUT: a segment of the size of a part, and what its last batches exceed that by.
pub(super) fn single_max(part_bytes: usize) -> u64 {
    (part_bytes + part_bytes / 8) as u64
}

/// A segment was not copied.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// The local file cannot be read.
    #[error(transparent)]
    Local(#[from] StorageError),
    /// The local file is damaged; it is never copied so.
    #[error("the local segment is damaged {0}")]
    Damaged(#[from] DamagedSegment),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manifest does not take it.
    #[error(transparent)]
    Manifest(ManifestError),
    /// The thread that read the file is gone.
    #[error("the thread that read the segment ended: {0}")]
    Reading(#[from] tokio::task::JoinError),
}

pub(super) struct Upload {
    pub(super) shared: Arc<Shared>,
    pub(super) store: RemoteStore,
    pub(super) partition: RemotePartition,
    pub(super) epoch: LeaderEpoch,
}

/// A file on its way through the scan.
struct Reading {
    source: SegmentCopy,
    scan: SegmentScan,
    position: u64,
}

impl Upload {
    /// Copies the segment and describes the copy.
    pub(super) async fn copy(
        &self,
        source: SegmentCopy,
        task: CopyTask,
    ) -> Result<RemoteLogSegmentMetadata, CopyError> {
        let key = SegmentKey {
            copied_in: self.epoch,
            id: RemoteLogSegmentId::new(uuid_or_time(&self.shared.clock)),
        };
        let reading = Reading {
            scan: SegmentScan::new(source.segment, source.index_interval_bytes),
            source,
            position: 0,
        };
        let epochs = reading.source.epochs.clone();
        let (layout, scanned) =
            match task.segment.size_in_bytes <= single_max(self.shared.settings.part_bytes) {
                true => self.in_one(key, reading).await?,
                false => self.in_parts(key, reading).await?,
            };
        Ok(RemoteLogSegmentMetadata {
            id: key.id,
            copied_in: key.copied_in,
            base_offset: task.segment.base_offset,
            start_offset: task.start_offset,
            next_offset: task.segment.next_offset,
            epochs: epochs_from(task, &epochs),
            max_timestamp: scanned.max_timestamp.unwrap_or(task.segment.max_timestamp),
            offsets: scanned.offsets,
            layout,
        })
    }

    async fn in_one(
        &self,
        key: SegmentKey,
        reading: Reading,
    ) -> Result<(ObjectLayout, ScannedSegment), CopyError> {
        let read = tokio::task::spawn_blocking(move || {
            let mut reading = reading;
            let mut pieces = Vec::new();
            while let Some(piece) = reading.next_piece(READ_SIZE)? {
                pieces.push(piece);
            }
            let end = reading.finish()?;
            pieces.push(end.0);
            Ok::<_, CopyError>((pieces, end.1, end.2))
        });
        let (pieces, layout, scanned) = read.await??;
        self.store.put_segment(&self.partition, key, pieces).await?;
        Ok((layout, scanned))
    }

    async fn in_parts(
        &self,
        key: SegmentKey,
        reading: Reading,
    ) -> Result<(ObjectLayout, ScannedSegment), CopyError> {
        let mut upload = self.store.begin_segment(&self.partition, key).await?;
        match send_parts(upload.as_mut(), reading, self.shared.settings.part_bytes).await {
            Ok(sent) => Ok(sent),
            Err(error) => {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(folder = %self.partition.folder(), error = %left,
                        "an upload that failed could not be aborted; a lifecycle rule of the bucket removes it");
                }
                Err(error)
            }
        }
    }
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    mut reading: Reading,
    part_bytes: usize,
) -> Result<(ObjectLayout, ScannedSegment), CopyError> {
    loop {
        let read = tokio::task::spawn_blocking(move || {
            let part = reading.next_part(part_bytes)?;
            Ok::<_, CopyError>((part, reading))
        });
        let (mut part, rest) = read.await??;
        reading = rest;
        if reading.position < reading.source.segment.size_in_bytes {
            upload
                .put_part(PutPayload::from_iter(part))
                .await
                .map_err(StoreError::from)?;
            continue;
        }
        let (end, layout, scanned) = tokio::task::spawn_blocking(move || reading.finish()).await??;
        part.push(end);
        upload
            .put_part(PutPayload::from_iter(part))
            .await
            .map_err(StoreError::from)?;
        upload.complete().await.map_err(StoreError::from)?;
        return Ok((layout, scanned));
    }
}

impl Reading {
    /// The next bytes of the file, which are sound; none at its end.
    fn next_piece(&mut self, size_max: usize) -> Result<Option<Bytes>, CopyError> {
        let left = self.source.segment.size_in_bytes - self.position;
        let size = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(READ_SIZE)
            .min(size_max);
        if size == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; size];
        let count = self.source.read_at(self.position, &mut piece)?;
        piece.truncate(count);
        self.scan.feed(&piece)?;
        self.position += count as u64;
        if count < size {
            return Err(CopyError::Damaged(DamagedSegment {
                position: self.position,
                reason: "the file is shorter than its log says",
            }));
        }
        Ok(Some(piece.into()))
    }

    fn next_part(&mut self, part_bytes: usize) -> Result<Vec<Bytes>, CopyError> {
        let mut part = Vec::new();
        let mut size = 0;
        while size < part_bytes {
            let Some(piece) = self.next_piece(part_bytes)? else {
                break;
            };
            size += piece.len();
            part.push(piece);
        }
        Ok(part)
    }

    /// What stands behind the log file in the object.
    fn finish(self) -> Result<(Bytes, ObjectLayout, ScannedSegment), CopyError> {
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
        Ok((end.into(), layout, scanned))
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
