//! Executes what the quorum wants done, one effect after the other.

use std::sync::atomic::Ordering;

use broker_codec::Records;
use broker_metadata::metadata_log::SnapshotId;
use broker_model::LeaderEpoch;
use broker_raft::{Effect, Event, RaftResponse, RecordsResponse, RequestToken, Role, SnapshotResponse};
use broker_storage::FetchIsolation;

use super::super::publisher::Publication;
use super::{Execution, QuorumNode};
use broker_quorum::MetadataLogError;

impl QuorumNode {
    /// Executes all effects. What one of them brings about comes behind those that wait already.
    pub(super) fn execute(&mut self) -> Result<(), MetadataLogError> {
        if self.execution == Execution::UnderWay {
            return Ok(());
        }
        self.execution = Execution::UnderWay;
        while let Some(effect) = self.effects.pop_front() {
            self.execute_one(effect)?;
        }
        self.execution = Execution::Idle;
        Ok(())
    }

    fn execute_one(&mut self, effect: Effect) -> Result<(), MetadataLogError> {
        match effect {
            Effect::PersistQuorumState(state) => self.log.persist(&state),
            Effect::Append { write, records } => {
                let epoch = self.raft.leader_and_epoch().epoch;
                self.unflushed = Some(write);
                self.log.append(&records, epoch, self.clock.now())
            }
            Effect::Truncate(to) => self.log.truncate(to, self.clock.now()),
            Effect::Send { id, to, request } => {
                self.peers.send(id, to, request);
                Ok(())
            }
            Effect::Respond { token, response } => {
                self.respond(token, response);
                Ok(())
            }
            Effect::RespondWithRecords(read) => self.respond_with_records(*read),
            Effect::RespondWithSnapshot(read) => self.respond_with_snapshot(*read),
            Effect::BeginSnapshot(id) => self.snapshots.begin(id),
            Effect::WriteSnapshot { id, position, bytes } => {
                self.snapshots.write_piece(id, position, &bytes.to_bytes())
            }
            Effect::InstallSnapshot(id) => self.install_snapshot(id),
            Effect::LeaderChanged(changed) => {
                let own = self.controller.settings.node_id;
                self.led_before = changed.leader.filter(|id| *id != own).or(self.led_before);
                self.stop_leading();
                Ok(())
            }
            Effect::LeadershipEstablished(epoch) => self.begin_leading(epoch),
            Effect::HighWatermarkAdvanced(high_watermark) => {
                self.log.commit(high_watermark);
                self.committed
                    .store(high_watermark.offset().value(), Ordering::Release);
                Ok(())
            }
            Effect::VotersChanged(_) => {
                self.show_view();
                Ok(())
            }
        }
    }

    fn respond(&mut self, token: RequestToken, response: RaftResponse) {
        if let Some(answer) = self.answers.remove(&token) {
            // Whoever asked may be gone.
            drop(answer.send(response));
        }
    }

    fn respond_with_records(&mut self, read: RecordsResponse) -> Result<(), MetadataLogError> {
        let bytes_max = read.bytes_max as usize;
        let bytes = self.log.read(read.from, bytes_max, FetchIsolation::LogEnd)?;
        self.respond(read.token, read.with(Records::from(bytes)));
        Ok(())
    }

    /// A leader that cannot read its own snapshot ends: whoever needs it would wait for as long as it led.
    fn respond_with_snapshot(&mut self, read: SnapshotResponse) -> Result<(), MetadataLogError> {
        let (id, position, bytes_max) = (read.id, read.position, read.bytes_max as usize);
        let bytes = self.snapshots.piece(id, position, bytes_max)?;
        self.respond(read.token, read.with(Records::from(bytes)));
        Ok(())
    }

    /// Puts a snapshot that was fetched in place of the log.
    fn install_snapshot(&mut self, id: SnapshotId) -> Result<(), MetadataLogError> {
        let (snapshot, voters, image) = match self.snapshots.finish(id) {
            Ok(finished) => finished,
            Err(MetadataLogError::Format(error)) => {
                tracing::warn!(snapshot = %id, %error, "fetched metadata snapshot is damaged; it is fetched again");
                return self.step(Event::SnapshotRejected(id));
            }
            Err(error) => return Err(error),
        };
        self.log.begin_anew(id.end_offset, self.clock.now())?;
        self.unflushed = None;
        self.snapshots.keep(snapshot);
        self.installed = Some(Box::new(image.clone()));
        self.handed_over = id.end_offset;
        self.publish(Publication::Reset(Box::new(image)));
        self.step(Event::SnapshotInstalled { snapshot, voters })
    }

    fn stop_leading(&mut self) {
        let still_leads = |epoch: LeaderEpoch| {
            self.raft.role() == Role::Leader && self.raft.leader_and_epoch().epoch == epoch
        };
        if self
            .active
            .as_ref()
            .is_some_and(|active| still_leads(active.epoch))
        {
            return self.show_view();
        }
        if let Some(active) = self.active.take() {
            tracing::info!(epoch = %active.epoch, "this node is not the active controller any more");
            active.dismiss();
        }
        self.show_view();
    }

    fn begin_leading(&mut self, epoch: LeaderEpoch) -> Result<(), MetadataLogError> {
        self.lead(epoch)?;
        self.show_view();
        Ok(())
    }
}
