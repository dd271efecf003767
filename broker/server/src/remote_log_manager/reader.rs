//! Reads from the remote part of a log that is led here: batches for a fetch, an offset for a timestamp.
//!
//! The manifest says which segment answers, its index where to begin, and `broker_tiered::remote_scan` which batches
//! are served of the chunks that come. Invariant (I19): nothing is served that is not whole and sound; a segment that
//! is found damaged is asked of the store once more, then the reader is told, and never sent elsewhere.

use std::sync::Arc;

use broker_model::{Offset, Timestamp};
use broker_replication::fetch::ReplicaKey;
use broker_storage::{AbortedTransaction, ReadLimits, parse_transaction_index};
use broker_tiered::index_lookup::{offset_before, position_of};
use broker_tiered::manifest::Manifest;
use broker_tiered::read_plan::Piece;
use broker_tiered::remote_scan::{
    Behind, FoundRecord, ScanVerdict, ScanWindow, find_batches, find_timestamp,
};
use broker_tiered::remote_segment::{Offsets, RemoteLogSegmentMetadata};
use broker_tiered::segment_object::ObjectPart;
use bytes::{Bytes, BytesMut};

use super::pieces::{PieceError, SegmentObject};
use super::{RemoteLogManager, Shared};

/// What a fetch wants of the remote part.
#[derive(Clone, Copy, Debug)]
pub struct WantedRecords {
    /// From which offset on.
    pub from: Offset,
    /// Up to which one, by the reader's isolation.
    pub upper: Offset,
    /// How much.
    pub limits: ReadLimits,
}

/// What a fetch gets.
#[derive(Clone, Debug, Default)]
pub struct RemoteRecords {
    /// Whole batches.
    pub records: Bytes,
    /// First offset behind them.
    pub next_offset: Option<Offset>,
    /// Where they end in the log file of their segment.
    pub end_position: u64,
    /// Aborted transactions among them as far as remote indexes tell.
    pub aborted: Vec<AbortedTransaction>,
}

/// The remote part gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum RemoteReadError {
    /// This broker does not hold the manifest, or not yet.
    #[error("the remote part is not known here yet")]
    NotReady,
    /// The log starts behind the offset by now.
    #[error("the log starts at offset {0}")]
    BelowStart(Offset),
    /// No segment answers for an offset that was copied.
    #[error("no remote segment holds offset {0}")]
    Gap(Offset),
    /// An object is not what was copied.
    #[error("a remote segment is damaged: {0}")]
    Damaged(String),
    /// The store did not answer.
    #[error("the remote store did not answer: {0}")]
    Store(String),
}

/// No offset was found for a timestamp.
pub type ReadTimestampError = RemoteReadError;

impl From<PieceError> for RemoteReadError {
    fn from(error: PieceError) -> Self {
        match error {
            PieceError::Damaged(error) => Self::Damaged(error.to_string()),
            PieceError::Store(error) => match &*error {
                crate::remote_store::StoreError::Failed(_) => Self::Store(error.to_string()),
                // Gone or short, though the manifest names it.
                _ => Self::Damaged(error.to_string()),
            },
            PieceError::Stopping => Self::NotReady,
        }
    }
}

impl RemoteLogManager {
    /// Reads records, on the remote tier's own threads.
    ///
    /// # Errors
    /// When nothing can be served.
    pub async fn read(
        &self,
        key: ReplicaKey,
        wanted: WantedRecords,
    ) -> Result<RemoteRecords, RemoteReadError> {
        let shared = self.shared.clone();
        let task = self.spawn(async move { shared.read(key, wanted).await });
        let task = task.ok_or(RemoteReadError::NotReady)?;
        task.await.unwrap_or(Err(RemoteReadError::NotReady))
    }

    /// The first record of the remote part with at least a timestamp, below `below`.
    ///
    /// # Errors
    /// When it cannot be told.
    pub async fn offset_for_timestamp(
        &self,
        key: ReplicaKey,
        target: Timestamp,
        offsets: std::ops::Range<Offset>,
    ) -> Result<Option<FoundRecord>, ReadTimestampError> {
        let shared = self.shared.clone();
        let task = self.spawn(async move { shared.find_since(key, target, offsets).await });
        let task = task.ok_or(RemoteReadError::NotReady)?;
        task.await.unwrap_or(Err(RemoteReadError::NotReady))
    }
}

impl Shared {
    fn manifest(&self, key: ReplicaKey) -> Result<Arc<Manifest>, RemoteReadError> {
        self.led
            .read()
            .get(&key)
            .cloned()
            .ok_or(RemoteReadError::NotReady)
    }

    async fn read(
        self: &Arc<Self>,
        key: ReplicaKey,
        wanted: WantedRecords,
    ) -> Result<RemoteRecords, RemoteReadError> {
        let manifest = self.manifest(key)?;
        let mut from = wanted.from;
        // A segment that a cleaner emptied from here on sends its reader to the next.
        while from < manifest.remote_end() && from < wanted.upper {
            let segment = segment_at(&manifest, from)?;
            let found = match self.read_segment(&manifest, segment, from, &wanted).await {
                Err(RemoteReadError::Damaged(first)) => {
                    self.note_damage(key, segment, &first);
                    self.pieces.forget(segment.key());
                    self.read_segment(&manifest, segment, from, &wanted).await?
                }
                found => found?,
            };
            let is_hole = found.records.is_empty() && found.next_offset == Some(segment.next_offset);
            if !is_hole || segment.offsets == Offsets::Dense {
                let mut found = found;
                self.read_ahead(key, &manifest, segment, (from, &found));
                found.aborted = self
                    .aborted(&manifest, from, found.next_offset.unwrap_or(from))
                    .await?;
                return Ok(found);
            }
            from = segment.next_offset;
        }
        Ok(RemoteRecords {
            next_offset: Some(from),
            ..RemoteRecords::default()
        })
    }

    /// Asks for what a reader that goes on will want next; nobody waits for it.
    fn read_ahead(
        self: &Arc<Self>,
        key: ReplicaKey,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        (from, found): (Offset, &RemoteRecords),
    ) {
        let Some(next) = found.next_offset else { return };
        let window = self.readers.lock().note(key, from, next);
        let cut = self.pieces.chunk_size;
        let size = window.saturating_mul(cut.bytes());
        let (object, first) = match next < segment.next_offset {
            true => (object_of(manifest, segment), found.end_position),
            false => match manifest.find(next) {
                Some(next) => (object_of(manifest, next), 0),
                None => return,
            },
        };
        let chunks = cut.covering(first, size, object.layout.log_size);
        let mut pieces: Vec<Piece> = chunks.map(Piece::Chunk).collect();
        if first == 0 && window > 0 {
            pieces.push(Piece::Part(ObjectPart::OffsetIndex));
        }
        for piece in pieces {
            let (shared, object) = (self.clone(), object.clone());
            drop(tokio::spawn(async move {
                // Who wants it asks again, and is told what is wrong.
                let _answer = shared.piece(&object, piece).await;
            }));
        }
    }

    fn note_damage(&self, key: ReplicaKey, segment: &RemoteLogSegmentMetadata, reason: &str) {
        self.counters.damaged_objects.add(1);
        tracing::error!(topic_id = %key.topic, partition = %key.partition, segment = %segment.id, offset = %segment.start_offset,
            reason, "a remote segment is not what was copied; it is asked of the store once more. Should that go on, `eddyline tier verify` \
                     tells what is wrong: put the object back (a version of the bucket, or a copy), or give its offsets up by DeleteRecords");
    }

    async fn read_segment(
        self: &Arc<Self>,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        from: Offset,
        wanted: &WantedRecords,
    ) -> Result<RemoteRecords, RemoteReadError> {
        let object = object_of(manifest, segment);
        let index = self.piece(&object, Piece::Part(ObjectPart::OffsetIndex)).await?;
        let position = position_of(&index, segment.base_offset, from);
        let limits = (wanted.limits.max_bytes, wanted.limits.min_one);
        let window = ScanWindow::of(segment, (from, wanted.upper), limits);
        let mut bytes = Window::at(position);
        bytes.reach(self, &object, wanted.limits.max_bytes).await?;
        loop {
            match find_batches(&bytes.held, bytes.behind(&object), window) {
                ScanVerdict::Done(found) => {
                    return Ok(RemoteRecords {
                        records: bytes.held.freeze().slice(found.range.clone()),
                        next_offset: Some(found.next_offset),
                        end_position: bytes.position + found.range.end as u64,
                        aborted: Vec::new(),
                    });
                }
                ScanVerdict::More { passed, needed } => {
                    bytes.pass(passed);
                    bytes
                        .reach(self, &object, needed.max(wanted.limits.max_bytes))
                        .await?;
                }
                ScanVerdict::Damaged(reason) => {
                    return Err(RemoteReadError::Damaged(format!("{}: {reason}", segment.id)));
                }
            }
        }
    }

    /// Aborted transactions with records in the range, from the indexes of the segments on; local ones are the log's.
    async fn aborted(
        self: &Arc<Self>,
        manifest: &Manifest,
        from: Offset,
        to: Offset,
    ) -> Result<Vec<AbortedTransaction>, RemoteReadError> {
        let mut aborted = Vec::new();
        let segments = manifest.segments();
        let first = segments.partition_point(|segment| segment.next_offset <= from);
        for segment in &segments[first..] {
            let extent = segment.layout.range(ObjectPart::TransactionIndex);
            if extent.is_empty() {
                continue;
            }
            let object = object_of(manifest, segment);
            let bytes = self
                .piece(&object, Piece::Part(ObjectPart::TransactionIndex))
                .await?;
            let entries = parse_transaction_index(&bytes)
                .map_err(|error| RemoteReadError::Damaged(error.to_string()))?;
            for entry in entries {
                if entry.last_offset >= from && entry.first_offset < to {
                    aborted.push(entry);
                }
                if entry.last_stable_offset >= to {
                    return Ok(aborted);
                }
            }
        }
        Ok(aborted)
    }

    async fn find_since(
        self: &Arc<Self>,
        key: ReplicaKey,
        target: Timestamp,
        offsets: std::ops::Range<Offset>,
    ) -> Result<Option<FoundRecord>, RemoteReadError> {
        let manifest = self.manifest(key)?;
        let candidates = manifest.segments().iter();
        let candidates = candidates.filter(|segment| {
            segment.max_timestamp >= target
                && segment.next_offset > offsets.start
                && segment.start_offset < offsets.end
        });
        for segment in candidates {
            let start = segment.start_offset.max(offsets.start);
            let within = start..segment.next_offset.min(offsets.end);
            if let Some(found) = self.find_in(&manifest, segment, target, within).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn find_in(
        self: &Arc<Self>,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        target: Timestamp,
        within: std::ops::Range<Offset>,
    ) -> Result<Option<FoundRecord>, RemoteReadError> {
        let object = object_of(manifest, segment);
        let times = self.piece(&object, Piece::Part(ObjectPart::TimeIndex)).await?;
        let index = self.piece(&object, Piece::Part(ObjectPart::OffsetIndex)).await?;
        let from = offset_before(&times, segment.base_offset, target).max(within.start);
        let mut bytes = Window::at(position_of(&index, segment.base_offset, from));
        bytes.reach(self, &object, 1).await?;
        loop {
            let behind = bytes.behind(&object);
            let held = std::mem::take(&mut bytes.held).freeze();
            let verdict = find_timestamp(&held, behind, within.clone(), target);
            bytes.held = BytesMut::from(held);
            match verdict {
                ScanVerdict::Done(found) => return Ok(found),
                ScanVerdict::More { passed, needed } => {
                    bytes.pass(passed);
                    bytes.reach(self, &object, needed).await?;
                }
                ScanVerdict::Damaged(reason) => {
                    self.counters.damaged_objects.add(1);
                    return Err(RemoteReadError::Damaged(format!("{}: {reason}", segment.id)));
                }
            }
        }
    }
}

fn segment_at(manifest: &Manifest, offset: Offset) -> Result<&RemoteLogSegmentMetadata, RemoteReadError> {
    let start = manifest.log_start().offset();
    if offset < start {
        return Err(RemoteReadError::BelowStart(start));
    }
    manifest.find(offset).ok_or(RemoteReadError::Gap(offset))
}

fn object_of(manifest: &Manifest, segment: &RemoteLogSegmentMetadata) -> SegmentObject {
    SegmentObject {
        partition: manifest.partition.clone(),
        key: segment.key(),
        layout: segment.layout,
    }
}

/// Bytes of a log file from a position on, as far as they were read.
struct Window {
    position: u64,
    held: BytesMut,
}

impl Window {
    fn at(position: u64) -> Self {
        Self {
            position,
            held: BytesMut::new(),
        }
    }

    fn behind(&self, object: &SegmentObject) -> Behind {
        match self.position + self.held.len() as u64 >= object.layout.log_size {
            true => Behind::Nothing,
            false => Behind::More,
        }
    }

    /// Drops bytes at the front.
    fn pass(&mut self, bytes: usize) {
        self.position += bytes as u64;
        let kept = self.held.len().saturating_sub(bytes);
        let _passed = self.held.split_to(self.held.len() - kept);
    }

    /// Reads on until at least so many bytes are held, or the file ends; all chunks at a time.
    async fn reach(
        &mut self,
        shared: &Arc<Shared>,
        object: &SegmentObject,
        size: usize,
    ) -> Result<(), RemoteReadError> {
        let cut = shared.pieces.chunk_size;
        let log_size = object.layout.log_size;
        let end = self.position + self.held.len() as u64;
        let missing = size.saturating_sub(self.held.len());
        let missing = cut.covering(end, u32::try_from(missing).unwrap_or(u32::MAX), log_size);
        let chunks = missing
            .clone()
            .map(|index| shared.piece(object, Piece::Chunk(index)));
        let chunks = futures::future::try_join_all(chunks).await?;
        for (index, chunk) in missing.zip(chunks) {
            let end = self.position + self.held.len() as u64;
            let begins = cut.range(index, log_size).start;
            let skipped = usize::try_from(end - begins).unwrap_or(usize::MAX);
            let news = chunk.get(skipped..).unwrap_or_default();
            self.held.extend_from_slice(news);
        }
        Ok(())
    }
}
