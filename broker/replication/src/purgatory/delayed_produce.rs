//! A produce request with acks=all that waits until the in-sync replicas have its records.
//!
//! State of a parked request: from which high watermark on its records are everywhere, and whether it was woken.
//! Invariants: requests stand in the order of their offsets, because they are parked under the lock that appended
//! them; a request is woken at most once. What the wait has come to is asked of the partition afterwards.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use broker_model::{HighWatermark, Offset};

use super::Wake;

/// A parked produce request, as far as one partition goes.
#[derive(Debug)]
pub struct DelayedProduce<W> {
    required: Offset,
    is_done: AtomicBool,
    waker: W,
}

impl<W: Wake> DelayedProduce<W> {
    /// Parks a request whose records end before `required`.
    pub fn new(required: Offset, waker: W) -> Arc<Self> {
        Arc::new(Self {
            required,
            is_done: AtomicBool::new(false),
            waker,
        })
    }

    /// The offset that the high watermark must reach.
    pub fn required(&self) -> Offset {
        self.required
    }

    /// Marks a request that gave up waiting.
    pub fn abandon(&self) {
        self.is_done.store(true, Ordering::Release);
    }

    fn finish(&self) {
        if !self.is_done.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }
}

const SWEEP_AT_LEAST: usize = 16;

/// The produce requests parked at one partition.
#[derive(Debug)]
pub struct ProduceWatchers<W> {
    waiting: VecDeque<Arc<DelayedProduce<W>>>,
    sweep_at: usize,
}

impl<W> Default for ProduceWatchers<W> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            sweep_at: SWEEP_AT_LEAST,
        }
    }
}

impl<W: Wake> ProduceWatchers<W> {
    /// Parks a request.
    pub fn watch(&mut self, produce: Arc<DelayedProduce<W>>) {
        if self.waiting.len() >= self.sweep_at {
            self.waiting
                .retain(|parked| !parked.is_done.load(Ordering::Acquire));
            self.sweep_at = (self.waiting.len() * 2).max(SWEEP_AT_LEAST);
        }
        self.waiting.push_back(produce);
    }

    /// Wakes every request whose records are everywhere.
    pub fn reached(&mut self, high_watermark: HighWatermark) {
        let is_reached = |parked: &Arc<DelayedProduce<W>>| parked.required <= high_watermark.offset();
        while self.waiting.front().is_some_and(is_reached) {
            if let Some(parked) = self.waiting.pop_front() {
                parked.finish();
            }
        }
    }

    /// Wakes all, because this broker leads no longer.
    pub fn finish_all(&mut self) {
        for parked in self.waiting.drain(..) {
            parked.finish();
        }
    }

    /// Number of entries, done ones included.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits here.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
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

    fn reached(watchers: &mut ProduceWatchers<Count>, offset: i64) {
        watchers.reached(HighWatermark::at(Offset::new(offset)));
    }

    #[test]
    fn a_request_is_woken_when_its_last_record_is_everywhere() {
        let (first, second) = (Count::default(), Count::default());
        let mut watchers = ProduceWatchers::default();
        watchers.watch(DelayedProduce::new(Offset::new(10), first.clone()));
        watchers.watch(DelayedProduce::new(Offset::new(20), second.clone()));
        reached(&mut watchers, 9);
        assert_eq!(first.0.load(Ordering::Relaxed), 0);
        reached(&mut watchers, 10);
        assert_eq!(
            (first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed)),
            (1, 0)
        );
        watchers.finish_all();
        assert_eq!(
            (first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed)),
            (1, 1)
        );
    }

    #[test]
    fn requests_that_gave_up_do_not_pile_up() {
        let count = Count::default();
        let mut watchers = ProduceWatchers::default();
        for offset in 1..10_000 {
            let parked = DelayedProduce::new(Offset::new(offset), count.clone());
            watchers.watch(parked.clone());
            parked.abandon();
        }
        assert!(
            watchers.len() <= SWEEP_AT_LEAST,
            "{} entries stay",
            watchers.len()
        );
        reached(&mut watchers, 10_000);
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
    }
}
