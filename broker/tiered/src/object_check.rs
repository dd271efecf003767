//! Whether an object that goes by piece by piece is the segment that a manifest says it is.
//!
//! Facts in, verdict out. Invariant: an object passes only if every batch and every part of it has its checksum, batches
//! follow one another without a gap that the manifest does not know of, and its footer says what the manifest says.

use broker_model::Offset;
use broker_storage::ClosedSegment;
use thiserror::Error;

use crate::error::RemoteFormatError;
use crate::remote_segment::Offsets;
use crate::segment_object::{FOOTER_SIZE, ObjectLayout, ObjectPart};
use crate::segment_scan::{DamagedSegment, SegmentScan};
use crate::topic_restore::ImportedObject;

/// An object is not the segment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ObjectDamage {
    /// Its batches are damaged.
    #[error("the segment is damaged {0}")]
    Records(#[from] DamagedSegment),
    /// What stands behind them is.
    #[error(transparent)]
    Parts(#[from] RemoteFormatError),
    /// A batch lies elsewhere than it was written, which its checksum does not cover.
    #[error("an offset has no record, and the manifest says that each has one")]
    Gap,
    /// The footer is of another segment.
    #[error("its footer says something else than the manifest")]
    Footer,
}

/// A pass over one object.
#[derive(Debug)]
pub struct ObjectCheck {
    scan: SegmentScan,
    layout: ObjectLayout,
    offsets: Offsets,
    log_left: u64,
    behind: Vec<u8>,
}

impl ObjectCheck {
    /// Begins at the front of the object.
    pub fn new(object: &ImportedObject) -> Self {
        let segment = ClosedSegment {
            base_offset: object.base_offset,
            // A copy may answer for less of the file than it holds.
            next_offset: Offset::MAX,
            size_in_bytes: object.layout.log_size,
            max_timestamp: object.max_timestamp,
        };
        Self {
            scan: SegmentScan::new(segment, u32::MAX),
            layout: object.layout,
            offsets: object.offsets,
            log_left: object.layout.log_size,
            behind: Vec::new(),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When its batches are damaged.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), ObjectDamage> {
        let of_log = usize::try_from(self.log_left)
            .unwrap_or(usize::MAX)
            .min(piece.len());
        let (log, behind) = piece.split_at(of_log);
        self.log_left -= log.len() as u64;
        if !log.is_empty() {
            self.scan.feed(log)?;
        }
        self.behind.extend_from_slice(behind);
        Ok(())
    }

    /// Judges at the end of the object.
    ///
    /// # Errors
    /// When it is not what the manifest says.
    pub fn finish(self) -> Result<(), ObjectDamage> {
        let found = self.scan.offsets_so_far();
        self.scan.finish()?;
        if self.offsets == Offsets::Dense && found == Offsets::Sparse {
            return Err(ObjectDamage::Gap);
        }
        let behind = |from: u64, until: u64| {
            let place = |at: u64| usize::try_from(at - self.layout.log_size).ok();
            place(from)
                .zip(place(until))
                .and_then(|(from, until)| self.behind.get(from..until))
        };
        for part in ObjectPart::ALL {
            let range = self.layout.range(part);
            let bytes = behind(range.start, range.end).unwrap_or_default();
            self.layout.check(part, bytes)?;
        }
        let size = self.layout.object_size();
        let footer = behind(size - FOOTER_SIZE as u64, size).unwrap_or_default();
        match ObjectLayout::parse_footer(footer)? == self.layout {
            true => Ok(()),
            false => Err(ObjectDamage::Footer),
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Timestamp;

    use super::*;
    use crate::small_world::{batches, key};

    fn object() -> (ImportedObject, Vec<u8>) {
        let log = batches(40, 9);
        let parts: [&[u8]; 5] = [b"offsets", b"times", b"", b"producers", b"epochs"];
        let layout = ObjectLayout::of(log.len() as u64, parts);
        let mut bytes = log;
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        bytes.extend_from_slice(&layout.footer());
        let object = ImportedObject {
            from: key(1, 1),
            to: key(1, 9),
            base_offset: Offset::new(40),
            layout,
            max_timestamp: Timestamp::from_ms(48),
            offsets: Offsets::Dense,
        };
        (object, bytes)
    }

    fn check(object: &ImportedObject, bytes: &[u8], piece: usize) -> Result<(), ObjectDamage> {
        let mut check = ObjectCheck::new(object);
        bytes.chunks(piece).try_for_each(|piece| check.feed(piece))?;
        check.finish()
    }

    #[test]
    fn an_object_is_sound_however_it_is_cut() {
        let (object, bytes) = object();
        for piece in [1, 7, 100, bytes.len()] {
            assert_eq!(check(&object, &bytes, piece), Ok(()), "{piece}");
        }
    }

    #[test]
    fn every_byte_that_differs_and_every_end_that_is_missing_is_noticed() {
        let (object, bytes) = object();
        for at in 0..bytes.len() {
            // The one thing that neither a batch's checksum nor its place covers.
            let is_leader_epoch = at < usize::try_from(object.layout.log_size).unwrap()
                && (12..16).contains(&(at % bytes_of_a_batch(&object)));
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            let judged = check(&object, &damaged, 50);
            assert!(is_leader_epoch || judged.is_err(), "byte {at}");
        }
        for end in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert!(check(&object, &bytes[..end], 50).is_err(), "until {end}");
        }
        for end in [0, 1, bytes_of_a_batch(&object) * 4] {
            let judged = check(&object, &bytes[..end], 50);
            assert!(
                matches!(judged, Err(ObjectDamage::Records(_))),
                "until {end}: {judged:?}"
            );
        }
        let other = ImportedObject {
            layout: ObjectLayout::of(
                object.layout.log_size,
                [b"offsets", b"times", b"", b"producers", b"other!"],
            ),
            ..object
        };
        assert!(check(&other, &bytes, 50).is_err());
    }

    #[test]
    fn a_sound_footer_that_says_something_else_is_damage() {
        let (object, mut bytes) = object();
        let other = ObjectLayout::of(
            object.layout.log_size,
            [b"offsets", b"times", b"", b"producers", b"other!"],
        );
        let footer = bytes.len() - FOOTER_SIZE;
        bytes.splice(footer.., other.footer());
        assert_eq!(check(&object, &bytes, 50), Err(ObjectDamage::Footer));
    }

    #[test]
    fn a_gap_is_damage_where_every_offset_had_a_record() {
        let (dense, mut bytes) = object();
        let last = bytes_of_a_batch(&dense) * 8;
        bytes[last + 7] += 1;
        assert_eq!(check(&dense, &bytes, 50), Err(ObjectDamage::Gap));
        let cleaned = ImportedObject {
            offsets: Offsets::Sparse,
            ..dense
        };
        assert_eq!(check(&cleaned, &bytes, 50), Ok(()));
    }

    fn bytes_of_a_batch(object: &ImportedObject) -> usize {
        usize::try_from(object.layout.log_size / 9).unwrap()
    }
}
