//! A simulated network: delays, losses, duplicates, reordering, cuts in one direction or both, refused connections.

use std::collections::BTreeSet;

use crate::jitter::Jitter;

/// What happens to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It never arrives.
    Lost,
    /// It arrives after that many milliseconds, a second time perhaps.
    Arrives { after: u64, again_after: Option<u64> },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    cuts: BTreeSet<(i32, i32)>,
    /// Of a thousand messages.
    pub(super) lost: u64,
    /// Of a thousand messages.
    pub(super) duplicated: u64,
    pub(super) delay_max_ms: u64,
}

impl Network {
    pub(super) const fn calm() -> Self {
        Self {
            cuts: BTreeSet::new(),
            lost: 0,
            duplicated: 0,
            delay_max_ms: 5,
        }
    }

    /// Faults of that run.
    pub(super) fn stormy(chance: &mut Jitter) -> Self {
        Self {
            cuts: BTreeSet::new(),
            lost: chance.below(100),
            duplicated: chance.below(100),
            delay_max_ms: 1 + chance.below(60),
        }
    }

    pub(super) fn cut(&mut self, from: i32, to: i32) {
        self.cuts.insert((from, to));
    }

    pub(super) fn heal(&mut self) {
        self.cuts.clear();
    }

    pub(super) fn fate(&self, from: i32, to: i32, chance: &mut Jitter) -> Fate {
        if self.cuts.contains(&(from, to)) || chance.below(1_000) < self.lost {
            return Fate::Lost;
        }
        // Most messages are quick, a few are not: those are overtaken.
        let scale = if chance.below(10) == 0 { 10 } else { 1 };
        let after = 1 + chance.below(self.delay_max_ms * scale);
        let again = chance.below(1_000) < self.duplicated;
        Fate::Arrives {
            after,
            again_after: again.then(|| after + chance.below(200)),
        }
    }
}
