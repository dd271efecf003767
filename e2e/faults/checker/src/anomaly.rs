//! What can be wrong with a history, each with the invariant that it breaks.

use serde::Serialize;

/// A kind of anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anomaly {
    /// An acknowledged record is missing in a complete read (I1).
    LostWrite,
    /// An acknowledged record lies beyond the end of a complete read (I1).
    UnseenWrite,
    /// A send was acknowledged while fewer replicas than the minimum were in sync (I2).
    AckUnderMin,
    /// A record of an idempotent producer stands at two offsets in one of its epochs, or a sequence number does (I3).
    Duplicate,
    /// Records of one producer stand in another order than they were sent in (I4).
    Reordered,
    /// Two records were seen at one offset (I5).
    InconsistentOffset,
    /// A record that a consumer read is not there any more (I5, I7).
    VanishedRead,
    /// An offset below the end holds nothing, and nothing explains it (I6).
    OffsetGap,
    /// The high watermark went back within a leader epoch (I7).
    HighWatermarkBack,
    /// The last stable offset went back within a leader epoch (I7).
    StableOffsetBack,
    /// The start of the log went back (I8).
    LogStartBack,
    /// A record was read whose send is known not to have happened (I9).
    FailedRead,
    /// A record of an aborted transaction was read by one who reads only committed ones (I9).
    AbortedRead,
    /// Of a committed transaction some records are there and others not (I10).
    TornTransaction,
    /// A consumer went over records without being handed them.
    PollSkip,
    /// A consumer was handed an offset again, or an earlier one, without having been moved.
    PollBack,
    /// An acknowledged commit is forgotten or went back (I15).
    CommitLost,
    /// A group goes on where nobody committed (I15).
    CommitInvented,
    /// A commit of an older generation was taken after one of a newer (I16).
    StaleCommit,
    /// Two members own one partition in one generation (I16).
    TwoOwners,
    /// Replicas hold different bytes between the same offsets (I18).
    ReplicasDiffer,
    /// A reader was sent a batch with bytes that no disk ever held (I19).
    OtherBytes,
    /// Two nodes lead one partition in one epoch (I27).
    TwoLeaders,
    /// Two nodes lead the metadata quorum in one epoch (I27).
    TwoControllers,
    /// An acknowledged change of metadata is not there (I27).
    MetadataLost,
}

impl Anomaly {
    /// Its name in reports and of its history in the self-test.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// What was found of one kind: how often, and the first few cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What it is.
    pub anomaly: Anomaly,
    /// How often.
    pub count: u64,
    /// The first cases, for a reader.
    pub examples: Vec<String>,
}
