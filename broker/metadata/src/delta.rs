//! From one image to the next.
//!
//! Owns the image under construction and what has changed in it since the image it began with. Routes every record
//! to the part that it belongs to; there is no record that is ignored for being unknown. A delta that returned an
//! error is spent: the image that it began with is untouched and the delta is dropped.

mod between;
mod joined;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_model::{BrokerId, PartitionIndex, TopicId};

use crate::image::{ConfigResource, MetadataImage, MetadataProvenance};
use crate::messages::{RemoveTopicRecord, TopicRecord};
use crate::{MetadataRecord, ReplayError};

/// What became of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicFate {
    /// It did not exist before.
    Created,
    /// Some of its partitions changed or were added.
    Changed,
    /// It is gone.
    Deleted,
}

/// A topic that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChange {
    /// Name of the topic.
    pub name: Arc<str>,
    /// What became of it.
    pub fate: TopicFate,
    /// Partitions that are new or changed; of a deleted topic, those that it had.
    pub partitions: BTreeSet<PartitionIndex>,
}

/// What differs between two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataChanges {
    /// Topics by id; one that came and went in between is not listed.
    pub topics: BTreeMap<TopicId, TopicChange>,
    /// Brokers that registered, changed or went.
    pub brokers: BTreeSet<BrokerId>,
    /// Resources whose configuration changed.
    pub configs: BTreeSet<ConfigResource>,
    /// Whether a feature changed.
    pub features: bool,
    /// Whether an access control entry changed.
    pub acls: bool,
    /// Whether a client quota changed.
    pub client_quotas: bool,
    /// Whether a SCRAM credential changed.
    pub scram: bool,
}

/// An image under construction.
#[derive(Clone, Debug)]
pub struct MetadataDelta {
    image: MetadataImage,
    changes: MetadataChanges,
}

impl MetadataDelta {
    /// Begins with the image; nothing of it is copied.
    pub fn new(image: &MetadataImage) -> Self {
        Self {
            image: image.clone(),
            changes: MetadataChanges::default(),
        }
    }

    /// The image so far.
    pub const fn image(&self) -> &MetadataImage {
        &self.image
    }

    /// What has changed so far.
    pub const fn changes(&self) -> &MetadataChanges {
        &self.changes
    }

    /// Becomes the next image, which contains the log up to `provenance`.
    pub fn apply(mut self, provenance: MetadataProvenance) -> (MetadataImage, MetadataChanges) {
        self.image.provenance = provenance;
        (self.image, self.changes)
    }

    /// Takes a record onto the image.
    ///
    /// # Errors
    /// The record contradicts the image; the delta must be dropped.
    pub fn replay(&mut self, record: &MetadataRecord) -> Result<(), ReplayError> {
        let image = &mut self.image;
        match record {
            MetadataRecord::Topic(record) => return self.create_topic(record),
            MetadataRecord::RemoveTopic(record) => return self.remove_topic(record),
            MetadataRecord::Partition(record) => {
                let (topic, partition) = image.topics.register_partition(record)?;
                note_partition(&mut self.changes, topic.id, &topic.name, partition);
            }
            MetadataRecord::PartitionChange(record) => {
                let (topic, partition) = image.topics.change_partition(record)?;
                note_partition(&mut self.changes, topic.id, &topic.name, partition);
            }
            MetadataRecord::ClearElr(record) => {
                for (id, partition) in image.topics.clear_elr(record)? {
                    let topic = image.topics.by_id(id).ok_or(ReplayError::UnknownTopicId(id))?;
                    note_partition(&mut self.changes, id, &topic.name, partition);
                }
            }
            MetadataRecord::Config(record) => {
                self.changes.configs.insert(image.configs.replay(record)?);
            }
            MetadataRecord::FeatureLevel(record) => {
                Arc::make_mut(&mut image.features).replay(record)?;
                self.changes.features = true;
            }
            _ => return self.replay_rest(record),
        }
        Ok(())
    }

    /// Records about nodes, clients and security, and those that change nothing.
    fn replay_rest(&mut self, record: &MetadataRecord) -> Result<(), ReplayError> {
        let image = &mut self.image;
        let cluster = &mut image.cluster;
        let broker = match record {
            MetadataRecord::RegisterBroker(record) => Some(cluster.register_broker(record)),
            MetadataRecord::UnregisterBroker(record) => Some(cluster.unregister_broker(record)?),
            MetadataRecord::FenceBroker(record) => Some(cluster.fence_broker(record)?),
            MetadataRecord::UnfenceBroker(record) => Some(cluster.unfence_broker(record)?),
            MetadataRecord::BrokerRegistrationChange(record) => Some(cluster.change_broker(record)?),
            _ => None,
        };
        self.changes.brokers.extend(broker);
        match record {
            MetadataRecord::RegisterController(record) => cluster.register_controller(record),
            MetadataRecord::UnregisterController(record) => cluster.unregister_controller(record)?,
            MetadataRecord::ProducerIds(record) => image.producer_ids.replay(record),
            MetadataRecord::ClientQuota(record) => {
                Arc::make_mut(&mut image.client_quotas).replay(record);
                self.changes.client_quotas = true;
            }
            MetadataRecord::AccessControlEntry(record) => {
                Arc::make_mut(&mut image.acls).add(record);
                self.changes.acls = true;
            }
            MetadataRecord::RemoveAccessControlEntry(record) => {
                Arc::make_mut(&mut image.acls).remove(record)?;
                self.changes.acls = true;
            }
            MetadataRecord::UserScramCredential(record) => {
                Arc::make_mut(&mut image.scram).add(record);
                self.changes.scram = true;
            }
            MetadataRecord::RemoveUserScramCredential(record) => {
                Arc::make_mut(&mut image.scram).remove(record);
                self.changes.scram = true;
            }
            MetadataRecord::DelegationToken(record) => {
                Arc::make_mut(&mut image.delegation_tokens).add(record);
            }
            MetadataRecord::RemoveDelegationToken(record) => {
                Arc::make_mut(&mut image.delegation_tokens).remove(record);
            }
            // State 0 says that there never was a ZooKeeper; no other state can stand in a log that Kafka 4 reads.
            MetadataRecord::ZkMigrationState(record) if record.zk_migration_state != 0 => {
                return Err(ReplayError::ZkMigration(record.zk_migration_state));
            }
            // Transactions are the loader's business; the rest was handled above.
            _ => {}
        }
        Ok(())
    }

    fn create_topic(&mut self, record: &TopicRecord) -> Result<(), ReplayError> {
        self.image.topics.create(record)?;
        let change = TopicChange {
            name: record.name.as_str().into(),
            fate: TopicFate::Created,
            partitions: BTreeSet::new(),
        };
        self.changes.topics.insert(TopicId::new(record.topic_id), change);
        Ok(())
    }

    /// The configuration of a topic goes with it.
    fn remove_topic(&mut self, record: &RemoveTopicRecord) -> Result<(), ReplayError> {
        let topic = self.image.topics.remove(record)?;
        let resource = ConfigResource::topic(Arc::clone(&topic.name));
        self.image.configs.remove_resource(&resource);
        self.changes.configs.remove(&resource);
        let earlier = self.changes.topics.remove(&topic.id);
        if earlier.is_none_or(|change| change.fate != TopicFate::Created) {
            let change = TopicChange {
                name: Arc::clone(&topic.name),
                fate: TopicFate::Deleted,
                partitions: topic.indexed_partitions().map(|(index, _)| index).collect(),
            };
            self.changes.topics.insert(topic.id, change);
        }
        Ok(())
    }
}

fn note_partition(changes: &mut MetadataChanges, id: TopicId, name: &Arc<str>, partition: PartitionIndex) {
    let change = changes.topics.entry(id).or_insert_with(|| TopicChange {
        name: Arc::clone(name),
        fate: TopicFate::Changed,
        partitions: BTreeSet::new(),
    });
    change.partitions.insert(partition);
}

#[cfg(test)]
mod tests;
