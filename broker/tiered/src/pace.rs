//! How fast copies and reads may go (KIP-956): `remote.log.manager.copy.max.bytes.per.second` and its like for fetches.
//!
//! Owns the moment from which on nothing is owed. Invariant: over any time no more bytes are let through than the rate
//! allows and one reservation beside; who comes first goes first, and waits for those before.

use broker_model::MonotonicMs;

/// A rate and what was let through of it.
#[derive(Clone, Debug)]
pub struct Pace {
    bytes_per_second: u64,
    free_from: MonotonicMs,
    /// Thousandths of a byte's time that are too short to be waited for.
    remainder: u64,
}

impl Pace {
    /// Lets that many bytes through in a second.
    pub fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1),
            free_from: MonotonicMs::from_ms(0),
            remainder: 0,
        }
    }

    /// Changes the rate, also for what waits: it is `rescaled`, here and by those who wait.
    pub fn set_rate(&mut self, bytes_per_second: u64, now: MonotonicMs) {
        let before = std::mem::replace(&mut self.bytes_per_second, bytes_per_second.max(1));
        let left = self.free_from.max(now).since_ms(now);
        self.free_from = now.plus_ms(rescaled(left, before, self.bytes_per_second));
        self.remainder = 0;
    }

    /// Takes a place for `bytes`; how many ms to wait before they may go.
    pub fn reserve(&mut self, bytes: u64, now: MonotonicMs) -> u64 {
        let begins = self.free_from.max(now);
        let wait = begins.since_ms(now);
        let owed = u128::from(bytes) * 1_000 + u128::from(self.remainder);
        let rate = u128::from(self.bytes_per_second);
        let takes = u64::try_from(owed / rate).unwrap_or(u64::MAX);
        self.remainder = u64::try_from(owed % rate).unwrap_or(0);
        self.free_from = begins.plus_ms(takes);
        wait
    }
}

/// What is left of a wait at one rate when another takes its place.
pub fn rescaled(left_ms: u64, before: u64, after: u64) -> u64 {
    let bytes = u128::from(left_ms) * u128::from(before);
    u64::try_from(bytes / u128::from(after.max(1))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_goes_through_than_the_rate_allows() {
        let mut pace = Pace::new(1_000);
        let (mut now, mut let_through) = (5_000, 0);
        for step in 0..200_u64 {
            let bytes = step * 7 % 50;
            now += pace.reserve(bytes, MonotonicMs::from_ms(now));
            let_through += bytes;
            let passed = now - 5_000;
            assert!(let_through <= passed + 50, "{let_through} bytes in {passed} ms");
        }
        assert!(now - 5_000 >= let_through - 50);
    }

    #[test]
    fn who_was_idle_has_saved_nothing_and_owes_nothing() {
        let mut pace = Pace::new(1_000);
        assert_eq!(pace.reserve(500, MonotonicMs::from_ms(0)), 0);
        assert_eq!(pace.reserve(1, MonotonicMs::from_ms(100)), 400);
        assert_eq!(pace.reserve(1_000, MonotonicMs::from_ms(60_000)), 0);
        assert_eq!(pace.reserve(1, MonotonicMs::from_ms(60_000)), 1_000);
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let mut pace = Pace::new(u64::MAX);
        for _ in 0..1_000 {
            assert_eq!(pace.reserve(1 << 40, MonotonicMs::from_ms(3)), 0);
        }
    }

    #[test]
    fn another_rate_acts_for_what_waits_too() {
        let mut pace = Pace::new(1_000);
        let now = MonotonicMs::from_ms(10_000);
        pace.reserve(60_000, now);
        pace.set_rate(6_000, now);
        assert_eq!(
            pace.reserve(0, now),
            10_000,
            "what takes a minute takes ten seconds"
        );
        assert_eq!(rescaled(60_000, 1_000, 6_000), 10_000);
        pace.set_rate(600, now);
        assert_eq!(pace.reserve(0, now), 100_000);
        pace.set_rate(u64::MAX, now);
        assert_eq!(pace.reserve(0, now), 0);
    }
}
