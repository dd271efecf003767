//! What `tier status` shows: nodes and their store, and topics in both tiers.

use std::collections::BTreeMap;

use broker_admin::v1::TierStatusResponse;
use serde::Serialize;

use crate::output::Shown;
use crate::size::short;
use crate::table::Table;

/// The remote tier as the nodes that were asked see it.
#[derive(Debug, Serialize)]
pub(super) struct Tier {
    nodes: Vec<TierNode>,
    topics: Vec<Topic>,
}

#[derive(Debug, Serialize)]
struct TierNode {
    id: i32,
    enabled: bool,
    location: String,
    store: String,
    store_error: Option<String>,
    failing_since_ms: Option<i64>,
    copying: &'static str,
    disk_bytes: u64,
    disk_limit_bytes: Option<u64>,
    produce_blocked: bool,
    dropped_bytes: u64,
    put_requests: u64,
    get_requests: u64,
    list_requests: u64,
    delete_requests: u64,
    failed_requests: u64,
    copied_bytes: u64,
    read_bytes: u64,
    /// Of the pieces that readers wanted, how many were in memory; none while nobody read.
    hit_rate: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Topic {
    name: String,
    partitions: u32,
    local_bytes: u64,
    remote_bytes: u64,
    remote_segments: u64,
    lag_bytes: u64,
    lag_segments: u64,
    lag_seconds: f64,
    put_requests: u64,
    get_requests: u64,
    list_requests: u64,
    delete_requests: u64,
    #[serde(skip)]
    cache_hits: u64,
    #[serde(skip)]
    cache_misses: u64,
    /// Of the pieces that its readers wanted, how many were in memory; none while nobody read.
    hit_rate: Option<f64>,
    /// Partitions that were restored and are not all here yet.
    restoring: u32,
}

impl Tier {
    pub(super) fn of(answers: &[TierStatusResponse]) -> Self {
        let mut topics: BTreeMap<&str, Topic> = BTreeMap::new();
        for part in answers.iter().flat_map(|answer| &answer.topics) {
            let whole = topics.entry(&part.name).or_default();
            whole.name.clone_from(&part.name);
            whole.partitions += part.partitions;
            whole.local_bytes += part.local_bytes;
            whole.remote_bytes += part.remote_bytes;
            whole.remote_segments += part.remote_segments;
            whole.lag_bytes += part.lag_bytes;
            whole.lag_segments += part.lag_segments;
            whole.restoring += part.restoring;
            whole.put_requests += part.put_requests;
            whole.get_requests += part.get_requests;
            whole.list_requests += part.list_requests;
            whole.delete_requests += part.delete_requests;
            whole.cache_hits += part.cache_hits;
            whole.cache_misses += part.cache_misses;
            whole.hit_rate = hit_rate(whole.cache_hits, whole.cache_misses);
            whole.lag_seconds = whole.lag_seconds.max(part.lag_ms as f64 / 1000.0);
        }
        Self {
            nodes: answers.iter().map(TierNode::of).collect(),
            topics: topics.into_values().collect(),
        }
    }
}

/// The part of all pieces that were in memory; none if there were no pieces.
fn hit_rate(hits: u64, misses: u64) -> Option<f64> {
    let pieces = hits + misses;
    (pieces > 0).then(|| hits as f64 / pieces as f64)
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or("-".to_owned(), |rate| format!("{:.0} %", rate * 100.0))
}

impl TierNode {
    fn of(answer: &TierStatusResponse) -> Self {
        let state = answer.store().as_str_name();
        Self {
            id: answer.node_id,
            enabled: answer.enabled,
            location: answer.location.clone(),
            store: state.trim_start_matches("STORE_STATE_").to_lowercase(),
            store_error: (!answer.store_error.is_empty()).then(|| answer.store_error.clone()),
            failing_since_ms: answer.failing_since_ms,
            copying: match answer.paused {
                true => "paused",
                false => "on",
            },
            disk_bytes: answer.disk_bytes,
            disk_limit_bytes: answer.disk_limit_bytes,
            produce_blocked: answer.produce_blocked,
            dropped_bytes: answer.dropped_bytes,
            put_requests: answer.put_requests,
            get_requests: answer.get_requests,
            list_requests: answer.list_requests,
            delete_requests: answer.delete_requests,
            failed_requests: answer.failed_requests,
            copied_bytes: answer.copied_bytes,
            read_bytes: answer.read_bytes,
            hit_rate: hit_rate(answer.cache_hits, answer.cache_misses),
        }
    }

    /// What somebody should know who looks only here.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.enabled {
            warnings.push("has no remote tier (remote.log.storage.system.enable)".to_owned());
        }
        if let Some(error) = &self.store_error {
            warnings.push(format!("{} {}: {error}", self.location, self.store));
        }
        if self.produce_blocked {
            warnings
                .push("refuses records for tiered topics: eddyline.remote.disk.bytes is used up".to_owned());
        }
        if self.dropped_bytes > 0 {
            let bytes = short(self.dropped_bytes as f64);
            warnings.push(format!(
                "has deleted {bytes} that were in no other place, for eddyline.remote.disk.bytes"
            ));
        }
        warnings
    }
}

impl Shown for Tier {
    fn text(&self) -> String {
        let bytes = |bytes: u64| short(bytes as f64);
        let mut nodes = Table::new(&[
            "NODE", "STORE", "COPYING", "DISK", "BUDGET", "PUT", "GET", "LIST", "DELETE", "FAILED",
            "HIT RATE",
        ]);
        let mut why = String::new();
        for node in &self.nodes {
            nodes.row([
                node.id.to_string(),
                node.store.clone(),
                node.copying.to_owned(),
                bytes(node.disk_bytes),
                node.disk_limit_bytes.map_or("-".to_owned(), bytes),
                node.put_requests.to_string(),
                node.get_requests.to_string(),
                node.list_requests.to_string(),
                node.delete_requests.to_string(),
                node.failed_requests.to_string(),
                percent(node.hit_rate),
            ]);
            let warnings = node.warnings().into_iter();
            why.extend(warnings.map(|warning| format!("node {} {warning}\n", node.id)));
        }
        let mut topics = Table::new(&[
            "TOPIC",
            "LED",
            "LOCAL",
            "REMOTE",
            "SEGMENTS",
            "LAG",
            "LAG SEGMENTS",
            "LAG SECONDS",
            "PUT",
            "GET",
            "HIT RATE",
        ]);
        for topic in &self.topics {
            topics.row([
                topic.name.clone(),
                topic.partitions.to_string(),
                bytes(topic.local_bytes),
                bytes(topic.remote_bytes),
                topic.remote_segments.to_string(),
                bytes(topic.lag_bytes),
                topic.lag_segments.to_string(),
                format!("{:.0}", topic.lag_seconds),
                topic.put_requests.to_string(),
                topic.get_requests.to_string(),
                percent(topic.hit_rate),
            ]);
        }
        for topic in self.topics.iter().filter(|topic| topic.restoring > 0) {
            let (count, name) = (topic.restoring, &topic.name);
            why += &format!("topic {name} is being restored: {count} partitions are not all here yet\n");
        }
        format!("{nodes}\n{topics}{why}")
    }
}

#[cfg(test)]
mod tests {
    use broker_admin::v1::{StoreState, TierTopic};

    use super::*;

    fn node(id: i32, lag_ms: u64) -> TierStatusResponse {
        TierStatusResponse {
            node_id: id,
            enabled: true,
            store: StoreState::Used.into(),
            cache_hits: 3,
            cache_misses: 1,
            topics: vec![TierTopic {
                name: "events".to_owned(),
                partitions: 1,
                local_bytes: 10,
                remote_bytes: 100,
                remote_segments: 2,
                lag_bytes: 5,
                lag_segments: 1,
                lag_ms,
                restoring: 1,
                put_requests: 6,
                get_requests: 4,
                list_requests: 1,
                delete_requests: 2,
                cache_hits: id as u64,
                cache_misses: 1,
            }],
            ..TierStatusResponse::default()
        }
    }

    #[test]
    fn topics_are_what_all_nodes_lead_of_them() {
        let tier = Tier::of(&[node(1, 2_000), node(2, 500)]);
        let topic = &tier.topics[0];
        assert_eq!(
            (
                topic.partitions,
                topic.local_bytes,
                topic.remote_bytes,
                topic.lag_bytes
            ),
            (2, 20, 200, 10)
        );
        assert_eq!(topic.lag_seconds, 2.0, "the longest of all");
        assert_eq!((topic.put_requests, topic.get_requests), (12, 8));
        assert_eq!((topic.list_requests, topic.delete_requests), (2, 4));
        assert_eq!(topic.hit_rate, Some(0.6), "three of five pieces");
        assert!(
            tier.text()
                .contains("topic events is being restored: 2 partitions")
        );
        assert_eq!(tier.nodes[0].hit_rate, Some(0.75));
        assert_eq!(tier.nodes[0].store, "used");
    }

    #[test]
    fn a_store_that_fails_and_refused_records_are_told() {
        let failing = TierStatusResponse {
            store: StoreState::Failing.into(),
            store_error: "no answer".to_owned(),
            produce_blocked: true,
            ..node(1, 0)
        };
        let text = Tier::of(&[failing]).text();
        assert!(
            text.contains("failing: no answer") && text.contains("refuses records"),
            "{text}"
        );
    }
}
