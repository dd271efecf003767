//! How a fetch is answered from the remote part of a log, one set of pieces after the other.
//!
//! ```text
//!  manifest ─► segment ─► its offset index ─► chunks, until whole batches are there ─► aborted transactions ─► served
//!                 ▲                                  │ damaged: asked of the store once more, then told
//!                 └──────────────────────────────────┘
//! ```
//!
//! Says which pieces of which object are wanted, takes them, and says which bytes are served. Owns the bytes on their way.
//! Invariant (I19): nothing is served that is not whole and sound; a segment that is found damaged twice is told, and its
//! reader never sent elsewhere. Where pieces come from, and which are kept, is not known here.

use std::ops::Range;
use std::sync::Arc;

use broker_model::Offset;
use broker_storage::{AbortedTransaction, ReadLimits, parse_transaction_index};
use bytes::{Bytes, BytesMut};

use crate::index_lookup::position_of;
use crate::manifest::Manifest;
use crate::object_key::{RemotePartition, SegmentKey};
use crate::read_plan::{ChunkSize, Piece};
use crate::remote_scan::{Behind, FoundBatches, ScanVerdict, ScanWindow, find_batches};
use crate::remote_segment::{Offsets, RemoteLogSegmentMetadata};
use crate::segment_object::{ObjectLayout, ObjectPart};

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
    /// Aborted transactions among them as far as remote indexes tell: those whose markers stand before the remote end.
    pub aborted: Vec<AbortedTransaction>,
    /// Where the remote part ended that was read.
    pub remote_end: Offset,
}

/// The remote part gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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

/// A segment's object, and how it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentObject {
    /// Whose it is.
    pub partition: RemotePartition,
    /// Its key.
    pub key: SegmentKey,
    /// Where its parts are.
    pub layout: ObjectLayout,
}

impl SegmentObject {
    /// Of a segment that a manifest names.
    pub fn of(manifest: &Manifest, segment: &RemoteLogSegmentMetadata) -> Self {
        Self {
            partition: manifest.partition.clone(),
            key: segment.key(),
            layout: segment.layout,
        }
    }

    /// The bytes of a piece.
    pub fn range(&self, piece: Piece, chunks: ChunkSize) -> Range<u64> {
        match piece {
            Piece::Chunk(index) => chunks.range(index, self.layout.log_size),
            Piece::Part(part) => self.layout.range(part),
        }
    }
}

/// What a fetch comes to.
#[derive(Clone, Debug)]
pub enum FetchEffect {
    /// These pieces of the object, all at a time; answered by [`RemoteFetch::step`].
    Ask(SegmentObject, Vec<Piece>),
    /// Nothing that was kept of the segment is to be believed; it is asked anew. Answered with no pieces.
    Forget(SegmentKey, String),
    /// The records.
    Served(RemoteRecords),
    /// None.
    Refused(RemoteReadError),
}

/// What is awaited.
#[derive(Clone, Debug)]
enum State {
    Index,
    Chunks(Range<u32>),
    Again,
    Aborted { found: RemoteRecords, segment: usize },
    Over,
}

/// A fetch on its way.
#[derive(Clone, Debug)]
pub struct RemoteFetch {
    manifest: Arc<Manifest>,
    wanted: WantedRecords,
    chunks: ChunkSize,
    from: Offset,
    /// Number in the manifest of the segment that is read.
    segment: usize,
    /// Whether it was found damaged before.
    was_damaged: bool,
    window: Window,
    state: State,
}

impl RemoteRecords {
    /// Whether the local part, which begins at an offset by now, tells of every marker that the remote part that was read
    /// does not. If not, segments were copied and given up meanwhile, and another read finds them in the manifest of now;
    /// one that finds the same remote end as the read before has no more to find.
    pub fn joins(&self, local_start: Offset, read_before: Option<Offset>) -> bool {
        local_start <= self.remote_end || read_before == Some(self.remote_end)
    }

    /// Takes up what the local part tells of transactions with records in what was found.
    pub fn take_local(&mut self, local: Vec<AbortedTransaction>) {
        let known: Vec<_> = self.aborted.iter().map(|entry| entry.last_offset).collect();
        let news = local
            .into_iter()
            .filter(|entry| !known.contains(&entry.last_offset));
        self.aborted.extend(news);
    }
}

impl RemoteFetch {
    /// Begins to read.
    pub fn begin(manifest: Arc<Manifest>, wanted: WantedRecords, chunks: ChunkSize) -> (Self, FetchEffect) {
        let mut fetch = Self {
            manifest,
            wanted,
            chunks,
            from: wanted.from,
            segment: 0,
            was_damaged: false,
            window: Window::at(0),
            state: State::Over,
        };
        let effect = fetch.next_segment();
        (fetch, effect)
    }

    /// Takes the pieces that were asked for, in order, or why there are not all.
    pub fn step(&mut self, pieces: Result<Vec<Bytes>, RemoteReadError>) -> FetchEffect {
        let state = std::mem::replace(&mut self.state, State::Over);
        let pieces = match (pieces, &state) {
            (Ok(pieces), _) => pieces,
            (Err(RemoteReadError::Damaged(why)), State::Index | State::Chunks(_)) => {
                return self.damaged(why);
            }
            (Err(error), _) => return FetchEffect::Refused(error),
        };
        match state {
            State::Index => self.begin_at(pieces.first().map_or(&[], |index| index)),
            State::Chunks(asked) => {
                self.window
                    .take(asked.zip(&pieces), self.chunks, self.object().layout.log_size);
                self.scan()
            }
            State::Again => self.ask_index(),
            State::Aborted { found, segment } => self.take_aborted(found, segment, pieces.first()),
            State::Over => FetchEffect::Refused(RemoteReadError::NotReady),
        }
    }

    /// The manifest that it reads by.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// The segment that was read last, and from which offset on.
    pub fn read_last(&self) -> Option<(&RemoteLogSegmentMetadata, Offset)> {
        let segment = self.manifest.segments().get(self.segment)?;
        Some((segment, self.from))
    }

    /// Whether the segment that was read last has left the manifest since: its object may be deleted, and what is missing
    /// of it is no damage. Its reader begins anew with the manifest of now.
    pub fn is_outdated_by(&self, now: &Manifest) -> bool {
        let is_named = |key| now.segments().iter().any(|segment| segment.key() == key);
        self.read_last()
            .is_some_and(|(segment, _)| !is_named(segment.key()))
    }

    fn object(&self) -> SegmentObject {
        SegmentObject::of(&self.manifest, &self.manifest.segments()[self.segment])
    }

    fn ask(&mut self, state: State, pieces: Vec<Piece>) -> FetchEffect {
        self.state = state;
        FetchEffect::Ask(self.object(), pieces)
    }

    fn ask_index(&mut self) -> FetchEffect {
        self.ask(State::Index, vec![Piece::Part(ObjectPart::OffsetIndex)])
    }

    /// A segment that a cleaner emptied from here on sends its reader to the next.
    fn next_segment(&mut self) -> FetchEffect {
        if self.from >= self.manifest.remote_end() || self.from >= self.wanted.upper {
            return FetchEffect::Served(RemoteRecords {
                next_offset: Some(self.from),
                remote_end: self.manifest.remote_end(),
                ..RemoteRecords::default()
            });
        }
        let start = self.manifest.log_start().offset();
        if self.from < start {
            return FetchEffect::Refused(RemoteReadError::BelowStart(start));
        }
        let segments = self.manifest.segments();
        let at = segments.partition_point(|segment| segment.next_offset <= self.from);
        match segments.get(at).filter(|segment| segment.holds(self.from)) {
            Some(_) => {
                (self.segment, self.was_damaged) = (at, false);
                self.ask_index()
            }
            None => FetchEffect::Refused(RemoteReadError::Gap(self.from)),
        }
    }

    fn begin_at(&mut self, index: &[u8]) -> FetchEffect {
        let base = self.manifest.segments()[self.segment].base_offset;
        self.window = Window::at(position_of(index, base, self.from));
        self.reach(self.wanted.limits.max_bytes)
    }

    /// Reads on until at least so many bytes are held, or the file ends.
    fn reach(&mut self, size: usize) -> FetchEffect {
        let log_size = self.object().layout.log_size;
        let missing = self.window.missing(size, self.chunks, log_size);
        match missing.is_empty() {
            true => self.scan(),
            false => self.ask(
                State::Chunks(missing.clone()),
                missing.map(Piece::Chunk).collect(),
            ),
        }
    }

    fn scan(&mut self) -> FetchEffect {
        let limits = self.wanted.limits;
        let segment = &self.manifest.segments()[self.segment];
        let behind = self.window.behind(segment.layout.log_size);
        let window = ScanWindow::of(
            segment,
            (self.from, self.wanted.upper),
            (limits.max_bytes, limits.min_one),
        );
        match find_batches(&self.window.held, behind, window) {
            ScanVerdict::Done(found) => self.found(&found),
            ScanVerdict::More { .. } if behind == Behind::Nothing => {
                self.damaged(format!("{}: it ends inside of a batch", self.object().key.id))
            }
            ScanVerdict::More { passed, needed } => {
                self.window.pass(passed);
                self.reach(needed.max(limits.max_bytes))
            }
            ScanVerdict::Damaged(reason) => self.damaged(format!("{}: {reason}", self.object().key.id)),
        }
    }

    fn damaged(&mut self, why: String) -> FetchEffect {
        if std::mem::replace(&mut self.was_damaged, true) {
            return FetchEffect::Refused(RemoteReadError::Damaged(why));
        }
        self.state = State::Again;
        FetchEffect::Forget(self.object().key, why)
    }

    fn found(&mut self, batches: &FoundBatches) -> FetchEffect {
        let segment = &self.manifest.segments()[self.segment];
        let is_hole = batches.range.is_empty() && batches.next_offset == segment.next_offset;
        if is_hole && segment.offsets == Offsets::Sparse {
            self.from = segment.next_offset;
            return self.next_segment();
        }
        let held = std::mem::take(&mut self.window.held).freeze();
        let found = RemoteRecords {
            records: held.slice(batches.range.clone()),
            next_offset: Some(batches.next_offset),
            end_position: self.window.position + batches.range.end as u64,
            aborted: Vec::new(),
            remote_end: self.manifest.remote_end(),
        };
        self.look_for_aborted(found, self.segment)
    }

    /// Aborted transactions with records in the range, from the indexes of the segments on; local ones are the log's.
    fn look_for_aborted(&mut self, found: RemoteRecords, from: usize) -> FetchEffect {
        let behind = self.manifest.segments().iter().enumerate().skip(from);
        let mut with_index =
            behind.filter(|(_, segment)| !segment.layout.range(ObjectPart::TransactionIndex).is_empty());
        match with_index.next() {
            None => FetchEffect::Served(found),
            Some((number, segment)) => {
                let object = SegmentObject::of(&self.manifest, segment);
                self.state = State::Aborted {
                    found,
                    segment: number,
                };
                FetchEffect::Ask(object, vec![Piece::Part(ObjectPart::TransactionIndex)])
            }
        }
    }

    fn take_aborted(
        &mut self,
        mut found: RemoteRecords,
        segment: usize,
        index: Option<&Bytes>,
    ) -> FetchEffect {
        let entries = match parse_transaction_index(index.map_or(&[], |index| index)) {
            Ok(entries) => entries,
            Err(error) => return FetchEffect::Refused(RemoteReadError::Damaged(error.to_string())),
        };
        let to = found.next_offset.unwrap_or(self.from);
        for entry in entries {
            if entry.last_offset >= self.from && entry.first_offset < to {
                found.aborted.push(entry);
            }
            if entry.last_stable_offset >= to {
                return FetchEffect::Served(found);
            }
        }
        self.look_for_aborted(found, segment + 1)
    }
}

/// Bytes of a log file from a position on, as far as they were read.
#[derive(Clone, Debug)]
pub struct Window {
    /// Where they begin.
    pub position: u64,
    /// The bytes.
    pub held: BytesMut,
}

impl Window {
    /// Nothing yet, from a position on.
    pub fn at(position: u64) -> Self {
        Self {
            position,
            held: BytesMut::new(),
        }
    }

    fn end(&self) -> u64 {
        self.position + self.held.len() as u64
    }

    /// Whether more can come.
    pub fn behind(&self, log_size: u64) -> Behind {
        match self.end() >= log_size {
            true => Behind::Nothing,
            false => Behind::More,
        }
    }

    /// Drops bytes at the front.
    pub fn pass(&mut self, bytes: usize) {
        self.position += bytes as u64;
        let kept = self.held.len().saturating_sub(bytes);
        let _passed = self.held.split_to(self.held.len() - kept);
    }

    /// The chunks without which less than so many bytes are held, though the file has more.
    pub fn missing(&self, size: usize, chunks: ChunkSize, log_size: u64) -> Range<u32> {
        let missing = size.saturating_sub(self.held.len());
        chunks.covering(self.end(), u32::try_from(missing).unwrap_or(u32::MAX), log_size)
    }

    /// Takes chunks that follow.
    pub fn take<'a>(
        &mut self,
        chunks: impl IntoIterator<Item = (u32, &'a Bytes)>,
        cut: ChunkSize,
        log_size: u64,
    ) {
        for (index, chunk) in chunks {
            let begins = cut.range(index, log_size).start;
            let skipped = usize::try_from(self.end() - begins).unwrap_or(usize::MAX);
            let news = chunk.get(skipped..).unwrap_or_default();
            self.held.extend_from_slice(news);
        }
    }
}

#[cfg(test)]
mod tests;
