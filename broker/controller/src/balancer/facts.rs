//! What a plan is made from: brokers, and partitions with their load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::MetadataImage;
use broker_model::{BrokerId, PartitionIndex, TopicId};

/// What may be done with a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerRole {
    /// It takes replicas and gives them away.
    Balanced,
    /// It keeps what it has and takes nothing new: it is cordoned, fenced or about to stop.
    Closed,
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerFacts {
    /// The broker.
    pub id: BrokerId,
    /// Its rack.
    pub rack: Option<Arc<str>>,
    /// What may be done with it.
    pub role: BrokerRole,
    /// Bytes that its log directories can hold; `None` when that is not known.
    pub disk_capacity: Option<u64>,
}

/// What one partition costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartitionLoad {
    /// Bytes of its log.
    pub bytes: u64,
    /// Bytes a second that producers write.
    pub bytes_in: u64,
    /// Bytes a second that consumers read.
    pub bytes_out: u64,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionFacts {
    /// Name of its topic.
    pub topic: Arc<str>,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// Brokers that hold it, the preferred leader first; under a reassignment, those that will.
    pub replicas: Vec<BrokerId>,
    /// Whether a reassignment is under way: it is left alone, unless it must leave a broker.
    pub is_moving: bool,
    /// What it costs.
    pub load: PartitionLoad,
}

/// The cluster as a plan sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// All registered brokers, by id.
    pub brokers: Vec<BrokerFacts>,
    /// All partitions, by name and number.
    pub partitions: Vec<PartitionFacts>,
}

impl ClusterFacts {
    /// From the image, the loads that were measured and the capacities that are known. A partition without a load
    /// costs nothing.
    pub fn from_image(
        image: &MetadataImage,
        loads: &BTreeMap<(TopicId, PartitionIndex), PartitionLoad>,
        capacities: &BTreeMap<BrokerId, u64>,
    ) -> Self {
        let brokers = image.cluster.brokers.values().map(|broker| BrokerFacts {
            id: broker.id,
            rack: broker.rack.clone(),
            role: match broker.is_active() && !broker.is_cordoned() {
                true => BrokerRole::Balanced,
                false => BrokerRole::Closed,
            },
            disk_capacity: capacities.get(&broker.id).copied(),
        });
        let mut partitions = Vec::with_capacity(image.topics.partition_count());
        for topic in image.topics.sorted_by_name() {
            for (partition, registration) in topic.indexed_partitions() {
                let removing = &registration.removing_replicas;
                let mut replicas = registration.replicas.clone();
                replicas.retain(|id| !removing.contains(id));
                partitions.push(PartitionFacts {
                    topic: Arc::clone(&topic.name),
                    topic_id: topic.id,
                    partition,
                    replicas,
                    is_moving: registration.is_reassigning(),
                    load: loads.get(&(topic.id, partition)).copied().unwrap_or_default(),
                });
            }
        }
        Self {
            brokers: brokers.collect(),
            partitions,
        }
    }

    /// Brokers that hold a replica and are not registered: nothing can be planned around them.
    pub(super) fn unknown_brokers(&self) -> BTreeSet<BrokerId> {
        let known: BTreeSet<_> = self.brokers.iter().map(|broker| broker.id).collect();
        let named = self.partitions.iter().flat_map(|partition| &partition.replicas);
        named.filter(|id| !known.contains(id)).copied().collect()
    }
}
