//! Planted bugs, each of which breaks a rule: so that every checker is known to see one.

/// A bug of a driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Nothing is planted.
    #[default]
    None,
    /// A leader answers producers with acks=all when its own log has their records.
    EarlyAcknowledgement,
    /// A follower is believed to have what it is about to be sent.
    InflatedFollower,
    /// A follower does not cut what parted from its leader.
    IgnoredDivergence,
    /// A consumer reads to the log end.
    UnboundedRead,
    /// A coordinator answers before the replicas have what it wrote.
    EarlyCommit,
    /// Whoever is the preferred leader leads, whatever the controller says.
    StolenLead,
    /// A broker passes over changes of partitions.
    SkippedChanges,
    /// Sequences of producers are not looked at.
    IgnoredSequences,
    /// A leader does not know how many replicas have to be in sync.
    AnyInSync,
    /// A leader takes a producer's batch before those that should precede it.
    TakenGaps,
    /// A broker leaves out the second of several batches that a consumer is to get.
    LeftOutBatch,
    /// A coordinator takes a commit of any generation for one of the newest.
    AnyGeneration,
    /// A leader tells nobody who is in sync.
    KeptProposals,
    /// Who asks below the log start is answered from there on.
    SilentSkip,
    /// Who writes is told that the device has it when it said that it has not.
    SwallowedSyncs,
    /// A broker tells nobody where its replicas lie.
    KeptPlaces,
    /// A snapshot of the metadata lacks the configurations.
    PoorSnapshot,
    /// A broker takes a snapshot of the metadata without looking at what it changes.
    UnreadSnapshot,
    /// A follower does not tell the leader of its session where its partitions stand by now.
    ForgottenChanges,
    /// The object store writes whatever the condition says.
    IgnoredConditions,
    /// A leader tells its log of a copy before the manifest names it.
    UnnamedCopies,
    /// A leader deletes an object that the manifest names.
    DeletedCopies,
    /// A leader sends half of a segment.
    TornCopies,
    /// A leader lets go what retention keeps.
    EagerRetention,
    /// A leader serves what the store gave as it came.
    ServedDamage,
    /// Nobody looks after what the leader of a deleted topic left.
    LeftFolders,
    /// Topics that are there are taken for deleted ones.
    SweptTopics,
}

impl Sabotage {
    /// The bug of that name, for the command line.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::EarlyAcknowledgement,
            Self::InflatedFollower,
            Self::IgnoredDivergence,
            Self::UnboundedRead,
            Self::EarlyCommit,
            Self::StolenLead,
            Self::SkippedChanges,
            Self::IgnoredSequences,
            Self::AnyInSync,
            Self::TakenGaps,
            Self::LeftOutBatch,
            Self::SwallowedSyncs,
            Self::SilentSkip,
            Self::KeptProposals,
            Self::AnyGeneration,
            Self::KeptPlaces,
            Self::PoorSnapshot,
            Self::UnreadSnapshot,
            Self::ForgottenChanges,
            Self::IgnoredConditions,
            Self::UnnamedCopies,
            Self::DeletedCopies,
            Self::TornCopies,
            Self::EagerRetention,
            Self::ServedDamage,
            Self::LeftFolders,
            Self::SweptTopics,
        ];
        all.into_iter()
            .find(|bug| format!("{bug:?}").eq_ignore_ascii_case(name))
    }
}
