//! The verdict over a history: anomalies with their first cases, and figures.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::anomaly::{Anomaly, Found};
use crate::outage::Outage;

/// Cases of one anomaly that are kept to be shown.
const EXAMPLES: usize = 8;

/// How much happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Sends that were acknowledged.
    pub acknowledged: u64,
    /// Sends that are proven not to have happened.
    pub failed: u64,
    /// Sends of which nobody knows.
    pub unknown: u64,
    /// Records handed to readers while the load ran.
    pub read: u64,
    /// Records handed to complete reads after it.
    pub read_last: u64,
    /// Acknowledged commits of groups.
    pub commits: u64,
    /// Records that stand twice because their producer sent them again in another epoch: no anomaly.
    pub resent: u64,
    /// Batches that a reader was sent, and whose bytes were compared with those that disks held.
    pub batches_compared: u64,
    /// Longest times without acknowledgement, one for each fault.
    pub outages: Vec<Outage>,
}

/// The verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is wrong, by kind; empty if nothing is.
    pub found: Vec<Found>,
    /// Partitions with acknowledged records that nobody read completely: of their records nothing is proven.
    pub unverified: Vec<String>,
    /// How much happened.
    pub figures: Figures,
}

impl Report {
    /// Whether nothing is wrong and everything was read back.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.found.is_empty() && self.unverified.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = &self.figures;
        writeln!(
            out,
            "{} acknowledged, {} failed, {} unknown, {} read, {} read at the end, {} commits",
            figures.acknowledged,
            figures.failed,
            figures.unknown,
            figures.read,
            figures.read_last,
            figures.commits
        )?;
        if figures.resent > 0 {
            writeln!(out, "{} stand twice, sent again in another epoch", figures.resent)?;
        }
        if figures.batches_compared > 0 {
            writeln!(
                out,
                "{} batches compared byte for byte with what disks held",
                figures.batches_compared
            )?;
        }
        for outage in &figures.outages {
            writeln!(out, "{outage}")?;
        }
        if !self.unverified.is_empty() {
            writeln!(out, "not read back: {}", self.unverified.join(", "))?;
        }
        for found in &self.found {
            writeln!(out, "{}: {}", found.anomaly.name(), found.count)?;
            for example in &found.examples {
                writeln!(out, "    {example}")?;
            }
        }
        Ok(())
    }
}

/// Collects anomalies while a history is read.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<Anomaly, Found>);

impl Findings {
    pub(crate) fn add(&mut self, anomaly: Anomaly, example: impl FnOnce() -> String) {
        let found = self.0.entry(anomaly).or_insert_with(|| Found {
            anomaly,
            count: 0,
            examples: Vec::new(),
        });
        found.count += 1;
        if found.examples.len() < EXAMPLES {
            found.examples.push(example());
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (anomaly, more) in other.0 {
            match self.0.get_mut(&anomaly) {
                None => {
                    self.0.insert(anomaly, more);
                }
                Some(found) => {
                    found.count += more.count;
                    let room = EXAMPLES.saturating_sub(found.examples.len());
                    found.examples.extend(more.examples.into_iter().take(room));
                }
            }
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Found> {
        self.0.into_values().collect()
    }
}
