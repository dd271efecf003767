//! Group configs.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static GROUP:
    "consumer.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, OfResource, Public, No(CONSUMER_PROTOCOL), [Same("group.consumer.assignment.interval.ms")],
        "Shortest time between two assignments.";
    "consumer.assignor.offload.enable": Boolean = Value("true"), Any, Medium, OfResource, Internal, No(CONSUMER_PROTOCOL), [Same("group.consumer.assignor.offload.enable")],
        "Whether assignments are computed beside the coordinator.";
    "consumer.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, OfResource, Public, No(CONSUMER_PROTOCOL), [Same("group.consumer.heartbeat.interval.ms")],
        "How often members send a heartbeat.";
    "consumer.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, OfResource, Public, No(CONSUMER_PROTOCOL), [Same("group.consumer.session.timeout.ms")],
        "A member that is silent for this long is removed.";
    "errors.deadletterqueue.copy.record.enable": Boolean = Value("false"), Any, Medium, OfResource, Public, No(DEAD_LETTERS), [],
        "Whether an undeliverable record is copied whole.";
    "errors.deadletterqueue.topic.name": String = Value(""), Any, Medium, OfResource, Public, No(DEAD_LETTERS), [],
        "Topic for records that could not be delivered.";
    "share.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.assignment.interval.ms")],
        "Shortest time between two assignments.";
    "share.assignor.offload.enable": Boolean = Value("true"), Any, Medium, OfResource, Internal, No(SHARE_GROUPS), [Same("group.share.assignor.offload.enable")],
        "Whether assignments are computed beside the coordinator.";
    "share.auto.offset.reset": String = Value("latest"), OffsetReset, Medium, OfResource, Public, No(SHARE_GROUPS), [],
        "Where a new share group begins to read.";
    "share.delivery.count.limit": Int = Value("5"), AtLeast(2), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.delivery.count.limit")],
        "How often a record is delivered at most.";
    "share.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.heartbeat.interval.ms")],
        "How often members send a heartbeat.";
    "share.isolation.level": String = Value("read_uncommitted"), OneOf(&["read_committed", "read_uncommitted"]), Medium, OfResource, Public, No(SHARE_GROUPS), [],
        "Whether records of open and aborted transactions are delivered.";
    "share.partition.max.record.locks": Int = Value("2000"), AtLeast(100), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.partition.max.record.locks")],
        "Most locked records of a partition.";
    "share.record.lock.duration.ms": Int = Value("30000"), AtLeast(1000), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.record.lock.duration.ms")],
        "How long a delivered record stays locked for its consumer.";
    "share.renew.acknowledge.enable": Boolean = Value("true"), Any, Medium, OfResource, Public, No(SHARE_GROUPS), [],
        "Whether consumers may extend their locks.";
    "share.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, OfResource, Public, No(SHARE_GROUPS), [Same("group.share.session.timeout.ms")],
        "A member that is silent for this long is removed.";
    "streams.acceptable.recovery.lag": Long = Value("10000"), AtLeast(0), Medium, OfResource, Internal, No(STREAMS_GROUPS), [Same("group.streams.acceptable.recovery.lag")],
        "A task may be this many offsets behind and still count as caught up.";
    "streams.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.assignment.interval.ms")],
        "Shortest time between two assignments.";
    "streams.assignor.name": String = Null, Any, Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.assignors")],
        "Assignor that the group uses.";
    "streams.assignor.offload.enable": Boolean = Value("true"), Any, Medium, OfResource, Internal, No(STREAMS_GROUPS), [Same("group.streams.assignor.offload.enable")],
        "Whether assignments are computed beside the coordinator.";
    "streams.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.heartbeat.interval.ms")],
        "How often members send a heartbeat.";
    "streams.initial.rebalance.delay.ms": Int = Value("3000"), AtLeast(0), Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.initial.rebalance.delay.ms")],
        "How long an empty group waits for more members.";
    "streams.num.standby.replicas": Int = Value("0"), AtLeast(0), Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.num.standby.replicas")],
        "Standby copies of every task.";
    "streams.num.warmup.replicas": Int = Value("2"), AtLeast(0), Medium, OfResource, Internal, No(STREAMS_GROUPS), [Same("group.streams.num.warmup.replicas")],
        "How many tasks may warm up on another member at a time.";
    "streams.rack.aware.assignment.tags": List = Value(""), Distinct, Low, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.rack.aware.assignment.tags")],
        "Client tags by which standby copies are spread.";
    "streams.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, OfResource, Public, No(STREAMS_GROUPS), [Same("group.streams.session.timeout.ms")],
        "A member that is silent for this long is removed.";
    "streams.task.offset.interval.ms": Int = Value("60000"), AtLeast(1), Medium, OfResource, Internal, No(STREAMS_GROUPS), [Same("group.streams.task.offset.interval.ms")],
        "How often members report the offsets of their tasks.";
}
