//! The active controller of a process: decides, has its records committed, answers.
//!
//! Invariant: an answer is given when everything that it rests on is committed, also if it needed no record itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use broker_controller::{
    ApiError, BrokerSessions, ConfigRules, ControllerSettings, EffectiveConfig, Outcome, QuorumController,
    RemoteTier, Seed, UpkeepSchedule,
};
use broker_metadata::metadata_log::{BatchStamp, read_batches, records_batch};
use broker_metadata::{ConfigResource, MetadataImage, MetadataRecord, MetadataVersion, bootstrap_records};
use broker_model::{BrokerEpoch, BrokerId, LeaderEpoch, MonotonicMs, Offset};
use broker_protocol::messages::BrokerHeartbeatRequest;
use bytes::Bytes;

use super::{Halt, Process};
use crate::machine::Machine;
use crate::message::{Request, Response};

#[derive(Debug)]
pub(crate) struct ActiveController {
    pub(crate) epoch: LeaderEpoch,
    pub(crate) controller: QuorumController,
    pub(crate) sessions: BrokerSessions,
    upkeep: UpkeepSchedule,
    /// Answers, and up to where the log has to be committed for each.
    waiting: VecDeque<(Offset, u64, Response)>,
}

/// Every configuration is fine, and none is inherited.
#[derive(Debug)]
struct AnyConfig(RemoteTier);

impl ConfigRules for AnyConfig {
    fn validate(
        &self,
        _: &MetadataImage,
        _: &ConfigResource,
        _: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    fn is_list(&self, _: &ConfigResource, _: &str) -> bool {
        false
    }

    fn inherited_value(&self, _: &MetadataImage, _: &ConfigResource, _: &str) -> Option<Arc<str>> {
        None
    }

    fn remote_tier(&self, _: &MetadataImage) -> RemoteTier {
        self.0
    }

    fn keeping(
        &self,
        _: &MetadataImage,
        _: &ConfigResource,
        _: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Option<(&'static str, &'static str)> {
        None
    }

    fn effective_topic_configs(
        &self,
        _: &MetadataImage,
        _: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Vec<EffectiveConfig> {
        Vec::new()
    }
}

impl ActiveController {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let upkeep = Some(self.upkeep.next_deadline());
        [self.sessions.next_expiry(), upkeep].into_iter().flatten().min()
    }
}

impl Process {
    /// This node leads the quorum and knows everything that is committed.
    pub(super) fn take_control(&mut self, epoch: LeaderEpoch) -> Result<(), Halt> {
        let settings = ControllerSettings {
            node_id: self.machine.id,
            ..ControllerSettings::default()
        };
        let image = self.metadata.image().clone();
        let tier = match self.machine.settings.tiering {
            Some(_) => RemoteTier::Enabled,
            None => RemoteTier::Disabled,
        };
        let mut controller = QuorumController::new(settings, Arc::new(AnyConfig(tier)), image);
        let rest = self.quorum.read_from(controller.loader().next_offset())?;
        for batch in read_batches(&rest)? {
            if batch.batch().base_offset >= controller.loader().next_offset() {
                controller.replay(batch.batch())?;
            }
        }
        let sessions = controller.begin_sessions(self.machine.settings.sessions, None, self.now.monotonic);
        let min_in_sync = self.machine.settings.min_in_sync;
        let records = controller.activation_records(&bootstrap_records(MetadataVersion::LATEST), min_in_sync);
        self.active = Some(ActiveController {
            epoch,
            controller,
            sessions,
            upkeep: UpkeepSchedule::begin(self.machine.settings.upkeep, self.now.monotonic),
            waiting: VecDeque::new(),
        });
        self.write(&records)?;
        Ok(())
    }

    pub(super) fn give_up_control(&mut self) {
        let Some(active) = self.active.take() else {
            return;
        };
        for (_, token, _) in active.waiting {
            self.respond(token, Response::NotController);
        }
    }

    /// Appends records as one batch; the offset of the last, if there are any.
    fn write(&mut self, records: &[MetadataRecord]) -> Result<Option<Offset>, Halt> {
        let Some(active) = self.active.as_ref().filter(|_| !records.is_empty()) else {
            return Ok(None);
        };
        let stamp = BatchStamp {
            base_offset: Offset::ZERO,
            leader_epoch: active.epoch,
            timestamp: self.now.wall,
        };
        let expected = active.controller.loader().next_offset();
        let version = active.controller.image().features.metadata_version;
        let batch: Bytes = records_batch(stamp, version, records)?;
        let mut effects = Vec::new();
        let appended = self.quorum.raft.append(active.epoch, &batch, &mut effects)?;
        if appended.base_offset != expected {
            let found = appended.base_offset;
            return Err(Halt::Broken(format!(
                "a decision for {expected} stands at {found}"
            )));
        }
        self.execute(effects)?;
        Ok(Some(appended.end_offset.minus(1)))
    }

    /// Writes what was decided, and answers when it is committed; the offset of its last record.
    fn decided(&mut self, token: u64, outcome: Outcome<Response>) -> Result<Option<Offset>, Halt> {
        let last = self.write(&outcome.records)?;
        let Some(active) = &mut self.active else {
            self.respond(token, Response::NotController);
            return Ok(last);
        };
        let rests_on = active.controller.loader().next_offset();
        active.waiting.push_back((rests_on, token, outcome.response));
        self.release_decisions();
        Ok(last)
    }

    /// Gives the answers that rest on nothing uncommitted any more.
    pub(super) fn release_decisions(&mut self) {
        let committed = self.metadata.next_offset();
        while let Some(active) = &mut self.active
            && let Some((_, token, response)) = active.waiting.pop_front_if(|(end, ..)| *end <= committed)
        {
            self.respond(token, response);
        }
    }

    pub(super) fn control(&mut self, token: u64, request: Request) -> Result<(), Halt> {
        let Some(active) = &mut self.active else {
            self.respond(token, Response::NotController);
            return Ok(());
        };
        let controller = &active.controller;
        let outcome = match request {
            Request::Register(request) => {
                let (cluster, now) = (Machine::cluster(), self.now.monotonic);
                let outcome =
                    controller.broker_registration(&active.sessions, cluster.as_str(), &request, now);
                if outcome.response.error_code == 0 {
                    let epoch = BrokerEpoch::new(outcome.response.broker_epoch);
                    active
                        .sessions
                        .heard(BrokerId::new(request.broker_id), epoch, Offset::NONE, now);
                }
                Outcome::new(outcome.records, Response::Registered(outcome.response))
            }
            Request::Heartbeat(request) => return self.heartbeat(token, &request),
            Request::AssignDirectories(request) => {
                let outcome = controller.assign_replicas_to_dirs(&request);
                Outcome::new(outcome.records, Response::DirectoriesAssigned(outcome.response))
            }
            Request::AlterPartition(request) => {
                let outcome = controller.alter_partition(&request);
                Outcome::new(outcome.records, Response::AlterPartition(outcome.response))
            }
            Request::CreateTopics(request) => {
                let outcome = controller.create_topics(&request, Seed::new(self.chance.bytes()));
                Outcome::new(outcome.records, Response::CreateTopics(outcome.response))
            }
            Request::DeleteTopics(request) => {
                let outcome = controller.delete_topics(&request, 5);
                Outcome::new(outcome.records, Response::DeletedTopics(outcome.response))
            }
            Request::AlterConfigs(request) => {
                let outcome = controller.incremental_alter_configs(&request);
                Outcome::new(outcome.records, Response::ConfigsAltered(outcome.response))
            }
            Request::Reassign(request) => {
                let outcome = controller.alter_partition_reassignments(&request);
                Outcome::new(outcome.records, Response::Reassigned(outcome.response))
            }
            Request::ElectLeaders(request) => {
                let outcome = controller.elect_leaders(&request);
                Outcome::new(outcome.records, Response::Elected(outcome.response))
            }
            _ => return Ok(()),
        };
        self.decided(token, outcome)?;
        Ok(())
    }

    fn heartbeat(&mut self, token: u64, request: &BrokerHeartbeatRequest) -> Result<(), Halt> {
        let Some(active) = &mut self.active else {
            return Ok(());
        };
        let (id, epoch) = (
            BrokerId::new(request.broker_id),
            BrokerEpoch::new(request.broker_epoch),
        );
        let registered = active.controller.image().cluster.broker(id);
        let now = self.now.monotonic;
        if registered.is_some_and(|broker| broker.epoch == epoch) {
            let read = Offset::new(request.current_metadata_offset);
            active.sessions.heard(id, epoch, read, now);
        }
        let outcome = active.controller.broker_heartbeat(&active.sessions, request, now);
        let outcome = Outcome::new(outcome.records, Response::Heartbeat(outcome.response));
        let last = self.decided(token, outcome)?;
        if let (true, Some(last), Some(active)) = (request.want_shut_down, last, &mut self.active) {
            active.sessions.shuts_down_after(id, last);
        }
        Ok(())
    }

    /// Fences the brokers that were silent for too long, and does what else is due unasked.
    pub(super) fn keep_up(&mut self) -> Result<(), Halt> {
        let now = self.now.monotonic;
        while let Some(active) = self.active.as_mut().filter(|active| {
            let upkeep = active.upkeep.next_deadline();
            let expiry = active.sessions.next_expiry();
            expiry.map_or(upkeep, |expiry| expiry.min(upkeep)) <= now
        }) {
            let outcome = active
                .controller
                .upkeep(&mut active.sessions, &mut active.upkeep, now);
            self.write(&outcome.records)?;
        }
        Ok(())
    }
}
