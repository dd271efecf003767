//! All live connections: what each does, and how to tell one to end.
//!
//! Owns a handle per connection. The connection's task writes what it does, the reaper reads it and sets a verdict;
//! the task sees the verdict at its next poll, which the reaper causes by waking it. So the hot path pays two
//! relaxed stores and one load per read or write, and no timer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::Waker;

use broker_model::MonotonicMs;
use parking_lot::Mutex;

use super::config::Deadlines;
use super::deadlines::{self, Activity, GiveUp, Phase, Pressure};
use super::identity::ConnectionId;

/// Why a connection is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The broker stops: what was asked is still answered.
    Stop,
    /// The peer missed a deadline.
    GiveUp(GiveUp),
}

const VERDICTS: [Verdict; 5] = [
    Verdict::Stop,
    Verdict::GiveUp(GiveUp::Idle),
    Verdict::GiveUp(GiveUp::SlowRequest),
    Verdict::GiveUp(GiveUp::SlowReader),
    Verdict::GiveUp(GiveUp::MemoryShort),
];

/// What a connection's task and the reaper share.
#[derive(Debug)]
pub(super) struct ConnectionHandle {
    id: ConnectionId,
    waker: Waker,
    phase: AtomicU8,
    since: AtomicU64,
    last_byte: AtomicU64,
    held: AtomicUsize,
    claimed: AtomicUsize,
    /// 0 for none, else one more than the place in [`VERDICTS`].
    verdict: AtomicU8,
}

impl ConnectionHandle {
    /// Number of the connection.
    pub(super) fn id(&self) -> ConnectionId {
        self.id
    }

    /// The connection begins to do something else.
    pub(super) fn enter(&self, phase: Phase, now: MonotonicMs) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.since.store(now.as_ms(), Ordering::Relaxed);
        self.last_byte.store(now.as_ms(), Ordering::Relaxed);
    }

    /// The same request goes on under another phase: its age stays.
    pub(super) fn switch(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// The request got the room that it waited for: it did not stall in between.
    pub(super) fn got_room(&self, now: MonotonicMs) {
        if self.phase.load(Ordering::Relaxed) == Phase::AwaitingRoom as u8 {
            self.switch(Phase::Receiving);
            self.progress(now);
        }
    }

    /// Bytes came or went.
    pub(super) fn progress(&self, now: MonotonicMs) {
        self.last_byte.store(now.as_ms(), Ordering::Relaxed);
    }

    /// Bytes held for the connection, and the claimed size of the request that it sends.
    pub(super) fn holds(&self, held: usize, claimed: usize) {
        self.held.store(held, Ordering::Relaxed);
        self.claimed.store(claimed, Ordering::Relaxed);
    }

    /// Whether the connection was told to end.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let place = usize::from(self.verdict.load(Ordering::Acquire)).checked_sub(1)?;
        VERDICTS.get(place).copied()
    }

    fn tell(&self, verdict: Verdict) {
        let place = VERDICTS
            .iter()
            .position(|known| *known == verdict)
            .map_or(0, |place| place + 1);
        self.verdict
            .store(u8::try_from(place).unwrap_or(u8::MAX), Ordering::Release);
        self.waker.wake_by_ref();
    }

    fn activity(&self) -> Activity {
        Activity {
            id: self.id,
            phase: Phase::from_u8(self.phase.load(Ordering::Relaxed)),
            since: MonotonicMs::from_ms(self.since.load(Ordering::Relaxed)),
            last_byte: MonotonicMs::from_ms(self.last_byte.load(Ordering::Relaxed)),
            held: self.held.load(Ordering::Relaxed),
            claimed: self.claimed.load(Ordering::Relaxed),
        }
    }
}

/// The handles of all live connections.
#[derive(Debug, Default)]
pub(super) struct Registry {
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    handles: HashMap<ConnectionId, Arc<ConnectionHandle>>,
    last_id: u64,
    stopping: bool,
}

impl Registry {
    /// Numbers and remembers a new connection; `waker` wakes its task.
    pub(super) fn register(&self, waker: Waker, now: MonotonicMs) -> Arc<ConnectionHandle> {
        let mut live = self.live.lock();
        live.last_id += 1;
        let id = ConnectionId(live.last_id);
        let handle = Arc::new(ConnectionHandle {
            id,
            waker,
            phase: AtomicU8::new(Phase::Idle as u8),
            since: AtomicU64::new(now.as_ms()),
            last_byte: AtomicU64::new(now.as_ms()),
            held: AtomicUsize::new(0),
            claimed: AtomicUsize::new(0),
            verdict: AtomicU8::new(0),
        });
        if live.stopping {
            handle.tell(Verdict::Stop);
        }
        live.handles.insert(id, Arc::clone(&handle));
        handle
    }

    /// Forgets a connection.
    pub(super) fn forget(&self, handle: &ConnectionHandle) {
        self.live.lock().handles.remove(&handle.id);
    }

    /// Tells every connection, and every later one, to end when it has answered.
    pub(super) fn stop(&self) {
        let mut live = self.live.lock();
        live.stopping = true;
        live.handles
            .values()
            .for_each(|handle| handle.tell(Verdict::Stop));
    }

    /// Tells those to end who missed a deadline or stand in the way of others; returns how many.
    pub(super) fn sweep(&self, now: MonotonicMs, deadlines: &Deadlines, pressure: Pressure) -> usize {
        let live = self.live.lock();
        let activities: Vec<_> = live.handles.values().map(|handle| handle.activity()).collect();
        let overdue = activities.iter().filter_map(|activity| {
            deadlines::overdue(activity, now, deadlines).map(|reason| (activity.id, reason))
        });
        let shed = deadlines::shed(&activities, now, pressure);
        let shed = shed.into_iter().map(|id| (id, GiveUp::MemoryShort));
        let mut told = 0;
        for (id, reason) in overdue.chain(shed) {
            if let Some(handle) = live.handles.get(&id).filter(|handle| handle.verdict().is_none()) {
                handle.tell(Verdict::GiveUp(reason));
                told += 1;
            }
        }
        told
    }
}
