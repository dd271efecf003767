//! Fetches that wait for something to bring: records, a higher high watermark, or their deadline (KIP-595, KIP-1166).
//!
//! Bounded: when too many wait, the oldest is answered empty.

use std::collections::VecDeque;

use broker_model::{MonotonicMs, Offset};

use crate::ReplicaKey;
use crate::event::RequestToken;

/// Most fetches that wait.
const PARKED_MAX: usize = 4_096;

/// A fetch that passed the checks of form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingFetch {
    pub(crate) token: RequestToken,
    pub(crate) api_version: i16,
    pub(crate) replica: ReplicaKey,
    pub(crate) epoch: i32,
    pub(crate) fetch_offset: Offset,
    pub(crate) last_fetched_epoch: i32,
    /// What the fetcher knows to be committed; [`Offset::MAX`] when it does not say.
    pub(crate) high_watermark: Offset,
    pub(crate) bytes_max: u32,
    pub(crate) deadline: MonotonicMs,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct FetchPurgatory {
    parked: VecDeque<PendingFetch>,
}

impl FetchPurgatory {
    /// Lets a fetch wait; one that has to make room comes back.
    pub(crate) fn park(&mut self, fetch: PendingFetch) -> Option<PendingFetch> {
        self.parked.push_back(fetch);
        if self.parked.len() > PARKED_MAX {
            return self.parked.pop_front();
        }
        None
    }

    pub(crate) fn take_all(&mut self) -> VecDeque<PendingFetch> {
        std::mem::take(&mut self.parked)
    }

    pub(crate) fn take_expired(&mut self, now: MonotonicMs) -> VecDeque<PendingFetch> {
        let (expired, waiting): (VecDeque<_>, VecDeque<_>) =
            self.parked.drain(..).partition(|fetch| fetch.deadline <= now);
        self.parked = waiting;
        expired
    }

    pub(crate) fn deadline(&self) -> Option<MonotonicMs> {
        self.parked.iter().map(|fetch| fetch.deadline).min()
    }
}
