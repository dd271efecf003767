//! Broker configs of groups, their offsets and share state.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_GROUPS:
    "group.consumer.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, ClusterWide, Public, No(CONSUMER_PROTOCOL), [],
        "Shortest time between two assignments of a consumer group.";
    "group.consumer.assignor.offload.enable": Boolean = Value("true"), Any, Medium, ClusterWide, Internal, No(CONSUMER_PROTOCOL), [],
        "Whether assignments of consumer groups are computed beside the coordinator.";
    "group.consumer.assignors": List = Value("uniform,range"), Distinct, Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Assignors of the server for consumer groups; the first is the default.";
    "group.consumer.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "How often members of a consumer group send a heartbeat.";
    "group.consumer.max.assignment.interval.ms": Int = Value("15000"), AtLeast(0), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Largest assignment interval that a group may set.";
    "group.consumer.max.heartbeat.interval.ms": Int = Value("15000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Largest heartbeat interval that a group may set.";
    "group.consumer.max.session.timeout.ms": Int = Value("60000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Largest session timeout that a group may set.";
    "group.consumer.max.size": Int = Value("2147483647"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Most members of a consumer group.";
    "group.consumer.migration.policy": String = Value("bidirectional"), OneOfIgnoringCase(&["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"]), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Whether classic groups and consumer groups may turn into each other.";
    "group.consumer.min.assignment.interval.ms": Int = Value("0"), AtLeast(0), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Smallest assignment interval that a group may set.";
    "group.consumer.min.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Smallest heartbeat interval that a group may set.";
    "group.consumer.min.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Smallest session timeout that a group may set.";
    "group.consumer.regex.refresh.interval.ms": Int = Value("600000"), AtLeast(10000), Medium, ReadOnly, Internal, No(CONSUMER_PROTOCOL), [],
        "How often subscriptions by pattern are resolved again.";
    "group.consumer.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "A member of a consumer group that is silent for this long is removed.";
    "group.coordinator.append.linger.ms": Int = Value("-1"), AtLeast(-1), Medium, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How long the coordinator gathers records before it writes them.";
    "group.coordinator.background.threads": Int = Value("2"), AtLeast(1), High, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many threads do background work for the group coordinator.";
    "group.coordinator.cached.buffer.max.bytes": Int = Value("1048588"), AtLeast(524_288), Medium, ClusterWide, Public, No(NO_SUCH_PART), [],
        "Largest write buffer that the group coordinator keeps for reuse.";
    "group.coordinator.rebalance.protocols": List = Value("classic,consumer,streams"), EachOneOf(&["consumer", "classic", "share", "streams"]), Medium, ReadOnly, Public, No(CONSUMER_PROTOCOL), [],
        "Kinds of groups that the coordinator serves.";
    "group.coordinator.threads": Int = Value("4"), AtLeast(1), High, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many threads serve groups.";
    "group.initial.rebalance.delay.ms": Int = Value("3000"), Any, Medium, ReadOnly, Public, Yes, [],
        "How long an empty group waits for more members before its first rebalance.";
    "group.max.session.timeout.ms": Int = Value("1800000"), Any, Medium, ReadOnly, Public, Yes, [],
        "Largest session timeout that a member of a classic group may ask for.";
    "group.max.size": Int = Value("2147483647"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "Most members of a classic group.";
    "group.min.session.timeout.ms": Int = Value("6000"), Any, Medium, ReadOnly, Public, Yes, [],
        "Smallest session timeout that a member of a classic group may ask for.";
    "group.share.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, ClusterWide, Public, No(SHARE_GROUPS), [],
        "Shortest time between two assignments of a share group.";
    "group.share.assignor.offload.enable": Boolean = Value("true"), Any, Medium, ClusterWide, Internal, No(SHARE_GROUPS), [],
        "Whether assignments of share groups are computed beside the coordinator.";
    "group.share.assignors": List = Value("simple"), Distinct, Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Assignors of the server for share groups.";
    "group.share.delivery.count.limit": Int = Value("5"), Between(2, 10), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How often a record is delivered at most.";
    "group.share.dlq.manager.class.name": String = Value("org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager"), Any, Medium, ReadOnly, Internal, No(JAVA_CLASS), [],
        "Class that takes undeliverable records of share groups.";
    "group.share.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How often members of a share group send a heartbeat.";
    "group.share.initialize.retry.interval.ms": Int = Value("30000"), AtLeast(1), Low, ReadOnly, Internal, No(SHARE_GROUPS), [],
        "How often the set-up of a share partition is tried again.";
    "group.share.max.assignment.interval.ms": Int = Value("15000"), AtLeast(0), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest assignment interval that a share group may set.";
    "group.share.max.delivery.count.limit": Int = Value("10"), Between(5, 25), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest delivery count that a share group may set.";
    "group.share.max.heartbeat.interval.ms": Int = Value("15000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest heartbeat interval that a share group may set.";
    "group.share.max.partition.max.record.locks": Int = Value("4000"), Between(2000, 10000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest number of locked records that a share group may set.";
    "group.share.max.record.lock.duration.ms": Int = Value("60000"), Between(30000, 3_600_000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Longest lock that a share group may set.";
    "group.share.max.session.timeout.ms": Int = Value("60000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest session timeout that a share group may set.";
    "group.share.max.share.sessions": Int = Value("2000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Most share sessions on one broker.";
    "group.share.max.size": Int = Value("200"), Between(1, 1000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Most members of a share group.";
    "group.share.min.assignment.interval.ms": Int = Value("0"), AtLeast(0), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Smallest assignment interval that a share group may set.";
    "group.share.min.delivery.count.limit": Int = Value("2"), Between(2, 5), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Smallest delivery count that a share group may set.";
    "group.share.min.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Smallest heartbeat interval that a share group may set.";
    "group.share.min.partition.max.record.locks": Int = Value("100"), Between(100, 2000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Smallest number of locked records that a share group may set.";
    "group.share.min.record.lock.duration.ms": Int = Value("15000"), Between(1000, 30000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Shortest lock that a share group may set.";
    "group.share.min.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Smallest session timeout that a share group may set.";
    "group.share.partition.max.record.locks": Int = Value("2000"), Between(100, 10000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Most locked records of a share partition.";
    "group.share.persister.class.name": String = Value("org.apache.kafka.server.share.persister.DefaultStatePersister"), Any, Medium, ReadOnly, Internal, No(JAVA_CLASS), [],
        "Class that keeps the state of share groups.";
    "group.share.record.lock.duration.ms": Int = Value("30000"), Between(1000, 3_600_000), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How long a delivered record stays locked for its consumer.";
    "group.share.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "A member of a share group that is silent for this long is removed.";
    "group.streams.acceptable.recovery.lag": Long = Value("10000"), AtLeast(0), Medium, ReadOnly, Internal, No(STREAMS_GROUPS), [],
        "A task may be this many offsets behind and still count as caught up.";
    "group.streams.assignment.interval.ms": Int = Value("1000"), AtLeast(0), Medium, ClusterWide, Public, No(STREAMS_GROUPS), [],
        "Shortest time between two assignments of a streams group.";
    "group.streams.assignor.offload.enable": Boolean = Value("true"), Any, Medium, ClusterWide, Internal, No(STREAMS_GROUPS), [],
        "Whether assignments of streams groups are computed beside the coordinator.";
    "group.streams.assignors": List = Value("sticky"), Distinct, Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Assignors of the server for streams groups.";
    "group.streams.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "How often members of a streams group send a heartbeat.";
    "group.streams.initial.rebalance.delay.ms": Int = Value("3000"), AtLeast(0), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "How long an empty streams group waits for more members.";
    "group.streams.max.assignment.interval.ms": Int = Value("15000"), AtLeast(0), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Largest assignment interval that a streams group may set.";
    "group.streams.max.heartbeat.interval.ms": Int = Value("15000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Largest heartbeat interval that a streams group may set.";
    "group.streams.max.session.timeout.ms": Int = Value("60000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Largest session timeout that a streams group may set.";
    "group.streams.max.size": Int = Value("2147483647"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Most members of a streams group.";
    "group.streams.max.standby.replicas": Int = Value("2"), AtLeast(0), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Most standby copies of a task that a group may set.";
    "group.streams.max.warmup.replicas": Int = Value("20"), AtLeast(0), Medium, ReadOnly, Internal, No(STREAMS_GROUPS), [],
        "Most warm-up copies of tasks that a group may set.";
    "group.streams.min.assignment.interval.ms": Int = Value("0"), AtLeast(0), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Smallest assignment interval that a streams group may set.";
    "group.streams.min.heartbeat.interval.ms": Int = Value("5000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Smallest heartbeat interval that a streams group may set.";
    "group.streams.min.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Smallest session timeout that a streams group may set.";
    "group.streams.min.task.offset.interval.ms": Int = Value("15000"), AtLeast(1), Medium, ReadOnly, Internal, No(STREAMS_GROUPS), [],
        "Smallest interval between reports of task offsets that a group may set.";
    "group.streams.num.standby.replicas": Int = Value("0"), AtLeast(0), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Standby copies of every task.";
    "group.streams.num.warmup.replicas": Int = Value("2"), AtLeast(0), Medium, ReadOnly, Internal, No(STREAMS_GROUPS), [],
        "How many tasks may warm up on another member at a time.";
    "group.streams.rack.aware.assignment.tags": List = Value(""), Distinct, Low, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "Client tags by which standby copies are spread.";
    "group.streams.session.timeout.ms": Int = Value("45000"), AtLeast(1), Medium, ReadOnly, Public, No(STREAMS_GROUPS), [],
        "A member of a streams group that is silent for this long is removed.";
    "group.streams.task.offset.interval.ms": Int = Value("60000"), AtLeast(1), Medium, ReadOnly, Internal, No(STREAMS_GROUPS), [],
        "How often members report the offsets of their tasks.";
    "group.streams.topology.description.plugin.class": Class = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that keeps descriptions of topologies.";
    "offset.metadata.max.bytes": Int = Value("4096"), Any, High, ReadOnly, Public, Yes, [],
        "Largest text that a commit may carry beside an offset.";
    "offsets.commit.timeout.ms": Int = Value("5000"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "How long a commit waits until it is replicated.";
    "offsets.load.buffer.size": Int = Value("5242880"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Bytes read at a time while offsets are loaded.";
    "offsets.retention.check.interval.ms": Long = Value("600000"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "How often expired offsets are looked for.";
    "offsets.retention.minutes": Int = Value("10080"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Minutes that offsets of an empty group are kept.";
    "offsets.topic.compression.codec": Int = Value("0"), Any, High, ReadOnly, Public, Yes, [],
        "How records of the offsets topic are packed.";
    "offsets.topic.num.partitions": Int = Value("50"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Partitions of the offsets topic.";
    "offsets.topic.replication.factor": Short = Value("3"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Replicas of the offsets topic.";
    "offsets.topic.segment.bytes": Int = Value("104857600"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Largest segment of the offsets topic.";
    "share.coordinator.append.linger.ms": Int = Value("-1"), AtLeast(-1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How long the share coordinator gathers records before it writes them.";
    "share.coordinator.cached.buffer.max.bytes": Int = Value("1048588"), AtLeast(524_288), Medium, ClusterWide, Public, No(SHARE_GROUPS), [],
        "Largest write buffer that the share coordinator keeps for reuse.";
    "share.coordinator.cold.partition.snapshot.interval.ms": Int = Value("300000"), AtLeast(1), Low, ReadOnly, Internal, No(SHARE_GROUPS), [],
        "How often idle share partitions are written anew.";
    "share.coordinator.load.buffer.size": Int = Value("5242880"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Bytes read at a time while share state is loaded.";
    "share.coordinator.snapshot.update.records.per.snapshot": Int = Value("500"), Between(0, 500), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Changes between two snapshots of a share partition.";
    "share.coordinator.state.topic.compression.codec": Int = Value("0"), Any, High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How records of the share state topic are packed.";
    "share.coordinator.state.topic.min.isr": Short = Value("2"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "In-sync replicas that the share state topic needs.";
    "share.coordinator.state.topic.num.partitions": Int = Value("50"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Partitions of the share state topic.";
    "share.coordinator.state.topic.prune.interval.ms": Int = Value("300000"), AtLeast(1), Low, ReadOnly, Internal, No(SHARE_GROUPS), [],
        "How often old records of the share state topic are deleted.";
    "share.coordinator.state.topic.replication.factor": Short = Value("3"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Replicas of the share state topic.";
    "share.coordinator.state.topic.segment.bytes": Int = Value("104857600"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "Largest segment of the share state topic.";
    "share.coordinator.threads": Int = Value("1"), AtLeast(1), Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How many threads serve share state.";
    "share.coordinator.write.timeout.ms": Int = Value("5000"), AtLeast(1), High, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How long a write of share state may take.";
    "share.fetch.purgatory.purge.interval.requests": Int = Value("1000"), Any, Medium, ReadOnly, Public, No(SHARE_GROUPS), [],
        "How many finished requests pile up before the waiting share fetches are tidied.";
}
