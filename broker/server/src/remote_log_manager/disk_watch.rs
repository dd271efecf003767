//! Keeps what tiered logs hold on the local disks to `eddyline.remote.disk.bytes`.
//!
//! Owns what was seen last. What goes and whether producing waits is decided by `broker_tiered::disk_budget`; here the
//! logs are asked and told. It runs whether the store can be used or not: that it cannot is when it is needed.
//! Invariant: producing is blocked only while a budget is set; what is lost for good is told, with its offsets.

use std::sync::Arc;
use std::time::Duration;

use broker_model::Offset;
use broker_storage::{LogConfig, UnifiedLog};
use broker_tiered::disk_budget::{
    DiskBudget, DiskPlan, FullDiskPolicy, GivenUp, LocalLog, Producing, StartDecision, Written, disk_plan,
};

use super::Shared;
use crate::replica_manager::{Hosted, PartitionHandle};

/// What is produced between two looks comes on top of the budget.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How the local disks stand to their budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskStanding {
    /// Bytes of tiered logs.
    pub size_in_bytes: u64,
    /// Whether tiered logs take records.
    pub producing: Producing,
}

/// Looks again and again.
pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let shared = shared.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || shared.look_at_disks()).await {
            tracing::error!(%error, "the disk budget of tiered logs was not looked at");
        }
    }
}

impl Shared {
    fn look_at_disks(&self) {
        let (tiered, others): (Vec<_>, Vec<_>) = self
            .replica_manager
            .partitions()
            .into_iter()
            .partition(|handle| handle.with_log(|log| counts(log.config())) == Ok(true));
        let sizes = tiered
            .iter()
            .filter_map(|handle| handle.with_log(|log| log.size()).ok());
        let size_in_bytes = sizes.sum();
        let budget = self.limits.borrow().disk;
        let producing = match budget.size_in_bytes {
            Some(size_max) if size_in_bytes >= size_max => self.make_room(&tiered, size_max, budget.policy),
            _ => Producing::Open,
        };
        tiered.iter().for_each(|handle| handle.set_producing(producing));
        others
            .iter()
            .for_each(|handle| handle.set_producing(Producing::Open));
        let standing = DiskStanding {
            size_in_bytes,
            producing,
        };
        let before = std::mem::replace(&mut *self.disk.lock(), standing);
        tell(before, standing, budget);
    }

    /// Whether the logs hold all that they may.
    pub(super) fn is_disk_pressed(&self) -> bool {
        let size_max = self.limits.borrow().disk.size_in_bytes;
        size_max.is_some_and(|size_max| self.disk.lock().size_in_bytes >= size_max)
    }

    fn make_room(&self, tiered: &[Arc<PartitionHandle>], size_max: u64, policy: FullDiskPolicy) -> Producing {
        let logs = tiered
            .iter()
            .filter_map(|handle| Some((handle, local_log(handle)?)));
        let (handles, logs): (Vec<_>, Vec<_>) = logs.unzip();
        let DiskPlan { logs, producing } = disk_plan(&logs, size_max, policy);
        let going = handles
            .iter()
            .zip(&logs)
            .filter(|(_, given_up)| **given_up != GivenUp::default());
        let going: Vec<_> = going.collect();
        let is_unwritten =
            |handle: &PartitionHandle| handle.with_log(|log| log.is_log_start_written()) == Ok(false);
        if going.iter().any(|(handle, _)| is_unwritten(handle)) {
            self.replica_manager.write_log_starts();
        }
        for (handle, given_up) in going {
            self.give_up(handle, *given_up);
        }
        producing
    }

    fn give_up(&self, handle: &PartitionHandle, given_up: GivenUp) {
        if let Some(lost_until) = given_up.lost_until {
            let moved = handle.with(|partition| {
                let from = partition.log().remote_end().unwrap_or(Offset::ZERO);
                let from = from.max(partition.log().log_start().offset());
                partition.delete_records(Some(lost_until)).map(|_| from)
            });
            match moved {
                Ok(Ok(from)) => {
                    self.counters.dropped_bytes.add(given_up.lost_bytes);
                    tracing::warn!(partition = %handle.id(), %from, until = %lost_until, bytes = given_up.lost_bytes,
                        "the disk budget of tiered logs is used up: records that are in no other place are deleted for good (eddyline.remote.disk.full.policy)");
                }
                Ok(Err(error)) => {
                    tracing::error!(partition = %handle.id(), %error, "the start of a log cannot be moved")
                }
                // Led elsewhere by now; the next look sees that.
                Err(_) => return,
            }
            handle.remote_work().notify_one();
        }
        let now = self.clock.now();
        let deleted = handle.with_log(|log| {
            if let Some(copied_until) = given_up.copied_until {
                log.release_copied(copied_until);
            }
            if given_up.written == Written::Closes {
                log.roll(now)?;
            }
            log.delete_old_segments(now)
        });
        match deleted {
            Ok(Ok(Some(pending))) => self.replica_manager.logs().delete_later(pending),
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(error)) => {
                tracing::error!(partition = %handle.id(), %error, "segments cannot be deleted for the disk budget");
            }
        }
    }
}

/// Logs of which nothing is copied any more are as long as the topic says.
fn counts(config: &LogConfig) -> bool {
    config.remote_storage_enable && !config.remote_log_copy_disable
}

fn local_log(handle: &PartitionHandle) -> Option<LocalLog> {
    let of = |log: &UnifiedLog, start| LocalLog {
        closed: log.closed_segments(),
        active_size: log.active_size(),
        remote_end: log.remote_end().unwrap_or(Offset::ZERO),
        start,
    };
    match &*handle.lock() {
        Hosted::Leading(partition) => {
            let log = partition.log();
            let high_watermark = log.high_watermark().offset();
            Some(of(log, StartDecision::Here { high_watermark }))
        }
        Hosted::Following(follower) => Some(of(follower.log(), StartDecision::Elsewhere)),
        Hosted::Offline | Hosted::Deleted => None,
    }
}

fn tell(before: DiskStanding, now: DiskStanding, budget: DiskBudget) {
    let bytes = now.size_in_bytes;
    let budget = budget.size_in_bytes.unwrap_or(u64::MAX);
    match (before.producing, now.producing) {
        (Producing::Open, Producing::Blocked) => tracing::warn!(
            bytes,
            budget,
            "the disk budget of tiered logs is used up and the remote store takes nothing: records for tiered topics are refused until there is room"
        ),
        (Producing::Blocked, Producing::Open) => {
            tracing::info!(
                bytes,
                budget,
                "there is room in the disk budget of tiered logs: records are taken again"
            );
        }
        _ => {}
    }
}
