//! Times that things took, and their percentiles: exact to three digits from a microsecond to an hour.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// One hour: what takes longer counts as that.
const LONGEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// A histogram of times.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    histogram: Histogram<u64>,
}

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    mean: f64,
    p50: f64,
    p75: f64,
    p90: f64,
    p95: f64,
    p99: f64,
    #[serde(rename = "p99.9")]
    p99_9: f64,
    #[serde(rename = "p99.99")]
    p99_99: f64,
    max: f64,
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self {
            histogram: Histogram::new_with_bounds(1, LONGEST_US, DIGITS)
                .expect("the bounds are constants that the histogram takes"),
        }
    }

    /// Counts a time so many times.
    pub(crate) fn record(&mut self, took: Duration, count: u64) {
        let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.histogram.saturating_record_n(us.min(LONGEST_US), count);
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The percentiles; none if nothing was counted.
    pub(crate) fn percentiles(&self) -> Option<Percentiles> {
        if self.count() == 0 {
            return None;
        }
        let ms = |us: f64| us.round() / 1000.0;
        let at = |percentile: f64| ms(self.histogram.value_at_percentile(percentile) as f64);
        Some(Percentiles {
            mean: ms(self.histogram.mean()),
            p50: at(50.0),
            p75: at(75.0),
            p90: at(90.0),
            p95: at(95.0),
            p99: at(99.0),
            p99_9: at(99.9),
            p99_99: at(99.99),
            max: ms(self.histogram.max() as f64),
        })
    }
}

impl Percentiles {
    /// Lines for people, each after its name.
    pub(crate) fn text(&self) -> String {
        let lines = [
            ("mean", self.mean),
            ("p50", self.p50),
            ("p75", self.p75),
            ("p90", self.p90),
            ("p95", self.p95),
            ("p99", self.p99),
            ("p99.9", self.p99_9),
            ("p99.99", self.p99_99),
            ("max", self.max),
        ];
        let line = |(name, ms): (&str, f64)| format!("{name:<12}{ms:>12.3} ms\n");
        lines.into_iter().map(line).collect()
    }

    /// The median and the tail, short.
    pub(crate) fn short(&self) -> String {
        format!("p50 {:.1} ms  p99 {:.1} ms", self.p50, self.p99)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ms(times: impl IntoIterator<Item = (u64, u64)>) -> Percentiles {
        let mut latencies = Latencies::new();
        for (ms, count) in times {
            latencies.record(Duration::from_millis(ms), count);
        }
        latencies.percentiles().unwrap()
    }

    fn is_near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= expected / 1000.0,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn percentiles_are_those_of_the_counted_times_to_three_digits() {
        let percentiles = of_ms((1..=10_000).map(|ms| (ms, 1)));
        is_near(percentiles.p50, 5000.0);
        is_near(percentiles.p99, 9900.0);
        is_near(percentiles.p99_99, 9999.0);
        is_near(percentiles.max, 10_000.0);
        is_near(percentiles.mean, 5000.5);
    }

    #[test]
    fn times_that_are_counted_together_weigh_as_if_counted_one_by_one() {
        let together = of_ms([(1, 999), (100, 1)]);
        let single = of_ms((0..1000).map(|n| if n < 999 { (1, 1) } else { (100, 1) }));
        assert_eq!(together, single);
        is_near(together.p99, 1.0);
        is_near(together.max, 100.0);
    }

    #[test]
    fn beyond_an_hour_is_an_hour_and_nothing_has_no_percentiles() {
        is_near(of_ms([(u64::MAX / 2, 1)]).max, 3_600_000.0);
        assert_eq!(Latencies::new().percentiles(), None);
    }
}
