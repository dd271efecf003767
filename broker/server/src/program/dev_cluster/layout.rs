//! Where each node of a development cluster lies and listens, and the properties that it is started with.
//!
//! Invariant: what was laid out once stays: ports stand in the metadata log, so a directory that is used again brings
//! its own. A node's properties file is all that `eddyline broker --config` needs to run it by hand.

use std::path::{Path, PathBuf};

use operator_laptop::free_ports::FreePorts;

/// Where ports are looked for.
const KAFKA_FROM: u16 = 9092;
const CONTROLLER_FROM: u16 = 19092;
const HTTP_FROM: u16 = 9644;
const ADMIN_FROM: u16 = 9645;
/// Copies of each record, if there are as many nodes.
const COPIES: usize = 3;

/// The folder beside the nodes.
const REMOTE_STORE_FOLDER: &str = "remote-store";

/// A node's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NodeLayout {
    /// `node.id`.
    pub(super) id: i32,
    /// Port for clients.
    pub(super) kafka: u16,
    /// Port for controllers.
    pub(super) controller: u16,
    /// Port for monitoring.
    pub(super) http: u16,
    /// Port of the admin service; a directory that was laid out without one has none.
    pub(super) admin: Option<u16>,
    /// Its directory; the log directory lies in it.
    pub(super) home: PathBuf,
}

impl NodeLayout {
    /// Its properties file.
    pub(super) fn properties_file(&self) -> PathBuf {
        self.home.join("server.properties")
    }

    /// Where its output goes.
    pub(super) fn output_file(&self) -> PathBuf {
        self.home.join("broker.log")
    }

    /// Where the older segments of the whole cluster lie.
    fn remote_store(&self) -> String {
        let beside = self.home.parent().unwrap_or(&self.home).join(REMOTE_STORE_FOLDER);
        let absolute = std::path::absolute(&beside).unwrap_or(beside);
        format!("file://{}", absolute.display())
    }

    /// Where they lie by its properties file; none of a directory that was laid out without.
    pub(super) fn told_remote_store(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.properties_file()).ok()?;
        let of_line = |line: &str| line.strip_prefix("eddyline.remote.store=").map(str::to_owned);
        text.lines().find_map(of_line)
    }

    /// Where clients connect.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.kafka)
    }

    /// What stands in its properties file.
    pub(super) fn properties(&self, all: &[Self]) -> String {
        let copies = COPIES.min(all.len());
        let in_sync = copies.saturating_sub(1).max(1);
        let controllers: Vec<String> = all
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.controller))
            .collect();
        let Self {
            id,
            kafka,
            controller,
            http,
            admin,
            home,
        } = self;
        let admin = admin.map(|port| format!("eddyline.admin.listener=127.0.0.1:{port}\n"));
        format!(
            "process.roles=broker,controller\n\
             node.id={id}\n\
             listeners=PLAINTEXT://127.0.0.1:{kafka},CONTROLLER://127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\n\
             controller.quorum.bootstrap.servers={}\n\
             log.dirs={}\n\
             eddyline.http.listener=127.0.0.1:{http}\n\
             {}\
             default.replication.factor={copies}\n\
             min.insync.replicas={in_sync}\n\
             offsets.topic.replication.factor={copies}\n\
             offsets.topic.num.partitions=8\n\
             group.initial.rebalance.delay.ms=0\n\
             remote.log.storage.system.enable=true\n\
             remote.log.manager.task.interval.ms=5000\n\
             eddyline.remote.store={}\n\
             eddyline.remote.topics=true\n\
             eddyline.log.level=warn\n",
            controllers.join(","),
            home.join("data").display(),
            admin.unwrap_or_default(),
            self.remote_store(),
        )
    }
}

/// The nodes that the directory has already; none if it has none.
pub(super) fn laid_out(directory: &Path) -> Result<Vec<NodeLayout>, String> {
    let mut nodes = Vec::new();
    for id in 1.. {
        let home = home(directory, id);
        let path = home.join("server.properties");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let node = parse(id, home, &text);
        nodes.push(node.ok_or_else(|| format!("{} was not written by dev", path.display()))?);
    }
    Ok(nodes)
}

fn home(directory: &Path, id: i32) -> PathBuf {
    directory.join(format!("node-{id}"))
}

fn parse(id: i32, home: PathBuf, text: &str) -> Option<NodeLayout> {
    let value = |key: &str| {
        let of_line = |line: &'_ str| line.strip_prefix(key)?.strip_prefix('=').map(str::to_owned);
        text.lines().find_map(of_line)
    };
    let port = |address: &str| address.rsplit_once(':')?.1.parse().ok();
    let listeners = value("listeners")?;
    let (kafka, controller) = listeners.split_once(',')?;
    Some(NodeLayout {
        id,
        kafka: port(kafka)?,
        controller: port(controller)?,
        http: port(&value("eddyline.http.listener")?)?,
        admin: value("eddyline.admin.listener").and_then(|address| port(&address)),
        home,
    })
}

/// So many new nodes, on ports that nobody has; clients find the first on that port if one is given.
pub(super) fn lay_out(directory: &Path, count: usize, first: Option<u16>) -> Result<Vec<NodeLayout>, String> {
    let mut ports = FreePorts::default();
    let kafka_from = first.unwrap_or(KAFKA_FROM);
    let mut nodes = Vec::with_capacity(count);
    for id in (1..).take(count) {
        nodes.push(NodeLayout {
            id,
            kafka: ports.next_from(kafka_from)?,
            controller: ports.next_from(CONTROLLER_FROM)?,
            http: ports.next_from(HTTP_FROM)?,
            admin: Some(ports.next_from(ADMIN_FROM)?),
            home: home(directory, id),
        });
    }
    match (first, nodes.first()) {
        (Some(port), Some(node)) if node.kafka != port => Err(format!("port {port} is taken")),
        _ => Ok(nodes),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn what_was_laid_out_is_found_again() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(laid_out(directory.path()), Ok(Vec::new()));
        let nodes = lay_out(directory.path(), 3, None).unwrap();
        for node in &nodes {
            std::fs::create_dir_all(&node.home).unwrap();
            std::fs::write(node.properties_file(), node.properties(&nodes)).unwrap();
        }
        let store = format!("file://{}/remote-store", directory.path().display());
        for node in &nodes {
            assert_eq!(
                node.told_remote_store().as_ref(),
                Some(&store),
                "one for all of them"
            );
        }
        assert_eq!(laid_out(directory.path()), Ok(nodes));
    }

    #[test]
    fn no_port_is_given_twice_and_none_that_somebody_has() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = held.local_addr().unwrap().port();
        let directory = tempfile::tempdir().unwrap();
        assert!(lay_out(directory.path(), 1, Some(taken)).is_err());
        let nodes = lay_out(directory.path(), 5, None).unwrap();
        let ports = nodes.iter().flat_map(|node| {
            [
                Some(node.kafka),
                Some(node.controller),
                Some(node.http),
                node.admin,
            ]
        });
        assert_eq!(ports.flatten().collect::<BTreeSet<_>>().len(), 20);
    }

    #[test]
    fn a_node_can_be_started_with_its_properties() {
        let directory = tempfile::tempdir().unwrap();
        let nodes = lay_out(directory.path(), 3, None).unwrap();
        std::fs::create_dir_all(&nodes[2].home).unwrap();
        std::fs::write(nodes[2].properties_file(), nodes[2].properties(&nodes)).unwrap();
        let loaded = crate::config::load(Some(&nodes[2].properties_file()), std::iter::empty(), &[]).unwrap();
        assert_eq!(loaded.node_id.value(), 3);
        assert!(
            loaded.suspicious.is_empty() && loaded.without_effect.is_empty(),
            "{loaded:?}"
        );
    }
}
