//! Writes samples in Prometheus' text form (version 0.0.4).
//!
//! Invariants: a family's samples stand together under its HELP and TYPE; there are at most so many samples of a
//! family as the limit says; label values are escaped, so that a group's name cannot forge a sample.

use std::fmt::{self, Display, Write as _};

use super::definition::{MetricDef, MetricKind};
use super::histogram::{BOUNDS_US, HistogramSnapshot};

/// The text in the making.
#[derive(Debug)]
pub(super) struct Exposition {
    text: String,
    limit: usize,
    left_out: u64,
}

/// The samples of one metric.
#[derive(Debug)]
pub(super) struct Family<'a> {
    exposition: &'a mut Exposition,
    def: &'static MetricDef,
    samples: usize,
}

impl Exposition {
    /// An empty text with at most `limit` samples of each family.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            text: String::with_capacity(16 * 1024),
            limit,
            left_out: 0,
        }
    }

    /// Begins a family; nothing is written before its first sample.
    pub(super) fn family(&mut self, def: &'static MetricDef) -> Family<'_> {
        Family {
            exposition: self,
            def,
            samples: 0,
        }
    }

    /// A family of one sample without labels.
    pub(super) fn single(&mut self, def: &'static MetricDef, value: impl Display) {
        self.family(def).sample(&[], value);
    }

    /// Counts samples that were not even collected because of the limit.
    pub(super) fn leave_out(&mut self, samples: usize) {
        self.left_out += samples as u64;
    }

    /// Samples that the limit kept out so far.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// Writes one sample; `labels` are the values in the order of the definition.
    pub(super) fn sample(&mut self, labels: &[&str], value: impl Display) {
        debug_assert_eq!(labels.len(), self.def.labels.len(), "{}", self.def.name);
        if self.begin_sample() {
            self.line("", labels, None, value);
        }
    }

    /// Writes the buckets, the sum and the count of a histogram of microseconds, in seconds.
    pub(super) fn histogram(&mut self, labels: &[&str], snapshot: &HistogramSnapshot) {
        debug_assert_eq!(self.def.kind, MetricKind::Histogram, "{}", self.def.name);
        if !self.begin_sample() {
            return;
        }
        let mut below = 0;
        for (bound, count) in BOUNDS_US.iter().zip(&snapshot.buckets) {
            below += count;
            let bound = (*bound as f64 / 1e6).to_string();
            self.line("_bucket", labels, Some(&bound), below);
        }
        self.line("_bucket", labels, Some("+Inf"), snapshot.count);
        self.line("_sum", labels, None, snapshot.sum_us as f64 / 1e6);
        self.line("_count", labels, None, snapshot.count);
    }

    fn begin_sample(&mut self) -> bool {
        if self.samples >= self.exposition.limit {
            self.exposition.left_out += 1;
            return false;
        }
        if self.samples == 0 {
            let (name, kind) = (self.def.name, self.def.kind.as_str());
            self.write(format_args!(
                "# HELP {name} {}\n# TYPE {name} {kind}\n",
                self.def.help
            ));
        }
        self.samples += 1;
        true
    }

    fn line(&mut self, suffix: &str, labels: &[&str], bound: Option<&str>, value: impl Display) {
        self.write(format_args!("{}{suffix}", self.def.name));
        let names = self.def.labels.iter().copied().zip(labels.iter().copied());
        let bound = bound.map(|bound| ("le", bound));
        let mut separator = '{';
        for (name, value) in names.chain(bound) {
            self.write(format_args!("{separator}{name}=\"{}\"", Escaped(value)));
            separator = ',';
        }
        let end = if separator == ',' { "}" } else { "" };
        self.write(format_args!("{end} {value}\n"));
    }

    fn write(&mut self, arguments: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _written = self.exposition.text.write_fmt(arguments);
    }
}

/// A label value with what Prometheus wants escaped.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::definition::{GROUP_LAG, LEADERS, LOG_SIZE, REQUEST_TIME};
    use super::super::histogram::Histogram;
    use super::*;

    #[test]
    fn a_family_has_its_help_and_type_once() {
        let mut text = Exposition::new(10);
        let mut family = text.family(&LOG_SIZE);
        family.sample(&["a", "0"], 1);
        family.sample(&["a", "1"], 2);
        assert_eq!(
            text.finish(),
            "# HELP kafka_log_log_size Bytes of the log on disk.\n\
             # TYPE kafka_log_log_size gauge\n\
             kafka_log_log_size{topic=\"a\",partition=\"0\"} 1\n\
             kafka_log_log_size{topic=\"a\",partition=\"1\"} 2\n"
        );
    }

    #[test]
    fn a_family_without_samples_is_not_shown() {
        let mut text = Exposition::new(10);
        text.family(&LOG_SIZE);
        assert_eq!(text.finish(), "");
    }

    #[test]
    fn a_sample_without_labels_has_no_braces() {
        let mut text = Exposition::new(10);
        text.single(&LEADERS, 3);
        assert!(
            text.finish()
                .ends_with("kafka_server_replicamanager_leadercount 3\n")
        );
    }

    #[test]
    fn a_name_cannot_forge_a_sample() {
        let mut text = Exposition::new(10);
        text.family(&GROUP_LAG)
            .sample(&["g\"} 1\nforged \\", "t", "0"], 5);
        let text = text.finish();
        assert_eq!(text.lines().count(), 3);
        assert!(
            text.contains(r#"{consumergroup="g\"} 1\nforged \\",topic="t",partition="0"} 5"#),
            "{text}"
        );
    }

    #[test]
    fn samples_over_the_limit_are_left_out_and_counted() {
        let mut text = Exposition::new(2);
        let mut family = text.family(&LOG_SIZE);
        for partition in ["0", "1", "2", "3"] {
            family.sample(&["a", partition], 1);
        }
        assert_eq!(text.left_out(), 2);
        assert_eq!(text.finish().lines().count(), 4);
    }

    #[test]
    fn buckets_of_a_histogram_add_up() {
        let histogram = Histogram::default();
        for us in [100, 3_000, 20_000_000] {
            histogram.count(Duration::from_micros(us));
        }
        let mut text = Exposition::new(10);
        text.family(&REQUEST_TIME)
            .histogram(&["Fetch"], &histogram.snapshot());
        let text = text.finish();
        for line in [
            "_bucket{request=\"Fetch\",le=\"0.0005\"} 1\n",
            "_bucket{request=\"Fetch\",le=\"0.005\"} 2\n",
            "_bucket{request=\"Fetch\",le=\"10\"} 2\n",
            "_bucket{request=\"Fetch\",le=\"+Inf\"} 3\n",
            "_sum{request=\"Fetch\"} 20.0031\n",
            "_count{request=\"Fetch\"} 3\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
