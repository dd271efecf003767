//! What has to hold in every run, checked where it could break (Ongaro 2014, §3.2; KIP-853).
//!
//! | rule | checked when |
//! |---|---|
//! | election safety: one leader in an epoch, once | a node begins to lead |
//! | log matching: same offset and epoch, same log before it | a batch is appended |
//! | leader completeness: what was committed in an earlier epoch is in the leader's log | a node begins to lead |
//! | committed never lost: a majority of voters has it on the device | a leader's high watermark moves |
//! | state machine safety: all apply the same, and only what a leader committed | any high watermark moves |
//! | high watermark monotonic | any high watermark moves |
//! | one voter change at a time | a leader appends voters |
//!
//! Liveness is checked by the world, after it healed.

use std::collections::BTreeMap;

use broker_metadata::metadata_log::SnapshotId;
use broker_model::Offset;

use super::disk::{StoredBatch, StoredLog};
use crate::SnapshotVoters;

/// A digest of everything up to a point of a log (FNV-1a).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain(pub(super) u64);

impl Default for Chain {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Chain {
    pub(super) fn then(self, bytes: &[u8]) -> Self {
        let mix = |digest: u64, byte: &u8| (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(bytes.iter().fold(self.0, mix))
    }
}

/// A broken rule, in words.
pub(super) type Violation = String;

#[derive(Debug, Default)]
pub(super) struct Checker {
    leaders: BTreeMap<i32, i32>,
    appended: BTreeMap<(Offset, i32), Chain>,
    committed: BTreeMap<Offset, Chain>,
    /// Furthest that the leaders of each epoch committed.
    committed_in: BTreeMap<i32, Offset>,
    high_watermarks: BTreeMap<i32, Offset>,
    snapshots: BTreeMap<SnapshotId, (Chain, SnapshotVoters)>,
}

impl Checker {
    /// A node begins to lead with that log.
    pub(super) fn leads(&mut self, node: i32, epoch: i32, log: &StoredLog) -> Result<(), Violation> {
        if let Some(other) = self.leaders.insert(epoch, node) {
            return Err(format!(
                "election safety: epoch {epoch} has leaders {other} and {node}"
            ));
        }
        let before = self.committed_in.range(..epoch).map(|(_, end)| *end).max();
        let Some(end) = before.filter(|end| *end > log.start) else {
            return Ok(());
        };
        if log.chain_at(end).is_none() || log.chain_at(end) != self.committed.get(&end).copied() {
            return Err(format!(
                "leader completeness: {node} leads epoch {epoch} without what is committed up to {end}"
            ));
        }
        Ok(())
    }

    pub(super) fn appends(&mut self, node: i32, batch: &StoredBatch) -> Result<(), Violation> {
        let (base, epoch) = (batch.base, batch.epoch);
        let known = *self.appended.entry((base, epoch)).or_insert(batch.chain);
        if known != batch.chain {
            return Err(format!(
                "log matching: {node} has another log than others up to offset {base} of epoch {epoch}"
            ));
        }
        Ok(())
    }

    /// A leader appends voters while its high watermark stands there.
    pub(super) fn changes_voters(
        &self,
        node: i32,
        log: &StoredLog,
        high_watermark: Offset,
    ) -> Result<(), Violation> {
        let open = log
            .batches
            .iter()
            .filter(|batch| batch.changes_voters && batch.end > high_watermark);
        match open.count() {
            0 | 1 => Ok(()),
            open => Err(format!(
                "one voter change at a time: {node} has {open} that are not committed"
            )),
        }
    }

    /// A leader's high watermark moves while so many of its voters have the log up to there on their devices.
    pub(super) fn commits(
        &mut self,
        node: i32,
        epoch: i32,
        (end, chain): (Offset, Option<Chain>),
        (durable, voters): (usize, usize),
    ) -> Result<(), Violation> {
        if durable * 2 <= voters {
            return Err(format!(
                "committed never lost: {node} committed up to {end} with {durable} of {voters} voters"
            ));
        }
        if let Some(chain) = chain {
            self.committed.entry(end).or_insert(chain);
        }
        let furthest = self.committed_in.entry(epoch).or_insert(end);
        *furthest = end.max(*furthest);
        Ok(())
    }

    /// Whether a leader of that epoch is known to have committed so far.
    pub(super) fn has_committed(&self, epoch: i32, end: Offset) -> bool {
        self.committed_in
            .get(&epoch)
            .is_some_and(|furthest| *furthest >= end)
    }

    /// A node's high watermark moves over those batches.
    pub(super) fn applies(
        &mut self,
        node: i32,
        end: Offset,
        batches: &[StoredBatch],
    ) -> Result<(), Violation> {
        if self.high_watermarks.get(&node).is_some_and(|known| *known > end) {
            return Err(format!("high watermark monotonic: {node} goes back to {end}"));
        }
        self.high_watermarks.insert(node, end);
        if end > self.committed_end() {
            return Err(format!(
                "state machine safety: {node} applies up to {end}, which nobody committed"
            ));
        }
        for batch in batches {
            let known = *self.committed.entry(batch.end).or_insert(batch.chain);
            if known != batch.chain {
                return Err(format!(
                    "state machine safety: {node} applies another log up to {}",
                    batch.end
                ));
            }
        }
        Ok(())
    }

    /// A node starts again and knows only what its snapshot holds.
    pub(super) fn restarts(&mut self, node: i32) {
        self.high_watermarks.remove(&node);
    }

    pub(super) fn snapshots(
        &mut self,
        node: i32,
        id: SnapshotId,
        content: (Chain, SnapshotVoters),
    ) -> Result<(), Violation> {
        let known = self.snapshots.entry(id).or_insert_with(|| content.clone());
        if *known != content {
            return Err(format!(
                "state machine safety: {node} makes another snapshot {id}"
            ));
        }
        Ok(())
    }

    pub(super) fn snapshot(&self, id: SnapshotId) -> Option<&(Chain, SnapshotVoters)> {
        self.snapshots.get(&id)
    }

    pub(super) fn committed_end(&self) -> Offset {
        self.committed_in.values().copied().max().unwrap_or(Offset::ZERO)
    }

    pub(super) fn committed_at(&self, end: Offset) -> Option<Chain> {
        self.committed.get(&end).copied()
    }
}
