//! A segment as a cleaning reads it: a snapshot of its extent, and its batches chunk by chunk.
//!
//! Every batch is compared with its checksum before it is looked into, so that damage is never given a new checksum
//! and passed on.

use std::io;
use std::path::PathBuf;

use broker_model::{Offset, Timestamp};
use bytes::Bytes;

use crate::fs::File;
use crate::segment::batch_view::BatchView;

/// What was known of a segment when the cleaning began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentSource {
    pub(crate) path: PathBuf,
    pub(crate) base_offset: Offset,
    /// Base of the next segment.
    pub(crate) end: Offset,
    pub(crate) size: u64,
    pub(crate) offset_index_bytes: usize,
    pub(crate) time_index_bytes: usize,
    pub(crate) modified: Timestamp,
}

/// Where a cleaning reads next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) source: usize,
    pub(crate) position: u64,
    pub(crate) offset_min: Offset,
}

/// A whole batch.
#[derive(Clone, Debug)]
pub(crate) struct SourceBatch {
    pub(crate) position: u64,
    pub(crate) view: BatchView,
    pub(crate) bytes: Bytes,
}

/// Why a chunk cannot be read.
#[derive(Debug)]
pub(crate) enum SourceError {
    Io(io::Error),
    Damaged { position: u64, reason: &'static str },
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads whole batches from the cursor on, about `size` bytes and at least one; moves the cursor behind them.
pub(crate) fn read_batches(
    file: &dyn File,
    end: u64,
    cursor: &mut Cursor,
    size: usize,
) -> Result<Vec<SourceBatch>, SourceError> {
    let mut chunk = read(file, cursor.position, size.min(to_usize(end - cursor.position)))?;
    let mut batches = Vec::new();
    loop {
        let position = cursor.position;
        let damaged = |reason| SourceError::Damaged { position, reason };
        let room = to_usize(end - position);
        let view = match BatchView::parse(&chunk) {
            Ok(view) => view,
            Err(_) if !batches.is_empty() => break,
            Err(reason) => return Err(damaged(reason)),
        };
        if view.size > room {
            return Err(damaged("the batch is cut short"));
        }
        if view.size > chunk.len() {
            if !batches.is_empty() {
                break;
            }
            chunk = read(file, position, view.size)?;
        }
        if view.base_offset < cursor.offset_min {
            return Err(damaged("the offsets do not grow"));
        }
        if !view.checksum_matches(&chunk) {
            return Err(damaged("the checksum does not match"));
        }
        let bytes = chunk.split_to(view.size);
        cursor.position += view.size as u64;
        cursor.offset_min = view.next_offset();
        batches.push(SourceBatch {
            position,
            view,
            bytes,
        });
        if cursor.position >= end {
            break;
        }
    }
    Ok(batches)
}

fn read(file: &dyn File, position: u64, size: usize) -> io::Result<Bytes> {
    let mut bytes = vec![0; size];
    let count = file.read_at(position, &mut bytes)?;
    bytes.truncate(count);
    Ok(Bytes::from(bytes))
}

fn to_usize(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}
