//! What is told about the remote tier: whether the store can be used, and what each topic has in both tiers.
//!
//! Owns nothing: it asks the logs that are led here, their manifests as they were written, and the store's observer.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_model::{Offset, Timestamp};
use broker_tiered::copy_plan::{RemoteLag, remote_lag};

use super::{RemoteLogManager, gate};
use crate::metrics::{RemoteTopicCounters, StoreRequests};
use crate::remote_store::{Failing, StoreTrouble};
use crate::replica_manager::ReplicaManager;

/// Whether the store can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreStanding {
    /// Nobody knows yet.
    Untried,
    /// It was found fit, and answers.
    Used,
    /// It does not answer, or with errors.
    Failing(Failing),
    /// It must not be used.
    Refused(StoreTrouble, String),
}

/// How many of those that may work at a time do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStanding {
    /// How many there may be.
    pub size: usize,
    /// How many more could work now.
    pub idle: usize,
    /// Work that waits for its turn.
    pub queued: u64,
}

impl PoolStanding {
    /// The part that has nothing to do, between 0 and 1.
    #[must_use]
    pub fn idle_ratio(&self) -> f64 {
        idle_ratio(self.idle, self.size)
    }
}

/// The part of so many that has nothing to do.
pub(super) fn idle_ratio(idle: usize, size: usize) -> f64 {
    let of = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    of(idle) / of(size.max(1))
}

/// What a topic has in both tiers, in the partitions that are led here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicTiers {
    /// How many those are.
    pub partitions: u32,
    /// Bytes on the local disks.
    pub local_bytes: u64,
    /// Bytes in the remote tier.
    pub remote_bytes: u64,
    /// Segments in the remote tier.
    pub remote_segments: u64,
    /// Segments that are to be deleted there.
    pub leaving_segments: u64,
    /// Bytes of their objects.
    pub leaving_bytes: u64,
    /// How long it took to add up what the manifests name.
    pub added_up_in: Duration,
    /// What is closed and not there.
    pub lag: RemoteLag,
    /// Partitions that were restored and of which not everything is here yet.
    pub restoring: u32,
    /// What was done for it.
    pub used: TopicUse,
}

/// What this broker has done with the remote tier for a topic since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicUse {
    /// Requests that write.
    pub puts: u64,
    /// Requests that read.
    pub gets: u64,
    /// Requests that list.
    pub lists: u64,
    /// Objects that were deleted.
    pub deletes: u64,
    /// Pieces of segments that readers found in memory.
    pub cache_hits: u64,
    /// Pieces that were asked of the store.
    pub cache_misses: u64,
}

impl TopicUse {
    fn of(counters: &RemoteTopicCounters) -> Self {
        Self {
            puts: counters.requests.puts.get(),
            gets: counters.requests.gets.get(),
            lists: counters.requests.lists.get(),
            deletes: counters.requests.deletes.get(),
            cache_hits: counters.cache_hits.get(),
            cache_misses: counters.cache_misses.get(),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            puts: self.puts + other.puts,
            gets: self.gets + other.gets,
            lists: self.lists + other.lists,
            deletes: self.deletes + other.deletes,
            cache_hits: self.cache_hits + other.cache_hits,
            cache_misses: self.cache_misses + other.cache_misses,
        }
    }
}

impl TopicTiers {
    /// What two topics have together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            partitions: self.partitions + other.partitions,
            local_bytes: self.local_bytes + other.local_bytes,
            remote_bytes: self.remote_bytes + other.remote_bytes,
            remote_segments: self.remote_segments + other.remote_segments,
            leaving_segments: self.leaving_segments + other.leaving_segments,
            leaving_bytes: self.leaving_bytes + other.leaving_bytes,
            added_up_in: self.added_up_in + other.added_up_in,
            lag: self.lag.and(other.lag),
            restoring: self.restoring + other.restoring,
            used: self.used.and(other.used),
        }
    }
}

/// Every tiered topic of which something is led here.
pub fn topics_in_tiers(
    replica_manager: &ReplicaManager,
    remote: &RemoteLogManager,
    now: Timestamp,
) -> BTreeMap<String, TopicTiers> {
    let mut topics: BTreeMap<String, TopicTiers> = BTreeMap::new();
    for handle in replica_manager.partitions() {
        let led = handle.with(|partition| {
            let log = partition.log();
            log.config().remote_storage_enable.then(|| {
                let end = log.remote_end().unwrap_or(Offset::ZERO);
                let lag = remote_lag(&log.closed_segments(), end, now);
                (partition.topic_id(), log.size(), lag)
            })
        });
        let Ok(Some((topic, local_bytes, lag))) = led else {
            continue;
        };
        let id = handle.id();
        let begun = remote.shared.clock.elapsed();
        let part = remote.remote_part(topic, id.partition);
        let added_up_in = remote.shared.clock.elapsed().saturating_sub(begun);
        let tiers = topics.entry(id.topic.to_string()).or_default();
        *tiers = tiers.and(TopicTiers {
            partitions: 1,
            local_bytes,
            remote_bytes: part.map_or(0, |part| part.size_in_bytes),
            remote_segments: part.map_or(0, |part| part.segments as u64),
            leaving_segments: part.map_or(0, |part| part.leaving as u64),
            leaving_bytes: part.map_or(0, |part| part.leaving_bytes),
            added_up_in,
            lag,
            restoring: u32::from(remote.is_importing(topic, id.partition)),
            used: TopicUse::default(),
        });
    }
    for (name, counters) in remote.shared.counters.topics.by_name() {
        if let Some(tiers) = topics.get_mut(&name) {
            let used = counters.iter().map(|counters| TopicUse::of(counters));
            tiers.used = used.fold(TopicUse::default(), TopicUse::and);
        }
    }
    topics
}

impl RemoteLogManager {
    /// Whether the store can be used.
    pub fn store_standing(&self) -> StoreStanding {
        let failing = self.shared.observed.failing();
        match (self.shared.gate.verdict(), failing) {
            (gate::Verdict::Refused(trouble, why), _) => StoreStanding::Refused(trouble, why),
            (_, Some(failing)) => StoreStanding::Failing(failing),
            (gate::Verdict::Untried, None) => StoreStanding::Untried,
            (gate::Verdict::Passed, None) => StoreStanding::Used,
        }
    }

    /// Requests that the store was sent.
    pub fn requests(&self) -> &StoreRequests {
        &self.shared.observed.requests
    }

    /// How long requests and bytes have been counted.
    pub fn counted_ms(&self) -> u64 {
        self.shared.clock.monotonic().since_ms(self.shared.started)
    }
}
