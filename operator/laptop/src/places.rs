//! Where each node lies and listens.
//!
//! Owns the file `places.json` in the data folder. Invariant: a node that has a place keeps it: ports stand in the
//! metadata log, so a folder that is used again brings its own. The file carries a version, and another is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use operator_plan::identity;
use serde::{Deserialize, Serialize};

use crate::error::LaptopError;
use crate::free_ports::FreePorts;
use crate::wanted::{Wanted, WantedNode};

const VERSION: u32 = 1;
/// Where ports are looked for.
const CLIENTS_FROM: u16 = 9092;
const CONTROLLER_FROM: u16 = 19_092;
const REPLICATION_FROM: u16 = 29_092;
const HTTP_FROM: u16 = 9644;
const ADMIN_FROM: u16 = 9645;

/// A node's place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Place {
    /// `node.id`.
    pub(crate) id: i32,
    /// Port for monitoring.
    pub(crate) http: u16,
    /// Port of the admin service.
    pub(crate) admin: u16,
    /// Port for controllers, of those that are one.
    pub(crate) controller: Option<u16>,
    /// Port for the other brokers, of those that are one.
    pub(crate) replication: Option<u16>,
    /// Ports of the listeners for clients.
    pub(crate) clients: BTreeMap<String, u16>,
}

/// All places of a data folder.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Places {
    version: u32,
    /// Identity of the cluster.
    pub(crate) cluster_id: String,
    /// Controllers that founded the quorum.
    founders: Vec<i32>,
    nodes: BTreeMap<i32, Place>,
    #[serde(skip)]
    folder: PathBuf,
}

fn file(folder: &Path) -> PathBuf {
    folder.join("places.json")
}

impl Places {
    /// Those of a folder, or new ones. `cluster_id` is for a new cluster.
    pub(crate) fn open(folder: &Path, wanted: &Wanted, cluster_id: String) -> Result<Self, LaptopError> {
        std::fs::create_dir_all(folder)?;
        let folder = &std::path::absolute(folder)?;
        let path = file(folder);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Self::found(folder, wanted, cluster_id);
            }
            Err(error) => return Err(error.into()),
        };
        let wrong = |message: String| LaptopError::Places {
            path: path.clone(),
            message,
        };
        let mut places: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if places.version != VERSION {
            return Err(wrong(format!("version {} is not known here", places.version)));
        }
        folder.clone_into(&mut places.folder);
        Ok(places)
    }

    fn found(folder: &Path, wanted: &Wanted, cluster_id: String) -> Result<Self, LaptopError> {
        let is_used = std::fs::read_dir(folder)?.next().is_some();
        if is_used {
            return Err(LaptopError::Places {
                path: folder.to_owned(),
                message: "it holds something else: give an empty folder, or one that was made from a file"
                    .to_owned(),
            });
        }
        Ok(Self {
            version: VERSION,
            cluster_id,
            founders: wanted.voters.clone(),
            nodes: BTreeMap::new(),
            folder: folder.to_owned(),
        })
    }

    /// The place of a node.
    pub(crate) fn of(&self, id: i32) -> Option<&Place> {
        self.nodes.get(&id)
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Place> {
        self.nodes.values()
    }

    /// Whether it was there when the quorum was founded.
    pub(crate) fn is_founder(&self, id: i32) -> bool {
        self.founders.contains(&id)
    }

    /// The folder of a node.
    pub(crate) fn home(&self, id: i32) -> PathBuf {
        self.folder.join(format!("node-{id}"))
    }

    /// Identities of these nodes' data folders, which are formatted.
    pub(crate) fn directories(&self, ids: &[i32]) -> io::Result<BTreeMap<i32, String>> {
        let identity = |id: &i32| {
            let path = self.data(*id).join("meta.properties");
            let text = std::fs::read_to_string(&path)?;
            let named = text.lines().find_map(|line| line.strip_prefix("directory.id="));
            let missing = || io::Error::other(format!("{} has no directory.id", path.display()));
            Ok((*id, named.ok_or_else(missing)?.trim().to_owned()))
        };
        ids.iter().map(identity).collect()
    }

    fn data(&self, id: i32) -> PathBuf {
        self.home(id).join("data")
    }

    /// Where a node's output goes.
    pub(crate) fn output_file(&self, id: i32) -> PathBuf {
        self.home(id).join("broker.log")
    }

    /// Gives every node a place that has none, and each the ports that it needs; the first listener of the first broker
    /// gets `first`, if that is given.
    pub(crate) fn complete(&mut self, wanted: &Wanted, first: Option<u16>) -> Result<(), LaptopError> {
        let mut ports = FreePorts::beside(given(&self.nodes));
        for (id, node) in &wanted.nodes {
            let clients_from = first.unwrap_or(CLIENTS_FROM);
            let place = match self.nodes.get(id) {
                Some(place) => completed(place.clone(), node, clients_from, &mut ports),
                None => {
                    self.remove_home(*id)?;
                    new_place(*id, node, clients_from, &mut ports)
                }
            };
            let place = place.map_err(|message| LaptopError::Node { id: *id, message })?;
            self.nodes.insert(*id, place);
        }
        if let Some(port) = first
            && !self
                .nodes
                .values()
                .any(|place| place.clients.values().any(|taken| *taken == port))
        {
            return Err(LaptopError::Objects {
                path: file(&self.folder),
                message: format!("port {port} is taken, or the folder has brokers on other ports"),
            });
        }
        Ok(self.save()?)
    }

    fn save(&self) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        std::fs::write(file(&self.folder), text + "\n")
    }

    /// A node that was taken away has no place any more, and another of its id begins anew: it founds nothing. Its folder
    /// goes last; what a process left that died in between goes when the place is given again.
    pub(crate) fn remove(&mut self, id: i32) -> io::Result<()> {
        self.nodes.remove(&id);
        self.founders.retain(|founder| *founder != id);
        self.save()?;
        self.remove_home(id)
    }

    fn remove_home(&self, id: i32) -> io::Result<()> {
        match std::fs::remove_dir_all(self.home(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where clients connect.
    pub(crate) fn bootstrap(&self) -> String {
        let first = self
            .nodes
            .values()
            .filter_map(|place| place.clients.values().min());
        let addresses: Vec<String> = first.map(|port| format!("127.0.0.1:{port}")).collect();
        addresses.join(",")
    }

    /// Controllers that founded the quorum, each with its port.
    fn quorum(&self) -> Vec<(i32, u16)> {
        let port = |id: &i32| Some((*id, self.nodes.get(id)?.controller?));
        self.founders.iter().filter_map(port).collect()
    }

    /// What `format` is told about the quorum.
    pub(crate) fn format_quorum(&self, id: i32) -> String {
        if !self.is_founder(id) {
            return "--no-initial-controllers".to_owned();
        }
        let voter = |(id, port)| {
            let directory = identity::directory_id(&self.cluster_id, id);
            format!("{id}@127.0.0.1:{port}:{directory}")
        };
        let voters: Vec<String> = self.quorum().into_iter().map(voter).collect();
        format!("--initial-controllers={}", voters.join(","))
    }

    /// The properties file of a node: what the object says, under what this machine needs.
    pub(crate) fn properties(&self, place: &Place, node: &WantedNode) -> String {
        let mut all = self.remote_store(node);
        all.extend(node.config.clone());
        all.extend(self.of_machine(place, node));
        let line = |(name, value): (&String, &String)| {
            let value = value
                .replace('\\', "\\\\")
                .replace('\n', "\\n")
                .replace('\r', "\\r");
            format!("{name}={value}\n")
        };
        all.iter().map(line).collect()
    }

    /// A bucket is a folder beside the nodes, looked after often enough to watch.
    fn remote_store(&self, node: &WantedNode) -> BTreeMap<String, String> {
        let store = format!("file://{}", self.folder.join("remote").display());
        let all = [
            ("eddyline.remote.store", store.as_str()),
            ("log.retention.check.interval.ms", "5000"),
            ("remote.log.manager.task.interval.ms", "5000"),
            ("remote.log.storage.system.enable", "true"),
        ];
        let all = all.into_iter().filter(|_| node.is_tiered);
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn of_machine(&self, place: &Place, node: &WantedNode) -> BTreeMap<String, String> {
        let mut listeners = Vec::new();
        let mut listen = |name: &str, port: u16| listeners.push(format!("{name}://127.0.0.1:{port}"));
        if let Some(port) = place.controller {
            listen("CONTROLLER", port);
        }
        if let Some(port) = place.replication {
            listen("REPLICATION", port);
        }
        for name in &node.listeners {
            if let Some(port) = place.clients.get(name) {
                listen(name, *port);
            }
        }
        let names = ["CONTROLLER", "REPLICATION"]
            .into_iter()
            .chain(node.listeners.iter().map(String::as_str));
        let protocols: Vec<String> = names.map(|name| format!("{name}:PLAINTEXT")).collect();
        let roles = [(node.is_broker(), "broker"), (node.is_controller(), "controller")];
        let roles: Vec<&str> = roles
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| *name)
            .collect();
        let servers: Vec<String> = self
            .quorum()
            .iter()
            .map(|(_, port)| format!("127.0.0.1:{port}"))
            .collect();
        let data = self.data(place.id);
        let own = [
            ("process.roles", roles.join(",")),
            ("node.id", place.id.to_string()),
            ("listeners", listeners.join(",")),
            ("listener.security.protocol.map", protocols.join(",")),
            ("controller.listener.names", "CONTROLLER".to_owned()),
            ("inter.broker.listener.name", "REPLICATION".to_owned()),
            ("controller.quorum.bootstrap.servers", servers.join(",")),
            ("log.dirs", data.display().to_string()),
            ("eddyline.http.listener", format!("127.0.0.1:{}", place.http)),
            ("eddyline.admin.listener", format!("127.0.0.1:{}", place.admin)),
        ];
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn new_place(id: i32, node: &WantedNode, clients_from: u16, ports: &mut FreePorts) -> Result<Place, String> {
    let place = Place {
        id,
        http: ports.next_from(HTTP_FROM)?,
        admin: ports.next_from(ADMIN_FROM)?,
        controller: None,
        replication: None,
        clients: BTreeMap::new(),
    };
    completed(place, node, clients_from, ports)
}

/// A place with a port for everything that the node listens for.
fn completed(
    mut place: Place,
    node: &WantedNode,
    clients_from: u16,
    ports: &mut FreePorts,
) -> Result<Place, String> {
    if node.is_controller() && place.controller.is_none() {
        place.controller = Some(ports.next_from(CONTROLLER_FROM)?);
    }
    if node.is_broker() && place.replication.is_none() {
        place.replication = Some(ports.next_from(REPLICATION_FROM)?);
    }
    for name in &node.listeners {
        if !place.clients.contains_key(name) {
            place.clients.insert(name.clone(), ports.next_from(clients_from)?);
        }
    }
    Ok(place)
}

/// Ports of nodes that do not run now are theirs, too.
fn given(places: &BTreeMap<i32, Place>) -> BTreeSet<u16> {
    let of = |place: &Place| {
        let own = [
            Some(place.http),
            Some(place.admin),
            place.controller,
            place.replication,
        ];
        let own = own.into_iter().flatten();
        own.chain(place.clients.values().copied()).collect::<Vec<_>>()
    };
    places.values().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wanted::tests::wanted;

    const THREE: &str = "brokers: {replicas: 3, storage: {size: 1Gi}}";

    fn open(folder: &Path, wanted: &Wanted) -> Places {
        let mut places = Places::open(folder, wanted, "AAAAAAAAAAAAAAAAAAAAAQ".to_owned()).unwrap();
        places.complete(wanted, None).unwrap();
        places
    }

    #[test]
    fn a_folder_keeps_its_ports_and_its_founders() {
        let folder = tempfile::tempdir().unwrap();
        let before = open(folder.path(), &wanted(THREE));
        let after = open(
            folder.path(),
            &wanted("brokers: {replicas: 5, storage: {size: 1Gi}}"),
        );
        for place in before.all() {
            assert_eq!(after.of(place.id), Some(place));
        }
        assert_eq!(after.all().count(), 5);
        assert_eq!(after.format_quorum(4), "--no-initial-controllers");
        assert_eq!(after.format_quorum(1), before.format_quorum(1));
        assert_eq!(before.format_quorum(0).matches('@').count(), 3);
    }

    #[test]
    fn a_node_that_was_taken_away_comes_back_as_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut places = open(folder.path(), &wanted(THREE));
        std::fs::create_dir_all(places.home(2)).unwrap();
        places.remove(2).unwrap();
        assert!(!places.home(2).exists());
        let left = folder.path().join("node-2/data");
        std::fs::create_dir_all(&left).unwrap();
        let places = open(folder.path(), &wanted(THREE));
        assert!(!left.exists(), "what the node before it left");
        assert_eq!(places.format_quorum(2), "--no-initial-controllers");
        assert_eq!(places.format_quorum(0).matches('@').count(), 2);
    }

    #[test]
    fn a_node_is_who_its_data_say() {
        let folder = tempfile::tempdir().unwrap();
        let places = open(folder.path(), &wanted(THREE));
        std::fs::create_dir_all(places.data(2)).unwrap();
        let file = places.data(2).join("meta.properties");
        std::fs::write(&file, "version=1\nnode.id=2\ndirectory.id=new\n").unwrap();
        assert_eq!(places.directories(&[2]).unwrap()[&2], "new");
        std::fs::write(&file, "version=1\n").unwrap();
        assert!(
            places
                .directories(&[2])
                .unwrap_err()
                .to_string()
                .contains("no directory.id")
        );
    }

    #[test]
    fn no_port_is_given_twice() {
        let folder = tempfile::tempdir().unwrap();
        let spec = format!(
            "{THREE}, listeners: [{{name: plain, port: 9092, type: internal}}, {{name: apps, port: 9094, type: internal}}]"
        );
        let places = open(folder.path(), &wanted(&spec));
        let given = given(&places.nodes);
        // Monitoring, admin, controller, replication and two listeners.
        assert_eq!(given.len(), 3 * 6);
        let node = &wanted(&spec).nodes[&0];
        let text = places.properties(places.of(0).unwrap(), node);
        assert!(text.contains("process.roles=broker,controller\n"), "{text}");
        assert_eq!(text.matches("://").count(), 4, "{text}");
    }

    #[test]
    fn what_the_machine_needs_is_not_overridden_by_the_object() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = wanted(&format!(
            "{THREE}, config: {{log.dirs: /elsewhere, num.partitions: 3}}"
        ));
        let places = open(folder.path(), &wanted);
        let text = places.properties(places.of(0).unwrap(), &wanted.nodes[&0]);
        assert!(
            text.contains("num.partitions=3\n") && !text.contains("/elsewhere"),
            "{text}"
        );
    }

    #[test]
    fn a_bucket_is_a_folder_beside_the_nodes() {
        let folder = tempfile::tempdir().unwrap();
        let tiered = wanted(&format!("{THREE}, tiering: {{bucket: logs}}"));
        let places = open(folder.path(), &tiered);
        let text = places.properties(places.of(0).unwrap(), &tiered.nodes[&0]);
        let store = format!(
            "eddyline.remote.store=file://{}/remote\n",
            folder.path().display()
        );
        assert!(text.contains(&store), "{text}");
        let plain = wanted(THREE);
        let text = places.properties(places.of(0).unwrap(), &plain.nodes[&0]);
        assert!(!text.contains("remote"), "{text}");
        assert_ne!(tiered.nodes[&0].restarted_for, plain.nodes[&0].restarted_for);
    }

    #[test]
    fn a_folder_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("meta.properties"), "version=1\n").unwrap();
        let refused = Places::open(folder.path(), &wanted(THREE), String::new())
            .unwrap_err()
            .to_string();
        assert!(refused.contains("something else"), "{refused}");
        std::fs::write(
            folder.path().join("places.json"),
            "{\"version\":9,\"cluster_id\":\"\",\"founders\":[],\"nodes\":{}}",
        )
        .unwrap();
        let refused = Places::open(folder.path(), &wanted(THREE), String::new())
            .unwrap_err()
            .to_string();
        assert!(refused.contains("version 9"), "{refused}");
    }
}
