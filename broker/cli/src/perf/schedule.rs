//! When each record should be written, given a rate.
//!
//! Pure. Records fall due at ticks, at most a thousand a second, each tick with its share; a clock that wakes threads
//! cannot do finer without burning a processor. The moment of a tick follows from its number alone, however late its
//! records are written: what waits behind a slow answer is measured from when it should have gone, so that a broker
//! that stops for a second is seen by all records of that second (no coordinated omission).

use std::time::Duration;

const TICKS_PER_SECOND_MAX: u64 = 1000;
const NANOS: u128 = 1_000_000_000;

/// A steady rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    rate: u64,
    ticks_per_second: u64,
}

impl Schedule {
    /// So many records a second, at least one.
    pub(crate) fn new(rate: u64) -> Self {
        let rate = rate.max(1);
        Self {
            rate,
            ticks_per_second: rate.min(TICKS_PER_SECOND_MAX),
        }
    }

    /// When a tick is, after the start.
    pub(crate) fn moment(&self, tick: u64) -> Duration {
        let nanos = u128::from(tick) * NANOS / u128::from(self.ticks_per_second);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many records fall due at a tick.
    pub(crate) fn records(&self, tick: u64) -> u64 {
        self.until(tick.saturating_add(1)) - self.until(tick)
    }

    /// Records of all ticks before this one.
    fn until(&self, tick: u64) -> u64 {
        let records = u128::from(tick) * u128::from(self.rate) / u128::from(self.ticks_per_second);
        u64::try_from(records).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_rate_has_a_tick_for_each_record() {
        let schedule = Schedule::new(4);
        let moments: Vec<u128> = (0..5).map(|tick| schedule.moment(tick).as_millis()).collect();
        assert_eq!(moments, [0, 250, 500, 750, 1000]);
        assert!((0..100).all(|tick| schedule.records(tick) == 1));
    }

    #[test]
    fn a_fast_rate_is_spread_over_a_thousand_ticks_without_losing_a_record() {
        for rate in [1, 7, 999, 1000, 1001, 2500, 123_457] {
            let schedule = Schedule::new(rate);
            let ticks = rate.min(1000);
            let of_a_second: u64 = (0..ticks).map(|tick| schedule.records(tick)).sum();
            assert_eq!(of_a_second, rate);
            assert_eq!(schedule.moment(ticks), Duration::from_secs(1));
            let counts = (0..ticks).map(|tick| schedule.records(tick));
            assert!(
                counts.clone().max().unwrap() - counts.min().unwrap() <= 1,
                "{rate}"
            );
        }
    }

    #[test]
    fn years_do_not_overflow() {
        let schedule = Schedule::new(u64::MAX);
        assert!(schedule.moment(u64::MAX) > Duration::from_secs(1 << 30));
        let _ = schedule.records(u64::MAX);
    }
}
