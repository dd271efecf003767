//! What the active controller knows when it is asked whether nodes may stop: its image, who was heard, how far the
//! quorum is; and the obstacles that it names.
//!
//! Facts are three-valued: known to be well, known to be not, not known. Invariant: nothing here counts as well because
//! it is not known. Who is asked for the facts and when is the server's; what they mean is `safe_to_stop`'s and
//! `caught_up`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use broker_metadata::{BrokerRegistration, MetadataImage, PartitionRegistration};
use broker_model::{BrokerId, MonotonicMs, Offset, PartitionIndex, Timestamp};

use crate::BrokerSessions;

/// Records that a reader of the metadata may be behind and still count as current: it reads them within milliseconds.
pub const METADATA_LAG_MAX: i64 = 1_000;

/// How long a voter may be silent, or behind, in milliseconds: one and a half times the usual fetch timeout of the
/// quorum, after which a leader itself no longer believes that it leads.
pub const VOTER_SILENCE_MAX_MS: i64 = 3_000;

/// Everything that a verdict rests on.
#[derive(Clone, Debug)]
pub struct AvailabilityFacts {
    /// What the cluster has decided.
    pub image: MetadataImage,
    /// How far the brokers that the active controller hears have read the metadata. Who is not in it was not heard.
    pub heard: BTreeMap<BrokerId, Offset>,
    /// The quorum as its leader sees it; `None` when it could not be asked.
    pub quorum: Option<QuorumFacts>,
    /// When the facts were gathered.
    pub now: Timestamp,
}

/// The quorum as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumFacts {
    /// Below which offset all metadata is committed.
    pub high_watermark: Offset,
    /// Everybody who votes.
    pub voters: Vec<VoterFacts>,
}

/// How far one voter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoterFacts {
    /// Which.
    pub id: BrokerId,
    /// Offset after the last record that it has.
    pub log_end: Option<Offset>,
    /// When it had everything last.
    pub last_caught_up: Option<Timestamp>,
}

impl AvailabilityFacts {
    /// Brokers that are heard, with the offset up to which each has read the metadata: those of which this controller
    /// had a sign of life itself, in time. That a new controller takes everybody for alive does not count.
    pub fn heard_by(
        sessions: &BrokerSessions,
        image: &MetadataImage,
        now: MonotonicMs,
    ) -> BTreeMap<BrokerId, Offset> {
        let alive = image.cluster.brokers.values();
        alive
            .filter(|broker| sessions.is_alive(broker, now))
            .filter_map(|broker| Some((broker.id, sessions.metadata_offset(broker.id)?)))
            .collect()
    }

    /// Whether a replica that the in-sync set names can be counted on: its broker is let in and heard, and its
    /// directory is there.
    pub(crate) fn is_up(&self, broker: BrokerId, partition: &PartitionRegistration) -> bool {
        self.heard.contains_key(&broker) && is_listed_up(&self.image, broker, partition)
    }

    /// Names what makes the facts themselves doubtful: a quorum that could not be asked, that is not behind this
    /// leader any more, or that has committed what the image lacks. Answers the quorum if it could be asked.
    pub(crate) fn checked_quorum(&self, verdict: &mut Verdict) -> Option<&QuorumFacts> {
        let Some(quorum) = &self.quorum else {
            verdict.add(Obstacle::Quorum(QuorumObstacle::Unknown));
            return None;
        };
        let has = self.image.provenance.last_contained_offset.value();
        let last_committed = quorum.high_watermark.value().saturating_sub(1);
        let lag = last_committed.saturating_sub(has);
        if lag > METADATA_LAG_MAX {
            verdict.add(Obstacle::Quorum(QuorumObstacle::Stale(lag)));
        }
        let (current, voters) = (self.current_voters(quorum).len(), quorum.voters.len());
        if !quorum.is_majority(current) {
            let obstacle = QuorumObstacle::WithoutMajority(current, voters);
            verdict.add(Obstacle::Quorum(obstacle));
        }
        Some(quorum)
    }

    /// Voters that have the newest metadata.
    pub(crate) fn current_voters(&self, quorum: &QuorumFacts) -> BTreeSet<BrokerId> {
        let current = quorum.voters.iter().filter(|voter| self.is_current(voter));
        current.map(|voter| voter.id).collect()
    }

    /// A time that lies in the future, after the clock was set back, says nothing.
    pub(crate) fn is_current(&self, voter: &VoterFacts) -> bool {
        voter.last_caught_up.is_some_and(|when| {
            let age = self.now.as_ms().saturating_sub(when.as_ms());
            (0..=VOTER_SILENCE_MAX_MS).contains(&age)
        })
    }
}

impl QuorumFacts {
    /// Whether so many voters decide.
    pub(crate) const fn is_majority(&self, count: usize) -> bool {
        count > self.voters.len() / 2
    }
}

/// Whether the image itself says that the replica can be counted on.
pub(crate) fn is_listed_up(
    image: &MetadataImage,
    broker: BrokerId,
    partition: &PartitionRegistration,
) -> bool {
    image
        .cluster
        .broker(broker)
        .is_some_and(|registration| registration.is_active() && has_directory(registration, partition))
}

/// Whether the broker's replica lies in a directory that is online.
pub(crate) fn has_directory(registration: &BrokerRegistration, partition: &PartitionRegistration) -> bool {
    partition
        .directory_of(registration.id)
        .is_some_and(|directory| registration.has_online_directory(directory))
}

/// What an answer rests on, and what stands in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Some of what stands in the way, in the order in which it was found.
    pub obstacles: Vec<Obstacle>,
    /// How many of each kind there are, named or not.
    pub counts: BTreeMap<ObstacleKind, u64>,
    limit: usize,
}

impl Verdict {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Whether nothing stands in the way.
    pub fn is_clear(&self) -> bool {
        self.counts.is_empty()
    }

    pub(crate) fn add(&mut self, obstacle: Obstacle) {
        *self.counts.entry(obstacle.kind()).or_default() += 1;
        if self.obstacles.len() < self.limit {
            self.obstacles.push(obstacle);
        }
    }
}

/// What can stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObstacleKind {
    /// The active controller could not tell how its quorum is.
    QuorumUnknown,
    /// The image is behind what the quorum has committed.
    MetadataStale,
    /// No majority of the voters is up to date now.
    QuorumWithoutMajority,
    /// No majority of voters that are up to date would be left.
    QuorumWouldLoseMajority,
    /// The cluster does not know the node.
    UnknownNode,
    /// The broker is fenced.
    BrokerFenced,
    /// The broker is on its way to stop.
    BrokerStopping,
    /// The active controller has not heard the broker itself, or not in time.
    BrokerNotHeard,
    /// The broker has not read the newest metadata.
    BrokerMetadataBehind,
    /// The voter is silent or behind.
    VoterBehind,
    /// Nobody leads the partition.
    PartitionWithoutLeader,
    /// The leader was elected unclean and is not repaired yet.
    PartitionRecovering,
    /// Every replica would stop.
    PartitionLosesAllReplicas,
    /// No replica in sync would be left.
    PartitionWouldBeOffline,
    /// Fewer replicas in sync would be left than `min.insync.replicas`.
    PartitionWouldBeUnderMinIsr,
    /// The node's replica is not in sync.
    ReplicaNotInSync,
    /// The node's replica lies in a directory that is offline or lost.
    ReplicaOffline,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is about the quorum as a whole.
    Quorum(QuorumObstacle),
    /// It is about a node.
    Node(BrokerId, NodeObstacle),
    /// It is about a partition.
    Partition(Arc<str>, PartitionIndex, PartitionObstacle),
}

/// What is wrong with the quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuorumObstacle {
    /// Its leader could not be asked.
    Unknown,
    /// The image lacks so many committed records.
    Stale(i64),
    /// So many voters of so many are up to date.
    WithoutMajority(usize, usize),
    /// So many voters of so many would be left that are up to date.
    WouldLoseMajority(usize, usize),
}

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeObstacle {
    /// The cluster does not know it.
    Unknown,
    /// It is fenced.
    Fenced,
    /// It is on its way to stop.
    Stopping,
    /// It was not heard.
    NotHeard,
    /// It lacks so many metadata records.
    MetadataBehind(i64),
    /// As a voter it is silent or behind.
    VoterBehind,
}

/// What is wrong with a partition, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionObstacle {
    /// Nobody leads it.
    WithoutLeader,
    /// Its leader was elected unclean.
    Recovering,
    /// All its replicas would stop.
    LosesAllReplicas,
    /// None in sync would be left.
    WouldBeOffline,
    /// So many in sync would be left, and so many are needed.
    WouldBeUnderMinIsr(usize, usize),
    /// The replica of this broker is not in sync.
    NotInSync(BrokerId),
    /// The replica of this broker lies in a directory that is not there.
    ReplicaOffline(BrokerId),
}

impl Obstacle {
    /// Of which kind it is.
    pub const fn kind(&self) -> ObstacleKind {
        match self {
            Self::Quorum(quorum) => match quorum {
                QuorumObstacle::Unknown => ObstacleKind::QuorumUnknown,
                QuorumObstacle::Stale(_) => ObstacleKind::MetadataStale,
                QuorumObstacle::WithoutMajority(..) => ObstacleKind::QuorumWithoutMajority,
                QuorumObstacle::WouldLoseMajority(..) => ObstacleKind::QuorumWouldLoseMajority,
            },
            Self::Node(_, node) => match node {
                NodeObstacle::Unknown => ObstacleKind::UnknownNode,
                NodeObstacle::Fenced => ObstacleKind::BrokerFenced,
                NodeObstacle::Stopping => ObstacleKind::BrokerStopping,
                NodeObstacle::NotHeard => ObstacleKind::BrokerNotHeard,
                NodeObstacle::MetadataBehind(_) => ObstacleKind::BrokerMetadataBehind,
                NodeObstacle::VoterBehind => ObstacleKind::VoterBehind,
            },
            Self::Partition(_, _, partition) => match partition {
                PartitionObstacle::WithoutLeader => ObstacleKind::PartitionWithoutLeader,
                PartitionObstacle::Recovering => ObstacleKind::PartitionRecovering,
                PartitionObstacle::LosesAllReplicas => ObstacleKind::PartitionLosesAllReplicas,
                PartitionObstacle::WouldBeOffline => ObstacleKind::PartitionWouldBeOffline,
                PartitionObstacle::WouldBeUnderMinIsr(..) => ObstacleKind::PartitionWouldBeUnderMinIsr,
                PartitionObstacle::NotInSync(_) => ObstacleKind::ReplicaNotInSync,
                PartitionObstacle::ReplicaOffline(_) => ObstacleKind::ReplicaOffline,
            },
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quorum(quorum) => quorum.fmt(f),
            Self::Node(id, node) => write!(f, "node {id} {node}"),
            Self::Partition(topic, index, partition) => write!(f, "{topic}-{index} {partition}"),
        }
    }
}

impl fmt::Display for QuorumObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the controller could not tell how its quorum is"),
            Self::Stale(lag) => write!(f, "the controller lacks {lag} committed metadata records"),
            Self::WithoutMajority(current, of) => {
                write!(
                    f,
                    "{current} of {of} voters are up to date, and that is no majority"
                )
            }
            Self::WouldLoseMajority(left, of) => {
                write!(
                    f,
                    "{left} of {of} voters would be left up to date, and that is no majority"
                )
            }
        }
    }
}

impl fmt::Display for NodeObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("is not known to the cluster"),
            Self::Fenced => f.write_str("is fenced"),
            Self::Stopping => f.write_str("is on its way to stop"),
            Self::NotHeard => f.write_str("was not heard by the active controller in time"),
            Self::MetadataBehind(lag) => write!(f, "lacks {lag} metadata records"),
            Self::VoterBehind => f.write_str("votes, and is silent or behind"),
        }
    }
}

impl fmt::Display for PartitionObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithoutLeader => f.write_str("has no leader"),
            Self::Recovering => f.write_str("was elected unclean and is not repaired yet"),
            Self::LosesAllReplicas => f.write_str("has no replica elsewhere"),
            Self::WouldBeOffline => f.write_str("would have no replica in sync"),
            Self::WouldBeUnderMinIsr(left, needed) => {
                write!(f, "would have {left} replicas in sync and needs {needed}")
            }
            Self::NotInSync(broker) => write!(f, "is not in sync on broker {broker}"),
            Self::ReplicaOffline(broker) => {
                write!(f, "lies in a directory of broker {broker} that is not there")
            }
        }
    }
}
