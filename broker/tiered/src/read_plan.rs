//! Which bytes of which object answer a fetch, in whole chunks.
//!
//! ```text
//!  object   |chunk 0 |chunk 1 |chunk 2 |chunk 3 |  log_size
//!                 |<-- position of the offset index entry
//!           reads  [chunk 0 … chunk 1]  as far as the fetch may take bytes
//! ```
//!
//! Chunks are what is cached and what is asked of the store, so that two readers of one place make one request.
//! Invariants: every byte of the log file is in exactly one chunk; a chunk never reaches behind the log file.

use std::ops::Range;

use crate::object_key::SegmentKey;
use crate::segment_object::ObjectPart;

/// A piece of a segment's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// A chunk of the log file, by its number from 0.
    Chunk(u32),
    /// A part behind it.
    Part(ObjectPart),
}

/// What is asked of the store at once, and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceKey {
    /// The segment.
    pub segment: SegmentKey,
    /// Which piece of it.
    pub piece: Piece,
}

/// How log files are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSize(u32);

impl ChunkSize {
    /// Smallest that makes sense: a request costs as much as some hundred KiB.
    pub const MIN: u32 = 64 << 10;

    /// Bytes of a chunk; at least [`Self::MIN`].
    pub fn of(bytes: u32) -> Self {
        Self(bytes.max(Self::MIN))
    }

    /// Bytes of a full chunk.
    pub const fn bytes(self) -> u32 {
        self.0
    }

    /// The chunk that holds a position.
    pub fn chunk_at(self, position: u64) -> u32 {
        u32::try_from(position / u64::from(self.0)).unwrap_or(u32::MAX)
    }

    /// The bytes of a chunk of a log file of that size.
    pub fn range(self, index: u32, log_size: u64) -> Range<u64> {
        let start = u64::from(index) * u64::from(self.0);
        start.min(log_size)..(start + u64::from(self.0)).min(log_size)
    }

    /// The chunks that hold `size` bytes from `position`; none if the log file ends before.
    pub fn covering(self, position: u64, size: u32, log_size: u64) -> Range<u32> {
        let end = position.saturating_add(u64::from(size)).min(log_size);
        if position >= end {
            return 0..0;
        }
        self.chunk_at(position)..self.chunk_at(end - 1) + 1
    }
}

/// Joins neighbouring chunks that are missing into ranges of bytes, each of at most `request_size_max` bytes (but at
/// least a chunk): one request each.
pub fn requests(missing: &[u32], size: ChunkSize, log_size: u64, request_size_max: u64) -> Vec<Range<u64>> {
    let mut requests: Vec<Range<u64>> = Vec::new();
    for index in missing {
        let chunk = size.range(*index, log_size);
        match requests.last_mut() {
            Some(last) if last.end == chunk.start && chunk.end - last.start <= request_size_max => {
                last.end = chunk.end;
            }
            _ => requests.push(chunk),
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: ChunkSize = ChunkSize(100);

    #[test]
    fn every_byte_is_in_one_chunk_and_none_behind_the_end() {
        let mut next = 0;
        for index in 0..4 {
            let range = SIZE.range(index, 350);
            assert_eq!(range.start, next);
            next = range.end;
        }
        assert_eq!(next, 350);
        assert!(SIZE.range(4, 350).is_empty());
    }

    #[test]
    fn a_fetch_reads_the_chunks_that_hold_its_bytes() {
        assert_eq!(SIZE.covering(99, 1, 350), 0..1);
        assert_eq!(SIZE.covering(99, 2, 350), 0..2);
        assert_eq!(SIZE.covering(200, 100, 350), 2..3);
        assert_eq!(SIZE.covering(340, 100, 350), 3..4);
        assert_eq!(SIZE.covering(350, 100, 350), 0..0);
        assert_eq!(SIZE.covering(10, 0, 350), 0..0);
    }

    #[test]
    fn neighbours_are_one_request_up_to_a_size() {
        assert_eq!(requests(&[0, 1, 3], SIZE, 350, 1_000), [0..200, 300..350]);
        assert_eq!(requests(&[0, 1, 2, 3], SIZE, 350, 200), [0..200, 200..350]);
        assert_eq!(requests(&[0, 1], SIZE, 350, 1), [0..100, 100..200]);
        assert_eq!(requests(&[], SIZE, 350, 1), []);
    }

    #[test]
    fn chunks_are_not_smaller_than_a_request_is_worth() {
        assert_eq!(ChunkSize::of(1).bytes(), ChunkSize::MIN);
    }
}
