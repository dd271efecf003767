//! `<base offset>.timeindex`: the largest timestamp so far, at some offsets of the segment.
//!
//! An entry of 12 bytes, big endian: timestamp i64, relative offset i32. The entry (T, O) says that every record
//! up to offset O has a timestamp of at most T, and that the batch holding O has one of exactly T. Timestamps of
//! producers are arbitrary; the running maximum is what makes a binary search over them right. The last entry,
//! with the segment's maximum, is written when the segment is closed; its place is kept free.

use broker_model::Timestamp;

use crate::index::entry_file::{Entry, EntryFile};

/// The time index of one segment.
pub(crate) type TimeIndex = EntryFile<TimeIndexEntry>;

/// One entry; `relative_offset` counts from the segment's base offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeIndexEntry {
    /// Largest timestamp up to the offset.
    pub timestamp: Timestamp,
    /// Last offset of the batch that brought the timestamp, less the base offset.
    pub relative_offset: u32,
}

impl Entry for TimeIndexEntry {
    const SIZE: usize = 12;
    type Key = Timestamp;

    fn key(&self) -> Timestamp {
        self.timestamp
    }

    fn encode(&self, target: &mut Vec<u8>) {
        target.extend_from_slice(&self.timestamp.as_ms().to_be_bytes());
        target.extend_from_slice(&self.relative_offset.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        let mut timestamp = [0; 8];
        timestamp.copy_from_slice(&bytes[..8]);
        let mut offset = [0; 4];
        offset.copy_from_slice(&bytes[8..12]);
        Self {
            timestamp: Timestamp::from_ms(i64::from_be_bytes(timestamp)),
            relative_offset: u32::from_be_bytes(offset),
        }
    }
}

impl TimeIndex {
    /// Adds an entry if the timestamp is larger than every one before; otherwise it would say nothing new.
    pub(crate) fn push_if_larger(&mut self, entry: TimeIndexEntry) {
        let larger = self.last().is_none_or(|last| {
            entry.timestamp > last.timestamp && entry.relative_offset >= last.relative_offset
        });
        if larger {
            self.push(entry);
        }
    }
}

/// Reads all entries of a time index file. For checks and dumps; a log reads single entries.
///
/// # Errors
/// When the size is not a multiple of an entry's, or the entries do not ascend.
pub fn parse_time_index(content: &[u8]) -> Result<Vec<TimeIndexEntry>, crate::error::FormatError> {
    if !content.len().is_multiple_of(TimeIndexEntry::SIZE) {
        return Err(crate::error::FormatError::Truncated);
    }
    let entries: Vec<_> = content
        .chunks_exact(TimeIndexEntry::SIZE)
        .map(TimeIndexEntry::decode)
        .collect();
    let ascends = |pair: &[TimeIndexEntry]| {
        pair[0].timestamp < pair[1].timestamp && pair[0].relative_offset <= pair[1].relative_offset
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

    fn entry(timestamp: i64, relative_offset: u32) -> TimeIndexEntry {
        TimeIndexEntry {
            timestamp: Timestamp::from_ms(timestamp),
            relative_offset,
        }
    }

    #[test]
    fn only_larger_timestamps_are_taken() {
        let mut index = TimeIndex::empty(1200);
        for (timestamp, offset) in [(5, 1), (4, 2), (5, 3), (6, 3), (9, 2)] {
            index.push_if_larger(entry(timestamp, offset));
        }
        assert_eq!((index.len(), index.last()), (2, Some(entry(6, 3))));
    }

    #[test]
    fn a_whole_file_is_read_in_order_or_refused() {
        let mut content = Vec::new();
        entry(5, 1).encode(&mut content);
        entry(6, 1).encode(&mut content);
        assert_eq!(parse_time_index(&content).unwrap(), [entry(5, 1), entry(6, 1)]);
        assert!(parse_time_index(&content[..23]).is_err());
        entry(6, 9).encode(&mut content);
        assert!(parse_time_index(&content).is_err());
    }
}
