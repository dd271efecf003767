//! What came out: a row a test, for people, for programs and for `docs/faults.md`.

use serde::Serialize;

use crate::cases::Case;
use crate::error::LabError;
use crate::world::Outcome;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was wrong.
    Passed,
    /// Something was.
    Failed,
    /// The machine lacks what it needs.
    NotExercised,
}

/// One row.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Number of the test.
    pub test: &'static str,
    /// What is done.
    pub title: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// Seconds that it took.
    pub seconds: u64,
    /// Acknowledged sends.
    pub acknowledged: u64,
    /// Sends of which nobody knows.
    pub unknown: u64,
    /// Longest time without acknowledgement in one partition, in milliseconds, over all faults.
    pub partition_outage_ms: i64,
    /// The same everywhere at once.
    pub outage_ms: i64,
    /// Anomalies, and what else was wrong.
    pub wrong: Vec<String>,
    /// Figures of the test itself.
    pub notes: Vec<String>,
}

impl Row {
    /// The row of a test that ended so.
    pub fn new(case: &Case, seconds: u64, outcome: Result<Outcome, LabError>) -> Self {
        let mut row = Self {
            test: case.id,
            title: case.title,
            verdict: Verdict::Failed,
            seconds,
            acknowledged: 0,
            unknown: 0,
            partition_outage_ms: 0,
            outage_ms: 0,
            wrong: Vec::new(),
            notes: Vec::new(),
        };
        match outcome {
            Err(LabError::Missing(why)) => {
                row.verdict = Verdict::NotExercised;
                row.notes.push(why);
            }
            Err(error) => row.wrong.push(error.to_string()),
            Ok(outcome) => row.take(outcome),
        }
        row
    }

    fn take(&mut self, outcome: Outcome) {
        let figures = &outcome.report.figures;
        self.acknowledged = figures.acknowledged;
        self.unknown = figures.unknown;
        let worst = |of: fn(&history_checker::Outage) -> i64| {
            figures.outages.iter().map(of).max().unwrap_or(0) / 1000
        };
        self.partition_outage_ms = worst(|outage| outage.partition_us);
        self.outage_ms = worst(|outage| outage.everywhere_us);
        self.notes = outcome.notes;
        if figures.resent > 0 {
            self.notes.push(format!(
                "{} records stand twice, sent again in another epoch of their producer",
                figures.resent
            ));
        }
        for outage in &figures.outages {
            self.notes.push(outage.to_string());
        }
        self.wrong = outcome.wrong;
        for found in &outcome.report.found {
            let example = found.examples.first().map_or("", String::as_str);
            self.wrong
                .push(format!("{} × {}: {example}", found.count, found.anomaly.name()));
        }
        for partition in &outcome.report.unverified {
            self.wrong.push(format!("{partition} was not read back"));
        }
        if self.wrong.is_empty() {
            self.verdict = Verdict::Passed;
        }
    }

    /// For a terminal.
    pub fn show(&self) -> String {
        let word = match self.verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAILED",
            Verdict::NotExercised => "not exercised",
        };
        let mut text = format!(
            "{word} {}: {}  ({} s, {} acknowledged, {} unknown, longest without: {} ms in a partition, {} ms everywhere)\n",
            self.test,
            self.title,
            self.seconds,
            self.acknowledged,
            self.unknown,
            self.partition_outage_ms,
            self.outage_ms
        );
        for wrong in &self.wrong {
            text.push_str(&format!("    ! {wrong}\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("      {note}\n"));
        }
        text
    }

    /// For a table in Markdown.
    pub fn markdown(&self) -> String {
        let word = match self.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "**failed**",
            Verdict::NotExercised => "not exercised",
        };
        let cell = |text: &str| text.replace('|', "/").replace('\n', " ");
        let seconds = |ms: i64| format!("{:.2}", ms as f64 / 1000.0);
        let why = match (self.verdict, self.wrong.first()) {
            (Verdict::Failed, Some(wrong)) => cell(wrong).chars().take(160).collect(),
            (Verdict::NotExercised, _) => self.notes.first().map(|note| cell(note)).unwrap_or_default(),
            _ => String::new(),
        };
        format!(
            "| {} | {} | {word} | {} | {} | {} | {} | {why} |",
            self.test,
            cell(self.title),
            self.acknowledged,
            self.unknown,
            seconds(self.partition_outage_ms),
            seconds(self.outage_ms)
        )
    }
}

/// The whole table.
pub fn markdown(rows: &[Row], command: &str) -> String {
    let mut text = format!(
        "`{command}`\n\n| test | what is done | verdict | acknowledged | unknown | longest s without, one partition | the same, everywhere | why |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for row in rows {
        text.push_str(&row.markdown());
        text.push('\n');
    }
    text
}
