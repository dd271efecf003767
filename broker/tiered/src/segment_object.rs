//! How a segment lies in its one object: the log file, then everything that is needed to read it without the log.
//!
//! ```text
//!  0          log_size
//!  | log file | offset index | time index | transaction index | producer snapshot | leader epochs | footer |
//! ```
//!
//! One object is one upload, so that nothing of a segment can be missing when the manifest names it. The footer says
//! the same as the manifest about the parts, with a checksum each: a bucket can be read with no manifest at all.
//! Invariant: parts follow one another without a gap. The format is ours; it carries a version.

use crate::error::RemoteFormatError;

/// Version of the footer that is written.
const VERSION: u32 = 1;
const MAGIC: [u8; 8] = *b"eddyseg\0";
/// Bytes at the end of an object that say where everything is.
pub const FOOTER_SIZE: usize = 8 + 4 + 8 + PARTS * 12 + 4;
const PARTS: usize = 5;
const LARGEST_OBJECT: u64 = 5 << 40;

/// A part behind the log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectPart {
    /// Kafka's offset index of the segment.
    OffsetIndex,
    /// Kafka's time index of the segment.
    TimeIndex,
    /// Kafka's transaction index of the segment; empty for most.
    TransactionIndex,
    /// State of producers at the end of the segment.
    ProducerSnapshot,
    /// `leader-epoch-checkpoint`, up to the end of the segment.
    LeaderEpochs,
}

impl ObjectPart {
    /// All of them, in the order in which they lie.
    pub const ALL: [Self; PARTS] = [
        Self::OffsetIndex,
        Self::TimeIndex,
        Self::TransactionIndex,
        Self::ProducerSnapshot,
        Self::LeaderEpochs,
    ];

    const fn index(self) -> usize {
        self as usize
    }
}

/// Size and checksum (CRC-32C) of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartExtent {
    /// Bytes.
    pub size: u32,
    /// CRC-32C of these bytes.
    pub crc: u32,
}

/// Where the parts of an object are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectLayout {
    /// Bytes of the log file, from position 0. Its batches carry checksums of their own.
    pub log_size: u64,
    /// The parts behind it, in the order of [`ObjectPart::ALL`].
    pub parts: [PartExtent; PARTS],
}

impl ObjectLayout {
    /// Of a log file of that size, and the parts behind it.
    pub fn of(log_size: u64, parts: [&[u8]; PARTS]) -> Self {
        let extent = |part: &[u8]| PartExtent {
            size: u32::try_from(part.len()).unwrap_or(u32::MAX),
            crc: crc32c(part),
        };
        Self {
            log_size,
            parts: parts.map(extent),
        }
    }

    /// First byte of a part, and one behind its last.
    pub fn range(&self, part: ObjectPart) -> std::ops::Range<u64> {
        let before: u64 = self.parts[..part.index()]
            .iter()
            .map(|part| u64::from(part.size))
            .sum();
        let start = self.log_size + before;
        start..start + u64::from(self.parts[part.index()].size)
    }

    /// Bytes of the whole object.
    pub fn object_size(&self) -> u64 {
        let parts: u64 = self.parts.iter().map(|part| u64::from(part.size)).sum();
        self.log_size + parts + FOOTER_SIZE as u64
    }

    /// Whether bytes that were read are that part.
    ///
    /// # Errors
    /// When they are not as long as the part, or are damaged.
    pub fn check(&self, part: ObjectPart, bytes: &[u8]) -> Result<(), RemoteFormatError> {
        let what = part.name();
        let extent = self.parts[part.index()];
        if bytes.len() as u64 != u64::from(extent.size) {
            return Err(RemoteFormatError::Size {
                what,
                expected: u64::from(extent.size),
                found: bytes.len() as u64,
            });
        }
        same_checksum(what, extent.crc, crc32c(bytes))
    }

    /// The last bytes of the object.
    pub fn footer(&self) -> [u8; FOOTER_SIZE] {
        let mut footer = Vec::with_capacity(FOOTER_SIZE);
        footer.extend_from_slice(&MAGIC);
        footer.extend_from_slice(&VERSION.to_be_bytes());
        footer.extend_from_slice(&self.log_size.to_be_bytes());
        for part in &self.parts {
            footer.extend_from_slice(&u64::from(part.size).to_be_bytes());
            footer.extend_from_slice(&part.crc.to_be_bytes());
        }
        let crc = crc32c(&footer);
        footer.extend_from_slice(&crc.to_be_bytes());
        footer
            .try_into()
            .expect("the fields add up to the size of a footer")
    }

    /// Reads the last bytes of an object.
    ///
    /// # Errors
    /// When they are no footer, of a later version, or damaged.
    pub fn parse_footer(bytes: &[u8]) -> Result<Self, RemoteFormatError> {
        const WHAT: &str = "the footer of a segment";
        let footer: &[u8; FOOTER_SIZE] = bytes.try_into().map_err(|_| RemoteFormatError::Size {
            what: WHAT,
            expected: FOOTER_SIZE as u64,
            found: bytes.len() as u64,
        })?;
        let (body, crc) = footer.split_at(FOOTER_SIZE - 4);
        if body[..8] != MAGIC {
            return Err(RemoteFormatError::Malformed {
                what: WHAT,
                reason: "the object is no segment of this product".to_owned(),
            });
        }
        let mut fields = Fields(&body[8..]);
        let version = fields.u32();
        if version != VERSION {
            return Err(RemoteFormatError::Version {
                what: WHAT,
                found: version,
                newest: VERSION,
            });
        }
        same_checksum(WHAT, Fields(crc).u32(), crc32c(body))?;
        let log_size = fields.u64();
        let mut layout = Self {
            log_size,
            ..Self::default()
        };
        for part in &mut layout.parts {
            let size = fields.u64();
            part.crc = fields.u32();
            part.size = u32::try_from(size).map_err(|_| too_large(WHAT, size))?;
        }
        if layout.log_size > LARGEST_OBJECT {
            return Err(too_large(WHAT, layout.log_size));
        }
        Ok(layout)
    }
}

impl ObjectPart {
    /// What errors call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OffsetIndex => "the offset index of a segment",
            Self::TimeIndex => "the time index of a segment",
            Self::TransactionIndex => "the transaction index of a segment",
            Self::ProducerSnapshot => "the producer snapshot of a segment",
            Self::LeaderEpochs => "the leader epochs of a segment",
        }
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&mut self) -> u32 {
        let (field, rest) = self.0.split_first_chunk().unwrap_or((&[0; 4], &[]));
        self.0 = rest;
        u32::from_be_bytes(*field)
    }

    fn u64(&mut self) -> u64 {
        let (field, rest) = self.0.split_first_chunk().unwrap_or((&[0; 8], &[]));
        self.0 = rest;
        u64::from_be_bytes(*field)
    }
}

pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes);
    u32::try_from(crc & u64::from(u32::MAX)).unwrap_or(0)
}

pub(crate) fn same_checksum(what: &'static str, expected: u32, found: u32) -> Result<(), RemoteFormatError> {
    if expected == found {
        Ok(())
    } else {
        Err(RemoteFormatError::Checksum {
            what,
            expected,
            found,
        })
    }
}

fn too_large(what: &'static str, size: u64) -> RemoteFormatError {
    RemoteFormatError::Malformed {
        what,
        reason: format!("a part of {size} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> ObjectLayout {
        ObjectLayout::of(1_000, [b"offsets", b"times", b"", b"producers", b"epochs"])
    }

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn parts_follow_one_another() {
        let layout = layout();
        let mut end = layout.log_size;
        for part in ObjectPart::ALL {
            let range = layout.range(part);
            assert_eq!(range.start, end);
            end = range.end;
        }
        assert_eq!(layout.object_size(), end + FOOTER_SIZE as u64);
    }

    #[test]
    fn a_footer_says_what_the_layout_is() {
        assert_eq!(ObjectLayout::parse_footer(&layout().footer()), Ok(layout()));
    }

    #[test]
    fn every_flipped_bit_of_a_footer_is_noticed() {
        let footer = layout().footer();
        for bit in 0..FOOTER_SIZE * 8 {
            let mut damaged = footer;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(ObjectLayout::parse_footer(&damaged).is_err(), "bit {bit}");
        }
        assert!(ObjectLayout::parse_footer(&footer[1..]).is_err());
    }

    #[test]
    fn a_part_that_is_short_or_damaged_is_refused() {
        let layout = layout();
        assert_eq!(layout.check(ObjectPart::TimeIndex, b"times"), Ok(()));
        assert!(layout.check(ObjectPart::TimeIndex, b"time").is_err());
        assert!(layout.check(ObjectPart::TimeIndex, b"tomes").is_err());
    }
}
