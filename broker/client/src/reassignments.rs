//! Where partitions lie and who leads them: reassignments (KIP-455), elections of leaders (KIP-460), and brokers that
//! do not come back.

use broker_model::{BrokerId, PartitionIndex, TopicPartition};
use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use broker_protocol::elect_leaders_request::TopicPartitions;
use broker_protocol::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, ElectLeadersRequest, ListPartitionReassignmentsRequest,
    UnregisterBrokerRequest,
};

use crate::by_leader::by_topic;
use crate::{Client, ClientError};

/// What is to become of a partition's replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reassignment {
    /// They are to lie on these brokers, the preferred leader first.
    To(Vec<BrokerId>),
    /// What is under way is undone.
    Cancel,
}

/// A reassignment that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OngoingReassignment {
    /// The partition.
    pub partition: TopicPartition,
    /// All replicas, those to come and those to go included.
    pub replicas: Vec<BrokerId>,
    /// Those to come.
    pub adding: Vec<BrokerId>,
    /// Those to go.
    pub removing: Vec<BrokerId>,
}

/// Who may be elected; numbers are Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElectionKind {
    /// 0: the first replica, if it is in sync.
    Preferred,
    /// 1: any replica that lives, where no one in sync does; records may be lost.
    Unclean,
}

/// What became of each partition.
pub type PartitionOutcomes = Vec<(TopicPartition, Result<(), ClientError>)>;

impl Client {
    /// Begins or cancels reassignments, each for itself.
    ///
    /// # Errors
    /// The cluster does not answer, or refuses all of them.
    pub async fn alter_reassignments(
        &self,
        changes: &[(TopicPartition, Reassignment)],
    ) -> Result<PartitionOutcomes, ClientError> {
        let keys: Vec<TopicPartition> = changes.iter().map(|(key, _)| key.clone()).collect();
        let wanted = |key: &TopicPartition| match &changes.iter().find(|(other, _)| other == key)?.1 {
            Reassignment::To(replicas) => Some(replicas.iter().map(|id| id.value()).collect()),
            Reassignment::Cancel => None,
        };
        let topics = by_topic(&keys).into_iter().map(|(name, keys)| ReassignableTopic {
            name: (&*name).into(),
            partitions: keys
                .iter()
                .map(|key| ReassignablePartition {
                    partition_index: key.partition.value(),
                    replicas: wanted(key),
                    ..ReassignablePartition::default()
                })
                .collect(),
            ..ReassignableTopic::default()
        });
        let request = AlterPartitionReassignmentsRequest {
            timeout_ms: self.server_timeout_ms(),
            allow_replication_factor_change: true,
            topics: topics.collect(),
            ..AlterPartitionReassignmentsRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<AlterPartitionReassignmentsRequest>();
        let (code, message) = (response.error_code, response.error_message.as_ref());
        asked.verdict("the reassignments", code, message)?;
        let mut outcomes = Vec::new();
        for topic in &response.responses {
            for partition in &topic.partitions {
                let index = PartitionIndex::new(partition.partition_index);
                let key = TopicPartition::new(topic.name.as_str(), index);
                let (code, message) = (partition.error_code, partition.error_message.as_ref());
                let verdict = asked.verdict(&key, code, message);
                outcomes.push((key, verdict));
            }
        }
        Ok(outcomes)
    }

    /// The reassignments that are under way, of these partitions or of all.
    ///
    /// # Errors
    /// The cluster does not answer, or does not say.
    pub async fn list_reassignments(
        &self,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Vec<OngoingReassignment>, ClientError> {
        let topic =
            |(name, keys): (std::sync::Arc<str>, Vec<&TopicPartition>)| ListPartitionReassignmentsTopics {
                name: (&*name).into(),
                partition_indexes: keys.iter().map(|key| key.partition.value()).collect(),
                ..ListPartitionReassignmentsTopics::default()
            };
        let request = ListPartitionReassignmentsRequest {
            timeout_ms: self.server_timeout_ms(),
            topics: partitions.map(|keys| by_topic(keys).into_iter().map(topic).collect()),
            ..ListPartitionReassignmentsRequest::default()
        };
        self.retried(async || {
            let response = self.call_controller(&request).await?;
            let asked = self.asked::<ListPartitionReassignmentsRequest>();
            let (code, message) = (response.error_code, response.error_message.as_ref());
            asked.verdict("the reassignments", code, message)?;
            let ids = |raw: &[i32]| raw.iter().copied().map(BrokerId::new).collect();
            let ongoing = response.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(|partition| OngoingReassignment {
                    partition: TopicPartition::new(
                        topic.name.as_str(),
                        PartitionIndex::new(partition.partition_index),
                    ),
                    replicas: ids(&partition.replicas),
                    adding: ids(&partition.adding_replicas),
                    removing: ids(&partition.removing_replicas),
                })
            });
            Ok(ongoing.collect())
        })
        .await
    }

    /// Has leaders elected, of these partitions or of all that need one.
    ///
    /// # Errors
    /// The cluster does not answer, or refuses as a whole.
    pub async fn elect_leaders(
        &self,
        kind: ElectionKind,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<PartitionOutcomes, ClientError> {
        let topic = |(name, keys): (std::sync::Arc<str>, Vec<&TopicPartition>)| TopicPartitions {
            topic: (&*name).into(),
            partitions: keys.iter().map(|key| key.partition.value()).collect(),
            ..TopicPartitions::default()
        };
        let request = ElectLeadersRequest {
            election_type: match kind {
                ElectionKind::Preferred => 0,
                ElectionKind::Unclean => 1,
            },
            topic_partitions: partitions.map(|keys| by_topic(keys).into_iter().map(topic).collect()),
            timeout_ms: self.server_timeout_ms(),
            ..ElectLeadersRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<ElectLeadersRequest>();
        asked.verdict("the elections", response.error_code, None)?;
        let mut outcomes = Vec::new();
        for topic in &response.replica_election_results {
            for partition in &topic.partition_result {
                let index = PartitionIndex::new(partition.partition_id);
                let key = TopicPartition::new(topic.topic.as_str(), index);
                let (code, message) = (partition.error_code, partition.error_message.as_ref());
                let verdict = asked.verdict(&key, code, message);
                outcomes.push((key, verdict));
            }
        }
        Ok(outcomes)
    }

    /// Forgets a broker that is gone for good.
    ///
    /// # Errors
    /// It is not registered, or the cluster does not answer.
    pub async fn unregister_broker(&self, broker: BrokerId) -> Result<(), ClientError> {
        let request = UnregisterBrokerRequest {
            broker_id: broker.value(),
            ..UnregisterBrokerRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<UnregisterBrokerRequest>();
        let (code, message) = (response.error_code, response.error_message.as_ref());
        asked.verdict(format_args!("broker {broker}"), code, message)
    }
}
