//! What is shown of the remote tier; nothing where there is none.

use std::collections::BTreeMap;

use broker_model::Offset;
use broker_tiered::copy_plan::{RemoteLag, remote_lag};

use broker_tiered::disk_budget::Producing;

use super::definition::{
    MetricDef, REMOTE_CACHE_BYTES, REMOTE_CACHE_HITS, REMOTE_CACHE_MISSES, REMOTE_COPY_BYTES,
    REMOTE_COPY_ERRORS, REMOTE_COPY_LAG_BYTES, REMOTE_COPY_LAG_SEGMENTS, REMOTE_COPY_REQUESTS,
    REMOTE_DAMAGED, REMOTE_DELETE_ERRORS, REMOTE_DELETE_REQUESTS, REMOTE_DISK_BYTES, REMOTE_DISK_LIMIT,
    REMOTE_DROPPED, REMOTE_FAILURES, REMOTE_FETCH_BYTES, REMOTE_FETCH_ERRORS, REMOTE_FETCH_REQUESTS,
    REMOTE_LOG_SIZE, REMOTE_PRODUCE_BLOCKED, REMOTE_READ_BYTES, REMOTE_READS,
};
use super::exposition::Exposition;
use crate::broker::Broker;

/// A metric and how its value is read.
type Column = (&'static MetricDef, fn(&OfTopic) -> u64);

#[derive(Default)]
struct OfTopic {
    lag: RemoteLag,
    remote_bytes: u64,
}

/// Shows counters, and of each tiered topic what is led here.
pub(super) fn show(text: &mut Exposition, broker: &Broker) {
    let Some(remote) = &broker.remote else { return };
    let counters = remote.counters();
    let disk = remote.disk_standing();
    let (cache, held) = remote.cache_counts();
    for (def, value) in [
        (&REMOTE_COPY_BYTES, counters.copied_bytes.get()),
        (&REMOTE_COPY_REQUESTS, counters.copied_segments.get()),
        (&REMOTE_COPY_ERRORS, counters.copy_errors.get()),
        (&REMOTE_DELETE_REQUESTS, counters.deleted_segments.get()),
        (&REMOTE_DELETE_ERRORS, counters.delete_errors.get()),
        (&REMOTE_FETCH_BYTES, counters.fetch_bytes.get()),
        (&REMOTE_FETCH_REQUESTS, counters.fetch_requests.get()),
        (&REMOTE_FETCH_ERRORS, counters.fetch_errors.get()),
        (&REMOTE_READS, counters.read_requests.get()),
        (&REMOTE_READ_BYTES, counters.read_bytes.get()),
        (&REMOTE_FAILURES, counters.store_failures.get()),
        (&REMOTE_DAMAGED, counters.damaged_objects.get()),
        (&REMOTE_CACHE_HITS, cache.hits + cache.shared),
        (&REMOTE_CACHE_MISSES, cache.misses),
        (&REMOTE_DROPPED, counters.dropped_bytes.get()),
        (&REMOTE_DISK_BYTES, disk.size_in_bytes),
        (
            &REMOTE_DISK_LIMIT,
            remote.limits().disk.size_in_bytes.unwrap_or(0),
        ),
        (
            &REMOTE_PRODUCE_BLOCKED,
            u64::from(disk.producing == Producing::Blocked),
        ),
    ] {
        text.single(def, value);
    }
    text.single(&REMOTE_CACHE_BYTES, held);
    show_topics(text, &topics(broker));
}

fn topics(broker: &Broker) -> BTreeMap<String, OfTopic> {
    let mut topics: BTreeMap<String, OfTopic> = BTreeMap::new();
    for handle in broker.replica_manager.partitions() {
        let led = handle.with(|partition| {
            let log = partition.log();
            let is_tiered = log.config().remote_storage_enable;
            is_tiered.then(|| {
                let end = log.remote_end().unwrap_or(Offset::ZERO);
                (partition.topic_id(), remote_lag(&log.closed_segments(), end))
            })
        });
        let Ok(Some((topic, lag))) = led else { continue };
        let id = handle.id();
        let of_topic = topics.entry(id.topic.to_string()).or_default();
        of_topic.lag.size_in_bytes += lag.size_in_bytes;
        of_topic.lag.segments += lag.segments;
        let remote = broker.remote.as_ref();
        let part = remote.and_then(|remote| remote.remote_part(topic, id.partition));
        of_topic.remote_bytes += part.map_or(0, |part| part.size_in_bytes);
    }
    topics
}

fn show_topics(text: &mut Exposition, topics: &BTreeMap<String, OfTopic>) {
    let columns: [Column; 3] = [
        (&REMOTE_COPY_LAG_BYTES, |topic| topic.lag.size_in_bytes),
        (&REMOTE_COPY_LAG_SEGMENTS, |topic| topic.lag.segments),
        (&REMOTE_LOG_SIZE, |topic| topic.remote_bytes),
    ];
    for (def, value) in columns {
        let mut family = text.family(def);
        for (topic, facts) in topics {
            family.sample(&[topic], value(facts));
        }
    }
}
