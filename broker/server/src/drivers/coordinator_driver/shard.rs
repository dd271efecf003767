//! One partition of `__consumer_offsets` as far as it is led here.
//!
//! Owns the coordinator and those who wait for its answers. Invariant: `deadline` is the coordinator's, as it was
//! when the lock was last given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use broker_coordinator::GroupCoordinator;
use broker_model::{LeaderEpoch, MonotonicMs, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use parking_lot::Mutex;

use super::waiting::Waiting;
use crate::replica_manager::PartitionHandle;

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

    /// Begins a term, unless the shard is in it; answers whether its log has to be read.
    pub(super) fn begin(&self, term: Term) -> bool {
        {
            let state = self.state.lock();
            let current = match &*state {
                ShardState::Elsewhere => None,
                ShardState::Loading(current) => Some(*current),
                ShardState::Leading(leading) => Some(leading.term),
            };
            if current == Some(term) {
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
            leading.waiting.release(released);
        }
    }
}
