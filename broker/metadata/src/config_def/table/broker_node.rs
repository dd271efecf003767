//! Broker configs of the node itself and of the metadata quorum.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_NODE:
    "broker.heartbeat.interval.ms": Int = Value("500"), Any, Medium, ReadOnly, Public, Yes, [],
        "How often a broker sends its controller a heartbeat.";
    "broker.id": Int = Value("-1"), Any, High, ReadOnly, Public, Yes, [],
        "Number of this node; the older name of node.id.";
    "broker.rack": String = Null, Any, Medium, ReadOnly, Public, Yes, [],
        "Rack of this broker, named to clients and used in placement.";
    "broker.session.timeout.ms": Int = Value("1500"), Any, Medium, ReadOnly, Public, Yes, [],
        "How long the controller waits for a heartbeat before it fences a broker.";
    "controller.listener.names": List = Required, Distinct, High, ReadOnly, Public, Yes, [],
        "Names of the listeners that the controller serves; no client listener may be among them.";
    "controller.performance.always.log.threshold.ms": Long = Value("2000"), AtLeast(0), Medium, ReadOnly, Internal, No(QUORUM), [],
        "Controller events that take longer are always logged.";
    "controller.performance.sample.period.ms": Long = Value("60000"), AtLeast(100), Medium, ReadOnly, Internal, No(QUORUM), [],
        "How often the slowest controller event is logged.";
    "controller.quorum.append.linger.ms": Int = Value("25"), AtLeast(0), Medium, ReadOnly, Public, No(QUORUM), [],
        "How long the leader of the quorum gathers records before it writes them.";
    "controller.quorum.auto.join.enable": Boolean = Value("false"), Any, Low, ReadOnly, Public, Yes, [],
        "Whether a controller joins the voters by itself.";
    "controller.quorum.bootstrap.servers": List = Value(""), NonEmptyDistinct, High, ReadOnly, Public, Yes, [],
        "Addresses at which a node finds the quorum.";
    "controller.quorum.election.backoff.max.ms": Int = Value("1000"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "Longest pause before a candidate tries the next election.";
    "controller.quorum.election.timeout.ms": Int = Value("1000"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "How long an election may last before another begins.";
    "controller.quorum.fetch.max.bytes": Int = Value("1048576"), AtLeast(1), Low, ReadOnly, Public, Yes, [],
        "Most bytes of the metadata log in one answer.";
    "controller.quorum.fetch.snapshot.max.bytes": Int = Value("1048576"), AtLeast(1), Low, ReadOnly, Public, Yes, [],
        "Most bytes of a snapshot in one answer.";
    "controller.quorum.fetch.timeout.ms": Int = Value("1200"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "A follower that fetched nothing from the leader for this long becomes a candidate.";
    "controller.quorum.request.timeout.ms": Int = Value("2000"), AtLeast(0), Medium, ReadOnly, Public, Yes, [],
        "How long a request inside the quorum may take.";
    "controller.quorum.retry.backoff.ms": Int = Value("20"), AtLeast(0), Low, ReadOnly, Public, Yes, [],
        "Pause before a request inside the quorum is sent again.";
    "controller.quorum.voters": List = Value(""), NonEmptyDistinct, High, ReadOnly, Public, Yes, [],
        "The voters of a quorum with fixed members, as id@host:port.";
    "controller.quota.window.num": Int = Value("11"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How many samples the quota of topic changes keeps.";
    "controller.quota.window.size.seconds": Int = Value("1"), AtLeast(1), Low, ReadOnly, Public, No(QUOTAS), [],
        "How long one sample of the quota of topic changes lasts.";
    "controller.socket.timeout.ms": Int = Value("30000"), Any, Medium, ReadOnly, Public, Yes, [],
        "How long a connection to the controller may be silent.";
    "initial.broker.registration.timeout.ms": Int = Value("60000"), Any, Medium, ReadOnly, Public, Yes, [],
        "How long a starting broker tries to register before it gives up.";
    "internal.metadata.delete.delay.millis": Long = Value("60000"), Any, Low, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "How long files of the metadata log are kept after they were deleted.";
    "internal.metadata.log.segment.bytes": Int = Null, Any, Low, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "Size of a metadata segment in tests, free of the usual lower bound.";
    "internal.metadata.max.batch.size.in.bytes": Int = Value("8388608"), Any, Low, ReadOnly, Internal, No(QUORUM), [],
        "Largest batch in the metadata log.";
    "metadata.log.max.record.bytes.between.snapshots": Long = Value("20971520"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Bytes of metadata records after which a snapshot is written.";
    "metadata.log.max.snapshot.interval.ms": Long = Value("3600000"), AtLeast(0), High, ReadOnly, Public, Yes, [],
        "Time after which a snapshot is written if anything changed.";
    "metadata.log.segment.bytes": Int = Value("1073741824"), AtLeast(8_388_608), High, ReadOnly, Public, Yes, [],
        "Largest size of a metadata segment.";
    "metadata.log.segment.ms": Long = Value("604800000"), Any, High, ReadOnly, Public, No(METADATA_KEPT), [],
        "Time after which a new metadata segment begins.";
    "metadata.max.idle.interval.ms": Int = Value("500"), AtLeast(0), Low, ReadOnly, Public, No(QUORUM), [],
        "How often an idle controller writes an empty record.";
    "metadata.max.retention.bytes": Long = Value("104857600"), Any, High, ReadOnly, Public, No(METADATA_KEPT), [],
        "Size of log and snapshots above which old metadata goes.";
    "metadata.max.retention.ms": Long = Value("604800000"), Any, High, ReadOnly, Public, No(METADATA_KEPT), [],
        "Age from which on old metadata goes.";
    "node.id": Int = Required, AtLeast(0), High, ReadOnly, Public, Yes, [],
        "Number of this node.";
    "process.roles": List = Required, EachOneOf(&["broker", "controller"]), High, ReadOnly, Public, Yes, [],
        "What this node does; broker,controller together is served.";
    "server.max.startup.time.ms": Long = Value("9223372036854775807"), AtLeast(0), Medium, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "How long the start may take before it counts as failed.";
    "unstable.api.versions.enable": Boolean = Value("false"), Any, High, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "Whether versions of APIs under work are served.";
    "unstable.feature.versions.enable": Boolean = Value("false"), Any, High, ReadOnly, Internal, No(NO_SUCH_PART), [],
        "Whether versions of features under work may be used.";
}
