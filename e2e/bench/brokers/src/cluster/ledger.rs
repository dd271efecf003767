//! Records that were acknowledged, and those of them that could not be read again.

use crate::figures::{Goal, Row, Samples};
use crate::side::{Pair, Side};

/// The count over everything that was measured.
#[derive(Debug, Default)]
pub struct Ledger {
    acknowledged: Pair<u64>,
    lost: Pair<u64>,
}

impl Ledger {
    /// Enters a load: so many were acknowledged, so many different ones were read back.
    pub fn enter(&mut self, side: Side, acknowledged: u64, read: u64) {
        *self.acknowledged.of(side) += acknowledged;
        *self.lost.of(side) += acknowledged.saturating_sub(read);
        if read < acknowledged {
            eprintln!("{}: {read} of {acknowledged} were read back", side.name());
        }
    }

    /// The line of the table.
    pub fn row(&self) -> Row {
        let millions = |count: u64| count as f64 / 1e6;
        let one = |count: u64| Samples(vec![count as f64]);
        Row {
            what: format!(
                "acknowledged records that were lost, of {:.1} and {:.1} million",
                millions(self.acknowledged.ours),
                millions(self.acknowledged.theirs)
            ),
            unit: "",
            samples: Pair {
                ours: one(self.lost.ours),
                theirs: one(self.lost.theirs),
            },
            goals: vec![Goal::AtMost(0.0)],
        }
    }
}
