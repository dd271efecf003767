//! How much of what it may hold a tiered partition holds: Kafka's `RetentionSizeInPercent` of its remote log manager.
//!
//! Owns nothing. Invariant: what lies in both tiers is counted once, as retention counts it.

use std::sync::Arc;

use broker_model::{Offset, PartitionIndex};
use broker_storage::UnifiedLog;

use super::{RemoteLogManager, RemotePart};
use crate::replica_manager::ReplicaManager;

/// Shares of a partition that is led here, in percent; none where there is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionShare {
    /// Its topic.
    pub topic: Arc<str>,
    /// Its index.
    pub partition: PartitionIndex,
    /// Of both tiers together, of `retention.bytes`.
    pub whole: Option<u64>,
    /// Of the local disk, of `local.retention.bytes`.
    pub local: Option<u64>,
}

/// What a log holds beside its remote part, and its limits.
struct LocalFacts {
    size: u64,
    only_local: u64,
    limit: Option<u64>,
    local_limit: Option<u64>,
}

impl LocalFacts {
    fn of(log: &UnifiedLog, remote_end: Offset) -> Self {
        let config = log.config();
        let closed = log.closed_segments();
        let missing = closed.iter().filter(|segment| segment.next_offset > remote_end);
        Self {
            size: log.size(),
            only_local: missing.map(|segment| segment.size_in_bytes).sum::<u64>() + log.active_size(),
            limit: config.retention_bytes,
            local_limit: config.local_retention_bytes.or(config.retention_bytes),
        }
    }
}

/// Of every tiered partition that is led here.
pub fn retention_shares(replica_manager: &ReplicaManager, remote: &RemoteLogManager) -> Vec<RetentionShare> {
    let mut shares = Vec::new();
    for handle in replica_manager.partitions() {
        let id = handle.id();
        let led = handle.with(|partition| {
            let log = partition.log();
            let part = remote.remote_part(partition.topic_id(), id.partition);
            let end = part.map_or(Offset::ZERO, |part: RemotePart| part.end);
            let is_tiered = log.config().remote_storage_enable;
            is_tiered.then(|| {
                (
                    LocalFacts::of(log, end),
                    part.map_or(0, |part| part.size_in_bytes),
                )
            })
        });
        let Ok(Some((local, remote_size))) = led else {
            continue;
        };
        shares.push(RetentionShare {
            topic: id.topic.clone(),
            partition: id.partition,
            whole: share(remote_size + local.only_local, local.limit),
            local: share(local.size, local.local_limit),
        });
    }
    shares.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
    shares
}

/// Whole percents; none without a limit.
pub fn share(size_in_bytes: u64, limit: Option<u64>) -> Option<u64> {
    let limit = u128::from(limit.filter(|limit| *limit > 0)?);
    u64::try_from(u128::from(size_in_bytes) * 100 / limit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_a_limit_that_is_there() {
        assert_eq!(share(150, Some(200)), Some(75));
        assert_eq!(share(1_999, Some(1_000)), Some(199), "as Kafka cuts it");
        assert_eq!(share(u64::MAX, Some(u64::MAX)), Some(100));
        assert_eq!((share(1, Some(0)), share(1, None)), (None, None));
    }
}
