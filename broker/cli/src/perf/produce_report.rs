//! What a load came to: counts, rates, times.
//!
//! Invariant: records that should have gone before the warm-up was over are in no figure but `warm_up_records`.

use std::time::Duration;

use broker_client::{ClientError, Delivery};
use serde::Serialize;

use super::latency::{Latencies, Percentiles};
use crate::error::CliError;
use crate::output::{OutputFormat, Shown};
use crate::size;

/// When a record should have been written, after the start.
pub(crate) type Intended = Duration;

/// Counts while the load runs.
#[derive(Debug)]
pub(crate) struct Measured {
    warm_up: Duration,
    record_size: usize,
    latencies: Latencies,
    records: u64,
    warm_up_records: u64,
    failed: u64,
    failure: Option<ClientError>,
    last: Duration,
}

/// The figures of a whole run.
#[derive(Debug, Serialize)]
pub(crate) struct ProduceReport {
    topic: String,
    records: u64,
    failed: u64,
    warm_up_records: u64,
    record_size: usize,
    seconds: f64,
    records_per_second: f64,
    bytes_per_second: f64,
    target_records_per_second: Option<u64>,
    latency_ms: Option<Percentiles>,
}

impl Measured {
    pub(crate) fn new(warm_up: Duration, record_size: usize) -> Self {
        Self {
            warm_up,
            record_size,
            latencies: Latencies::new(),
            records: 0,
            warm_up_records: 0,
            failed: 0,
            failure: None,
            last: warm_up,
        }
    }

    /// Counts a delivery that came so long after the start.
    pub(crate) fn take_in(&mut self, delivery: Delivery<Intended>, now: Duration) {
        let measured = delivery
            .tokens
            .iter()
            .filter(|(intended, _)| *intended >= self.warm_up);
        let count: u64 = measured.clone().map(|(_, count)| count).sum();
        match delivery.outcome {
            Ok(_) => {
                for (intended, count) in measured {
                    self.latencies.record(now.saturating_sub(*intended), *count);
                }
                self.records += count;
                self.warm_up_records += delivery.records as u64 - count;
                if count > 0 {
                    self.last = now;
                }
            }
            Err(error) => {
                self.failed += delivery.records as u64;
                self.failure.get_or_insert(error);
            }
        }
    }

    /// The latest percentiles for a progress line.
    pub(crate) fn short(&self) -> String {
        self.latencies
            .percentiles()
            .map_or_else(|| "warming up".to_owned(), |percentiles| percentiles.short())
    }

    pub(crate) fn report(&self, topic: &str, rate: Option<u64>) -> ProduceReport {
        let seconds = self.last.saturating_sub(self.warm_up).as_secs_f64();
        let per_second = match self.records {
            0 => 0.0,
            records => records as f64 / seconds.max(1e-6),
        };
        ProduceReport {
            topic: topic.to_owned(),
            records: self.records,
            failed: self.failed,
            warm_up_records: self.warm_up_records,
            record_size: self.record_size,
            seconds,
            records_per_second: per_second,
            bytes_per_second: per_second * self.record_size as f64,
            target_records_per_second: rate,
            latency_ms: self.latencies.percentiles(),
        }
    }

    /// An error if records failed; tells the first failure.
    pub(crate) fn outcome(self, format: OutputFormat) -> Result<(), CliError> {
        let Some(failure) = self.failure else {
            return Ok(());
        };
        let delivered = self.records + self.warm_up_records;
        if delivered == 0 {
            return Err(failure.into());
        }
        CliError::Client(failure).print(format);
        let count = |records: u64| usize::try_from(records).unwrap_or(usize::MAX);
        Err(CliError::Partial {
            what: "records",
            failed: count(self.failed),
            total: count(self.failed + delivered),
        })
    }
}

impl Shown for ProduceReport {
    fn text(&self) -> String {
        let mut text = format!("records     {:>12}\n", self.records);
        if self.failed > 0 {
            text += &format!("failed      {:>12}\n", self.failed);
        }
        if self.warm_up_records > 0 {
            text += &format!("warm-up     {:>12}  not in the figures\n", self.warm_up_records);
        }
        text += &format!("time        {:>12.3} s\n", self.seconds);
        text += &format!(
            "rate        {:>12.0} records/s  {}/s\n",
            self.records_per_second,
            size::short(self.bytes_per_second)
        );
        if let Some(target) = self.target_records_per_second {
            text += &format!("target      {target:>12} records/s\n");
        }
        let from = match self.target_records_per_second {
            Some(_) => "from when each record was due to its acknowledgement",
            None => "from when each record was handed over to its acknowledgement",
        };
        match &self.latency_ms {
            Some(percentiles) => text + &format!("\nlatency, {from}\n{}", percentiles.text()),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_model::{Offset, PartitionIndex, TopicPartition};

    use super::*;

    fn delivery(tokens: &[(u64, u64)]) -> Delivery<Intended> {
        let tokens: Vec<(Duration, u64)> = tokens
            .iter()
            .map(|(ms, count)| (Duration::from_millis(*ms), *count))
            .collect();
        Delivery {
            partition: TopicPartition::new("t", PartitionIndex::new(0)),
            outcome: Ok(Some(Offset::ZERO)),
            records: tokens.iter().map(|(_, count)| *count as usize).sum(),
            bytes: 0,
            tokens,
        }
    }

    #[test]
    fn the_warm_up_is_in_no_figure() {
        let mut measured = Measured::new(Duration::from_millis(1000), 100);
        measured.take_in(delivery(&[(500, 7), (999, 1)]), Duration::from_millis(1500));
        measured.take_in(
            delivery(&[(999, 2), (1000, 3), (2000, 1)]),
            Duration::from_millis(3000),
        );
        let report = measured.report("t", None);
        assert_eq!((report.records, report.warm_up_records), (4, 10));
        assert_eq!(report.seconds, 2.0);
        assert_eq!(report.bytes_per_second, 200.0);
        let value = serde_json::to_value(&report).unwrap();
        let max = value["latency_ms"]["max"].as_f64().unwrap();
        assert!((max - 2000.0).abs() < 2.0, "{max}");
    }

    #[test]
    fn what_was_due_while_the_broker_stood_still_is_slow_too() {
        let mut measured = Measured::new(Duration::ZERO, 100);
        let stalled: Vec<(u64, u64)> = (0..100).map(|ms| (ms * 10, 1)).collect();
        measured.take_in(delivery(&stalled), Duration::from_millis(1000));
        let report = serde_json::to_value(measured.report("t", Some(100))).unwrap();
        assert!(report["latency_ms"]["p50"].as_f64().unwrap() > 500.0);
    }
}
