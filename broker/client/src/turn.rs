//! A place in a row: requests to one broker are prepared side by side and sent one after the other.
//!
//! Invariant: a request is queued on its connection only after all that were given a turn before it were queued or
//! given up. So the batches of a partition reach the broker in order though each request is a task of its own, and
//! only one of them opens the connection. A turn that is dropped is passed on.

use tokio::sync::oneshot::{Receiver, Sender, channel};

/// One place in the row.
#[derive(Debug)]
pub(crate) struct Turn {
    before: Option<Receiver<()>>,
    _passed_on: Sender<()>,
}

/// The end of the row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    last: Option<Receiver<()>>,
}

impl Row {
    /// The next place.
    pub(crate) fn next(&mut self) -> Turn {
        let (passed_on, passed) = channel();
        Turn {
            before: self.last.replace(passed),
            _passed_on: passed_on,
        }
    }
}

impl Turn {
    /// Waits until those before have had their turn.
    pub(crate) async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: the other side is dropped when its turn is over.
            drop(before.await);
        }
    }

    /// Lets the next one go on.
    pub(crate) fn pass_on(self) {
        drop(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_is_ready_first_still_waits_for_those_before() {
        let mut row = Row::default();
        let turns = [row.next(), row.next(), row.next()];
        let (noting, mut noted) = tokio::sync::mpsc::unbounded_channel();
        // Tasks start in the order in which they are spawned, the last turn first.
        let tasks = turns.into_iter().enumerate().rev().map(|(place, mut turn)| {
            let noting = noting.clone();
            tokio::spawn(async move {
                turn.come().await;
                noting.send(place).unwrap();
                turn.pass_on();
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let order = [noted.recv().await, noted.recv().await, noted.recv().await];
        assert_eq!(order, [Some(0), Some(1), Some(2)]);
    }

    #[tokio::test]
    async fn a_turn_that_is_given_up_holds_nobody_back() {
        let mut row = Row::default();
        drop(row.next());
        row.next().come().await;
    }
}
