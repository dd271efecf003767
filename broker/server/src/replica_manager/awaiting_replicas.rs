//! Waiting until the in-sync replicas have what a producer with acks=all sent.
//!
//! The request is parked at its partition and woken when the high watermark has passed its records, or when this
//! broker leads no longer. Dropping the wait, for whatever reason its task ends, takes it off the partition's list.

use std::sync::Arc;

use broker_model::Offset;
use broker_replication::ProduceProgress;
use broker_replication::purgatory::DelayedProduce;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::partition_handle::{FetchWaker, LookupError, PartitionHandle};

/// Records that were appended and are not everywhere yet.
#[derive(Debug)]
pub struct AwaitingReplicas {
    handle: Arc<PartitionHandle>,
    parked: Arc<DelayedProduce<FetchWaker>>,
    notify: Arc<Notify>,
}

impl Drop for AwaitingReplicas {
    fn drop(&mut self) {
        self.parked.abandon();
    }
}

impl AwaitingReplicas {
    /// Parks records that end before `required` at their partition.
    pub fn park(handle: Arc<PartitionHandle>, required: Offset) -> Self {
        let notify = Arc::new(Notify::new());
        let parked = DelayedProduce::new(required, FetchWaker(notify.clone()));
        // A partition that is led no longer wakes nobody; the wait asks it first.
        let _led_elsewhere = handle.with(|partition| partition.watch_high_watermark(parked.clone()));
        Self {
            handle,
            parked,
            notify,
        }
    }

    /// Waits until it is clear what becomes of the records, or until `deadline`.
    ///
    /// # Errors
    /// When this broker leads no longer.
    pub async fn until(&self, deadline: Instant) -> Result<ProduceProgress, LookupError> {
        if self.progress()? == ProduceProgress::Waiting {
            let _elapsed = tokio::time::timeout_at(deadline, self.notify.notified()).await;
        }
        self.progress()
    }

    fn progress(&self) -> Result<ProduceProgress, LookupError> {
        let required = self.parked.required();
        self.handle.with(|partition| partition.produce_progress(required))
    }
}
