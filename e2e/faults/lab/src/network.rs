//! A network of the lab's own: one namespace a node with a bridge between them, or the loopback device where the
//! machine does not let us.
//!
//! Clients live in the namespace of the bridge and reach every node; faults between nodes leave them alone. Names
//! carry our process id. Invariant: dropping the network removes every namespace that it made, and only those.

use std::fs::File;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::os::fd::AsFd;

use crate::disturbance::{Disturbance, Disturbed, QUEUE};
use crate::error::LabError;
use crate::leftovers::{self, Leftover};
use crate::program::{is_there, run};

/// Where nodes listen for clients and brokers, and for controllers.
const PORTS: (u16, u16) = (9092, 9093);
/// Where clients are.
const OUTSIDE: &str = "10.77.0.254";
/// Ports of the first node where all share the loopback device.
const LOOPBACK_PORTS: u16 = 27_100;

/// The network of one cluster.
#[derive(Debug)]
pub struct Network {
    bridge: Option<String>,
    nodes: i32,
}

/// Which packets a cut takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Those that the first would receive.
    Incoming,
    /// All between the two.
    Both,
}

impl Network {
    /// Lays it for nodes 1 to `nodes`.
    pub fn lay(nodes: i32) -> Result<Self, LabError> {
        if !is_there("ip") || run("ip netns list").is_err() {
            return Ok(Self { bridge: None, nodes });
        }
        let bridge = format!("fl{}", std::process::id());
        if run(&format!("ip netns add {bridge}")).is_err() {
            return Ok(Self { bridge: None, nodes });
        }
        leftovers::add(Leftover::Namespace(bridge.clone()));
        let network = Self {
            bridge: Some(bridge.clone()),
            nodes,
        };
        run(&format!("ip -n {bridge} link add br0 type bridge"))?;
        run(&format!("ip -n {bridge} link set br0 up"))?;
        run(&format!("ip -n {bridge} link set lo up"))?;
        run(&format!("ip -n {bridge} addr add {OUTSIDE}/24 dev br0"))?;
        for node in 1..=nodes {
            let name = format!("{bridge}n{node}");
            run(&format!("ip netns add {name}"))?;
            leftovers::add(Leftover::Namespace(name.clone()));
            run(&format!(
                "ip link add v0 netns {name} type veth peer name b{node} netns {bridge}"
            ))?;
            run(&format!("ip -n {bridge} link set b{node} master br0"))?;
            run(&format!("ip -n {bridge} link set b{node} up"))?;
            run(&format!("ip -n {name} addr add 10.77.0.{node}/24 dev v0"))?;
            run(&format!("ip -n {name} link set v0 up"))?;
            run(&format!("ip -n {name} link set lo up"))?;
        }
        network.enter()?;
        Ok(network)
    }

    /// Moves this thread, and all that it starts from now on, to where clients are.
    fn enter(&self) -> Result<(), LabError> {
        if let Some(bridge) = &self.bridge {
            let handle = File::open(format!("/run/netns/{bridge}"))?;
            move_into_link_name_space(handle.as_fd(), Some(LinkNameSpaceType::Network))?;
        }
        Ok(())
    }

    /// Host of a node.
    pub fn host(&self, node: i32) -> String {
        match &self.bridge {
            Some(_) => format!("10.77.0.{node}"),
            None => "127.0.0.1".to_owned(),
        }
    }

    /// Ports of a node: for clients, for controllers.
    pub fn ports(&self, node: i32) -> (u16, u16) {
        match &self.bridge {
            Some(_) => PORTS,
            None => {
                let first = LOOPBACK_PORTS + u16::try_from(node).unwrap_or(0) * 2;
                (first, first + 1)
            }
        }
    }

    /// Host of what is where clients are, as nodes reach it.
    pub fn outside(&self) -> &'static str {
        match &self.bridge {
            Some(_) => OUTSIDE,
            None => "127.0.0.1",
        }
    }

    /// The node with that address.
    pub fn node_of(&self, host: &str) -> Result<i32, LabError> {
        self.bridge()?;
        let unknown = || LabError::Unusable(format!("no node has the address {host}"));
        (1..=self.nodes)
            .find(|node| self.host(*node) == host)
            .ok_or_else(unknown)
    }

    /// What runs a program where the node is.
    pub fn prefix(&self, node: i32) -> Vec<String> {
        match &self.bridge {
            // Not `ip netns exec`: that hides later mounts from the program, and keeps earlier ones busy.
            Some(bridge) => vec![
                "nsenter".into(),
                format!("--net=/run/netns/{bridge}n{node}"),
                "--".into(),
            ],
            None => Vec::new(),
        }
    }

    fn at(&self, node: i32, line: &str) -> Result<String, LabError> {
        let bridge = self.bridge()?;
        run(&format!("ip netns exec {bridge}n{node} {line}"))
    }

    fn bridge(&self) -> Result<&str, LabError> {
        let none = || LabError::Missing("network namespaces cannot be made here".to_owned());
        self.bridge.as_deref().ok_or_else(none)
    }

    fn filter(&self, node: i32, rule: &str) -> Result<(), LabError> {
        if !is_there("iptables") {
            return Err(LabError::Missing("iptables is not installed".to_owned()));
        }
        self.at(node, &format!("iptables {rule}")).map(drop)
    }

    /// Takes packets between two nodes away.
    pub fn cut(&self, node: i32, other: i32, direction: Direction) -> Result<(), LabError> {
        self.filter(node, &format!("-A INPUT -s {} -j DROP", self.host(other)))?;
        if direction == Direction::Both {
            self.filter(other, &format!("-A INPUT -s {} -j DROP", self.host(node)))?;
        }
        Ok(())
    }

    /// Cuts a node off from all other nodes, not from clients.
    pub fn isolate(&self, node: i32, direction: Direction) -> Result<(), LabError> {
        (1..=self.nodes)
            .filter(|other| *other != node)
            .try_for_each(|other| self.cut(node, other, direction))
    }

    /// The rest of the nodes hear nothing from it; it hears them.
    pub fn silence(&self, node: i32) -> Result<(), LabError> {
        (1..=self.nodes)
            .filter(|other| *other != node)
            .try_for_each(|other| self.cut(other, node, Direction::Incoming))
    }

    /// Delays, reorders and loses what a node sends to other nodes, until what is answered is dropped.
    pub fn disturb(&self, node: i32, disturbance: Disturbance) -> Result<Disturbed, LabError> {
        let namespace = File::open(format!("/run/netns/{}n{node}", self.bridge()?))?;
        let disturbed = Disturbed::begin(namespace, disturbance)?;
        for other in (1..=self.nodes).filter(|other| *other != node) {
            let host = self.host(other);
            self.filter(
                node,
                &format!("-A OUTPUT -d {host} -j NFQUEUE --queue-num {QUEUE} --queue-bypass"),
            )?;
        }
        Ok(disturbed)
    }

    /// Pulls a node's plug, for other nodes and clients, or puts it back.
    pub fn link(&self, node: i32, state: &str) -> Result<(), LabError> {
        let bridge = self.bridge()?;
        run(&format!("ip -n {bridge} link set b{node} {state}")).map(drop)
    }

    /// Lets no more than that through to a node.
    pub fn limit(&self, node: i32, kilobits: u32) -> Result<(), LabError> {
        let bridge = self.bridge()?;
        run(&format!(
            "tc -n {bridge} qdisc add dev b{node} root tbf rate {kilobits}kbit burst 16kb latency 400ms"
        ))
        .map(drop)
    }

    /// Undoes every fault.
    pub fn heal(&self) {
        let Some(bridge) = &self.bridge else { return };
        for node in 1..=self.nodes {
            for chain in ["INPUT", "OUTPUT"] {
                self.at(node, &format!("iptables -F {chain}")).ok();
            }
            run(&format!("ip -n {bridge} link set b{node} up")).ok();
            run(&format!("tc -n {bridge} qdisc del dev b{node} root")).ok();
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let Some(bridge) = &self.bridge else { return };
        let nodes = (1..=self.nodes).map(|node| format!("{bridge}n{node}"));
        for name in nodes.chain([bridge.clone()]) {
            run(&format!("ip netns del {name}")).ok();
            leftovers::strike(&Leftover::Namespace(name));
        }
    }
}
