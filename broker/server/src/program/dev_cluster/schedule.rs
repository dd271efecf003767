//! What goes wrong with a development cluster and when: the same from the same seed.
//!
//! Pure. Invariant: one node at a time is out of service, so that the others can always go on.

use std::time::Duration;

/// What is done to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `kill -9`; it is started again later.
    Kill,
    /// SIGSTOP; it goes on later.
    Freeze,
    /// SIGTERM; it is started again once it has ended.
    Restart,
}

impl Fault {
    /// The word for it in output.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Freeze => "freeze",
            Self::Restart => "restart",
        }
    }
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strike {
    /// How long after the last one was over.
    pub(super) after: Duration,
    /// What.
    pub(super) fault: Fault,
    /// With which node, counted from 0.
    pub(super) node: usize,
    /// For how long.
    pub(super) lasting: Duration,
}

/// All that goes wrong, one after the other, without end.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    state: u64,
    nodes: usize,
}

impl Schedule {
    /// That of the seed.
    pub(super) fn new(seed: u64, nodes: usize) -> Self {
        Self { state: seed, nodes }
    }

    /// The next strike.
    pub(super) fn next(&mut self) -> Strike {
        let fault = match self.below(5) {
            0 | 1 => Fault::Kill,
            2 | 3 => Fault::Freeze,
            _ => Fault::Restart,
        };
        Strike {
            after: Duration::from_millis(2_000 + self.below(4_000)),
            fault,
            node: usize::try_from(self.below(self.nodes as u64)).unwrap_or(0),
            lasting: Duration::from_millis(500 + self.below(6_500)),
        }
    }

    /// SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_brings_the_same_strikes_each_time_and_every_node_and_fault_in_the_end() {
        let strikes = |seed| {
            let mut schedule = Schedule::new(seed, 3);
            (0..40).map(|_| schedule.next()).collect::<Vec<_>>()
        };
        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
        for fault in [Fault::Kill, Fault::Freeze, Fault::Restart] {
            assert!(strikes(7).iter().any(|strike| strike.fault == fault));
        }
        assert!((0..3).all(|node| strikes(7).iter().any(|strike| strike.node == node)));
    }
}
