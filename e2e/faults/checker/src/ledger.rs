//! Registers that are written and read: where a group goes on, and what an administrator set.
//!
//! A read may answer what the last acknowledged write wrote, or any write that was under way since, or one whose
//! outcome nobody knows. Everything else is an anomaly. State: for each register the writes that may still be read;
//! a write that was acknowledged takes out all that had completed before it began.

use std::collections::HashMap;

use crate::event::Outcome;

/// A write that a read may answer.
#[derive(Clone, Debug)]
struct Candidate<V> {
    value: V,
    completed: i64,
    outcome: Outcome,
}

/// A register with the writes that may be read.
#[derive(Clone, Debug)]
pub(crate) struct Register<V> {
    candidates: Vec<Candidate<V>>,
    acknowledged: bool,
}

/// What is wrong with a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongRead {
    /// Something acknowledged is not there.
    Lost,
    /// Nobody wrote it.
    Invented,
}

/// How long after it was given up a write may still happen.
const UNKNOWN_FOR_US: i64 = 30_000_000;
/// Most writes of unknown outcome that one register keeps; older ones are forgotten.
const CANDIDATES: usize = 4096;

impl<V> Default for Register<V> {
    fn default() -> Self {
        Self {
            candidates: Vec::new(),
            acknowledged: false,
        }
    }
}

impl<V: Clone + PartialEq> Register<V> {
    pub(crate) fn wrote(&mut self, value: V, invoked: i64, completed: i64, outcome: Outcome) {
        if outcome == Outcome::Fail {
            return;
        }
        if outcome == Outcome::Ok {
            self.candidates.retain(|known| match known.outcome {
                Outcome::Info => known.completed.saturating_add(UNKNOWN_FOR_US) >= invoked,
                _ => known.completed >= invoked,
            });
            self.acknowledged = true;
        }
        if self.candidates.len() >= CANDIDATES {
            self.candidates.remove(0);
        }
        self.candidates.push(Candidate {
            value,
            completed,
            outcome,
        });
    }

    /// Judges a read that began at `invoked`.
    pub(crate) fn read(&self, value: Option<&V>, invoked: i64) -> Result<(), WrongRead> {
        let Some(value) = value else {
            // Nothing may be read as long as no write was acknowledged before the read began.
            let due = self
                .candidates
                .iter()
                .any(|known| known.outcome == Outcome::Ok && known.completed < invoked);
            return if self.acknowledged && due {
                Err(WrongRead::Lost)
            } else {
                Ok(())
            };
        };
        if self.candidates.iter().any(|known| known.value == *value) {
            return Ok(());
        }
        Err(if self.acknowledged {
            WrongRead::Lost
        } else {
            WrongRead::Invented
        })
    }

    /// The values that a read may answer.
    pub(crate) fn possible(&self) -> impl Iterator<Item = &V> {
        self.candidates.iter().map(|known| &known.value)
    }
}

/// Commits of groups, by group, topic and partition, with the newest generation that committed.
pub(crate) type Commits = HashMap<(String, String, i32), (Register<i64>, Option<i32>)>;
/// Metadata that administrators wrote.
pub(crate) type Metadata = HashMap<String, Register<String>>;
