//! What a read found: bytes in memory, or a range of a file that is fetched outside the partition's lock.
//!
//! Decides what of a file's bytes may be served: whole batches whose headers continue each other and whose
//! checksums match. A batch that fails is never served, nor anything behind it (I24). The file stays open for as
//! long as the slice lives, so a segment that is deleted meanwhile can still be read.

use std::path::PathBuf;
use std::sync::Arc;

use broker_codec::Records;
use broker_model::Offset;
use bytes::Bytes;

use crate::error::StorageError;
use crate::fs::File;
use crate::log::log_folder::DirectoryHealth;
use crate::segment::batch_view::BatchView;
use crate::segment::segment_read::damaged;

/// Larger ranges of a file are not copied and checked by a thread that others wait for.
const AT_HAND_MAX: usize = 1 << 20;

/// The records that a read found.
#[derive(Debug)]
pub enum LogSlice {
    /// Whole batches in memory, in order.
    Memory(Vec<Bytes>),
    /// A range of a segment's file that begins with a batch.
    File(FileSlice),
}

/// A range of a segment's file.
#[derive(Debug)]
pub struct FileSlice {
    pub(crate) file: Arc<dyn File>,
    pub(crate) health: Arc<DirectoryHealth>,
    pub(crate) path: PathBuf,
    pub(crate) position: u64,
    pub(crate) size: usize,
    /// The first batch holds an offset at or behind this one.
    pub(crate) offset_min: Offset,
}

impl Default for LogSlice {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl LogSlice {
    /// Bytes at most; a file's range may end in a batch that is cut, which is not served.
    pub fn size(&self) -> usize {
        match self {
            Self::Memory(pieces) => pieces.iter().map(Bytes::len).sum(),
            Self::File(slice) => slice.size,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// The batches. Reads the file if need be; call it outside the partition's lock.
    ///
    /// # Errors
    /// When the file system fails, or the first batch is damaged. Damage behind it ends the records.
    pub fn fetch(self) -> Result<Records, StorageError> {
        match self {
            Self::Memory(pieces) => Ok(Records::from_segments(pieces)),
            Self::File(slice) => slice.fetch(),
        }
    }

    /// The batches, if they need neither a wait for the device nor much time; else the slice comes back, to be
    /// fetched where waiting harms nobody.
    ///
    /// # Errors
    /// As [`LogSlice::fetch`].
    pub fn fetch_at_hand(self) -> Result<Result<Records, Self>, StorageError> {
        match self {
            Self::Memory(pieces) => Ok(Ok(Records::from_segments(pieces))),
            Self::File(slice) => Ok(slice.fetch_at_hand()?.ok_or(Self::File(slice))),
        }
    }
}

impl FileSlice {
    fn fetch_at_hand(&self) -> Result<Option<Records>, StorageError> {
        if self.size > AT_HAND_MAX {
            return Ok(None);
        }
        let mut bytes = vec![0; self.size];
        let read = self.file.read_at_hand(self.position, &mut bytes);
        match read.map_err(|error| self.health.failed(&self.path, error))? {
            true => self.sound(bytes).map(Some),
            false => Ok(None),
        }
    }

    fn fetch(&self) -> Result<Records, StorageError> {
        let mut bytes = vec![0; self.size];
        let read = self.file.read_at(self.position, &mut bytes);
        let count = read.map_err(|error| self.health.failed(&self.path, error))?;
        bytes.truncate(count);
        self.sound(bytes)
    }

    fn sound(&self, mut bytes: Vec<u8>) -> Result<Records, StorageError> {
        let sound = self.sound_size(&bytes)?;
        bytes.truncate(sound);
        Ok(Records::from(Bytes::from(bytes)))
    }

    /// How many of the bytes are whole, sound batches.
    fn sound_size(&self, bytes: &[u8]) -> Result<usize, StorageError> {
        let mut sound = 0;
        let mut offset_min = self.offset_min;
        while sound < bytes.len() {
            let rest = &bytes[sound..];
            let reason = match BatchView::parse(rest) {
                // The range ends in the middle of this batch.
                _ if sound > 0 && rest.len() < crate::segment::batch_view::VIEW_SIZE => break,
                Ok(view) if sound > 0 && view.size > rest.len() => break,
                Ok(view) if view.size > rest.len() => "the batch is cut short",
                Ok(view) if view.last_offset < offset_min => "the offsets do not grow",
                Ok(view) if !view.checksum_matches(rest) => "the checksum does not match",
                Ok(view) => {
                    sound += view.size;
                    offset_min = view.next_offset();
                    continue;
                }
                Err(reason) => reason,
            };
            if sound == 0 {
                return Err(damaged(self.path.clone(), self.position, reason));
            }
            break;
        }
        Ok(sound)
    }
}
