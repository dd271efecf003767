//! The only reader of clocks and of randomness in the whole broker.
//!
//! Owns the moment that monotonic time counts from. Everything else takes [`Now`] or a seed as an argument, so
//! that it can be tested at any time of day and with any luck.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use broker_model::{MonotonicMs, Now, Timestamp, Uuid};

/// Reads both clocks of the machine and its source of randomness.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    origin_wall: Timestamp,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clocks"
)]
impl Clock {
    /// Monotonic time counts from this call.
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
            origin_wall: read_wall(),
        }
    }

    /// Both readings of this moment.
    pub fn now(&self) -> Now {
        Now {
            wall: self.wall(),
            monotonic: self.monotonic(),
        }
    }

    /// Both readings of this moment, for decisions that remove data by its age: a wall clock that jumped ahead while
    /// the process ran makes nothing older (I30). After a start with a right clock both agree.
    pub fn now_for_removal(&self) -> Now {
        not_ahead(self.origin_wall, self.now())
    }

    /// What the wall clock says; a clock before 1970 reads 0.
    pub fn wall(&self) -> Timestamp {
        read_wall()
    }

    /// Milliseconds since [`Clock::start`].
    pub fn monotonic(&self) -> MonotonicMs {
        MonotonicMs::from_ms(u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Time since [`Clock::start`] in full resolution, for measurements.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The moment at which `monotonic` is reached, for timers.
    pub fn instant_at(&self, monotonic: MonotonicMs) -> Instant {
        self.origin + Duration::from_millis(monotonic.as_ms())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clocks"
)]
fn read_wall() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The wall clock's reading, but not more than has passed since the origin.
fn not_ahead(origin_wall: Timestamp, now: Now) -> Now {
    let passed = i64::try_from(now.monotonic.as_ms()).unwrap_or(i64::MAX);
    Now {
        wall: now.wall.min(origin_wall.plus_ms(passed)),
        ..now
    }
}

/// A new version 4 id from the system's randomness.
///
/// # Errors
/// The system has no randomness to give.
pub fn random_uuid() -> Result<Uuid, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(Uuid::from_random(bytes))
}

/// A new seed from the system's randomness.
///
/// # Errors
/// The system has no randomness to give.
pub fn random_seed() -> Result<u64, getrandom::Error> {
    getrandom::u64()
}

/// 32 random bytes; spread from the clock where the system has no randomness.
pub fn random_bytes(clock: &Clock) -> [u8; 32] {
    let mut bytes = [0; 32];
    if getrandom::fill(&mut bytes).is_err() {
        let nanos = clock.elapsed().as_nanos().to_le_bytes();
        bytes[..nanos.len()].copy_from_slice(&nanos);
    }
    bytes
}

/// A number for ids that need not be secret, only hard to hit by accident; the clock's where there is no randomness.
pub fn seed_or_time(clock: &Clock) -> u64 {
    random_seed().unwrap_or_else(|_| clock.elapsed().as_nanos() as u64)
}

/// A new id that need not be secret, only never given twice; spread from the clock where there is no randomness.
pub fn uuid_or_time(clock: &Clock) -> Uuid {
    random_uuid().unwrap_or_else(|_| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&random_bytes(clock)[..16]);
        Uuid::from_random(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_counts_from_the_start_and_never_runs_backwards() {
        let clock = Clock::start();
        let first = clock.now();
        let second = clock.now();
        assert!(first.monotonic.as_ms() < 10_000);
        assert!(second.monotonic >= first.monotonic);
        assert!(first.wall > Timestamp::from_ms(1_600_000_000_000));
    }

    #[test]
    fn a_wall_clock_that_jumps_ahead_makes_no_data_older() {
        let origin = Timestamp::from_ms(1_000_000);
        let now = |wall: i64| Now {
            wall: Timestamp::from_ms(wall),
            monotonic: MonotonicMs::from_ms(5_000),
        };
        assert_eq!(not_ahead(origin, now(1_005_000)), now(1_005_000));
        assert_eq!(not_ahead(origin, now(864_000_000)), now(1_005_000));
        assert_eq!(not_ahead(origin, now(900_000)), now(900_000));
    }

    #[test]
    fn no_two_ids_are_the_same() {
        assert_ne!(random_uuid().unwrap(), random_uuid().unwrap());
    }
}
