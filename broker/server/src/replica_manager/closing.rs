//! A clean stop: every log closed and synced, checkpoints written, the marker last.

use std::sync::Arc;

use broker_model::{BrokerEpoch, Now, TopicPartition};
use broker_storage::{LogProgress, UnifiedLog};

use super::ReplicaManager;
use super::partition_handle::{Hosted, PartitionHandle};

/// Threads that close logs; the device, not the processor, is what they wait for.
const CLOSING_THREADS: usize = 8;

impl ReplicaManager {
    /// Closes every log; nothing is served from now on. A directory whose logs all closed is marked as clean.
    /// `metadata` is the log that the quorum has closed before; none if it could not.
    pub fn close(&self, now: Now, epoch: BrokerEpoch, metadata: Result<LogProgress, TopicPartition>) {
        let partitions = self.partitions();
        let closed: Vec<_> = std::thread::scope(|scope| {
            let share = partitions.len().div_ceil(CLOSING_THREADS).max(1);
            let threads: Vec<_> = partitions
                .chunks(share)
                .map(|own| {
                    scope.spawn(move || {
                        own.iter()
                            .map(|handle| close_one(handle, now))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("closing a log does not panic"))
                .collect()
        });
        let mut progress = Vec::new();
        let mut not_closed = Vec::new();
        for outcome in closed.into_iter().chain([metadata]) {
            match outcome {
                Ok(one) => progress.push(one),
                Err(partition) => not_closed.push(partition),
            }
        }
        for error in self.logs().stop(&progress, &not_closed, epoch) {
            tracing::error!(%error, "log directory cannot be marked as clean");
        }
    }
}

fn close_one(handle: &Arc<PartitionHandle>, now: Now) -> Result<LogProgress, TopicPartition> {
    let mut log: UnifiedLog = handle
        .give_up(Hosted::Offline)
        .ok_or_else(|| handle.id().clone())?;
    match log.close(now) {
        Ok(()) => Ok(log.progress()),
        Err(error) => {
            tracing::error!(partition = %handle.id(), %error, "log cannot be closed; the next start recovers it");
            Err(handle.id().clone())
        }
    }
}
