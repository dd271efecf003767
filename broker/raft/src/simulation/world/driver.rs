//! The driver of every simulated node: does what effects say, and lets the checker look at each.

use broker_metadata::metadata_log::SnapshotId;
use broker_model::Offset;
use bytes::Bytes;

use super::{Happening, ProcessId, World};
use crate::epoch_state::EpochState;
use crate::simulation::checker::Violation;
use crate::simulation::node::snapshot_bytes;
use crate::simulation::sabotage::Sabotage;
use crate::simulation::trace;
use crate::{Effect, Event, RaftResponse, Role, Snapshot, WriteId};

impl World {
    pub(super) fn execute(&mut self, id: i32, effects: Vec<Effect>) -> Result<(), Violation> {
        for effect in effects {
            self.note(|| format!("n{id} -> {}", trace::effect(&effect)));
            self.execute_one(id, effect)?;
        }
        Ok(())
    }

    pub(super) fn execute_one(&mut self, id: i32, effect: Effect) -> Result<(), Violation> {
        let sabotage = self.sabotage;
        let node = self.nodes.get_mut(&id).expect("nodes stay");
        let me = (id, node.starts);
        match effect {
            Effect::PersistQuorumState(state) => {
                if sabotage != Sabotage::ForgottenVotes {
                    node.disk.quorum_state = Some(state);
                }
            }
            Effect::Append { write, records } => return self.append(me, write, &records),
            Effect::Truncate(to) => {
                if sabotage != Sabotage::IgnoredTruncation {
                    node.disk.live.truncate(to);
                }
                self.counts.truncations += 1;
            }
            Effect::Send {
                id: request_id,
                to,
                request,
            } => self.send(me, request_id, &to, request),
            Effect::Respond { token, response } => self.respond(id, token, response),
            Effect::RespondWithRecords(read) => {
                let bytes = node.disk.live.read(read.from, read.bytes_max as usize);
                self.respond(id, read.token, read.with(bytes.into()));
            }
            Effect::RespondWithSnapshot(read) => {
                let file = node.disk.snapshots.get(&read.id).cloned().unwrap_or_default();
                let from = file.len().min(read.position as usize);
                let to = file.len().min(from + read.bytes_max as usize);
                self.respond(id, read.token, read.with(file.slice(from..to).into()));
            }
            Effect::BeginSnapshot(snapshot) => node.disk.unfinished = Some((snapshot, Vec::new())),
            Effect::WriteSnapshot { position, bytes, .. } => {
                if let Some((_, file)) = &mut node.disk.unfinished {
                    file.truncate(position as usize);
                    file.extend_from_slice(&bytes.to_bytes());
                }
            }
            Effect::InstallSnapshot(snapshot) => {
                if let Some((_, file)) = node.disk.unfinished.take() {
                    node.disk.snapshots.insert(snapshot, file.into());
                }
                let after = 1 + self.chance.below(300);
                self.put(after, Happening::Install(me, snapshot));
            }
            Effect::LeaderChanged(change) => {
                if change.leader.is_some_and(|leader| leader.value() == id)
                    && node
                        .process
                        .as_ref()
                        .is_some_and(|process| process.raft.role() == Role::Leader)
                {
                    self.counts.elections += 1;
                }
            }
            Effect::HighWatermarkAdvanced(high_watermark) => {
                return self.advance(id, high_watermark.offset());
            }
            Effect::LeadershipEstablished(_) | Effect::VotersChanged(_) => {}
        }
        Ok(())
    }

    pub(super) fn append(&mut self, me: ProcessId, write: WriteId, records: &Bytes) -> Result<(), Violation> {
        let node = self.nodes.get_mut(&me.0).expect("nodes stay");
        let log_before = node.disk.live.clone();
        let appended = node.disk.live.append(records);
        let leads = node
            .process
            .as_ref()
            .filter(|process| process.raft.role() == Role::Leader);
        if let Some(process) = leads {
            let epoch = process.raft.leader_and_epoch().epoch.value();
            let first = log_before.batches.last().is_none_or(|last| last.epoch < epoch);
            if first {
                self.checker.leads(me.0, epoch, &log_before)?;
            }
            if !first && appended.iter().any(|batch| batch.changes_voters) {
                let high_watermark = process
                    .raft
                    .high_watermark()
                    .map_or(Offset::ZERO, |hw| hw.offset());
                self.checker
                    .changes_voters(me.0, &node.disk.live, high_watermark)?;
            }
        }
        for batch in &appended {
            self.checker.appends(me.0, batch)?;
        }
        let log = node.disk.live.clone();
        let after = 1 + self.chance.below(20);
        self.put(after, Happening::Flush(me, write, log));
        Ok(())
    }

    /// A leader may have moved the high watermark, and resigned at once: count who has what is below it.
    pub(super) fn check_commit(&mut self, id: i32, effects: &[Effect]) -> Result<(), Violation> {
        let node = &self.nodes[&id];
        let Some(process) = &node.process else {
            return Ok(());
        };
        let known = match &process.raft.state {
            EpochState::Leader(leader) => leader.high_watermark,
            EpochState::Resigned(_) => effects
                .iter()
                .filter_map(told_committed)
                .max()
                .filter(|to| *to > Offset::ZERO),
            _ => None,
        };
        let (epoch, Some(to)) = (process.raft.leader_and_epoch().epoch.value(), known) else {
            return Ok(());
        };
        if self.checker.has_committed(epoch, to) {
            return Ok(());
        }
        let chain = node.disk.live.chain_at(to);
        let has = |replica: &crate::ReplicaKey| {
            let other = &self.nodes[&replica.id.value()];
            let same_disk =
                replica.directory_id.is_zero() || other.settings.replica.directory_id == replica.directory_id;
            let durable = &other.disk.durable;
            same_disk && (durable.start > to || (chain.is_some() && durable.chain_at(to) == chain))
        };
        let voters: Vec<_> = process.raft.voters().keys().collect();
        let durable = voters.iter().filter(|replica| has(replica)).count();
        self.counts.commits += 1;
        self.checker
            .commits(id, epoch, (to, chain), (durable, voters.len()))
    }

    /// A node's high watermark moves, so it applies.
    pub(super) fn advance(&mut self, id: i32, to: Offset) -> Result<(), Violation> {
        let process = self
            .nodes
            .get_mut(&id)
            .and_then(|node| node.process.as_mut())
            .expect("it runs");
        let from = process.applied;
        process.applied = to.max(from);
        let batches: Vec<_> = self.nodes[&id]
            .disk
            .live
            .batches
            .iter()
            .filter(|batch| batch.base >= from && batch.end <= to)
            .cloned()
            .collect();
        if let (Some(last), Some(process)) = (
            batches.last(),
            self.nodes.get_mut(&id).and_then(|n| n.process.as_mut()),
        ) {
            process.applied_epoch = last.epoch;
        }
        self.checker.applies(id, to, &batches)
    }

    pub(super) fn install(&mut self, process: ProcessId, id: SnapshotId) -> Result<(), Violation> {
        let Some((chain, voters)) = self.checker.snapshot(id).cloned() else {
            return Ok(());
        };
        let Some(node) = self.running(process) else {
            return Ok(());
        };
        let bytes = node.disk.snapshots.get(&id).cloned().unwrap_or_default();
        if bytes != snapshot_bytes(id, chain) {
            node.disk.snapshots.remove(&id);
            return self.step_process(process, Event::SnapshotRejected(id));
        }
        node.disk.reset(id.end_offset, chain);
        if let Some(process) = &mut node.process {
            (process.applied, process.applied_epoch) = (id.end_offset, id.epoch);
        }
        let size = bytes.len() as u64;
        self.counts.installs += 1;
        self.step_process(
            process,
            Event::SnapshotInstalled {
                snapshot: Snapshot { id, size },
                voters,
            },
        )
    }
}

/// What an effect tells others, or the node itself, to be committed.
fn told_committed(effect: &Effect) -> Option<Offset> {
    match effect {
        Effect::HighWatermarkAdvanced(high_watermark) => Some(high_watermark.offset()),
        Effect::Respond {
            response: RaftResponse::Fetch(fetch),
            ..
        } => {
            let partition = fetch.responses.first()?.partitions.first()?;
            Some(Offset::new(partition.high_watermark))
        }
        _ => None,
    }
}
