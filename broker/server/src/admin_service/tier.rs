//! `TierStatus`: how this node stands to the remote tier, and what its topics have there, page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_admin::TOPICS_MAX;
use broker_admin::tonic::Status;
use broker_admin::v1::{self, StoreState, TierStatusRequest, TierStatusResponse, TierTopic};
use broker_tiered::copy_plan::Copying;
use broker_tiered::disk_budget::Producing;

use super::calls::blocking;
use crate::broker::Broker;
use crate::remote_log_manager::{RemoteLogManager, StoreStanding, TopicTiers, topics_in_tiers};
use crate::remote_store::StoreTrouble;

/// One page.
pub(super) async fn status(
    broker: Arc<Broker>,
    request: TierStatusRequest,
) -> Result<TierStatusResponse, Status> {
    let limit = match request.max_topics {
        0 => TOPICS_MAX,
        asked => asked.min(TOPICS_MAX),
    };
    blocking(move || {
        let node_id = broker.node_id.value();
        let Some(remote) = &broker.remote else {
            return TierStatusResponse {
                node_id,
                ..TierStatusResponse::default()
            };
        };
        let mut answer = standing(remote);
        answer.node_id = node_id;
        let topics = topics_in_tiers(&broker.replica_manager, remote, broker.clock.wall());
        answer.total = Some(topic(String::new(), total(topics.values())));
        let wanted: BTreeSet<_> = request.topics.into_iter().collect();
        let mut after = topics
            .into_iter()
            .filter(|(name, _)| *name > request.page_token && (wanted.is_empty() || wanted.contains(name)));
        let page = after.by_ref().take(limit as usize);
        answer.topics = page.map(|(name, tiers)| topic(name, tiers)).collect();
        let last = answer.topics.last().filter(|_| after.next().is_some());
        answer.next_page_token = last.map_or(String::new(), |last| last.name.clone());
        answer
    })
    .await
}

fn standing(remote: &RemoteLogManager) -> TierStatusResponse {
    let (counters, requests) = (remote.counters(), remote.requests());
    let (cache, _) = remote.cache_counts();
    let (limits, disk) = (remote.limits(), remote.disk_standing());
    let (state, trouble, error, since) = match remote.store_standing() {
        StoreStanding::Untried => (StoreState::Untried, None, String::new(), None),
        StoreStanding::Used => (StoreState::Used, None, String::new(), None),
        StoreStanding::Failing(failing) => {
            let (trouble, since) = (Some(failing.trouble), Some(failing.since.as_ms()));
            (StoreState::Failing, trouble, failing.error, since)
        }
        StoreStanding::Refused(trouble, why) => (StoreState::Refused, Some(trouble), why, None),
    };
    TierStatusResponse {
        enabled: true,
        location: remote.settings().location.to_string(),
        store: state.into(),
        trouble: trouble.map_or(v1::StoreTrouble::Unspecified, told).into(),
        backup_age_ms: remote.backup_times().age_ms(),
        store_error: error,
        failing_since_ms: since,
        paused: limits.copying == Copying::Disabled,
        disk_bytes: disk.size_in_bytes,
        disk_limit_bytes: limits.disk.size_in_bytes,
        produce_blocked: disk.producing == Producing::Blocked,
        dropped_bytes: counters.dropped_bytes.get(),
        counted_ms: remote.counted_ms(),
        put_requests: requests.puts.get(),
        get_requests: requests.gets.get(),
        list_requests: requests.lists.get(),
        delete_requests: requests.deletes.get(),
        failed_requests: requests.failures.get(),
        copied_bytes: counters.copied_bytes.get(),
        read_bytes: counters.read_bytes.get(),
        cache_hits: cache.hits + cache.shared,
        cache_misses: cache.misses,
        ..TierStatusResponse::default()
    }
}

fn total<'a>(topics: impl Iterator<Item = &'a TopicTiers>) -> TopicTiers {
    topics.fold(TopicTiers::default(), |total, tiers| total.and(*tiers))
}

fn told(trouble: StoreTrouble) -> v1::StoreTrouble {
    match trouble {
        StoreTrouble::Unreachable => v1::StoreTrouble::Unreachable,
        StoreTrouble::Credentials => v1::StoreTrouble::Credentials,
        StoreTrouble::Denied => v1::StoreTrouble::Denied,
        StoreTrouble::NoBucket => v1::StoreTrouble::NoBucket,
        StoreTrouble::Region => v1::StoreTrouble::Region,
        StoreTrouble::Clock => v1::StoreTrouble::Clock,
        StoreTrouble::Full => v1::StoreTrouble::Full,
        StoreTrouble::OtherCluster => v1::StoreTrouble::OtherCluster,
        StoreTrouble::NoConditions => v1::StoreTrouble::NoConditions,
        StoreTrouble::Configuration => v1::StoreTrouble::Configuration,
    }
}

fn topic(name: String, tiers: TopicTiers) -> TierTopic {
    TierTopic {
        name,
        partitions: tiers.partitions,
        local_bytes: tiers.local_bytes,
        remote_bytes: tiers.remote_bytes,
        remote_segments: tiers.remote_segments,
        lag_bytes: tiers.lag.size_in_bytes,
        lag_segments: tiers.lag.segments,
        lag_ms: tiers.lag.age_ms,
        restoring: tiers.restoring,
        put_requests: tiers.used.puts,
        get_requests: tiers.used.gets,
        list_requests: tiers.used.lists,
        delete_requests: tiers.used.deletes,
        cache_hits: tiers.used.cache_hits,
        cache_misses: tiers.used.cache_misses,
    }
}
