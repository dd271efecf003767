//! `<base offset>.index`: where in the segment some of its batches stand.
//!
//! An entry of 8 bytes, big endian: offset relative to the base offset i32, position i32. It names the last
//! offset of a batch and where that batch begins; a batch gets one when more than `index.interval.bytes` were
//! appended since the last.

use broker_model::Offset;

use crate::index::entry_file::{Entry, EntryFile};

/// The offset index of one segment.
pub(crate) type OffsetIndex = EntryFile<OffsetIndexEntry>;

/// One entry; `relative_offset` counts from the segment's base offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetIndexEntry {
    /// Last offset of the batch, less the base offset.
    pub relative_offset: u32,
    /// Where the batch begins in the segment.
    pub position: u32,
}

impl Entry for OffsetIndexEntry {
    const SIZE: usize = 8;
    type Key = u32;

    fn key(&self) -> u32 {
        self.relative_offset
    }

    fn encode(&self, target: &mut Vec<u8>) {
        target.extend_from_slice(&self.relative_offset.to_be_bytes());
        target.extend_from_slice(&self.position.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        let field = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self {
            relative_offset: field(0),
            position: field(4),
        }
    }
}

/// An offset relative to a base; `None` when it does not fit an entry.
pub(crate) fn relative(base: Offset, offset: Offset) -> Option<u32> {
    let relative = offset.value().checked_sub(base.value())?;
    u32::try_from(relative)
        .ok()
        .filter(|relative| *relative <= i32::MAX as u32)
}

/// Reads all entries of an offset index file. For checks and dumps; a log reads single entries.
///
/// # Errors
/// When the size is not a multiple of an entry's, or the entries do not ascend.
pub fn parse_offset_index(content: &[u8]) -> Result<Vec<OffsetIndexEntry>, crate::error::FormatError> {
    if !content.len().is_multiple_of(OffsetIndexEntry::SIZE) {
        return Err(crate::error::FormatError::Truncated);
    }
    let entries: Vec<_> = content
        .chunks_exact(OffsetIndexEntry::SIZE)
        .map(OffsetIndexEntry::decode)
        .collect();
    let ascends = |pair: &[OffsetIndexEntry]| {
        pair[0].relative_offset < pair[1].relative_offset && pair[0].position < pair[1].position
    };
    match entries.windows(2).all(ascends) {
        true => Ok(entries),
        false => Err(crate::error::FormatError::Malformed {
            what: "the order of entries",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_offsets_fit_31_bits() {
        let base = Offset::new(100);
        assert_eq!(relative(base, Offset::new(100)), Some(0));
        assert_eq!(
            relative(base, Offset::new(100 + i64::from(i32::MAX))),
            Some(i32::MAX as u32)
        );
        assert_eq!(relative(base, Offset::new(101 + i64::from(i32::MAX))), None);
        assert_eq!(relative(base, Offset::new(99)), None);
    }

    #[test]
    fn a_whole_file_is_read_in_order_or_refused() {
        let content = [0, 0, 0, 5, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 2, 0];
        let entries = parse_offset_index(&content).unwrap();
        assert_eq!(
            entries[1],
            OffsetIndexEntry {
                relative_offset: 9,
                position: 512
            }
        );
        assert!(parse_offset_index(&content[..15]).is_err());
        let swapped: Vec<u8> = content[8..].iter().chain(&content[..8]).copied().collect();
        assert!(parse_offset_index(&swapped).is_err());
    }
}
