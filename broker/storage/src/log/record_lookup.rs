//! Finding one record in a batch by its timestamp.

use broker_codec::batch::{BatchError, LegacyMessage, RecordBatch, RecordViews};
use broker_model::{Offset, Timestamp};
use bytes::Bytes;

use crate::log::log_validator::UNPACKED_SIZE_MAX;
use crate::segment::batch_view::BatchView;

/// Timestamp and offset of the first record at or behind `start` with a timestamp of at least `target`.
///
/// # Errors
/// When the batch cannot be unpacked.
pub fn first_record_at(
    view: &BatchView,
    bytes: &Bytes,
    target: Timestamp,
    start: Offset,
) -> Result<Option<(Timestamp, Offset)>, BatchError> {
    if view.magic < 2 {
        let records = LegacyMessage::parse(bytes)?.0.records(UNPACKED_SIZE_MAX)?;
        let found = records
            .into_iter()
            .find(|record| record.timestamp >= target && record.offset >= start);
        return Ok(found.map(|record| (record.timestamp, record.offset)));
    }
    let batch = RecordBatch::from_bytes(bytes)?;
    let header = batch.header();
    let unpacked = batch.decompressed(UNPACKED_SIZE_MAX)?;
    for record in RecordViews::new(&unpacked, header.record_count) {
        let record = record?;
        let (timestamp, offset) = (record.timestamp(header), record.offset(header));
        if timestamp >= target && offset >= start {
            return Ok(Some((timestamp, offset)));
        }
    }
    Ok(None)
}
