//! How much memory groups may take.
//!
//! Anybody who may connect can make groups, be a member and commit, and what that leaves behind stays for as long as
//! sessions and offsets do. So what groups hold is counted over all partitions of a broker, by rounded-up sizes, and
//! where there is no room for more, what would be new is refused while everything that is there goes on. Invariant:
//! a count is given back when its owner is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a group takes beside its members and offsets.
pub(crate) const GROUP_SIZE: usize = 900;
/// What a member takes beside its texts, with its deadlines.
pub(crate) const MEMBER_SIZE: usize = 900;
/// What an id that was given out takes beside its text, with its deadline.
pub(crate) const PENDING_SIZE: usize = 400;
/// What a protocol of a member takes beside its name and metadata.
pub(crate) const PROTOCOL_SIZE: usize = 128;
/// What a topic of a group takes beside its name.
pub(crate) const TOPIC_SIZE: usize = 160;
/// What an offset takes beside its metadata.
pub(crate) const OFFSET_SIZE: usize = 160;

/// The memory of all groups of a broker; clones share it.
#[derive(Clone, Debug)]
pub struct GroupMemory {
    used: Arc<AtomicUsize>,
    max: usize,
}

impl GroupMemory {
    /// Room for `max` bytes.
    pub fn new(max: usize) -> Self {
        Self {
            used: Arc::default(),
            max,
        }
    }

    /// Bytes that groups hold.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether so many bytes more may be held.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.used().saturating_add(bytes) <= self.max
    }

    /// Nothing is held yet.
    pub(crate) fn hold_nothing(&self) -> Held {
        Held {
            memory: self.clone(),
            bytes: 0,
        }
    }
}

/// Bytes that one owner holds.
#[derive(Debug)]
pub(crate) struct Held {
    memory: GroupMemory,
    bytes: usize,
}

impl Held {
    pub(crate) fn add(&mut self, bytes: usize) {
        self.memory.used.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
    }

    pub(crate) fn give_back(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.memory.used.fetch_sub(bytes, Ordering::Relaxed);
        self.bytes -= bytes;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back_with_its_owner() {
        let memory = GroupMemory::new(100);
        let mut held = memory.hold_nothing();
        held.add(90);
        held.give_back(30);
        assert_eq!(memory.used(), 60);
        assert!(memory.has_room(40) && !memory.has_room(41));
        drop(held);
        assert_eq!(memory.used(), 0);
    }
}
