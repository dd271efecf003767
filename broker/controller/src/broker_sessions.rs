//! Who is alive: the sessions of brokers with the active controller (KIP-631, KIP-1066 leaves them as they are).
//!
//! Soft state of the controller that is active now; it is not in the log, and a new controller begins with everybody
//! alive. Invariant: a broker is fenced only after a whole session without a heartbeat, or after its connection broke
//! and it did not come back within the grace; time is monotonic, so that a jump of the wall clock fences nobody (I30).
//!
//! Worked example: session 9 s, grace 300 ms. A broker is killed 2 s after its heartbeat: its connection breaks at
//! once, and it is fenced 300 ms later, not 7 s. One that is frozen keeps its connection, and has its whole session.

use std::collections::HashMap;

use broker_metadata::BrokerRegistration;
use broker_model::{BrokerEpoch, BrokerId, MonotonicMs, Offset};

/// How long brokers may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// `broker.session.timeout.ms`.
    pub session_ms: u64,
    /// How long a broker whose connection broke may take to connect again.
    pub reconnect_ms: u64,
}

/// One broker as the controller hears it.
#[derive(Clone, Debug)]
struct Session {
    epoch: BrokerEpoch,
    expires: MonotonicMs,
    metadata_offset: Offset,
    /// Offset of the decision that took its leaderships; it may stop when all that are alive have seen it.
    shutdown_offset: Option<Offset>,
}

/// The sessions of all brokers.
#[derive(Clone, Debug)]
pub struct BrokerSessions {
    limits: SessionLimits,
    sessions: HashMap<BrokerId, Session>,
}

impl BrokerSessions {
    /// Of a controller that becomes active: everybody who is registered gets a whole session to be heard.
    pub fn begin(
        limits: SessionLimits,
        registered: impl IntoIterator<Item = (BrokerId, BrokerEpoch)>,
        now: MonotonicMs,
    ) -> Self {
        let mut sessions = Self {
            limits,
            sessions: HashMap::new(),
        };
        for (id, epoch) in registered {
            sessions.heard(id, epoch, Offset::NONE, now);
        }
        sessions
    }

    /// Notes a heartbeat or a registration.
    pub fn heard(&mut self, id: BrokerId, epoch: BrokerEpoch, metadata_offset: Offset, now: MonotonicMs) {
        let expires = now.plus_ms(self.limits.session_ms);
        match self.sessions.get_mut(&id) {
            Some(session) if session.epoch == epoch => {
                session.expires = expires;
                session.metadata_offset = session.metadata_offset.max(metadata_offset);
            }
            // An earlier process of the broker says nothing about the one that is registered.
            Some(session) if session.epoch > epoch => {}
            _ => {
                let session = Session {
                    epoch,
                    expires,
                    metadata_offset,
                    shutdown_offset: None,
                };
                self.sessions.insert(id, session);
            }
        }
    }

    /// Notes that the broker's connection broke: it is given the grace instead of what is left of its session.
    pub fn connection_broke(&mut self, id: BrokerId, epoch: BrokerEpoch, now: MonotonicMs) {
        let grace = now.plus_ms(self.limits.reconnect_ms);
        if let Some(session) = self.sessions.get_mut(&id)
            && session.epoch == epoch
        {
            session.expires = session.expires.min(grace);
        }
    }

    /// Whether the registered process is there: this controller has heard a heartbeat of it, and in time. One that is
    /// only given its time, because another controller knew it, does not keep its successor out.
    pub fn is_alive(&self, broker: &BrokerRegistration, now: MonotonicMs) -> bool {
        self.sessions.get(&broker.id).is_some_and(|session| {
            let was_heard = session.metadata_offset != Offset::NONE;
            session.epoch == broker.epoch && session.expires > now && was_heard
        })
    }

    /// Forgets who was not heard in time.
    pub fn forget_expired(&mut self, now: MonotonicMs) {
        self.sessions.retain(|_, session| session.expires > now);
    }

    /// Brokers that were not heard in time, with the epochs of the sessions that are over, the longest silent first.
    pub fn expired(&self, now: MonotonicMs) -> Vec<(BrokerId, BrokerEpoch)> {
        let mut silent: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.expires <= now)
            .map(|(id, session)| (session.expires, *id, session.epoch))
            .collect();
        silent.sort_unstable();
        silent.into_iter().map(|(_, id, epoch)| (id, epoch)).collect()
    }

    /// When the next session ends, if nobody is heard until then.
    pub fn next_expiry(&self) -> Option<MonotonicMs> {
        self.sessions.values().map(|session| session.expires).min()
    }

    /// Notes at which offset the decision stands that took the leaderships of a broker that wants to stop.
    pub fn shuts_down_after(&mut self, id: BrokerId, decided_at: Offset) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.shutdown_offset = Some(decided_at);
        }
    }

    /// Whether every broker that is heard has seen that the broker's leaderships are gone, so that no client is sent
    /// to it any more.
    ///
    /// Of a shutdown that an earlier controller began the offset is not known; a broker that waited for it would never
    /// stop. Then it is enough that everybody was heard by this controller.
    pub fn may_shut_down(&self, id: BrokerId, now: MonotonicMs) -> bool {
        let Some(session) = self.sessions.get(&id) else {
            return false;
        };
        let decided_at = session.shutdown_offset.unwrap_or(Offset::ZERO);
        let alive = self.sessions.values().filter(|session| session.expires > now);
        alive
            .into_iter()
            .all(|session| session.metadata_offset >= decided_at)
    }

    /// How far the broker has read the metadata, as it said last.
    pub fn metadata_offset(&self, id: BrokerId) -> Option<Offset> {
        self.sessions.get(&id).map(|session| session.metadata_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits = SessionLimits {
        session_ms: 9_000,
        reconnect_ms: 300,
    };

    fn broker(number: i32) -> BrokerId {
        BrokerId::new(number)
    }

    fn epoch(number: i64) -> BrokerEpoch {
        BrokerEpoch::new(number)
    }

    fn at(ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(ms)
    }

    fn two() -> BrokerSessions {
        BrokerSessions::begin(LIMITS, [(broker(1), epoch(10)), (broker(2), epoch(20))], at(0))
    }

    #[test]
    fn a_silent_broker_has_its_whole_session() {
        let mut sessions = two();
        sessions.heard(broker(1), epoch(10), Offset::new(5), at(4_000));
        assert!(sessions.expired(at(8_999)).is_empty());
        assert_eq!(sessions.expired(at(9_000)), [(broker(2), epoch(20))]);
        assert_eq!(sessions.expired(at(13_000)).len(), 2);
        assert_eq!(sessions.next_expiry(), Some(at(9_000)));
    }

    #[test]
    fn a_broken_connection_shortens_it_to_the_grace_and_a_heartbeat_restores_it() {
        let mut sessions = two();
        sessions.connection_broke(broker(1), epoch(10), at(2_000));
        assert_eq!(sessions.expired(at(2_300)), [(broker(1), epoch(10))]);
        sessions.heard(broker(1), epoch(10), Offset::NONE, at(2_200));
        assert!(sessions.expired(at(2_300)).is_empty());
    }

    #[test]
    fn an_earlier_process_of_the_broker_changes_nothing() {
        let mut sessions = two();
        sessions.heard(broker(1), epoch(11), Offset::NONE, at(100));
        sessions.heard(broker(1), epoch(10), Offset::NONE, at(5_000));
        sessions.connection_broke(broker(1), epoch(10), at(5_000));
        assert!(sessions.expired(at(9_099)).iter().all(|(id, _)| *id != broker(1)));
        assert!(sessions.expired(at(9_100)).contains(&(broker(1), epoch(11))));
    }

    #[test]
    fn a_broker_stops_when_all_who_are_alive_know_that_it_leads_nothing() {
        let mut sessions = two();
        assert!(!sessions.may_shut_down(broker(1), at(0)), "nothing was decided");
        sessions.shuts_down_after(broker(1), Offset::new(50));
        sessions.heard(broker(1), epoch(10), Offset::new(50), at(100));
        assert!(
            !sessions.may_shut_down(broker(1), at(100)),
            "2 may still send clients there"
        );
        sessions.heard(broker(2), epoch(20), Offset::new(50), at(200));
        assert!(sessions.may_shut_down(broker(1), at(200)));
    }

    #[test]
    fn a_shutdown_that_an_earlier_controller_began_comes_to_its_end() {
        let mut sessions = two();
        sessions.heard(broker(1), epoch(10), Offset::new(50), at(100));
        assert!(!sessions.may_shut_down(broker(1), at(100)), "2 was not heard");
        sessions.heard(broker(2), epoch(20), Offset::new(40), at(200));
        assert!(sessions.may_shut_down(broker(1), at(200)));
    }

    #[test]
    fn a_dead_broker_keeps_nobody_from_stopping() {
        let mut sessions = two();
        sessions.shuts_down_after(broker(1), Offset::new(50));
        sessions.heard(broker(1), epoch(10), Offset::new(50), at(8_000));
        assert!(!sessions.may_shut_down(broker(1), at(8_999)));
        assert!(sessions.may_shut_down(broker(1), at(9_000)));
    }
}
