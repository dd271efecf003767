//! Takes the log onto an image, batch by batch.
//!
//! Owns the image as far as it is loaded. Records inside a metadata transaction (KIP-868) are collected and count
//! only when the transaction ends; an abort drops them. Invariant: the image holds whole batches, and nothing of an
//! open transaction.

use broker_model::Offset;

use crate::delta::{MetadataChanges, MetadataDelta};
use crate::image::{MetadataImage, MetadataProvenance};
use crate::metadata_log::MetadataBatch;
use crate::{LoadError, MetadataRecord, ReplayError};

/// Loads snapshots and batches.
#[derive(Clone, Debug)]
pub struct MetadataLoader {
    image: MetadataImage,
    next_offset: Offset,
    transaction: Option<Vec<(Offset, MetadataRecord)>>,
}

impl MetadataLoader {
    /// Begins with the image, whose last record stands before `next_offset`.
    pub fn new(image: MetadataImage) -> Self {
        let next_offset = image.provenance.last_contained_offset.plus(1);
        Self {
            image,
            next_offset,
            transaction: None,
        }
    }

    /// The image so far.
    pub const fn image(&self) -> &MetadataImage {
        &self.image
    }

    /// Offset of the record that comes next.
    pub const fn next_offset(&self) -> Offset {
        self.next_offset
    }

    /// Whether a transaction is open whose records do not count yet.
    pub const fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Takes the next batch and says what it changed.
    ///
    /// # Errors
    /// The batch does not follow, or a record contradicts the image; the loader must be dropped.
    pub fn replay_batch(&mut self, batch: &MetadataBatch) -> Result<MetadataChanges, LoadError> {
        if batch.base_offset < self.next_offset {
            return Err(replay_error(
                batch.base_offset,
                "batch",
                ReplayError::OffsetOrder {
                    expected: self.next_offset,
                    found: batch.base_offset,
                },
            ));
        }
        let mut delta = MetadataDelta::new(&self.image);
        for (place, record) in batch.records.iter().enumerate() {
            let offset = batch.base_offset.plus(i64::try_from(place).unwrap_or(i64::MAX));
            self.replay_record(&mut delta, offset, record)?;
        }
        let provenance = MetadataProvenance {
            last_contained_offset: batch.last_offset,
            last_contained_epoch: batch.leader_epoch,
            last_contained_log_timestamp: batch.append_timestamp,
        };
        let (image, changes) = delta.apply(provenance);
        self.image = image;
        self.next_offset = batch.last_offset.plus(1);
        Ok(changes)
    }

    fn replay_record(
        &mut self,
        delta: &mut MetadataDelta,
        offset: Offset,
        record: &MetadataRecord,
    ) -> Result<(), LoadError> {
        let misplaced = |text| replay_error(offset, record.name(), ReplayError::Transaction(text));
        match (record, &mut self.transaction) {
            (MetadataRecord::BeginTransaction(_), None) => self.transaction = Some(Vec::new()),
            (MetadataRecord::BeginTransaction(_), Some(_)) => {
                return Err(misplaced("one begins inside another"));
            }
            (MetadataRecord::EndTransaction(_), Some(_)) => {
                for (offset, record) in self.transaction.take().unwrap_or_default() {
                    replay(delta, offset, &record)?;
                }
            }
            (MetadataRecord::AbortTransaction(_), Some(_)) => self.transaction = None,
            (MetadataRecord::EndTransaction(_) | MetadataRecord::AbortTransaction(_), None) => {
                return Err(misplaced("one ends that did not begin"));
            }
            (_, Some(open)) => open.push((offset, record.clone())),
            (_, None) => replay(delta, offset, record)?,
        }
        Ok(())
    }
}

fn replay(delta: &mut MetadataDelta, offset: Offset, record: &MetadataRecord) -> Result<(), LoadError> {
    delta
        .replay(record)
        .map_err(|source| replay_error(offset, record.name(), source))
}

const fn replay_error(offset: Offset, record: &'static str, source: ReplayError) -> LoadError {
    LoadError::Replay {
        offset,
        record,
        source,
    }
}

#[cfg(test)]
mod tests;
