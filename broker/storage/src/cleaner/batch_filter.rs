//! What stays of one batch.
//!
//! A record stays when no newer one has its key. One without a value (a tombstone) stays until the delete horizon
//! of its batch, which the first cleaning that meets it writes into the header (KIP-534); so does the marker of a
//! transaction of which nothing is left. A batch that becomes empty stays as a bare header when it is the last one
//! of a producer that still has a state, so that sequences go on, or the last one of the cleaning, so that the end
//! of the log is not forgotten. A batch of which everything stays is copied as it is, and so is a message of format 0
//! or 1 of which anything stays: those formats are not written any more.

use std::collections::HashMap;

use broker_codec::batch::{
    BatchAttributes, BatchBuilder, BatchError, BatchOptions, LegacyMessage, ProducerIdentity, Record,
    RecordBatch, RecordBatchHeader, RecordView, RecordViews,
};
use broker_codec::compression::CompressionError;
use broker_model::{CompressionType, Offset, ProducerEpoch, ProducerId, Timestamp, TimestampType};
use bytes::Bytes;

use crate::cleaner::cleaned_transactions::CleanedTransactions;
use crate::cleaner::offset_map::{OffsetMap, Room};
use crate::cleaner::segment_source::SourceBatch;
use crate::index::transaction_index::AbortedTransaction;
use crate::log::log_config::CompressionLevels;
use crate::segment::batch_view::BatchView;

/// The last thing that a producer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastOfProducer {
    /// Offset of its last record, if one is remembered.
    pub(crate) data: Option<Offset>,
    pub(crate) epoch: ProducerEpoch,
}

/// What becomes of tombstones and markers whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// They go.
    Go,
    /// They stay: older records of their keys, or of their transactions, may lie where this cleaning does not come, in the
    /// remote tier, and would be read as if they stood.
    Stay,
}

/// What decides beside the newest offsets of keys.
#[derive(Debug)]
pub(crate) struct FilterRules {
    pub(crate) now: Timestamp,
    pub(crate) delete_retention_ms: i64,
    pub(crate) unpacked_size_max: usize,
    pub(crate) levels: CompressionLevels,
    pub(crate) producers: HashMap<ProducerId, LastOfProducer>,
    /// Where the cleaning ends.
    pub(crate) upper: Offset,
    pub(crate) spent: Spent,
    /// Tombstones of formats 0 and 1 go from segments that were not written after it.
    pub(crate) legacy_horizon: Timestamp,
}

/// What stays of a batch.
#[derive(Debug)]
pub(crate) struct Filtered {
    /// The batch to write.
    pub(crate) kept: Option<Bytes>,
    /// An aborted transaction whose marker this is and of which data were met.
    pub(crate) aborted: Option<AbortedTransaction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WhenEmpty {
    Keep,
    Drop,
}

impl FilterRules {
    /// Takes the keys of a batch into the map; answers `Full` when it ends before the batch does.
    pub(crate) fn index(
        &self,
        batch: &SourceBatch,
        from: Offset,
        map: &mut OffsetMap,
        transactions: &mut CleanedTransactions,
    ) -> Result<Room, BatchError> {
        let view = &batch.view;
        if view.is_control() {
            transactions.on_control(view, &batch.bytes);
        } else if view.magic < 2 {
            for record in self.legacy_records(batch)? {
                if let Some(key) = record.key.as_deref().filter(|_| record.offset >= from)
                    && map.put(key, record.offset) == Room::Full
                {
                    return Ok(Room::Full);
                }
            }
        } else if !transactions.on_data(view) {
            let (header, unpacked) = self.unpack(batch)?;
            for record in RecordViews::new(&unpacked, header.record_count) {
                let record = record?;
                let offset = record.offset(&header);
                if let Some(key) = record.key.filter(|_| offset >= from)
                    && map.put(key, offset) == Room::Full
                {
                    return Ok(Room::Full);
                }
            }
        }
        map.advance_to(view.last_offset);
        Ok(Room::Taken)
    }

    /// Decides what stays of a batch of a segment that was last written at `modified`.
    pub(crate) fn filter(
        &self,
        batch: &SourceBatch,
        modified: Timestamp,
        map: &OffsetMap,
        transactions: &mut CleanedTransactions,
    ) -> Result<Filtered, BatchError> {
        let view = &batch.view;
        if view.magic < 2 {
            let kept = self.filter_legacy(batch, modified, map)?;
            return Ok(Filtered { kept, aborted: None });
        }
        let horizon = horizon_of(view);
        let mut aborted = None;
        let (is_void, is_spent_marker) = if view.is_control() {
            let verdict = transactions.on_control(view, &batch.bytes);
            aborted = verdict.aborted;
            let is_past = self.spent == Spent::Go && horizon.is_some_and(|horizon| horizon <= self.now);
            (verdict.is_dispensable && is_past, verdict.is_dispensable)
        } else {
            (transactions.on_data(view), false)
        };
        let when_empty = self.when_empty(view);
        let kept = match is_void {
            true => self.emptied(&batch.bytes, when_empty)?,
            false => self.filter_records(batch, map, is_spent_marker)?,
        };
        Ok(Filtered { kept, aborted })
    }

    fn filter_records(
        &self,
        batch: &SourceBatch,
        map: &OffsetMap,
        is_spent_marker: bool,
    ) -> Result<Option<Bytes>, BatchError> {
        let view = &batch.view;
        let (header, unpacked) = self.unpack(batch)?;
        let mut kept: Vec<RecordView<'_>> = Vec::new();
        for record in RecordViews::new(&unpacked, header.record_count) {
            let record = record?;
            if kept
                .last()
                .is_some_and(|last| last.offset_delta >= record.offset_delta)
            {
                let value = i64::from(record.offset_delta);
                return Err(BatchError::InvalidHeader {
                    what: "offset delta",
                    value,
                });
            }
            if view.is_control() || self.stays(&record, &header, map) {
                kept.push(record);
            }
        }
        if kept.is_empty() {
            return self.emptied(&batch.bytes, self.when_empty(view));
        }
        let has_tombstone = kept.iter().any(|record| record.value.is_none());
        let horizon = match header.delete_horizon() {
            None if has_tombstone || is_spent_marker => Some(self.now.plus_ms(self.delete_retention_ms)),
            _ => None,
        };
        if kept.len() == header.record_count.max(0) as usize && horizon.is_none() {
            return Ok(Some(batch.bytes.clone()));
        }
        Ok(Some(self.rebuild(&header, &kept, horizon)?))
    }

    fn legacy_records(&self, batch: &SourceBatch) -> Result<Vec<Record>, BatchError> {
        LegacyMessage::parse(&batch.bytes)?
            .0
            .records(self.unpacked_size_max)
    }

    /// The message as it is, if a record of it stays.
    fn filter_legacy(
        &self,
        batch: &SourceBatch,
        modified: Timestamp,
        map: &OffsetMap,
    ) -> Result<Option<Bytes>, BatchError> {
        let keeps_tombstones = self.spent == Spent::Stay || modified > self.legacy_horizon;
        let stays = |record: &Record| {
            let newest = record.key.as_deref().map(|key| map.get(key));
            let is_newest = newest.is_some_and(|newest| newest.is_none_or(|newest| record.offset >= newest));
            record.offset > map.latest() || (is_newest && (keeps_tombstones || record.value.is_some()))
        };
        let any = self.legacy_records(batch)?.iter().any(stays);
        Ok(any.then(|| batch.bytes.clone()))
    }

    fn stays(&self, record: &RecordView<'_>, header: &RecordBatchHeader, map: &OffsetMap) -> bool {
        let offset = record.offset(header);
        if offset > map.latest() {
            return true;
        }
        let Some(key) = record.key else {
            // Without a key nothing can ever replace it, and compacted logs accept none.
            return false;
        };
        let is_newest = map.get(key).is_none_or(|newest| offset >= newest);
        let is_needed = self.spent == Spent::Stay
            || record.value.is_some()
            || header.delete_horizon().is_none_or(|horizon| self.now < horizon);
        is_newest && is_needed
    }

    fn when_empty(&self, view: &BatchView) -> WhenEmpty {
        let is_last_of_producer = view.producer_id.is_known()
            && self
                .producers
                .get(&view.producer_id)
                .is_some_and(|last| match last.data {
                    Some(offset) => view.last_offset == offset,
                    None => view.is_control() && view.producer_epoch == last.epoch,
                });
        if is_last_of_producer || view.next_offset() == self.upper {
            WhenEmpty::Keep
        } else {
            WhenEmpty::Drop
        }
    }

    fn unpack(&self, batch: &SourceBatch) -> Result<(RecordBatchHeader, Bytes), BatchError> {
        let whole = RecordBatch::from_bytes(&batch.bytes)?;
        Ok((*whole.header(), whole.decompressed(self.unpacked_size_max)?))
    }

    /// The batch without any record, or nothing.
    fn emptied(&self, bytes: &Bytes, when_empty: WhenEmpty) -> Result<Option<Bytes>, BatchError> {
        if when_empty == WhenEmpty::Drop {
            return Ok(None);
        }
        let header = RecordBatchHeader::parse(bytes)?;
        let mut attributes = BatchAttributes::default().with_timestamp_type(header.timestamp_type());
        if header.is_transactional() {
            attributes = attributes.transactional();
        }
        if header.is_control() {
            attributes = attributes.control();
        }
        let mut builder = builder_like(&header, attributes, CompressionType::None, &self.levels);
        builder.set_base_timestamp(Timestamp::NONE);
        builder.set_max_timestamp(header.max_timestamp);
        builder.set_last_offset_delta(header.last_offset_delta);
        Ok(Some(builder.build()?))
    }

    /// The batch with some of its records; a new horizon takes the place of the base timestamp.
    fn rebuild(
        &self,
        header: &RecordBatchHeader,
        kept: &[RecordView<'_>],
        horizon: Option<Timestamp>,
    ) -> Result<Bytes, CompressionError> {
        let codec = header.compression().unwrap_or(CompressionType::None);
        let attributes = match horizon {
            Some(_) => header.attributes.with_delete_horizon(),
            None => header.attributes,
        };
        let mut builder = builder_like(header, attributes, codec, &self.levels);
        builder.set_base_timestamp(horizon.unwrap_or(header.base_timestamp));
        for record in kept {
            let timestamp = record.timestamp(header);
            match horizon {
                Some(_) => builder.append_rebased(record, timestamp),
                None => builder.append_raw(record.body, record.offset_delta, timestamp),
            }
        }
        builder.set_last_offset_delta(header.last_offset_delta);
        if header.timestamp_type() == TimestampType::LogAppendTime {
            builder.set_max_timestamp(header.max_timestamp);
        }
        builder.build()
    }
}

fn horizon_of(view: &BatchView) -> Option<Timestamp> {
    let has_one = view.magic == 2 && view.attributes.has_delete_horizon();
    has_one.then_some(view.base_timestamp)
}

fn builder_like(
    header: &RecordBatchHeader,
    attributes: BatchAttributes,
    compression: CompressionType,
    levels: &CompressionLevels,
) -> BatchBuilder {
    BatchBuilder::new(BatchOptions {
        base_offset: header.base_offset,
        leader_epoch: header.partition_leader_epoch,
        compression,
        level: levels.level_of(compression),
        attributes,
        producer: ProducerIdentity {
            id: header.producer_id,
            epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
        },
    })
}
