//! What can be wrong with metadata: with a record against the state, and with bytes on disk.

use broker_codec::{DecodeError, EncodeError};
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, Offset, PartitionIndex, TopicId, Uuid};
use thiserror::Error;

/// A record contradicts the image that it is replayed on: the log is damaged or was written by other rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// A topic is made whose id exists.
    #[error("topic id {0} exists already")]
    TopicIdExists(TopicId),
    /// A topic is made whose name exists under another id.
    #[error("topic {name} exists already with id {id}")]
    TopicNameExists {
        /// Name of both.
        name: String,
        /// Id of the topic that exists.
        id: TopicId,
    },
    /// A record names a topic that does not exist.
    #[error("no topic has id {0}")]
    UnknownTopicId(TopicId),
    /// A record names a topic that does not exist.
    #[error("no topic is named {0}")]
    UnknownTopicName(String),
    /// A record changes a partition that does not exist.
    #[error("topic {topic} has no partition {partition}")]
    UnknownPartition {
        /// Name of the topic.
        topic: String,
        /// Number of the partition.
        partition: PartitionIndex,
    },
    /// A partition is made that leaves a gap before it.
    #[error("partition {partition} of topic {topic} does not follow its {count} partitions")]
    PartitionGap {
        /// Name of the topic.
        topic: String,
        /// Number of the partition.
        partition: PartitionIndex,
        /// How many partitions the topic has.
        count: usize,
    },
    /// Replicas and their directories differ in number.
    #[error("partition {partition} of topic {topic} has {replicas} replicas but {directories} directories")]
    DirectoryCount {
        /// Name of the topic.
        topic: String,
        /// Number of the partition.
        partition: PartitionIndex,
        /// How many replicas it has.
        replicas: usize,
        /// How many directories are given.
        directories: usize,
    },
    /// A record changes a broker that is not registered.
    #[error("broker {0} is not registered")]
    UnknownBroker(BrokerId),
    /// A record changes another registration of the broker.
    #[error("broker {id} is registered with epoch {registered}, not {given}")]
    BrokerEpoch {
        /// The broker.
        id: BrokerId,
        /// Epoch of its registration.
        registered: BrokerEpoch,
        /// Epoch in the record.
        given: BrokerEpoch,
    },
    /// A record removes a controller that is not registered.
    #[error("controller {0} is not registered")]
    UnknownController(BrokerId),
    /// An enumeration has no such value.
    #[error("{field} has no value {value}")]
    UnknownValue {
        /// What the value stands for.
        field: &'static str,
        /// The value.
        value: i64,
    },
    /// A metadata version that this program does not know.
    #[error("metadata.version {0} is unknown: the log was written by a newer or a much older Kafka")]
    UnknownMetadataVersion(i16),
    /// A record of the move away from ZooKeeper, which no log of Kafka 4 holds in use.
    #[error("the log is in the middle of a migration from ZooKeeper (state {0})")]
    ZkMigration(i8),
    /// An ACL is removed that does not exist.
    #[error("no access control entry has id {0}")]
    UnknownAcl(Uuid),
    /// A metadata transaction begins inside another, or ends outside any.
    #[error("metadata transaction out of order: {0}")]
    Transaction(&'static str),
    /// A record comes at an offset that is not the next one.
    #[error("records at offset {found} do not follow offset {expected}")]
    OffsetOrder {
        /// The offset that comes next.
        expected: Offset,
        /// The offset that came.
        found: Offset,
    },
    /// A directory is named twice, or by several brokers.
    #[error("directory {0} is named twice")]
    DuplicateDirectory(DirectoryId),
}

/// Bytes of the metadata log, of a snapshot or of a file beside them are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogFormatError {
    /// A record batch is damaged.
    #[error("record batch at byte {position}: {reason}")]
    Batch {
        /// Where in the given bytes it stands.
        position: usize,
        /// What is wrong.
        reason: String,
    },
    /// The value of a record is no metadata record.
    #[error("record at offset {offset}: {source}")]
    Record {
        /// Offset of the record.
        offset: Offset,
        /// What is wrong.
        source: DecodeError,
    },
    /// A record without a value.
    #[error("record at offset {0} has no value")]
    NoValue(Offset),
    /// A control record that does not belong there or is malformed.
    #[error("control record at offset {offset}: {reason}")]
    Control {
        /// Offset of the record.
        offset: Offset,
        /// What is wrong.
        reason: String,
    },
    /// A snapshot that lacks its head or its foot.
    #[error("snapshot is incomplete: {0}")]
    IncompleteSnapshot(&'static str),
    /// A text file is not what it should be.
    #[error("{file}: {reason}")]
    Text {
        /// Name of the file.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A record cannot be written.
    #[error("record cannot be written: {0}")]
    Encode(#[from] EncodeError),
}

/// The metadata log cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The bytes are damaged.
    #[error(transparent)]
    Format(#[from] LogFormatError),
    /// A record contradicts those before it.
    #[error("{record} at offset {offset}: {source}")]
    Replay {
        /// Where it stands.
        offset: Offset,
        /// Which record.
        record: &'static str,
        /// What is wrong.
        source: ReplayError,
    },
}

/// A configuration cannot have the value. The messages are Kafka's, since clients and their tests read them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A value is not of the type or out of bounds.
    #[error("Invalid value {value} for configuration {name}: {reason}")]
    InvalidValue {
        /// The configuration.
        name: String,
        /// The value that was given.
        value: String,
        /// What is wrong.
        reason: String,
    },
    /// Topics have no such configuration.
    #[error("Unknown topic config name: {0}")]
    UnknownTopicConfig(String),
    /// Groups have no such configuration.
    #[error("Unknown group config name: {0}")]
    UnknownGroupConfig(String),
    /// Clients cannot be matched with it.
    #[error("Illegal client matching pattern: {0}")]
    ClientPattern(String),
    /// Refused for a reason that names all that matters.
    #[error("{0}")]
    Refused(String),
}
