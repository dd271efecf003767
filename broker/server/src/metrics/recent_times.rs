//! Times of the last half to whole minute, as Kafka's sensors keep them: in two windows of thirty seconds.
//!
//! Owns the windows. Invariant: what is older than both is in neither figure.

use broker_model::MonotonicMs;

/// Length of a window.
const WINDOW_MS: u64 = 30_000;

/// Times that were noted of late.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecentTimes {
    /// The window in which was noted last, and the one before it.
    windows: [Window; 2],
    last: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    count: u64,
    sum_ms: u64,
    max_ms: u64,
}

/// What is told of recent times; zeros if there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecentFigures {
    /// Their average.
    pub average_ms: f64,
    /// The longest.
    pub max_ms: u64,
}

impl RecentTimes {
    /// Notes a time.
    pub fn note(&mut self, ms: u64, now: MonotonicMs) {
        *self = self.at(now);
        let [window, _] = &mut self.windows;
        window.count += 1;
        window.sum_ms = window.sum_ms.saturating_add(ms);
        window.max_ms = window.max_ms.max(ms);
    }

    /// What was noted of late.
    #[must_use]
    pub fn figures(&self, now: MonotonicMs) -> RecentFigures {
        let [now, before] = self.at(now).windows;
        let count = now.count + before.count;
        if count == 0 {
            return RecentFigures::default();
        }
        RecentFigures {
            average_ms: now.sum_ms.saturating_add(before.sum_ms) as f64 / count as f64,
            max_ms: now.max_ms.max(before.max_ms),
        }
    }

    /// As it is once its last window is the one of `now`.
    fn at(self, now: MonotonicMs) -> Self {
        let window = now.as_ms() / WINDOW_MS;
        let windows = match window.saturating_sub(self.last) {
            0 => self.windows,
            1 => [Window::default(), self.windows[0]],
            _ => Default::default(),
        };
        Self {
            windows,
            last: window.max(self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(times: &RecentTimes, now: u64) -> (f64, u64) {
        let figures = times.figures(MonotonicMs::from_ms(now));
        (figures.average_ms, figures.max_ms)
    }

    #[test]
    fn what_is_older_than_two_windows_is_told_no_more() {
        let mut times = RecentTimes::default();
        assert_eq!(figures(&times, 500), (0.0, 0));
        times.note(900, MonotonicMs::from_ms(29_999));
        times.note(100, MonotonicMs::from_ms(30_000));
        assert_eq!(figures(&times, 30_001), (500.0, 900));
        assert_eq!(figures(&times, 59_999), (500.0, 900));
        assert_eq!(figures(&times, 60_000), (100.0, 100), "the first window is over");
        assert_eq!(figures(&times, 90_000), (0.0, 0));
    }

    #[test]
    fn after_a_long_silence_only_what_is_new_counts() {
        let mut times = RecentTimes::default();
        times.note(900, MonotonicMs::from_ms(1_000));
        times.note(20, MonotonicMs::from_ms(900_000));
        assert_eq!(figures(&times, 900_001), (20.0, 20));
    }
}
