//! Epochs: counters that fence whoever acts on an older one. Each kind is its own type.

use std::fmt;

macro_rules! epoch {
    ($(#[$doc:meta])* $name:ident($raw:ty), first $first:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($raw);

        impl $name {
            /// Kafka's wire value for "unknown": -1.
            pub const NONE: Self = Self(-1);
            /// The epoch that a new holder starts with.
            pub const FIRST: Self = Self($first);

            /// Takes a raw wire or disk value.
            pub const fn new(value: $raw) -> Self {
                Self(value)
            }

            /// The raw wire or disk value.
            pub const fn value(self) -> $raw {
                self.0
            }

            /// The epoch after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }

            /// Whether the value names an epoch at all.
            pub const fn is_known(self) -> bool {
                self.0 >= 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

epoch!(
    /// Counts a partition's leaders (KIP-101); stamped into every batch.
    LeaderEpoch(i32), first 0
);
epoch!(
    /// Counts changes of a partition's registration at the controller (KIP-497).
    PartitionEpoch(i32), first 0
);
epoch!(
    /// Identifies one registration of a broker process (KIP-631).
    BrokerEpoch(i64), first 0
);
epoch!(
    /// Counts the active controllers, that is, the terms of the metadata quorum.
    ControllerEpoch(i32), first 1
);
epoch!(
    /// Counts the leaders of a coordinator's partition.
    CoordinatorEpoch(i32), first 0
);
