//! What a leader's log says when its remote tier is looked after, and what follows from it alone.
//!
//! Facts are taken of the log in one moment. Invariant (I21): what retention lets go is counted over both tiers, and
//! what a power cut may still take from the local disk is not copied.

use std::sync::Arc;

use broker_model::{
    BrokerId, LastStableOffset, LeaderEpoch, LogStartOffset, Offset, RecoveryPoint, Timestamp,
};
use broker_storage::{ClosedSegment, LogConfig, UnifiedLog};

use super::Orders;
use crate::copy_plan::{CopyFacts, CopyLag, CopyVerdict, Copying, copy_plan};
use crate::lineage::Lineage;
use crate::manifest::Manifest;
use crate::manifest_keeper::{Leadership, RemoteExpectation};
use crate::object_key::RemotePartition;
use crate::retention::{RetentionLimits, allowed_log_start};

/// What a pass looks at.
#[derive(Clone, Debug)]
pub struct LogFacts {
    pub(super) config: Arc<LogConfig>,
    pub(super) log_start: LogStartOffset,
    pub(super) closed: Vec<ClosedSegment>,
    pub(super) active_size: u64,
    pub(super) last_stable: LastStableOffset,
    pub(super) recovery_point: RecoveryPoint,
    pub(super) cleaned_until: Option<Offset>,
}

impl LogFacts {
    /// Of a log as it is now.
    pub fn of(log: &UnifiedLog) -> Self {
        Self {
            config: log.config().clone(),
            log_start: log.log_start(),
            closed: log.closed_segments(),
            active_size: log.active_size(),
            last_stable: log.last_stable_offset(),
            recovery_point: log.recovery_point(),
            cleaned_until: log.cleaned_until(),
        }
    }

    /// Where the whole log should start: as late as either tier says, and behind what retention lets go.
    pub(super) fn wanted_start(&self, manifest: &Manifest, now: Timestamp) -> LogStartOffset {
        let limits = match self.config.cleanup_policy.delete {
            true => RetentionLimits {
                age_ms: self.config.retention_ms.and_then(|ms| u64::try_from(ms).ok()),
                size_in_bytes: self.config.retention_bytes,
            },
            false => RetentionLimits {
                age_ms: None,
                size_in_bytes: None,
            },
        };
        let remote_end = manifest.remote_end();
        let copied = self
            .closed
            .partition_point(|segment| segment.next_offset <= remote_end);
        let local_only = &self.closed[copied..];
        let allowed = allowed_log_start(manifest, local_only, self.active_size, limits, now);
        allowed
            .unwrap_or(self.log_start)
            .max(manifest.log_start())
            .max(self.log_start)
    }

    /// What to copy behind `remote_end`.
    pub(super) fn next_copy(&self, remote_end: Offset, copying: Copying, now: Timestamp) -> CopyVerdict {
        let config = &self.config;
        copy_plan(&CopyFacts {
            remote_end,
            closed: &self.closed,
            active_size: self.active_size,
            // What a power cut may still take from this disk is not copied.
            last_stable: self
                .last_stable
                .min(LastStableOffset::at(self.recovery_point.offset())),
            cleaned_until: match config.cleanup_policy.compact {
                true => Some(self.cleaned_until.unwrap_or(Offset::ZERO)),
                false => None,
            },
            copying: match config.remote_log_copy_disable {
                true => Copying::Disabled,
                false => copying,
            },
            lag: CopyLag {
                age_ms: config.remote_copy_lag_ms,
                size_in_bytes: config.remote_copy_lag_bytes,
            },
            now,
        })
    }
}

/// What a topic's configuration makes of the remote part of its logs; none if that stays as it is.
pub fn orders_for(config: &LogConfig) -> Option<Orders> {
    match (config.remote_storage_enable, config.remote_log_delete_on_disable) {
        (true, _) => Some(Orders::Tier),
        (false, true) => Some(Orders::GiveUpRemote),
        (false, false) => None,
    }
}

impl Leadership {
    /// What the log says when an epoch begins.
    pub fn of(log: &UnifiedLog, partition: RemotePartition, broker: BrokerId, epoch: LeaderEpoch) -> Self {
        let (start, local) = (log.log_start().offset(), log.local_log_start().offset());
        Self {
            partition,
            broker,
            epoch,
            log_start: log.log_start(),
            lineage: Lineage::of(log),
            remote: match start < local {
                true => RemoteExpectation::HoldsSegments,
                false => RemoteExpectation::MayBeEmpty,
            },
        }
    }
}
