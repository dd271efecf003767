//! A file of entries of one size in ascending order: what the offset and the time index have in common.
//!
//! Owns the newest entries in memory, a bounded number of them, and knows how many are in the file. Entries are
//! written in blocks, at the latest when the segment is flushed or closed; nothing is preallocated or mapped, and
//! no descriptor stays open, so that an idle segment costs a few words. Lookups among older entries are a binary
//! search by small reads. Indexes carry no checksum: whoever uses a position that an entry gives must check it
//! against the batch that stands there, and rebuild the index from the log when they disagree.

use std::io::{ErrorKind, IoSlice};
use std::path::Path;

use crate::error::StorageError;
use crate::fs::{File, OpenMode};
use crate::log::log_folder::LogFolder;

/// Entries in memory that trigger a write.
const TAIL_MAX: usize = 1024;
/// Entries that stay in memory after it.
const TAIL_KEPT: usize = 512;

/// An entry of fixed size.
pub(crate) trait Entry: Copy + PartialEq + std::fmt::Debug {
    /// Bytes on disk.
    const SIZE: usize;
    /// What entries are sorted and looked up by.
    type Key: Ord + Copy;

    fn key(&self) -> Self::Key;
    fn encode(&self, target: &mut Vec<u8>);
    /// Reads an entry from exactly `SIZE` bytes.
    fn decode(bytes: &[u8]) -> Self;
}

/// The entries of one index.
#[derive(Debug)]
pub(crate) struct EntryFile<E> {
    /// Entries in the file that are not in `tail`.
    below_tail: usize,
    tail: Vec<E>,
    /// Entries that the file holds; the others are in `tail` only.
    written: usize,
    /// Whether the file has unsynced entries.
    unsynced: bool,
    entries_max: usize,
}

impl<E: Entry> EntryFile<E> {
    /// An index without entries, of at most `size_max` bytes; the file is made with its first entry.
    pub(crate) fn empty(size_max: usize) -> Self {
        Self {
            below_tail: 0,
            tail: Vec::new(),
            written: 0,
            unsynced: false,
            entries_max: size_max / E::SIZE,
        }
    }

    /// Opens the file at `path`, of which only the last entry is read. `None` when there is no such file, or its
    /// size is not a multiple of an entry's: it must be rebuilt.
    pub(crate) fn open(
        folder: &LogFolder,
        path: &Path,
        size_max: usize,
    ) -> Result<Option<Self>, StorageError> {
        let size = match folder.fs().info(path) {
            Ok(info) => info.size,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(folder.failed(path, error)),
        };
        let mut index = Self::empty(size_max);
        let Ok(size) = usize::try_from(size) else {
            return Ok(None);
        };
        if !size.is_multiple_of(E::SIZE) {
            return Ok(None);
        }
        index.written = size / E::SIZE;
        if index.written > 0 {
            let file = folder.check(path, folder.fs().open(path, OpenMode::Read))?;
            index.below_tail = index.written - 1;
            index
                .tail
                .push(index.read(folder, path, file.as_ref(), index.below_tail)?);
        }
        Ok(Some(index))
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.below_tail + self.tail.len()
    }

    /// Bytes of all entries.
    pub(crate) fn bytes(&self) -> usize {
        self.len() * E::SIZE
    }

    /// How many entries may be there.
    pub(crate) fn entries_max(&self) -> usize {
        self.entries_max
    }

    /// The newest entry.
    pub(crate) fn last(&self) -> Option<E> {
        self.tail.last().copied()
    }

    /// Adds an entry; the caller keeps the order.
    pub(crate) fn push(&mut self, entry: E) {
        self.tail.push(entry);
    }

    /// Whether so many entries wait that they should be written.
    pub(crate) fn wants_write(&self) -> bool {
        self.tail.len() >= TAIL_MAX
    }

    /// Writes what the file does not hold, and forgets older entries.
    pub(crate) fn write(&mut self, folder: &LogFolder, path: &Path) -> Result<(), StorageError> {
        if self.written < self.len() || self.written == 0 {
            let missing = &self.tail[self.written - self.below_tail.min(self.written)..];
            let mut content = Vec::with_capacity(missing.len() * E::SIZE);
            missing.iter().for_each(|entry| entry.encode(&mut content));
            let file = folder.check(path, folder.fs().open(path, OpenMode::Create))?;
            let position = (self.written * E::SIZE) as u64;
            folder.check(path, file.write_at(position, &[IoSlice::new(&content)]))?;
            self.written = self.len();
            self.unsynced = true;
        }
        self.shrink_to(TAIL_KEPT);
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

    /// Keeps only the newest entry in memory: the segment is no longer written to.
    pub(crate) fn seal(&mut self) {
        self.shrink_to(1);
        self.tail.shrink_to_fit();
    }

    fn shrink_to(&mut self, count: usize) {
        if self.tail.len() > count && self.written == self.len() {
            let surplus = self.tail.len() - count;
            self.tail.drain(..surplus);
            self.below_tail += surplus;
        }
    }

    /// Forgets all entries, in the file too.
    pub(crate) fn clear(&mut self, folder: &LogFolder, path: &Path) -> Result<(), StorageError> {
        folder.check(path, folder.fs().open(path, OpenMode::Truncate))?;
        *self = Self {
            unsynced: true,
            ..Self::empty(self.entries_max * E::SIZE)
        };
        Ok(())
    }

    /// Keeps only the first `count` entries.
    pub(crate) fn truncate(
        &mut self,
        folder: &LogFolder,
        path: &Path,
        count: usize,
    ) -> Result<(), StorageError> {
        if count >= self.len() {
            return Ok(());
        }
        if count < self.written {
            let file = folder.check(path, folder.fs().open(path, OpenMode::ReadWrite))?;
            folder.check(path, file.set_size((count * E::SIZE) as u64))?;
            self.written = count;
            self.unsynced = true;
            if count <= self.below_tail {
                self.tail.clear();
                self.below_tail = count.saturating_sub(1);
                if count > 0 {
                    self.tail.push(self.read(folder, path, file.as_ref(), count - 1)?);
                }
                return Ok(());
            }
        }
        self.tail.truncate(count - self.below_tail);
        Ok(())
    }

    /// How many entries, counted from the first, `belongs` accepts; it accepts a prefix of them.
    pub(crate) fn partition_point(
        &self,
        folder: &LogFolder,
        path: &Path,
        belongs: impl Fn(E::Key) -> bool,
    ) -> Result<usize, StorageError> {
        let in_tail = self.tail.partition_point(|entry| belongs(entry.key()));
        if in_tail > 0 || self.below_tail == 0 {
            return Ok(self.below_tail + in_tail);
        }
        let file = folder.check(path, folder.fs().open(path, OpenMode::Read))?;
        let (mut low, mut high) = (0, self.below_tail);
        while low < high {
            let middle = low + (high - low) / 2;
            if belongs(self.read(folder, path, file.as_ref(), middle)?.key()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The entry number `index`, which must be below `len`.
    pub(crate) fn get(&self, folder: &LogFolder, path: &Path, index: usize) -> Result<E, StorageError> {
        if index >= self.below_tail {
            return Ok(self.tail[index - self.below_tail]);
        }
        let file = folder.check(path, folder.fs().open(path, OpenMode::Read))?;
        self.read(folder, path, file.as_ref(), index)
    }

    fn read(
        &self,
        folder: &LogFolder,
        path: &Path,
        file: &dyn File,
        index: usize,
    ) -> Result<E, StorageError> {
        // The largest entry has 12 bytes.
        let mut bytes = [0; 16];
        let bytes = &mut bytes[..E::SIZE];
        let position = (index * E::SIZE) as u64;
        if folder.check(path, file.read_at(position, bytes))? < E::SIZE {
            let reason = "the index is shorter than it was".to_owned();
            return Err(StorageError::Damaged {
                path: path.to_path_buf(),
                position,
                reason,
            });
        }
        Ok(E::decode(bytes))
    }
}
