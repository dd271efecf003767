//! Reads a partition of `__consumer_offsets` into a coordinator.
//!
//! Reads up to the log end in pieces, so that memory does not grow with the log: a leader learns late of how far the
//! high watermark had come, and what it has is what it will lead with. Records of kinds that are not known are passed
//! over (KIP-915); a log that cannot be read, or changes hands meanwhile, makes no coordinator.

use std::sync::Arc;

use broker_codec::batch::{BatchError, ControlRecordType, RecordBatch, batches};
use broker_codec::{DecodeError, Records};
use broker_coordinator::{GroupCoordinator, GroupRecord, TransactionResult};
use broker_model::{LeaderEpoch, Now, Offset, ProducerId};
use broker_storage::{FetchIsolation, MinOneBatch, ReadError, ReadLimits, StorageError};

use crate::clock::Clock;
use crate::replica_manager::{LookupError, PartitionHandle};

/// Most bytes that one batch may unpack to.
const UNPACKED_MAX: usize = 128 << 20;

/// A log that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// There is no partition to read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The log refuses.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The device refuses.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A batch is damaged.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A marker is damaged.
    #[error(transparent)]
    Marker(#[from] DecodeError),
}

/// A coordinator that knows what is in its log.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) coordinator: GroupCoordinator,
    /// The leadership in which the log was read.
    pub(super) leading_since: LeaderEpoch,
    /// Where the log ended.
    pub(super) end: Offset,
}

/// Reads the whole partition into a coordinator that knows nothing yet; none when it is no longer wanted.
pub(super) fn load(
    handle: &Arc<PartitionHandle>,
    coordinator: GroupCoordinator,
    (clock, piece_size): (&Clock, usize),
    is_wanted: impl Fn() -> bool,
) -> Result<Option<Loaded>, LoadError> {
    let mut loading = Loading {
        coordinator,
        now: clock.now(),
        passed_over: 0,
    };
    let (mut from, leading_since) =
        handle.with(|partition| (partition.log().log_start().offset(), partition.leading_since()))?;
    while let Some(records) = read(handle, from, piece_size)? {
        if !is_wanted() {
            return Ok(None);
        }
        for batch in batches(&records.to_bytes()) {
            let batch = batch?;
            from = batch.header().next_offset();
            loading.batch(&batch)?;
        }
    }
    if loading.passed_over > 0 {
        let (partition, records) = (handle.id(), loading.passed_over);
        tracing::warn!(%partition, records, "records of kinds that are not known were passed over");
    }
    if handle.with(|partition| partition.leading_since())? != leading_since {
        return Ok(None);
    }
    loading.coordinator.finish_load(clock.now());
    Ok(Some(Loaded {
        coordinator: loading.coordinator,
        leading_since,
        end: from,
    }))
}

/// The batches from `from` on; none at the end.
fn read(handle: &PartitionHandle, from: Offset, max_bytes: usize) -> Result<Option<Records>, LoadError> {
    let limits = ReadLimits {
        max_bytes,
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::Yes,
    };
    let read = handle.with(|partition| partition.log().read(from, limits))??;
    let records = read.records.fetch()?;
    Ok((!records.is_empty()).then_some(records))
}

struct Loading {
    coordinator: GroupCoordinator,
    now: Now,
    passed_over: u64,
}

impl Loading {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), LoadError> {
        batch.verify_crc()?;
        let header = batch.header();
        let producer = match header.is_transactional() {
            true => header.producer_id,
            false => ProducerId::NONE,
        };
        for record in batch.records(UNPACKED_MAX)? {
            let Some(key) = record.key else {
                self.passed_over += 1;
                continue;
            };
            if header.is_control() {
                self.marker(producer, &key)?;
                continue;
            }
            match GroupRecord::decode(key, record.value) {
                Ok(record) => self.coordinator.load(self.now, producer, &record),
                Err(error) => {
                    tracing::debug!(%error, "a record of no known kind");
                    self.passed_over += 1;
                }
            }
        }
        Ok(())
    }

    fn marker(&mut self, producer: ProducerId, key: &[u8]) -> Result<(), LoadError> {
        let result = match ControlRecordType::parse_key(key)? {
            Some(ControlRecordType::Commit) => TransactionResult::Committed,
            Some(ControlRecordType::Abort) => TransactionResult::Aborted,
            _ => return Ok(()),
        };
        self.coordinator.end_transaction(self.now, producer, result);
        Ok(())
    }
}
