//! How a broker deals with its controller: it registers, is let in, is heard, and asks before it stops (KIP-631).

use std::time::Duration;

/// How a broker deals with its controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifecycleSettings {
    /// `broker.heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `broker.session.timeout.ms`.
    pub session_timeout: Duration,
    /// `initial.broker.registration.timeout.ms`.
    pub registration_timeout: Duration,
    /// `controller.socket.timeout.ms`.
    pub controller_timeout: Duration,
    /// `controlled.shutdown.enable`.
    pub controlled_shutdown: ControlledShutdown,
}

/// Whether a broker hands over its leaderships before it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlledShutdown {
    /// It does.
    Enabled,
    /// It just stops.
    Disabled,
}
