//! What is kept follows the metadata image: at start from the logs on disk, later from what changed.
//!
//! A log that the image knows nothing of, or gives to other brokers, is stray: its folder is renamed and never served.
//! Invariant: whoever fetches for a partition is told of its leader after the partition has taken its role.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use broker_metadata::{
    ConfigResourceType, MetadataChanges, MetadataImage, PartitionRegistration, TopicChange, TopicFate,
    TopicImage, begun_partition,
};
use broker_model::{BrokerId, Now, PartitionIndex, TopicId, TopicPartition};
use broker_replication::fetch::ReplicaKey;
use broker_replication::{InSyncReplicas, Leadership, ReplicationSettings};
use broker_storage::{LoadedLogs, LogConfig, NewLog, Retirement, UnifiedLog};

use super::ReplicaManager;
use super::follow_changes::LeaderElsewhere;
use super::partition_handle::{Hosted, PartitionHandle, Role};
use crate::clock::random_uuid;
use crate::restore::{LogBeginError, begin_here};

/// The configs of a topic that its partitions act on.
#[derive(Clone, Debug)]
pub struct TopicSettings {
    /// Those of the log.
    pub log: Arc<LogConfig>,
    /// Those of the leader.
    pub replication: ReplicationSettings,
}

/// Works out the configs of a topic: its own, else the broker's, else the defaults.
pub trait ResolveTopicSettings: Debug + Send + Sync {
    /// The settings of `topic` by the configs in `image`.
    fn resolve(&self, image: &MetadataImage, topic: &str) -> TopicSettings;
}

/// An image with the settings of its topics, each worked out once.
struct Resolved<'a> {
    image: &'a MetadataImage,
    settings: &'a dyn ResolveTopicSettings,
    by_topic: RefCell<HashMap<TopicId, TopicSettings>>,
}

impl Resolved<'_> {
    fn settings_of(&self, topic: &TopicImage) -> TopicSettings {
        let resolve = || self.settings.resolve(self.image, &topic.name);
        let mut known = self.by_topic.borrow_mut();
        known.entry(topic.id).or_insert_with(resolve).clone()
    }
}

/// A partition that the image gives to this broker and that has no log yet.
struct Wanted<'a> {
    topic: &'a TopicImage,
    index: PartitionIndex,
    registration: &'a PartitionRegistration,
}

impl ReplicaManager {
    /// Settings of a topic by the configs in `image`.
    pub fn settings_of(&self, image: &MetadataImage, topic: &str) -> TopicSettings {
        self.settings.resolve(image, topic)
    }

    /// Takes over the logs that were found on disk, and makes those that the image wants and the disk lacks.
    pub fn take_over(&self, image: &MetadataImage, loaded: LoadedLogs, now: Now) {
        self.throttles.take_over(image);
        self.eligible.take_over(image);
        let resolved = self.resolved(image);
        let mut stray = Vec::new();
        for loaded in loaded.logs {
            let report = &loaded.report;
            tracing::debug!(partition = %loaded.log.partition(), ?report, "log opened");
            stray.extend(self.take_over_log(&resolved, loaded.log, now));
        }
        self.retire(stray, Retirement::Stray, now);
        for (partition, error) in loaded.refused {
            match image.topics.by_name(&partition.topic) {
                Some(topic) => self.insert_offline(topic, partition.partition, &error),
                None => tracing::error!(%partition, %error, "log of no topic cannot be opened"),
            }
        }
        for path in loaded.ignored {
            tracing::warn!(path = %path.display(), "folder is no partition's and is left alone");
        }
        let mut wanted = Vec::new();
        for topic in image.topics.iter() {
            let partitions = topic.indexed_partitions();
            let own = partitions.filter(|(_, registration)| registration.replicas.contains(&self.node_id));
            wanted.extend(own.filter_map(|(index, registration)| {
                self.assume_or_want(&resolved, topic, index, registration, now)
            }));
        }
        self.create(&resolved, wanted, now);
    }

    fn resolved<'a>(&'a self, image: &'a MetadataImage) -> Resolved<'a> {
        Resolved {
            image,
            settings: self.settings.as_ref(),
            by_topic: RefCell::default(),
        }
    }

    /// Hosts the log if it is this broker's; answers it if it is stray.
    fn take_over_log(&self, resolved: &Resolved<'_>, log: UnifiedLog, now: Now) -> Option<UnifiedLog> {
        let topic = resolved.image.topics.by_id(log.topic_id());
        let registration = topic.and_then(|topic| topic.partition(log.partition().partition));
        match (topic, registration) {
            (Some(topic), Some(registration)) if registration.replicas.contains(&self.node_id) => {
                self.begin_and_host(resolved, (topic, registration), log, now);
                None
            }
            _ => {
                let is_elsewhere = registration.is_some();
                tracing::warn!(
                    partition = %log.partition(), topic_id = %log.topic_id(), is_elsewhere, "log is stray and is put aside"
                );
                Some(log)
            }
        }
    }

    /// Hosts a log that may have to begin behind what another cluster left of it.
    fn begin_and_host(
        &self,
        resolved: &Resolved<'_>,
        (topic, registration): (&TopicImage, &PartitionRegistration),
        mut log: UnifiedLog,
        now: Now,
    ) {
        let index = log.partition().partition;
        let begun = begun_partition(resolved.image, topic.id, index).map_err(LogBeginError::from);
        let begun = begun.and_then(|begun| begun.map_or(Ok(()), |begun| begin_here(&mut log, &begun, now)));
        match begun {
            Ok(()) => self.host(resolved, topic, registration, log, now),
            Err(error) => self.insert_offline(topic, index, &error),
        }
    }

    /// Hosts a log in the role that the controller wants.
    fn host(
        &self,
        resolved: &Resolved<'_>,
        topic: &TopicImage,
        registration: &PartitionRegistration,
        log: UnifiedLog,
        now: Now,
    ) {
        let id = log.partition().clone();
        let key = ReplicaKey {
            topic: topic.id,
            partition: id.partition,
        };
        let settings = resolved.settings_of(topic).replication;
        let role = self.role_of(registration);
        let leader = LeaderElsewhere::of(&role);
        let hosted = Hosted::new(log, role, settings, now);
        self.insert(topic.id, Arc::new(PartitionHandle::new(id, hosted)));
        if leader.is_some() {
            self.follow_changes.note(key, leader);
        }
    }

    fn retire(&self, logs: Vec<UnifiedLog>, retirement: Retirement, now: Now) {
        if logs.is_empty() {
            return;
        }
        let mut named = Vec::with_capacity(logs.len());
        for log in logs {
            match random_uuid() {
                Ok(id) => named.push((log, id)),
                Err(error) => {
                    tracing::error!(partition = %log.partition(), %error, "log folder cannot be put aside");
                }
            }
        }
        for error in self.logs().retire_logs(named, retirement, now) {
            tracing::error!(%error, "log folder cannot be put aside");
        }
    }

    /// Takes over what changed between two images.
    pub fn apply(&self, image: &MetadataImage, changes: &MetadataChanges, now: Now) {
        self.throttles.apply(image, changes);
        let gone = match changes.brokers.is_empty() {
            true => Vec::new(),
            false => self.eligible.take_over(image),
        };
        let resolved = self.resolved(image);
        let is_deleted = |change: &TopicChange| change.fate == TopicFate::Deleted;
        let deleted = changes.topics.iter().filter(|(_, change)| is_deleted(change));
        let handles = deleted.flat_map(|(id, _)| {
            let handles = self.remove_topic(*id);
            handles.into_iter().map(|handle| (*id, handle))
        });
        let logs = handles
            .filter_map(|(topic, handle)| {
                let partition = handle.id().partition;
                self.follow_changes.note(ReplicaKey { topic, partition }, None);
                handle.give_up(Hosted::Deleted)
            })
            .collect();
        self.retire(logs, Retirement::Deleted, now);
        let mut wanted = Vec::new();
        let mut left = Vec::new();
        for (id, change) in changes.topics.iter().filter(|(_, change)| !is_deleted(change)) {
            let Some(topic) = image.topics.by_id(*id) else {
                continue;
            };
            for index in &change.partitions {
                match topic.partition(*index) {
                    Some(registration) if registration.replicas.contains(&self.node_id) => {
                        wanted.extend(self.assume_or_want(&resolved, topic, *index, registration, now));
                    }
                    _ => left.extend(self.leave(topic.id, *index)),
                }
            }
        }
        self.retire(left, Retirement::Deleted, now);
        self.create(&resolved, wanted, now);
        self.may_not_join(&gone, now);
        self.apply_configs(image, changes, now);
    }

    /// Lets no partition that is led here wait for these brokers to join its in-sync set.
    fn may_not_join(&self, brokers: &[BrokerId], now: Now) {
        if brokers.is_empty() {
            return;
        }
        for handle in self.partitions() {
            let _led_elsewhere = handle.with(|partition| partition.may_not_join(brokers, now.monotonic));
        }
    }

    /// Lets a partition take its role; answers what is to be made if it is not here yet.
    fn assume_or_want<'a>(
        &self,
        resolved: &Resolved<'_>,
        topic: &'a TopicImage,
        index: PartitionIndex,
        registration: &'a PartitionRegistration,
        now: Now,
    ) -> Option<Wanted<'a>> {
        match self.partition_by_id(topic.id, index.value()) {
            Ok(handle) => {
                let settings = resolved.settings_of(topic).replication;
                let role = self.role_of(registration);
                let leader = LeaderElsewhere::of(&role);
                handle.assume(role, settings, now);
                let (topic, partition) = (topic.id, index);
                self.follow_changes.note(ReplicaKey { topic, partition }, leader);
                None
            }
            Err(_) => Some(Wanted {
                topic,
                index,
                registration,
            }),
        }
    }

    /// Gives up a replica that a reassignment took away; answers its log.
    fn leave(&self, topic: TopicId, index: PartitionIndex) -> Option<UnifiedLog> {
        let handle = self.remove_partition(topic, index)?;
        let key = ReplicaKey {
            topic,
            partition: index,
        };
        self.follow_changes.note(key, None);
        handle.give_up(Hosted::Deleted)
    }

    /// Makes logs, and hosts them.
    fn create(&self, resolved: &Resolved<'_>, wanted: Vec<Wanted<'_>>, now: Now) {
        if wanted.is_empty() {
            return;
        }
        let logs = wanted.iter().map(|wanted| NewLog {
            partition: TopicPartition::new(wanted.topic.name.clone(), wanted.index),
            topic_id: wanted.topic.id,
            config: resolved.settings_of(wanted.topic).log,
            directory: wanted.registration.directory_of(self.node_id),
        });
        let logs = logs.collect();
        let made = self.logs().create_logs(logs, now);
        for (wanted, made) in wanted.into_iter().zip(made) {
            match made {
                Ok(log) => self.begin_and_host(resolved, (wanted.topic, wanted.registration), log, now),
                Err(error) => self.insert_offline(wanted.topic, wanted.index, &error),
            }
        }
    }

    fn insert_offline(&self, topic: &TopicImage, index: PartitionIndex, error: &dyn std::error::Error) {
        let partition = TopicPartition::new(topic.name.clone(), index);
        tracing::error!(%partition, %error, "log cannot be used; the partition is offline");
        let handle = PartitionHandle::new(partition, Hosted::Offline);
        self.insert(topic.id, Arc::new(handle));
    }

    /// Configs of one topic change that topic, configs of brokers may change every topic.
    fn apply_configs(&self, image: &MetadataImage, changes: &MetadataChanges, now: Now) {
        let of_broker = changes
            .configs
            .iter()
            .any(|resource| resource.kind == ConfigResourceType::Broker);
        for topic in image.topics.iter() {
            let is_named = |resource: &broker_metadata::ConfigResource| {
                resource.kind == ConfigResourceType::Topic && resource.name == topic.name
            };
            if !of_broker && !changes.configs.iter().any(is_named) {
                continue;
            }
            let settings = self.settings_of(image, &topic.name);
            for (index, _) in topic.indexed_partitions() {
                if let Ok(handle) = self.partition_by_id(topic.id, index.value()) {
                    handle.set_settings(&settings, now);
                }
            }
        }
    }

    fn role_of(&self, registration: &PartitionRegistration) -> Role {
        match registration.leader == self.node_id {
            true => Role::Lead(self.leadership_of(registration)),
            false => Role::Follow {
                leader: registration.leader,
                leader_epoch: registration.leader_epoch,
            },
        }
    }

    fn leadership_of(&self, registration: &PartitionRegistration) -> Leadership {
        let replicas = &registration.replicas;
        let (isr, epoch) = (registration.isr.clone(), registration.partition_epoch);
        Leadership {
            leader_epoch: registration.leader_epoch,
            in_sync: InSyncReplicas::new(isr, epoch, replicas.len()),
            followers: replicas
                .iter()
                .copied()
                .filter(|id| *id != self.node_id)
                .collect(),
        }
    }
}
