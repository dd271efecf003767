//! One client's remembered list of partitions and what it was last told of each (KIP-227).
//!
//! State: the partitions in the order in which they are read. A partition that returned records goes to the end,
//! so that a small response cannot starve those behind it. Invariant: `order` names every occupied slot once.
//! Epochs, eviction and the lookup by session id are `session_cache`'s.

use std::collections::HashMap;
use std::sync::Arc;

use broker_model::{HighWatermark, LeaderEpoch, LogStartOffset, Offset, PartitionIndex, TopicId};

/// How a client names a topic: by id from Fetch v13 on (KIP-516), by name before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FetchTopic {
    /// Fetch v4 to v12.
    Name(Arc<str>),
    /// Fetch v13 and later.
    Id(TopicId),
}

/// A partition as the client names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionKey {
    /// The topic.
    pub topic: FetchTopic,
    /// The partition in it.
    pub partition: PartitionIndex,
}

/// What a client wants of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchPartition {
    /// Which partition.
    pub key: PartitionKey,
    /// First offset wanted.
    pub fetch_offset: Offset,
    /// Epoch of the leader that the client knows, if it checks (KIP-320).
    pub current_leader_epoch: Option<LeaderEpoch>,
    /// Epoch of the last record that a follower holds, for divergence (KIP-595).
    pub last_fetched_epoch: Option<LeaderEpoch>,
    /// Largest number of bytes wanted of this partition.
    pub max_bytes: i32,
    /// Where a follower's log starts; 0 from consumers.
    pub log_start: LogStartOffset,
}

/// What a partition answered, as far as a session must remember it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionOutcome {
    /// High watermark that the response states.
    pub high_watermark: HighWatermark,
    /// Log start offset that the response states.
    pub log_start_offset: LogStartOffset,
    /// Whether the answer holds more than these two numbers.
    pub content: Inclusion,
    /// Whether the answer had room for its records.
    pub turn: Turn,
}

/// Whether a partition had its turn in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Records came, or room was held for those of the remote tier, which may have failed: others come first now.
    Had,
    /// Nothing was there for it, or no room.
    Waits,
}

/// Whether an incremental response must name a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inclusion {
    /// There is nothing but offsets, which may be what the client already knows.
    OnlyOffsets,
    /// There are records.
    Records,
    /// There is an error, a divergence or a replica to prefer.
    Notice,
}

#[derive(Clone, Debug)]
struct CachedPartition {
    request: FetchPartition,
    told: Option<(HighWatermark, LogStartOffset)>,
}

/// The partitions of one session.
#[derive(Debug, Default)]
pub(crate) struct SessionPartitions {
    slots: Vec<Option<CachedPartition>>,
    free: Vec<usize>,
    order: Vec<usize>,
    slot_of: HashMap<PartitionKey, usize>,
}

impl SessionPartitions {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Adds new partitions behind the known ones and replaces what known ones ask for.
    pub(crate) fn upsert(&mut self, wanted: Vec<FetchPartition>) {
        for request in wanted {
            match self.slot_of.get(&request.key) {
                Some(slot) => {
                    if let Some(cached) = self.slots[*slot].as_mut() {
                        cached.request = request;
                    }
                }
                None => self.insert(request),
            }
        }
    }

    fn insert(&mut self, request: FetchPartition) {
        let key = request.key.clone();
        let cached = Some(CachedPartition { request, told: None });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot] = cached;
                slot
            }
            None => {
                self.slots.push(cached);
                self.slots.len() - 1
            }
        };
        self.slot_of.insert(key, slot);
        self.order.push(slot);
    }

    /// Forgets partitions; unknown ones are ignored, as the client may forget what was never sent.
    pub(crate) fn forget(&mut self, keys: &[PartitionKey]) {
        if keys.is_empty() {
            return;
        }
        for key in keys {
            if let Some(slot) = self.slot_of.remove(key) {
                self.slots[slot] = None;
                self.free.push(slot);
            }
        }
        let slots = &self.slots;
        self.order.retain(|slot| slots[*slot].is_some());
    }

    /// What to read, in reading order.
    pub(crate) fn in_order(&self) -> Vec<FetchPartition> {
        let slots = &self.slots;
        self.order
            .iter()
            .filter_map(|slot| slots[*slot].as_ref().map(|cached| cached.request.clone()))
            .collect()
    }

    /// Notes what is told of a partition and says whether the response must name it.
    pub(crate) fn note(&mut self, key: &PartitionKey, outcome: PartitionOutcome) -> bool {
        let Some(cached) = self.slot_of.get(key).and_then(|slot| self.slots[*slot].as_mut()) else {
            return true;
        };
        let now = (outcome.high_watermark, outcome.log_start_offset);
        let changed = cached.told != Some(now);
        cached.told = match outcome.content {
            // After an error the client must be told the offsets afresh.
            Inclusion::Notice => None,
            Inclusion::OnlyOffsets | Inclusion::Records => Some(now),
        };
        changed || outcome.content != Inclusion::OnlyOffsets
    }

    /// Moves the partitions that had their turn behind all others, keeping both orders.
    pub(crate) fn rotate(&mut self, had_turn: &[PartitionKey]) {
        if had_turn.is_empty() {
            return;
        }
        let moved: Vec<usize> = had_turn
            .iter()
            .filter_map(|key| self.slot_of.get(key).copied())
            .collect();
        let mut is_moved = vec![false; self.slots.len()];
        for slot in &moved {
            is_moved[*slot] = true;
        }
        self.order.retain(|slot| !is_moved[*slot]);
        self.order.extend(moved);
        debug_assert_eq!(
            self.order.len(),
            self.slot_of.len(),
            "order names every partition once"
        );
    }
}
