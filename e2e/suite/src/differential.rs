//! The same 536 requests that were once put to Apache Kafka, put to any broker, and the answers compared.
//!
//! `cases/one-broker.jsonl` has the steps in their order, `cases/answers.jsonl` what Kafka answered, in normal form, with every variant that
//! was seen, `cases/explained.tsv` the differences that are meant or not built yet. The broker should be fresh and have
//! one default partition. Comparing is a decision about two values; only [`script::Script`] talks to a broker.

pub mod explained;
pub mod normal_form;
pub mod recorded;
pub mod report;
pub mod script;

use serde_json::Value;

/// A case and what came of it, in normal form.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Name of the case.
    pub case: String,
    /// The API that was asked, or `raw`.
    pub api: String,
    /// What came back.
    pub answer: Value,
}
