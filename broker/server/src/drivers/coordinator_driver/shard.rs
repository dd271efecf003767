//! One partition of `__consumer_offsets` as far as it is led here.
//!
//! Owns the coordinator and those who wait for its answers. Invariant: `deadline` is the coordinator's, as it was
//! when the lock was last given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use broker_coordinator::{GroupCoordinator, Released};
use broker_model::{LeaderEpoch, MonotonicMs, Offset, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_replication::ProduceProgress;
use parking_lot::Mutex;

use super::committing::{Told, Uncommitted};
use super::waiting::Waiting;
use crate::replica_manager::{Appended, PartitionHandle};

/// No deadline.
const NEVER: u64 = u64::MAX;

#[derive(Debug)]
pub(super) struct Shard {
    pub(super) partition: PartitionIndex,
    state: Mutex<ShardState>,
    deadline: AtomicU64,
}

/// Which term of leadership a shard is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) topic: TopicId,
    pub(super) epoch: LeaderEpoch,
}

#[derive(Debug)]
enum ShardState {
    /// Another broker leads, or the load failed.
    Elsewhere,
    /// The log is being read.
    Loading(Term),
    Leading(Box<Leading>),
}

/// What leads a partition.
#[derive(Debug)]
pub(super) struct Leading {
    pub(super) term: Term,
    pub(super) handle: Arc<PartitionHandle>,
    pub(super) coordinator: GroupCoordinator,
    pub(super) waiting: Waiting,
    /// Since which epoch this broker leads the partition without a break.
    pub(super) leading_since: LeaderEpoch,
    /// End of what is written and was not committed when it was looked at last.
    pub(super) uncommitted: Option<Offset>,
    /// How long an answer waits for the replicas.
    pub(super) commit_timeout: Duration,
}

impl Leading {
    /// Takes note of an append.
    pub(super) fn note_written(&mut self, appended: &Appended) {
        if appended.progress == ProduceProgress::Waiting {
            self.uncommitted = Some(appended.info.last_offset.plus(1));
        }
    }

    /// Takes over a term if it is one of the same leadership.
    fn goes_on(&mut self, term: Term) -> bool {
        let leading_since = self.handle.with(|partition| partition.leading_since());
        let goes_on = self.term.topic == term.topic && leading_since == Ok(self.leading_since);
        if goes_on {
            self.term = term;
        }
        goes_on
    }

    /// What an answer that is given now rests on; none if all is committed.
    fn rests_on(&mut self) -> Option<Uncommitted> {
        let end = self.uncommitted?;
        let is_committed = self.handle.with(|partition| {
            partition.leading_since() == self.leading_since
                && partition.log().high_watermark().offset() >= end
        });
        if is_committed == Ok(true) {
            self.uncommitted = None;
            return None;
        }
        Some(Uncommitted {
            handle: self.handle.clone(),
            end,
            leading_since: self.leading_since,
            timeout: self.commit_timeout,
        })
    }

    /// An answer with what it rests on.
    pub(super) fn tell<R>(&mut self, answer: R) -> Told<R> {
        Told::new(answer, self.rests_on())
    }

    /// Gives answers to those who wait.
    pub(super) fn release(&mut self, released: Vec<Released>) {
        if !released.is_empty() {
            let rests_on = self.rests_on();
            self.waiting.release(released, rests_on.as_ref());
        }
    }
}

impl Shard {
    pub(super) fn new(partition: PartitionIndex) -> Self {
        Self {
            partition,
            state: Mutex::new(ShardState::Elsewhere),
            deadline: NEVER.into(),
        }
    }

    /// Calls `act` with what leads, and answers its next deadline too.
    ///
    /// # Errors
    /// Another broker leads (16), or the log is being read (14).
    pub(super) fn with_leading<R>(
        &self,
        act: impl FnOnce(&mut Leading) -> R,
    ) -> Result<(R, Option<MonotonicMs>), ErrorCode> {
        let mut state = self.state.lock();
        let leading = match &mut *state {
            ShardState::Elsewhere => return Err(ErrorCode::NotCoordinator),
            ShardState::Loading(_) => return Err(ErrorCode::CoordinatorLoadInProgress),
            ShardState::Leading(leading) => leading,
        };
        let result = act(leading);
        let deadline = leading.coordinator.next_deadline();
        self.note_deadline(deadline);
        Ok((result, deadline))
    }

    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let deadline = self.deadline.load(Ordering::SeqCst);
        (deadline != NEVER).then_some(MonotonicMs::from_ms(deadline))
    }

    fn note_deadline(&self, deadline: Option<MonotonicMs>) {
        let deadline = deadline.map_or(NEVER, MonotonicMs::as_ms);
        self.deadline.store(deadline, Ordering::SeqCst);
    }

    /// Begins a term; answers whether its log has to be read. It need not be while the same leadership lasts: what the
    /// coordinator knows is what is in its log, and nobody else wrote there.
    pub(super) fn begin(&self, term: Term) -> bool {
        {
            let mut state = self.state.lock();
            let goes_on = match &mut *state {
                ShardState::Elsewhere => false,
                ShardState::Loading(current) => *current == term,
                ShardState::Leading(leading) => leading.goes_on(term),
            };
            if goes_on {
                return false;
            }
        }
        self.replace(ShardState::Loading(term), ErrorCode::NotCoordinator);
        true
    }

    pub(super) fn is_loading(&self, term: Term) -> bool {
        matches!(&*self.state.lock(), ShardState::Loading(loading) if *loading == term)
    }

    /// The log was read; void if the term is over.
    pub(super) fn loaded(&self, leading: Leading) {
        let mut state = self.state.lock();
        if matches!(&*state, ShardState::Loading(term) if *term == leading.term) {
            self.note_deadline(leading.coordinator.next_deadline());
            *state = ShardState::Leading(Box::new(leading));
        }
    }

    /// Another broker leads from now on; who waits gets `error`.
    pub(super) fn give_up(&self, error: ErrorCode) {
        self.replace(ShardState::Elsewhere, error);
    }

    fn replace(&self, by: ShardState, error: ErrorCode) {
        let before = {
            let mut state = self.state.lock();
            self.note_deadline(None);
            std::mem::replace(&mut *state, by)
        };
        if let ShardState::Leading(mut leading) = before {
            let released = leading.coordinator.unload(error);
            // A refusal rests on nothing.
            leading.waiting.release(released, None);
        }
    }
}
