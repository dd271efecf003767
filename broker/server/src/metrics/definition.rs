//! Every metric, named once.

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, but for restarts.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often values fell below each of a few bounds.
    Histogram,
}

impl MetricKind {
    /// Prometheus' word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub struct MetricDef {
    /// Its name; the unit is its last word where it has one.
    pub name: &'static str,
    /// What it is.
    pub kind: MetricKind,
    /// Names of its labels, in the order of their values.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($constant:ident: $kind:ident $name:literal $labels:tt $help:literal;)*) => {
        $(
            #[doc = $help]
            pub(super) static $constant: MetricDef = MetricDef {
                name: $name,
                kind: MetricKind::$kind,
                labels: &$labels,
                help: $help,
            };
        )*

        /// Every metric, in the order in which they are shown.
        pub static METRICS: &[&MetricDef] = &[$(&$constant),*];
    };
}

metrics! {
    BUILD_INFO: Gauge "eddyline_build_info" ["version"] "Always 1; the version is in the label.";
    BROKER_STATE: Gauge "kafka_server_kafkaserver_brokerstate" [] "State of the broker by Kafka's numbers: 1 starting, 3 running, 6 stopping.";
    ACTIVE_CONTROLLERS: Gauge "kafka_controller_kafkacontroller_activecontrollercount" [] "1 where the active controller is.";
    OFFLINE_PARTITIONS: Gauge "kafka_controller_kafkacontroller_offlinepartitionscount" [] "Partitions without a leader.";
    PREFERRED_IMBALANCE: Gauge "kafka_controller_kafkacontroller_preferredreplicaimbalancecount" [] "Partitions that another broker leads than the first of their replicas.";
    GLOBAL_TOPICS: Gauge "kafka_controller_kafkacontroller_globaltopiccount" [] "Topics of the cluster.";
    GLOBAL_PARTITIONS: Gauge "kafka_controller_kafkacontroller_globalpartitioncount" [] "Partitions of the cluster.";
    ACTIVE_BROKERS: Gauge "kafka_controller_kafkacontroller_activebrokercount" [] "Brokers that are registered and not fenced.";
    FENCED_BROKERS: Gauge "kafka_controller_kafkacontroller_fencedbrokercount" [] "Brokers that are registered and fenced.";
    LEADERS: Gauge "kafka_server_replicamanager_leadercount" [] "Partitions that this broker leads.";
    PARTITIONS: Gauge "kafka_server_replicamanager_partitioncount" [] "Partitions that this broker keeps.";
    UNDER_REPLICATED: Gauge "kafka_server_replicamanager_underreplicatedpartitions" [] "Partitions led here of which some replica is not in sync.";
    UNDER_MIN_ISR: Gauge "kafka_server_replicamanager_underminisrpartitioncount" [] "Partitions led here with fewer replicas in sync than min.insync.replicas.";
    AT_MIN_ISR: Gauge "kafka_server_replicamanager_atminisrpartitioncount" [] "Partitions led here with exactly as many replicas in sync as min.insync.replicas asks for.";
    OFFLINE_REPLICAS: Gauge "kafka_server_replicamanager_offlinereplicacount" [] "Replicas of this broker whose log directory failed.";
    OFFLINE_DIRECTORIES: Gauge "kafka_log_logmanager_offlinelogdirectorycount" [] "Log directories that failed.";
    FETCH_SESSIONS: Gauge "kafka_server_fetchsessioncache_numincrementalfetchsessions" [] "Fetch sessions that are remembered (KIP-227).";
    FETCH_SESSION_PARTITIONS: Gauge "kafka_server_fetchsessioncache_numincrementalfetchpartitionscached" [] "Partitions in all fetch sessions.";
    MESSAGES_IN: Counter "kafka_server_brokertopicmetrics_messagesin_total" ["topic"] "Records appended.";
    BYTES_IN: Counter "kafka_server_brokertopicmetrics_bytesin_total" ["topic"] "Bytes of record batches appended.";
    BYTES_OUT: Counter "kafka_server_brokertopicmetrics_bytesout_total" ["topic"] "Bytes of record batches given to consumers.";
    PRODUCE_REQUESTS: Counter "kafka_server_brokertopicmetrics_totalproducerequests_total" ["topic"] "Attempts to append to a partition of the topic.";
    FAILED_PRODUCE_REQUESTS: Counter "kafka_server_brokertopicmetrics_failedproducerequests_total" ["topic"] "Attempts to append that were refused.";
    FETCH_REQUESTS: Counter "kafka_server_brokertopicmetrics_totalfetchrequests_total" ["topic"] "Fetches of a partition of the topic.";
    FAILED_FETCH_REQUESTS: Counter "kafka_server_brokertopicmetrics_failedfetchrequests_total" ["topic"] "Fetches of a partition that were answered with an error.";
    LOG_SIZE: Gauge "kafka_log_log_size" ["topic", "partition"] "Bytes of the log on disk.";
    LOG_RETENTION_SHARE: Gauge "kafka_log_log_retentionsizeinpercent" ["topic", "partition"] "Percent of retention.bytes that the log holds, of partitions led here that are not tiered and have such a limit.";
    LOG_START: Gauge "kafka_log_log_logstartoffset" ["topic", "partition"] "First offset of the log.";
    LOG_END: Gauge "kafka_log_log_logendoffset" ["topic", "partition"] "Offset that the next record gets.";
    TOPIC_PARTITIONS: Gauge "kafka_topic_partitions" ["topic"] "Partitions of the topic.";
    CURRENT_OFFSET: Gauge "kafka_topic_partition_current_offset" ["topic", "partition"] "High watermark: consumers may read to here.";
    OLDEST_OFFSET: Gauge "kafka_topic_partition_oldest_offset" ["topic", "partition"] "First offset that consumers can read.";
    IN_SYNC_REPLICAS: Gauge "kafka_topic_partition_in_sync_replica" ["topic", "partition"] "Replicas that are in sync.";
    REPLICAS: Gauge "kafka_topic_partition_replicas" ["topic", "partition"] "Replicas that there should be.";
    PARTITION_UNDER_REPLICATED: Gauge "kafka_topic_partition_under_replicated_partition" ["topic", "partition"] "1 when some replica is not in sync.";
    GROUPS: Gauge "kafka_coordinator_group_groupmetadatamanager_numgroups" [] "Groups that are coordinated here.";
    OFFSETS: Gauge "kafka_coordinator_group_groupmetadatamanager_numoffsets" [] "Offsets that these groups have committed.";
    GROUP_OFFSET: Gauge "kafka_consumergroup_current_offset" ["consumergroup", "topic", "partition"] "Offset that the group committed.";
    GROUP_LAG: Gauge "kafka_consumergroup_lag" ["consumergroup", "topic", "partition"] "Records between the committed offset and the high watermark.";
    REMOTE_COPY_BYTES: Counter "kafka_server_brokertopicmetrics_remotecopybytes_total" ["topic"] "Bytes of segments copied to the remote tier.";
    REMOTE_DELETE_LAG_SEGMENTS: Gauge "kafka_server_brokertopicmetrics_remotedeletelagsegments" ["topic"] "Segments in the remote tier that no reader is sent to any more and that are not deleted yet.";
    REMOTE_DELETE_LAG_BYTES: Gauge "kafka_server_brokertopicmetrics_remotedeletelagbytes" ["topic"] "Bytes of these segments' objects; 0 for one that a manifest without sizes named first.";
    REMOTE_METADATA_COUNT: Gauge "kafka_server_brokertopicmetrics_remotelogmetadatacount" ["topic"] "Segments that manifests of partitions led here name.";
    REMOTE_AUX_STATE_REQUESTS: Counter "kafka_server_brokertopicmetrics_buildremotelogauxstaterequests_total" ["topic"] "Followers that began behind the remote part of their log.";
    REMOTE_AUX_STATE_ERRORS: Counter "kafka_server_brokertopicmetrics_buildremotelogauxstateerrors_total" ["topic"] "Those that could not yet.";
    REMOTE_FETCH_EXPIRES: Counter "kafka_server_delayedremotefetchmetrics_expires_total" [] "Fetches of a partition for which nothing came from the remote tier within remote.fetch.max.wait.ms.";
    REMOTE_LIST_EXPIRES: Counter "kafka_server_delayedremotelistoffsetsmetrics_expires_total" [] "Searches for a timestamp in the remote tier that were given up after remote.list.offsets.request.timeout.ms.";
    REMOTE_READER_QUEUE: Gauge "kafka_log_remote_remotestoragethreadpool_remotelogreadertaskqueuesize" [] "Reads of the remote store that wait because remote.log.reader.threads are under way.";
    REMOTE_READER_IDLE: Gauge "kafka_log_remote_remotestoragethreadpool_remotelogreaderavgidlepercent" [] "Part of remote.log.reader.threads that nothing is read with now, between 0 and 1.";
    REMOTE_READ_TIME: Histogram "kafka_log_remote_remotelogmanager_remotelogreaderfetchrateandtime_seconds" [] "How long reads of the remote tier took for a fetch, from the cache or the store; those that failed, too.";
    REMOTE_TASKS_IDLE: Gauge "kafka_log_remote_remotelogmanager_remotelogmanagertasksavgidlepercent" [] "Part of remote.log.manager.copier.thread.pool.size that nothing is copied with now, between 0 and 1.";
    REMOTE_SIZE_TIME: Gauge "kafka_server_brokertopicmetrics_remotelogsizecomputationtime" ["topic"] "Milliseconds (of which a fraction) that it took just now to add up the manifests of partitions led here for remotelogsizebytes.";
    REMOTE_FETCH_THROTTLE_AVG: Gauge "kafka_server_remotelogmanager_remote_fetch_throttle_time_avg" [] "Milliseconds that reads of the remote store, of those that were made to wait for remote.log.manager.fetch.max.bytes.per.second in the last minute, waited on average.";
    REMOTE_FETCH_THROTTLE_MAX: Gauge "kafka_server_remotelogmanager_remote_fetch_throttle_time_max" [] "Milliseconds that the longest of them waited.";
    REMOTE_COPY_THROTTLE_AVG: Gauge "kafka_server_remotelogmanager_remote_copy_throttle_time_avg" [] "Milliseconds that copies of segments, of those that were made to wait for remote.log.manager.copy.max.bytes.per.second in the last minute, waited on average.";
    REMOTE_COPY_THROTTLE_MAX: Gauge "kafka_server_remotelogmanager_remote_copy_throttle_time_max" [] "Milliseconds that the longest of them waited.";
    REMOTE_RETENTION_SHARE: Gauge "kafka_log_remote_remotelogmanager_retentionsizeinpercent" ["topic", "partition"] "Percent of retention.bytes that both tiers hold together, of tiered partitions led here that have such a limit.";
    REMOTE_LOCAL_RETENTION_SHARE: Gauge "kafka_log_remote_remotelogmanager_localretentionsizeinpercent" ["topic", "partition"] "Percent of local.retention.bytes that the local disk holds of them.";
    BACKUP_AGE: Gauge "eddyline_remote_backup_age_seconds" ["object"] "How long what a restore would find of this broker has not been up to date: logs (ends of logs and committed offsets), and metadata on the broker that tells of them.";
    REMOTE_IMPORT_BYTES: Counter "eddyline_remote_import_bytes_total" [] "Bytes of segments that restored topics fetched from another bucket.";
    REMOTE_COPY_REQUESTS: Counter "kafka_server_brokertopicmetrics_remotecopyrequests_total" ["topic"] "Segments copied to the remote tier.";
    REMOTE_COPY_ERRORS: Counter "kafka_server_brokertopicmetrics_remotecopyerrors_total" ["topic"] "Copies that failed and are tried again.";
    REMOTE_COPY_LAG_BYTES: Gauge "kafka_server_brokertopicmetrics_remotecopylagbytes" ["topic"] "Bytes of closed segments led here that are not in the remote tier.";
    REMOTE_COPY_LAG_SEGMENTS: Gauge "kafka_server_brokertopicmetrics_remotecopylagsegments" ["topic"] "Closed segments led here that are not in the remote tier.";
    REMOTE_LOG_SIZE: Gauge "kafka_server_brokertopicmetrics_remotelogsizebytes" ["topic"] "Bytes that partitions led here have in the remote tier.";
    REMOTE_DELETE_REQUESTS: Counter "kafka_server_brokertopicmetrics_remotedeleterequests_total" ["topic"] "Segments deleted from the remote tier.";
    REMOTE_DELETE_ERRORS: Counter "kafka_server_brokertopicmetrics_remotedeleteerrors_total" ["topic"] "Deletes that failed and are tried again.";
    REMOTE_FETCH_BYTES: Counter "kafka_server_brokertopicmetrics_remotefetchbytes_total" ["topic"] "Bytes given to fetches from the remote tier.";
    REMOTE_FETCH_REQUESTS: Counter "kafka_server_brokertopicmetrics_remotefetchrequests_total" ["topic"] "Fetches of a partition that needed the remote tier.";
    REMOTE_FETCH_ERRORS: Counter "kafka_server_brokertopicmetrics_remotefetcherrors_total" ["topic"] "Such fetches that got nothing because of the store.";
    REMOTE_READS: Counter "eddyline_remote_store_reads_total" [] "Ranges of segments asked of the remote store.";
    REMOTE_READ_BYTES: Counter "eddyline_remote_store_read_bytes_total" [] "Bytes of these ranges.";
    REMOTE_FAILURES: Counter "eddyline_remote_store_pauses_total" [] "Pauses of copying and deleting because the remote store failed.";
    REMOTE_DAMAGED: Counter "eddyline_remote_damaged_objects_total" [] "Reads of remote segments that were not what was copied; none of them was served.";
    REMOTE_CACHE_BYTES: Gauge "eddyline_remote_cache_bytes" [] "Bytes of remote segments and their indexes in memory.";
    REMOTE_CACHE_HITS: Counter "eddyline_remote_cache_hits_total" ["topic"] "Pieces of remote segments found in memory.";
    REMOTE_CACHE_MISSES: Counter "eddyline_remote_cache_misses_total" ["topic"] "Pieces that were asked of the remote store.";
    REMOTE_COPY_LAG_MS: Gauge "eddyline_remote_copy_lag_ms" ["topic"] "Age of the newest record of the oldest closed segment led here that is not in the remote tier; 0 when all are.";
    REMOTE_REQUESTS: Counter "eddyline_remote_store_requests_total" ["request", "topic"] "Requests to the remote store: put (parts of uploads, too), get, list, delete; those of no topic have an empty one.";
    REMOTE_REQUESTS_FAILED: Counter "eddyline_remote_store_failed_requests_total" ["topic"] "Requests to the remote store that failed; a refused condition is no failure.";
    REMOTE_STORE_USED: Gauge "eddyline_remote_store_used" [] "1 while the remote store was found fit and answers; 0 once it did not for 5 s, or refuses what somebody has to put right.";
    REMOTE_DISK_BYTES: Gauge "eddyline_remote_disk_bytes" [] "Bytes of tiered logs on the disks of this broker.";
    REMOTE_DISK_LIMIT: Gauge "eddyline_remote_disk_limit_bytes" [] "Bytes that they may hold (eddyline.remote.disk.bytes); 0 for no budget.";
    REMOTE_PRODUCE_BLOCKED: Gauge "eddyline_remote_produce_blocked" [] "1 while records for tiered topics are refused because that budget is used up.";
    REMOTE_DROPPED: Counter "eddyline_remote_dropped_bytes_total" [] "Bytes deleted for that budget before they were copied (eddyline.remote.disk.full.policy=drop-oldest).";
    REQUESTS: Counter "kafka_network_requestmetrics_requests_total" ["request"] "Requests served, by API.";
    REQUEST_TIME: Histogram "kafka_network_requestmetrics_totaltime_seconds" ["request"] "From the last byte of a request to its answer in the send queue; a Fetch waits here for records.";
    CONNECTIONS: Gauge "kafka_server_socket_server_metrics_connection_count" ["listener"] "Live connections.";
    NETWORK_BYTES_IN: Counter "kafka_server_socket_server_metrics_incoming_byte_total" [] "Bytes read from clients.";
    NETWORK_BYTES_OUT: Counter "kafka_server_socket_server_metrics_outgoing_byte_total" [] "Bytes written to clients.";
    CONNECTIONS_ACCEPTED: Counter "eddyline_network_connections_accepted_total" [] "Connections let in.";
    CONNECTIONS_CLOSED: Counter "eddyline_network_connections_closed_total" [] "Connections that ended.";
    CONNECTIONS_REFUSED: Counter "eddyline_network_connections_refused_total" [] "Connections dropped because their address had too many.";
    CONNECTIONS_GIVEN_UP: Counter "eddyline_network_connections_given_up_total" [] "Connections ended for a missed deadline: idle, half-sent requests, unread answers, memory short.";
    ACCEPT_ERRORS: Counter "eddyline_network_accept_errors_total" [] "Failures to accept, for example for want of file descriptors.";
    PROTOCOL_ERRORS: Counter "eddyline_network_protocol_errors_total" [] "Connections closed because of what they sent.";
    PANICS: Counter "eddyline_network_handler_panics_total" [] "Requests whose handler panicked; each is a mistake of this program.";
    REQUEST_BYTES: Gauge "eddyline_network_request_bytes" [] "Memory held by requests.";
    REQUEST_BYTES_LIMIT: Gauge "eddyline_network_request_limit_bytes" [] "Memory that requests may hold.";
    RESPONSE_BYTES: Gauge "eddyline_network_response_bytes" [] "Memory held by answers.";
    RESPONSE_BYTES_LIMIT: Gauge "eddyline_network_response_limit_bytes" [] "Memory that answers may hold.";
    CPU: Counter "process_cpu_seconds_total" [] "Processor time of the process.";
    RESIDENT: Gauge "process_resident_memory_bytes" [] "Resident memory of the process.";
    OPEN_FILES: Gauge "process_open_fds" [] "Open file descriptors.";
    THREADS: Gauge "process_threads" [] "Threads of the process.";
    UPTIME: Gauge "eddyline_uptime_seconds" [] "Time since the process began to start the broker.";
    LEFT_OUT: Gauge "eddyline_metrics_samples_left_out" [] "Samples not shown because their family has too many (eddyline.metrics.max.partitions).";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_follow_the_rules_of_prometheus() {
        let mut seen = HashSet::new();
        for def in METRICS {
            assert!(seen.insert(def.name), "{} stands twice", def.name);
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(def.name.chars().all(is_word), "{}", def.name);
            assert_eq!(
                def.name.ends_with("_total"),
                def.kind == MetricKind::Counter,
                "{}: counters end in _total, and nothing else does",
                def.name
            );
            assert!(def.help.ends_with('.'), "{}", def.name);
        }
    }
}
