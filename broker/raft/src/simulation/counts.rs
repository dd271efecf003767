//! What happened how often: a run in which nothing did proves nothing.

/// Counts of one run or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) steps: u64,
    pub(super) elections: u64,
    pub(super) crashes: u64,
    pub(super) truncations: u64,
    pub(super) installs: u64,
    pub(super) voters_added: u64,
    pub(super) voters_removed: u64,
    pub(super) voters_updated: u64,
    pub(super) commits: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.elections += other.elections;
        self.crashes += other.crashes;
        self.truncations += other.truncations;
        self.installs += other.installs;
        self.voters_added += other.voters_added;
        self.voters_removed += other.voters_removed;
        self.voters_updated += other.voters_updated;
        self.commits += other.commits;
    }
}

impl Counts {
    /// Whether everything that the rules are about happened.
    pub(super) fn is_eventful(&self) -> bool {
        let all = [
            self.elections,
            self.crashes,
            self.truncations,
            self.installs,
            self.voters_added,
            self.voters_removed,
            self.voters_updated,
            self.commits,
        ];
        all.iter().all(|count| *count > 5)
    }
}
