//! Decides which connections are given up: idle ones, half-sent requests, answers that nobody reads, and, when
//! memory is short, whoever holds much of it and does not move.
//!
//! Pure: facts in, verdict out. The registry owns the facts, the reaper in `listener` executes the verdict.

use std::time::Duration;

use broker_model::MonotonicMs;

use super::config::Deadlines;
use super::identity::ConnectionId;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Waits for the first byte of a request.
    Idle,
    /// Has a part of a request.
    Receiving,
    /// Has a part of a request, and waits until it may hold more.
    AwaitingRoom,
    /// A handler has the request.
    Handling,
    /// An answer is being sent.
    Sending,
}

impl Phase {
    /// The phase whose discriminant is `value`; unknown ones are [`Phase::Handling`], which has no deadline.
    pub(super) const fn from_u8(value: u8) -> Self {
        match value {
            0 => Self::Idle,
            1 => Self::Receiving,
            2 => Self::AwaitingRoom,
            4 => Self::Sending,
            _ => Self::Handling,
        }
    }
}

/// What is known about one connection at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    /// Which connection.
    pub(super) id: ConnectionId,
    /// What it does.
    pub(super) phase: Phase,
    /// When that began; for a request, when its first byte came.
    pub(super) since: MonotonicMs,
    /// When the last byte came or went.
    pub(super) last_byte: MonotonicMs,
    /// Bytes held for it.
    pub(super) held: usize,
    /// Claimed size of the request that it sends.
    pub(super) claimed: usize,
}

/// How short memory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pressure {
    /// Since when requests wait for room, if they do.
    pub(super) requests_wait_since: Option<MonotonicMs>,
    /// Whether answers hold more than their budget.
    pub(super) answers: Shortage,
}

/// Whether a budget is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shortage {
    /// There is room.
    #[default]
    None,
    /// There is none.
    Full,
}

/// Why a connection is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum GiveUp {
    /// No request for `connections.max.idle.ms`.
    Idle,
    /// A half-sent request, for too long.
    SlowRequest,
    /// An answer that nobody reads.
    SlowReader,
    /// It holds memory that others wait for, and does not move.
    MemoryShort,
}

/// A peer that does not move for so long gives way to others when memory is short.
const STALL_UNDER_PRESSURE: Duration = Duration::from_millis(500);
/// Requests that all wait for each other's room are broken up after so long.
const DEADLOCK: Duration = Duration::from_secs(1);

/// Whether the connection has missed a deadline of its own.
pub(super) fn overdue(activity: &Activity, now: MonotonicMs, deadlines: &Deadlines) -> Option<GiveUp> {
    let age = elapsed(activity.since, now);
    let still = elapsed(activity.last_byte, now);
    match activity.phase {
        Phase::Idle => deadlines.idle.filter(|idle| age >= *idle).map(|_| GiveUp::Idle),
        Phase::Receiving => {
            let seconds = activity.claimed / deadlines.slowest_request_rate.max(1);
            let whole = deadlines.stalled_request + Duration::from_secs(seconds as u64);
            (still >= deadlines.stalled_request || age >= whole).then_some(GiveUp::SlowRequest)
        }
        Phase::Sending => (still >= deadlines.stalled_answer).then_some(GiveUp::SlowReader),
        Phase::AwaitingRoom | Phase::Handling => None,
    }
}

/// Who gives way when memory is short.
pub(super) fn shed(activities: &[Activity], now: MonotonicMs, pressure: Pressure) -> Vec<ConnectionId> {
    let stalled = |activity: &&Activity, phase: Phase| {
        activity.phase == phase
            && activity.held > 0
            && elapsed(activity.last_byte, now) >= STALL_UNDER_PRESSURE
    };
    let mut victims = Vec::new();
    if pressure.answers == Shortage::Full {
        victims.extend(
            activities
                .iter()
                .filter(|a| stalled(a, Phase::Sending))
                .map(|a| a.id),
        );
    }
    if let Some(since) = pressure.requests_wait_since {
        let before = victims.len();
        victims.extend(
            activities
                .iter()
                .filter(|a| stalled(a, Phase::Receiving))
                .map(|a| a.id),
        );
        if victims.len() == before && elapsed(since, now) >= DEADLOCK {
            let waiting = activities.iter().filter(|a| a.phase == Phase::AwaitingRoom);
            victims.extend(waiting.max_by_key(|a| a.held).map(|a| a.id));
        }
    }
    victims
}

fn elapsed(since: MonotonicMs, now: MonotonicMs) -> Duration {
    Duration::from_millis(now.since_ms(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(ms)
    }

    fn activity(phase: Phase) -> Activity {
        Activity {
            id: ConnectionId(1),
            phase,
            since: at(0),
            last_byte: at(0),
            held: 100,
            claimed: 100,
        }
    }

    #[test]
    fn a_byte_now_and_then_does_not_save_a_half_sent_request() {
        let deadlines = Deadlines::default();
        let slow = Activity {
            last_byte: at(9_900),
            ..activity(Phase::Receiving)
        };
        assert_eq!(overdue(&slow, at(9_999), &deadlines), None);
        assert_eq!(overdue(&slow, at(10_000), &deadlines), Some(GiveUp::SlowRequest));
        let large = Activity {
            claimed: 64 * 1024 * 60,
            ..slow
        };
        assert_eq!(overdue(&large, at(19_000), &deadlines), None);
        assert_eq!(overdue(&large, at(19_900), &deadlines), Some(GiveUp::SlowRequest));
    }

    #[test]
    fn a_waiting_handler_has_no_deadline() {
        assert_eq!(
            overdue(&activity(Phase::Handling), at(1 << 40), &Deadlines::default()),
            None
        );
    }

    #[test]
    fn an_idle_connection_and_an_unread_answer_are_given_up() {
        let deadlines = Deadlines::default();
        assert_eq!(
            overdue(&activity(Phase::Idle), at(600_000), &deadlines),
            Some(GiveUp::Idle)
        );
        assert_eq!(
            overdue(&activity(Phase::Sending), at(60_000), &deadlines),
            Some(GiveUp::SlowReader)
        );
        let for_ever = Deadlines {
            idle: None,
            ..deadlines
        };
        assert_eq!(overdue(&activity(Phase::Idle), at(1 << 40), &for_ever), None);
    }

    #[test]
    fn only_those_who_do_not_move_give_way() {
        let pressure = Pressure {
            requests_wait_since: Some(at(900)),
            ..Pressure::default()
        };
        let moving = Activity {
            last_byte: at(800),
            ..activity(Phase::Receiving)
        };
        let stalled = Activity {
            id: ConnectionId(2),
            last_byte: at(400),
            ..moving
        };
        assert_eq!(shed(&[moving, stalled], at(1000), pressure), [ConnectionId(2)]);
        assert!(shed(&[moving, stalled], at(1000), Pressure::default()).is_empty());
    }

    #[test]
    fn requests_that_wait_for_each_other_are_broken_up_at_the_largest() {
        let pressure = Pressure {
            requests_wait_since: Some(at(0)),
            ..Pressure::default()
        };
        let small = activity(Phase::AwaitingRoom);
        let large = Activity {
            id: ConnectionId(2),
            held: 200,
            ..small
        };
        assert_eq!(shed(&[small, large], at(999), pressure), []);
        assert_eq!(shed(&[small, large], at(1000), pressure), [ConnectionId(2)]);
    }

    #[test]
    fn unread_answers_give_way_when_answers_fill_their_budget() {
        let pressure = Pressure {
            answers: Shortage::Full,
            ..Pressure::default()
        };
        assert_eq!(shed(&[activity(Phase::Sending)], at(499), pressure), []);
        assert_eq!(
            shed(&[activity(Phase::Sending)], at(500), pressure),
            [ConnectionId(1)]
        );
    }
}
