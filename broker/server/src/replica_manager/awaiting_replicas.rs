//! Waiting until the in-sync replicas have what a producer with acks=all sent.
//!
//! The request is parked at its partition and woken when the high watermark has passed its records, or when this
//! broker leads no longer. Invariant: an offset counts only while the leadership that gave it lasts; a broker that
//! followed in between may have other records there. Dropping the wait, for whatever reason its task ends, takes it
//! off the partition's list.

use std::sync::Arc;

use broker_model::{LeaderEpoch, Offset};
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
    leading_since: LeaderEpoch,
}

impl Drop for AwaitingReplicas {
    fn drop(&mut self) {
        self.parked.abandon();
    }
}

impl AwaitingReplicas {
    /// Parks records at their partition that end before `required` and were appended by the leader since
    /// `leading_since`.
    pub fn park(handle: Arc<PartitionHandle>, required: Offset, leading_since: LeaderEpoch) -> Self {
        let notify = Arc::new(Notify::new());
        let parked = DelayedProduce::new(required, FetchWaker(notify.clone()));
        // A partition that is led no longer wakes nobody; the wait asks it first.
        let _led_elsewhere = handle.with(|partition| partition.watch_high_watermark(parked.clone()));
        Self {
            handle,
            parked,
            notify,
            leading_since,
        }
    }

    /// Waits until it is clear what becomes of the records, or until `deadline`.
    ///
    /// # Errors
    /// When this broker leads no longer.
    pub async fn until(mut self, deadline: Instant) -> Result<ProduceProgress, LookupError> {
        loop {
            let progress = self.progress()?;
            if progress != ProduceProgress::Waiting {
                return Ok(progress);
            }
            let woken = tokio::time::timeout_at(deadline, self.notify.notified()).await;
            let progress = self.progress()?;
            if woken.is_err() || progress != ProduceProgress::Waiting {
                return Ok(progress);
            }
            // A new epoch of this same leader wakes everybody.
            self = Self::park(self.handle.clone(), self.parked.required(), self.leading_since);
        }
    }

    fn progress(&self) -> Result<ProduceProgress, LookupError> {
        let required = self.parked.required();
        let progress = self.handle.with(|partition| {
            let is_same = partition.leading_since() == self.leading_since;
            is_same.then(|| partition.produce_progress(required))
        })?;
        progress.ok_or(LookupError::NotLeader)
    }
}
