//! Broker configs of listeners, sockets and connections.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_NETWORK:
    "advertised.listeners": List = Null, Distinct, High, ReadOnly, Public, Yes, [],
        "Addresses that clients are told to connect to; the listeners themselves when not set.";
    "background.threads": Int = Value("10"), AtLeast(1), High, ClusterWide, Public, No(NO_SUCH_PART), [],
        "How many threads do background work.";
    "connection.failed.authentication.delay.ms": Int = Value("100"), AtLeast(0), Low, ReadOnly, Public, No(SASL), [],
        "How long a failed authentication is kept waiting for its answer.";
    "connections.max.idle.ms": Long = Value("600000"), Any, Medium, ReadOnly, Public, Yes, [],
        "An idle connection is closed after this time.";
    "connections.max.reauth.ms": Long = Value("0"), Any, Medium, ReadOnly, Public, No(SASL), [],
        "A session must authenticate again within this time; 0 means never.";
    "early.start.listeners": List = Null, Distinct, High, ReadOnly, Public, No(QUORUM), [],
        "Listeners that open before the broker is ready.";
    "inter.broker.listener.name": String = Null, Any, Medium, ReadOnly, Public, Yes, [],
        "Listener over which brokers talk to each other.";
    "listener.security.protocol.map": String = Value("SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT"), Any, Low, PerBroker, Public, Yes, [],
        "Which security protocol each listener speaks; PLAINTEXT is served.";
    "listeners": List = Value("PLAINTEXT://:9092"), Distinct, High, PerBroker, Public, Yes, [],
        "Addresses to listen on, each with the name of its listener.";
    "max.connection.creation.rate": Int = Value("2147483647"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "Most new connections in a second.";
    "max.connections": Int = Value("2147483647"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "Most connections at a time.";
    "max.connections.per.ip": Int = Value("2147483647"), AtLeast(0), Medium, ClusterWide, Public, Yes, [],
        "Most connections from one address.";
    "max.connections.per.ip.overrides": String = Value(""), Any, Medium, ClusterWide, Public, Yes, [],
        "Other limits for some addresses, as address:number.";
    "num.io.threads": Int = Value("8"), AtLeast(1), High, ClusterWide, Public, No(NO_SUCH_PART), [],
        "How many threads handle requests.";
    "num.network.threads": Int = Value("3"), AtLeast(1), High, ClusterWide, Public, No(NO_SUCH_PART), [],
        "How many threads read and write sockets.";
    "queued.max.request.bytes": Long = Value("-1"), Any, Medium, ReadOnly, Public, Yes, [],
        "Bytes of requests held at a time; -1 for the built-in budget.";
    "queued.max.requests": Int = Value("500"), AtLeast(1), High, ReadOnly, Public, No(NO_SUCH_PART), [],
        "Requests that may wait for a thread.";
    "request.timeout.ms": Int = Value("30000"), Any, High, ReadOnly, Public, No(MORE_NODES), [],
        "How long a request of the broker itself may take.";
    "socket.connection.setup.timeout.max.ms": Long = Value("30000"), Any, Medium, ReadOnly, Public, No(MORE_NODES), [],
        "Longest time for the set-up of an outgoing connection.";
    "socket.connection.setup.timeout.ms": Long = Value("10000"), Any, Medium, ReadOnly, Public, No(MORE_NODES), [],
        "First time limit for the set-up of an outgoing connection.";
    "socket.listen.backlog.size": Int = Value("50"), AtLeast(1), Medium, ReadOnly, Public, Yes, [],
        "Connections that may wait to be accepted.";
    "socket.receive.buffer.bytes": Int = Value("102400"), Any, High, ReadOnly, Public, Yes, [],
        "Receive buffer of a socket; -1 for that of the system.";
    "socket.request.max.bytes": Int = Value("104857600"), AtLeast(1), High, ReadOnly, Public, Yes, [],
        "Largest request.";
    "socket.send.buffer.bytes": Int = Value("102400"), Any, High, ReadOnly, Public, Yes, [],
        "Send buffer of a socket; -1 for that of the system.";
}
