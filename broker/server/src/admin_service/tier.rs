//! `TierStatus`: how this node stands to the remote tier, and what its topics have there, page by page.

use std::sync::Arc;

use broker_admin::TOPICS_MAX;
use broker_admin::tonic::Status;
use broker_admin::v1::{StoreState, TierStatusRequest, TierStatusResponse, TierTopic};
use broker_tiered::copy_plan::Copying;
use broker_tiered::disk_budget::Producing;

use super::calls::blocking;
use crate::broker::Broker;
use crate::remote_log_manager::{RemoteLogManager, StoreStanding, TopicTiers, topics_in_tiers};

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
        let mut after = topics.into_iter().filter(|(name, _)| *name > request.page_token);
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
    let (state, error, since) = match remote.store_standing() {
        StoreStanding::Untried => (StoreState::Untried, String::new(), None),
        StoreStanding::Used => (StoreState::Used, String::new(), None),
        StoreStanding::Failing { since, error } => (StoreState::Failing, error, Some(since.as_ms())),
        StoreStanding::Refused(why) => (StoreState::Refused, why, None),
    };
    TierStatusResponse {
        enabled: true,
        location: remote.settings().location.to_string(),
        store: state.into(),
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
    }
}
