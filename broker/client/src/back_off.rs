//! When to try again: waits that double up to a bound, cut by a deadline.

use std::time::Duration;

use tokio::time::Instant;

use crate::ClientOptions;

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct BackOff {
    next: Duration,
    longest: Duration,
    deadline: Instant,
}

impl BackOff {
    pub(crate) fn new(options: &ClientOptions) -> Self {
        Self {
            next: options.back_off,
            longest: options.back_off_max,
            deadline: Instant::now() + options.call_timeout,
        }
    }

    /// Waits before the next try, or returns false at once if it would come after the deadline.
    pub(crate) async fn wait(&mut self) -> bool {
        let wait = self.next;
        if Instant::now() + wait > self.deadline {
            return false;
        }
        self.next = (wait * 2).min(self.longest);
        tokio::time::sleep(wait).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_double_up_to_the_bound_and_end_at_the_deadline() {
        let options = ClientOptions {
            back_off: Duration::from_millis(100),
            back_off_max: Duration::from_millis(300),
            call_timeout: Duration::from_millis(1000),
            ..ClientOptions::default()
        };
        let start = Instant::now();
        let mut back_off = BackOff::new(&options);
        let mut at = Vec::new();
        while back_off.wait().await {
            at.push((Instant::now() - start).as_millis());
        }
        assert_eq!(at, [100, 300, 600, 900]);
    }
}
