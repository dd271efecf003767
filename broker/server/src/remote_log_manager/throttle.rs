//! Lets copies and reads go at the rate that is configured for them (KIP-956).
//!
//! Owns the pace of one kind of work, and how long it was made to wait of late. Invariant: a rate that changes acts for
//! what waits, too.

use std::time::Duration;

use broker_model::MonotonicMs;
use broker_tiered::pace::{Pace, rescaled};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::RemoteLimits;
use crate::clock::Clock;
use crate::metrics::{RecentFigures, RecentTimes};

/// Where its rate stands among the limits.
pub(super) type RateOf = fn(&RemoteLimits) -> u64;

#[derive(Debug)]
pub(super) struct Throttle {
    rate: RateOf,
    pace: Mutex<Pace>,
    waits: Mutex<RecentTimes>,
}

impl Throttle {
    pub(super) fn new(rate: RateOf, limits: &RemoteLimits) -> Self {
        Self {
            rate,
            pace: Mutex::new(Pace::new(rate(limits))),
            waits: Mutex::default(),
        }
    }

    pub(super) fn set_limits(&self, limits: &RemoteLimits, now: MonotonicMs) {
        self.pace.lock().set_rate((self.rate)(limits), now);
    }

    /// How long work was made to wait of late; what did not wait is not counted, as in Kafka.
    pub(super) fn waits(&self, now: MonotonicMs) -> RecentFigures {
        self.waits.lock().figures(now)
    }

    /// Waits until so many bytes may go.
    pub(super) async fn pass(&self, bytes: u64, mut limits: watch::Receiver<RemoteLimits>, clock: &Clock) {
        let mut before = (self.rate)(&limits.borrow_and_update());
        let now = clock.monotonic();
        let mut wait = self.pace.lock().reserve(bytes, now);
        if wait > 0 {
            self.waits.lock().note(wait, now);
        }
        while wait > 0 {
            let begun = clock.monotonic();
            let changed = limits.changed();
            if let Err(_over) = tokio::time::timeout(Duration::from_millis(wait), changed).await {
                return;
            }
            let after = (self.rate)(&limits.borrow_and_update());
            let passed = clock.monotonic().since_ms(begun);
            wait = rescaled(wait.saturating_sub(passed), before, after);
            before = after;
        }
    }
}
