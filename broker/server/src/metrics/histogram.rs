//! Times in a few buckets, counted without a lock.

use std::array;
use std::time::Duration;

use super::Counter;

/// Upper bounds of the buckets in microseconds; what is larger is only in the count.
pub(super) const BOUNDS_US: [u64; 14] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];

/// How many times fell into each bucket.
#[derive(Debug)]
pub struct Histogram {
    buckets: [Counter; BOUNDS_US.len()],
    above: Counter,
    sum_us: Counter,
}

/// A histogram at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HistogramSnapshot {
    /// Times between each bound and the one before it.
    pub(super) buckets: [u64; BOUNDS_US.len()],
    /// All times.
    pub(super) count: u64,
    /// Their sum in microseconds.
    pub(super) sum_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: array::from_fn(|_| Counter::default()),
            above: Counter::default(),
            sum_us: Counter::default(),
        }
    }
}

impl Histogram {
    /// Counts one time.
    pub fn count(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS_US.iter().position(|bound| us <= *bound);
        place.map_or(&self.above, |place| &self.buckets[place]).add(1);
        self.sum_us.add(us);
    }

    /// What was counted so far. The count is the sum of the buckets, whatever is counted meanwhile.
    pub(super) fn snapshot(&self) -> HistogramSnapshot {
        let buckets = array::from_fn(|place| self.buckets[place].get());
        HistogramSnapshot {
            buckets,
            count: buckets.iter().sum::<u64>() + self.above.get(),
            sum_us: self.sum_us.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_at_a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        histogram.count(Duration::from_micros(500));
        histogram.count(Duration::from_micros(501));
        histogram.count(Duration::from_secs(60));
        let snapshot = histogram.snapshot();
        assert_eq!(snapshot.buckets[..3], [1, 1, 0]);
        assert_eq!(snapshot.count, 3);
    }
}
