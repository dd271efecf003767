//! BrokerHeartbeat (63): what a broker may do next, by what it wants and how far it has read (KIP-631, KIP-841).
//!
//! ```text
//!              caught up and wants in                wants to stop and leads something
//!   fenced ─────────────────────────► active ────────────────────────────────────► in controlled shutdown
//!     ▲  wants out, or is silent        │  wants to stop and leads nothing                 │ nobody sends it clients
//!     └─────────────────────────────────┴──────────────► may stop ◄────────────────────────┘
//! ```
//! The registration is in the log; who is heard when is in [`BrokerSessions`], which this only reads.

use broker_metadata::image::BrokerRegistration;
use broker_model::{BrokerEpoch, BrokerId, MonotonicMs, Offset};
use broker_protocol::messages::{BrokerHeartbeatRequest, BrokerHeartbeatResponse};

use crate::{BrokerSessions, Outcome, QuorumController};

/// What the controller decides about a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Stay,
    Unfence,
    Fence,
    BeginShutdown,
    Stop,
}

impl QuorumController {
    /// Answers a heartbeat. The caller tells the sessions of it before, and afterwards at which offset the records
    /// of a controlled shutdown stand.
    pub fn broker_heartbeat(
        &self,
        sessions: &BrokerSessions,
        request: &BrokerHeartbeatRequest,
        now: MonotonicMs,
    ) -> Outcome<BrokerHeartbeatResponse> {
        let id = BrokerId::new(request.broker_id);
        let epoch = BrokerEpoch::new(request.broker_epoch);
        let broker = match self.registered_broker(id, epoch) {
            Ok(broker) => broker,
            Err(error) => {
                return Outcome::answer(BrokerHeartbeatResponse {
                    error_code: error.code.code(),
                    ..BrokerHeartbeatResponse::default()
                });
            }
        };
        let is_caught_up = Offset::new(request.current_metadata_offset) >= Offset::new(epoch.value());
        let news = self.directory_news(broker, request);
        let next = match self.next_state(broker, request, sessions, now) {
            // Let in, it would be elected from the directory that has just failed: it has to ask again.
            Next::Unfence if news.has_failures() => Next::Stay,
            next => next,
        };
        let decided = match next {
            Next::Stay => Ok(Outcome::answer(())),
            Next::Unfence => self.unfence_broker(id, epoch),
            Next::Fence | Next::Stop => self.fence_broker(id, epoch),
            Next::BeginShutdown => self.begin_controlled_shutdown(id, epoch),
        };
        let is_fenced = match next {
            Next::Stay | Next::BeginShutdown => broker.fenced,
            Next::Unfence => false,
            Next::Fence | Next::Stop => true,
        };
        let mut records = match next {
            // Every partition of the broker changes already.
            Next::Fence | Next::Stop | Next::BeginShutdown => Vec::new(),
            Next::Stay | Next::Unfence => self.partitions_of_failed(id, &news.failed),
        };
        records.extend(news.registration_change());
        match decided {
            Ok(outcome) => {
                records.extend(outcome.records);
                let response = BrokerHeartbeatResponse {
                    is_caught_up,
                    is_fenced,
                    should_shut_down: next == Next::Stop,
                    ..BrokerHeartbeatResponse::default()
                };
                Outcome::new(records, response)
            }
            Err(error) => Outcome::answer(BrokerHeartbeatResponse {
                error_code: error.code.code(),
                ..BrokerHeartbeatResponse::default()
            }),
        }
    }

    fn next_state(
        &self,
        broker: &BrokerRegistration,
        request: &BrokerHeartbeatRequest,
        sessions: &BrokerSessions,
        now: MonotonicMs,
    ) -> Next {
        let is_caught_up = request.current_metadata_offset >= broker.epoch.value();
        if broker.fenced {
            return match (request.want_shut_down, request.want_fence) {
                (true, _) => Next::Stop,
                (false, false) if is_caught_up => Next::Unfence,
                (false, _) => Next::Stay,
            };
        }
        if broker.in_controlled_shutdown {
            let is_free = !self.leads_anything(broker.id) && sessions.may_shut_down(broker.id, now);
            return if is_free { Next::Stop } else { Next::Stay };
        }
        match (request.want_shut_down, request.want_fence) {
            (true, true) => Next::Stop,
            (true, false) if self.leads_anything(broker.id) => Next::BeginShutdown,
            (true, false) => Next::Stop,
            (false, true) => Next::Fence,
            (false, false) => Next::Stay,
        }
    }

    fn leads_anything(&self, id: BrokerId) -> bool {
        self.image().topics.indexes().led_by(id) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionLimits;
    use crate::small_world::World;

    const LIMITS: SessionLimits = SessionLimits {
        session_ms: 9_000,
        reconnect_ms: 300,
    };

    fn at(ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(ms)
    }

    fn sessions(world: &World) -> BrokerSessions {
        let brokers = &world.controller.image().cluster.brokers;
        BrokerSessions::begin(
            LIMITS,
            brokers.values().map(|broker| (broker.id, broker.epoch)),
            at(0),
        )
    }

    fn beat(world: &World, id: i32) -> BrokerHeartbeatRequest {
        BrokerHeartbeatRequest {
            broker_id: id,
            broker_epoch: world.epoch(id).value(),
            current_metadata_offset: world.controller.loader().next_offset().value(),
            ..BrokerHeartbeatRequest::default()
        }
    }

    fn send(
        world: &mut World,
        sessions: &BrokerSessions,
        request: &BrokerHeartbeatRequest,
    ) -> BrokerHeartbeatResponse {
        let outcome = world.controller.broker_heartbeat(sessions, request, at(0));
        world.commit(outcome)
    }

    fn leader(world: &World) -> i32 {
        world.partition("t", 0).leader.value()
    }

    #[test]
    fn a_fenced_broker_is_let_in_when_it_has_read_its_own_registration() {
        let mut world = World::with_brokers(1);
        world.register(2);
        let sessions = sessions(&world);
        let mut early = beat(&world, 2);
        early.current_metadata_offset = world.epoch(2).value() - 1;
        let answer = send(&mut world, &sessions, &early);
        assert!(answer.is_fenced && !answer.is_caught_up);
        let late = beat(&world, 2);
        let answer = send(&mut world, &sessions, &late);
        assert!(!answer.is_fenced && answer.is_caught_up);
        assert!(world.controller.image().cluster.is_active(BrokerId::new(2)));
    }

    #[test]
    fn a_broker_that_wants_to_stay_out_stays_out() {
        let mut world = World::with_brokers(1);
        world.register(2);
        let sessions = sessions(&world);
        let request = BrokerHeartbeatRequest {
            want_fence: true,
            ..beat(&world, 2)
        };
        assert!(send(&mut world, &sessions, &request).is_fenced);
    }

    #[test]
    fn a_leader_that_wants_to_stop_loses_its_leaderships_first() {
        let mut world = World::with_brokers(3);
        world.create("t", 1, 3);
        let mut sessions = sessions(&world);
        let stopping = leader(&world);
        let request = |world: &World| BrokerHeartbeatRequest {
            want_shut_down: true,
            ..beat(world, stopping)
        };
        let first = request(&world);
        let answer = send(&mut world, &sessions, &first);
        assert!(!answer.should_shut_down);
        assert_ne!(leader(&world), stopping, "the leadership moved before it stops");
        let decided_at = world.controller.loader().next_offset().minus(1);
        sessions.shuts_down_after(BrokerId::new(stopping), decided_at);
        let second = request(&world);
        assert!(
            !send(&mut world, &sessions, &second).should_shut_down,
            "the others have not read it"
        );
        for id in 1..=3 {
            sessions.heard(BrokerId::new(id), world.epoch(id), decided_at, at(0));
        }
        assert!(send(&mut world, &sessions, &second).should_shut_down);
    }

    #[test]
    fn a_broker_that_leads_nothing_stops_at_once() {
        let mut world = World::with_brokers(2);
        let sessions = sessions(&world);
        let request = BrokerHeartbeatRequest {
            want_shut_down: true,
            ..beat(&world, 2)
        };
        assert!(send(&mut world, &sessions, &request).should_shut_down);
    }

    #[test]
    fn a_stale_epoch_is_told_so() {
        let mut world = World::with_brokers(1);
        let request = beat(&world, 1);
        world.register(1);
        let sessions = sessions(&world);
        let answer = send(&mut world, &sessions, &request);
        assert_eq!(
            answer.error_code,
            broker_protocol::ErrorCode::StaleBrokerEpoch.code()
        );
    }
}
