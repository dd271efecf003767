//! How a broker deals with its controller: it registers, is let in, is heard, and asks before it stops (KIP-631).

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use broker_model::BrokerEpoch;

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

/// The registration of this broker.
#[derive(Debug)]
pub struct BrokerLifecycle {
    epoch: AtomicI64,
}

impl Default for BrokerLifecycle {
    fn default() -> Self {
        Self {
            epoch: AtomicI64::new(BrokerEpoch::NONE.value()),
        }
    }
}

impl BrokerLifecycle {
    /// Epoch of the registration; [`BrokerEpoch::NONE`] before it.
    pub fn epoch(&self) -> BrokerEpoch {
        BrokerEpoch::new(self.epoch.load(Ordering::Acquire))
    }

    /// Takes note of a registration.
    pub fn registered(&self, epoch: BrokerEpoch) {
        self.epoch.store(epoch.value(), Ordering::Release);
    }
}
