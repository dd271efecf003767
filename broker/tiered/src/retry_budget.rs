//! When a store that failed is asked again.
//!
//! Invariants: pauses grow with every failure in a row up to a limit and are spread by chance, so that a thousand
//! partitions do not come back at once; a success ends them. Nothing is ever given up: copying is late, producing goes
//! on, and local retention waits.

/// Longest and shortest pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryLimits {
    /// `remote.log.manager.task.retry.backoff.ms`.
    pub first_ms: u64,
    /// `remote.log.manager.task.retry.backoff.max.ms`.
    pub most_ms: u64,
}

/// How often in a row the store failed for one purpose.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    limits: RetryLimits,
    failures: u32,
}

impl RetryBudget {
    /// Of a store that has not failed.
    pub fn new(limits: RetryLimits) -> Self {
        Self { limits, failures: 0 }
    }

    /// Notes a failure; how long to wait, in ms. `chance` is any random number.
    pub fn failed(&mut self, chance: u32) -> u64 {
        let doubled = self.limits.first_ms.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let pause = doubled.min(self.limits.most_ms);
        // Between half of it and all of it.
        let spread = pause / 2;
        pause - spread * u64::from(chance) / u64::from(u32::MAX)
    }

    /// Notes a success.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> RetryBudget {
        RetryBudget::new(RetryLimits {
            first_ms: 500,
            most_ms: 30_000,
        })
    }

    #[test]
    fn pauses_double_up_to_the_limit() {
        let mut budget = budget();
        let pauses: Vec<u64> = (0..8).map(|_| budget.failed(0)).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        for _ in 0..100 {
            assert_eq!(budget.failed(0), 30_000);
        }
    }

    #[test]
    fn chance_takes_at_most_half_of_a_pause() {
        for chance in [0, 1, u32::MAX / 2, u32::MAX] {
            let pause = budget().failed(chance);
            assert!((250..=500).contains(&pause), "{pause}");
        }
        assert_eq!(budget().failed(u32::MAX), 250);
    }

    #[test]
    fn a_success_ends_the_row() {
        let mut budget = budget();
        budget.failed(0);
        budget.failed(0);
        budget.succeeded();
        assert_eq!(budget.failed(0), 500);
    }
}
