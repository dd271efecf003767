//! The partitions of a process: what the image wants, kept as leaders and followers, and who is in sync.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use broker_metadata::{
    ConfigResource, ConfigResourceType, MetadataChanges, MetadataImage, PartitionRegistration, TopicFate,
};
use broker_model::{
    BrokerEpoch, BrokerId, LeaderEpoch, MonotonicMs, Offset, PartitionEpoch, PartitionIndex, TopicId,
    TopicPartition, Uuid,
};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_request::{BrokerState, PartitionData, TopicData};
use broker_protocol::assign_replicas_to_dirs_request::{
    DirectoryData, PartitionData as AssignedPartition, TopicData as AssignedTopic,
};
use broker_protocol::messages::{AlterPartitionRequest, AlterPartitionResponse, AssignReplicasToDirsRequest};
use broker_replication::{
    Follower, InSyncReplicas, IsrAnswer, IsrProposal, Leadership, Partition, ReplicationSettings,
};
use broker_storage::{
    CheckpointKind, DirectoryOwner, LogConfig, LogManager, LogManagerOptions, LogProgress, NewLog,
    OpenFileBudget, Retirement, StorageError, TailCacheBudget, UnifiedLog,
};

use super::serving::Waker;
use super::{Asked, Halt, Process};
use crate::machine::{DATA, Machine};
use crate::message::{PartitionId, PartitionInfo, Request};
use crate::sabotage::Sabotage;

/// Pause after the controller was told where replicas lie.
const PLACING_PAUSE_MS: u64 = 100;

/// A partition in the role that the controller wants.
#[derive(Debug)]
pub(crate) enum Hosted {
    Leading(Box<Partition<Waker>>),
    Following(Box<Follower>),
}

/// A change that a partition's leader wants.
#[derive(Clone, Debug)]
pub(crate) struct WantedIsr {
    leader_epoch: LeaderEpoch,
    proposal: IsrProposal,
}

/// Whether the controller is being told where replicas lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placing {
    /// It is looked, from then on, whether it knows.
    Look { from: MonotonicMs },
    /// It is being told.
    Told,
    /// It knows, by the metadata that are read here.
    Known,
}

/// What the checker looks at after a step.
#[derive(Debug)]
pub(crate) struct Touched {
    pub(crate) id: PartitionId,
    pub(crate) leads: Option<LeaderEpoch>,
    pub(crate) high_watermark: i64,
    pub(crate) log_end: i64,
    pub(crate) log_start: i64,
    pub(crate) local_log_start: i64,
    /// How often its log was made anew by this process.
    pub(crate) made: u64,
}

#[derive(Debug)]
pub(crate) struct Replicas {
    logs: LogManager,
    pub(crate) hosted: BTreeMap<PartitionId, Hosted>,
    made: BTreeMap<PartitionId, u64>,
    is_taken_over: bool,
    wanted: BTreeMap<PartitionId, WantedIsr>,
    proposing: BTreeMap<PartitionId, WantedIsr>,
    propose_at: MonotonicMs,
    look_at: MonotonicMs,
    checkpoint_at: MonotonicMs,
    placing: Placing,
    pub(crate) close_requested: bool,
    /// Of the registration under which the last process stopped in order.
    pub(crate) previous_epoch: BrokerEpoch,
}

impl Hosted {
    pub(crate) fn log(&self) -> &UnifiedLog {
        match self {
            Self::Leading(partition) => partition.log(),
            Self::Following(follower) => follower.log(),
        }
    }

    pub(super) fn log_mut(&mut self) -> &mut UnifiedLog {
        match self {
            Self::Leading(partition) => partition.log_mut(),
            Self::Following(follower) => follower.log_mut(),
        }
    }

    fn into_log(self) -> UnifiedLog {
        match self {
            Self::Leading(partition) => partition.resign(),
            Self::Following(follower) => follower.into_log(),
        }
    }
}

pub(super) fn open_directories(machine: &Machine) -> Result<LogManager, Halt> {
    let options = LogManagerOptions {
        directories: vec![PathBuf::from(DATA)],
        owner: DirectoryOwner {
            cluster_id: Machine::cluster(),
            node_id: machine.id,
        },
        recovery_threads: 1,
        tail_cache: TailCacheBudget::new(machine.settings.tail_cache_bytes),
        open_files: OpenFileBudget::new(64),
    };
    Ok(LogManager::start(machine.fs(), options)?)
}

impl Replicas {
    pub(super) fn new(logs: LogManager, now: MonotonicMs) -> Self {
        let directory = logs.directories().first();
        Self {
            previous_epoch: directory.map_or(BrokerEpoch::NONE, |found| found.previous_broker_epoch()),
            logs,
            hosted: BTreeMap::new(),
            made: BTreeMap::new(),
            is_taken_over: false,
            wanted: BTreeMap::new(),
            proposing: BTreeMap::new(),
            propose_at: now,
            look_at: now,
            checkpoint_at: now,
            placing: Placing::Look { from: now },
            close_requested: false,
        }
    }

    pub(crate) fn are_hosted(&self) -> bool {
        self.is_taken_over
    }

    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let proposal = (!self.wanted.is_empty() && self.proposing.is_empty()).then_some(self.propose_at);
        let placing = match self.placing {
            Placing::Look { from } => Some(from).filter(|_| self.is_taken_over),
            Placing::Told | Placing::Known => None,
        };
        [Some(self.look_at), Some(self.checkpoint_at), proposal, placing]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn leading(&mut self, id: PartitionId) -> Result<&mut Partition<Waker>, ErrorCode> {
        match self.hosted.get_mut(&id) {
            Some(Hosted::Leading(partition)) => Ok(partition),
            Some(Hosted::Following(_)) => Err(ErrorCode::NotLeaderOrFollower),
            None => Err(ErrorCode::UnknownTopicId),
        }
    }

    pub(super) fn want(&mut self, id: PartitionId, leader_epoch: LeaderEpoch, proposal: IsrProposal) {
        let wanted = WantedIsr {
            leader_epoch,
            proposal,
        };
        self.wanted.insert(id, wanted);
    }

    /// The request got no answer: what still holds is sent again.
    pub(super) fn propose_again(&mut self, now: MonotonicMs) {
        for (id, wanted) in std::mem::take(&mut self.proposing) {
            self.wanted.entry(id).or_insert(wanted);
        }
        self.propose_at = now.plus_ms(50);
    }

    /// The controller was told where replicas lie, or could not be.
    pub(super) fn placed(&mut self, now: MonotonicMs) {
        self.placing = Placing::Look {
            from: now.plus_ms(PLACING_PAUSE_MS),
        };
    }

    /// Whom each follower follows, in which epoch, and how often its log was made.
    pub(super) fn following(&self) -> BTreeMap<PartitionId, (BrokerId, LeaderEpoch, u64)> {
        let following = self.hosted.iter().filter_map(|(id, hosted)| match hosted {
            Hosted::Following(follower) if follower.leader() != BrokerId::NONE => {
                let made = self.made.get(id).copied().unwrap_or(0);
                Some((*id, (follower.leader(), follower.leader_epoch(), made)))
            }
            _ => None,
        });
        following.collect()
    }

    /// What the checker wants to know of every partition.
    pub(crate) fn touched(&self) -> Vec<Touched> {
        let touched = self.hosted.iter().map(|(id, hosted)| Touched {
            id: *id,
            leads: match hosted {
                Hosted::Leading(partition) => Some(partition.leader_epoch()),
                Hosted::Following(_) => None,
            },
            high_watermark: hosted.log().high_watermark().value(),
            log_end: hosted.log().log_end().value(),
            log_start: hosted.log().log_start().value(),
            local_log_start: hosted.log().local_log_start().value(),
            made: self.made.get(id).copied().unwrap_or(0),
        });
        touched.collect()
    }

    fn progress(&self) -> Vec<LogProgress> {
        self.hosted
            .values()
            .map(|hosted| hosted.log().progress())
            .collect()
    }
}

impl Process {
    pub(super) fn log_config(&self, topic: &str) -> Arc<LogConfig> {
        let settings = &self.machine.settings;
        let mut config = LogConfig {
            flush_messages: settings.flush_messages,
            segment_bytes: settings.segment_bytes,
            index_interval_bytes: 256,
            retention_ms: None,
            timestamp_after_max_ms: i64::MAX,
            ..LogConfig::default()
        };
        if topic == broker_metadata::GROUP_METADATA_TOPIC {
            config.cleanup_policy.compact = true;
            config.cleanup_policy.delete = false;
        } else if let Some(tiering) = &settings.tiering {
            config.remote_storage_enable = true;
            config.local_retention_bytes = Some(tiering.local_retention_bytes);
            config.retention_bytes = tiering.retention_bytes;
        }
        Arc::new(config)
    }

    fn replication_settings(&self, topic: &str) -> ReplicationSettings {
        let configs = &self.metadata.image().configs;
        let name = "min.insync.replicas";
        let all_brokers = ConfigResource::new(ConfigResourceType::Broker, "");
        let own = configs.value(&ConfigResource::topic(topic), name);
        let value = own.or_else(|| configs.value(&all_brokers, name));
        let value = value.filter(|_| self.machine.settings.sabotage != Sabotage::AnyInSync);
        ReplicationSettings {
            min_in_sync_replicas: value.and_then(|value| value.parse().ok()).unwrap_or(1),
            replica_lag_max_ms: self.machine.settings.replica_lag_ms,
        }
    }

    /// Takes over the logs on disk as soon as the image knows of this registration, and sees to what is due.
    pub(super) fn look_after_replicas(&mut self) -> Result<(), Halt> {
        let registered = self
            .metadata
            .image()
            .cluster
            .broker(self.machine.id)
            .map(|broker| broker.epoch);
        if !self.replicas.is_taken_over && registered.is_some() && registered == self.lifecycle.epoch {
            self.take_over()?;
        }
        let now = self.now;
        if self.replicas.look_at <= now.monotonic {
            self.replicas.look_at = now
                .monotonic
                .plus_ms((self.machine.settings.replica_lag_ms / 2).max(1));
            let mut wanted = Vec::new();
            for (id, hosted) in &mut self.replicas.hosted {
                if let Hosted::Leading(partition) = hosted
                    && let Some(proposal) = partition.look_after_followers(now.monotonic)
                {
                    wanted.push((*id, partition.leader_epoch(), proposal));
                }
            }
            for (id, epoch, proposal) in wanted {
                self.replicas.want(id, epoch, proposal);
            }
        }
        if self.replicas.checkpoint_at <= now.monotonic {
            self.checkpoint()?;
        }
        match self.replicas.close_requested {
            true => self.close(),
            false => Ok(()),
        }
    }

    fn checkpoint(&mut self) -> Result<(), Halt> {
        let now = self.now;
        self.replicas.checkpoint_at = now.monotonic.plus_ms(self.machine.settings.checkpoint_ms);
        if !self.replicas.is_taken_over {
            return Ok(());
        }
        if self.chance.below(4) == 0 {
            for hosted in self.replicas.hosted.values_mut() {
                hosted.log_mut().flush(now)?;
            }
            self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
            self.write_checkpoints(CheckpointKind::LogStart)?;
            self.note_log_starts();
            self.delete_old_segments()?;
        }
        self.write_checkpoints(CheckpointKind::HighWatermark)
    }

    pub(super) fn delete_old_segments(&mut self) -> Result<(), Halt> {
        let fs = self.machine.fs();
        for hosted in self.replicas.hosted.values_mut() {
            let pending = hosted.log_mut().delete_old_segments(self.now)?;
            for path in pending.into_iter().flat_map(|pending| pending.paths) {
                let removed = fs.remove_file(&path);
                removed.map_err(|error| StorageError::from_io(&path, &path, error))?;
            }
        }
        Ok(())
    }

    pub(super) fn write_checkpoints(&self, kind: CheckpointKind) -> Result<(), Halt> {
        let mut progress = self.replicas.progress();
        if self.quorum.progress().recovery_point > Offset::ZERO {
            progress.push(self.quorum.progress());
        }
        let failed = self.replicas.logs.write_checkpoints(kind, &progress);
        failed
            .into_iter()
            .next()
            .map_or(Ok(()), |error| Err(error.into()))
    }

    /// A clean stop: every log closed, checkpoints written, the marker last.
    fn close(&mut self) -> Result<(), Halt> {
        let epoch = self.lifecycle.epoch.unwrap_or(BrokerEpoch::NONE);
        let mut progress = Vec::new();
        for (_, hosted) in std::mem::take(&mut self.replicas.hosted) {
            let mut log = hosted.into_log();
            log.close(self.now)?;
            progress.push(log.progress());
        }
        progress.push(self.quorum.progress());
        self.quorum.log.close(self.now)?;
        match self.replicas.logs.stop(&progress, &[], epoch).into_iter().next() {
            Some(error) => Err(error.into()),
            None => Err(Halt::Stopped),
        }
    }

    fn take_over(&mut self) -> Result<(), Halt> {
        self.replicas.is_taken_over = true;
        let (plain, groups) = (
            self.log_config(""),
            self.log_config(broker_metadata::GROUP_METADATA_TOPIC),
        );
        let config_of = |partition: &TopicPartition| match &*partition.topic {
            broker_metadata::GROUP_METADATA_TOPIC => groups.clone(),
            _ => plain.clone(),
        };
        let loaded = self.replicas.logs.load_logs(&config_of, self.now)?;
        if let Some((partition, error)) = loaded.refused.into_iter().next() {
            return match Halt::from(error) {
                Halt::Broken(error) => Err(Halt::Broken(format!("{partition}: {error}"))),
                other => Err(other),
            };
        }
        let image = self.metadata.image().clone();
        let mut stray = Vec::new();
        for loaded in loaded.logs {
            let (topic, index) = (loaded.log.topic_id(), loaded.log.partition().partition);
            let name = loaded.log.partition().topic.clone();
            let known = image.topics.by_id(topic).and_then(|topic| topic.partition(index));
            match known {
                Some(registration) if registration.replicas.contains(&self.machine.id) => {
                    let hosted = self.in_role(loaded.log, &name, registration);
                    self.replicas.hosted.insert((topic, index), hosted);
                }
                _ => stray.push(loaded.log),
            }
        }
        self.retire(stray, Retirement::Stray);
        let topics = image.topics.sorted_by_name().into_iter();
        let all = topics.flat_map(|topic| topic.indexed_partitions().map(|(index, _)| (topic.id, index)));
        self.assume_roles(&image, all.collect())?;
        self.wire_all()
    }

    fn retire(&mut self, logs: Vec<UnifiedLog>, retirement: Retirement) {
        let named = logs.into_iter().map(|log| {
            let mut id = [0; 16];
            id.copy_from_slice(&self.chance.bytes()[..16]);
            (log, Uuid::from_random(id))
        });
        let named = named.collect();
        // A folder that stays is swept away at the next start.
        let _failures = self.replicas.logs.retire_logs(named, retirement, self.now);
        let _failures = self.replicas.logs.due_deletes(self.now).run();
    }

    /// Tells the controller which replicas lie here that it looks for elsewhere.
    pub(super) fn say_where_replicas_are(&mut self) -> Result<(), Halt> {
        let Placing::Look { from } = self.replicas.placing else {
            return Ok(());
        };
        if from > self.now.monotonic || !self.replicas.is_taken_over {
            return Ok(());
        }
        let (Some(controller), Some(epoch)) = (self.controller(), self.lifecycle.epoch) else {
            self.replicas.placed(self.now.monotonic);
            return Ok(());
        };
        let keeps_them = self.machine.settings.sabotage == Sabotage::KeptPlaces;
        let topics = self.misplaced();
        if topics.is_empty() || keeps_them {
            self.replicas.placing = Placing::Known;
            return Ok(());
        }
        self.replicas.placing = Placing::Told;
        let request = AssignReplicasToDirsRequest {
            broker_id: self.machine.id.value(),
            broker_epoch: epoch.value(),
            directories: vec![DirectoryData {
                id: self.machine.directory.uuid(),
                topics,
                ..DirectoryData::default()
            }],
            ..AssignReplicasToDirsRequest::default()
        };
        let request = Request::AssignDirectories(request);
        let timeout = self.machine.settings.controller_timeout_ms;
        self.ask(controller, Asked::AssignDirectories, request, timeout)
    }

    fn misplaced(&self) -> Vec<AssignedTopic> {
        let image = self.metadata.image();
        let is_misplaced = |(topic, index): &PartitionId| {
            let registration = image
                .topics
                .by_id(*topic)
                .and_then(|topic| topic.partition(*index));
            registration.is_some_and(|found| found.is_elsewhere(self.machine.id, self.machine.directory))
        };
        let misplaced = self.replicas.hosted.keys().filter(|id| is_misplaced(id));
        let named = misplaced.map(|(topic, index)| AssignedTopic {
            topic_id: topic.uuid(),
            partitions: vec![AssignedPartition {
                partition_index: index.value(),
                ..AssignedPartition::default()
            }],
            ..AssignedTopic::default()
        });
        named.collect()
    }

    /// Follows what changed between two images.
    pub(super) fn metadata_changed(&mut self, changes: &MetadataChanges) -> Result<(), Halt> {
        if !self.replicas.is_taken_over {
            return Ok(());
        }
        if self.replicas.placing == Placing::Known && !changes.topics.is_empty() {
            self.replicas.placing = Placing::Look {
                from: self.now.monotonic,
            };
        }
        let image = self.metadata.image().clone();
        let mut gone = Vec::new();
        let mut changed = Vec::new();
        for (topic, change) in &changes.topics {
            for index in &change.partitions {
                let id = (*topic, *index);
                let registration = image
                    .topics
                    .by_id(*topic)
                    .and_then(|topic| topic.partition(*index));
                let is_ours = registration.is_some_and(|found| found.replicas.contains(&self.machine.id));
                match is_ours && change.fate != TopicFate::Deleted {
                    true => changed.push(id),
                    false => gone.extend(self.replicas.hosted.remove(&id).map(Hosted::into_log)),
                }
            }
        }
        self.retire(gone, Retirement::Deleted);
        self.assume_roles(&image, changed)?;
        let is_gone = |id: &&BrokerId| !image.cluster.is_active(**id);
        let gone: Vec<BrokerId> = changes.brokers.iter().filter(is_gone).copied().collect();
        for hosted in self.replicas.hosted.values_mut() {
            if let (false, Hosted::Leading(partition)) = (gone.is_empty(), hosted) {
                partition.may_not_join(&gone, self.now.monotonic);
            }
        }
        self.wire_tier(changes)?;
        if !changes.configs.is_empty() {
            let names = image
                .topics
                .sorted_by_name()
                .into_iter()
                .map(|topic| (topic.id, topic.name.clone()));
            for (topic, name) in names.collect::<Vec<_>>() {
                let settings = self.replication_settings(&name);
                for ((id, _), hosted) in &mut self.replicas.hosted {
                    if let (true, Hosted::Leading(partition)) = (*id == topic, hosted) {
                        partition.set_settings(settings, self.now.monotonic);
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives partitions the roles that the image wants; makes the logs of those that are new.
    fn assume_roles(&mut self, image: &MetadataImage, ids: Vec<PartitionId>) -> Result<(), Halt> {
        for (topic, index) in ids {
            let Some(found) = image.topics.by_id(topic) else {
                continue;
            };
            let Some(registration) = found.partition(index) else {
                continue;
            };
            if !registration.replicas.contains(&self.machine.id) {
                continue;
            }
            let hosted = match self.replicas.hosted.remove(&(topic, index)) {
                Some(Hosted::Leading(mut partition)) if self.leads(registration) => {
                    partition.set_leadership(self.leadership(registration), self.now.monotonic);
                    Hosted::Leading(partition)
                }
                Some(Hosted::Following(mut follower)) if !self.leads(registration) => {
                    follower.follow(registration.leader, registration.leader_epoch);
                    Hosted::Following(follower)
                }
                Some(hosted) => self.in_role(hosted.into_log(), &found.name, registration),
                None => {
                    let new = NewLog {
                        partition: TopicPartition::new(found.name.clone(), index),
                        topic_id: topic,
                        config: self.log_config(&found.name),
                        directory: registration.directory_of(self.machine.id),
                    };
                    let mut made = self.replicas.logs.create_logs(vec![new], self.now);
                    let log = made.pop().expect("one was asked for")?;
                    *self.replicas.made.entry((topic, index)).or_default() += 1;
                    self.in_role(log, &found.name, registration)
                }
            };
            self.replicas.hosted.insert((topic, index), hosted);
        }
        Ok(())
    }

    fn in_role(&self, log: UnifiedLog, topic: &str, registration: &PartitionRegistration) -> Hosted {
        if self.leads(registration) {
            let settings = self.replication_settings(topic);
            let leadership = self.leadership(registration);
            return Hosted::Leading(Box::new(Partition::lead(
                log,
                leadership,
                settings,
                self.now.monotonic,
            )));
        }
        let follower = Follower::new(log, registration.leader, registration.leader_epoch);
        Hosted::Following(Box::new(follower))
    }

    fn leads(&self, registration: &PartitionRegistration) -> bool {
        let own = self.machine.id;
        let is_stolen = self.machine.settings.sabotage == Sabotage::StolenLead;
        registration.leader == own || (is_stolen && registration.preferred_leader() == own)
    }

    fn leadership(&self, registration: &PartitionRegistration) -> Leadership {
        let replicas = &registration.replicas;
        let own = self.machine.id;
        Leadership {
            leader_epoch: registration.leader_epoch,
            in_sync: InSyncReplicas::new(
                registration.isr.clone(),
                registration.partition_epoch,
                replicas.len(),
            ),
            followers: replicas.iter().copied().filter(|id| *id != own).collect(),
        }
    }

    /// Sends the changes of in-sync sets that wait, if none is under way.
    pub(super) fn propose_in_sync_sets(&mut self) -> Result<(), Halt> {
        let keeps_them = self.machine.settings.sabotage == Sabotage::KeptProposals;
        let replicas = &mut self.replicas;
        if keeps_them
            || replicas.wanted.is_empty()
            || !replicas.proposing.is_empty()
            || replicas.propose_at > self.now.monotonic
        {
            return Ok(());
        }
        let hosted = &replicas.hosted;
        replicas.wanted.retain(|id, wanted| {
            matches!(hosted.get(id), Some(Hosted::Leading(partition))
                if partition.leader_epoch() == wanted.leader_epoch
                    && partition.in_sync().is_changing()
                    && partition.in_sync().partition_epoch() == wanted.proposal.partition_epoch)
        });
        let (Some(controller), Some(epoch)) = (self.controller(), self.lifecycle.epoch) else {
            self.replicas.propose_at = self.now.monotonic.plus_ms(50);
            return Ok(());
        };
        let replicas = &mut self.replicas;
        if replicas.wanted.is_empty() {
            return Ok(());
        }
        replicas.proposing = std::mem::take(&mut replicas.wanted);
        let topics = replicas
            .proposing
            .iter()
            .map(|((topic, index), wanted)| TopicData {
                topic_id: topic.uuid(),
                partitions: vec![self.machine.proposed(*index, wanted, epoch)],
                ..TopicData::default()
            });
        let request = AlterPartitionRequest {
            broker_id: self.machine.id.value(),
            broker_epoch: epoch.value(),
            topics: topics.collect(),
            ..AlterPartitionRequest::default()
        };
        let timeout = self.machine.settings.controller_timeout_ms;
        self.ask(
            controller,
            Asked::AlterPartition,
            Request::AlterPartition(request),
            timeout,
        )
    }

    pub(super) fn in_sync_sets_answered(&mut self, answer: &AlterPartitionResponse) {
        let now = self.now.monotonic;
        if answer.error_code != 0 {
            return self.replicas.propose_again(now);
        }
        let mut asked = std::mem::take(&mut self.replicas.proposing);
        for topic in &answer.topics {
            for answered in &topic.partitions {
                let id = (
                    TopicId::new(topic.topic_id),
                    PartitionIndex::new(answered.partition_index),
                );
                let Some(wanted) = asked.remove(&id) else {
                    continue;
                };
                let answer = match ErrorCode::from_i16(answered.error_code) {
                    Some(ErrorCode::None) => IsrAnswer::Accepted {
                        in_sync: answered.isr.iter().map(|id| BrokerId::new(*id)).collect(),
                        partition_epoch: PartitionEpoch::new(answered.partition_epoch),
                    },
                    Some(
                        ErrorCode::IneligibleReplica
                        | ErrorCode::OperationNotAttempted
                        | ErrorCode::InvalidRequest,
                    ) => IsrAnswer::Refused,
                    Some(ErrorCode::NotController) => {
                        self.replicas.wanted.entry(id).or_insert(wanted);
                        self.replicas.propose_at = now.plus_ms(50);
                        continue;
                    }
                    _ => IsrAnswer::Superseded,
                };
                if let Ok(partition) = self.replicas.leading(id) {
                    partition.isr_answered(wanted.proposal.partition_epoch, answer, now);
                }
            }
        }
    }

    /// The partitions as clients are told of them.
    pub(super) fn known_partitions(&self) -> Vec<PartitionInfo> {
        let topics = self.metadata.image().topics.sorted_by_name();
        let known = topics.into_iter().flat_map(|topic| {
            topic
                .indexed_partitions()
                .map(|(index, registration)| PartitionInfo {
                    topic: topic.name.clone(),
                    id: (topic.id, index),
                    leader: registration.leader,
                    leader_epoch: registration.leader_epoch,
                    replicas: registration.replicas.clone(),
                })
        });
        known.collect()
    }
}

impl Machine {
    fn proposed(&self, index: PartitionIndex, wanted: &WantedIsr, own: BrokerEpoch) -> PartitionData {
        let member = |(id, epoch): &(BrokerId, Option<BrokerEpoch>)| BrokerState {
            broker_id: id.value(),
            broker_epoch: match epoch {
                Some(epoch) => epoch.value(),
                None if *id == self.id => own.value(),
                None => BrokerState::default().broker_epoch,
            },
            ..BrokerState::default()
        };
        PartitionData {
            partition_index: index.value(),
            leader_epoch: wanted.leader_epoch.value(),
            new_isr_with_epochs: wanted.proposal.in_sync.iter().map(member).collect(),
            partition_epoch: wanted.proposal.partition_epoch.value(),
            ..PartitionData::default()
        }
    }
}
