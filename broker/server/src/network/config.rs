//! The bounds of the network as plain values; which Kafka property sets which is the config's business.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::identity::{ListenerKind, ListenerName};

/// One socket that is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerConfig {
    /// Its name in `listeners`.
    pub name: ListenerName,
    /// Host to bind; empty for every interface, IPv6 and IPv4.
    pub host: String,
    /// Port to bind; 0 for any free one.
    pub port: u16,
    /// Who may come through it.
    pub kind: ListenerKind,
}

impl ListenerConfig {
    /// A listener for clients.
    pub fn new(name: ListenerName, host: impl Into<String>, port: u16) -> Self {
        Self {
            name,
            host: host.into(),
            port,
            kind: ListenerKind::Client,
        }
    }

    /// The same listener for another kind of peers.
    #[must_use]
    pub fn of_kind(self, kind: ListenerKind) -> Self {
        Self { kind, ..self }
    }
}

/// Bounds and socket options of all listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Connections that the kernel queues before they are accepted (`socket.listen.backlog.size`).
    pub backlog: i32,
    /// `SO_SNDBUF` in bytes; none leaves it to the kernel, which adapts it (`socket.send.buffer.bytes`).
    pub send_buffer: Option<usize>,
    /// `SO_RCVBUF` in bytes; none leaves it to the kernel (`socket.receive.buffer.bytes`).
    pub receive_buffer: Option<usize>,
    /// Largest request in bytes (`socket.request.max.bytes`).
    pub max_request_size: usize,
    /// Most bytes of requests held at a time, over all connections (`queued.max.request.bytes`).
    pub request_budget: usize,
    /// Most bytes of answers held at a time, over all connections.
    pub response_budget: usize,
    /// How many connections there may be, until that is changed.
    pub connections: ConnectionBounds,
    /// When peers are given up.
    pub deadlines: Deadlines,
}

/// How many connections there may be; can change while the broker runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionBounds {
    /// Most connections (`max.connections`).
    pub max_connections: usize,
    /// Most connections of one address (`max.connections.per.ip`).
    pub max_per_ip: usize,
    /// Exceptions from that (`max.connections.per.ip.overrides`).
    pub max_per_ip_overrides: HashMap<IpAddr, usize>,
    /// Most new connections a second (`max.connection.creation.rate`).
    pub max_creation_rate: Option<u32>,
    /// Bounds of single listeners (`listener.name.<name>.…`).
    pub by_listener: HashMap<ListenerName, ListenerBounds>,
}

/// How many connections one listener may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerBounds {
    /// Most connections (`max.connections`).
    pub max_connections: usize,
    /// Most new connections a second (`max.connection.creation.rate`).
    pub max_creation_rate: Option<u32>,
}

impl ConnectionBounds {
    /// The bounds of a listener.
    pub fn of_listener(&self, name: &ListenerName) -> ListenerBounds {
        self.by_listener.get(name).copied().unwrap_or(ListenerBounds {
            max_connections: usize::MAX,
            max_creation_rate: None,
        })
    }
}

impl Default for ConnectionBounds {
    fn default() -> Self {
        Self {
            max_connections: usize::MAX,
            max_per_ip: usize::MAX,
            max_per_ip_overrides: HashMap::new(),
            max_creation_rate: None,
            by_listener: HashMap::new(),
        }
    }
}

/// When peers are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// A connection without requests (`connections.max.idle.ms`); none keeps it for ever.
    pub idle: Option<Duration>,
    /// A request of which no byte came for so long.
    pub stalled_request: Duration,
    /// A request that is not whole after `stalled_request` plus its size at this many bytes a second.
    pub slowest_request_rate: usize,
    /// An answer of which no byte could be sent for so long.
    pub stalled_answer: Duration,
}

const MIB: usize = 1024 * 1024;

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            backlog: 50,
            send_buffer: None,
            receive_buffer: None,
            max_request_size: 100 * MIB,
            request_budget: 128 * MIB,
            response_budget: 128 * MIB,
            connections: ConnectionBounds::default(),
            deadlines: Deadlines::default(),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            idle: Some(Duration::from_mins(10)),
            stalled_request: Duration::from_secs(10),
            slowest_request_rate: 64 * 1024,
            stalled_answer: Duration::from_secs(60),
        }
    }
}
