//! Broker configs of topics, replication, quotas and the rest.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_TOPICS:
    "alter.config.policy.class.name": Class = Null, Any, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that may veto changes of configs.";
    "alter.log.dirs.replication.quota.window.num": Int = Value("11"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How many samples the quota of moves between log directories keeps.";
    "alter.log.dirs.replication.quota.window.size.seconds": Int = Value("1"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How long one sample of the quota of moves between log directories lasts.";
    "auto.create.topics.enable": Boolean = Value("true"), Any, High, ReadOnly, Public, Yes, [],
        "Whether a topic is made when a client asks for one that does not exist.";
    "auto.leader.rebalance.enable": Boolean = Value("true"), Any, High, ReadOnly, Public, Yes, [],
        "Whether leadership goes back to preferred replicas by itself.";
    "client.quota.callback.class": Class = Null, Any, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that computes client quotas.";
    "config.providers": List = Value(""), Distinct, Low, ClusterWide, Public, No(JAVA_CLASS), [],
        "Names of the providers that replace references inside config values.";
    "controlled.shutdown.enable": Boolean = Value("true"), Any, Medium, ReadOnly, Public, Yes, [],
        "Whether a broker hands over its leaderships before it stops.";
    "cordoned.log.dirs": List = Value(""), Distinct, Medium, PerBroker, Public, Yes, [],
        "Log directories that get no new replicas.";
    "create.topic.policy.class.name": Class = Null, Any, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that may veto new topics.";
    "default.replication.factor": Int = Value("1"), Any, Medium, ReadOnly, Public, Yes, [],
        "Replicas of topics that are made without saying how many.";
    "delete.records.purgatory.purge.interval.requests": Int = Value("1"), Any, Medium, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many finished requests pile up before the waiting DeleteRecords are tidied.";
    "delete.topic.enable": Boolean = Value("true"), Any, High, ReadOnly, Public, Yes, [],
        "Whether topics may be deleted.";
    "errors.deadletterqueue.auto.create.topics.enable": Boolean = Value("false"), Any, Medium, ClusterWide, Public, No(DEAD_LETTERS), [],
        "Whether topics for undeliverable records are made when needed.";
    "errors.deadletterqueue.topic.name.prefix": String = Value("dlq."), Any, Medium, ClusterWide, Public, No(DEAD_LETTERS), [],
        "How names of topics for undeliverable records begin.";
    "fetch.max.bytes": Int = Value("57671680"), AtLeast(1024), Medium, ReadOnly, Public, Yes, [],
        "Most bytes that a Fetch is answered with, whatever the client asks for; 16 MiB at most here.";
    "fetch.purgatory.purge.interval.requests": Int = Value("1000"), Any, Medium, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many finished requests pile up before the waiting fetches are tidied.";
    "follower.fetch.last.tiered.offset.enable": Boolean = Value("false"), Any, Medium, ClusterWide, Public, Yes, [],
        "Whether an empty follower starts where the remote tier ends. Here it does unless this is set to false: then it starts with what lies on its leader's disk.";
    "kafka.metrics.polling.interval.secs": Int = Value("10"), AtLeast(1), Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "How often the metrics reporters of the server are polled.";
    "kafka.metrics.reporters": List = Value(""), Distinct, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Reporter classes for metrics of the server.";
    "leader.imbalance.check.interval.seconds": Long = Value("300"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "How often the balance of leaderships is looked at.";
    "max.incremental.fetch.session.cache.slots": Int = Value("1000"), AtLeast(0), Medium, ReadOnly, Public, Yes, [],
        "Most incremental fetch sessions.";
    "max.request.partition.size.limit": Int = Value("2000"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "Most partitions in one answer to DescribeTopicPartitions.";
    "metric.reporters": List = Value("org.apache.kafka.common.metrics.JmxReporter"), Distinct, Low, ClusterWide, Public, No(JAVA_CLASS), [],
        "Reporter classes for metrics.";
    "metrics.num.samples": Int = Value("2"), AtLeast(1), Low, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many samples a metric keeps.";
    "metrics.recording.level": String = Value("INFO"), Any, Low, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How detailed metrics are.";
    "metrics.sample.window.ms": Long = Value("30000"), AtLeast(1), Low, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How long one sample of a metric lasts.";
    "min.insync.replicas": Int = Value("1"), AtLeast(1), High, ClusterWide, Public, Yes, [],
        "Replicas that must have a record before acks=all is answered.";
    "num.partitions": Int = Value("1"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "Partitions of topics that are made without saying how many.";
    "num.replica.alter.log.dirs.threads": Int = Null, Any, High, ReadOnly, Public, No(MORE_NODES), [],
        "How many threads move replicas between directories.";
    "num.replica.fetchers": Int = Value("1"), AtLeast(1), High, ClusterWide, Public, Yes, [],
        "How many fetchers copy from each broker.";
    "quota.window.num": Int = Value("11"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How many samples client quotas keep.";
    "quota.window.size.seconds": Int = Value("1"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How long one sample of client quotas lasts.";
    "replica.fetch.backoff.ms": Int = Value("1000"), AtLeast(0), Medium, ReadOnly, Public, Yes, [],
        "Pause of a fetcher after an error.";
    "replica.fetch.max.bytes": Int = Value("1048576"), AtLeast(0), Medium, ReadOnly, Public, Yes, [],
        "Bytes of a partition that a follower asks for.";
    "replica.fetch.min.bytes": Int = Value("1"), Any, High, ReadOnly, Public, Yes, [],
        "Fewest bytes that a follower waits for.";
    "replica.fetch.response.max.bytes": Int = Value("10485760"), AtLeast(0), Medium, ReadOnly, Public, Yes, [],
        "Bytes that a follower asks for in one request.";
    "replica.fetch.wait.max.ms": Int = Value("500"), Any, High, ReadOnly, Public, Yes, [],
        "How long a follower's fetch may wait.";
    "replica.high.watermark.checkpoint.interval.ms": Long = Value("5000"), Any, High, ReadOnly, Public, Yes, [],
        "How often high watermarks are written.";
    "replica.lag.time.max.ms": Long = Value("30000"), Any, High, ReadOnly, Public, Yes, [],
        "A follower that is not caught up for this long leaves the in-sync replicas.";
    "replica.selector.class": String = Null, Any, Medium, ReadOnly, Public, Yes, [],
        "Class that chooses the replica that a consumer reads from; what is in the remote tier only comes from the leader.";
    "replica.socket.receive.buffer.bytes": Int = Value("65536"), Any, High, ReadOnly, Public, No(MORE_NODES), [],
        "Receive buffer of a follower's socket.";
    "replica.socket.timeout.ms": Int = Value("30000"), Any, High, ReadOnly, Public, Yes, [],
        "How long a follower's request may take.";
    "replication.quota.window.num": Int = Value("11"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How many samples the quota of replication keeps.";
    "replication.quota.window.size.seconds": Int = Value("1"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How long one sample of the quota of replication lasts.";
    "telemetry.max.bytes": Int = Value("1048576"), AtLeast(1), Low, ReadOnly, Public, No(TELEMETRY), [],
        "Largest push of client metrics.";
    "unclean.leader.election.enable": Boolean = Value("false"), Any, High, ClusterWide, Public, Yes, [],
        "Whether a replica that is not in sync may lead, at the price of records.";
    "unclean.leader.election.interval.ms": Long = Value("300000"), AtLeast(1), Medium, ReadOnly, Internal, Yes, [],
        "How often partitions that need an unclean election are looked for.";
    "follower.replication.throttled.rate": Long = Value("9223372036854775807"), AtLeast(0), Medium, ClusterWide, DynamicOnly, Yes, [],
        "Bytes per second that followers may fetch for throttled replicas.";
    "leader.replication.throttled.rate": Long = Value("9223372036854775807"), AtLeast(0), Medium, ClusterWide, DynamicOnly, Yes, [],
        "Bytes per second that leaders may serve for throttled replicas.";
    "replica.alter.log.dirs.io.max.bytes.per.second": Long = Value("9223372036854775807"), AtLeast(0), Medium, ClusterWide, DynamicOnly, No(MORE_NODES), [],
        "Bytes per second that moves between directories may take.";
}
