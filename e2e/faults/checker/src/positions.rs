//! Where each consumer stands: it goes on at the offset behind the last one, unless it is moved.
//!
//! Going back is wrong at once. Going over offsets is wrong only if records turn out to stand there, so those steps
//! are kept until the log is known.

use std::collections::HashMap;

/// Steps over offsets that are kept for one partition.
const STEPS: usize = 65_536;

/// A consumer went from one offset to a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) client: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Positions of consumers in one partition.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    next: HashMap<String, i64>,
    steps: Vec<Step>,
}

impl Positions {
    /// A consumer was handed an offset; an error is the position that it had instead.
    pub(crate) fn handed(&mut self, client: &str, offset: i64) -> Result<(), i64> {
        let Some(next) = self.next.get_mut(client) else {
            self.next.insert(client.to_owned(), offset + 1);
            return Ok(());
        };
        let expected = std::mem::replace(next, offset.saturating_add(1));
        if offset > expected && self.steps.len() < STEPS {
            self.steps.push(Step {
                client: client.to_owned(),
                from: expected,
                to: offset,
            });
        }
        if offset < expected { Err(expected) } else { Ok(()) }
    }

    pub(crate) fn forget(&mut self, client: &str) {
        self.next.remove(client);
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}
