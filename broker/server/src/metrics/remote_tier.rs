//! What is shown of the remote tier; nothing where there is none.

use std::collections::BTreeMap;

use broker_tiered::disk_budget::Producing;

use super::definition::{
    BACKUP_AGE, MetricDef, REMOTE_AUX_STATE_ERRORS, REMOTE_AUX_STATE_REQUESTS, REMOTE_CACHE_BYTES,
    REMOTE_CACHE_HITS, REMOTE_CACHE_MISSES, REMOTE_COPY_BYTES, REMOTE_COPY_ERRORS, REMOTE_COPY_LAG_BYTES,
    REMOTE_COPY_LAG_MS, REMOTE_COPY_LAG_SEGMENTS, REMOTE_COPY_REQUESTS, REMOTE_COPY_THROTTLE_AVG,
    REMOTE_COPY_THROTTLE_MAX, REMOTE_DAMAGED, REMOTE_DELETE_ERRORS, REMOTE_DELETE_LAG_BYTES,
    REMOTE_DELETE_LAG_SEGMENTS, REMOTE_DELETE_REQUESTS, REMOTE_DISK_BYTES, REMOTE_DISK_LIMIT, REMOTE_DROPPED,
    REMOTE_FAILURES, REMOTE_FETCH_BYTES, REMOTE_FETCH_ERRORS, REMOTE_FETCH_EXPIRES, REMOTE_FETCH_REQUESTS,
    REMOTE_FETCH_THROTTLE_AVG, REMOTE_FETCH_THROTTLE_MAX, REMOTE_IMPORT_BYTES, REMOTE_LIST_EXPIRES,
    REMOTE_LOCAL_RETENTION_SHARE, REMOTE_LOG_SIZE, REMOTE_METADATA_COUNT, REMOTE_PRODUCE_BLOCKED,
    REMOTE_READ_BYTES, REMOTE_READ_TIME, REMOTE_READER_IDLE, REMOTE_READER_QUEUE, REMOTE_READS,
    REMOTE_REQUESTS, REMOTE_REQUESTS_FAILED, REMOTE_RETENTION_SHARE, REMOTE_SIZE_TIME, REMOTE_STORE_USED,
    REMOTE_TASKS_IDLE,
};
use super::exposition::Exposition;
use super::{Counter, RemoteTopicCounters, StoreRequests};
use crate::broker::Broker;
use crate::remote_log_manager::{
    BackupKind, RemoteLogManager, RetentionShare, StoreStanding, TopicTiers, retention_shares,
    topics_in_tiers,
};

/// A metric and how its value is read.
type Column = (&'static MetricDef, fn(&TopicTiers) -> u64);

/// A metric and which counter of a topic it is.
type TopicColumn = (&'static MetricDef, fn(&RemoteTopicCounters) -> &Counter);

const COUNTERS: [TopicColumn; 13] = [
    (&REMOTE_COPY_BYTES, |topic| &topic.copied_bytes),
    (&REMOTE_COPY_REQUESTS, |topic| &topic.copied_segments),
    (&REMOTE_COPY_ERRORS, |topic| &topic.copy_errors),
    (&REMOTE_DELETE_REQUESTS, |topic| &topic.deleted_segments),
    (&REMOTE_DELETE_ERRORS, |topic| &topic.delete_errors),
    (&REMOTE_FETCH_BYTES, |topic| &topic.fetch_bytes),
    (&REMOTE_FETCH_REQUESTS, |topic| &topic.fetch_requests),
    (&REMOTE_FETCH_ERRORS, |topic| &topic.fetch_errors),
    (&REMOTE_AUX_STATE_REQUESTS, |topic| &topic.aux_state_requests),
    (&REMOTE_AUX_STATE_ERRORS, |topic| &topic.aux_state_errors),
    (&REMOTE_CACHE_HITS, |topic| &topic.cache_hits),
    (&REMOTE_CACHE_MISSES, |topic| &topic.cache_misses),
    (&REMOTE_REQUESTS_FAILED, |topic| &topic.requests.failures),
];

/// A kind of request and where it is counted.
type RequestColumn = (&'static str, fn(&StoreRequests) -> &Counter);

const REQUEST_KINDS: [RequestColumn; 4] = [
    ("put", |requests| &requests.puts),
    ("get", |requests| &requests.gets),
    ("list", |requests| &requests.lists),
    ("delete", |requests| &requests.deletes),
];

/// A metric and which share it is.
type Share = (&'static MetricDef, fn(&RetentionShare) -> Option<u64>);

/// Shows counters, and of each tiered topic what is led here.
pub(super) fn show(text: &mut Exposition, broker: &Broker) {
    let Some(remote) = &broker.remote else { return };
    let counters = remote.counters();
    let disk = remote.disk_standing();
    let (_, held) = remote.cache_counts();
    for (def, value) in [
        (&REMOTE_IMPORT_BYTES, counters.imported_bytes.get()),
        (&REMOTE_FETCH_EXPIRES, counters.fetch_expires.get()),
        (&REMOTE_LIST_EXPIRES, counters.list_expires.get()),
        (&REMOTE_READER_QUEUE, remote.reading().queued),
        (&REMOTE_READS, counters.read_requests.get()),
        (&REMOTE_READ_BYTES, counters.read_bytes.get()),
        (&REMOTE_FAILURES, counters.store_failures.get()),
        (&REMOTE_DAMAGED, counters.damaged_objects.get()),
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
    text.single(&REMOTE_READER_IDLE, remote.reading().idle_ratio());
    text.single(&REMOTE_TASKS_IDLE, remote.copies_idle_ratio());
    text.family(&REMOTE_READ_TIME)
        .histogram(&[], &counters.read_times.snapshot());
    show_throttles(text, remote);
    let topics = topics_in_tiers(&broker.replica_manager, remote, broker.clock.wall());
    show_topics(text, &topics);
    show_shares(text, &retention_shares(&broker.replica_manager, remote));
    show_counters(text, remote);
    show_backups(text, remote);
}

fn show_throttles(text: &mut Exposition, remote: &RemoteLogManager) {
    let (fetches, copies) = (remote.fetch_waits(), remote.copy_waits());
    text.single(&REMOTE_FETCH_THROTTLE_AVG, fetches.average_ms);
    text.single(&REMOTE_FETCH_THROTTLE_MAX, fetches.max_ms);
    text.single(&REMOTE_COPY_THROTTLE_AVG, copies.average_ms);
    text.single(&REMOTE_COPY_THROTTLE_MAX, copies.max_ms);
}

fn show_shares(text: &mut Exposition, shares: &[RetentionShare]) {
    let columns: [Share; 2] = [
        (&REMOTE_RETENTION_SHARE, |share| share.whole),
        (&REMOTE_LOCAL_RETENTION_SHARE, |share| share.local),
    ];
    for (def, value) in columns {
        let mut family = text.family(def);
        for share in shares {
            if let Some(percent) = value(share) {
                family.sample(&[&share.topic, &share.partition.to_string()], percent);
            }
        }
    }
}

fn show_backups(text: &mut Exposition, remote: &RemoteLogManager) {
    let mut family = text.family(&BACKUP_AGE);
    for (object, kind) in [("logs", BackupKind::Logs), ("metadata", BackupKind::Metadata)] {
        if let Some(age) = remote.backup_times().age(kind) {
            family.sample(&[object], age.as_secs());
        }
    }
}

fn show_topics(text: &mut Exposition, topics: &BTreeMap<String, TopicTiers>) {
    let columns: [Column; 7] = [
        (&REMOTE_COPY_LAG_BYTES, |topic| topic.lag.size_in_bytes),
        (&REMOTE_COPY_LAG_SEGMENTS, |topic| topic.lag.segments),
        (&REMOTE_COPY_LAG_MS, |topic| topic.lag.age_ms),
        (&REMOTE_LOG_SIZE, |topic| topic.remote_bytes),
        (&REMOTE_DELETE_LAG_SEGMENTS, |topic| topic.leaving_segments),
        (&REMOTE_DELETE_LAG_BYTES, |topic| topic.leaving_bytes),
        (&REMOTE_METADATA_COUNT, |topic| topic.remote_segments),
    ];
    for (def, value) in columns {
        let mut family = text.family(def);
        for (topic, facts) in topics {
            family.sample(&[topic], value(facts));
        }
    }
    let mut times = text.family(&REMOTE_SIZE_TIME);
    for (topic, facts) in topics {
        times.sample(&[topic], facts.added_up_in.as_secs_f64() * 1e3);
    }
}

fn show_counters(text: &mut Exposition, remote: &RemoteLogManager) {
    let is_used = remote.store_standing() == StoreStanding::Used;
    text.single(&REMOTE_STORE_USED, u64::from(is_used));
    let topics = remote.counters().topics.by_name();
    for (def, counter) in COUNTERS {
        let mut family = text.family(def);
        for (topic, counters) in &topics {
            let sum: u64 = counters.iter().map(|counters| counter(counters).get()).sum();
            family.sample(&[topic], sum);
        }
    }
    let mut family = text.family(&REMOTE_REQUESTS);
    for (topic, counters) in &topics {
        for (kind, counter) in REQUEST_KINDS {
            let sum: u64 = counters
                .iter()
                .map(|counters| counter(&counters.requests).get())
                .sum();
            family.sample(&[kind, topic], sum);
        }
    }
}
