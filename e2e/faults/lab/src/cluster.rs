//! Several nodes of one cluster on a network of their own, formatted with one id and the same first voters.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::admin::{Admin, Quorum};
use crate::cases::{Case, Disks, Tier};
use crate::error::LabError;
use crate::images::Images;
use crate::load::DURABLE;
use crate::network::Network;
use crate::node::Node;
use crate::store::{Programs, Store};

/// UUIDs in Kafka's letters: the cluster's, and one a node's directory.
const CLUSTER: &str = "ZmF1bHRsYWItY2x1c3Rlcg";
const DIRECTORIES: [&str; 5] = [
    "ZmF1bHRsYWItbm9kZS0tMQ",
    "ZmF1bHRsYWItbm9kZS0tMg",
    "ZmF1bHRsYWItbm9kZS0tMw",
    "ZmF1bHRsYWItbm9kZS0tNA",
    "ZmF1bHRsYWItbm9kZS0tNQ",
];
/// Longest wait until a fresh cluster answers, and until a started node is back. The binaries are debug builds and the
/// machine may be busy.
const UP_WITHIN: Duration = Duration::from_secs(120);

/// A cluster.
#[derive(Debug)]
pub struct Cluster {
    /// Nodes with ids 1, 2, …
    pub nodes: Vec<Node>,
    /// Disks of their own, where the test needs them.
    pub images: Option<Images>,
    /// Where older segments go, where the test needs it.
    pub store: Option<Store>,
    /// What is between them.
    pub network: Network,
    /// Who asks it.
    pub admin: Admin,
    folder: PathBuf,
    extra: Vec<(String, String)>,
}

impl Cluster {
    /// Formats and starts the nodes of a test in `folder`.
    pub fn start(case: &Case, folder: &Path, binary: &Path, programs: &Programs) -> Result<Self, LabError> {
        let nodes = case.nodes;
        let network = Network::lay(nodes)?;
        let store = match case.tier {
            Tier::Local => None,
            Tier::Remote => Some(Store::start(programs, network.outside(), &folder.join("store"))?),
        };
        let host = |node: i32| (network.host(node), network.ports(node).0);
        let bootstrap: Vec<String> = (1..=nodes)
            .map(host)
            .map(|(host, port)| format!("{host}:{port}"))
            .collect();
        let mut members = Vec::new();
        for id in 1..=nodes {
            members.push(Node::new(
                id,
                folder.join(format!("n{id}")),
                binary,
                network.prefix(id),
            )?);
        }
        let images = match case.disks {
            Disks::Folders => None,
            Disks::Images => {
                let mut images = Images::lay(folder)?;
                for node in &members {
                    images.give(node.id, &node.data())?;
                }
                Some(images)
            }
        };
        let mut cluster = Self {
            nodes: members,
            images,
            extra: extra_of(case, store.as_ref()),
            store,
            network,
            admin: Admin::new(&bootstrap.join(","))?,
            folder: folder.to_owned(),
        };
        for id in 1..=nodes {
            cluster.prepare(id)?;
            cluster.node(id)?.start()?;
        }
        cluster.wait_for_brokers(nodes)?;
        Ok(cluster)
    }

    /// Writes a node's properties and formats its directories.
    pub fn prepare(&mut self, id: i32) -> Result<(), LabError> {
        let properties = self.properties(id);
        let count = i32::try_from(self.nodes.len()).unwrap_or(0);
        let mut voters = Vec::new();
        for (index, directory) in (1..=count).zip(DIRECTORIES) {
            voters.push(format!(
                "{index}@{}:{}:{directory}",
                self.network.host(index),
                self.network.ports(index).1
            ));
        }
        let arguments = [
            "--cluster-id",
            CLUSTER,
            "--initial-controllers",
            &voters.join(","),
        ]
        .map(str::to_owned);
        let node = self.node(id)?;
        node.configure(&properties)?;
        node.format(&arguments)
    }

    /// Formats the empty directory of a node that joins the quorum that there is.
    pub fn replace(&mut self, id: i32) -> Result<(), LabError> {
        let arguments = ["--cluster-id", CLUSTER, "--no-initial-controllers"].map(str::to_owned);
        self.node(id)?.format(&arguments)
    }

    fn properties(&self, id: i32) -> Vec<(String, String)> {
        let (host, (port, control)) = (self.network.host(id), self.network.ports(id));
        let count = i32::try_from(self.nodes.len()).unwrap_or(0);
        let controllers: Vec<String> = (1..=count)
            .map(|node| format!("{}:{}", self.network.host(node), self.network.ports(node).1))
            .collect();
        let copies = count.min(3).to_string();
        let least = if count >= 3 { "2" } else { "1" };
        let data = self.folder.join(format!("n{id}")).join("data");
        let mut lines: Vec<(String, String)> = [
            ("process.roles", "broker,controller".to_owned()),
            ("node.id", id.to_string()),
            (
                "listeners",
                format!("PLAINTEXT://{host}:{port},CONTROLLER://{host}:{control}"),
            ),
            ("advertised.listeners", format!("PLAINTEXT://{host}:{port}")),
            (
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned(),
            ),
            ("controller.listener.names", "CONTROLLER".to_owned()),
            ("inter.broker.listener.name", "PLAINTEXT".to_owned()),
            ("controller.quorum.bootstrap.servers", controllers.join(",")),
            ("log.dirs", data.display().to_string()),
            ("eddyline.http.listener", String::new()),
            ("offsets.topic.num.partitions", "4".to_owned()),
            ("offsets.topic.replication.factor", copies.clone()),
            ("default.replication.factor", copies),
            ("min.insync.replicas", least.to_owned()),
            ("group.initial.rebalance.delay.ms", "0".to_owned()),
            ("log.segment.bytes", "1048576".to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec();
        lines.extend(self.extra.iter().cloned());
        lines
    }

    /// Addresses for clients.
    pub fn bootstrap(&self) -> String {
        let address =
            |node: &Node| format!("{}:{}", self.network.host(node.id), self.network.ports(node.id).0);
        self.nodes.iter().map(address).collect::<Vec<_>>().join(",")
    }

    /// Number of nodes.
    pub fn size(&self) -> i32 {
        i32::try_from(self.nodes.len()).unwrap_or(0)
    }

    /// A node by its id.
    pub fn node(&mut self, id: i32) -> Result<&mut Node, LabError> {
        let none = || LabError::Unusable(format!("there is no node {id}"));
        self.nodes.iter_mut().find(|node| node.id == id).ok_or_else(none)
    }

    /// Waits until that many brokers let clients in.
    pub fn wait_for_brokers(&mut self, count: i32) -> Result<Duration, LabError> {
        let began = Instant::now();
        let wanted = usize::try_from(count).unwrap_or(0);
        while began.elapsed() < UP_WITHIN {
            if let Some(dead) = self.dead() {
                return Err(LabError::Unusable(dead));
            }
            match self.admin.brokers() {
                Ok(brokers) if brokers.len() >= wanted => return Ok(began.elapsed()),
                Ok(_) => {}
                Err(_) => self.admin.hang_up(),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(self.late(format!("that {count} brokers are let in")))
    }

    fn late(&self, what: String) -> LabError {
        LabError::TooLate {
            what,
            seconds: UP_WITHIN.as_secs(),
        }
    }

    /// A node that was started and ended by itself, with its last words.
    pub fn dead(&mut self) -> Option<String> {
        let mut started = self.nodes.iter_mut().filter(|node| node.pid().is_some());
        let dead = started.find_map(|node| if node.is_running() { None } else { Some(node) })?;
        Some(format!("node {} ended by itself: {}", dead.id, dead.last_words()))
    }

    /// The leader of a partition.
    pub fn leader(&mut self, topic: &str, partition: usize) -> Result<i32, LabError> {
        let began = Instant::now();
        while began.elapsed() < UP_WITHIN {
            match self.admin.partitions(topic) {
                Ok(partitions) => {
                    if let Some(leader) = partitions.get(partition).and_then(|partition| partition.leader) {
                        return Ok(leader.value());
                    }
                }
                Err(_) => self.admin.hang_up(),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(self.late(format!("that {topic}-{partition} has a leader")))
    }

    /// Waits until every partition of a topic has that many replicas in sync.
    pub fn wait_in_sync(
        &mut self,
        topic: &str,
        replicas: usize,
        within: Duration,
    ) -> Result<Duration, LabError> {
        let began = Instant::now();
        while began.elapsed() < within {
            match self.admin.partitions(topic) {
                Ok(all) if !all.is_empty() && all.iter().all(|one| one.isr.len() >= replicas) => {
                    return Ok(began.elapsed());
                }
                Ok(_) => {}
                Err(_) => self.admin.hang_up(),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(LabError::TooLate {
            what: format!("that {replicas} replicas of {topic} are in sync"),
            seconds: within.as_secs(),
        })
    }

    /// The leader of the metadata quorum, as any running node says.
    pub fn controller(&mut self) -> Result<Quorum, LabError> {
        let began = Instant::now();
        while began.elapsed() < UP_WITHIN {
            for id in 1..=self.size() {
                if !self.node(id)?.is_running() {
                    continue;
                }
                let (host, port) = (self.network.host(id), self.network.ports(id).0);
                if let Ok(quorum) = self.admin.quorum_at(&host, port) {
                    return Ok(quorum);
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(self.late("that the quorum has a leader".to_owned()))
    }

    /// Ends nodes that are paused or running, as a test's end does.
    pub fn end(&mut self) {
        for node in &mut self.nodes {
            node.signal(Signal::CONT).ok();
            node.kill();
        }
    }

    /// Keeps what the nodes said and the records that they hold, for a reader.
    pub fn keep_logs(&self, at: &Path) -> Result<(), LabError> {
        fs::create_dir_all(at)?;
        for node in &self.nodes {
            for (name, kept) in [("broker.log", "log"), ("strace.log", "strace")] {
                fs::copy(node.folder.join(name), at.join(format!("n{}.{kept}", node.id))).ok();
            }
            keep_segments(&node.data(), &at.join(format!("n{}.data", node.id)))?;
        }
        Ok(())
    }
}

/// Configuration besides that of every cluster.
fn extra_of(case: &Case, store: Option<&Store>) -> Vec<(String, String)> {
    let own = case.properties.iter();
    let own = own.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    own.chain(store.map(Store::properties).unwrap_or_default())
        .collect()
}

/// Copies the log files of the partitions that the load writes: who wrote a record, and in which epoch, stands nowhere else.
fn keep_segments(data: &Path, at: &Path) -> Result<(), LabError> {
    let Ok(folders) = fs::read_dir(data) else {
        // A test took the disk away.
        return Ok(());
    };
    for folder in folders.flatten() {
        let name = folder.file_name();
        if !name.to_string_lossy().starts_with(&format!("{DURABLE}-")) {
            continue;
        }
        fs::create_dir_all(at.join(&name))?;
        for file in fs::read_dir(folder.path())?.flatten() {
            if file
                .path()
                .extension()
                .is_some_and(|extension| extension == "log")
            {
                fs::copy(file.path(), at.join(&name).join(file.file_name()))?;
            }
        }
    }
    Ok(())
}
