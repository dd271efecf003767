//! Positions in a partition's log, and the progress markers that are such positions.
//!
//! Invariant of every log, checked where a marker moves:
//! `LogStartOffset <= LocalLogStartOffset <= HighWatermark <= LogEndOffset`, `LastStableOffset <= HighWatermark`
//! and `RecoveryPoint <= LogEndOffset`.

use std::fmt;

/// A record's position in its partition, counted from 0 and never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(i64);

impl Offset {
    /// The first position of a new log.
    pub const ZERO: Offset = Offset(0);
    /// Kafka's wire value for "no offset": -1.
    pub const NONE: Offset = Offset(-1);
    /// The largest position that a log can hold.
    pub const MAX: Offset = Offset(i64::MAX);

    /// Takes a raw wire or disk value.
    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    /// The raw wire or disk value.
    pub const fn value(self) -> i64 {
        self.0
    }

    /// The position `count` records later.
    #[must_use]
    pub const fn plus(self, count: i64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// The position `count` records earlier.
    #[must_use]
    pub const fn minus(self, count: i64) -> Self {
        Self(self.0.saturating_sub(count))
    }

    /// How many positions lie between an earlier offset and this one.
    pub const fn since(self, earlier: Offset) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! progress_marker {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Offset);

        impl $name {
            /// Names an offset as this marker.
            pub const fn at(offset: Offset) -> Self {
                Self(offset)
            }

            /// The position that the marker stands at.
            pub const fn offset(self) -> Offset {
                self.0
            }

            /// The raw wire or disk value.
            pub const fn value(self) -> i64 {
                self.0.value()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

progress_marker!(
    /// First offset that a client may read, over local and tiered data; moves only forward.
    LogStartOffset
);
progress_marker!(
    /// First offset held on this broker's disk; at or above [`LogStartOffset`].
    LocalLogStartOffset
);
progress_marker!(
    /// Offset below which every record is on all in-sync replicas; consumers read below it.
    HighWatermark
);
progress_marker!(
    /// Offset below which no transaction is open; read_committed consumers read below it.
    LastStableOffset
);
progress_marker!(
    /// Offset that the next appended record gets.
    LogEndOffset
);
progress_marker!(
    /// Offset below which the log is known to be on the device; recovery starts here.
    RecoveryPoint
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_records_and_never_wrap() {
        assert_eq!(Offset::new(5).plus(3), Offset::new(8));
        assert_eq!(Offset::new(8).since(Offset::new(5)), 3);
        assert_eq!(Offset::MAX.plus(1), Offset::MAX);
        assert_eq!(HighWatermark::at(Offset::new(7)).value(), 7);
    }
}
