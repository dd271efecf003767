//! What a quorum member is told when it is made: who it is, where it listens, whom to ask, how long to wait.

use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_model::{ClusterId, DirectoryId};

use crate::ReplicaKey;

/// Settings of one member; they do not change while it runs.
#[derive(Clone, Debug)]
pub struct RaftSettings {
    /// This replica.
    pub replica: ReplicaKey,
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Name of the listener on which members reach one another.
    pub listener: String,
    /// Where this replica listens as a controller; none for a broker.
    pub endpoints: Vec<VoterEndpoint>,
    /// Lowest and highest `kraft.version` that it supports.
    pub kraft_version_range: (i16, i16),
    /// Where to ask for the leader while nobody is known (`controller.quorum.bootstrap.servers`).
    pub bootstrap_servers: Vec<HostAndPort>,
    /// Whether it becomes a voter by itself.
    pub auto_join: AutoJoin,
    /// How long to wait for what.
    pub timeouts: RaftTimeouts,
    /// Most bytes of records in one fetch.
    pub fetch_bytes_max: i32,
    /// Most bytes in one piece of a snapshot.
    pub snapshot_bytes_max: i32,
    /// Seed of the jitter of election timeouts; each node's own.
    pub seed: u64,
}

/// Whether a controller that does not vote asks the leader to make it a voter (KIP-1186).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoJoin {
    /// An administrator does.
    Off,
    /// It does.
    On,
}

/// A place to connect to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostAndPort {
    /// Name or address of the host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// Durations in milliseconds, named as Kafka names them (`controller.quorum.*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaftTimeouts {
    /// Least time that an election may take; up to as much again is added by chance.
    pub election_timeout_ms: u64,
    /// How long a follower waits for a fetch to succeed before it asks for an election.
    pub fetch_timeout_ms: u64,
    /// Most time between two elections of the same candidate.
    pub election_backoff_max_ms: u64,
    /// How long an answer may take.
    pub request_timeout_ms: u64,
    /// How long a node is left alone after a failed request.
    pub retry_backoff_ms: u64,
    /// How long a leader may hold a fetch that has nothing to bring.
    pub fetch_max_wait_ms: u64,
    /// How long a follower whose connection to the leader broke tries again before it asks for an election.
    pub broken_connection_ms: u64,
}

impl Default for RaftTimeouts {
    fn default() -> Self {
        Self {
            election_timeout_ms: 1_000,
            fetch_timeout_ms: 2_000,
            election_backoff_max_ms: 1_000,
            request_timeout_ms: 2_000,
            retry_backoff_ms: 20,
            fetch_max_wait_ms: 500,
            broken_connection_ms: 100,
        }
    }
}

impl RaftTimeouts {
    /// How long a leader may go without fetches from a majority: one and a half fetch timeouts, for the time that
    /// requests are on their way.
    pub(crate) const fn check_quorum_ms(&self) -> u64 {
        self.fetch_timeout_ms.saturating_mul(3) / 2
    }

    /// How long a voter may go without a fetch before the leader tells it again who leads.
    pub(crate) const fn begin_quorum_epoch_ms(&self) -> u64 {
        self.fetch_timeout_ms / 2
    }
}

impl RaftSettings {
    /// This replica as a voter.
    pub(crate) fn as_voter(&self, directory_id: DirectoryId) -> Voter {
        Voter {
            id: self.replica.id,
            directory_id,
            endpoints: self.endpoints.clone(),
            kraft_version_range: self.kraft_version_range,
        }
    }

    /// Which of a node's endpoints its peers use.
    pub(crate) fn address(&self, endpoints: &[VoterEndpoint]) -> Option<HostAndPort> {
        let same_name = endpoints.iter().find(|endpoint| endpoint.name == self.listener);
        same_name.or(endpoints.first()).map(|endpoint| HostAndPort {
            host: endpoint.host.clone(),
            port: endpoint.port,
        })
    }
}
