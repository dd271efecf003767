//! Carries out effects: appends records as one batch and releases answers, each with what it rests on.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_coordinator::{Effects, GroupRecord, coordinator_error};
use broker_model::{Acks, Now};
use broker_protocol::ErrorCode;
use broker_storage::AppendOrigin;
use bytes::Bytes;

use super::Shared;
use super::shard::Leading;
use crate::error_mapping::ToErrorCode;
use crate::replica_manager::ProduceRecords;

impl Shared {
    /// Carries out effects, and what follows from them.
    ///
    /// # Errors
    /// The first records are not in the log; the coordinator knows.
    pub(super) fn carry_out(
        &self,
        leading: &mut Leading,
        now: Now,
        mut effects: Effects,
    ) -> Result<(), ErrorCode> {
        let mut first = None;
        loop {
            leading.release(effects.released);
            if effects.records.is_empty() {
                return first.unwrap_or(Ok(()));
            }
            let written = self.append(leading, &effects.records, now);
            first.get_or_insert(written.map_err(coordinator_error));
            effects = leading
                .coordinator
                .finish_write(now, &effects.records, effects.intent, written);
        }
    }

    fn append(&self, leading: &mut Leading, records: &[GroupRecord], now: Now) -> Result<(), ErrorCode> {
        let partition = leading.handle.id().clone();
        let size_max = leading
            .handle
            .with(|partition| partition.log().config().max_message_bytes);
        let size_max = size_max.map_err(|error| error.error_code())?;
        let options = BatchOptions {
            compression: self.parts.log.compression,
            ..BatchOptions::default()
        };
        let batch = batch_of(options, records, now, size_max).map_err(|error| {
            tracing::error!(%partition, %error, "records of groups cannot be written");
            ErrorCode::UnknownServerError
        })?;
        let produce = ProduceRecords {
            records: &batch,
            acks: Acks::All,
            origin: AppendOrigin::Coordinator,
            request_version: None,
        };
        let appended = self.parts.replica_manager.append(&leading.handle, &produce, now);
        match appended {
            Ok(appended) => {
                leading.note_written(&appended);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%partition, %error, "records of groups were not appended");
                Err(error.error_code())
            }
        }
    }
}

/// Records that cannot become a batch.
#[derive(Debug, thiserror::Error)]
enum BatchRefused {
    #[error(transparent)]
    Encode(#[from] broker_codec::EncodeError),
    #[error(transparent)]
    Build(#[from] broker_codec::compression::CompressionError),
    #[error("{count} records are more than the {size_max} bytes that the log takes at once")]
    TooLarge { count: usize, size_max: usize },
}

/// `size_max` is that of the records before they are packed, as in Kafka's coordinators.
fn batch_of(
    options: BatchOptions,
    records: &[GroupRecord],
    now: Now,
    size_max: usize,
) -> Result<Bytes, BatchRefused> {
    let mut batch = BatchBuilder::new(options);
    for record in records {
        let (key, value) = record.encode()?;
        batch.append(now.wall, Some(&key), value.as_deref());
        if batch.size() > size_max {
            let count = records.len();
            return Err(BatchRefused::TooLarge { count, size_max });
        }
    }
    Ok(batch.build()?)
}
