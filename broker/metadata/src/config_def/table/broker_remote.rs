//! Broker configs of the remote tier.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_REMOTE:
    "remote.fetch.max.wait.ms": Int = Value("500"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "How long a fetch waits for the remote tier.";
    "remote.list.offsets.request.timeout.ms": Long = Value("30000"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "How long ListOffsets waits for the remote tier.";
    "remote.log.index.file.cache.total.size.bytes": Long = Value("1073741824"), AtLeast(1), Low, ClusterWide, Public, No(TIERING), [],
        "Disk for cached indexes of remote segments.";
    "remote.log.index.file.cache.ttl.ms": Long = Value("900000"), AtLeast(-1), Low, ReadOnly, Internal, No(TIERING), [],
        "How long an unused index of a remote segment is kept.";
    "remote.log.manager.copier.thread.pool.size": Int = Value("10"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "How many segments are copied at a time.";
    "remote.log.manager.copy.max.bytes.per.second": Long = Value("9223372036854775807"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "Copies to the remote tier run no faster than this.";
    "remote.log.manager.copy.quota.window.num": Int = Value("11"), AtLeast(1), Medium, ReadOnly, Public, No(TIERING), [],
        "How many samples the quota of copies keeps.";
    "remote.log.manager.copy.quota.window.size.seconds": Int = Value("1"), AtLeast(1), Medium, ReadOnly, Public, No(TIERING), [],
        "How long one sample of the quota of copies lasts.";
    "remote.log.manager.expiration.thread.pool.size": Int = Value("10"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "How many partitions delete remote segments at a time.";
    "remote.log.manager.fetch.max.bytes.per.second": Long = Value("9223372036854775807"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "Reads from the remote tier run no faster than this.";
    "remote.log.manager.fetch.quota.window.num": Int = Value("11"), AtLeast(1), Medium, ReadOnly, Public, No(TIERING), [],
        "How many samples the quota of remote reads keeps.";
    "remote.log.manager.fetch.quota.window.size.seconds": Int = Value("1"), AtLeast(1), Medium, ReadOnly, Public, No(TIERING), [],
        "How long one sample of the quota of remote reads lasts.";
    "remote.log.manager.follower.thread.pool.size": Int = Value("2"), AtLeast(1), Medium, ClusterWide, Public, No(TIERING), [],
        "How many followers work on tiered logs at a time.";
    "remote.log.manager.task.interval.ms": Long = Value("30000"), AtLeast(1), Low, ReadOnly, Public, Yes, [],
        "How often copies and deletes are looked for.";
    "remote.log.manager.task.retry.backoff.max.ms": Long = Value("30000"), AtLeast(1), Low, ReadOnly, Internal, Yes, [],
        "Longest pause before a failed copy is tried again.";
    "remote.log.manager.task.retry.backoff.ms": Long = Value("500"), AtLeast(1), Low, ReadOnly, Internal, Yes, [],
        "First pause before a failed copy is tried again.";
    "remote.log.manager.task.retry.jitter": Double = Value("0.2"), BetweenFractions(0.0, 0.5), Low, ReadOnly, Internal, No(TIERING), [],
        "Random share of the pause before a failed copy is tried again.";
    "remote.log.manager.thread.pool.size": Int = Value("2"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "How many threads the remote tier has.";
    "remote.log.metadata.custom.metadata.max.bytes": Int = Value("128"), AtLeast(0), Low, ReadOnly, Public, No(TIERING), [],
        "Largest note that a storage plug-in may attach to a segment.";
    "remote.log.metadata.manager.class.name": String = Value("org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager"), NonEmpty, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that keeps the metadata of remote segments.";
    "remote.log.metadata.manager.class.path": String = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Where the class for metadata of remote segments is found.";
    "remote.log.metadata.manager.impl.prefix": String = Value("rlmm.config."), NonEmpty, Medium, ReadOnly, Public, No(TIERING), [],
        "How configs for the keeper of remote metadata begin.";
    "remote.log.metadata.manager.listener.name": String = Null, NonEmpty, Medium, ReadOnly, Public, No(TIERING), [],
        "Listener over which remote metadata is read and written.";
    "remote.log.reader.max.pending.tasks": Int = Value("100"), AtLeast(1), Medium, ReadOnly, Public, No(TIERING), [],
        "Most remote reads that may wait.";
    "remote.log.reader.threads": Int = Value("10"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "How many remote reads run at a time.";
    "remote.log.storage.manager.class.name": String = Null, NonEmpty, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that stores remote segments.";
    "remote.log.storage.manager.class.path": String = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Where the class for remote segments is found.";
    "remote.log.storage.manager.impl.prefix": String = Value("rsm.config."), NonEmpty, Medium, ReadOnly, Public, No(TIERING), [],
        "How configs for the remote storage begin.";
    "remote.log.storage.system.enable": Boolean = Value("false"), Any, Medium, ReadOnly, Public, Yes, [],
        "Whether this cluster has a remote tier.";
}
