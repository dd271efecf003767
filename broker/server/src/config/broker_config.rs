//! The whole configuration of a broker, checked.
//!
//! Invariant: a [`BrokerConfig`] can be started with, as far as texts can tell; what the machine refuses (ports,
//! directories) is found by `boot`. Everything that DescribeConfigs shows stays available as text in [`StaticConfigs`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use broker_metadata::ConfigError as Refused;
use broker_metadata::config_def::ConfigValue;
use broker_model::BrokerId;

use super::broker_changes::check_local_retention;
use super::connection_bounds::{OVERRIDES, connection_bounds, parse_overrides};
use super::listeners::{CONTROLLER, Listeners, read_listeners};
use super::quorum::{ProcessRoles, QuorumSettings, read_quorum, read_roles};
use super::reader::Reader;
use super::{ConfigError, ConfigProblem, Settings, StaticConfigs};
use crate::admin_http::AdminHttpConfig;
use crate::admin_service::{AdminServiceConfig, PlaintextNetwork};
use crate::logging::{LogFormat, LoggerLevels};
use crate::network::{ConnectionBounds, Deadlines, NetworkConfig};
use crate::remote_store::{LocationProblem, S3Access, StoreLocation};

/// The configuration of a broker.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    /// `node.id`, or `broker.id`; 1 when nobody says.
    pub node_id: BrokerId,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// `log.dirs`, or `log.dir`.
    pub directories: Vec<PathBuf>,
    /// `metadata.log.dir`, or the first directory.
    pub metadata_directory: PathBuf,
    /// Bounds of the network.
    pub network: NetworkConfig,
    /// What is logged and how.
    pub logging: LoggingConfig,
    /// `eddyline.http.listener`; none when there is none.
    pub admin_http: Option<AdminHttpConfig>,
    /// `eddyline.admin.listener`; none when there is none.
    pub admin_service: Option<AdminServiceConfig>,
    /// Settings that are known and change nothing; for the log.
    pub without_effect: Vec<ConfigProblem>,
    /// Settings that are likely mistakes: unknown names, and what no topic can be made with; for the log.
    pub suspicious: Vec<ConfigProblem>,
    /// Variables of the environment that look like configurations and are none; for the log.
    pub unknown_variables: Vec<String>,
    /// Everything that was set, as text.
    pub statics: Arc<StaticConfigs>,
    /// `process.roles`; both when nobody says.
    pub roles: ProcessRoles,
    /// `controller.quorum.*`.
    pub quorum: QuorumSettings,
    /// Where the remote tier lies; none without `remote.log.storage.system.enable`.
    pub remote: Option<StoreLocation>,
    /// `eddyline.restore.from`.
    pub restore_from: Option<String>,
    access: S3Access,
    pub(super) listeners: Listeners,
}

/// What is logged and how.
#[derive(Clone, Debug)]
pub struct LoggingConfig {
    /// `eddyline.log.level`; the same levels that change while the broker runs.
    pub levels: LoggerLevels,
    /// `eddyline.log.format`.
    pub format: LogFormat,
}

impl BrokerConfig {
    /// Checks settings and makes values of them.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn from_settings(
        mut settings: Settings,
        unknown_variables: Vec<String>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(&settings);
        let node_id = read_node_id(&mut reader);
        let roles = read_roles(&mut reader);
        let quorum = read_quorum(&mut reader, roles, node_id);
        check_heartbeats(&mut reader);
        check_security(&mut reader);
        let listeners = read_listeners(&mut reader, roles);
        let (directories, metadata_directory) = read_directories(&mut reader);
        let mut network = read_network(&mut reader);
        check_overrides(&mut reader);
        let logging = read_logging(&mut reader);
        let admin_http = read_admin_http(&mut reader);
        let admin_service = read_admin_service(&mut reader);
        let access = read_access(&mut reader);
        let remote = read_remote(&mut reader, &access);
        if remote.is_some() {
            check_local_part(&mut reader, &settings, node_id);
        }
        let restore_from = reader.text("eddyline.restore.from");
        let rack = reader.text("broker.rack").map(Into::into);
        let without_effect = reader.without_effect();
        let mut suspicious = reader.unknown();
        let is_alone = is_alone(roles, &quorum);
        if is_alone {
            suspicious.extend(too_many_replicas(&reader));
        }
        let problems = reader.into_problems();
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        assume(&mut settings, node_id);
        if is_alone {
            assume_alone(&mut settings);
        }
        let statics = Arc::new(StaticConfigs::new(node_id, settings));
        network.connections = connection_bounds(&statics.alone());
        Ok(Self {
            node_id,
            rack,
            directories,
            metadata_directory,
            network,
            logging,
            admin_http,
            admin_service,
            without_effect,
            suspicious,
            unknown_variables,
            statics,
            roles,
            quorum,
            remote,
            restore_from,
            access,
            listeners,
        })
    }

    /// A bucket that is reached as the remote store is.
    ///
    /// # Errors
    /// When it is no location.
    pub fn store_location(&self, text: &str) -> Result<StoreLocation, LocationProblem> {
        StoreLocation::parse(text, self.access.clone())
    }
}

/// How a bucket is reached.
fn read_access(reader: &mut Reader<'_>) -> S3Access {
    const SECRET: &str = "eddyline.remote.s3.secret.access.key";
    let access = S3Access {
        endpoint: reader.text("eddyline.remote.s3.endpoint"),
        region: reader.text("eddyline.remote.s3.region"),
        access_key_id: reader.text("eddyline.remote.s3.access.key.id"),
        secret_access_key: reader.text(SECRET),
    };
    if access.access_key_id.is_some() != access.secret_access_key.is_some() {
        let why = "an access key goes with a secret one";
        reader.refuse(SECRET, why, "give both, or neither for those of the environment");
    }
    access
}

/// As when it is changed: the local part of a log is kept no longer than the whole.
fn check_local_part(reader: &mut Reader<'_>, settings: &Settings, node_id: BrokerId) {
    let statics = StaticConfigs::new(node_id, settings.clone());
    if let Err(Refused::InvalidValue { name, value, reason }) = check_local_retention(&statics.alone()) {
        let remedy = "write less, or -2 for as long as the whole log";
        reader.refuse(&name, format!("{value}: {reason}"), remedy);
    }
}

/// Where the remote tier lies, if there is to be one.
fn read_remote(reader: &mut Reader<'_>, access: &S3Access) -> Option<StoreLocation> {
    const NAME: &str = "eddyline.remote.store";
    if !reader.flag("remote.log.storage.system.enable") {
        return None;
    }
    let text = reader.text(NAME).unwrap_or_default();
    StoreLocation::parse(&text, access.clone())
        .map_err(|error| reader.refuse(NAME, error.to_string(), "write s3://bucket/prefix"))
        .ok()
}

fn read_logging(reader: &mut Reader<'_>) -> LoggingConfig {
    let setting = reader.text("eddyline.log.level").unwrap_or_default();
    let levels = LoggerLevels::from_setting(&setting).unwrap_or_else(|error| {
        let hint = "write a level, or levels by module as in info,broker_storage=debug";
        reader.refuse("eddyline.log.level", error.to_string(), hint);
        LoggerLevels::default()
    });
    let format = match reader.text("eddyline.log.format").as_deref() {
        Some("json") => LogFormat::Json,
        _ => LogFormat::Text,
    };
    LoggingConfig { levels, format }
}

fn read_admin_http(reader: &mut Reader<'_>) -> Option<AdminHttpConfig> {
    let name = "eddyline.http.listener";
    let listener = reader.text(name).filter(|listener| !listener.trim().is_empty())?;
    let max_samples = reader.count("eddyline.metrics.max.partitions");
    let parsed = AdminHttpConfig::parse(&listener, max_samples);
    if parsed.is_none() {
        let why = format!("{listener} is not a host and a port");
        reader.refuse(
            name,
            why,
            "write host:port, [v6 address]:port or :port; nothing for no listener",
        );
    }
    parsed
}

fn read_admin_service(reader: &mut Reader<'_>) -> Option<AdminServiceConfig> {
    const NAME: &str = "eddyline.admin.listener";
    let listener = reader.text(NAME).filter(|listener| !listener.trim().is_empty())?;
    let plaintext = match reader.flag("eddyline.admin.allow.plaintext") {
        true => PlaintextNetwork::Allowed,
        false => PlaintextNetwork::Refused,
    };
    let Some(config) = AdminServiceConfig::parse(&listener, plaintext) else {
        let why = format!("{listener} is not a host and a port");
        let remedy = "write host:port or [v6 address]:port; nothing for no listener";
        reader.refuse(NAME, why, remedy);
        return None;
    };
    if !config.may_be_bound() {
        let why = format!("others can reach {listener}, and nothing is encrypted");
        let remedy =
            "write 127.0.0.1:9645, or set eddyline.admin.allow.plaintext=true if the network is trusted";
        reader.refuse(NAME, why, remedy);
    }
    Some(config)
}

/// What Kafka wants to be told and goes without saying here: clients find it where they look for it.
fn assume(settings: &mut Settings, node_id: BrokerId) {
    let id = node_id.to_string();
    for (name, value) in [
        ("node.id", &*id),
        ("broker.id", &*id),
        ("process.roles", "broker,controller"),
        ("controller.listener.names", CONTROLLER),
    ] {
        if settings.get(name).is_none() {
            settings.set(name, value);
        }
    }
}

/// A cluster of one node can keep one copy.
fn assume_alone(settings: &mut Settings) {
    const FACTOR: &str = "offsets.topic.replication.factor";
    if settings.get(FACTOR).is_none() {
        settings.set(FACTOR, "1");
    }
}

/// What can be started with, and makes topics impossible.
fn too_many_replicas(reader: &Reader<'_>) -> Vec<ConfigProblem> {
    ["default.replication.factor", "offsets.topic.replication.factor"]
        .into_iter()
        .filter(|name| reader.is_set(name) && reader.number(name) > 1)
        .map(|name| {
            let why = "topics that follow it cannot be made: this node is a cluster of its own";
            reader.problem(name, why, "write 1")
        })
        .collect()
}

fn read_node_id(reader: &mut Reader<'_>) -> BrokerId {
    let number = |name: &str| match reader.set_value(name) {
        Some(ConfigValue::Number(number)) if number >= 0 => i32::try_from(number).ok(),
        _ => None,
    };
    let (node, broker) = (number("node.id"), number("broker.id"));
    if let (Some(node), Some(broker)) = (node, broker)
        && node != broker
    {
        let why = format!("it is {broker}, and node.id is {node}");
        reader.refuse("broker.id", why, "leave it out: it is the older name of node.id");
    }
    BrokerId::new(node.or(broker).unwrap_or(1))
}

/// A session that two heartbeats do not fit into would end by one that is late.
fn check_heartbeats(reader: &mut Reader<'_>) {
    const SESSION: &str = "broker.session.timeout.ms";
    const INTERVAL: &str = "broker.heartbeat.interval.ms";
    let (session, interval) = (reader.number(SESSION), reader.number(INTERVAL));
    if interval < 1 || session < interval.saturating_mul(2) {
        let why = format!("it is {session}, and {INTERVAL} is {interval}");
        reader.refuse(SESSION, why, format!("give it at least twice {INTERVAL}"));
    }
}

/// Whether the node names no other one: it is broker and controller, and nobody else is in its quorum.
fn is_alone(roles: ProcessRoles, quorum: &QuorumSettings) -> bool {
    let names_nobody = quorum.static_voters.len() <= 1 && quorum.bootstrap_servers.is_empty();
    roles == ProcessRoles::Combined && names_nobody
}

/// A broker that ignored these would be open where its owner thinks that it is closed.
fn check_security(reader: &mut Reader<'_>) {
    if reader.text("authorizer.class.name").is_some() {
        reader.refuse(
            "authorizer.class.name",
            "ACLs are not served: every client may do everything",
            "leave it out, and open listeners to networks that you trust only",
        );
    }
}

fn read_directories(reader: &mut Reader<'_>) -> (Vec<PathBuf>, PathBuf) {
    let key = if reader.is_set("log.dirs") {
        "log.dirs"
    } else {
        "log.dir"
    };
    let directories: Vec<PathBuf> = reader.list(key).into_iter().map(PathBuf::from).collect();
    if directories.iter().all(|path| path.as_os_str().is_empty()) {
        reader.refuse(key, "no directory is named", "give at least one directory");
    }
    let first = directories.first().cloned().unwrap_or_default();
    let Some(metadata) = reader.text("metadata.log.dir").map(PathBuf::from) else {
        return (directories, first);
    };
    if !directories.contains(&metadata) {
        reader.refuse(
            "metadata.log.dir",
            "it is none of log.dirs",
            format!("name one of them, or leave it out for {}", first.display()),
        );
    }
    (directories, metadata)
}

fn read_network(reader: &mut Reader<'_>) -> NetworkConfig {
    let buffer = |name: &str| {
        let size = reader.is_set(name).then(|| reader.number(name))?;
        usize::try_from(size).ok().filter(|size| *size > 0)
    };
    let request_budget = match reader.number("queued.max.request.bytes") {
        ..=0 => reader.count("eddyline.request.memory.bytes"),
        bytes => usize::try_from(bytes).unwrap_or(usize::MAX),
    };
    let idle = u64::try_from(reader.number("connections.max.idle.ms")).ok();
    NetworkConfig {
        backlog: i32::try_from(reader.number("socket.listen.backlog.size")).unwrap_or(i32::MAX),
        send_buffer: buffer("socket.send.buffer.bytes"),
        receive_buffer: buffer("socket.receive.buffer.bytes"),
        max_request_size: reader.count("socket.request.max.bytes"),
        request_budget,
        response_budget: reader.count("eddyline.response.memory.bytes"),
        connections: ConnectionBounds::default(),
        deadlines: Deadlines {
            idle: idle.map(Duration::from_millis),
            ..Deadlines::default()
        },
    }
}

fn check_overrides(reader: &mut Reader<'_>) {
    let text = reader.text(OVERRIDES).unwrap_or_default();
    if let Err(pair) = parse_overrides(&text) {
        reader.refuse(
            OVERRIDES,
            format!("'{pair}' is no address with a number"),
            "write 10.0.0.1:100, with commas between several; host names are not looked up",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(lines: &[(&str, &str)]) -> Result<BrokerConfig, ConfigError> {
        let mut settings = Settings::new();
        for (name, value) in lines {
            settings.set(*name, *value);
        }
        BrokerConfig::from_settings(settings, Vec::new())
    }

    #[test]
    fn nothing_at_all_is_a_configuration() {
        let config = config(&[]).unwrap();
        assert_eq!(config.node_id, BrokerId::new(1));
        assert_eq!(config.directories, [PathBuf::from("/tmp/kafka-logs")]);
        assert_eq!(
            config.network,
            NetworkConfig {
                connections: ConnectionBounds {
                    max_connections: i32::MAX as usize,
                    max_per_ip: i32::MAX as usize,
                    ..ConnectionBounds::default()
                },
                ..NetworkConfig::default()
            }
        );
        assert!(config.without_effect.is_empty());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let error = config(&[
            ("process.roles", "broker"),
            ("broker.heartbeat.interval.ms", "5000"),
            ("node.id", "1"),
            ("broker.id", "2"),
            ("num.partitions", "0"),
            ("log.dirs", "/a,/b"),
            ("metadata.log.dir", "/c"),
            (
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            ),
            ("max.connections.per.ip.overrides", "localhost:1"),
        ])
        .unwrap_err()
        .to_string();
        for key in [
            "controller.quorum.bootstrap.servers",
            "broker.session.timeout.ms: it is 1500",
            "broker.id",
            "num.partitions: Invalid value 0",
            "metadata.log.dir",
            "authorizer.class.name",
            "max.connections.per.ip.overrides",
        ] {
            assert!(error.contains(key), "{key}: {error}");
        }
    }

    #[test]
    fn what_changes_nothing_is_named_and_no_error() {
        let config = config(&[
            ("num.io.threads", "16"),
            ("num.network.threads", "3"),
            ("num.partitons", "3"),
            ("offsets.topic.replication.factor", "3"),
        ])
        .unwrap();
        let keys = |problems: &[ConfigProblem]| -> Vec<String> {
            problems.iter().map(|problem| problem.key.clone()).collect()
        };
        assert_eq!(keys(&config.without_effect), ["num.io.threads"]);
        assert_eq!(
            keys(&config.suspicious),
            ["num.partitons", "offsets.topic.replication.factor"]
        );
    }
}
