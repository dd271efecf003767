//! What the operator counts about itself, and how it is shown to Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How a pass ended.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It failed and is repeated.
    Failed,
}

#[derive(Debug, Default)]
struct Counts {
    passes: BTreeMap<(&'static str, Outcome), u64>,
    seconds: BTreeMap<&'static str, f64>,
    writes: BTreeMap<String, u64>,
    steps: BTreeMap<&'static str, u64>,
    running: BTreeMap<String, i64>,
    leads: bool,
}

/// Counts of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

impl Metrics {
    fn change(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A pass over an object begins, at this time in seconds since 1970.
    pub fn began(&self, object: &str, at: i64) {
        self.change(|counts| {
            counts.running.insert(object.to_owned(), at);
        });
    }

    /// A pass over an object ended.
    pub fn ended(&self, kind: &'static str, object: &str, outcome: Outcome, took: Duration) {
        self.change(|counts| {
            counts.running.remove(object);
            *counts.passes.entry((kind, outcome)).or_default() += 1;
            *counts.seconds.entry(kind).or_default() += took.as_secs_f64();
        });
    }

    /// Something was written to Kubernetes.
    pub fn wrote(&self, kind: &str) {
        self.change(|counts| *counts.writes.entry(kind.to_owned()).or_default() += 1);
    }

    /// A step that disturbs a node was taken.
    pub fn stepped(&self, reason: &'static str) {
        self.change(|counts| *counts.steps.entry(reason).or_default() += 1);
    }

    /// Whether this process is the one that acts.
    pub fn leads(&self, leads: bool) {
        self.change(|counts| counts.leads = leads);
    }

    /// Everything, as Prometheus reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = Page::default();
        page.family("reconcile_total", "counter", "Passes over objects.");
        for ((kind, outcome), count) in &counts.passes {
            let result = match outcome {
                Outcome::Done => "done",
                Outcome::Failed => "failed",
            };
            page.sample("reconcile_total", &[("kind", kind), ("result", result)], count);
        }
        page.family("reconcile_seconds_total", "counter", "Time spent in passes.");
        for (kind, seconds) in &counts.seconds {
            page.sample("reconcile_seconds_total", &[("kind", kind)], seconds);
        }
        page.family(
            "reconcile_in_progress_start_time_seconds",
            "gauge",
            "When the pass that runs over an object began.",
        );
        for (object, at) in &counts.running {
            page.sample(
                "reconcile_in_progress_start_time_seconds",
                &[("object", object)],
                at,
            );
        }
        page.family(
            "writes_total",
            "counter",
            "Writes to Kubernetes; while nothing changes there are none.",
        );
        for (kind, count) in &counts.writes {
            page.sample("writes_total", &[("kind", kind)], count);
        }
        page.family("steps_total", "counter", "Steps taken that disturb a node.");
        for (reason, count) in &counts.steps {
            page.sample("steps_total", &[("reason", reason)], count);
        }
        page.family("leader", "gauge", "1 in the process that acts.");
        page.sample("leader", &[], i32::from(counts.leads));
        page.text
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let written = self.text.write_fmt(line);
        debug_assert!(written.is_ok(), "a String takes everything");
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!(
            "# HELP eddyline_operator_{name} {help}\n# TYPE eddyline_operator_{name} {kind}\n"
        ));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}=\"{value}\""))
            .collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        self.line(format_args!("eddyline_operator_{name}{labels} {value}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_ended_runs_no_more() {
        let metrics = Metrics::default();
        metrics.began("Topic a/b", 7);
        assert!(
            metrics
                .text()
                .contains("start_time_seconds{object=\"Topic a/b\"} 7\n")
        );
        metrics.ended("Topic", "Topic a/b", Outcome::Done, Duration::from_millis(500));
        let text = metrics.text();
        assert!(!text.contains("object="));
        assert!(text.contains("reconcile_total{kind=\"Topic\",result=\"done\"} 1\n"));
        assert!(text.contains("reconcile_seconds_total{kind=\"Topic\"} 0.5\n"));
    }
}
