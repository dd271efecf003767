//! The life of a broker in its cluster: it registers, has itself let in, and says that it lives (KIP-631).

use broker_metadata::SUPPORTED_FEATURES;
use broker_model::{BrokerEpoch, MonotonicMs, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::broker_registration_request::{Feature, Listener};
use broker_protocol::messages::{
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse,
};

use super::{Asked, Halt, Process};
use crate::chance::Chance;
use crate::machine::Machine;
use crate::message::Request;

#[derive(Debug)]
pub(crate) struct Lifecycle {
    incarnation: Uuid,
    /// Of the registration; none before it was answered.
    pub(crate) epoch: Option<BrokerEpoch>,
    pub(crate) is_fenced: bool,
    wants: Wants,
    next: Option<MonotonicMs>,
}

/// What the broker wants of the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    In,
    Out,
}

impl Lifecycle {
    pub(super) fn new(now: MonotonicMs, chance: &mut Chance) -> Self {
        let mut incarnation = [0; 16];
        incarnation.copy_from_slice(&chance.bytes()[..16]);
        Self {
            incarnation: Uuid::from_random(incarnation),
            epoch: None,
            is_fenced: true,
            wants: Wants::In,
            next: Some(now),
        }
    }

    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        self.next
    }

    pub(super) fn try_again(&mut self, now: MonotonicMs) {
        self.next = Some(now.plus_ms(50));
    }
}

impl Process {
    /// Tells the node to stop, its leaderships first.
    pub(crate) fn stop(&mut self) {
        self.lifecycle.wants = Wants::Out;
        self.lifecycle.next.get_or_insert(self.now.monotonic);
    }

    /// Registers or says that it lives, when it is time.
    pub(super) fn live(&mut self) -> Result<(), Halt> {
        if self.lifecycle.next.is_none_or(|at| at > self.now.monotonic) {
            return Ok(());
        }
        let Some(controller) = self.controller() else {
            self.lifecycle.try_again(self.now.monotonic);
            return Ok(());
        };
        self.lifecycle.next = None;
        let timeout = self.machine.settings.controller_timeout_ms;
        match self.lifecycle.epoch {
            None => self.ask(controller, Asked::Register, self.registration(), timeout),
            Some(epoch) => self.ask(controller, Asked::Heartbeat, self.heartbeat_of(epoch), timeout),
        }
    }

    fn registration(&self) -> Request {
        let features = SUPPORTED_FEATURES.iter().map(|feature| Feature {
            name: feature.name.into(),
            min_supported_version: feature.minimum,
            max_supported_version: feature.maximum,
            ..Feature::default()
        });
        Request::Register(BrokerRegistrationRequest {
            broker_id: self.machine.id.value(),
            cluster_id: Machine::cluster().as_str().into(),
            incarnation_id: self.lifecycle.incarnation,
            listeners: vec![Listener {
                name: "PLAINTEXT".into(),
                host: format!("n{}", self.machine.id).as_str().into(),
                port: 9_092,
                ..Listener::default()
            }],
            features: features.collect(),
            log_dirs: vec![self.machine.directory.uuid()],
            previous_broker_epoch: self.replicas.previous_epoch.value(),
            ..BrokerRegistrationRequest::default()
        })
    }

    fn heartbeat_of(&self, epoch: BrokerEpoch) -> Request {
        let read = self.metadata.image().provenance.last_contained_offset;
        Request::Heartbeat(BrokerHeartbeatRequest {
            broker_id: self.machine.id.value(),
            broker_epoch: epoch.value(),
            current_metadata_offset: read.value(),
            want_fence: !self.replicas.are_hosted(),
            want_shut_down: self.lifecycle.wants == Wants::Out,
            ..BrokerHeartbeatRequest::default()
        })
    }

    pub(super) fn registered(&mut self, answer: &BrokerRegistrationResponse) {
        if answer.error_code != 0 {
            return self.lifecycle.try_again(self.now.monotonic);
        }
        self.lifecycle.epoch = Some(BrokerEpoch::new(answer.broker_epoch));
        self.lifecycle.next = Some(self.now.monotonic);
    }

    pub(super) fn heartbeat_answered(&mut self, answer: &BrokerHeartbeatResponse) {
        let now = self.now.monotonic;
        match ErrorCode::from_i16(answer.error_code) {
            Some(ErrorCode::None) => {
                self.lifecycle.is_fenced = answer.is_fenced;
                let in_a_hurry = answer.is_fenced || self.lifecycle.wants == Wants::Out;
                let pause = match in_a_hurry {
                    true => 50,
                    false => self.machine.settings.heartbeat_ms,
                };
                self.lifecycle.next = Some(now.plus_ms(pause));
                if answer.should_shut_down {
                    self.replicas.close_requested = true;
                }
            }
            // Another registration took this one's place, one that was under way when this process started.
            Some(ErrorCode::StaleBrokerEpoch | ErrorCode::BrokerIdNotRegistered) => {
                self.lifecycle.epoch = None;
                self.lifecycle.is_fenced = true;
                self.lifecycle.try_again(now);
            }
            _ => self.lifecycle.try_again(now),
        }
    }
}
