//! A simulated disk: what is written is there until the machine stops; what is flushed is there after.
//!
//! A crash keeps the flushed log and, by chance, some of what was written behind it. `quorum-state` and snapshots are
//! replaced whole, so they are there at once.

use std::collections::BTreeMap;

use broker_metadata::metadata_log::{QuorumState, SnapshotId};
use broker_model::Offset;
use bytes::Bytes;

use super::checker::Chain;
use crate::jitter::Jitter;
use crate::log_scan::scan;

/// A batch with the chain of everything up to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredBatch {
    pub(super) base: Offset,
    pub(super) end: Offset,
    pub(super) epoch: i32,
    pub(super) changes_voters: bool,
    pub(super) bytes: Bytes,
    pub(super) chain: Chain,
}

/// A log: batches behind a snapshot or the beginning of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StoredLog {
    pub(super) start: Offset,
    pub(super) start_chain: Chain,
    pub(super) batches: Vec<StoredBatch>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    pub(super) quorum_state: Option<QuorumState>,
    pub(super) live: StoredLog,
    pub(super) durable: StoredLog,
    pub(super) snapshots: BTreeMap<SnapshotId, Bytes>,
    pub(super) unfinished: Option<(SnapshotId, Vec<u8>)>,
}

impl StoredLog {
    /// How many batches both begin with.
    fn common(&self, other: &Self) -> usize {
        let pairs = self.batches.iter().zip(&other.batches);
        pairs.take_while(|(one, other)| one.chain == other.chain).count()
    }

    /// Chain of everything before the offset; `None` when it is not at the edge of a batch of this log.
    pub(super) fn chain_at(&self, offset: Offset) -> Option<Chain> {
        if offset == self.start {
            return Some(self.start_chain);
        }
        let at = self
            .batches
            .binary_search_by_key(&offset, |batch| batch.end)
            .ok()?;
        Some(self.batches[at].chain)
    }

    pub(super) fn append(&mut self, records: &Bytes) -> Vec<StoredBatch> {
        let (batches, _) = scan(records).expect("the member writes whole batches");
        let mut position = 0;
        let mut appended = Vec::new();
        for batch in batches {
            let size = broker_codec::batch::RecordBatchHeader::parse(&records[position..])
                .expect("it was scanned")
                .size_in_bytes();
            let bytes = records.slice(position..position + size);
            position += size;
            let chain = self.batches.last().map_or(self.start_chain, |last| last.chain);
            let stored = StoredBatch {
                base: batch.base_offset,
                end: batch.end_offset,
                epoch: batch.epoch.value(),
                changes_voters: batch.controls.iter().any(|control| {
                    matches!(
                        control,
                        broker_metadata::metadata_log::ControlRecord::KRaftVoters(_)
                    )
                }),
                chain: chain.then(&bytes),
                bytes,
            };
            self.batches.push(stored.clone());
            appended.push(stored);
        }
        appended
    }

    pub(super) fn truncate(&mut self, to: Offset) {
        self.batches.retain(|batch| batch.end <= to);
    }

    pub(super) fn trim(&mut self, start: Offset) {
        if let Some(chain) = self.chain_at(start) {
            self.batches.retain(|batch| batch.base >= start);
            (self.start, self.start_chain) = (start, chain);
        }
    }

    pub(super) fn reset(&mut self, start: Offset, chain: Chain) {
        *self = Self {
            start,
            start_chain: chain,
            batches: Vec::new(),
        };
    }

    /// Whole batches from the offset on, up to that size but at least one.
    pub(super) fn read(&self, from: Offset, bytes_max: usize) -> Bytes {
        let mut read = Vec::new();
        for batch in self.batches.iter().filter(|batch| batch.base >= from) {
            if !read.is_empty() && read.len() + batch.bytes.len() > bytes_max {
                break;
            }
            read.extend_from_slice(&batch.bytes);
        }
        read.into()
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.read(self.start, usize::MAX)
    }
}

impl Disk {
    pub(super) fn flush(&mut self) {
        self.durable = self.live.clone();
    }

    /// A flush that began when the log was that one is done: the device has what of it is still there.
    pub(super) fn flushed(&mut self, mut log: StoredLog) {
        if log.start < self.live.start {
            log.trim(self.live.start);
        }
        if log.start != self.live.start || log.start_chain != self.live.start_chain {
            return;
        }
        let common = log.common(&self.live);
        log.batches.truncate(common);
        if self.durable.common(&log) < common || self.durable.common(&self.live) < self.durable.batches.len()
        {
            self.durable = log;
        }
    }

    /// Both forms of the log begin there.
    pub(super) fn trim(&mut self, start: Offset) {
        self.live.trim(start);
        self.durable.trim(start);
        self.snapshots.retain(|id, _| id.end_offset >= start);
    }

    pub(super) fn reset(&mut self, start: Offset, chain: Chain) {
        self.live.reset(start, chain);
        self.durable.reset(start, chain);
        self.snapshots.retain(|id, _| id.end_offset >= start);
    }

    /// The machine stops: unflushed batches are lost, but for some that the device took on its own.
    pub(super) fn crash(&mut self, chance: &mut Jitter) {
        self.unfinished = None;
        let common = self.durable.common(&self.live);
        let cut_since = common < self.durable.batches.len();
        if cut_since && chance.below(2) == 0 {
            self.live = self.durable.clone();
            return;
        }
        let unflushed = self.live.batches.len() - common;
        let kept = chance.below(unflushed as u64 + 1) as usize;
        self.live.batches.truncate(common + kept);
        self.durable = self.live.clone();
    }
}
