//! What a fetch brought: batches on the wire, and the records in them that a consumer may see.
//!
//! Invariants: no record below the position that was asked for is seen, though its batch came; control records and,
//! with read_committed, records of aborted transactions are left out (KIP-98); [`FetchedRecords::next_offset`]
//! passes all of them.

use std::collections::HashSet;

use broker_codec::batch::{
    BatchError, ControlRecordType, Record, RecordBatch, RecordBatchHeader, RecordViews, batches,
};
use broker_model::{Offset, TopicPartition};
use bytes::Bytes;

use crate::ClientError;

/// Most bytes that one batch may unpack to.
pub(crate) const BATCH_SIZE_MAX: usize = 256 << 20;

/// The part of an answer that is about one partition.
#[derive(Debug)]
pub struct FetchedPartition {
    /// Which.
    pub partition: TopicPartition,
    /// Its records, or why there are none.
    pub outcome: Result<FetchedRecords, ClientError>,
}

/// Records of one partition as they came.
#[derive(Clone, Debug)]
pub struct FetchedRecords {
    /// Where they come from.
    pub partition: TopicPartition,
    /// The offset that was asked for.
    pub position: Offset,
    /// Consumers see what is below it.
    pub high_watermark: Offset,
    /// Consumers with read_committed see what is below it.
    pub last_stable_offset: Offset,
    /// First offset of the log.
    pub log_start_offset: Offset,
    pub(crate) records: Bytes,
    /// Aborted transactions in these records: producer and first offset.
    pub(crate) aborted: Vec<(i64, Offset)>,
}

impl FetchedRecords {
    /// Bytes of all batches as they were sent.
    pub fn size(&self) -> usize {
        self.records.len()
    }

    /// Where to go on; the position itself if nothing came.
    ///
    /// # Errors
    /// The bytes are no batches.
    pub fn next_offset(&self) -> Result<Offset, ClientError> {
        let mut next = self.position;
        for batch in self.batches() {
            next = next.max(batch?.header().next_offset());
        }
        Ok(next)
    }

    /// The records that may be seen.
    ///
    /// # Errors
    /// A batch is damaged.
    pub fn records(&self) -> Result<Vec<Record>, ClientError> {
        let mut records = Vec::new();
        for batch in self.visible_batches()? {
            let of_batch = batch
                .records(BATCH_SIZE_MAX)
                .map_err(|source| self.damaged(source))?;
            records.extend(
                of_batch
                    .into_iter()
                    .filter(|record| record.offset >= self.position),
            );
        }
        Ok(records)
    }

    /// The headers of all whole batches, also of those that consumers do not see.
    ///
    /// # Errors
    /// The bytes are no batches.
    pub fn headers(&self) -> Result<Vec<RecordBatchHeader>, ClientError> {
        self.batches().map(|batch| Ok(*batch?.header())).collect()
    }

    /// Walks the records that may be seen without keeping them: their number and the bytes of keys and values.
    ///
    /// # Errors
    /// A batch is damaged.
    pub fn count(&self) -> Result<(u64, u64), ClientError> {
        let (mut records, mut bytes) = (0, 0);
        for batch in self.visible_batches()? {
            let unpacked = batch
                .decompressed(BATCH_SIZE_MAX)
                .map_err(|source| self.damaged(source))?;
            for view in RecordViews::new(&unpacked, batch.header().record_count) {
                let view = view.map_err(|source| self.damaged(source))?;
                if view.offset(batch.header()) >= self.position {
                    records += 1;
                    bytes += (view.key.map_or(0, <[u8]>::len) + view.value.map_or(0, <[u8]>::len)) as u64;
                }
            }
        }
        Ok((records, bytes))
    }

    fn visible_batches(&self) -> Result<Vec<RecordBatch>, ClientError> {
        let mut aborted = AbortedProducers::new(&self.aborted);
        let mut visible = Vec::new();
        for batch in self.batches() {
            let batch = batch?;
            batch.verify_crc().map_err(|source| self.damaged(source))?;
            if aborted.shows(&batch) {
                visible.push(batch);
            }
        }
        Ok(visible)
    }

    /// Whole batches as they were sent, also those that consumers do not see; a broker may cut the last one where its
    /// answer was full. Checksums are not looked at.
    pub fn batches(&self) -> impl Iterator<Item = Result<RecordBatch, ClientError>> {
        let whole =
            batches(&self.records).take_while(|batch| !matches!(batch, Err(BatchError::Truncated { .. })));
        whole.map(|batch| batch.map_err(|source| self.damaged(source)))
    }

    fn damaged(&self, source: BatchError) -> ClientError {
        ClientError::Batch {
            partition: self.partition.clone(),
            source,
        }
    }
}

/// The producers whose transaction at this place of the log was aborted.
struct AbortedProducers {
    /// Sorted, the first one last.
    ahead: Vec<(i64, Offset)>,
    now: HashSet<i64>,
}

impl AbortedProducers {
    fn new(aborted: &[(i64, Offset)]) -> Self {
        let mut ahead = aborted.to_vec();
        ahead.sort_by_key(|(_, first)| std::cmp::Reverse(*first));
        Self {
            ahead,
            now: HashSet::new(),
        }
    }

    fn shows(&mut self, batch: &RecordBatch) -> bool {
        let header = batch.header();
        while let Some((producer, _)) = self.ahead.pop_if(|(_, first)| *first <= header.last_offset()) {
            self.now.insert(producer);
        }
        if header.is_control() {
            if is_abort_marker(batch) {
                self.now.remove(&header.producer_id.value());
            }
            return false;
        }
        !(header.is_transactional() && self.now.contains(&header.producer_id.value()))
    }
}

fn is_abort_marker(batch: &RecordBatch) -> bool {
    let Ok(records) = batch.records(BATCH_SIZE_MAX) else {
        return false;
    };
    let key = records.first().and_then(|record| record.key.as_ref());
    key.is_some_and(|key| {
        matches!(
            ControlRecordType::parse_key(key),
            Ok(Some(ControlRecordType::Abort))
        )
    })
}

#[cfg(test)]
mod tests;
