//! `<base offset>.txnindex`: the aborted transactions whose marker stands in the segment.
//!
//! An entry of 34 bytes, big endian: version i16 (0), producer id i64, first offset i64, offset of the marker i64,
//! last stable offset at that moment i64. A reader of committed records gets the entries that overlap what it
//! reads and skips the records of those producers from first offset to marker. The file exists once there is an
//! entry. Owns the entries: they are few, and every read_committed fetch needs them.

use std::io::{ErrorKind, IoSlice};
use std::path::Path;

use broker_model::{Offset, ProducerId};

use crate::error::{FormatError, StorageError};
use crate::fs::{OpenMode, read_whole};
use crate::log::log_folder::LogFolder;

const ENTRY_SIZE: usize = 34;

/// Bound on the file's size that a reader accepts: a segment of 2 GiB that holds nothing but abort markers.
pub(crate) const TRANSACTION_INDEX_SIZE_MAX: usize = 1 << 30;

/// A transaction that was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Whose transaction it was.
    pub producer_id: ProducerId,
    /// Its first offset.
    pub first_offset: Offset,
    /// Offset of its marker.
    pub last_offset: Offset,
    /// Where the last stable offset stood after the marker.
    pub last_stable_offset: Offset,
}

/// Reads a transaction index file.
///
/// # Errors
/// When its size, a version or the order of offsets is not what Kafka writes.
pub fn parse_transaction_index(content: &[u8]) -> Result<Vec<AbortedTransaction>, FormatError> {
    if !content.len().is_multiple_of(ENTRY_SIZE) {
        return Err(FormatError::Truncated);
    }
    let mut entries: Vec<AbortedTransaction> = Vec::with_capacity(content.len() / ENTRY_SIZE);
    for bytes in content.chunks_exact(ENTRY_SIZE) {
        let version = i16::from_be_bytes([bytes[0], bytes[1]]);
        if version != 0 {
            return Err(FormatError::UnknownVersion {
                version: version.to_string(),
            });
        }
        let field = |index: usize| {
            let mut field = [0; 8];
            field.copy_from_slice(&bytes[2 + 8 * index..10 + 8 * index]);
            i64::from_be_bytes(field)
        };
        let entry = AbortedTransaction {
            producer_id: ProducerId::new(field(0)),
            first_offset: Offset::new(field(1)),
            last_offset: Offset::new(field(2)),
            last_stable_offset: Offset::new(field(3)),
        };
        let ascends = entries
            .last()
            .is_none_or(|last| last.last_offset < entry.last_offset);
        let plausible = entry.producer_id.is_known()
            && entry.first_offset >= Offset::ZERO
            && entry.first_offset <= entry.last_offset;
        if !ascends || !plausible {
            return Err(FormatError::Malformed {
                what: "an aborted transaction",
            });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Writes a transaction index file.
pub fn render_transaction_index(entries: &[AbortedTransaction]) -> Vec<u8> {
    let mut content = Vec::with_capacity(entries.len() * ENTRY_SIZE);
    for entry in entries {
        content.extend_from_slice(&0_i16.to_be_bytes());
        content.extend_from_slice(&entry.producer_id.value().to_be_bytes());
        for offset in [entry.first_offset, entry.last_offset, entry.last_stable_offset] {
            content.extend_from_slice(&offset.value().to_be_bytes());
        }
    }
    content
}

/// The transaction index of one segment.
#[derive(Debug, Default)]
pub(crate) struct TransactionIndex {
    entries: Vec<AbortedTransaction>,
    /// Entries that the file holds.
    written: usize,
    unsynced: bool,
}

impl TransactionIndex {
    /// Opens the file; a missing one has no entries. `None` when it is damaged and must be rebuilt.
    pub(crate) fn open(folder: &LogFolder, path: &Path) -> Result<Option<Self>, StorageError> {
        match read_whole(folder.fs(), path, TRANSACTION_INDEX_SIZE_MAX) {
            Ok(content) => Ok(parse_transaction_index(&content).ok().map(|entries| {
                let written = entries.len();
                Self {
                    entries,
                    written,
                    unsynced: false,
                }
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(Self::default())),
            Err(error) if error.kind() == ErrorKind::InvalidData => Ok(None),
            Err(error) => Err(folder.failed(path, error)),
        }
    }

    /// Writes the file anew with these entries; without any there is no file.
    pub(crate) fn replace(
        folder: &LogFolder,
        path: &Path,
        entries: Vec<AbortedTransaction>,
    ) -> Result<Self, StorageError> {
        let mut index = Self {
            entries,
            written: 0,
            unsynced: false,
        };
        match folder.fs().remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            result => folder.check(path, result)?,
        }
        index.write(folder, path)?;
        Ok(index)
    }

    /// The entries, in order of their markers.
    pub(crate) fn entries(&self) -> &[AbortedTransaction] {
        &self.entries
    }

    /// Entries whose markers stand at or behind `from`, up to the first one behind which nothing below `to` was
    /// undecided; entries further on cannot have records below `to`.
    pub(crate) fn undecided_between(&self, from: Offset, to: Offset) -> &[AbortedTransaction] {
        let begin = self.entries.partition_point(|entry| entry.last_offset < from);
        let behind = &self.entries[begin..];
        let open = behind.partition_point(|entry| entry.last_stable_offset < to);
        &behind[..behind.len().min(open + 1)]
    }

    /// Adds an aborted transaction.
    pub(crate) fn push(&mut self, entry: AbortedTransaction) {
        self.entries.push(entry);
    }

    /// Writes what the file does not hold.
    pub(crate) fn write(&mut self, folder: &LogFolder, path: &Path) -> Result<(), StorageError> {
        if self.written < self.entries.len() {
            let content = render_transaction_index(&self.entries[self.written..]);
            let file = folder.check(path, folder.fs().open(path, OpenMode::Create))?;
            let position = (self.written * ENTRY_SIZE) as u64;
            folder.check(path, file.write_at(position, &[IoSlice::new(&content)]))?;
            self.written = self.entries.len();
            self.unsynced = true;
        }
        Ok(())
    }

    /// Makes the written entries durable.
    pub(crate) fn sync(&mut self, folder: &LogFolder, path: &Path) -> Result<(), StorageError> {
        if self.unsynced {
            let file = folder.check(path, folder.fs().open(path, OpenMode::Read))?;
            folder.check(path, file.sync())?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// Forgets every transaction whose marker is at or behind `offset`.
    pub(crate) fn truncate_to(
        &mut self,
        folder: &LogFolder,
        path: &Path,
        offset: Offset,
    ) -> Result<(), StorageError> {
        let count = self.entries.partition_point(|entry| entry.last_offset < offset);
        self.entries.truncate(count);
        if count < self.written {
            let file = folder.check(path, folder.fs().open(path, OpenMode::ReadWrite))?;
            folder.check(path, file.set_size((count * ENTRY_SIZE) as u64))?;
            self.written = count;
            self.unsynced = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KAFKAS: &[u8] = include_bytes!("../../testdata/c1-2.txnindex");

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let entries = parse_transaction_index(KAFKAS).unwrap();
        assert_eq!(entries.len(), 8);
        assert_eq!(
            entries[7],
            AbortedTransaction {
                producer_id: ProducerId::new(2002),
                first_offset: Offset::new(1784),
                last_offset: Offset::new(1789),
                last_stable_offset: Offset::new(1790),
            }
        );
        assert_eq!(render_transaction_index(&entries), KAFKAS);
    }

    #[test]
    fn cuts_and_disorder_are_refused() {
        assert!(parse_transaction_index(&KAFKAS[..40]).is_err());
        let swapped: Vec<u8> = KAFKAS[34..68].iter().chain(&KAFKAS[..34]).copied().collect();
        assert!(parse_transaction_index(&swapped).is_err());
        let mut newer = KAFKAS.to_vec();
        newer[1] = 1;
        assert!(matches!(
            parse_transaction_index(&newer),
            Err(FormatError::UnknownVersion { .. })
        ));
    }

    /// Ten thousand transactions of ten offsets each, all aborted; the one of another producer that begins at `open` is
    /// so at the end of them only.
    fn many(open: i64) -> TransactionIndex {
        let short = |number: i64| AbortedTransaction {
            producer_id: ProducerId::new(number % 7),
            first_offset: Offset::new(number * 10),
            last_offset: Offset::new(number * 10 + 9),
            last_stable_offset: Offset::new((number * 10 + 10).min(open)),
        };
        let long = AbortedTransaction {
            producer_id: ProducerId::new(99),
            first_offset: Offset::new(open),
            last_offset: Offset::new(100_000),
            last_stable_offset: Offset::new(100_001),
        };
        TransactionIndex {
            entries: (0..10_000).map(short).chain([long]).collect(),
            ..TransactionIndex::default()
        }
    }

    #[test]
    fn no_more_entries_are_looked_at_than_decide_about_what_is_read() {
        let index = many(100_000);
        let looked_at = |from, to| index.undecided_between(Offset::new(from), Offset::new(to)).len();
        assert_eq!(looked_at(50_000, 20), 1, "the first tells that all was decided");
        assert_eq!(looked_at(50_000, 50_045), 5);
        assert_eq!(looked_at(0, 25), 3);
        assert_eq!(looked_at(200_000, 300_000), 0);
    }

    #[test]
    fn what_is_not_looked_at_has_no_records_there() {
        for open in [0, 5, 40_000, 99_999] {
            let index = many(open);
            for (from, to) in [
                (0, 1),
                (0, 25),
                (39_990, 40_020),
                (60_000, 40_001),
                (60_000, 39_999),
                (0, i64::MAX),
            ] {
                let (from, to) = (Offset::new(from), Offset::new(to));
                let is_there =
                    |entry: &&AbortedTransaction| entry.last_offset >= from && entry.first_offset < to;
                let all: Vec<_> = index.entries.iter().filter(is_there).collect();
                let found = index.undecided_between(from, to).iter();
                let found: Vec<_> = found.filter(|entry| entry.first_offset < to).collect();
                assert_eq!(found, all, "{open} {from} {to}");
            }
        }
    }
}
