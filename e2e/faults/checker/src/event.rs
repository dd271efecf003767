//! The lines of a history: what clients did, what they were answered, what probes saw and what faults were injected.
//!
//! Times are microseconds since the run began. A line stands where the thing completed, so the order of lines is the
//! order of completions. A value is `client:number`, unique in its topic, its numbers rising in the order of sending.

use serde::{Deserialize, Serialize};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was acknowledged.
    Ok,
    /// It is proven that it did not happen.
    Fail,
    /// Nobody knows: a timeout, a broken connection.
    Info,
}

/// What an acknowledgement of a send promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// `acks=all`: the record outlives its leader.
    All,
    /// `acks=1`: the leader has it, nothing more.
    Leader,
}

/// What a reader asked to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Everything below the high watermark.
    #[default]
    Uncommitted,
    /// Only what is decided, below the last stable offset.
    Committed,
}

/// How a transaction ended, as its client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionEnd {
    /// The commit was acknowledged.
    Commit,
    /// The abort was acknowledged.
    Abort,
    /// Unknown.
    Info,
}

/// Which edge of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It was injected.
    Begin,
    /// It was healed.
    End,
}

/// A batch as it stands in a log: who wrote it, and under which sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Offset of its first record.
    pub from: i64,
    /// Offset behind its last record.
    pub to: i64,
    /// Id of the producer; -1 for none.
    pub producer: i64,
    /// Epoch of the producer.
    pub epoch: i16,
    /// Sequence number of its first record.
    pub sequence: i32,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "f", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// One record was sent and answered, or given up.
    Send {
        client: String,
        topic: String,
        partition: i32,
        number: u64,
        promise: Promise,
        idempotent: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<String>,
        invoked: i64,
        completed: i64,
        result: Outcome,
        /// Where the acknowledgement says it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<i64>,
        /// What the client said of a send that was not acknowledged; for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A transaction ended.
    Transaction {
        id: String,
        end: TransactionEnd,
        at: i64,
    },
    /// A reader was handed records of one partition: offset and value.
    Poll {
        client: String,
        topic: String,
        partition: i32,
        at: i64,
        #[serde(default)]
        isolation: Isolation,
        /// Part of a complete read after the load has ended.
        #[serde(default)]
        last: bool,
        records: Vec<(i64, String)>,
    },
    /// A reader starts elsewhere: after a rebalance, a seek, a reset. It forgets all its positions.
    Assign { client: String, at: i64 },
    /// A reader has read all of a partition from `from` up to the high watermark `to` after the load ended.
    ReadAll {
        client: String,
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        at: i64,
    },
    /// A reader found these batches in a log after the load ended.
    Batches {
        topic: String,
        partition: i32,
        batches: Vec<Batch>,
    },
    /// Batches as the disk of a node held them: first offset, and a digest of all their bytes.
    OnDisk {
        node: i32,
        topic: String,
        partition: i32,
        batches: Vec<(i64, String)>,
    },
    /// Batches as a reader was sent them, in the same way.
    Served {
        client: String,
        topic: String,
        partition: i32,
        batches: Vec<(i64, String)>,
    },
    /// A member of a group committed where it will go on.
    Commit {
        group: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        generation: Option<i32>,
        topic: String,
        partition: i32,
        offset: i64,
        invoked: i64,
        completed: i64,
        result: Outcome,
    },
    /// Somebody asked where a group will go on; -1 is nowhere.
    Committed {
        group: String,
        topic: String,
        partition: i32,
        offset: i64,
        invoked: i64,
        completed: i64,
    },
    /// A member was told what it owns in a generation.
    Owner {
        group: String,
        generation: i32,
        member: String,
        partitions: Vec<(String, i32)>,
        at: i64,
    },
    /// An administrator wrote something: a topic, a config, an ACL.
    Write {
        register: String,
        value: String,
        invoked: i64,
        completed: i64,
        result: Outcome,
    },
    /// An administrator read it; nothing if it is not there.
    Read {
        register: String,
        value: Option<String>,
        invoked: i64,
        completed: i64,
    },
    /// A leader said how far its log goes.
    Watermarks {
        topic: String,
        partition: i32,
        epoch: i32,
        start: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stable: Option<i64>,
        high: i64,
        at: i64,
    },
    /// Somebody said who leads a partition.
    Leader {
        topic: String,
        partition: i32,
        epoch: i32,
        node: i32,
        at: i64,
    },
    /// Somebody said who leads the metadata quorum.
    Controller { epoch: i32, node: i32, at: i64 },
    /// The in-sync replicas were fewer than `min.insync.replicas` all the time between.
    UnderMin {
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
    },
    /// What a replica holds between two offsets, as a digest.
    Replica {
        node: i32,
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        digest: String,
    },
    /// A fault began or ended.
    Fault {
        name: String,
        target: String,
        phase: Phase,
        at: i64,
    },
    /// No send is begun after this.
    LoadEnds { at: i64 },
}

impl Event {
    /// The partition whose log it speaks of, and how many records it holds of it.
    #[must_use]
    pub fn records_of(&self) -> Option<(&str, i32, u64)> {
        match self {
            Self::Send { topic, partition, .. } => Some((topic, *partition, 1)),
            Self::Poll {
                topic,
                partition,
                records,
                ..
            } => Some((topic, *partition, records.len() as u64)),
            Self::Batches {
                topic,
                partition,
                batches,
            } => Some((topic, *partition, batches.len() as u64)),
            Self::OnDisk {
                topic,
                partition,
                batches,
                ..
            }
            | Self::Served {
                topic,
                partition,
                batches,
                ..
            } => Some((topic, *partition, batches.len() as u64)),
            Self::ReadAll { topic, partition, .. } | Self::UnderMin { topic, partition, .. } => {
                Some((topic, *partition, 1))
            }
            _ => None,
        }
    }
}
