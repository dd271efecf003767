//! How long the cleaner waits so that its reads and writes stay below `log.cleaner.io.max.bytes.per.second`.
//!
//! Owns the start of the current period and the bytes since then; periods are short, so that a pause never makes up
//! for a burst much later.

use broker_model::MonotonicMs;

const PERIOD_MS: u64 = 300;

/// A limit on bytes per second over short periods.
#[derive(Clone, Copy, Debug)]
pub struct CleanerThrottle {
    bytes_per_second: f64,
    period_began: MonotonicMs,
    bytes: u64,
}

impl CleanerThrottle {
    /// A limit that begins to count now. An infinite one never waits.
    pub fn new(bytes_per_second: f64, now: MonotonicMs) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1.0),
            period_began: now,
            bytes: 0,
        }
    }

    /// Counts bytes that were read or written; answers for how many milliseconds to wait.
    pub fn wait_ms(&mut self, bytes: u64, now: MonotonicMs) -> u64 {
        self.bytes = self.bytes.saturating_add(bytes);
        let elapsed = now.since_ms(self.period_began);
        if elapsed < PERIOD_MS && self.bytes as f64 <= self.bytes_per_second * (PERIOD_MS as f64 / 1000.0) {
            return 0;
        }
        let needed = (self.bytes as f64 * 1000.0 / self.bytes_per_second) as u64;
        let wait = needed.saturating_sub(elapsed);
        self.period_began = now.plus_ms(wait);
        self.bytes = 0;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_waited_for_and_an_idle_cleaner_is_not() {
        let mut throttle = CleanerThrottle::new(1_000_000.0, MonotonicMs::from_ms(0));
        assert_eq!(throttle.wait_ms(200_000, MonotonicMs::from_ms(10)), 0);
        assert_eq!(throttle.wait_ms(300_000, MonotonicMs::from_ms(20)), 480);
        assert_eq!(throttle.wait_ms(100_000, MonotonicMs::from_ms(1000)), 0);
        let mut unlimited = CleanerThrottle::new(f64::INFINITY, MonotonicMs::from_ms(0));
        assert_eq!(unlimited.wait_ms(u64::MAX, MonotonicMs::from_ms(1)), 0);
    }
}
