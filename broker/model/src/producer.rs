//! Producer ids, epochs and sequence numbers (KIP-98).

use std::fmt;

/// Identity that the broker gave to an idempotent or transactional producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProducerId(i64);

/// Fences older incarnations of one producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProducerEpoch(i16);

/// Number of a record among those of one producer in one partition; wraps from 2^31-1 to 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sequence(i32);

impl ProducerId {
    /// The batch has no producer identity.
    pub const NONE: Self = Self(-1);

    /// Takes a raw wire or disk value.
    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    /// The raw wire or disk value.
    pub const fn value(self) -> i64 {
        self.0
    }

    /// Whether the value names a producer.
    pub const fn is_known(self) -> bool {
        self.0 >= 0
    }
}

impl ProducerEpoch {
    /// The batch has no producer identity.
    pub const NONE: Self = Self(-1);

    /// Takes a raw wire or disk value.
    pub const fn new(value: i16) -> Self {
        Self(value)
    }

    /// The raw wire or disk value.
    pub const fn value(self) -> i16 {
        self.0
    }
}

impl Sequence {
    /// The batch has no producer identity.
    pub const NONE: Self = Self(-1);
    /// What a new producer epoch starts with.
    pub const FIRST: Self = Self(0);

    /// Takes a raw wire or disk value.
    pub const fn new(value: i32) -> Self {
        Self(value)
    }

    /// The raw wire or disk value.
    pub const fn value(self) -> i32 {
        self.0
    }

    /// The number `count` records later; after 2^31-1 comes 0.
    ///
    /// Example: 2^31-2 plus 3 is 1.
    #[must_use]
    pub const fn plus(self, count: i32) -> Self {
        let sum = self.0 as i64 + count as i64;
        Self((sum & i32::MAX as i64) as i32)
    }
}

impl fmt::Display for ProducerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ProducerEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_wraps_to_zero_after_the_largest_int() {
        assert_eq!(Sequence::new(i32::MAX).plus(1), Sequence::FIRST);
        assert_eq!(Sequence::new(i32::MAX - 1).plus(3), Sequence::new(1));
        assert_eq!(Sequence::new(4).plus(5), Sequence::new(9));
    }
}
