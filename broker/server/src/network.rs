//! Sockets: listeners, connections, frames, and the bounds of everything that a peer can make us hold.
//!
//! Owns the byte budgets, the counts of connections and their deadlines. Invariants: memory is reserved for bytes
//! that came, never for bytes that were claimed; the requests of a connection are answered in order, one at a time;
//! a peer that does not read or does not send stops only itself. What is in a frame is `dispatch`'s business.

mod byte_budget;
mod catch_panic;
mod config;
mod connection;
mod counters;
mod deadlines;
mod frame_assembler;
mod heartbeat_paths;
mod identity;
mod listener;
mod output_queue;
mod quotas;
mod registry;
mod scratch;
mod transport;

use broker_model::MonotonicMs;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub use byte_budget::{BudgetLease, ByteBudget, NoRoom};
pub use config::{ConnectionBounds, Deadlines, ListenerBounds, ListenerConfig, NetworkConfig};
pub use counters::NetworkCounters;
pub use heartbeat_paths::{HeartbeatPaths, PathEnd};
pub use identity::{
    Authentication, ConnectionId, ConnectionIdentity, ListenerKind, ListenerName, RequestContext,
};
pub use listener::{BindError, BoundListener, Listeners};
pub use quotas::ConnectionQuotas;
use quotas::CreationRate;
use registry::Registry;

/// Closed connections that the log names at most.
const LOGGED_A_SECOND: u32 = 10;

/// What all connections share.
#[derive(Debug)]
pub struct NetworkState {
    /// The bounds.
    pub config: NetworkConfig,
    /// Bytes of requests that are received or with a handler.
    pub requests: ByteBudget,
    /// Bytes of answers that are made or being sent. A handler that reads much (Fetch) takes a lease before it reads.
    pub responses: ByteBudget,
    /// Large requests other than those of the hot path are handled one at a time.
    pub(crate) bulky: Semaphore,
    /// Counts of live connections.
    pub quotas: ConnectionQuotas,
    /// What happened so far.
    pub counters: NetworkCounters,
    /// Through which connections brokers are heard.
    pub heartbeat_paths: HeartbeatPaths,
    creation_rate: Mutex<CreationRate>,
    logged: Mutex<CreationRate>,
    registry: Registry,
}

impl NetworkState {
    /// A network without connections. A budget below the largest request is raised to it, so that every request
    /// that is allowed can be served.
    pub fn new(config: NetworkConfig) -> Self {
        Self {
            requests: ByteBudget::new(config.request_budget.max(config.max_request_size)),
            responses: ByteBudget::new(config.response_budget),
            bulky: Semaphore::new(1),
            quotas: ConnectionQuotas::new(config.connections.clone()),
            counters: NetworkCounters::default(),
            heartbeat_paths: HeartbeatPaths::default(),
            creation_rate: Mutex::default(),
            logged: Mutex::default(),
            registry: Registry::default(),
            config,
        }
    }

    /// Whether one more line about something that peers cause may be logged.
    fn may_log(&self, now: MonotonicMs) -> bool {
        let mut logged = self.logged.lock();
        let mut with_this = *logged;
        let is_due = with_this.count_one(Some(LOGGED_A_SECOND), now).is_zero();
        if is_due {
            *logged = with_this;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_peers_cause_is_logged_some_times_a_second() {
        let network = NetworkState::new(NetworkConfig::default());
        let at = |ms| {
            (0..100)
                .filter(|_| network.may_log(MonotonicMs::from_ms(ms)))
                .count()
        };
        assert_eq!(at(10_000), 10);
        assert_eq!(at(10_000), 0);
        assert_eq!(at(11_000), 10);
    }
}
