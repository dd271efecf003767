//! Topics, by id and by name.

use std::sync::Arc;

use broker_model::{PartitionIndex, TopicId};

use super::{PartitionIndexes, PartitionRegistration, ShardedMap};
use crate::ReplayError;
use crate::messages::{
    ClearElrRecord, PartitionChangeRecord, PartitionRecord, RemoveTopicRecord, TopicRecord,
};

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicImage {
    /// Name of the topic.
    pub name: Arc<str>,
    /// Its identity.
    pub id: TopicId,
    /// Its partitions: number `n` stands at place `n`.
    pub partitions: Vec<Arc<PartitionRegistration>>,
}

impl TopicImage {
    /// The partition's registration.
    pub fn partition(&self, index: PartitionIndex) -> Option<&Arc<PartitionRegistration>> {
        self.partitions.get(usize::try_from(index.value()).ok()?)
    }

    /// Every partition with its number.
    pub fn indexed_partitions(&self) -> impl Iterator<Item = (PartitionIndex, &Arc<PartitionRegistration>)> {
        self.partitions
            .iter()
            .enumerate()
            .map(|(place, partition)| (index_at(place), partition))
    }
}

/// Number of the partition at a place of [`TopicImage::partitions`].
fn index_at(place: usize) -> PartitionIndex {
    PartitionIndex::new(i32::try_from(place).unwrap_or(i32::MAX))
}

/// All topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicsImage {
    by_id: ShardedMap<TopicId, Arc<TopicImage>>,
    by_name: ShardedMap<Arc<str>, TopicId>,
    partitions: usize,
    indexes: PartitionIndexes,
}

impl TopicsImage {
    /// Partitions by broker, and those that need a second look.
    pub const fn indexes(&self) -> &PartitionIndexes {
        &self.indexes
    }

    /// Finds a topic by id.
    pub fn by_id(&self, id: TopicId) -> Option<&Arc<TopicImage>> {
        self.by_id.get(&id)
    }

    /// Finds a topic by name.
    pub fn by_name(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.by_id.get(self.by_name.get(name)?)
    }

    /// Id of the topic with that name.
    pub fn id_of(&self, name: &str) -> Option<TopicId> {
        self.by_name.get(name).copied()
    }

    /// Registration of a partition of the topic with that name.
    pub fn partition(&self, name: &str, index: PartitionIndex) -> Option<&Arc<PartitionRegistration>> {
        self.by_name(name)?.partition(index)
    }

    /// How many topics there are.
    pub const fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// How many partitions all topics have together.
    pub const fn partition_count(&self) -> usize {
        self.partitions
    }

    /// Every topic, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.by_id.iter().map(|(_, topic)| topic)
    }

    /// Every topic, by name.
    pub fn sorted_by_name(&self) -> Vec<&Arc<TopicImage>> {
        let mut topics: Vec<_> = self.iter().collect();
        topics.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        topics
    }

    pub(crate) fn create(&mut self, record: &TopicRecord) -> Result<(), ReplayError> {
        let id = TopicId::new(record.topic_id);
        if self.by_id.contains_key(&id) {
            return Err(ReplayError::TopicIdExists(id));
        }
        let name: Arc<str> = Arc::from(record.name.as_str());
        if let Some(id) = self.id_of(&name) {
            return Err(ReplayError::TopicNameExists {
                name: record.name.to_string(),
                id,
            });
        }
        self.by_name.insert(Arc::clone(&name), id);
        let partitions = Vec::new();
        self.by_id
            .insert(id, Arc::new(TopicImage { name, id, partitions }));
        Ok(())
    }

    pub(crate) fn remove(&mut self, record: &RemoveTopicRecord) -> Result<Arc<TopicImage>, ReplayError> {
        let id = TopicId::new(record.topic_id);
        let topic = self.by_id.remove(&id).ok_or(ReplayError::UnknownTopicId(id))?;
        self.by_name.remove(&topic.name);
        self.partitions -= topic.partitions.len();
        for (index, partition) in topic.indexed_partitions() {
            self.indexes.update((id, index), Some(partition), None);
        }
        Ok(topic)
    }

    pub(crate) fn register_partition(
        &mut self,
        record: &PartitionRecord,
    ) -> Result<(&TopicImage, PartitionIndex), ReplayError> {
        let partition = PartitionIndex::new(record.partition_id);
        let registration = PartitionRegistration::from_record(record)?;
        let topic = self.topic_mut(TopicId::new(record.topic_id))?;
        check_directories(topic, partition, &registration)?;
        let place = usize::try_from(record.partition_id)
            .ok()
            .filter(|place| *place <= topic.partitions.len());
        let Some(place) = place else {
            return Err(ReplayError::PartitionGap {
                topic: topic.name.to_string(),
                partition,
                count: topic.partitions.len(),
            });
        };
        let registration = Arc::new(registration);
        let old = match topic.partitions.get_mut(place) {
            Some(old) => Some(std::mem::replace(old, Arc::clone(&registration))),
            None => {
                topic.partitions.push(Arc::clone(&registration));
                self.partitions += 1;
                None
            }
        };
        let id = TopicId::new(record.topic_id);
        self.indexes
            .update((id, partition), old.as_deref(), Some(&registration));
        Ok((self.existing(id)?, partition))
    }

    pub(crate) fn change_partition(
        &mut self,
        record: &PartitionChangeRecord,
    ) -> Result<(&TopicImage, PartitionIndex), ReplayError> {
        let partition = PartitionIndex::new(record.partition_id);
        let topic = self.topic_mut(TopicId::new(record.topic_id))?;
        let unknown = || ReplayError::UnknownPartition {
            topic: topic.name.to_string(),
            partition,
        };
        let old = topic.partition(partition).ok_or_else(unknown)?;
        let new = old.merge(record)?;
        check_directories(topic, partition, &new)?;
        let place = usize::try_from(record.partition_id).map_err(|_| ReplayError::UnknownPartition {
            topic: topic.name.to_string(),
            partition,
        })?;
        let new = Arc::new(new);
        let old = std::mem::replace(&mut topic.partitions[place], Arc::clone(&new));
        let id = TopicId::new(record.topic_id);
        self.indexes.update((id, partition), Some(&old), Some(&new));
        Ok((self.existing(id)?, partition))
    }

    /// Clears the eligible leaders of one topic, or of all when the record names none.
    pub(crate) fn clear_elr(
        &mut self,
        record: &ClearElrRecord,
    ) -> Result<Vec<(TopicId, PartitionIndex)>, ReplayError> {
        let topics = if record.topic_name.is_empty() {
            self.iter().map(|topic| topic.id).collect()
        } else {
            let unknown = || ReplayError::UnknownTopicName(record.topic_name.to_string());
            vec![self.id_of(&record.topic_name).ok_or_else(unknown)?]
        };
        let mut cleared = Vec::new();
        for id in topics {
            let topic = self.existing(id)?;
            let holders: Vec<_> = topic
                .indexed_partitions()
                .filter(|(_, partition)| !partition.elr.is_empty() || !partition.last_known_elr.is_empty())
                .map(|(index, _)| index)
                .collect();
            for index in holders {
                self.change_partition(&PartitionChangeRecord {
                    partition_id: index.value(),
                    topic_id: id.uuid(),
                    eligible_leader_replicas: Some(Vec::new()),
                    last_known_elr: Some(Vec::new()),
                    ..PartitionChangeRecord::default()
                })?;
                cleared.push((id, index));
            }
        }
        Ok(cleared)
    }

    fn existing(&self, id: TopicId) -> Result<&TopicImage, ReplayError> {
        self.by_id
            .get(&id)
            .map(|topic| &**topic)
            .ok_or(ReplayError::UnknownTopicId(id))
    }

    fn topic_mut(&mut self, id: TopicId) -> Result<&mut TopicImage, ReplayError> {
        self.by_id
            .get_mut(&id)
            .map(Arc::make_mut)
            .ok_or(ReplayError::UnknownTopicId(id))
    }
}

fn check_directories(
    topic: &TopicImage,
    partition: PartitionIndex,
    registration: &PartitionRegistration,
) -> Result<(), ReplayError> {
    if registration.replicas.len() == registration.directories.len() {
        return Ok(());
    }
    Err(ReplayError::DirectoryCount {
        topic: topic.name.to_string(),
        partition,
        replicas: registration.replicas.len(),
        directories: registration.directories.len(),
    })
}
