//! Deadlines as values: one per key, the earliest first.
//!
//! Invariant: every key in the one map is in the other, with the same deadline.

use std::collections::{BTreeSet, HashMap};

use broker_codec::StringBytes;
use broker_model::MonotonicMs;

/// What a deadline is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TimerKey {
    /// The session of a member, or the time that a pending member has to join.
    Member { group: StringBytes, member: StringBytes },
    /// The join phase of a group, or its initial delay.
    Join { group: StringBytes },
    /// The sync phase of a group.
    Sync { group: StringBytes },
    /// The next look for offsets that have expired.
    Expiry,
}

#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_time: BTreeSet<(MonotonicMs, TimerKey)>,
    deadlines: HashMap<TimerKey, MonotonicMs>,
}

impl Timers {
    /// Sets the deadline of `key`, replacing one that it has.
    pub(crate) fn schedule(&mut self, key: TimerKey, deadline: MonotonicMs) {
        if let Some(before) = self.deadlines.insert(key.clone(), deadline) {
            self.by_time.remove(&(before, key.clone()));
        }
        self.by_time.insert((deadline, key));
    }

    pub(crate) fn cancel(&mut self, key: &TimerKey) {
        if let Some(deadline) = self.deadlines.remove(key) {
            self.by_time.remove(&(deadline, key.clone()));
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<MonotonicMs> {
        self.by_time.first().map(|(deadline, _)| *deadline)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.deadlines.len()
    }

    /// Takes the earliest deadline that has come.
    pub(crate) fn pop_due(&mut self, now: MonotonicMs) -> Option<TimerKey> {
        if self.next_deadline()? > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.deadlines.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(group: &str) -> TimerKey {
        TimerKey::Join { group: group.into() }
    }

    #[test]
    fn the_latest_deadline_of_a_key_counts() {
        let mut timers = Timers::default();
        timers.schedule(key("a"), MonotonicMs::from_ms(10));
        timers.schedule(key("b"), MonotonicMs::from_ms(20));
        timers.schedule(key("a"), MonotonicMs::from_ms(30));
        assert_eq!(timers.next_deadline(), Some(MonotonicMs::from_ms(20)));
        assert_eq!(timers.pop_due(MonotonicMs::from_ms(19)), None);
        assert_eq!(timers.pop_due(MonotonicMs::from_ms(30)), Some(key("b")));
        assert_eq!(timers.pop_due(MonotonicMs::from_ms(30)), Some(key("a")));
        assert_eq!(timers.pop_due(MonotonicMs::from_ms(30)), None);
    }

    #[test]
    fn a_cancelled_deadline_never_comes() {
        let mut timers = Timers::default();
        timers.schedule(key("a"), MonotonicMs::from_ms(10));
        timers.cancel(&key("a"));
        assert_eq!(timers.next_deadline(), None);
    }
}
