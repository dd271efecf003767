//! What the world does besides the quorum: records for the leaders, snapshots, deleted logs.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_metadata::metadata_log::SnapshotId;
use broker_model::{LogStartOffset, Offset};

use super::World;
use crate::simulation::checker::{Chain, Violation};
use crate::simulation::node::{Node, snapshot_bytes};
use crate::{Event, Role, Snapshot, SnapshotVoters};

impl World {
    /// A record for every node that believes that it leads.
    pub(in crate::simulation) fn propose(&mut self) -> Result<(), Violation> {
        for id in self.leaders() {
            self.proposed += 1;
            let value = self
                .proposed
                .to_be_bytes()
                .repeat(1 + (self.proposed % 12) as usize);
            let mut batch = BatchBuilder::new(BatchOptions::default());
            batch.append(broker_model::Timestamp::from_ms(1), None, Some(&value));
            let batch = batch.build().expect("it is not compressed");
            self.append_directly(id, &batch)?;
        }
        Ok(())
    }

    pub(in crate::simulation) fn append_directly(&mut self, id: i32, batch: &[u8]) -> Result<(), Violation> {
        let Some(process) = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut()) else {
            return Ok(());
        };
        let mut effects = Vec::new();
        let epoch = process.raft.leader_and_epoch().epoch;
        let appended = process.raft.append(epoch, batch, &mut effects);
        appended.map_err(|error| format!("node {id} leads but does not append: {error}"))?;
        self.execute(id, effects)?;
        self.plan_tick(id);
        Ok(())
    }

    pub(in crate::simulation) fn leaders(&self) -> Vec<i32> {
        let leads = |node: &&Node| {
            node.process
                .as_ref()
                .is_some_and(|process| process.raft.role() == Role::Leader)
        };
        self.nodes.values().filter(leads).map(|node| node.id).collect()
    }

    /// The node makes a snapshot of what it has applied, and perhaps deletes the log before an older one.
    pub(in crate::simulation) fn make_snapshot(&mut self, id: i32) -> Result<(), Violation> {
        let node = &self.nodes[&id];
        let Some(process) = &node.process else {
            return Ok(());
        };
        let snapshot = SnapshotId {
            end_offset: process.applied,
            epoch: process.applied_epoch,
        };
        let newest = node.disk.snapshots.keys().next_back();
        let Some(chain) = node.disk.live.chain_at(process.applied) else {
            return Ok(());
        };
        if newest.is_some_and(|newest| newest.end_offset >= snapshot.end_offset)
            || process.applied == Offset::ZERO
        {
            return Ok(());
        }
        let voters = process.raft.voters_at(snapshot.end_offset);
        self.store_snapshot(id, snapshot, (chain, voters))?;
        let size = snapshot_bytes(snapshot, chain).len() as u64;
        self.step(id, Event::SnapshotCreated(Snapshot { id: snapshot, size }))?;
        if self.chance.below(2) == 0 {
            let kept: Vec<_> = self.nodes[&id].disk.snapshots.keys().copied().collect();
            let start = kept[self.chance.below(kept.len() as u64) as usize].end_offset;
            if start >= self.nodes[&id].disk.live.start {
                self.nodes.get_mut(&id).expect("nodes stay").disk.trim(start);
                self.step(id, Event::LogTrimmed(LogStartOffset::at(start)))?;
            }
        }
        Ok(())
    }

    pub(in crate::simulation) fn store_snapshot(
        &mut self,
        id: i32,
        snapshot: SnapshotId,
        content: (Chain, SnapshotVoters),
    ) -> Result<(), Violation> {
        let bytes = snapshot_bytes(snapshot, content.0);
        self.checker.snapshots(id, snapshot, content)?;
        let node = self.nodes.get_mut(&id).expect("nodes stay");
        node.disk.snapshots.insert(snapshot, bytes);
        Ok(())
    }
}
