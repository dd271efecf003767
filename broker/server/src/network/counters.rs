//! What happened on the network so far, as plain counters; the metrics read them.

use crate::metrics::Counter;

/// What happened on the network since the start.
#[derive(Debug, Default)]
pub struct NetworkCounters {
    /// Connections let in.
    pub accepted: Counter,
    /// Connections dropped because their address had too many.
    pub refused: Counter,
    /// Failures of `accept` itself, for example for want of file descriptors.
    pub accept_errors: Counter,
    /// Connections that ended.
    pub closed: Counter,
    /// Connections closed because of what they sent.
    pub protocol_errors: Counter,
    /// Connections given up: idle, half-sent requests, unread answers, memory short.
    pub given_up: Counter,
    /// Requests whose handler panicked; the connection was closed, the broker lives.
    pub panics: Counter,
    /// Bytes read.
    pub bytes_in: Counter,
    /// Bytes written.
    pub bytes_out: Counter,
}
