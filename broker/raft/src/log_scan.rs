//! Cuts bytes of the log into what the quorum has to know about each batch: offsets, epoch, control records.
//!
//! Metadata records stay unread. Decides whether bytes may be appended at all: checksums match, batches follow one
//! another without a gap, epochs do not go back.

use broker_codec::batch::{RecordBatch, RecordBatchHeader};
use broker_metadata::metadata_log::{ControlRecord, control_records};
use broker_model::{LeaderEpoch, Offset};
use bytes::Bytes;

use crate::LogError;

/// What a batch means for the quorum.
#[derive(Clone, Debug)]
pub(crate) struct ScannedBatch {
    pub(crate) base_offset: Offset,
    pub(crate) end_offset: Offset,
    pub(crate) epoch: LeaderEpoch,
    pub(crate) controls: Vec<ControlRecord>,
}

/// The whole batches at the front of the bytes, with how many bytes they take; a batch that is cut off is left out.
pub(crate) fn scan(bytes: &Bytes) -> Result<(Vec<ScannedBatch>, usize), LogError> {
    let mut scanned = Vec::new();
    let mut position = 0;
    while let Some(batch) = whole_batch(bytes, position)? {
        position += batch.header().size_in_bytes();
        scanned.push(scan_batch(&batch)?);
    }
    Ok((scanned, position))
}

fn whole_batch(bytes: &Bytes, position: usize) -> Result<Option<RecordBatch>, LogError> {
    let rest = bytes.slice(position..);
    if rest.len() < broker_codec::batch::HEADER_SIZE {
        return Ok(None);
    }
    let header = RecordBatchHeader::parse(&rest)?;
    if rest.len() < header.size_in_bytes() {
        return Ok(None);
    }
    Ok(Some(RecordBatch::from_bytes(&rest)?))
}

fn scan_batch(batch: &RecordBatch) -> Result<ScannedBatch, LogError> {
    batch.verify_crc()?;
    let header = batch.header();
    let controls = control_records(batch)?;
    let span = header.next_offset().since(header.base_offset);
    if header.base_offset < Offset::ZERO || span < 1 || i64::try_from(controls.len()).is_ok_and(|n| n > span)
    {
        return Err(LogError::Span {
            base_offset: header.base_offset,
            next_offset: header.next_offset(),
        });
    }
    Ok(ScannedBatch {
        base_offset: header.base_offset,
        end_offset: header.next_offset(),
        epoch: header.partition_leader_epoch,
        controls,
    })
}
