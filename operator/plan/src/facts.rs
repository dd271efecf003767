//! What was seen before a plan is made: Kubernetes' side and the brokers' side.
//!
//! The shell fills these and decides nothing; every value that could not be read is [`Fact::Unknown`] with the reason.

use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use crate::child::ChildKey;
use crate::fact::Fact;

/// What was seen of one cluster.
#[derive(Clone, Debug)]
pub struct ClusterFacts {
    /// When it was seen.
    pub now: Timestamp,
    /// The children that Kubernetes has, by kind and name: everything with the labels of the cluster and the operator.
    pub children: Fact<BTreeMap<ChildKey, Value>>,
    /// Its pods.
    pub pods: Fact<Vec<PodFact>>,
    /// Its volume claims.
    pub claims: Fact<Vec<ClaimFact>>,
    /// Address of each listener and node as clients reach it from where the listener is for: Services, load balancers,
    /// ports of nodes. Internal listeners need none.
    pub addresses: Fact<BTreeMap<(String, AddressOf), HostPort>>,
    /// What the cluster says about itself.
    pub kafka: Fact<KafkaFacts>,
}

/// Whose address it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum AddressOf {
    /// Of all brokers, to begin with.
    Bootstrap,
    /// Of one broker.
    Node(i32),
}

/// A host and a port.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct HostPort {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: i32,
}

/// A pod of a cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PodFact {
    /// Its name.
    pub name: String,
    /// Its UID, with which alone it may be deleted.
    pub uid: String,
    /// Its pool.
    pub pool: String,
    /// Its node id.
    pub node_id: i32,
    /// Fingerprint of the template that it was made from, from its annotation; `None` if it has none.
    pub template: Option<String>,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether it is being deleted.
    pub terminating: bool,
    /// Why it does not run and will not by itself; `None` for a pod that runs or is starting, however slowly.
    pub trouble: Option<PodTrouble>,
}

/// Why a pod does not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PodTrouble {
    /// What it is.
    pub kind: TroubleKind,
    /// What Kubernetes says.
    pub message: String,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TroubleKind {
    /// No Kubernetes node takes it.
    Unschedulable,
    /// Its image does not come.
    ImagePull,
    /// Its container ends again and again, or cannot be made.
    CrashLoop,
}

/// The volume claim of a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimFact {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// Its pool.
    pub pool: String,
    /// Node id of the node that it belongs to.
    pub node_id: i32,
    /// Size that it asks for, as a quantity.
    pub requested: String,
    /// Whether its file system grows only when its pod restarts.
    pub restart_to_grow: bool,
    /// Whether its class lets it grow.
    pub expandable: Fact<bool>,
    /// Whether a pod uses it, by a look at the moment and not from a cache.
    pub mounted: Fact<bool>,
}

/// What a cluster says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct KafkaFacts {
    /// Its id.
    pub cluster_id: String,
    /// Its registered brokers.
    pub brokers: BTreeMap<i32, BrokerFact>,
    /// Its quorum; `Unknown` while no active controller answers.
    pub quorum: Fact<QuorumFact>,
    /// How well its partitions are replicated.
    pub partitions: Fact<PartitionsFact>,
    /// Most replicas of a partition, 0 without partitions.
    pub largest_replication_factor: Fact<i32>,
    /// Configuration that was set for all brokers while they run.
    pub dynamic_config: Fact<BTreeMap<String, String>>,
    /// Whether a node may stop; asked for the nodes that a step may be about.
    pub safe_to_stop: BTreeMap<i32, Fact<StopVerdict>>,
    /// Whether a node has caught up.
    pub caught_up: BTreeMap<i32, Fact<bool>>,
    /// Replicas that are moving now.
    pub moving: Fact<i64>,
    /// The bucket of older records as each broker that answers sees it; nothing of a cluster without nodes.
    pub tier: BTreeMap<i32, Fact<TierFact>>,
    /// Brokers for which a spread was asked and is complete or under way, from the balancer.
    pub spread_to: Fact<Vec<i32>>,
}

/// The bucket of older records as one broker sees it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TierFact {
    /// Whether it uses one at all.
    pub enabled: bool,
    /// What is wrong, and what the store said; none while it is used, or not tried yet.
    pub trouble: Option<(TierTrouble, String)>,
    /// Whether the store was found fit.
    pub used: bool,
    /// Whether records for tiered topics are refused because local disks hold what they may.
    pub produce_blocked: bool,
    /// What tiered topics have, in the partitions that it leads.
    pub held: TierBytes,
}

/// What is wrong with a bucket.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum TierTrouble {
    /// The prefix belongs to another cluster.
    OtherCluster,
    /// The store does not honour conditional writes.
    NoConditions,
    /// What is configured is no store.
    Configuration,
    /// The keys or the token are not valid.
    Credentials,
    /// They are, and may not do this.
    Denied,
    /// There is no such bucket.
    NoBucket,
    /// It lies in another region.
    Region,
    /// Clocks differ too much.
    Clock,
    /// It has no room.
    Full,
    /// It does not answer, or with errors that pass.
    Unreachable,
}

/// What a topic, or all of them, have in both tiers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TierBytes {
    /// Bytes on the disks of leaders.
    pub local_bytes: i64,
    /// Bytes in the bucket.
    pub remote_bytes: i64,
    /// Bytes of closed segments that are not there.
    pub lag_bytes: i64,
    /// Age of the newest record of the oldest of them, in ms.
    pub lag_ms: i64,
}

impl TierBytes {
    /// What two brokers lead together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            local_bytes: self.local_bytes + other.local_bytes,
            remote_bytes: self.remote_bytes + other.remote_bytes,
            lag_bytes: self.lag_bytes + other.lag_bytes,
            lag_ms: self.lag_ms.max(other.lag_ms),
        }
    }
}

/// A registered broker.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrokerFact {
    /// Whether the controller sends no clients to it.
    pub fenced: bool,
    /// Whether it takes no new replicas.
    pub cordoned: bool,
    /// Replicas that it has or is getting, those of running reassignments included.
    pub replicas: Fact<i64>,
    /// Partitions that it leads and another replica in sync could.
    pub movable_leaders: Fact<i64>,
}

/// The quorum of controllers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QuorumFact {
    /// The active controller.
    pub leader: i32,
    /// Those who vote.
    pub voters: BTreeMap<i32, MemberFact>,
    /// Those who only read, brokers too.
    pub observers: BTreeMap<i32, MemberFact>,
}

/// One that has the metadata log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MemberFact {
    /// Identity of its directory.
    pub directory: String,
    /// Whether it has all that the leader has, but for what came this moment.
    pub caught_up: bool,
}

/// How well partitions are replicated.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PartitionsFact {
    /// All of them.
    pub total: i64,
    /// With a replica out of sync.
    pub under_replicated: i64,
    /// With fewer in sync than acks=all needs.
    pub under_min_isr: i64,
    /// Without a leader.
    pub offline: i64,
}

/// Whether a node may stop, as the active controller says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StopVerdict {
    /// What stands in the way; empty if nothing does.
    pub obstacles: Vec<Obstacle>,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Obstacle {
    /// What it is.
    pub kind: ObstacleKind,
    /// A sentence.
    pub text: String,
}

/// Kinds of obstacles, as far as they matter here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ObstacleKind {
    /// A partition has its only replicas there: waiting does not help.
    OnlyCopy,
    /// The quorum would lose its majority.
    QuorumMajority,
    /// Anything else.
    Other,
}
