//! What is kept follows the metadata image: at start from the logs on disk, later from what changed.
//!
//! A log whose topic id the image does not know is stray: its folder is renamed and removed later, never served.
//! A log that the image gives to another broker is left alone.

use std::fmt::Debug;
use std::sync::Arc;

use broker_metadata::{
    ConfigResourceType, MetadataChanges, MetadataImage, PartitionRegistration, TopicChange, TopicFate,
    TopicImage,
};
use broker_model::{Now, PartitionIndex, TopicPartition};
use broker_replication::{InSyncReplicas, Leadership, Partition};
use broker_storage::{LoadedLogs, LogConfig, Retirement, UnifiedLog};

use super::ReplicaManager;
use super::partition_handle::{Hosted, PartitionHandle};
use crate::clock::random_uuid;

/// The configs of a topic that its partitions act on.
#[derive(Clone, Debug)]
pub struct TopicSettings {
    /// Those of the log.
    pub log: Arc<LogConfig>,
    /// `min.insync.replicas`.
    pub min_in_sync_replicas: usize,
}

/// Works out the configs of a topic: its own, else the broker's, else the defaults.
pub trait ResolveTopicSettings: Debug + Send + Sync {
    /// The settings of `topic` by the configs in `image`.
    fn resolve(&self, image: &MetadataImage, topic: &str) -> TopicSettings;
}

impl ReplicaManager {
    /// Settings of a topic by the configs in `image`.
    pub fn settings_of(&self, image: &MetadataImage, topic: &str) -> TopicSettings {
        self.settings.resolve(image, topic)
    }

    /// Takes over the logs that were found on disk, and makes those that the image wants and the disk lacks.
    pub fn take_over(&self, image: &MetadataImage, loaded: LoadedLogs, now: Now) {
        for loaded in loaded.logs {
            let report = &loaded.report;
            tracing::debug!(partition = %loaded.log.partition(), ?report, "log opened");
            self.take_over_log(image, loaded.log, now);
        }
        for (partition, error) in loaded.refused {
            tracing::error!(%partition, %error, "log cannot be opened; the partition is offline");
            if let Some(topic) = image.topics.by_name(&partition.topic) {
                self.insert(
                    topic.id,
                    Arc::new(PartitionHandle::new(partition, Hosted::Offline)),
                );
            }
        }
        for path in loaded.ignored {
            tracing::warn!(path = %path.display(), "folder is no partition's and is left alone");
        }
        for topic in image.topics.iter() {
            for (index, registration) in topic.indexed_partitions() {
                self.keep(image, topic, index, registration, now);
            }
        }
    }

    fn take_over_log(&self, image: &MetadataImage, log: UnifiedLog, now: Now) {
        let topic = image.topics.by_id(log.topic_id());
        let registration = topic.and_then(|topic| topic.partition(log.partition().partition));
        match (topic, registration) {
            (Some(topic), Some(registration)) if registration.replicas.contains(&self.node_id) => {
                self.lead(image, topic, registration, log);
            }
            (Some(_), Some(_)) => {
                tracing::warn!(partition = %log.partition(), "log belongs to another broker")
            }
            _ => {
                tracing::warn!(partition = %log.partition(), topic_id = %log.topic_id(), "log is stray and goes");
                self.retire(log, Retirement::Stray, now);
            }
        }
    }

    fn lead(
        &self,
        image: &MetadataImage,
        topic: &TopicImage,
        registration: &PartitionRegistration,
        log: UnifiedLog,
    ) {
        let id = log.partition().clone();
        let settings = self.settings_of(image, &topic.name);
        let partition = Partition::lead(log, leadership_of(registration));
        let handle = PartitionHandle::new(id, Hosted::Leading(Box::new(partition)));
        handle.set_config(&settings.log, settings.min_in_sync_replicas);
        self.insert(topic.id, Arc::new(handle));
    }

    fn retire(&self, log: UnifiedLog, retirement: Retirement, now: Now) {
        let partition = log.partition().clone();
        let outcome = match random_uuid() {
            Ok(id) => self
                .logs()
                .retire_log(log, retirement, id, now)
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = outcome {
            tracing::error!(%partition, %error, "log folder cannot be put aside");
        }
    }

    /// Takes over what changed between two images.
    pub fn apply(&self, image: &MetadataImage, changes: &MetadataChanges, now: Now) {
        let is_deleted = |change: &TopicChange| change.fate == TopicFate::Deleted;
        for (id, _) in changes.topics.iter().filter(|(_, change)| is_deleted(change)) {
            for handle in self.remove_topic(*id) {
                if let Some(log) = handle.give_up(Hosted::Deleted) {
                    self.retire(log, Retirement::Deleted, now);
                }
            }
        }
        for (id, change) in changes.topics.iter().filter(|(_, change)| !is_deleted(change)) {
            let Some(topic) = image.topics.by_id(*id) else {
                continue;
            };
            for index in &change.partitions {
                if let Some(registration) = topic.partition(*index) {
                    self.keep(image, topic, *index, registration, now);
                }
            }
        }
        self.apply_configs(image, changes);
    }

    /// Makes a partition, or tells it who leads.
    fn keep(
        &self,
        image: &MetadataImage,
        topic: &TopicImage,
        index: PartitionIndex,
        registration: &PartitionRegistration,
        now: Now,
    ) {
        if !registration.replicas.contains(&self.node_id) {
            return;
        }
        if let Ok(handle) = self.partition_by_id(topic.id, index.value()) {
            // An offline partition learns who leads when its directory is back.
            let _offline = handle.with(|partition| partition.set_leadership(leadership_of(registration)));
            return;
        }
        let partition = TopicPartition::new(topic.name.clone(), index);
        let settings = self.settings_of(image, &topic.name);
        let directory = registration.directory_of(self.node_id);
        let created =
            self.logs()
                .create_log(partition.clone(), topic.id, settings.log.clone(), directory, now);
        match created {
            Ok(log) => self.lead(image, topic, registration, log),
            Err(error) => {
                tracing::error!(%partition, %error, "log cannot be made; the partition is offline");
                self.insert(
                    topic.id,
                    Arc::new(PartitionHandle::new(partition, Hosted::Offline)),
                );
            }
        }
    }

    /// Configs of one topic change that topic, configs of brokers may change every topic.
    fn apply_configs(&self, image: &MetadataImage, changes: &MetadataChanges) {
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
                    handle.set_config(&settings.log, settings.min_in_sync_replicas);
                }
            }
        }
    }
}

fn leadership_of(registration: &PartitionRegistration) -> Leadership {
    Leadership {
        leader_epoch: registration.leader_epoch,
        in_sync: InSyncReplicas::new(registration.isr.clone(), registration.replicas.len()),
    }
}
