//! Copies one closed segment into one object.
//!
//! The file is read once, piece by piece on blocking threads, and each piece is checked and indexed
//! (`broker_tiered::segment_upload`) before it is sent. A segment not much larger than a part is one PUT, others are
//! uploads in parts, which are aborted when anything fails, and when the epoch ends meanwhile. Invariant: what the answer describes is what the object holds; until
//! a manifest names it nobody reads it.

use std::sync::Arc;

use broker_model::LeaderEpoch;
use broker_storage::{SegmentCopy, StorageError};
use broker_tiered::copy_plan::CopyTask;
use broker_tiered::leader_work::Orders;
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::remote_segment::{RemoteLogSegmentId, RemoteLogSegmentMetadata};
use broker_tiered::segment_upload::{SegmentUpload, UploadEnd, UploadError};
use bytes::Bytes;
use object_store::{MultipartUpload, PutPayload};
use tokio::sync::watch;

use super::Shared;
use super::wiring::ended;
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
    /// The local file cannot be opened.
    #[error(transparent)]
    Begin(StorageError),
    /// The local file is damaged or cannot be read.
    #[error(transparent)]
    Local(#[from] UploadError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The leader's epoch ended meanwhile.
    #[error("this broker leads no more")]
    Ended,
    /// The thread that read the file is gone.
    #[error("the thread that read the segment ended: {0}")]
    Reading(#[from] tokio::task::JoinError),
}

pub(super) struct Upload {
    pub(super) shared: Arc<Shared>,
    pub(super) store: RemoteStore,
    pub(super) partition: RemotePartition,
    pub(super) epoch: LeaderEpoch,
    pub(super) orders: watch::Receiver<Orders>,
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
        let reading = SegmentUpload::of(source);
        let end = match task.segment.size_in_bytes <= single_max(self.shared.settings.part_bytes) {
            true => self.while_led(self.in_one(key, reading)).await?,
            false => self.in_parts(key, reading).await?,
        };
        Ok(end.describe(key, task))
    }

    async fn in_one(&self, key: SegmentKey, mut reading: SegmentUpload) -> Result<UploadEnd, CopyError> {
        let read = tokio::task::spawn_blocking(move || {
            let mut pieces = Vec::new();
            while let Some(piece) = reading.next_piece(READ_SIZE)? {
                pieces.push(piece);
            }
            let end = reading.finish()?;
            pieces.push(end.bytes.clone());
            Ok::<_, CopyError>((pieces, end))
        });
        let (pieces, end) = read.await??;
        self.store.put_segment(&self.partition, key, pieces).await?;
        Ok(end)
    }

    async fn while_led<T>(&self, work: impl Future<Output = Result<T, CopyError>>) -> Result<T, CopyError> {
        tokio::select! {
            done = work => done,
            () = ended(self.orders.clone()) => Err(CopyError::Ended),
        }
    }

    async fn in_parts(&self, key: SegmentKey, reading: SegmentUpload) -> Result<UploadEnd, CopyError> {
        let mut upload = self.store.begin_segment(&self.partition, key).await?;
        let part_bytes = self.shared.settings.part_bytes;
        match self
            .while_led(send_parts(upload.as_mut(), reading, part_bytes))
            .await
        {
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
    mut reading: SegmentUpload,
    part_bytes: usize,
) -> Result<UploadEnd, CopyError> {
    loop {
        let read = tokio::task::spawn_blocking(move || {
            let part = next_part(&mut reading, part_bytes)?;
            Ok::<_, CopyError>((part, reading))
        });
        let (mut part, rest) = read.await??;
        reading = rest;
        if reading.left() > 0 {
            upload
                .put_part(PutPayload::from_iter(part))
                .await
                .map_err(StoreError::from)?;
            continue;
        }
        let end = tokio::task::spawn_blocking(move || reading.finish()).await??;
        part.push(end.bytes.clone());
        upload
            .put_part(PutPayload::from_iter(part))
            .await
            .map_err(StoreError::from)?;
        upload.complete().await.map_err(StoreError::from)?;
        return Ok(end);
    }
}

fn next_part(reading: &mut SegmentUpload, part_bytes: usize) -> Result<Vec<Bytes>, UploadError> {
    let mut part = Vec::new();
    let mut size = 0;
    while size < part_bytes {
        let Some(piece) = reading.next_piece(READ_SIZE.min(part_bytes))? else {
            break;
        };
        size += piece.len();
        part.push(piece);
    }
    Ok(part)
}
