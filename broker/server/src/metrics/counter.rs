//! Numbers that are counted on the hot path: one relaxed addition, no lock, no allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Histogram, RemoteTopics};

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

/// Requests to the remote store.
#[derive(Debug, Default)]
pub struct StoreRequests {
    /// Those that write: objects, and parts of large ones.
    pub puts: Counter,
    /// Those that read.
    pub gets: Counter,
    /// Those that list.
    pub lists: Counter,
    /// Objects that were deleted.
    pub deletes: Counter,
    /// Those that failed.
    pub failures: Counter,
}

/// What was done with the remote tier since this broker started.
#[derive(Debug, Default)]
pub struct RemoteCounters {
    /// What is counted of each topic.
    pub topics: Arc<RemoteTopics>,
    /// Bytes of log files copied.
    pub copied_bytes: Counter,
    /// Ranges asked of the store.
    pub read_requests: Counter,
    /// Bytes of these ranges.
    pub read_bytes: Counter,
    /// How long reads took, those that failed too.
    pub read_times: Histogram,
    /// Objects that were not what was copied.
    pub damaged_objects: Counter,
    /// Pauses because the store failed.
    pub store_failures: Counter,
    /// Fetches for which nothing came in time.
    pub fetch_expires: Counter,
    /// Searches for a timestamp that were given up.
    pub list_expires: Counter,
    /// Bytes of segments that restored topics fetched from another bucket.
    pub imported_bytes: Counter,
    /// Bytes that were deleted for the disk budget before they were copied.
    pub dropped_bytes: Counter,
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
