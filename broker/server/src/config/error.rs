//! What can be wrong with a configuration: each problem says where, which key, why, and what to do.

use std::fmt;

use thiserror::Error;

use super::Origin;

/// One thing that is wrong with the configuration of the broker, or that does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where the value was set; none when it is missing.
    pub origin: Option<Origin>,
    /// The configuration.
    pub key: String,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(f, "{origin}: ")?;
        }
        write!(f, "{}: {}; {}", self.key, self.why, self.remedy)
    }
}

/// A configuration that no broker can be started with; every problem is named, not the first alone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the configuration cannot be used:{}", .0.iter().map(|problem| format!("\n  {problem}")).collect::<String>())]
pub struct ConfigError(
    /// What is wrong, at least one thing.
    pub Vec<ConfigProblem>,
);
