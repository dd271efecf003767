//! Kafka's metrics of the remote tier (KIP-405, KIP-956, KIP-1018, KIP-1257) and where each is found here.
//!
//! Invariant: every one of Kafka 4.4's is in the table, with a metric of ours or a reason.

use super::definition::{
    LOG_RETENTION_SHARE, MetricDef, REMOTE_AUX_STATE_ERRORS, REMOTE_AUX_STATE_REQUESTS, REMOTE_COPY_BYTES,
    REMOTE_COPY_ERRORS, REMOTE_COPY_LAG_BYTES, REMOTE_COPY_LAG_SEGMENTS, REMOTE_COPY_REQUESTS,
    REMOTE_COPY_THROTTLE_AVG, REMOTE_COPY_THROTTLE_MAX, REMOTE_DELETE_ERRORS, REMOTE_DELETE_LAG_BYTES,
    REMOTE_DELETE_LAG_SEGMENTS, REMOTE_DELETE_REQUESTS, REMOTE_FETCH_BYTES, REMOTE_FETCH_ERRORS,
    REMOTE_FETCH_EXPIRES, REMOTE_FETCH_REQUESTS, REMOTE_FETCH_THROTTLE_AVG, REMOTE_FETCH_THROTTLE_MAX,
    REMOTE_LIST_EXPIRES, REMOTE_LOCAL_RETENTION_SHARE, REMOTE_LOG_SIZE, REMOTE_METADATA_COUNT,
    REMOTE_READ_TIME, REMOTE_READER_IDLE, REMOTE_READER_QUEUE, REMOTE_RETENTION_SHARE, REMOTE_SIZE_TIME,
    REMOTE_TASKS_IDLE,
};

/// A metric of Kafka's.
pub(super) struct KafkasMetric {
    /// Group and type of its bean.
    pub(super) bean: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
    /// Ours.
    pub(super) ours: &'static MetricDef,
    /// In what it differs; empty if in nothing.
    pub(super) differs: &'static str,
}

const TOPICS: &str = "kafka.server:BrokerTopicMetrics";
const MANAGER: &str = "kafka.log.remote:RemoteLogManager";
const POOL: &str = "kafka.log.remote:RemoteStorageThreadPool";
const QUOTAS: &str = "kafka.server:RemoteLogManager";
const OF_BROKER: &str = "A counter of the whole broker.";
const OF_LIMITED: &str = "Only of partitions that have a limit; Kafka says 0 of others.";

const fn same(bean: &'static str, name: &'static str, ours: &'static MetricDef) -> KafkasMetric {
    differs(bean, name, ours, "")
}

const fn differs(
    bean: &'static str,
    name: &'static str,
    ours: &'static MetricDef,
    differs: &'static str,
) -> KafkasMetric {
    KafkasMetric {
        bean,
        name,
        ours,
        differs,
    }
}

/// All of them.
pub(super) static KAFKAS_REMOTE_METRICS: &[KafkasMetric] = &[
    same(TOPICS, "RemoteFetchBytesPerSec", &REMOTE_FETCH_BYTES),
    same(TOPICS, "RemoteFetchRequestsPerSec", &REMOTE_FETCH_REQUESTS),
    same(TOPICS, "RemoteFetchErrorsPerSec", &REMOTE_FETCH_ERRORS),
    same(TOPICS, "RemoteCopyBytesPerSec", &REMOTE_COPY_BYTES),
    same(TOPICS, "RemoteCopyRequestsPerSec", &REMOTE_COPY_REQUESTS),
    same(TOPICS, "RemoteCopyErrorsPerSec", &REMOTE_COPY_ERRORS),
    same(TOPICS, "RemoteCopyLagBytes", &REMOTE_COPY_LAG_BYTES),
    same(TOPICS, "RemoteCopyLagSegments", &REMOTE_COPY_LAG_SEGMENTS),
    same(TOPICS, "RemoteDeleteRequestsPerSec", &REMOTE_DELETE_REQUESTS),
    same(TOPICS, "RemoteDeleteErrorsPerSec", &REMOTE_DELETE_ERRORS),
    differs(
        TOPICS,
        "RemoteDeleteLagBytes",
        &REMOTE_DELETE_LAG_BYTES,
        "Bytes of whole objects, which hold the indexes too; orphans that were found count.",
    ),
    differs(
        TOPICS,
        "RemoteDeleteLagSegments",
        &REMOTE_DELETE_LAG_SEGMENTS,
        "Orphans that were found count.",
    ),
    differs(
        TOPICS,
        "RemoteLogMetadataCount",
        &REMOTE_METADATA_COUNT,
        "Segments that are to be deleted are not in it.",
    ),
    same(TOPICS, "RemoteLogSizeBytes", &REMOTE_LOG_SIZE),
    differs(
        TOPICS,
        "RemoteLogSizeComputationTime",
        &REMOTE_SIZE_TIME,
        "Manifests are in memory, so it is a small part of a millisecond; it is taken anew for each answer.",
    ),
    same(
        TOPICS,
        "BuildRemoteLogAuxStateRequestsPerSec",
        &REMOTE_AUX_STATE_REQUESTS,
    ),
    same(
        TOPICS,
        "BuildRemoteLogAuxStateErrorsPerSec",
        &REMOTE_AUX_STATE_ERRORS,
    ),
    differs(
        MANAGER,
        "RemoteLogManagerTasksAvgIdlePercent",
        &REMOTE_TASKS_IDLE,
        "A copy that waits for its rate is busy.",
    ),
    differs(
        MANAGER,
        "RemoteLogReaderFetchRateAndTimeMs",
        &REMOTE_READ_TIME,
        "A histogram in seconds; its count makes the rate.",
    ),
    differs(
        MANAGER,
        "RetentionSizeInPercent",
        &REMOTE_RETENTION_SHARE,
        OF_LIMITED,
    ),
    differs(
        MANAGER,
        "LocalRetentionSizeInPercent",
        &REMOTE_LOCAL_RETENTION_SHARE,
        OF_LIMITED,
    ),
    differs(
        "kafka.log:Log",
        "RetentionSizeInPercent",
        &LOG_RETENTION_SHARE,
        OF_LIMITED,
    ),
    same(POOL, "RemoteLogReaderTaskQueueSize", &REMOTE_READER_QUEUE),
    same(POOL, "RemoteLogReaderAvgIdlePercent", &REMOTE_READER_IDLE),
    same(
        "kafka.server:DelayedRemoteFetchMetrics",
        "ExpiresPerSec",
        &REMOTE_FETCH_EXPIRES,
    ),
    differs(
        "kafka.server:DelayedRemoteListOffsetsMetrics",
        "ExpiresPerSec",
        &REMOTE_LIST_EXPIRES,
        OF_BROKER,
    ),
    same(
        QUOTAS,
        "remote-fetch-throttle-time-avg",
        &REMOTE_FETCH_THROTTLE_AVG,
    ),
    same(
        QUOTAS,
        "remote-fetch-throttle-time-max",
        &REMOTE_FETCH_THROTTLE_MAX,
    ),
    same(QUOTAS, "remote-copy-throttle-time-avg", &REMOTE_COPY_THROTTLE_AVG),
    same(QUOTAS, "remote-copy-throttle-time-max", &REMOTE_COPY_THROTTLE_MAX),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names in `RemoteStorageMetrics`, the two delayed operations and the quota sensors of Kafka 4.4.0.
    const KAFKA_4_4: &str = "
        BuildRemoteLogAuxStateErrorsPerSec BuildRemoteLogAuxStateRequestsPerSec LocalRetentionSizeInPercent
        RemoteCopyBytesPerSec RemoteCopyErrorsPerSec RemoteCopyLagBytes RemoteCopyLagSegments RemoteCopyRequestsPerSec
        RemoteDeleteErrorsPerSec RemoteDeleteLagBytes RemoteDeleteLagSegments RemoteDeleteRequestsPerSec
        RemoteFetchBytesPerSec RemoteFetchErrorsPerSec RemoteFetchRequestsPerSec RemoteLogManagerTasksAvgIdlePercent
        RemoteLogMetadataCount RemoteLogReaderAvgIdlePercent RemoteLogReaderFetchRateAndTimeMs
        RemoteLogReaderTaskQueueSize RemoteLogSizeBytes RemoteLogSizeComputationTime RetentionSizeInPercent
        ExpiresPerSec remote-fetch-throttle-time-avg remote-fetch-throttle-time-max remote-copy-throttle-time-avg
        remote-copy-throttle-time-max";

    #[test]
    fn all_of_kafkas_are_found_here() {
        let known: BTreeSet<_> = KAFKAS_REMOTE_METRICS.iter().map(|metric| metric.name).collect();
        let kafkas: BTreeSet<_> = KAFKA_4_4.split_whitespace().collect();
        assert_eq!(known, kafkas);
    }

    /// As an exporter of Kafka's beans would write it.
    #[test]
    fn ours_are_named_after_kafkas() {
        for metric in KAFKAS_REMOTE_METRICS {
            let kafkas = format!("{}_{}", metric.bean, metric.name).to_lowercase();
            let kafkas = kafkas.replace([':', '.', '-'], "_");
            let stem = ["persec", "ms"].iter().find_map(|unit| kafkas.strip_suffix(unit));
            let ours = metric.ours.name;
            let stem = stem.unwrap_or(&kafkas);
            let unit = ours
                .strip_prefix(stem)
                .unwrap_or_else(|| panic!("{ours} is not {kafkas}"));
            assert!(["", "_total", "_seconds"].contains(&unit), "{ours}");
        }
    }
}
