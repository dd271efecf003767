//! What Kafka answered, with every variant that was seen in several runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Observation;
use crate::wire::Result;

/// Recorded answers by case.
#[derive(Debug, Default)]
pub struct Recorded {
    variants: BTreeMap<String, Vec<Value>>,
}

impl Recorded {
    /// Reads a file; one that is not there has no answers.
    ///
    /// # Errors
    /// A line is not a recorded answer.
    pub fn load(path: &Path) -> Result<Self> {
        let mut recorded = Self::default();
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            let line: Value = serde_json::from_str(line)?;
            let case = line
                .get("case")
                .and_then(Value::as_str)
                .ok_or("a line without a case")?;
            let variants = line
                .get("answers")
                .and_then(Value::as_array)
                .ok_or("a line without answers")?;
            recorded.variants.insert(case.to_owned(), variants.clone());
        }
        Ok(recorded)
    }

    /// Adds what was seen, unless it was seen before.
    pub fn add(&mut self, seen: &Observation) {
        let variants = self.variants.entry(seen.case.clone()).or_default();
        if !variants.contains(&seen.answer) {
            variants.push(seen.answer.clone());
        }
    }

    /// Writes the file, a line a case.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let lines: Vec<String> = self
            .variants
            .iter()
            .map(|(case, variants)| json!({ "case": case, "answers": variants }).to_string())
            .collect();
        Ok(fs::write(path, lines.join("\n") + "\n")?)
    }

    /// What Kafka answered to that case.
    #[must_use]
    pub fn of(&self, case: &str) -> &[Value] {
        self.variants.get(case).map_or(&[], Vec::as_slice)
    }
}
