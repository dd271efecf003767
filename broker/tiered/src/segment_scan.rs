//! What a copy of a segment says about its records, found out in the one pass in which the file is read.
//!
//! Facts in, verdict out: the data file goes through piece by piece, however it is cut, and what comes out are fresh
//! indexes in Kafka's form, the largest timestamp, and whether every offset has a record. Invariant (I24): a file with
//! a batch that is damaged, cut short or out of order is refused, so that damage of a local disk is never copied. The
//! indexes are made anew because those on disk have no checksum.

use std::ops::Range;

use broker_model::{Offset, Timestamp};
use broker_storage::{BATCH_HEADER_SIZE, BatchView, ClosedSegment, EpochEntry};
use thiserror::Error;

use crate::remote_scan::names_its_epoch;
use crate::remote_segment::Offsets;

/// The local file is not what it should be; it is not copied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("at position {position}: {reason}")]
pub struct DamagedSegment {
    /// Where in the file.
    pub position: u64,
    /// What is wrong there.
    pub reason: &'static str,
}

/// What the pass found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedSegment {
    /// Bytes of the data file.
    pub log_size: u64,
    /// Kafka's offset index.
    pub offset_index: Vec<u8>,
    /// Kafka's time index.
    pub time_index: Vec<u8>,
    /// Largest timestamp of its records; none of formats without.
    pub max_timestamp: Option<Timestamp>,
    /// Whether every offset has a record.
    pub offsets: Offsets,
}

/// A pass over one segment.
#[derive(Debug)]
pub struct SegmentScan {
    segment: ClosedSegment,
    interval: u64,
    position: u64,
    expected: Offset,
    /// The beginning of a batch that the next piece goes on with.
    carry: Vec<u8>,
    since_entry: u64,
    newest: Option<(Timestamp, Offset)>,
    last_time_entry: Option<Timestamp>,
    /// The leader epochs of the offsets of which they are known.
    epochs: Option<(Vec<EpochEntry>, Range<Offset>)>,
    found: ScannedSegment,
}

impl SegmentScan {
    /// Begins at the front of the segment; index entries stand at least `interval` bytes apart.
    pub fn new(segment: ClosedSegment, interval: u32) -> Self {
        Self {
            expected: segment.base_offset,
            segment,
            interval: u64::from(interval),
            position: 0,
            carry: Vec::new(),
            since_entry: 0,
            newest: None,
            last_time_entry: None,
            epochs: None,
            found: ScannedSegment {
                log_size: 0,
                offset_index: Vec::new(),
                time_index: Vec::new(),
                max_timestamp: None,
                offsets: Offsets::Dense,
            },
        }
    }

    /// Batches with these offsets name the epoch that wrote them, which no checksum covers, or they are damaged.
    #[must_use]
    pub fn written_in(mut self, epochs: Vec<EpochEntry>, offsets: Range<Offset>) -> Self {
        self.epochs = Some((epochs, offsets));
        self
    }

    /// Takes the next piece of the file.
    ///
    /// # Errors
    /// When a batch in it is damaged.
    pub fn feed(&mut self, mut piece: &[u8]) -> Result<(), DamagedSegment> {
        while !piece.is_empty() {
            if self.carry.is_empty() {
                let taken = self.take_batch(piece)?;
                if taken > 0 {
                    piece = &piece[taken..];
                    continue;
                }
            }
            let wanted = self.wanted_size()?.saturating_sub(self.carry.len()).max(1);
            let (now, later) = piece.split_at(wanted.min(piece.len()));
            self.carry.extend_from_slice(now);
            piece = later;
            let carry = std::mem::take(&mut self.carry);
            if self.take_batch(&carry)? == 0 {
                self.carry = carry;
            }
        }
        Ok(())
    }

    /// Whether every offset of what went by so far has a record.
    pub fn offsets_so_far(&self) -> Offsets {
        self.found.offsets
    }

    /// The file is over.
    ///
    /// # Errors
    /// When it ends inside of a batch, or is not as long as the log says.
    pub fn finish(mut self) -> Result<ScannedSegment, DamagedSegment> {
        if !self.carry.is_empty() {
            return Err(self.damaged("the last batch is cut short"));
        }
        if self.position != self.segment.size_in_bytes {
            return Err(self.damaged("the file is not as long as its log says"));
        }
        if self.expected != self.segment.next_offset {
            self.found.offsets = Offsets::Sparse;
        }
        self.note_time();
        self.found.log_size = self.position;
        self.found.max_timestamp = self.newest.map(|(timestamp, _)| timestamp);
        Ok(self.found)
    }

    /// How many bytes of the batch in the carry are needed to go on.
    fn wanted_size(&self) -> Result<usize, DamagedSegment> {
        match self.carry.len() < BATCH_HEADER_SIZE {
            true => Ok(BATCH_HEADER_SIZE),
            false => Ok(self.view_of(&self.carry)?.size),
        }
    }

    /// Takes the batch at the front; 0 if it is not whole.
    fn take_batch(&mut self, bytes: &[u8]) -> Result<usize, DamagedSegment> {
        let left = self.segment.size_in_bytes.saturating_sub(self.position);
        let is_whole_file = bytes.len() as u64 >= left;
        if bytes.len() < BATCH_HEADER_SIZE && !is_whole_file {
            return Ok(0);
        }
        let view = self.view_of(bytes)?;
        if view.size as u64 > left {
            return Err(self.damaged("the batch is cut short"));
        }
        if view.size > bytes.len() {
            return Ok(0);
        }
        self.note(&view, &bytes[..view.size])?;
        Ok(view.size)
    }

    fn view_of(&self, bytes: &[u8]) -> Result<BatchView, DamagedSegment> {
        BatchView::parse(bytes).map_err(|reason| self.damaged(reason))
    }

    fn note(&mut self, view: &BatchView, bytes: &[u8]) -> Result<(), DamagedSegment> {
        if view.base_offset < self.expected || view.next_offset() > self.segment.next_offset {
            return Err(self.damaged("the offsets are out of order"));
        }
        if !view.checksum_matches(bytes) {
            return Err(self.damaged("the checksum does not match"));
        }
        if let Some((epochs, offsets)) = &self.epochs
            && view.base_offset >= offsets.start
            && view.next_offset() <= offsets.end
            && !names_its_epoch(epochs, view)
        {
            return Err(self.damaged("the leader epoch is not the one that wrote it"));
        }
        if view.base_offset > self.expected {
            self.found.offsets = Offsets::Sparse;
        }
        if view.max_timestamp.as_ms() >= 0
            && self.newest.is_none_or(|(newest, _)| view.max_timestamp > newest)
        {
            self.newest = Some((view.max_timestamp, view.last_offset));
        }
        if self.since_entry > self.interval {
            self.note_offset(view.last_offset);
            self.note_time();
            self.since_entry = 0;
        }
        self.since_entry += view.size as u64;
        self.position += view.size as u64;
        self.expected = view.next_offset();
        Ok(())
    }

    fn note_offset(&mut self, last: Offset) {
        // Positions of Kafka's index have 32 bits; a scan from the last entry finds what lies behind.
        if let (Some(relative), Ok(position)) = (self.relative(last), u32::try_from(self.position)) {
            let index = &mut self.found.offset_index;
            index.extend_from_slice(&relative.to_be_bytes());
            index.extend_from_slice(&position.to_be_bytes());
        }
    }

    fn note_time(&mut self) {
        let Some((timestamp, offset)) = self.newest else {
            return;
        };
        let is_news = self.last_time_entry.is_none_or(|last| timestamp > last);
        if let (true, Some(relative)) = (is_news, self.relative(offset)) {
            let index = &mut self.found.time_index;
            index.extend_from_slice(&timestamp.as_ms().to_be_bytes());
            index.extend_from_slice(&relative.to_be_bytes());
            self.last_time_entry = Some(timestamp);
        }
    }

    fn relative(&self, offset: Offset) -> Option<u32> {
        u32::try_from(offset.since(self.segment.base_offset)).ok()
    }

    fn damaged(&self, reason: &'static str) -> DamagedSegment {
        DamagedSegment {
            position: self.position,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_storage::{parse_offset_index, parse_time_index};

    use super::*;
    use crate::small_world::{batches, closed_of};

    fn scan(bytes: &[u8], segment: ClosedSegment, piece: usize) -> Result<ScannedSegment, DamagedSegment> {
        let mut scan = SegmentScan::new(segment, 100);
        bytes.chunks(piece).try_for_each(|piece| scan.feed(piece))?;
        scan.finish()
    }

    #[test]
    fn however_the_file_is_cut_the_same_is_found() {
        let bytes = batches(5, 40);
        let whole = scan(&bytes, closed_of(5, &bytes), bytes.len()).unwrap();
        assert_eq!(whole.log_size, bytes.len() as u64);
        assert_eq!(
            (whole.max_timestamp, whole.offsets),
            (Some(Timestamp::from_ms(44)), Offsets::Dense)
        );
        for piece in [1, 7, 61, 100, 1_000] {
            assert_eq!(
                scan(&bytes, closed_of(5, &bytes), piece),
                Ok(whole.clone()),
                "{piece}"
            );
        }
    }

    #[test]
    fn the_indexes_are_kafkas_and_name_batches() {
        let bytes = batches(5, 40);
        let found = scan(&bytes, closed_of(5, &bytes), 64).unwrap();
        let offsets = parse_offset_index(&found.offset_index).unwrap();
        assert!(offsets.len() > 10);
        for entry in offsets {
            let view = BatchView::parse(&bytes[entry.position as usize..]).unwrap();
            assert_eq!(view.last_offset.value(), 5 + i64::from(entry.relative_offset));
        }
        let times = parse_time_index(&found.time_index).unwrap();
        assert!(
            times
                .iter()
                .all(|entry| entry.timestamp.as_ms() == 5 + i64::from(entry.relative_offset))
        );
        assert_eq!(times.last().unwrap().timestamp.as_ms(), 44);
    }

    #[test]
    fn every_flipped_bit_of_a_file_keeps_it_from_being_copied() {
        let bytes = batches(0, 3);
        let segment = closed_of(0, &bytes);
        let sound = scan(&bytes, segment, bytes.len()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let found = scan(&damaged, segment, 50);
            // The leader epoch stands outside of Kafka's checksum.
            let is_epoch = (12..16).contains(&(bit / 8 % (bytes.len() / 3)));
            assert!(
                found.is_err() || (is_epoch && found == Ok(sound.clone())),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_file_that_ends_early_or_late_is_refused() {
        let bytes = batches(0, 3);
        let segment = closed_of(0, &bytes);
        for end in 0..bytes.len() {
            assert!(scan(&bytes[..end], segment, 50).is_err(), "{end} bytes");
        }
        let mut longer = bytes.clone();
        longer.extend_from_slice(&batches(3, 1));
        assert!(scan(&longer, segment, 50).is_err());
    }

    #[test]
    fn offsets_without_records_are_noticed() {
        let mut bytes = batches(0, 3);
        bytes.extend_from_slice(&batches(5, 1));
        assert_eq!(
            scan(&bytes, closed_of(0, &bytes), 50).unwrap().offsets,
            Offsets::Sparse
        );
        let bytes = batches(0, 3);
        let longer = ClosedSegment {
            next_offset: Offset::new(4),
            ..closed_of(0, &bytes)
        };
        assert_eq!(scan(&bytes, longer, 50).unwrap().offsets, Offsets::Sparse);
    }
}
