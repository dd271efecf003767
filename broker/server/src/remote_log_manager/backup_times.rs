//! How old is what a restore would find of this broker in the bucket.
//!
//! Owns when each of its objects was known to say all there is, be it written then or found to be so. Invariant: an object
//! that this broker has to write and never did is as old as the duty is.

use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Clock;

/// What a broker leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupKind {
    /// Ends of logs and committed offsets.
    Logs,
    /// The metadata of the cluster; one broker tells of them.
    Metadata,
}

/// When each of them was up to date last.
#[derive(Debug)]
pub struct BackupTimes {
    clock: Clock,
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    logs: Option<Duration>,
    metadata: Option<Duration>,
}

impl Times {
    fn of(&mut self, kind: BackupKind) -> &mut Option<Duration> {
        match kind {
            BackupKind::Logs => &mut self.logs,
            BackupKind::Metadata => &mut self.metadata,
        }
    }
}

impl BackupTimes {
    /// Nothing is to be left behind yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            times: Mutex::default(),
        }
    }

    /// From now on it is to be kept up to date, if it was not before.
    pub fn begin(&self, kind: BackupKind) {
        let now = self.clock.elapsed();
        self.times.lock().of(kind).get_or_insert(now);
    }

    /// It is up to date.
    pub fn note(&self, kind: BackupKind) {
        *self.times.lock().of(kind) = Some(self.clock.elapsed());
    }

    /// Another broker has to.
    pub fn forget(&self, kind: BackupKind) {
        *self.times.lock().of(kind) = None;
    }

    /// How long one of them has not been up to date; none if it is not this broker's.
    pub fn age(&self, kind: BackupKind) -> Option<Duration> {
        let now = self.clock.elapsed();
        let then = *self.times.lock().of(kind);
        then.map(|then| now.saturating_sub(then))
    }

    /// The age of the older of them; none while there is none.
    pub fn age_ms(&self) -> Option<u64> {
        let age = self.age(BackupKind::Logs).max(self.age(BackupKind::Metadata));
        age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_written_and_never_was_grows_old() {
        let times = BackupTimes::new(Clock::start());
        assert_eq!((times.age_ms(), times.age(BackupKind::Metadata)), (None, None));
        times.begin(BackupKind::Metadata);
        std::thread::sleep(Duration::from_millis(20));
        times.begin(BackupKind::Metadata);
        assert!(times.age(BackupKind::Metadata).unwrap() >= Duration::from_millis(20));
        times.note(BackupKind::Logs);
        assert!(times.age_ms().unwrap() >= 20, "the older one counts");
        times.forget(BackupKind::Metadata);
        assert_eq!(times.age(BackupKind::Metadata), None);
    }
}
