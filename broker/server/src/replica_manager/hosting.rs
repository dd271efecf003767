//! Which partitions are kept: adding, finding and dropping them.

use std::sync::Arc;

use broker_model::{PartitionIndex, TopicId};
use parking_lot::RwLock;

use super::ReplicaManager;
use super::partition_handle::{LookupError, PartitionHandle};

/// The partitions of one topic that are kept here.
#[derive(Debug)]
pub struct TopicReplicas {
    /// Name of the topic.
    pub name: Arc<str>,
    /// Its identity.
    pub id: TopicId,
    partitions: RwLock<Vec<Option<Arc<PartitionHandle>>>>,
}

impl TopicReplicas {
    fn new(name: Arc<str>, id: TopicId) -> Self {
        Self {
            name,
            id,
            partitions: RwLock::default(),
        }
    }

    /// The partition with number `index`.
    ///
    /// # Errors
    /// When it is not kept here.
    pub fn partition(&self, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        let place = usize::try_from(index).map_err(|_| LookupError::UnknownPartition)?;
        self.partitions
            .read()
            .get(place)
            .cloned()
            .flatten()
            .ok_or(LookupError::UnknownPartition)
    }

    /// All partitions that are kept here.
    pub fn all(&self) -> Vec<Arc<PartitionHandle>> {
        self.partitions.read().iter().flatten().cloned().collect()
    }

    fn insert(&self, index: PartitionIndex, handle: Arc<PartitionHandle>) {
        let Ok(place) = usize::try_from(index.value()) else {
            return;
        };
        let mut partitions = self.partitions.write();
        if partitions.len() <= place {
            partitions.resize(place + 1, None);
        }
        partitions[place] = Some(handle);
    }
}

impl ReplicaManager {
    /// Keeps one more partition.
    pub fn insert(&self, topic: TopicId, handle: Arc<PartitionHandle>) {
        let mut topics = self.topics.write();
        let name = handle.id().topic.clone();
        let replicas = topics
            .by_id
            .entry(topic)
            .or_insert_with(|| Arc::new(TopicReplicas::new(name.clone(), topic)))
            .clone();
        topics.by_name.insert(name, replicas.clone());
        replicas.insert(handle.id().partition, handle);
    }

    /// Forgets one partition and answers it.
    pub fn remove_partition(&self, topic: TopicId, index: PartitionIndex) -> Option<Arc<PartitionHandle>> {
        let topics = self.topics.read();
        let replicas = topics.by_id.get(&topic)?;
        let place = usize::try_from(index.value()).ok()?;
        replicas.partitions.write().get_mut(place)?.take()
    }

    /// Forgets a topic and answers its partitions; their parked fetches are the caller's to wake.
    pub fn remove_topic(&self, topic: TopicId) -> Vec<Arc<PartitionHandle>> {
        let mut topics = self.topics.write();
        let Some(replicas) = topics.by_id.remove(&topic) else {
            return Vec::new();
        };
        // A topic that was made again under the same name has taken the name's place already.
        if topics
            .by_name
            .get(&replicas.name)
            .is_some_and(|named| named.id == topic)
        {
            topics.by_name.remove(&replicas.name);
        }
        replicas.all()
    }
}
