//! Appending to a partition on behalf of a producer or a coordinator.

use broker_codec::compression::CompressionError;
use broker_model::{Acks, LeaderEpoch, Now};
use broker_replication::{LeaderAppend, LeaderAppendError, ProduceProgress};
use broker_storage::{
    AppendError, AppendOrigin, AppendOutcome, LogAppendInfo, StorageError, ValidationError,
};
use broker_tiered::disk_budget::Producing;
use bytes::Bytes;

use super::ReplicaManager;
use super::partition_handle::{LookupError, PartitionHandle};

/// Records on their way into a partition.
#[derive(Debug)]
pub struct ProduceRecords<'a> {
    /// One or more batches.
    pub records: &'a Bytes,
    /// Whom the producer waits for.
    pub acks: Acks,
    /// Who appends.
    pub origin: AppendOrigin,
    /// Version of the Produce request, if one brought the records.
    pub request_version: Option<i16>,
}

/// Records that were appended.
#[derive(Debug)]
pub struct Appended {
    /// Where they stand.
    pub info: LogAppendInfo,
    /// Whether they are everywhere that the producer waits for.
    pub progress: ProduceProgress,
    /// Since which epoch this broker has led without a break.
    pub leading_since: LeaderEpoch,
}

/// Records were not appended.
#[derive(Debug, thiserror::Error)]
pub enum ProduceError {
    /// There is no partition to append to.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The disks hold as much of tiered logs as they may (`eddyline.remote.disk.bytes`).
    #[error(
        "tiered logs hold as many bytes as eddyline.remote.disk.bytes lets them, and the remote store takes none of them; \
         records are taken again when it does"
    )]
    DiskBudget,
    /// The leader refuses them.
    #[error(transparent)]
    Append(#[from] LeaderAppendError),
}

/// Attribute bits that name a codec, in the last byte of a batch's attributes.
const CODEC_BITS: u8 = 0x07;
const ATTRIBUTES_LOW_BYTE: usize = 22;
/// A packed batch of at most this size is unpacked on the worker thread: the usual one takes less time than handing
/// the worker's other tasks to a second thread.
const PACKED_AT_ONCE_MAX: usize = 64 << 10;
/// What a small batch may unpack to there; about a millisecond of work. One that holds more starts again elsewhere.
const UNPACKED_AT_ONCE_MAX: usize = 1 << 20;

impl ReplicaManager {
    /// Appends records. An append that unpacks much or waits for the device gives its worker thread to others
    /// meanwhile.
    ///
    /// # Errors
    /// When the partition refuses them; nothing was appended then.
    pub fn append(
        &self,
        handle: &PartitionHandle,
        produce: &ProduceRecords<'_>,
        now: Now,
    ) -> Result<Appended, ProduceError> {
        let counters = handle.counters();
        counters.produce_requests.add(1);
        let outcome = self.append_somewhere(handle, produce, now);
        match &outcome {
            Ok(Appended { info, .. }) if info.outcome == AppendOutcome::Appended => {
                counters.messages_in.add(info.record_count.into());
                counters.bytes_in.add(info.size as u64);
            }
            Ok(_) => {}
            Err(_) => counters.failed_produce_requests.add(1),
        }
        outcome
    }

    fn append_somewhere(
        &self,
        handle: &PartitionHandle,
        produce: &ProduceRecords<'_>,
        now: Now,
    ) -> Result<Appended, ProduceError> {
        let is_packed = produce
            .records
            .get(ATTRIBUTES_LOW_BYTE)
            .is_some_and(|bits| bits & CODEC_BITS != 0);
        if produce.origin == AppendOrigin::Client && handle.producing() == Producing::Blocked {
            return Err(ProduceError::DiskBudget);
        }
        let may_block =
            handle.appends_may_block() || (is_packed && produce.records.len() > PACKED_AT_ONCE_MAX);
        if !may_block {
            let outcome = self.append_now(handle, produce, now, UNPACKED_AT_ONCE_MAX);
            if !outcome.as_ref().is_err_and(unpacks_to_more) {
                return outcome;
            }
        }
        tokio::task::block_in_place(|| self.append_now(handle, produce, now, usize::MAX))
    }

    fn append_now(
        &self,
        handle: &PartitionHandle,
        produce: &ProduceRecords<'_>,
        now: Now,
        unpack_max: usize,
    ) -> Result<Appended, ProduceError> {
        let append = LeaderAppend {
            acks: produce.acks,
            origin: produce.origin,
            now,
            request_version: produce.request_version,
            unpack_max,
        };
        let outcome = handle.with(|partition| {
            let info = partition.append_as_leader(produce.records, append)?;
            let progress = match produce.acks {
                Acks::All => partition.produce_progress(info.last_offset.plus(1)),
                Acks::None | Acks::Leader => ProduceProgress::Acknowledged,
            };
            Ok(Appended {
                info,
                progress,
                leading_since: partition.leading_since(),
            })
        })?;
        if let Err(LeaderAppendError::Append(AppendError::Storage(
            StorageError::LogDirectoryFailed { .. } | StorageError::LogDirectoryOffline { .. },
        ))) = &outcome
        {
            handle.take_offline();
        }
        let mut appended = outcome?;
        if let Some(write_back) = appended.info.write_back.take() {
            // When the thread is behind, the kernel's own write-back takes this range.
            let _dropped = self.write_back.try_send(write_back);
        }
        Ok(appended)
    }
}

/// Whether a batch was refused only because it holds more than what is unpacked at once.
fn unpacks_to_more(error: &ProduceError) -> bool {
    let ProduceError::Append(LeaderAppendError::Append(AppendError::Invalid(refusal))) = error else {
        return false;
    };
    matches!(
        refusal,
        ValidationError::Compression(CompressionError::TooLarge {
            size_max: UNPACKED_AT_ONCE_MAX,
            ..
        })
    )
}
