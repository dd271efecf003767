//! The task that registers a broker and sends its heartbeats.
//!
//! A heartbeat is sent when the interval is over, and at once when something is to be said that cannot wait: another
//! wish, another active controller, a connection that broke, a log directory that failed, news of a broker that may
//! stop when everybody has them.

use std::sync::Arc;
use std::time::Duration;

use broker_model::{BrokerEpoch, Offset, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{BrokerHeartbeatRequest, BrokerHeartbeatResponse};
use tokio::time::{sleep, timeout};

use super::{BrokerLifecycle, BrokerState, ControlledShutdown, LifecycleParts, RegistrationRefused, Wants};
use crate::drivers::controller_channel::ControllerUnavailable;
use crate::drivers::metadata_driver::MetadataUnavailable;

/// How often it is looked whether there is something to say.
const LOOK: Duration = Duration::from_millis(100);
/// Pause between heartbeats of a broker that waits to be let in or to be let go.
const IMPATIENT: Duration = Duration::from_millis(20);
/// Pause after a heartbeat or registration that was not taken.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a broker that wants to stop looks for a controller.
const LAST_SEARCH: Duration = Duration::from_secs(3);

/// The task's state.
pub(super) struct Heartbeats {
    lifecycle: Arc<BrokerLifecycle>,
    parts: LifecycleParts,
    /// What the last heartbeat said.
    said: Said,
}

/// What is worth another heartbeat when it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    wants: Wants,
    failed: Vec<Uuid>,
    cordoned: Vec<Uuid>,
    offset: Offset,
}

/// Why a registration is of no use any more.
enum Ended {
    /// The controller does not know it.
    Unknown,
    /// The broker stops.
    Stopping,
}

/// What comes after a heartbeat.
enum Next {
    After(Duration),
    End(Ended),
}

impl Heartbeats {
    pub(super) fn new(lifecycle: Arc<BrokerLifecycle>, parts: LifecycleParts) -> Self {
        Self {
            lifecycle,
            parts,
            said: Said::default(),
        }
    }

    pub(super) async fn run(mut self) {
        let mut last = ErrorCode::None;
        let first = timeout(self.parts.settings.registration_timeout, self.register(&mut last));
        let first = first.await.unwrap_or(Err(RegistrationRefused::TimedOut(last)));
        let mut registered = first;
        loop {
            let epoch = match registered {
                Ok(epoch) => epoch,
                Err(refused) => return self.lifecycle.enter(BrokerState::Refused(refused)),
            };
            tracing::info!(broker = %self.parts.node_id, %epoch, "this broker is registered");
            self.lifecycle.registered_with(epoch);
            match self.beat(epoch).await {
                Ended::Stopping => return self.lifecycle.enter(BrokerState::ShuttingDown),
                Ended::Unknown => {
                    tracing::warn!(%epoch, "the controller does not know this broker; it registers again");
                    registered = self.register(&mut last).await;
                }
            }
        }
    }

    /// Asks until there is an epoch.
    async fn register(&self, last: &mut ErrorCode) -> Result<BrokerEpoch, RegistrationRefused> {
        loop {
            let asked = self.parts.controller.call(self.parts.registration());
            match asked.await {
                Ok(answer) => match ErrorCode::from_i16(answer.error_code) {
                    Some(ErrorCode::None) => return Ok(BrokerEpoch::new(answer.broker_epoch)),
                    Some(
                        error @ (ErrorCode::InconsistentClusterId
                        | ErrorCode::UnsupportedVersion
                        | ErrorCode::InvalidRegistration),
                    ) => return Err(RegistrationRefused::Refused(error)),
                    error => {
                        let error = error.unwrap_or(ErrorCode::UnknownServerError);
                        if *last != error {
                            tracing::warn!(
                                code = error.name(),
                                "the controller does not register this broker yet"
                            );
                        }
                        *last = error;
                    }
                },
                Err(ControllerUnavailable::Here(MetadataUnavailable::Stopped)) => {
                    return Err(RegistrationRefused::Stopped);
                }
                Err(error) => {
                    *last = ErrorCode::RequestTimedOut;
                    tracing::warn!(%error, "this broker is not registered yet");
                }
            }
            sleep(PAUSE).await;
        }
    }

    /// Sends heartbeats for as long as the registration lasts.
    async fn beat(&mut self, epoch: BrokerEpoch) -> Ended {
        let mut unheard = Duration::ZERO;
        let mut wishes = self.lifecycle.wants.subscribe();
        loop {
            wishes.borrow_and_update();
            self.note_reading(epoch);
            let request = self.request(epoch);
            let stops = request.want_shut_down;
            if stops && self.nobody_takes_over() {
                return Ended::Stopping;
            }
            let patience = match stops {
                true => LAST_SEARCH.saturating_sub(unheard),
                false => self.parts.settings.session_timeout,
            };
            let answered = tokio::select! {
                answered = self.parts.controller.call_within(request, patience) => answered,
                // Nobody waits for an answer to what is wanted no longer.
                _ = wishes.changed() => continue,
            };
            let next = match answered {
                Ok(answer) => {
                    unheard = Duration::ZERO;
                    self.heard(epoch, &answer)
                }
                Err(ControllerUnavailable::Here(MetadataUnavailable::Stopped)) => return Ended::Stopping,
                Err(error) => {
                    tracing::warn!(%error, "a heartbeat of this broker was not answered");
                    unheard += patience;
                    match stops && unheard >= LAST_SEARCH {
                        true => Next::End(Ended::Stopping),
                        false => Next::After(PAUSE),
                    }
                }
            };
            match next {
                Next::After(pause) => self.wait(epoch, pause).await,
                Next::End(ended) => return ended,
            }
        }
    }

    fn request(&mut self, epoch: BrokerEpoch) -> BrokerHeartbeatRequest {
        self.said = self.to_say();
        BrokerHeartbeatRequest {
            broker_id: self.parts.node_id.value(),
            broker_epoch: epoch.value(),
            current_metadata_offset: self.said.offset.value(),
            want_fence: !self.said.wants.in_service,
            want_shut_down: self.said.wants.shut_down,
            offline_log_dirs: self.said.failed.clone(),
            cordoned_log_dirs: Some(self.said.cordoned.clone()),
            ..BrokerHeartbeatRequest::default()
        }
    }

    fn to_say(&self) -> Said {
        Said {
            wants: *self.lifecycle.wants.borrow(),
            failed: self.parts.failed_directories(),
            cordoned: self.parts.cordoned_directories(),
            offset: self.parts.metadata.published().next_offset.minus(1),
        }
    }

    fn heard(&self, epoch: BrokerEpoch, answer: &BrokerHeartbeatResponse) -> Next {
        match ErrorCode::from_i16(answer.error_code) {
            Some(ErrorCode::None) => {}
            Some(ErrorCode::StaleBrokerEpoch | ErrorCode::BrokerIdNotRegistered) => {
                return Next::End(Ended::Unknown);
            }
            code => {
                let name = code.map_or("unknown", ErrorCode::name);
                tracing::warn!(code = name, "a heartbeat of this broker was refused");
                return Next::After(PAUSE);
            }
        }
        self.note_reading(epoch);
        let Wants {
            in_service,
            shut_down,
        } = self.said.wants;
        if shut_down {
            self.lifecycle.enter(BrokerState::PendingControlledShutdown);
            return match answer.should_shut_down {
                true => Next::End(Ended::Stopping),
                false => Next::After(IMPATIENT),
            };
        }
        match (answer.is_fenced, in_service) {
            (false, _) => self.lifecycle.enter(BrokerState::Running),
            (true, true) => return Next::After(IMPATIENT),
            (true, false) => {}
        }
        Next::After(self.parts.settings.heartbeat_interval)
    }

    /// Goes on when the image has the registration.
    fn note_reading(&self, epoch: BrokerEpoch) {
        let is_read = self.parts.metadata.published().next_offset > Offset::new(epoch.value());
        if is_read && *self.lifecycle.state.borrow() == BrokerState::Starting {
            self.lifecycle.enter(BrokerState::Recovery);
        }
    }

    /// Whether no other broker could lead what this one leads: then it is of no use to wait for the controller.
    fn nobody_takes_over(&self) -> bool {
        let image = self.parts.metadata.image().load_full();
        let mut others = image.cluster.brokers.values();
        self.parts.settings.controlled_shutdown == ControlledShutdown::Disabled
            || !others.any(|broker| broker.id != self.parts.node_id && broker.is_active())
    }

    /// Waits for the pause to be over, or for something to say.
    async fn wait(&self, epoch: BrokerEpoch, pause: Duration) {
        let mut quorum = self.parts.controller.quorum();
        let mut wants = self.lifecycle.wants.subscribe();
        if self.to_say().wants != self.said.wants {
            return;
        }
        let registration = Offset::new(epoch.value()).plus(1);
        let has_read = async {
            match self.parts.metadata.published().next_offset < registration {
                true => drop(self.parts.metadata.published_to(registration).await),
                false => std::future::pending().await,
            }
        };
        let leader_epoch = quorum.borrow_and_update().leader_epoch;
        let other_leader = quorum.wait_for(|view| view.leader_epoch != leader_epoch && view.leader.is_some());
        tokio::select! {
            () = sleep(pause) => {}
            _ = wants.changed() => {}
            () = has_read => {}
            _ = other_leader => {}
            () = self.something_to_say() => {}
        }
    }

    /// Looks for what cannot wait.
    async fn something_to_say(&self) {
        loop {
            sleep(LOOK).await;
            let now = self.to_say();
            let is_awaited = now.offset > self.said.offset && self.somebody_stops();
            let is_new = now.failed != self.said.failed || now.cordoned != self.said.cordoned;
            if is_new || is_awaited || self.parts.controller.has_broken() {
                return;
            }
        }
    }

    /// Whether another broker waits until everybody has read that it leads nothing.
    fn somebody_stops(&self) -> bool {
        let image = self.parts.metadata.image().load_full();
        let mut brokers = image.cluster.brokers.values();
        brokers.any(|broker| broker.in_controlled_shutdown && !broker.fenced)
    }
}
