//! Broker configs of idempotent and transactional producers.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_PRODUCERS:
    "add.partitions.to.txn.retry.backoff.max.ms": Int = Value("100"), AtLeast(0), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Longest pause before the broker asks again to add a partition to a transaction.";
    "add.partitions.to.txn.retry.backoff.ms": Int = Value("20"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "First pause before the broker asks again to add a partition to a transaction.";
    "producer.id.expiration.check.interval.ms": Int = Value("600000"), AtLeast(1), Low, ReadOnly, Internal, Yes, [],
        "How often idle producers are looked for.";
    "producer.id.expiration.ms": Int = Value("86400000"), AtLeast(1), Low, ClusterWide, Public, Yes, [],
        "How long the state of an idle producer is kept.";
    "producer.purgatory.purge.interval.requests": Int = Value("1000"), Any, Medium, ReadOnly, Public, No(NO_SUCH_PART), [],
        "How many finished requests pile up before the waiting produces are tidied.";
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": Int = Value("10000"), AtLeast(1), Low, ReadOnly, Public, No(TRANSACTIONS), [],
        "How often transactions that timed out are aborted.";
    "transaction.max.timeout.ms": Int = Value("900000"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Longest transaction timeout that a producer may ask for.";
    "transaction.partition.verification.enable": Boolean = Value("true"), Any, Low, ClusterWide, Public, No(TRANSACTIONS), [],
        "Whether a partition checks that a transaction knows it.";
    "transaction.remove.expired.transaction.cleanup.interval.ms": Int = Value("3600000"), AtLeast(1), Low, ReadOnly, Public, No(TRANSACTIONS), [],
        "How often idle transactional ids are looked for.";
    "transaction.state.log.load.buffer.size": Int = Value("5242880"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Bytes read at a time while transaction state is loaded.";
    "transaction.state.log.min.isr": Int = Value("2"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "In-sync replicas that the transaction topic needs.";
    "transaction.state.log.num.partitions": Int = Value("50"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Partitions of the transaction topic.";
    "transaction.state.log.replication.factor": Short = Value("3"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Replicas of the transaction topic.";
    "transaction.state.log.segment.bytes": Int = Value("104857600"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "Largest segment of the transaction topic.";
    "transaction.two.phase.commit.enable": Boolean = Value("false"), Any, Low, ReadOnly, Public, No(TRANSACTIONS), [],
        "Whether producers may leave a transaction prepared for ever.";
    "transactional.id.expiration.ms": Int = Value("604800000"), AtLeast(1), High, ReadOnly, Public, No(TRANSACTIONS), [],
        "How long an idle transactional id is kept.";
}
