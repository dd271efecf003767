//! The newest batches of a log as reference-counted bytes, so that readers at the tail need no system call.
//!
//! Owns the batches of one log, oldest first and without a gap up to the log end; all logs share one budget of
//! bytes. A log over the budget drops its own oldest batches; a log that nobody writes to gives its bytes back
//! on the maintenance tick. Dropping is always safe: the file has the same bytes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use broker_model::{MonotonicMs, Offset};
use bytes::Bytes;

/// Bytes that the tail caches of all logs may hold together.
#[derive(Debug)]
pub struct TailCacheBudget {
    limit: AtomicUsize,
    used: AtomicUsize,
}

impl TailCacheBudget {
    /// A budget of `limit` bytes; 0 switches the caches off.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(limit),
            used: AtomicUsize::new(0),
        })
    }

    /// Bytes held now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// The limit in bytes.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Changes the limit; caches shrink with their next append or tick.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    fn is_exceeded(&self) -> bool {
        self.used() > self.limit()
    }
}

/// A batch in memory, in one piece or as header and rest.
#[derive(Clone, Debug)]
pub(crate) struct CachedBatch {
    pub(crate) base_offset: Offset,
    pub(crate) last_offset: Offset,
    /// Where it begins in its segment.
    pub(crate) position: u64,
    pub(crate) head: Bytes,
    pub(crate) rest: Bytes,
    pub(crate) appended: MonotonicMs,
}

/// What the bookkeeping of a batch costs besides its bytes.
const BATCH_COST: usize = 160;

impl CachedBatch {
    fn size(&self) -> usize {
        self.head.len() + self.rest.len()
    }

    fn cost(&self) -> usize {
        self.size() + BATCH_COST
    }
}

/// The newest batches of one log.
#[derive(Debug)]
pub(crate) struct TailCache {
    batches: VecDeque<CachedBatch>,
    cost: usize,
    budget: Arc<TailCacheBudget>,
}

/// Bounds of a read from the cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheRange {
    pub(crate) from: Offset,
    /// Only batches that begin below this.
    pub(crate) upper: Offset,
    pub(crate) max_bytes: usize,
    /// Whether the first batch is returned whatever its size.
    pub(crate) first_always: bool,
}

/// What was found in the cache.
#[derive(Debug, Default)]
pub(crate) struct CacheHit {
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) size: usize,
    pub(crate) first_offset: Option<Offset>,
    /// The first batch did not fit.
    pub(crate) too_large: bool,
}

impl TailCache {
    pub(crate) fn new(budget: Arc<TailCacheBudget>) -> Self {
        Self {
            batches: VecDeque::new(),
            cost: 0,
            budget,
        }
    }

    /// Adds the batch that was appended last.
    pub(crate) fn push(&mut self, batch: CachedBatch) {
        let cost = batch.cost();
        if cost > self.budget.limit() {
            self.clear();
            return;
        }
        self.cost += cost;
        self.budget.used.fetch_add(cost, Ordering::Relaxed);
        self.batches.push_back(batch);
        while self.budget.is_exceeded() && self.batches.len() > 1 {
            self.drop_oldest();
        }
    }

    /// Whole batches from the one that holds `from`; `None` when that one is not here.
    pub(crate) fn read(&self, range: CacheRange) -> Option<CacheHit> {
        let first = self.batches.front()?;
        if range.from < first.base_offset || range.from > self.batches.back()?.last_offset {
            return None;
        }
        let mut hit = CacheHit::default();
        let start = self
            .batches
            .partition_point(|batch| batch.last_offset < range.from);
        for batch in self.batches.range(start..) {
            let fits = hit.size + batch.size() <= range.max_bytes;
            let taken = fits || (hit.size == 0 && range.first_always);
            if batch.base_offset >= range.upper || !taken {
                hit.too_large = hit.size == 0 && !taken;
                break;
            }
            hit.first_offset.get_or_insert(batch.base_offset);
            hit.size += batch.size();
            hit.pieces.push(batch.head.clone());
            if !batch.rest.is_empty() {
                hit.pieces.push(batch.rest.clone());
            }
        }
        Some(hit)
    }

    /// Where the batch that holds `offset` begins in its segment, if it is here.
    pub(crate) fn position_of(&self, offset: Offset) -> Option<u64> {
        let index = self.batches.partition_point(|batch| batch.last_offset < offset);
        self.batches
            .get(index)
            .filter(|batch| batch.base_offset <= offset)
            .map(|batch| batch.position)
    }

    /// Gives back what was appended before `moment`.
    pub(crate) fn drop_older_than(&mut self, moment: MonotonicMs) {
        while self.batches.front().is_some_and(|batch| batch.appended < moment) {
            self.drop_oldest();
        }
        if self.batches.is_empty() {
            self.batches.shrink_to_fit();
        }
    }

    /// Gives back every batch that begins below `offset`.
    pub(crate) fn drop_below(&mut self, offset: Offset) {
        while self
            .batches
            .front()
            .is_some_and(|batch| batch.base_offset < offset)
        {
            self.drop_oldest();
        }
    }

    /// Gives everything back.
    pub(crate) fn clear(&mut self) {
        self.batches.clear();
        self.budget.used.fetch_sub(self.cost, Ordering::Relaxed);
        self.cost = 0;
    }

    fn drop_oldest(&mut self) {
        if let Some(batch) = self.batches.pop_front() {
            self.cost -= batch.cost();
            self.budget.used.fetch_sub(batch.cost(), Ordering::Relaxed);
        }
    }
}

impl Drop for TailCache {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 100;

    /// Batches of ten offsets and `SIZE` bytes each.
    fn cache(budget: &Arc<TailCacheBudget>, batches: i64) -> TailCache {
        let mut cache = TailCache::new(budget.clone());
        for index in 0..batches {
            cache.push(CachedBatch {
                base_offset: Offset::new(10 * index),
                last_offset: Offset::new(10 * index + 9),
                position: SIZE as u64 * index as u64,
                head: Bytes::from(vec![index as u8; 61]),
                rest: Bytes::from(vec![index as u8; SIZE - 61]),
                appended: MonotonicMs::from_ms(index as u64),
            });
        }
        cache
    }

    fn read(cache: &TailCache, from: i64, upper: i64, max_bytes: usize) -> Option<(Option<i64>, usize)> {
        let range = CacheRange {
            from: Offset::new(from),
            upper: Offset::new(upper),
            max_bytes,
            first_always: true,
        };
        cache
            .read(range)
            .map(|hit| (hit.first_offset.map(Offset::value), hit.size))
    }

    #[test]
    fn a_read_answers_whole_batches_from_the_one_that_holds_the_offset() {
        let cache = cache(&TailCacheBudget::new(1 << 20), 5);
        assert_eq!(read(&cache, 13, 50, 250), Some((Some(10), 200)));
        assert_eq!(read(&cache, 13, 20, 250), Some((Some(10), 100)));
        assert_eq!(read(&cache, 13, 50, 1), Some((Some(10), 100)));
        assert_eq!(read(&cache, 13, 10, 250), Some((None, 0)));
        assert_eq!(read(&cache, 50, 50, 250), None);
        assert_eq!(cache.position_of(Offset::new(25)), Some(200));
    }

    #[test]
    fn without_the_first_always_a_large_batch_is_left_out() {
        let cache = cache(&TailCacheBudget::new(1 << 20), 2);
        let (from, upper) = (Offset::ZERO, Offset::new(20));
        let hit = cache
            .read(CacheRange {
                from,
                upper,
                max_bytes: 99,
                first_always: false,
            })
            .unwrap();
        assert_eq!((hit.size, hit.too_large), (0, true));
    }

    #[test]
    fn the_oldest_go_when_the_shared_budget_is_used_up() {
        let budget = TailCacheBudget::new(4 * (SIZE + BATCH_COST));
        let idle = cache(&budget, 2);
        let busy = cache(&budget, 5);
        assert_eq!(read(&busy, 20, 50, 1), None);
        assert_eq!(read(&busy, 30, 50, 1), Some((Some(30), 100)));
        assert_eq!(budget.used(), budget.limit());
        drop(idle);
        drop(busy);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn idle_logs_give_back_and_a_budget_of_zero_holds_nothing() {
        let budget = TailCacheBudget::new(1 << 20);
        let mut idle = cache(&budget, 5);
        idle.drop_older_than(MonotonicMs::from_ms(3));
        assert_eq!(read(&idle, 29, 50, 1), None);
        assert_eq!(read(&idle, 30, 50, 1), Some((Some(30), 100)));
        budget.set_limit(0);
        assert_eq!(read(&cache(&budget, 3), 0, 50, 1), None);
    }
}
