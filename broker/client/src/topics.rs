//! Topics: create, delete, add partitions, delete records.

use std::collections::BTreeMap;

use broker_model::{BrokerId, Offset, PartitionIndex, TopicId, TopicPartition};
use broker_protocol::create_partitions_request::CreatePartitionsTopic;
use broker_protocol::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use broker_protocol::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::messages::{
    CreatePartitionsRequest, CreateTopicsRequest, DeleteRecordsRequest, DeleteTopicsRequest,
};

use crate::by_leader::by_topic;
use crate::{Client, ClientError};

/// First version of DeleteTopics that takes topics as structures.
const DELETE_TOPICS_BY_STATE: i16 = 6;
/// The partition's whole log, as DeleteRecords writes it.
const ALL_RECORDS: i64 = -1;

/// Whether a change is made or only checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// The broker says what it would do.
    Only,
    /// The broker does it.
    AndApply,
}

/// A topic to be made.
#[derive(Clone, Debug, Default)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// Number of partitions; the broker's default if none is given.
    pub partitions: Option<i32>,
    /// Replicas of each; the broker's default if none is given.
    pub replicas: Option<i16>,
    /// Configuration that differs from the default.
    pub configs: Vec<(String, String)>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct CreatedTopic {
    /// Its identity; zero from old brokers and when it was only checked.
    pub id: TopicId,
    /// Number of partitions, if the broker tells.
    pub partitions: Option<i32>,
    /// Replicas of each, if the broker tells.
    pub replicas: Option<i16>,
}

impl Client {
    /// Makes a topic and waits until the controller has it.
    ///
    /// # Errors
    /// The name is taken or invalid, a configuration is refused, or there are too few brokers.
    pub async fn create_topic(
        &self,
        topic: &NewTopic,
        validation: Validation,
    ) -> Result<CreatedTopic, ClientError> {
        let config = |(name, value): &(String, String)| CreatableTopicConfig {
            name: name.into(),
            value: Some(value.into()),
            ..CreatableTopicConfig::default()
        };
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: topic.name.as_str().into(),
                num_partitions: topic.partitions.unwrap_or(-1),
                replication_factor: topic.replicas.unwrap_or(-1),
                configs: topic.configs.iter().map(config).collect(),
                ..CreatableTopic::default()
            }],
            timeout_ms: self.server_timeout_ms(),
            validate_only: validation == Validation::Only,
            ..CreateTopicsRequest::default()
        };
        self.retried(async || {
            let response = self.call_controller(&request).await?;
            let asked = self.asked::<CreateTopicsRequest>();
            let result = asked.only(response.topics)?;
            let subject = format_args!("topic {}", topic.name);
            asked.verdict(subject, result.error_code, result.error_message.as_ref())?;
            Ok(CreatedTopic {
                id: TopicId::new(result.topic_id),
                partitions: (result.num_partitions >= 0).then_some(result.num_partitions),
                replicas: (result.replication_factor >= 0).then_some(result.replication_factor),
            })
        })
        .await
    }

    /// Deletes a topic with all its records.
    ///
    /// # Errors
    /// It does not exist, or deletion is switched off.
    pub async fn delete_topic(&self, name: &str) -> Result<(), ClientError> {
        let state = DeleteTopicState {
            name: Some(name.into()),
            ..DeleteTopicState::default()
        };
        let mut request = DeleteTopicsRequest {
            timeout_ms: self.server_timeout_ms(),
            ..Default::default()
        };
        let controller = self.metadata().controller;
        let connection = self.connection(controller, crate::Lane::General).await?;
        if connection.version_of::<DeleteTopicsRequest>(i16::MAX)? >= DELETE_TOPICS_BY_STATE {
            request.topics = vec![state];
        } else {
            request.topic_names = vec![name.into()];
        }
        let response = connection.call(&request).await?;
        let asked = self.asked::<DeleteTopicsRequest>();
        let result = asked.only(response.responses)?;
        asked.verdict(
            format_args!("topic {name}"),
            result.error_code,
            result.error_message.as_ref(),
        )
    }

    /// Raises the number of partitions to `total`.
    ///
    /// # Errors
    /// The topic does not exist or has as many already.
    pub async fn create_partitions(
        &self,
        topic: &str,
        total: i32,
        validation: Validation,
    ) -> Result<(), ClientError> {
        let request = CreatePartitionsRequest {
            topics: vec![CreatePartitionsTopic {
                name: topic.into(),
                count: total,
                assignments: None,
                ..CreatePartitionsTopic::default()
            }],
            timeout_ms: self.server_timeout_ms(),
            validate_only: validation == Validation::Only,
            ..CreatePartitionsRequest::default()
        };
        self.retried(async || {
            let response = self.call_controller(&request).await?;
            let asked = self.asked::<CreatePartitionsRequest>();
            let result = asked.only(response.results)?;
            asked.verdict(
                format_args!("topic {topic}"),
                result.error_code,
                result.error_message.as_ref(),
            )
        })
        .await
    }

    /// Deletes the records below each offset, all of them where none is given; answers with the first offset that
    /// is left.
    ///
    /// # Errors
    /// A partition has no leader, or its broker cannot be reached; refusals are told partition by partition.
    pub async fn delete_records(
        &self,
        below: &BTreeMap<TopicPartition, Option<Offset>>,
    ) -> Result<Vec<(TopicPartition, Result<Offset, ClientError>)>, ClientError> {
        let mut outcomes = Vec::new();
        for (leader, partitions) in self.by_leader(below.keys().cloned()).await? {
            outcomes.extend(self.delete_records_at(leader, &partitions, below).await?);
        }
        Ok(outcomes)
    }

    async fn delete_records_at(
        &self,
        leader: BrokerId,
        partitions: &[TopicPartition],
        below: &BTreeMap<TopicPartition, Option<Offset>>,
    ) -> Result<Vec<(TopicPartition, Result<Offset, ClientError>)>, ClientError> {
        let partition = |partition: &TopicPartition| DeleteRecordsPartition {
            partition_index: partition.partition.value(),
            offset: below[partition].map_or(ALL_RECORDS, Offset::value),
            ..DeleteRecordsPartition::default()
        };
        let topics = by_topic(partitions)
            .into_iter()
            .map(|(name, partitions)| DeleteRecordsTopic {
                name: (&*name).into(),
                partitions: partitions.iter().map(|key| partition(key)).collect(),
                ..DeleteRecordsTopic::default()
            });
        let request = DeleteRecordsRequest {
            topics: topics.collect(),
            timeout_ms: self.server_timeout_ms(),
            ..DeleteRecordsRequest::default()
        };
        let response = self.call_broker(leader, &request).await?;
        let asked = self.asked::<DeleteRecordsRequest>();
        let mut outcomes = Vec::new();
        for topic in response.topics {
            for result in topic.partitions {
                let key =
                    TopicPartition::new(topic.name.as_str(), PartitionIndex::new(result.partition_index));
                let verdict = asked.verdict(&key, result.error_code, None);
                outcomes.push((key, verdict.map(|()| Offset::new(result.low_watermark))));
            }
        }
        Ok(outcomes)
    }

    /// How long a broker may work on a change, in milliseconds.
    pub(crate) fn server_timeout_ms(&self) -> i32 {
        i32::try_from(self.options().request_timeout.as_millis()).unwrap_or(i32::MAX)
    }
}
