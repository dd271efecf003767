//! What a node is to its cluster: `process.roles`, and the `controller.quorum.*` that say whom it asks and how long.
//!
//! Invariant: what comes out can be started with. A node that controls votes in a quorum of fixed members only if it
//! is one of them; a node that does not control knows whom to ask. A node that is both and that names nobody is a
//! cluster of its own.

use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_model::{BrokerId, DirectoryId};
use broker_raft::{AutoJoin, HostAndPort, RaftTimeouts};

use super::reader::Reader;

/// What a node does (KIP-631).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessRoles {
    /// It serves clients and asks the controllers.
    Broker,
    /// It is a member of the quorum and serves no clients.
    Controller,
    /// Both in one process.
    Combined,
}

impl ProcessRoles {
    /// Whether it serves clients.
    pub const fn is_broker(self) -> bool {
        matches!(self, Self::Broker | Self::Combined)
    }

    /// Whether it may lead the quorum.
    pub const fn is_controller(self) -> bool {
        matches!(self, Self::Controller | Self::Combined)
    }
}

/// The metadata quorum as this node is told of it.
#[derive(Clone, Debug)]
pub struct QuorumSettings {
    /// The members of a quorum of `kraft.version` 0 (`controller.quorum.voters`), with the zero directory; empty when
    /// the voters stand in the log.
    pub static_voters: Vec<Voter>,
    /// Where to ask for the leader while nobody is known (`controller.quorum.bootstrap.servers`).
    pub bootstrap_servers: Vec<HostAndPort>,
    /// Name of the listener on which members reach one another: the first of `controller.listener.names`.
    pub listener: String,
    /// Whether a controller that does not vote asks to (`controller.quorum.auto.join.enable`).
    pub auto_join: AutoJoin,
    /// How long to wait for what.
    pub timeouts: RaftTimeouts,
    /// `controller.quorum.fetch.max.bytes`.
    pub fetch_bytes_max: i32,
    /// `controller.quorum.fetch.snapshot.max.bytes`.
    pub snapshot_bytes_max: i32,
}

const ROLES: &str = "process.roles";
const VOTERS: &str = "controller.quorum.voters";
const SERVERS: &str = "controller.quorum.bootstrap.servers";

/// Reads `process.roles`; a node that does not say is both.
pub(super) fn read_roles(reader: &mut Reader<'_>) -> ProcessRoles {
    let roles = reader.list(ROLES);
    let has = |role: &str| roles.iter().any(|other| other == role);
    match (has("broker"), has("controller")) {
        (true, false) => ProcessRoles::Broker,
        (false, true) => ProcessRoles::Controller,
        (true, true) => ProcessRoles::Combined,
        (false, false) => {
            if reader.is_set(ROLES) {
                let remedy = "write broker, controller or broker,controller, or leave it out for both";
                reader.refuse(ROLES, "no role is named", remedy);
            }
            ProcessRoles::Combined
        }
    }
}

/// Reads what belongs to the quorum.
pub(super) fn read_quorum(reader: &mut Reader<'_>, roles: ProcessRoles, node_id: BrokerId) -> QuorumSettings {
    let listener = match reader.list("controller.listener.names").first() {
        Some(name) => name.to_ascii_uppercase(),
        None => super::listeners::CONTROLLER.to_owned(),
    };
    let static_voters = static_voters(reader, &listener);
    let bootstrap_servers = bootstrap_servers(reader);
    check_members(reader, roles, node_id, &static_voters);
    let nobody_named = static_voters.is_empty() && bootstrap_servers.is_empty();
    if nobody_named && roles != ProcessRoles::Combined && !reader.is_set(VOTERS) && !reader.is_set(SERVERS) {
        let why = "the node is not broker and controller at once, and nobody says where the controllers are";
        let remedy = "write host:port of the controllers, or the fixed members into controller.quorum.voters";
        reader.refuse(SERVERS, why, remedy);
    }
    let size = |name: &str| i32::try_from(reader.number(name)).unwrap_or(i32::MAX);
    QuorumSettings {
        static_voters,
        bootstrap_servers,
        listener,
        auto_join: match reader.flag("controller.quorum.auto.join.enable") {
            true => AutoJoin::On,
            false => AutoJoin::Off,
        },
        timeouts: timeouts(reader),
        fetch_bytes_max: size("controller.quorum.fetch.max.bytes"),
        snapshot_bytes_max: size("controller.quorum.fetch.snapshot.max.bytes"),
    }
}

fn timeouts(reader: &Reader<'_>) -> RaftTimeouts {
    let ms = |name: &str| u64::try_from(reader.number(name)).unwrap_or(0);
    RaftTimeouts {
        // Several fetches fit into the timeout, so that one that is late is not taken for a dead leader.
        fetch_max_wait_ms: ms("controller.quorum.fetch.timeout.ms") / 4,
        election_timeout_ms: ms("controller.quorum.election.timeout.ms"),
        fetch_timeout_ms: ms("controller.quorum.fetch.timeout.ms"),
        election_backoff_max_ms: ms("controller.quorum.election.backoff.max.ms"),
        request_timeout_ms: ms("controller.quorum.request.timeout.ms"),
        retry_backoff_ms: ms("controller.quorum.retry.backoff.ms"),
        ..RaftTimeouts::default()
    }
}

/// Kafka's rules about who stands in `controller.quorum.voters`.
fn check_members(reader: &mut Reader<'_>, roles: ProcessRoles, node_id: BrokerId, voters: &[Voter]) {
    let votes = voters.iter().any(|voter| voter.id == node_id);
    if voters.is_empty() || votes == roles.is_controller() {
        return;
    }
    let (why, remedy) = match votes {
        true => (
            format!("it names the node {node_id}, which is no controller"),
            "take the node out, or add controller to process.roles",
        ),
        false => (
            format!("it does not name the node {node_id}, which is a controller"),
            "add the node as id@host:port, or take controller out of process.roles",
        ),
    };
    reader.refuse(VOTERS, why, remedy);
}

fn static_voters(reader: &mut Reader<'_>, listener: &str) -> Vec<Voter> {
    let mut voters: Vec<Voter> = Vec::new();
    for text in reader.list(VOTERS) {
        let parsed = text
            .split_once('@')
            .and_then(|(id, address)| Some((id.parse::<u32>().ok()?, parse_host_and_port(address)?)));
        let Some((Ok(id), address)) = parsed.map(|(id, address)| (i32::try_from(id), address)) else {
            let why = format!("'{text}' is no voter");
            reader.refuse(VOTERS, why, "write id@host:port, with commas between several");
            continue;
        };
        let id = BrokerId::new(id);
        if voters.iter().any(|voter| voter.id == id) {
            reader.refuse(
                VOTERS,
                format!("the node {id} stands there twice"),
                "name every node once",
            );
            continue;
        }
        voters.push(Voter {
            id,
            directory_id: DirectoryId::ZERO,
            endpoints: vec![VoterEndpoint {
                name: listener.to_owned(),
                host: address.host,
                port: address.port,
            }],
            kraft_version_range: (0, 0),
        });
    }
    voters
}

fn bootstrap_servers(reader: &mut Reader<'_>) -> Vec<HostAndPort> {
    let mut servers = Vec::new();
    for text in reader.list(SERVERS) {
        match parse_host_and_port(&text) {
            Some(server) => servers.push(server),
            None => reader.refuse(
                SERVERS,
                format!("'{text}' is no address"),
                "write host:port, with commas between several",
            ),
        }
    }
    servers
}

/// `host:port`; the host may be an IPv6 address in brackets.
pub(crate) fn parse_host_and_port(text: &str) -> Option<HostAndPort> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains([':', '/', '@', ',']) => return None,
        None => host,
    };
    (!host.is_empty()).then(|| HostAndPort {
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn read(lines: &[(&str, &str)]) -> (ProcessRoles, QuorumSettings, Vec<String>) {
        let mut settings = Settings::new();
        for (name, value) in lines {
            settings.set(*name, *value);
        }
        let mut reader = Reader::new(&settings);
        let roles = read_roles(&mut reader);
        let quorum = read_quorum(&mut reader, roles, BrokerId::new(1));
        let problems = reader.into_problems().iter().map(ToString::to_string).collect();
        (roles, quorum, problems)
    }

    #[test]
    fn a_node_that_names_nobody_is_a_cluster_of_its_own() {
        let (roles, quorum, problems) = read(&[]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(roles, ProcessRoles::Combined);
        assert!(quorum.static_voters.is_empty() && quorum.bootstrap_servers.is_empty());
        assert_eq!(quorum.listener, "CONTROLLER");
        let timeouts = RaftTimeouts {
            fetch_timeout_ms: 1_200,
            fetch_max_wait_ms: 300,
            ..RaftTimeouts::default()
        };
        assert_eq!(quorum.timeouts, timeouts);
    }

    #[test]
    fn fixed_members_have_no_directory() {
        let voters = "1@one:9093,2@[::1]:9094";
        let (_, quorum, problems) = read(&[(VOTERS, voters), ("controller.listener.names", "ctl,x")]);
        assert_eq!(problems, [""; 0]);
        let found: Vec<_> = quorum
            .static_voters
            .iter()
            .map(|voter| {
                let endpoint = &voter.endpoints[0];
                (
                    voter.id.value(),
                    endpoint.name.as_str(),
                    endpoint.host.as_str(),
                    endpoint.port,
                )
            })
            .collect();
        assert_eq!(found, [(1, "CTL", "one", 9093), (2, "CTL", "::1", 9094)]);
        assert!(
            quorum
                .static_voters
                .iter()
                .all(|voter| voter.directory_id == DirectoryId::ZERO)
        );
    }

    #[track_caller]
    fn is_refused(lines: &[(&str, &str)], part: &str) {
        let (_, _, problems) = read(lines);
        assert!(
            problems.iter().any(|problem| problem.contains(part)),
            "{problems:?}"
        );
    }

    #[test]
    fn a_node_votes_exactly_if_it_is_a_controller() {
        is_refused(&[(VOTERS, "2@a:1")], "does not name the node 1");
        is_refused(&[(VOTERS, "1@a:1"), (ROLES, "broker")], "is no controller");
        let (roles, _, problems) = read(&[(VOTERS, "2@a:1"), (ROLES, "broker")]);
        assert_eq!((roles, problems), (ProcessRoles::Broker, Vec::new()));
    }

    #[test]
    fn a_node_of_one_role_says_where_the_controllers_are() {
        is_refused(&[(ROLES, "broker")], "where the controllers are");
        is_refused(&[(ROLES, "controller")], "where the controllers are");
        let (_, quorum, problems) = read(&[(ROLES, "broker"), (SERVERS, "a:1,b:2")]);
        assert_eq!((quorum.bootstrap_servers.len(), problems), (2, Vec::new()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        is_refused(&[(VOTERS, "1:a:1")], "'1:a:1' is no voter");
        is_refused(&[(VOTERS, "-1@a:1")], "is no voter");
        is_refused(&[(VOTERS, "1@a:1,1@b:1")], "stands there twice");
        is_refused(&[(SERVERS, "a")], "'a' is no address");
        is_refused(&[(SERVERS, ":9")], "is no address");
    }
}
