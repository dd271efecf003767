//! A record set on its way into a log: its batches, checked and ready to be stamped.

use broker_codec::batch::stamp;
use broker_model::{LeaderEpoch, Offset};
use bytes::{Bytes, BytesMut};

use crate::error::AppendError;
use crate::segment::batch_view::{BatchView, VIEW_SIZE};
use crate::segment::segment_rebuild::Checksums;

/// A batch that may be appended, as its bytes and what the log needs to know of them.
#[derive(Clone, Debug)]
pub(crate) struct PreparedBatch {
    pub(crate) view: BatchView,
    pub(crate) bytes: Bytes,
}

/// Batches that are joined with their stamped header into one piece; larger ones keep sharing the request's
/// memory.
const JOINED_SIZE_MAX: usize = 2048;

impl PreparedBatch {
    /// Gives the batch its place; the header is copied, the records are not.
    pub(crate) fn stamp(self, base_offset: Offset, leader_epoch: LeaderEpoch) -> StampedBatch {
        let delta = self.view.last_offset.since(self.view.base_offset);
        let view = BatchView {
            base_offset,
            last_offset: base_offset.plus(delta),
            leader_epoch,
            ..self.view
        };
        let copied = if self.bytes.len() <= JOINED_SIZE_MAX {
            self.bytes.len()
        } else {
            VIEW_SIZE
        };
        let mut head = BytesMut::from(&self.bytes[..copied]);
        stamp(&mut head, base_offset, leader_epoch);
        StampedBatch {
            view,
            head: head.freeze(),
            rest: self.bytes.slice(copied..),
        }
    }

    /// Keeps the place that the batch has already.
    pub(crate) fn stamped(self) -> StampedBatch {
        StampedBatch {
            view: self.view,
            head: self.bytes,
            rest: Bytes::new(),
        }
    }
}

/// A batch with its offset and epoch, in one or two pieces.
#[derive(Clone, Debug)]
pub(crate) struct StampedBatch {
    pub(crate) view: BatchView,
    pub(crate) head: Bytes,
    pub(crate) rest: Bytes,
}

/// The record set without a last batch that was cut off.
pub(crate) fn whole_batches(records: &Bytes) -> Bytes {
    const OFFSET_SIZE: usize = 8;
    const HEAD_SIZE: usize = OFFSET_SIZE + size_of::<i32>();
    let mut end = 0;
    loop {
        let rest = &records[end..];
        let Some(length) = rest.get(OFFSET_SIZE..).and_then(|bytes| bytes.first_chunk()) else {
            return records.slice(..end);
        };
        // A head that says nonsense is for `split` to refuse.
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            return records.clone();
        };
        if HEAD_SIZE + length > rest.len() {
            return records.slice(..end);
        }
        end += HEAD_SIZE + length;
    }
}

/// Cuts a record set into whole batches.
pub(crate) fn split(records: &Bytes, checksums: Checksums) -> Result<Vec<PreparedBatch>, AppendError> {
    let mut batches = Vec::with_capacity(1);
    let mut start = 0;
    while start < records.len() {
        let rest = &records[start..];
        let refuse = |reason| AppendError::MalformedBatch {
            position: start,
            reason,
        };
        let view = BatchView::parse(rest).map_err(refuse)?;
        if view.size > rest.len() {
            return Err(refuse("the batch is cut short"));
        }
        if checksums == Checksums::Compare && !view.checksum_matches(rest) {
            return Err(refuse("the checksum does not match"));
        }
        batches.push(PreparedBatch {
            view,
            bytes: records.slice(start..start + view.size),
        });
        start += view.size;
    }
    if batches.is_empty() {
        Err(AppendError::EmptyRecordSet)
    } else {
        Ok(batches)
    }
}
