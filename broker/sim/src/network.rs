//! A simulated network of connections: delays, cuts in one direction or both, messages that are held up.
//!
//! As over TCP nothing arrives twice, and nothing overtakes on one connection; what is lost is lost with the connection
//! or found out by a timeout.

use std::collections::BTreeSet;

use crate::chance::Chance;

/// A place in the network: a node, or a client behind a network of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Node(i32),
    Client(usize),
    /// The object store.
    Store,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    pub(crate) cuts: BTreeSet<(Place, Place)>,
    /// Of a thousand messages.
    pub(crate) held_up: u64,
    pub(crate) delay_max_ms: u64,
}

impl Network {
    pub(crate) const fn calm() -> Self {
        Self {
            cuts: BTreeSet::new(),
            held_up: 0,
            delay_max_ms: 2,
        }
    }

    pub(crate) fn cut(&mut self, from: Place, to: Place) {
        self.cuts.insert((from, to));
    }

    pub(crate) fn heal(&mut self) {
        self.cuts.clear();
    }

    pub(crate) fn is_cut(&self, from: Place, to: Place) -> bool {
        self.cuts.contains(&(from, to))
    }

    /// How long a message takes.
    pub(crate) fn delay(&self, chance: &mut Chance) -> u64 {
        match chance.strikes(self.held_up) {
            true => chance.between(self.delay_max_ms, self.delay_max_ms * 50),
            false => chance.between(0, self.delay_max_ms),
        }
    }
}
