//! Looks behind a damaged place for a batch that is whole.
//!
//! Where batches were flushed one after the other, such a batch proves that the damage came later than the flush. The
//! length of a damaged batch means nothing, so every byte may begin one; a checksum that matches says that it does.

use std::io;

use broker_model::Offset;

use crate::error::StorageError;
use crate::fs::File;
use crate::log::log_folder::LogFolder;
use crate::segment::batch_view::{BatchView, VIEW_SIZE};
use crate::segment::file_name::SegmentFile;
use crate::segment::log_segment::LogSegment;

/// Bytes that are looked at with one read.
const WINDOW: usize = 64 << 10;
const MAGIC_AT: usize = 16;
const MAGIC: u8 = 2;

impl LogSegment {
    /// Position of the first whole batch from byte `from` on.
    pub(crate) fn good_batch_from(&self, folder: &LogFolder, from: u64) -> Result<Option<u64>, StorageError> {
        let path = self.path(folder, SegmentFile::Data);
        let file = self.file(folder)?;
        let size = folder.check(&path, file.size())?;
        folder.check(&path, search(file.as_ref(), from..size, self.base_offset()))
    }
}

fn search(file: &dyn File, within: std::ops::Range<u64>, offset_min: Offset) -> io::Result<Option<u64>> {
    let mut window = vec![0; WINDOW];
    let mut at = within.start;
    while at.saturating_add(VIEW_SIZE as u64) <= within.end {
        let wanted = (WINDOW as u64).min(within.end - at) as usize;
        let count = file.read_at(at, &mut window[..wanted])?;
        let Some(starts) = count.checked_sub(VIEW_SIZE) else {
            return Ok(None);
        };
        for start in (0..=starts).filter(|start| window[start + MAGIC_AT] == MAGIC) {
            let Ok(view) = BatchView::parse(&window[start..count]) else {
                continue;
            };
            let position = at + start as u64;
            let fits = view.size as u64 <= within.end - position;
            if fits && view.base_offset >= offset_min && is_whole(file, position, &view)? {
                return Ok(Some(position));
            }
        }
        at += starts as u64 + 1;
    }
    Ok(None)
}

fn is_whole(file: &dyn File, position: u64, view: &BatchView) -> io::Result<bool> {
    let mut bytes = vec![0; view.size];
    let count = file.read_at(position, &mut bytes)?;
    Ok(count == view.size && view.checksum_matches(&bytes))
}
