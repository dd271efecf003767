//! Reads what the parts of a broker know and shows it.
//!
//! Owns nothing. A partition's lock is held for a few loads only, one partition after the other, so a scrape does not
//! stand in the way of appends.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::MetadataImage;
use broker_model::{BrokerId, HighWatermark, PartitionIndex};

use super::consumer_lag::{self, CommittedOffset};
use super::counter::PartitionCounters;
use super::definition::{
    ACCEPT_ERRORS, ACTIVE_BROKERS, ACTIVE_CONTROLLERS, AT_MIN_ISR, BROKER_STATE, BUILD_INFO, BYTES_IN,
    BYTES_OUT, CONNECTIONS, CONNECTIONS_ACCEPTED, CONNECTIONS_CLOSED, CONNECTIONS_GIVEN_UP,
    CONNECTIONS_REFUSED, CURRENT_OFFSET, FAILED_FETCH_REQUESTS, FAILED_PRODUCE_REQUESTS, FENCED_BROKERS,
    FETCH_REQUESTS, FETCH_SESSION_PARTITIONS, FETCH_SESSIONS, GLOBAL_PARTITIONS, GLOBAL_TOPICS, GROUPS,
    IN_SYNC_REPLICAS, LEADERS, LEFT_OUT, LOG_END, LOG_RETENTION_SHARE, LOG_SIZE, LOG_START, MESSAGES_IN,
    MetricDef, NETWORK_BYTES_IN, NETWORK_BYTES_OUT, OFFLINE_DIRECTORIES, OFFLINE_PARTITIONS,
    OFFLINE_REPLICAS, OFFSETS, OLDEST_OFFSET, PANICS, PARTITION_UNDER_REPLICATED, PARTITIONS,
    PREFERRED_IMBALANCE, PRODUCE_REQUESTS, PROTOCOL_ERRORS, REPLICAS, REQUEST_BYTES, REQUEST_BYTES_LIMIT,
    REQUEST_TIME, REQUESTS, RESPONSE_BYTES, RESPONSE_BYTES_LIMIT, TOPIC_PARTITIONS, UNDER_MIN_ISR,
    UNDER_REPLICATED, UPTIME,
};
use super::exposition::Exposition;
use super::{process, remote_tier};
use crate::broker::Broker;
use crate::network::NetworkState;
use crate::remote_log_manager::share;
use crate::replica_manager::{LookupError, PartitionHandle};

/// How far the broker is, by Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reads its logs.
    Starting = 1,
    /// Serves clients.
    Running = 3,
    /// Takes no new connections.
    Stopping = 6,
}

/// Everything about `broker`, with at most `limit` samples of a family.
pub fn render(broker: &Broker, stage: Stage, limit: usize) -> String {
    let mut text = Exposition::new(limit);
    text.family(&BUILD_INFO).sample(&[env!("CARGO_PKG_VERSION")], 1);
    text.single(&BROKER_STATE, stage as i32);
    text.single(&UPTIME, broker.clock.elapsed().as_secs_f64());
    let image = broker.image.load();
    show_cluster(&mut text, &image);
    let partitions = facts_of_all(broker, &image);
    show_replicas(&mut text, &partitions);
    show_storage(&mut text, broker);
    show_topics(&mut text, &partitions);
    show_partitions(&mut text, &partitions);
    show_groups(&mut text, broker, limit);
    remote_tier::show(&mut text, broker);
    show_requests(&mut text, broker);
    show_network(&mut text, &broker.network);
    process::show(&mut text);
    let left_out = text.left_out();
    text.single(&LEFT_OUT, left_out);
    text.finish()
}

/// Groups and how far they are behind; nothing while a coordinator loads. No more is collected than can be shown.
fn show_groups(text: &mut Exposition, broker: &Broker, limit: usize) {
    let (mut groups, mut offsets, mut committed) = (0, 0, Vec::new());
    let seen = broker.groups.look_at_all(|coordinator| {
        groups += coordinator.group_count();
        for (group, topic, partition, offset) in coordinator.committed_offsets() {
            offsets += 1;
            if committed.len() < limit {
                committed.push(CommittedOffset {
                    group: group.clone(),
                    topic: topic.clone(),
                    partition: PartitionIndex::new(partition),
                    offset,
                });
            }
        }
    });
    if let Err(error) = seen {
        tracing::debug!(?error, "groups are not shown");
        return;
    }
    text.single(&GROUPS, groups);
    text.single(&OFFSETS, offsets);
    text.leave_out(offsets - committed.len());
    committed.sort();
    consumer_lag::show(text, &committed, |topic, partition| {
        let handle = broker
            .replica_manager
            .partition_by_name(topic, partition.value())
            .ok()?;
        handle.with(|partition| partition.log().high_watermark()).ok()
    });
}

/// What is known while no broker serves.
pub(crate) fn render_without_broker(stage: Stage) -> String {
    let mut text = Exposition::new(1);
    text.family(&BUILD_INFO).sample(&[env!("CARGO_PKG_VERSION")], 1);
    text.single(&BROKER_STATE, stage as i32);
    process::show(&mut text);
    text.finish()
}

fn show_cluster(text: &mut Exposition, image: &MetadataImage) {
    let (mut partitions, mut leaderless, mut moved) = (0_u64, 0_u64, 0_u64);
    for partition in image.topics.iter().flat_map(|topic| &topic.partitions) {
        partitions += 1;
        leaderless += u64::from(partition.leader < BrokerId::new(0));
        moved += u64::from(partition.replicas.first() != Some(&partition.leader));
    }
    let brokers = &image.cluster.brokers;
    let active = brokers.values().filter(|broker| broker.is_active()).count();
    text.single(&ACTIVE_CONTROLLERS, 1);
    text.single(&OFFLINE_PARTITIONS, leaderless);
    text.single(&PREFERRED_IMBALANCE, moved);
    text.single(&GLOBAL_TOPICS, image.topics.len());
    text.single(&GLOBAL_PARTITIONS, partitions);
    text.single(&ACTIVE_BROKERS, active);
    text.single(&FENCED_BROKERS, brokers.len() - active);
}

/// A metric and how its value is read.
type Column<T, V> = (&'static MetricDef, fn(&T) -> V);

/// What is shown of a partition that is kept here.
struct PartitionFacts {
    handle: Arc<PartitionHandle>,
    offsets: Result<Offsets, LookupError>,
    replicas: usize,
    in_sync: usize,
}

struct Offsets {
    log_start: i64,
    log_end: i64,
    high_watermark: HighWatermark,
    size: u64,
    /// What that is of its limit, in percent; none of a tiered log, or without a limit.
    retention_share: Option<u64>,
    required_in_sync: usize,
}

impl PartitionFacts {
    fn of(handle: Arc<PartitionHandle>, image: &MetadataImage) -> Self {
        let offsets = handle.with(|partition| {
            let log = partition.log();
            Offsets {
                log_start: log.log_start().value(),
                log_end: log.log_end().value(),
                high_watermark: log.high_watermark(),
                size: log.size(),
                retention_share: match log.config().remote_storage_enable {
                    true => None,
                    false => share(log.size(), log.config().retention_bytes),
                },
                required_in_sync: partition.required_in_sync(),
            }
        });
        let id = handle.id();
        let registration = image.topics.partition(&id.topic, id.partition);
        Self {
            offsets,
            replicas: registration.map_or(0, |partition| partition.replicas.len()),
            in_sync: registration.map_or(0, |partition| partition.isr.len()),
            handle,
        }
    }

    fn topic(&self) -> &str {
        &self.handle.id().topic
    }

    fn partition(&self) -> PartitionIndex {
        self.handle.id().partition
    }
}

fn facts_of_all(broker: &Broker, image: &MetadataImage) -> Vec<PartitionFacts> {
    let mut handles = broker.replica_manager.partitions();
    handles.sort_by(|a, b| (&a.id().topic, a.id().partition).cmp(&(&b.id().topic, b.id().partition)));
    handles
        .into_iter()
        .map(|handle| PartitionFacts::of(handle, image))
        .collect()
}

fn show_replicas(text: &mut Exposition, partitions: &[PartitionFacts]) {
    let count = |is: &dyn Fn(&PartitionFacts) -> bool| partitions.iter().filter(|facts| is(facts)).count();
    let required = |facts: &PartitionFacts| facts.offsets.as_ref().map_or(0, |led| led.required_in_sync);
    text.single(&LEADERS, count(&|facts| facts.offsets.is_ok()));
    text.single(&PARTITIONS, partitions.len());
    text.single(&UNDER_REPLICATED, count(&|facts| facts.in_sync < facts.replicas));
    text.single(&UNDER_MIN_ISR, count(&|facts| facts.in_sync < required(facts)));
    text.single(
        &AT_MIN_ISR,
        count(&|facts| facts.offsets.is_ok() && facts.in_sync == required(facts)),
    );
    text.single(
        &OFFLINE_REPLICAS,
        count(&|facts| matches!(facts.offsets, Err(LookupError::Offline))),
    );
}

fn show_storage(text: &mut Exposition, broker: &Broker) {
    let offline = {
        let logs = broker.replica_manager.logs();
        let failed = logs
            .directories()
            .iter()
            .filter(|directory| directory.health().is_offline());
        failed.count() + logs.unusable_directories().len()
    };
    text.single(&OFFLINE_DIRECTORIES, offline);
    let (sessions, partitions) = broker.fetch_sessions.lock().size();
    text.single(&FETCH_SESSIONS, sessions);
    text.single(&FETCH_SESSION_PARTITIONS, partitions);
}

fn show_topics(text: &mut Exposition, partitions: &[PartitionFacts]) {
    let mut topics: BTreeMap<&str, Vec<&PartitionCounters>> = BTreeMap::new();
    for facts in partitions {
        topics
            .entry(facts.topic())
            .or_default()
            .push(facts.handle.counters());
    }
    let families: [Column<PartitionCounters, u64>; 7] = [
        (&MESSAGES_IN, |counters| counters.messages_in.get()),
        (&BYTES_IN, |counters| counters.bytes_in.get()),
        (&BYTES_OUT, |counters| counters.bytes_out.get()),
        (&PRODUCE_REQUESTS, |counters| counters.produce_requests.get()),
        (&FAILED_PRODUCE_REQUESTS, |counters| {
            counters.failed_produce_requests.get()
        }),
        (&FETCH_REQUESTS, |counters| counters.fetch_requests.get()),
        (&FAILED_FETCH_REQUESTS, |counters| {
            counters.failed_fetch_requests.get()
        }),
    ];
    for (def, counter) in families {
        let mut family = text.family(def);
        for (topic, counters) in &topics {
            let sum: u64 = counters.iter().map(|counters| counter(counters)).sum();
            family.sample(&[topic], sum);
        }
    }
    let mut family = text.family(&TOPIC_PARTITIONS);
    for (topic, counters) in &topics {
        family.sample(&[topic], counters.len());
    }
}

fn show_partitions(text: &mut Exposition, partitions: &[PartitionFacts]) {
    let offsets: [Column<Offsets, i64>; 5] = [
        (&LOG_SIZE, |offsets| {
            i64::try_from(offsets.size).unwrap_or(i64::MAX)
        }),
        (&LOG_START, |offsets| offsets.log_start),
        (&LOG_END, |offsets| offsets.log_end),
        (&CURRENT_OFFSET, |offsets| offsets.high_watermark.value()),
        (&OLDEST_OFFSET, |offsets| offsets.log_start),
    ];
    for (def, value) in offsets {
        let mut family = text.family(def);
        for facts in partitions {
            if let Ok(offsets) = &facts.offsets {
                family.sample(&[facts.topic(), &facts.partition().to_string()], value(offsets));
            }
        }
    }
    let mut family = text.family(&LOG_RETENTION_SHARE);
    for facts in partitions {
        if let Some(percent) = facts
            .offsets
            .as_ref()
            .ok()
            .and_then(|offsets| offsets.retention_share)
        {
            family.sample(&[facts.topic(), &facts.partition().to_string()], percent);
        }
    }
    let replicas: [Column<PartitionFacts, usize>; 3] = [
        (&IN_SYNC_REPLICAS, |facts| facts.in_sync),
        (&REPLICAS, |facts| facts.replicas),
        (&PARTITION_UNDER_REPLICATED, |facts| {
            usize::from(facts.in_sync < facts.replicas)
        }),
    ];
    for (def, value) in replicas {
        let mut family = text.family(def);
        for facts in partitions {
            family.sample(&[facts.topic(), &facts.partition().to_string()], value(facts));
        }
    }
}

fn show_requests(text: &mut Exposition, broker: &Broker) {
    let used = broker.requests.used();
    let mut family = text.family(&REQUESTS);
    for (api, times) in &used {
        family.sample(&[api.name()], times.count);
    }
    let mut family = text.family(&REQUEST_TIME);
    for (api, times) in &used {
        family.histogram(&[api.name()], times);
    }
}

fn show_network(text: &mut Exposition, network: &NetworkState) {
    let mut connections = text.family(&CONNECTIONS);
    for (listener, count) in network.quotas.counts() {
        connections.sample(&[listener.as_str()], count);
    }
    let counters = &network.counters;
    for (def, counter) in [
        (&NETWORK_BYTES_IN, &counters.bytes_in),
        (&NETWORK_BYTES_OUT, &counters.bytes_out),
        (&CONNECTIONS_ACCEPTED, &counters.accepted),
        (&CONNECTIONS_CLOSED, &counters.closed),
        (&CONNECTIONS_REFUSED, &counters.refused),
        (&CONNECTIONS_GIVEN_UP, &counters.given_up),
        (&ACCEPT_ERRORS, &counters.accept_errors),
        (&PROTOCOL_ERRORS, &counters.protocol_errors),
        (&PANICS, &counters.panics),
    ] {
        text.single(def, counter.get());
    }
    text.single(&REQUEST_BYTES, network.requests.used());
    text.single(&REQUEST_BYTES_LIMIT, network.requests.capacity());
    text.single(&RESPONSE_BYTES, network.responses.used());
    text.single(&RESPONSE_BYTES_LIMIT, network.responses.capacity());
}
