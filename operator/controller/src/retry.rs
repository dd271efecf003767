//! When an object is looked at again after a failed pass: later each time, and a little different for each object.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::error::RetryClass;

/// Shortest wait after a failure.
const FIRST: Duration = Duration::from_secs(1);
/// Longest wait after failures.
const LONGEST: Duration = Duration::from_secs(300);
/// Wait of an object for which a permission is missing.
const FORBIDDEN: Duration = Duration::from_secs(30);

/// How long to wait after this many failures in a row, with up to a quarter more by the name of the object.
#[must_use]
pub fn wait(class: RetryClass, failures: u32, name: &str) -> Duration {
    match class {
        RetryClass::Conflict => Duration::from_millis(50),
        RetryClass::Forbidden => FORBIDDEN,
        RetryClass::Transient => {
            let doubled = FIRST
                .saturating_mul(1 << failures.saturating_sub(1).min(10))
                .min(LONGEST);
            let spread = name.bytes().fold(7_u32, |sum, byte| {
                sum.wrapping_mul(31).wrapping_add(u32::from(byte))
            });
            doubled + doubled * (spread % 256) / 1024
        }
    }
}

/// Failures in a row, by object.
#[derive(Clone, Default)]
pub struct Attempts {
    counts: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Attempts {
    /// One more failure; answers how many there are now.
    #[must_use]
    pub fn failed(&self, object: &str) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(object.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// A good pass, or the object is gone.
    pub fn done(&self, object: &str) {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_at_five_minutes_and_a_quarter() {
        let waits: Vec<Duration> = (1..20).map(|n| wait(RetryClass::Transient, n, "a/b")).collect();
        assert!(waits[0] >= FIRST && waits[0] < FIRST * 2);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(waits[18] >= LONGEST && waits[18] <= LONGEST + LONGEST / 4);
    }

    #[test]
    fn a_conflict_is_looked_at_again_at_once() {
        assert!(wait(RetryClass::Conflict, 9, "a/b") < Duration::from_millis(100));
    }

    #[test]
    fn a_good_pass_forgets_failures() {
        let attempts = Attempts::default();
        assert_eq!((attempts.failed("x"), attempts.failed("x")), (1, 2));
        attempts.done("x");
        assert_eq!(attempts.failed("x"), 1);
    }
}
