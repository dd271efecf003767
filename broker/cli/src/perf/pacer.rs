//! A clock that wakes a task at the ticks of a schedule.
//!
//! The timers of the runtime go by milliseconds and would add up to two to each time that is measured; a sleeping
//! thread is woken within some fifty microseconds. Ticks that come while the task is busy wake it once.

use std::sync::{Arc, Weak};
use std::thread;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::schedule::Schedule;

/// Wakes whoever waits at each tick, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pacer {
    wake: Arc<Notify>,
}

impl Pacer {
    pub(crate) fn new(schedule: Schedule, start: Instant) -> Self {
        let wake = Arc::new(Notify::new());
        let listener = Arc::downgrade(&wake);
        thread::spawn(move || beat(schedule, start, &listener));
        Self { wake }
    }

    /// Waits for the next tick; returns at once if there was one since the last.
    pub(crate) async fn tick(&self) {
        self.wake.notified().await;
    }
}

fn beat(schedule: Schedule, start: Instant, listener: &Weak<Notify>) {
    for tick in 0.. {
        let due = start + schedule.moment(tick);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let Some(wake) = listener.upgrade() else { return };
        wake.notify_one();
    }
}
