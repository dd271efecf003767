//! Reads from the remote part of a log that is led here: batches for a fetch, an offset for a timestamp.
//!
//! The manifest says which segment answers, its index where to begin, and `broker_tiered::remote_scan` which batches
//! are served of the chunks that come. Invariant (I19): nothing is served that is not whole and sound; a segment that
//! is found damaged is asked of the store once more, then the reader is told, and never sent elsewhere. One that left the
//! manifest while it was read is not damaged: who read it begins anew, and learns where the log starts now.

use std::sync::Arc;

use broker_model::{Offset, Timestamp};
use broker_replication::fetch::ReplicaKey;
use broker_tiered::index_lookup::{offset_before, position_of};
use broker_tiered::manifest::Manifest;
use broker_tiered::read_plan::Piece;
use broker_tiered::remote_fetch::{FetchEffect, RemoteFetch, SegmentObject, Window};
pub use broker_tiered::remote_fetch::{RemoteReadError, RemoteRecords, WantedRecords};
use broker_tiered::remote_scan::{FoundRecord, ScanVerdict, find_timestamp};
use broker_tiered::remote_segment::RemoteLogSegmentMetadata;
use broker_tiered::segment_object::ObjectPart;
use bytes::{Bytes, BytesMut};

use super::pieces::PieceError;
use super::{RemoteLogManager, Shared};
use crate::remote_store::StoreError;

/// No offset was found for a timestamp.
pub type ReadTimestampError = RemoteReadError;

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
        let task = self.spawn(async move {
            let begun = shared.clock.elapsed();
            let answer = shared.read(key, wanted).await;
            let took = shared.clock.elapsed().saturating_sub(begun);
            shared.counters.read_times.count(took);
            answer
        });
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
        let begin = |manifest| RemoteFetch::begin(manifest, wanted, self.pieces.chunk_size);
        let (mut fetch, mut effect) = begin(self.manifest(key)?);
        loop {
            if matches!(effect, FetchEffect::Forget(..) | FetchEffect::Refused(_)) {
                let now = self.manifest(key)?;
                if fetch.is_outdated_by(&now) {
                    (fetch, effect) = begin(now);
                    continue;
                }
            }
            let pieces = match effect {
                FetchEffect::Ask(object, pieces) => self.pieces_of(&object, pieces).await,
                FetchEffect::Forget(segment, reason) => {
                    self.note_damage(key, &fetch, &reason);
                    self.pieces.forget(segment);
                    Ok(Vec::new())
                }
                FetchEffect::Served(found) => {
                    if let Some((segment, from)) = fetch.read_last() {
                        self.read_ahead(key, fetch.manifest(), segment, (from, &found));
                    }
                    return Ok(found);
                }
                FetchEffect::Refused(error) => return Err(error),
            };
            effect = fetch.step(pieces);
        }
    }

    async fn pieces_of(
        self: &Arc<Self>,
        object: &SegmentObject,
        pieces: Vec<Piece>,
    ) -> Result<Vec<Bytes>, RemoteReadError> {
        let pieces = pieces.into_iter().map(|piece| self.piece(object, piece));
        futures::future::try_join_all(pieces)
            .await
            .map_err(|error| refusal(&error))
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
        let wasted = self.pieces.counts().0.wasted;
        let window = self.readers.lock().note(key, (from, next), wasted);
        let cut = self.pieces.chunk_size;
        let size = window.saturating_mul(cut.bytes());
        let (object, first) = match next < segment.next_offset {
            true => (SegmentObject::of(manifest, segment), found.end_position),
            false => match manifest.find(next) {
                Some(next) => (SegmentObject::of(manifest, next), 0),
                None => return,
            },
        };
        let chunks = cut.covering(first, size, object.layout.log_size);
        let mut pieces: Vec<Piece> = chunks.map(Piece::Chunk).collect();
        if first == 0 && window > 0 {
            pieces.push(Piece::Part(ObjectPart::OffsetIndex));
        }
        for piece in pieces {
            self.piece_ahead(&object, piece);
        }
    }

    fn note_damage(&self, key: ReplicaKey, fetch: &RemoteFetch, reason: &str) {
        if let Some((segment, _)) = fetch.read_last() {
            self.tell_damage(key, segment, reason);
        }
    }

    fn tell_damage(&self, key: ReplicaKey, segment: &RemoteLogSegmentMetadata, reason: &str) {
        self.counters.damaged_objects.add(1);
        tracing::error!(topic_id = %key.topic, partition = %key.partition, segment = %segment.id, offset = %segment.start_offset, reason,
            "a remote segment is not what was copied; it is asked of the store once more. Should that go on, `eddyline tier verify` \
             tells what is wrong: put the object back (a version of the bucket, or a copy), or give its offsets up by DeleteRecords");
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
            if let Some(found) = self.find_sound(key, (&manifest, segment), target, within).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What is damaged is asked of the store once more; of a segment that left meanwhile nothing is wanted.
    async fn find_sound(
        self: &Arc<Self>,
        key: ReplicaKey,
        (manifest, segment): (&Manifest, &RemoteLogSegmentMetadata),
        target: Timestamp,
        within: std::ops::Range<Offset>,
    ) -> Result<Option<FoundRecord>, RemoteReadError> {
        let found = self.find_in(manifest, segment, target, within.clone()).await;
        let Err(RemoteReadError::Damaged(reason)) = found else {
            return found;
        };
        let is_read = |other: &RemoteLogSegmentMetadata| other.key() == segment.key();
        if !self.manifest(key)?.segments().iter().any(is_read) {
            return Ok(None);
        }
        self.tell_damage(key, segment, &reason);
        self.pieces.forget(segment.key());
        self.find_in(manifest, segment, target, within).await
    }

    async fn find_in(
        self: &Arc<Self>,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        target: Timestamp,
        within: std::ops::Range<Offset>,
    ) -> Result<Option<FoundRecord>, RemoteReadError> {
        let object = SegmentObject::of(manifest, segment);
        let times = self
            .piece(&object, Piece::Part(ObjectPart::TimeIndex))
            .await
            .map_err(|error| refusal(&error))?;
        let index = self
            .piece(&object, Piece::Part(ObjectPart::OffsetIndex))
            .await
            .map_err(|error| refusal(&error))?;
        let from = offset_before(&times, segment.base_offset, target).max(within.start);
        let mut bytes = Window::at(position_of(&index, segment.base_offset, from));
        self.reach(&mut bytes, &object, 1).await?;
        loop {
            let behind = bytes.behind(object.layout.log_size);
            let held = std::mem::take(&mut bytes.held).freeze();
            let verdict = find_timestamp(&held, behind, within.clone(), target);
            bytes.held = BytesMut::from(held);
            match verdict {
                ScanVerdict::Done(found) => return Ok(found),
                ScanVerdict::More { passed, needed } => {
                    bytes.pass(passed);
                    self.reach(&mut bytes, &object, needed).await?;
                }
                ScanVerdict::Damaged(reason) => {
                    return Err(RemoteReadError::Damaged(format!("{}: {reason}", segment.id)));
                }
            }
        }
    }

    /// Reads on until at least so many bytes are held, or the file ends; all chunks at a time.
    async fn reach(
        self: &Arc<Self>,
        bytes: &mut Window,
        object: &SegmentObject,
        size: usize,
    ) -> Result<(), RemoteReadError> {
        let (cut, log_size) = (self.pieces.chunk_size, object.layout.log_size);
        let missing = bytes.missing(size, cut, log_size);
        let chunks = self
            .pieces_of(object, missing.clone().map(Piece::Chunk).collect())
            .await?;
        bytes.take(missing.zip(&chunks), cut, log_size);
        Ok(())
    }
}

/// Why a piece did not come.
fn refusal(error: &PieceError) -> RemoteReadError {
    match error {
        PieceError::Damaged(error) => RemoteReadError::Damaged(error.to_string()),
        PieceError::Store(error) => match &**error {
            StoreError::Failed(_) => RemoteReadError::Store(error.to_string()),
            // Gone or short, though the manifest names it.
            _ => RemoteReadError::Damaged(error.to_string()),
        },
        PieceError::Stopping => RemoteReadError::NotReady,
    }
}
