//! Decides how many bytes may be held at a time, over all connections.
//!
//! Owns one counter. Invariant: `used` is the sum of all live leases. It exceeds the capacity only by bytes that
//! were already there when they were counted (a read that was done, an answer that was made); whoever can still
//! wait, waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A bound on bytes; clones share it.
#[derive(Clone, Debug)]
pub struct ByteBudget(Arc<Counter>);

#[derive(Debug)]
struct Counter {
    capacity: usize,
    used: AtomicUsize,
    waiting: AtomicUsize,
    freed: Notify,
}

/// Bytes counted for one holder; given back when it is dropped.
#[derive(Debug)]
pub struct BudgetLease {
    budget: ByteBudget,
    bytes: usize,
}

/// The budget has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl ByteBudget {
    /// A budget of `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        Self(Arc::new(Counter {
            capacity,
            used: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
        }))
    }

    /// Bytes that may be held.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    /// Bytes that are held.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Whether anything may be added.
    pub fn has_room(&self) -> bool {
        self.used() < self.0.capacity
    }

    /// How many holders wait for room.
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// A lease of nothing, to be grown.
    pub fn empty_lease(&self) -> BudgetLease {
        BudgetLease {
            budget: self.clone(),
            bytes: 0,
        }
    }

    /// Leases `wanted` bytes, or half of what is left if that is less: so that one large reader leaves room for the
    /// next, and that one for the third.
    pub fn lease_up_to(&self, wanted: usize) -> BudgetLease {
        let free = self.0.capacity.saturating_sub(self.used());
        let mut lease = self.empty_lease();
        lease.set(wanted.min(free / 2));
        lease
    }

    /// Waits until there is room for `more` bytes. Others may take it first; the caller tries and comes back.
    pub async fn room_for(&self, more: usize) {
        let _waiting = Waiting::new(&self.0.waiting);
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            // Registered before the check, so that bytes given back in between are not missed.
            freed.as_mut().enable();
            if self.used().saturating_add(more) <= self.0.capacity {
                return;
            }
            freed.await;
        }
    }
}

/// Counts one waiter while it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl BudgetLease {
    /// Bytes of this lease.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes the lease larger by bytes that are not reserved yet.
    ///
    /// # Errors
    /// The budget has no room for them.
    pub fn try_grow(&mut self, more: usize) -> Result<(), NoRoom> {
        let counter = &self.budget.0;
        counter
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(more).filter(|sum| *sum <= counter.capacity)
            })
            .map_err(|_| NoRoom)?;
        self.bytes += more;
        Ok(())
    }

    /// Counts exactly `bytes`, which are there already.
    pub fn set(&mut self, bytes: usize) {
        let counter = &self.budget.0;
        if bytes >= self.bytes {
            counter.used.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            counter.used.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
            counter.freed.notify_waiters();
        }
        self.bytes = bytes;
    }
}

impl Drop for BudgetLease {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.set(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_grows_only_into_room() {
        let budget = ByteBudget::new(100);
        let mut first = budget.empty_lease();
        assert_eq!(first.try_grow(60), Ok(()));
        let mut second = budget.empty_lease();
        assert_eq!(second.try_grow(41), Err(NoRoom));
        assert_eq!(second.try_grow(40), Ok(()));
        drop(first);
        assert_eq!(budget.used(), 40);
        assert_eq!(second.try_grow(usize::MAX), Err(NoRoom));
    }

    #[test]
    fn every_reader_leaves_half_to_the_next() {
        let budget = ByteBudget::new(128);
        let leases: Vec<_> = (0..4).map(|_| budget.lease_up_to(1000)).collect();
        assert_eq!(
            leases.iter().map(BudgetLease::bytes).collect::<Vec<_>>(),
            [64, 32, 16, 8]
        );
        assert_eq!(budget.lease_up_to(2).bytes(), 2);
    }

    #[tokio::test]
    async fn a_waiter_is_woken_when_bytes_are_given_back() {
        let budget = ByteBudget::new(10);
        let mut lease = budget.empty_lease();
        lease.set(12);
        let waiter = tokio::spawn({
            let budget = budget.clone();
            async move { budget.room_for(5).await }
        });
        while budget.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        lease.set(5);
        waiter.await.unwrap();
    }
}
