//! A fetch that waits until enough bytes became readable, or until something happened that it must be told.
//!
//! State of a parked fetch: how many bytes it still misses, and whether it was woken. State of a watcher list: the
//! fetches parked at one partition. Invariants: a fetch is woken at most once; a list holds at most twice as many
//! entries as there are live ones plus a constant, because it is swept when it has doubled.
//!
//! Worked example: `fetch.min.bytes` 1,000 over two partitions. 600 bytes arrive at the first: 400 are missing.
//! 500 arrive at the second: woken, and both lists drop the entry when they are next told or swept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// What to do when a parked request may go on.
pub trait Wake: Send + Sync {
    /// Called once, under the lock of the partition that moved: must not block and must not take locks.
    fn wake(&self);
}

/// A parked fetch.
#[derive(Debug)]
pub struct DelayedFetch<W> {
    missing_bytes: AtomicI64,
    is_done: AtomicBool,
    waker: W,
}

impl<W: Wake> DelayedFetch<W> {
    /// Parks a fetch that misses `missing_bytes` more bytes.
    pub fn new(missing_bytes: i64, waker: W) -> Arc<Self> {
        Arc::new(Self {
            missing_bytes: AtomicI64::new(missing_bytes),
            is_done: AtomicBool::new(false),
            waker,
        })
    }

    /// Notes that `bytes` became readable at one of the partitions.
    pub fn more_readable(&self, bytes: i64) {
        let before = self.missing_bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before <= bytes {
            self.finish();
        }
    }

    /// Wakes the fetch whatever it misses: a leader changed, a log was truncated or deleted.
    pub fn finish(&self) {
        if !self.is_done.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Marks a fetch that gave up waiting, so that lists drop it.
    pub fn abandon(&self) {
        self.is_done.store(true, Ordering::Release);
    }

    /// Whether the fetch was woken or gave up.
    pub fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }
}

/// The fetches parked at one partition.
#[derive(Debug)]
pub struct WatcherList<W> {
    watchers: Vec<Arc<DelayedFetch<W>>>,
    sweep_at: usize,
}

const SWEEP_AT_LEAST: usize = 16;

impl<W> Default for WatcherList<W> {
    fn default() -> Self {
        Self {
            watchers: Vec::new(),
            sweep_at: SWEEP_AT_LEAST,
        }
    }
}

impl<W: Wake> WatcherList<W> {
    /// Adds a parked fetch.
    pub fn watch(&mut self, fetch: Arc<DelayedFetch<W>>) {
        if self.watchers.len() >= self.sweep_at {
            self.sweep();
        }
        self.watchers.push(fetch);
    }

    /// Tells every parked fetch that `bytes` more are readable here.
    pub fn more_readable(&mut self, bytes: i64) {
        if self.watchers.is_empty() {
            return;
        }
        self.watchers.retain(|fetch| {
            fetch.more_readable(bytes);
            !fetch.is_done()
        });
    }

    /// Wakes every parked fetch, because what it waits for may never come here.
    pub fn finish_all(&mut self) {
        for fetch in self.watchers.drain(..) {
            fetch.finish();
        }
    }

    /// Number of entries, done ones included.
    pub fn len(&self) -> usize {
        self.watchers.len()
    }

    /// Whether nobody is parked here.
    pub fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    fn sweep(&mut self) {
        self.watchers.retain(|fetch| !fetch.is_done());
        self.sweep_at = (self.watchers.len() * 2).max(SWEEP_AT_LEAST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Count(Arc<AtomicUsize>);

    impl Wake for Count {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn parked(missing_bytes: i64) -> (Count, Arc<DelayedFetch<Count>>) {
        let count = Count::default();
        (count.clone(), DelayedFetch::new(missing_bytes, count))
    }

    #[test]
    fn bytes_of_several_partitions_add_up_and_wake_once() {
        let (count, fetch) = parked(1_000);
        let (mut first, mut second) = (WatcherList::default(), WatcherList::default());
        first.watch(fetch.clone());
        second.watch(fetch);
        first.more_readable(600);
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        second.more_readable(500);
        first.more_readable(500);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert!(first.is_empty() && second.is_empty());
    }

    #[test]
    fn exactly_the_missing_bytes_are_enough() {
        let (count, fetch) = parked(10);
        let mut list = WatcherList::default();
        list.watch(fetch);
        list.more_readable(9);
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        list.more_readable(1);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_fetch_that_gave_up_is_not_woken_and_does_not_pile_up() {
        let mut list = WatcherList::default();
        for _ in 0..10_000 {
            let (count, fetch) = parked(10);
            list.watch(fetch.clone());
            fetch.abandon();
            fetch.finish();
            assert_eq!(count.0.load(Ordering::Relaxed), 0);
        }
        assert!(list.len() <= SWEEP_AT_LEAST, "{} entries stay", list.len());
    }

    #[test]
    fn a_lost_leader_wakes_everybody() {
        let (count, fetch) = parked(10);
        let mut list = WatcherList::default();
        list.watch(fetch);
        list.finish_all();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }
}
