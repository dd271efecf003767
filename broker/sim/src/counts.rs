//! How much happened in a run, so that a run in which nothing happens is noticed.

use std::ops::AddAssign;

macro_rules! counts {
    ($($name:ident),* $(,)?) => {
        /// What happened in one or several runs.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counts {
            $(pub(crate) $name: u64,)*
        }

        impl AddAssign for Counts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

counts! {
    steps,
    kills,
    power_losses,
    freezes,
    partitions,
    disk_failures,
    cores,
    clean_stops,
    controllers,
    leaders,
    acknowledged,
    retries,
    unknown_outcomes,
    consumed,
    commits,
    rebalances,
    topics,
    reassignments,
    deletions,
    snapshots,
    snapshots_fetched,
    exchanged_disks,
    store_requests,
    store_faults,
    manifests,
    copies,
    takeovers,
    removed_objects,
    remote_reads,
    damaged_objects,
    tails_begun,
    ambushes,
    outages,
    deleted_topics,
}

impl Counts {
    /// Whether a set of many runs with tiers met enough to prove something.
    pub fn is_eventful_in_tiers(&self) -> bool {
        [
            self.store_faults,
            self.manifests,
            self.takeovers,
            self.copies,
            self.removed_objects,
            self.remote_reads,
            self.tails_begun,
            self.ambushes,
            self.outages,
            self.deleted_topics,
        ]
        .into_iter()
        .all(|count| count > 0)
    }

    /// Whether a set of many runs met enough of everything to prove something.
    pub fn is_eventful(&self) -> bool {
        [
            self.kills,
            self.freezes,
            self.partitions,
            self.disk_failures,
            self.cores,
            self.controllers,
            self.leaders,
            self.acknowledged,
            self.retries,
            self.consumed,
            self.commits,
            self.rebalances,
            self.reassignments,
            self.deletions,
            self.snapshots,
            self.snapshots_fetched,
            self.exchanged_disks,
        ]
        .into_iter()
        .all(|count| count > 0)
    }
}
