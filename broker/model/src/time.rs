//! Wall-clock and monotonic time, always passed in. Leases, expiry and delays use the monotonic part, record
//! timestamps and retention the wall clock, so that a jump of the clock moves no lease (I30).

use std::fmt;

/// Milliseconds since 1970-01-01 UTC; -1 stands for "none" on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Milliseconds since an arbitrary fixed moment of this process; never runs backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonotonicMs(u64);

/// Both readings of one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; may jump.
    pub wall: Timestamp,
    /// What the monotonic clock says; for delays and expiry.
    pub monotonic: MonotonicMs,
}

impl Timestamp {
    /// Kafka's wire value for "no timestamp": -1.
    pub const NONE: Self = Self(-1);

    /// Takes milliseconds since 1970.
    pub const fn from_ms(value: i64) -> Self {
        Self(value)
    }

    /// Milliseconds since 1970.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from an earlier moment to this one; negative when `earlier` is later.
    pub const fn since_ms(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl MonotonicMs {
    /// Takes milliseconds since the process's fixed moment.
    pub const fn from_ms(value: u64) -> Self {
        Self(value)
    }

    /// Milliseconds since the process's fixed moment.
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from an earlier moment to this one, 0 when it is later.
    pub const fn since_ms(self, earlier: MonotonicMs) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
