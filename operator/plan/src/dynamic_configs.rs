//! Configurations that are set for all brokers while they run: a change of them restarts nothing.
//!
//! The list is the broker's; a test compares it with the reference page that the broker's own tables are written to.

/// Set for all brokers while they run, sorted.
pub const DYNAMIC: &[&str] = &[
    "background.threads",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "config.providers",
    "eddyline.remote.copy.paused",
    "eddyline.remote.disk.bytes",
    "eddyline.remote.disk.full.policy",
    "errors.deadletterqueue.auto.create.topics.enable",
    "errors.deadletterqueue.topic.name.prefix",
    "follower.fetch.last.tiered.offset.enable",
    "follower.replication.throttled.rate",
    "group.consumer.assignment.interval.ms",
    "group.coordinator.cached.buffer.max.bytes",
    "group.share.assignment.interval.ms",
    "group.streams.assignment.interval.ms",
    "leader.replication.throttled.rate",
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.delete.retention.ms",
    "log.cleaner.io.buffer.load.factor",
    "log.cleaner.io.buffer.size",
    "log.cleaner.io.max.bytes.per.second",
    "log.cleaner.max.compaction.lag.ms",
    "log.cleaner.min.cleanable.ratio",
    "log.cleaner.min.compaction.lag.ms",
    "log.cleaner.threads",
    "log.cleanup.policy",
    "log.flush.interval.messages",
    "log.flush.interval.ms",
    "log.index.interval.bytes",
    "log.index.size.max.bytes",
    "log.local.retention.bytes",
    "log.local.retention.ms",
    "log.message.timestamp.after.max.ms",
    "log.message.timestamp.before.max.ms",
    "log.message.timestamp.type",
    "log.preallocate",
    "log.remote.copy.lag.bytes",
    "log.remote.copy.lag.ms",
    "log.retention.bytes",
    "log.retention.ms",
    "log.roll.jitter.ms",
    "log.roll.ms",
    "log.segment.bytes",
    "log.segment.delete.delay.ms",
    "max.connection.creation.rate",
    "max.connections",
    "max.connections.per.ip",
    "max.connections.per.ip.overrides",
    "max.decompressed.message.bytes",
    "message.max.bytes",
    "metric.reporters",
    "min.insync.replicas",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "producer.id.expiration.ms",
    "remote.fetch.max.wait.ms",
    "remote.list.offsets.request.timeout.ms",
    "remote.log.index.file.cache.total.size.bytes",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.copy.max.bytes.per.second",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.manager.fetch.max.bytes.per.second",
    "remote.log.manager.follower.thread.pool.size",
    "remote.log.reader.threads",
    "replica.alter.log.dirs.io.max.bytes.per.second",
    "share.coordinator.cached.buffer.max.bytes",
    "transaction.partition.verification.enable",
    "unclean.leader.election.enable",
];

/// Set and removed by movements of replicas, never by a specification: drift of these is nobody's business.
pub const OF_MOVEMENTS: &[&str] = &[
    "follower.replication.throttled.rate",
    "leader.replication.throttled.rate",
    "replica.alter.log.dirs.io.max.bytes.per.second",
];

/// Set by a cluster itself when it is founded and never to be removed while it keeps eligible leader replicas
/// (KIP-966): what is not declared goes back to this value.
pub const NEVER_REMOVED: &[(&str, &str)] = &[("min.insync.replicas", "1")];

/// What movements of replicas set and remove in the configuration of a topic.
pub const TOPIC_CONFIGS_OF_MOVEMENTS: &[&str] = &[
    "follower.replication.throttled.replicas",
    "leader.replication.throttled.replicas",
];

/// Whether a change of this configuration of the cluster restarts nothing.
#[must_use]
pub fn is_dynamic(name: &str) -> bool {
    DYNAMIC.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_that_of_the_reference_page() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configs.md");
        let text = std::fs::read_to_string(page).unwrap();
        let mut listed: Vec<&str> = text
            .lines()
            .filter(|line| {
                line.split('|')
                    .nth(5)
                    .is_some_and(|column| column.trim() == "cluster")
            })
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        listed.sort_unstable();
        listed.dedup();
        assert!(listed.len() > 30, "the page lists {}", listed.len());
        assert_eq!(listed, DYNAMIC);
    }
}
