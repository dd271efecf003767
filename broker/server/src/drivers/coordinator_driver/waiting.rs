//! Those who wait for an answer of the coordinator.
//!
//! Invariant: a number is in the map from the moment that its request is parked until its answer is released; a client
//! that hung up meanwhile just does not hear it.

use std::collections::HashMap;

use broker_coordinator::{ParkedId, Released};
use broker_protocol::messages::{JoinGroupResponse, SyncGroupResponse};
use tokio::sync::oneshot;

use super::committing::{Told, Uncommitted};

/// Requests that wait, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    parked: HashMap<ParkedId, Waiter>,
}

/// One who waits.
#[derive(Debug)]
pub enum Waiter {
    /// For the answer to a JoinGroup.
    Join(oneshot::Sender<Told<JoinGroupResponse>>),
    /// For the answer to a SyncGroup.
    Sync(oneshot::Sender<Told<SyncGroupResponse>>),
}

/// An answer that may have to wait for other members.
pub trait Releasable: Sized {
    /// Who waits for one.
    fn waiter(sender: oneshot::Sender<Told<Self>>) -> Waiter;
}

impl Releasable for JoinGroupResponse {
    fn waiter(sender: oneshot::Sender<Told<Self>>) -> Waiter {
        Waiter::Join(sender)
    }
}

impl Releasable for SyncGroupResponse {
    fn waiter(sender: oneshot::Sender<Told<Self>>) -> Waiter {
        Waiter::Sync(sender)
    }
}

impl Waiting {
    /// Takes in one who waits under `id`.
    pub(super) fn park<R: Releasable>(&mut self, id: ParkedId) -> oneshot::Receiver<Told<R>> {
        let (sender, receiver) = oneshot::channel();
        self.parked.insert(id, R::waiter(sender));
        receiver
    }

    /// Gives answers that hold when `rests_on` is committed.
    pub(super) fn release(&mut self, released: Vec<Released>, rests_on: Option<&Uncommitted>) {
        for released in released {
            // Who hung up does not hear the answer.
            let _unheard = match released {
                Released::Join(id, response) => match self.parked.remove(&id) {
                    Some(Waiter::Join(sender)) => {
                        sender.send(Told::new(response, rests_on.cloned())).is_err()
                    }
                    _ => false,
                },
                Released::Sync(id, response) => match self.parked.remove(&id) {
                    Some(Waiter::Sync(sender)) => {
                        sender.send(Told::new(response, rests_on.cloned())).is_err()
                    }
                    _ => false,
                },
            };
        }
    }

    /// Sends everybody away without an answer of the coordinator.
    pub(super) fn drop_all(&mut self) {
        self.parked.clear();
    }
}
