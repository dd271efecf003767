//! Numbers that are counted on the hot path: one relaxed addition, no lock, no allocation.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts `more`.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What clients did to one partition since this broker keeps it.
#[derive(Debug, Default)]
pub struct PartitionCounters {
    /// Records appended.
    pub messages_in: Counter,
    /// Bytes of batches appended.
    pub bytes_in: Counter,
    /// Bytes of batches given to fetches.
    pub bytes_out: Counter,
    /// Attempts to append.
    pub produce_requests: Counter,
    /// Attempts that were refused.
    pub failed_produce_requests: Counter,
    /// Fetches answered.
    pub fetch_requests: Counter,
    /// Fetches answered with an error.
    pub failed_fetch_requests: Counter,
}
