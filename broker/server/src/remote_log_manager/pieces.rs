//! Pieces of remote segments on their way to readers, and kept for the next.
//!
//! Owns the cache and who waits for what. A piece is asked of the store once however many want it, by a task of its
//! own, so that a reader who gives up takes nothing from the others. Invariants: the bytes kept never exceed
//! `eddyline.remote.cache.bytes`; an index whose checksum does not match is never kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use broker_tiered::RemoteFormatError;
use broker_tiered::chunk_cache::{ChunkCache, ChunkCacheCounts, Lookup, ReaderId};
use broker_tiered::object_key::SegmentKey;
use broker_tiered::read_plan::{ChunkSize, Piece, PieceKey};
use broker_tiered::remote_fetch::SegmentObject;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::pool::Pool;
use super::{PoolStanding, RemoteSettings, Shared};
use crate::remote_store::StoreError;

/// A piece did not come.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum PieceError {
    /// The store did not give it.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// It is not what was written.
    #[error(transparent)]
    Damaged(#[from] RemoteFormatError),
    /// Nobody asks any more; the broker stops.
    #[error("the broker stops")]
    Stopping,
}

type Answer = Result<Bytes, PieceError>;

#[derive(Debug)]
pub(super) struct Pieces {
    state: Mutex<State>,
    next_reader: AtomicU64,
    reads: Pool,
    /// Those that wait for their turn.
    queued: AtomicU64,
    /// How log files are cut.
    pub(super) chunk_size: ChunkSize,
}

#[derive(Debug)]
struct State {
    cache: ChunkCache,
    waiting: HashMap<ReaderId, oneshot::Sender<Answer>>,
}

impl Pieces {
    pub(super) fn new(settings: &RemoteSettings) -> Self {
        Self {
            state: Mutex::new(State {
                cache: ChunkCache::with_budget(settings.cache_bytes),
                waiting: HashMap::new(),
            }),
            next_reader: AtomicU64::new(0),
            reads: Pool::new(settings.limits.reads),
            queued: AtomicU64::new(0),
            chunk_size: ChunkSize::of(settings.chunk_bytes),
        }
    }

    /// Counts of the cache, and the bytes that it holds.
    pub(super) fn counts(&self) -> (ChunkCacheCounts, usize) {
        let state = self.state.lock();
        (state.cache.counts(), state.cache.size_in_bytes())
    }

    /// How busy the reads of the store are.
    pub(super) fn reading(&self) -> PoolStanding {
        PoolStanding {
            size: self.reads.size(),
            idle: self.reads.idle(),
            queued: self.queued.load(Ordering::Relaxed),
        }
    }

    /// Reads that there may be at a time from now on.
    pub(super) fn resize(&self, reads: usize) {
        self.reads.resize(reads);
    }

    /// Drops everything of a segment: it was found damaged, and is asked of the store anew.
    pub(super) fn forget(&self, segment: SegmentKey) {
        self.state.lock().cache.retain(|key| key.segment != segment);
    }
}

impl Shared {
    /// A piece, kept from before or asked of the store.
    pub(super) async fn piece(self: &Arc<Self>, object: &SegmentObject, piece: Piece) -> Answer {
        let key = PieceKey {
            segment: object.key,
            piece,
        };
        let reader = ReaderId(self.pieces.next_reader.fetch_add(1, Ordering::Relaxed));
        let counters = self.counters_of(object.partition.topic_id);
        let (sender, answer) = oneshot::channel();
        let is_first = {
            let mut state = self.pieces.state.lock();
            let found = state.cache.look_up(key, reader);
            match found {
                Lookup::Hit(bytes) => {
                    counters.cache_hits.add(1);
                    return Ok(bytes);
                }
                Lookup::OnItsWay => {
                    counters.cache_hits.add(1);
                    state.waiting.insert(reader, sender);
                    None
                }
                Lookup::Ask => {
                    counters.cache_misses.add(1);
                    Some(sender)
                }
            }
        };
        if let Some(sender) = is_first {
            let (shared, object) = (self.clone(), object.clone());
            drop(tokio::spawn(async move {
                let answer = shared.ask_store(&object, piece).await;
                shared.arrived(key, &answer);
                // Who asked may have given up; the others have been told.
                let _given_up = sender.send(answer);
            }));
        }
        answer.await.unwrap_or(Err(PieceError::Stopping))
    }

    /// Asks for a piece that somebody will want next. Who wants it asks again, and is told what is wrong.
    pub(super) fn piece_ahead(self: &Arc<Self>, object: &SegmentObject, piece: Piece) {
        let key = PieceKey {
            segment: object.key,
            piece,
        };
        if self.pieces.state.lock().cache.look_ahead(key) {
            self.counters_of(object.partition.topic_id).cache_misses.add(1);
            let (shared, object) = (self.clone(), object.clone());
            drop(tokio::spawn(async move {
                let answer = shared.ask_store(&object, piece).await;
                shared.arrived(key, &answer);
            }));
        }
    }

    async fn ask_store(&self, object: &SegmentObject, piece: Piece) -> Answer {
        self.pieces.queued.fetch_add(1, Ordering::Relaxed);
        let turn = self.pieces.reads.acquire().await;
        self.pieces.queued.fetch_sub(1, Ordering::Relaxed);
        let Ok(_permit) = turn else {
            return Err(PieceError::Stopping);
        };
        let store = self.gate.passed().await;
        let range = object.range(piece, self.pieces.chunk_size);
        self.keep_pace(&self.fetch_throttle, range.end - range.start)
            .await;
        self.counters.read_requests.add(1);
        let bytes = store
            .read_segment(&object.partition, object.key, range)
            .await
            .map_err(Arc::new)?;
        self.counters.read_bytes.add(bytes.len() as u64);
        if let Piece::Part(part) = piece {
            object.layout.check(part, &bytes)?;
        }
        Ok(bytes)
    }

    fn arrived(&self, key: PieceKey, answer: &Answer) {
        let mut state = self.pieces.state.lock();
        let readers = match answer {
            Ok(bytes) => state.cache.arrived(key, bytes),
            Err(_) => state.cache.failed(key),
        };
        for reader in readers {
            if let Some(waiting) = state.waiting.remove(&reader) {
                let _given_up = waiting.send(answer.clone());
            }
        }
    }
}
