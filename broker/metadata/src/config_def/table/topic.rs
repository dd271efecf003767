//! Topic configs.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static TOPIC:
    "cleanup.policy": List = Value("delete"), EachOneOf(&["compact", "delete"]), Medium, OfResource, Public, Yes, [Same("log.cleanup.policy")],
        "What happens to old segments: delete, compact, or both.";
    "compression.gzip.level": Int = Value("-1"), GzipLevel, Medium, OfResource, Public, Yes, [Same("compression.gzip.level")],
        "Level at which the broker packs gzip.";
    "compression.lz4.level": Int = Value("9"), Between(1, 17), Medium, OfResource, Public, Yes, [Same("compression.lz4.level")],
        "Level at which the broker packs lz4.";
    "compression.type": String = Value("producer"), OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), Medium, OfResource, Public, Yes, [Same("compression.type")],
        "How records are stored: as the producer packed them, or packed anew by the broker.";
    "compression.zstd.level": Int = Value("3"), Between(-131_072, 22), Medium, OfResource, Public, Yes, [Same("compression.zstd.level")],
        "Level at which the broker packs zstd.";
    "delete.retention.ms": Long = Value("86400000"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.cleaner.delete.retention.ms")],
        "How long tombstones are kept in a compacted topic.";
    "errors.deadletterqueue.group.enable": Boolean = Value("false"), Any, Medium, OfResource, Public, No(DEAD_LETTERS), [],
        "Whether groups may use this topic for undeliverable records.";
    "file.delete.delay.ms": Long = Value("60000"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.segment.delete.delay.ms")],
        "How long a deleted file stays on disk.";
    "flush.messages": Long = Value("9223372036854775807"), AtLeast(1), Medium, OfResource, Public, Yes, [Same("log.flush.interval.messages")],
        "The log is flushed to disk after this many records.";
    "flush.ms": Long = Value("9223372036854775807"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.flush.interval.ms"), Same("log.flush.scheduler.interval.ms")],
        "A record is flushed to disk after this time at the latest.";
    "follower.replication.throttled.replicas": List = Value(""), ThrottledReplicas, Medium, OfResource, Public, Yes, [],
        "Replicas whose fetching is throttled, as partition:broker, or * for all.";
    "index.interval.bytes": Int = Value("4096"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.index.interval.bytes")],
        "Bytes of log between two entries of the offset index.";
    "internal.segment.bytes": Int = Null, Any, Medium, OfResource, Internal, Yes, [],
        "Size of a segment in tests, free of the usual lower bound.";
    "leader.replication.throttled.replicas": List = Value(""), ThrottledReplicas, Medium, OfResource, Public, Yes, [],
        "Replicas whose serving is throttled, as partition:broker, or * for all.";
    "local.retention.bytes": Long = Value("-2"), AtLeast(-2), Medium, OfResource, Public, Yes, [Same("log.local.retention.bytes")],
        "Bytes of a partition kept on local disk when the log is tiered; -2 follows retention.bytes.";
    "local.retention.ms": Long = Value("-2"), AtLeast(-2), Medium, OfResource, Public, Yes, [Same("log.local.retention.ms")],
        "Time that segments stay on local disk when the log is tiered; -2 follows retention.ms.";
    "max.compaction.lag.ms": Long = Value("9223372036854775807"), AtLeast(1), Medium, OfResource, Public, Yes, [Same("log.cleaner.max.compaction.lag.ms")],
        "A record is compacted after this time at the latest.";
    "max.decompressed.message.bytes": Int = Value("2147483639"), Between(1, 2_147_483_639), Medium, OfResource, Public, Yes, [Same("max.decompressed.message.bytes")],
        "Largest size to which a record batch may unpack.";
    "max.message.bytes": Int = Value("1048588"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("message.max.bytes")],
        "Largest record batch.";
    "message.timestamp.after.max.ms": Long = Value("3600000"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.message.timestamp.after.max.ms")],
        "A record's timestamp may lie this far in the future.";
    "message.timestamp.before.max.ms": Long = Value("9223372036854775807"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.message.timestamp.before.max.ms")],
        "A record's timestamp may lie this far in the past.";
    "message.timestamp.type": String = Value("CreateTime"), OneOf(&["CreateTime", "LogAppendTime"]), Medium, OfResource, Public, Yes, [Same("log.message.timestamp.type")],
        "Whether records carry the time of the producer or of the append.";
    "min.cleanable.dirty.ratio": Double = Value("0.5"), BetweenFractions(0.0, 1.0), Medium, OfResource, Public, Yes, [Same("log.cleaner.min.cleanable.ratio")],
        "Share of uncleaned bytes from which on the log is cleaned.";
    "min.compaction.lag.ms": Long = Value("0"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.cleaner.min.compaction.lag.ms")],
        "A record is not compacted before this time.";
    "min.insync.replicas": Int = Value("1"), AtLeast(1), Medium, OfResource, Public, Yes, [Same("min.insync.replicas")],
        "Replicas that must have a record before acks=all is answered.";
    "preallocate": Boolean = Value("false"), Any, Medium, OfResource, Public, Yes, [Same("log.preallocate")],
        "Whether a segment's file gets its full size when it is made.";
    "remote.copy.lag.bytes": Long = Value("-1"), AtLeast(-1), Medium, OfResource, Public, Yes, [Same("log.remote.copy.lag.bytes")],
        "Bytes that must follow a segment before it is copied to the remote tier, or the age that remote.copy.lag.ms asks for; -1: as many as stay local.";
    "remote.copy.lag.ms": Long = Value("0"), AtLeast(-1), Medium, OfResource, Public, Yes, [Same("log.remote.copy.lag.ms")],
        "Age of a segment before it is copied to the remote tier, or the bytes that remote.copy.lag.bytes asks for; -1: as long as it stays local.";
    "remote.log.copy.disable": Boolean = Value("false"), Any, Medium, OfResource, Public, Yes, [],
        "Whether nothing more is copied to the remote tier.";
    "remote.log.delete.on.disable": Boolean = Value("false"), Any, Medium, OfResource, Public, Yes, [],
        "Whether the remote part is deleted when tiering is turned off.";
    "remote.storage.enable": Boolean = Value("false"), Any, Medium, OfResource, Public, Yes, [],
        "Whether this topic is tiered.";
    "retention.bytes": Long = Value("-1"), Any, Medium, OfResource, Public, Yes, [Same("log.retention.bytes")],
        "Largest size of a partition before old segments go; -1 for no limit.";
    "retention.ms": Long = Value("604800000"), AtLeast(-1), Medium, OfResource, Public, Yes, [Same("log.retention.ms"), Minutes("log.retention.minutes"), Hours("log.retention.hours")],
        "Milliseconds that records are kept; -1 for ever.";
    "segment.bytes": Int = Value("1073741824"), AtLeast(1_048_576), Medium, OfResource, Public, Yes, [Same("log.segment.bytes")],
        "Largest size of a segment.";
    "segment.index.bytes": Int = Value("10485760"), AtLeast(4), Medium, OfResource, Public, Yes, [Same("log.index.size.max.bytes")],
        "Largest size of an index file.";
    "segment.jitter.ms": Long = Value("0"), AtLeast(0), Medium, OfResource, Public, Yes, [Same("log.roll.jitter.ms"), Hours("log.roll.jitter.hours")],
        "Most milliseconds by which a roll comes early at random.";
    "segment.ms": Long = Value("604800000"), AtLeast(1), Medium, OfResource, Public, Yes, [Same("log.roll.ms"), Hours("log.roll.hours")],
        "Milliseconds after which a new segment begins.";
    "unclean.leader.election.enable": Boolean = Value("false"), Any, Medium, OfResource, Public, Yes, [Same("unclean.leader.election.enable")],
        "Whether a replica that is not in sync may lead, at the price of records.";
}
