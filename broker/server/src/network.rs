//! Sockets: listeners, connections, frames, and the bounds of everything that a peer can make us hold.
//!
//! Owns the byte budgets, the counts of connections and their deadlines. Invariants: memory is reserved for bytes
//! that came, never for bytes that were claimed; the requests of a connection are answered in order, one at a time;
//! a peer that does not read or does not send stops only itself. What is in a frame is `dispatch`'s business.

mod identity;

pub use identity::{Authentication, ConnectionId, ConnectionIdentity, ListenerName, RequestContext};

/// Byte budgets, connection counts and counters of the listeners.
#[derive(Debug, Default)]
pub struct NetworkState {}
