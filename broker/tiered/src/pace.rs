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
}
