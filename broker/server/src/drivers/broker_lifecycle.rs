//! How a broker deals with its controller: it registers, is let in, is heard, and asks before it stops (KIP-631).
//!
//! ```text
//! Starting ── has read its own registration ──► Recovery ── is let in ──► Running
//!                                                                            │ wants to stop
//!            ShuttingDown ◄── nobody sends it clients any more ── PendingControlledShutdown
//! ```
//! Owns the epoch of the registration and one task. Invariants: an epoch is told only when the controller has given
//! it; a broker that the controller does not know any more registers again, under the same incarnation, and goes on.
//! Whoever asks the controller for something in the broker's name says [`BrokerLifecycle::epoch`].

mod heartbeats;
mod parts;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use broker_model::BrokerEpoch;
use broker_protocol::ErrorCode;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use heartbeats::Heartbeats;
pub use parts::{ControlledShutdown, LifecycleParts, LifecycleSettings, OwnDirectory};

/// How far a broker is (as Kafka's `BrokerState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// No registration was asked for; that of a node that is no broker.
    NotRunning,
    /// It registers, and reads the metadata up to its registration.
    Starting,
    /// It knows its partitions; they are not served yet.
    Recovery,
    /// The controller sends it clients.
    Running,
    /// It waits until the controller sends it no clients any more.
    PendingControlledShutdown,
    /// Nobody is sent to it.
    ShuttingDown,
    /// The controller does not take it.
    Refused(RegistrationRefused),
}

/// A broker did not become part of its cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefused {
    /// The controller answered so, and will not change its mind.
    #[error("the controller refused this broker: {}", .0.message())]
    Refused(ErrorCode),
    /// `initial.broker.registration.timeout.ms` is over.
    #[error("no controller has registered this broker in time; the last answer was {}", .0.name())]
    TimedOut(ErrorCode),
    /// The node stops.
    #[error("the node stops")]
    Stopped,
}

/// What the broker wants of its controller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wants {
    in_service: bool,
    shut_down: bool,
}

/// The registration of this broker.
#[derive(Debug)]
pub struct BrokerLifecycle {
    epoch: AtomicI64,
    state: watch::Sender<BrokerState>,
    wants: watch::Sender<Wants>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Default for BrokerLifecycle {
    fn default() -> Self {
        Self {
            epoch: AtomicI64::new(BrokerEpoch::NONE.value()),
            state: watch::Sender::new(BrokerState::NotRunning),
            wants: watch::Sender::new(Wants::default()),
            task: Mutex::new(None),
        }
    }
}

impl BrokerLifecycle {
    /// Epoch of the registration; [`BrokerEpoch::NONE`] before it.
    pub fn epoch(&self) -> BrokerEpoch {
        BrokerEpoch::new(self.epoch.load(Ordering::Acquire))
    }

    /// How far the broker is; changes are told.
    pub fn state(&self) -> watch::Receiver<BrokerState> {
        self.state.subscribe()
    }

    /// Begins to register, on the runtime that this is called in.
    pub fn start(self: &Arc<Self>, parts: LifecycleParts) {
        self.state.send_replace(BrokerState::Starting);
        let heartbeats = Heartbeats::new(self.clone(), parts);
        let task = tokio::spawn(heartbeats.run());
        *self.task.lock() = Some(task);
    }

    /// Waits until the broker is registered, and the image has its registration and all before it.
    ///
    /// # Errors
    /// The controller does not take it, or there is none in time.
    pub async fn registered(&self) -> Result<BrokerEpoch, RegistrationRefused> {
        self.reached(|state| !matches!(state, BrokerState::NotRunning | BrokerState::Starting))
            .await?;
        Ok(self.epoch())
    }

    /// Asks to be let in, now that partitions can be served, and waits until that is so.
    ///
    /// # Errors
    /// The node stops.
    pub async fn unfenced(&self) -> Result<(), RegistrationRefused> {
        self.wants.send_modify(|wants| wants.in_service = true);
        let settled = |state: &BrokerState| {
            !matches!(
                state,
                BrokerState::NotRunning | BrokerState::Starting | BrokerState::Recovery
            )
        };
        self.reached(settled).await
    }

    async fn reached(&self, is_there: impl FnMut(&BrokerState) -> bool) -> Result<(), RegistrationRefused> {
        let mut state = self.state();
        let reached = state.wait_for(is_there).await.map(|state| *state);
        match reached {
            Ok(BrokerState::Refused(refused)) => Err(refused),
            Ok(_) => Ok(()),
            Err(_) => Err(RegistrationRefused::Stopped),
        }
    }

    /// Has the leaderships handed over, and waits until nobody sends clients here any more; at most so long. A broker
    /// that nobody can take over from stops as it is.
    pub async fn controlled_shutdown(&self, patience: Duration) {
        if *self.state.borrow() != BrokerState::Running {
            return;
        }
        self.wants.send_modify(|wants| wants.shut_down = true);
        let mut state = self.state();
        let stopped = state.wait_for(|state| *state == BrokerState::ShuttingDown);
        if timeout(patience, stopped).await.is_err() {
            tracing::warn!(
                ?patience,
                "the controller did not let this broker go in time; it stops all the same"
            );
        }
    }

    /// Ends the task; the controller hears nothing more.
    pub fn stop(&self) {
        self.state.send_replace(BrokerState::ShuttingDown);
        if let Some(task) = self.task.lock().take() {
            task.abort();
        }
    }

    fn registered_with(&self, epoch: BrokerEpoch) {
        self.epoch.store(epoch.value(), Ordering::Release);
    }

    /// Goes on to a later state; what has begun to stop does not go back.
    fn enter(&self, next: BrokerState) {
        self.state.send_if_modified(|state| {
            let is_new = *state != next && *state != BrokerState::ShuttingDown;
            if is_new {
                tracing::debug!(from = ?*state, to = ?next, "state of this broker");
                *state = next;
            }
            is_new
        });
    }
}
