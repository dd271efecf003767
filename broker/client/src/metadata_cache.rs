//! What Metadata last said: brokers, controller, topics with their partitions and leaders.
//!
//! A value; [`crate::Client`] replaces it as a whole. Invariant: the partitions of a topic are sorted by index.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::messages::MetadataResponse;
use broker_protocol::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use tokio::time::Instant;

use crate::Endpoint;

/// A cluster as a client sees it.
#[derive(Clone, Debug)]
pub struct MetadataCache {
    /// Id of the cluster, if the broker tells it.
    pub cluster_id: Option<String>,
    /// The broker that takes admin calls.
    pub controller: BrokerId,
    /// All live brokers.
    pub brokers: BTreeMap<BrokerId, BrokerInfo>,
    /// The topics that were asked for, by name.
    pub topics: BTreeMap<String, TopicInfo>,
    as_of: Option<Instant>,
}

/// One broker.
#[derive(Clone, Debug)]
pub struct BrokerInfo {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Its rack, if it has one.
    pub rack: Option<String>,
}

/// One topic.
#[derive(Clone, Debug)]
pub struct TopicInfo {
    /// Its name.
    pub name: String,
    /// Its identity; zero from brokers before 2.8.
    pub id: TopicId,
    /// Whether the cluster keeps its own state in it.
    pub is_internal: bool,
    /// Why nothing more is known about it.
    pub error: ErrorCode,
    /// Its partitions by index.
    pub partitions: Vec<PartitionInfo>,
}

/// One partition.
#[derive(Clone, Debug)]
pub struct PartitionInfo {
    /// Its number.
    pub index: PartitionIndex,
    /// Who leads it, if anybody.
    pub leader: Option<BrokerId>,
    /// Epoch of the leader.
    pub leader_epoch: LeaderEpoch,
    /// All replicas, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// The replicas that are in sync.
    pub isr: Vec<BrokerId>,
    /// The replicas that are not there.
    pub offline: Vec<BrokerId>,
}

impl Default for MetadataCache {
    fn default() -> Self {
        Self {
            cluster_id: None,
            controller: BrokerId::NONE,
            brokers: BTreeMap::new(),
            topics: BTreeMap::new(),
            as_of: None,
        }
    }
}

impl MetadataCache {
    /// The partition, if its topic was asked for and has it.
    pub fn partition(&self, partition: &TopicPartition) -> Option<&PartitionInfo> {
        let topic = self.topics.get(&*partition.topic)?;
        topic
            .partitions
            .iter()
            .find(|candidate| candidate.index == partition.partition)
    }

    pub(crate) fn is_fresh(&self, now: Instant, age_max: Duration) -> bool {
        self.as_of.is_some_and(|at| now.duration_since(at) < age_max)
    }

    /// This, with everything that the answer says in its place.
    pub(crate) fn merged(mut self, response: MetadataResponse, now: Instant) -> Self {
        let broker = |broker: broker_protocol::metadata_response::MetadataResponseBroker| {
            let port = u16::try_from(broker.port).unwrap_or(0);
            let endpoint = Endpoint {
                host: broker.host.into(),
                port,
            };
            let info = BrokerInfo {
                endpoint,
                rack: broker.rack.map(String::from),
            };
            (BrokerId::new(broker.node_id), info)
        };
        self.cluster_id = response.cluster_id.map(String::from);
        self.controller = BrokerId::new(response.controller_id);
        self.brokers = response.brokers.into_iter().map(broker).collect();
        for topic in response.topics {
            if let Some(topic) = TopicInfo::new(topic) {
                self.topics.insert(topic.name.clone(), topic);
            }
        }
        self.as_of = Some(now);
        self
    }
}

impl TopicInfo {
    fn new(topic: MetadataResponseTopic) -> Option<Self> {
        let mut partitions: Vec<_> = topic.partitions.iter().map(PartitionInfo::new).collect();
        partitions.sort_by_key(|partition| partition.index);
        Some(Self {
            name: topic.name?.into(),
            id: TopicId::new(topic.topic_id),
            is_internal: topic.is_internal,
            error: ErrorCode::from_i16(topic.error_code).unwrap_or(ErrorCode::UnknownServerError),
            partitions,
        })
    }

    /// Whether each partition has somebody to talk to.
    pub fn has_leaders(&self) -> bool {
        self.partitions.iter().all(|partition| partition.leader.is_some())
    }

    /// The partitions by name and number.
    pub fn topic_partitions(&self) -> impl Iterator<Item = TopicPartition> {
        let name: std::sync::Arc<str> = self.name.as_str().into();
        self.partitions
            .iter()
            .map(move |partition| TopicPartition::new(name.clone(), partition.index))
    }
}

impl PartitionInfo {
    fn new(partition: &MetadataResponsePartition) -> Self {
        let ids = |raw: &[i32]| raw.iter().copied().map(BrokerId::new).collect();
        let leader = BrokerId::new(partition.leader_id);
        Self {
            index: PartitionIndex::new(partition.partition_index),
            leader: (leader != BrokerId::NONE).then_some(leader),
            leader_epoch: LeaderEpoch::new(partition.leader_epoch),
            replicas: ids(&partition.replica_nodes),
            isr: ids(&partition.isr_nodes),
            offline: ids(&partition.offline_replicas),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(topics: &[(&str, &[i32])]) -> MetadataResponse {
        let topic = |(name, leaders): &(&str, &[i32])| MetadataResponseTopic {
            name: Some((*name).into()),
            partitions: (0..)
                .zip(*leaders)
                .map(led_by)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect(),
            ..MetadataResponseTopic::default()
        };
        MetadataResponse {
            topics: topics.iter().map(topic).collect(),
            ..MetadataResponse::default()
        }
    }

    fn led_by((partition_index, leader): (i32, &i32)) -> MetadataResponsePartition {
        MetadataResponsePartition {
            partition_index,
            leader_id: *leader,
            ..MetadataResponsePartition::default()
        }
    }

    #[tokio::test]
    async fn an_answer_about_some_topics_leaves_the_others_as_they_were() {
        let now = Instant::now();
        let first = MetadataCache::default().merged(answering(&[("a", &[1]), ("b", &[1])]), now);
        let second = first.merged(answering(&[("b", &[2, -1])]), now);
        let leader = |topic: &str, partition| {
            second
                .partition(&TopicPartition::new(topic, PartitionIndex::new(partition)))?
                .leader
        };
        assert_eq!(leader("a", 0), Some(BrokerId::new(1)));
        assert_eq!(leader("b", 0), Some(BrokerId::new(2)));
        assert_eq!(leader("b", 1), None);
        assert!(!second.topics["b"].has_leaders());
    }
}
