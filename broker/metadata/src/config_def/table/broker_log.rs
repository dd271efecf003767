//! Broker configs of logs: segments, retention, compaction, flushing, record formats.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_LOG:
    "compression.gzip.level": Int = Value("-1"), GzipLevel, Medium, ClusterWide, Public, Yes, [],
        "Level at which the broker packs gzip.";
    "compression.lz4.level": Int = Value("9"), Between(1, 17), Medium, ClusterWide, Public, Yes, [],
        "Level at which the broker packs lz4.";
    "compression.type": String = Value("producer"), OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), High, ClusterWide, Public, Yes, [],
        "How records are stored: as the producer packed them, or packed anew by the broker.";
    "compression.zstd.level": Int = Value("3"), Between(-131_072, 22), Medium, ClusterWide, Public, Yes, [],
        "Level at which the broker packs zstd.";
    "log.cleaner.backoff.ms": Long = Value("15000"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "How long the cleaner rests when there is nothing to clean.";
    "log.cleaner.dedupe.buffer.size": Long = Value("134217728"), Any, Medium, ClusterWide, Public, Yes, [],
        "Memory for the cleaner's map from keys to offsets.";
    "log.cleaner.delete.retention.ms": Long = Value("86400000"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "How long tombstones are kept in compacted topics.";
    "log.cleaner.enable": Boolean = Value("true"), Any, Medium, ReadOnly, Public, Yes, [],
        "Whether compaction runs at all.";
    "log.cleaner.io.buffer.load.factor": Double = Value("0.9"), Any, Medium, ClusterWide, Public, Yes, [],
        "How full the cleaner's map may get.";
    "log.cleaner.io.buffer.size": Int = Value("524288"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "Memory for the cleaner's read and write buffers.";
    "log.cleaner.io.max.bytes.per.second": Double = Value("1.7976931348623157E308"), Any, Medium, ClusterWide, Public, Yes, [],
        "The cleaner reads and writes no faster than this.";
    "log.cleaner.max.compaction.lag.ms": Long = Value("9223372036854775807"), AtLeast(1), Medium, ClusterWide, Public, Yes, [],
        "A record is compacted after this time at the latest.";
    "log.cleaner.min.cleanable.ratio": Double = Value("0.5"), BetweenFractions(0.0, 1.0), Medium, ClusterWide, Public, Yes, [],
        "Share of uncleaned bytes from which on a log is cleaned.";
    "log.cleaner.min.compaction.lag.ms": Long = Value("0"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "A record is not compacted before this time.";
    "log.cleaner.threads": Int = Value("1"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "How many threads clean.";
    "log.cleanup.policy": List = Value("delete"), EachOneOf(&["compact", "delete"]), Medium, ClusterWide, Public, Yes, [],
        "What happens to old segments: delete, compact, or both.";
    "log.dir": List = Value("/tmp/kafka-logs"), Distinct, High, ReadOnly, Public, Yes, [],
        "Directory of the logs; log.dirs comes before it.";
    "log.dir.failure.timeout.ms": Long = Value("30000"), AtLeast(1), Low, ReadOnly, Public, No(MORE_NODES), [],
        "A broker stops when it cannot tell the controller of a failed directory for this long.";
    "log.dirs": List = Null, Distinct, High, ReadOnly, Public, Yes, [],
        "Directories of the logs.";
    "log.flush.interval.messages": Long = Value("9223372036854775807"), AtLeast(1), High, ClusterWide, Public, Yes, [],
        "A log is flushed to disk after this many records.";
    "log.flush.interval.ms": Long = Null, Any, High, ClusterWide, Public, Yes, [],
        "A record is flushed to disk after this time at the latest.";
    "log.flush.offset.checkpoint.interval.ms": Int = Value("60000"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "How often recovery points are written.";
    "log.flush.scheduler.interval.ms": Long = Value("9223372036854775807"), Any, High, ReadOnly, Public, Yes, [],
        "How often logs are looked at for a flush that is due.";
    "log.flush.start.offset.checkpoint.interval.ms": Int = Value("60000"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "How often log start offsets are written.";
    "log.index.interval.bytes": Int = Value("4096"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "Bytes of log between two entries of the offset index.";
    "log.index.size.max.bytes": Int = Value("10485760"), AtLeast(4), Medium, ClusterWide, Public, Yes, [],
        "Largest size of an index file.";
    "log.initial.task.delay.ms": Long = Value("30000"), AtLeast(0), Low, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "How long background work on logs waits after the start.";
    "log.local.retention.bytes": Long = Value("-2"), AtLeast(-2), Medium, ClusterWide, Public, Yes, [],
        "Bytes of a partition kept on local disk when the log is tiered; -2 follows log.retention.bytes.";
    "log.local.retention.ms": Long = Value("-2"), AtLeast(-2), Medium, ClusterWide, Public, Yes, [],
        "Time that segments stay on local disk when the log is tiered; -2 follows log.retention.ms.";
    "log.message.timestamp.after.max.ms": Long = Value("3600000"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "A record's timestamp may lie this far in the future.";
    "log.message.timestamp.before.max.ms": Long = Value("9223372036854775807"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "A record's timestamp may lie this far in the past.";
    "log.message.timestamp.type": String = Value("CreateTime"), OneOf(&["CreateTime", "LogAppendTime"]), Medium, ClusterWide, Public, Yes, [],
        "Whether records carry the time of the producer or of the append.";
    "log.preallocate": Boolean = Value("false"), Any, Medium, ClusterWide, Public, Yes, [],
        "Whether a segment's file gets its full size when it is made.";
    "log.remote.copy.lag.bytes": Long = Value("-1"), AtLeast(-1), Medium, ClusterWide, Public, Yes, [],
        "Bytes that must follow a segment before it is copied to the remote tier, or the age that log.remote.copy.lag.ms asks for; -1: as many as stay local.";
    "log.remote.copy.lag.ms": Long = Value("0"), AtLeast(-1), Medium, ClusterWide, Public, Yes, [],
        "Age of a segment before it is copied to the remote tier, or the bytes that log.remote.copy.lag.bytes asks for; -1: as long as it stays local.";
    "log.retention.bytes": Long = Value("-1"), Any, High, ClusterWide, Public, Yes, [],
        "Largest size of a partition before old segments go; -1 for no limit.";
    "log.retention.check.interval.ms": Long = Value("300000"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "How often old segments are looked for.";
    "log.retention.hours": Int = Value("168"), Any, High, ReadOnly, Public, Yes, [],
        "Hours that records are kept; log.retention.minutes comes before it.";
    "log.retention.minutes": Int = Null, Any, High, ReadOnly, Public, Yes, [],
        "Minutes that records are kept; log.retention.ms comes before it.";
    "log.retention.ms": Long = Null, Any, High, ClusterWide, Public, Yes, [],
        "Milliseconds that records are kept; -1 for ever.";
    "log.roll.hours": Int = Value("168"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Hours after which a new segment begins; log.roll.ms comes before it.";
    "log.roll.jitter.hours": Int = Value("0"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "Most hours by which a roll comes early at random; log.roll.jitter.ms comes before it.";
    "log.roll.jitter.ms": Long = Null, Any, High, ClusterWide, Public, Yes, [],
        "Most milliseconds by which a roll comes early at random.";
    "log.roll.ms": Long = Null, Any, High, ClusterWide, Public, Yes, [],
        "Milliseconds after which a new segment begins.";
    "log.segment.bytes": Int = Value("1073741824"), AtLeast(1_048_576), High, ClusterWide, Public, Yes, [],
        "Largest size of a segment.";
    "log.segment.delete.delay.ms": Long = Value("60000"), AtLeast(0), High, ClusterWide, Public, Yes, [],
        "How long a deleted file stays on disk.";
    "max.decompressed.message.bytes": Int = Value("2147483639"), Between(1, 2_147_483_639), Medium, ClusterWide, Public, Yes, [],
        "Largest size to which a record batch may unpack.";
    "message.max.bytes": Int = Value("1048588"), AtLeast(0), High, ClusterWide, Public, Yes, [],
        "Largest record batch.";
    "metadata.log.dir": String = Null, Any, High, ReadOnly, Public, Yes, [],
        "Directory of the metadata log; the first of the log directories when not set.";
    "num.recovery.threads.per.data.dir": Int = Value("2"), AtLeast(1), High, ClusterWide, Public, Yes, [],
        "How many logs of a directory are recovered at a time.";
}
