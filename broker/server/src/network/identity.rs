//! Who is at the other end of a connection, and what a handler learns of a request beside its body.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_model::{BrokerEpoch, BrokerId, Now};
use broker_protocol::ApiKey;
use parking_lot::Mutex;

/// Name of a listener, as in `listeners`: `PLAINTEXT`, `INTERNAL`, …
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerName(Arc<str>);

impl ListenerName {
    /// Takes the name; Kafka compares names in upper case, which is the config's to do.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ListenerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who comes through a listener, which decides what is served there (KIP-631).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListenerKind {
    /// Clients, and brokers as clients of one another.
    Client,
    /// Members of the quorum, brokers, and administrators of the quorum.
    Controller,
}

/// Number of a connection in this process, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// How far a connection has proven who it is. A listener without SASL has one state only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The listener asks nobody who they are: `User:ANONYMOUS`.
    Anonymous,
}

impl Authentication {
    /// Kafka's text for the principal.
    pub const fn principal(self) -> &'static str {
        match self {
            Self::Anonymous => "User:ANONYMOUS",
        }
    }

    /// The principal's name.
    pub const fn user(self) -> &'static str {
        match self {
            Self::Anonymous => "ANONYMOUS",
        }
    }
}

/// Whether a request came by itself or out of the envelope of another node (KIP-590).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    Direct,
    Forwarded,
}

/// What stays the same while a connection lives, and whose heartbeats it carries.
#[derive(Debug)]
pub struct ConnectionIdentity {
    /// Number of the connection.
    pub id: ConnectionId,
    /// Listener that it came through; decides which endpoints it is told.
    pub listener: ListenerName,
    /// What is served there.
    pub kind: ListenerKind,
    /// Address of the peer.
    pub client_address: SocketAddr,
    /// Who the peer is.
    pub authentication: Authentication,
    arrival: Arrival,
    heartbeats: Mutex<Option<(BrokerId, BrokerEpoch)>>,
}

impl ConnectionIdentity {
    /// A connection through that listener.
    pub fn new(
        id: ConnectionId,
        listener: ListenerName,
        kind: ListenerKind,
        client_address: SocketAddr,
    ) -> Self {
        Self {
            id,
            listener,
            kind,
            client_address,
            authentication: Authentication::Anonymous,
            arrival: Arrival::Direct,
            heartbeats: Mutex::new(None),
        }
    }

    /// The client behind a request that another node handed on through `carrier`.
    pub fn of_forwarded(carrier: &Self, client_address: SocketAddr) -> Self {
        let listener = carrier.listener.clone();
        Self {
            arrival: Arrival::Forwarded,
            ..Self::new(carrier.id, listener, carrier.kind, client_address)
        }
    }

    /// Whether another node handed the request on.
    pub fn is_forwarded(&self) -> bool {
        self.arrival == Arrival::Forwarded
    }

    /// Notes whose heartbeats came through it.
    pub fn heartbeats_of(&self, sender: (BrokerId, BrokerEpoch)) {
        *self.heartbeats.lock() = Some(sender);
    }

    /// Whose heartbeats came through it.
    pub fn heartbeats(&self) -> Option<(BrokerId, BrokerEpoch)> {
        *self.heartbeats.lock()
    }
}

/// What a handler learns of a request beside its body.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The API of the request.
    pub api: ApiKey,
    /// Its version; also that of the answer.
    pub api_version: i16,
    /// The client's number for the request.
    pub correlation_id: i32,
    /// What the client calls itself; shares memory with the frame, so detach it before keeping it.
    pub client_id: Option<StringBytes>,
    /// When the last byte of the request was read.
    pub received: Now,
    /// The connection that it came through.
    pub connection: Arc<ConnectionIdentity>,
}

impl RequestContext {
    /// Listener that the request came through.
    pub fn listener(&self) -> &ListenerName {
        &self.connection.listener
    }

    /// Address of the client.
    pub fn client_address(&self) -> SocketAddr {
        self.connection.client_address
    }

    /// The client id, empty for none.
    pub fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
    }
}
