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

impl NewTopic {
    fn wire(&self) -> CreatableTopic {
        let config = |(name, value): &(String, String)| CreatableTopicConfig {
            name: name.into(),
            value: Some(value.into()),
            ..CreatableTopicConfig::default()
        };
        CreatableTopic {
            name: self.name.as_str().into(),
            num_partitions: self.partitions.unwrap_or(-1),
            replication_factor: self.replicas.unwrap_or(-1),
            configs: self.configs.iter().map(config).collect(),
            ..CreatableTopic::default()
        }
    }
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
        self.retried(async || {
            let made = self
                .create_topics(std::slice::from_ref(topic), validation)
                .await?;
            self.asked::<CreateTopicsRequest>()
                .only(made.into_values().collect())?
        })
        .await
    }

    /// Makes topics in one request, each for itself; answers by name.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validation: Validation,
    ) -> Result<BTreeMap<String, Result<CreatedTopic, ClientError>>, ClientError> {
        let request = CreateTopicsRequest {
            topics: topics.iter().map(NewTopic::wire).collect(),
            timeout_ms: self.server_timeout_ms(),
            validate_only: validation == Validation::Only,
            ..CreateTopicsRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<CreateTopicsRequest>();
        let made = response.topics.into_iter().map(|result| {
            let subject = format_args!("topic {}", result.name);
            let verdict = asked.verdict(subject, result.error_code, result.error_message.as_ref());
            let made = verdict.map(|()| CreatedTopic {
                id: TopicId::new(result.topic_id),
                partitions: (result.num_partitions >= 0).then_some(result.num_partitions),
                replicas: (result.replication_factor >= 0).then_some(result.replication_factor),
            });
            (String::from(result.name), made)
        });
        Ok(made.collect())
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

    /// Deletes the topics with these ids, whatever their names are by now; answers by id.
    ///
    /// # Errors
    /// The cluster does not answer, or is too old to know topics by their ids.
    pub async fn delete_topics(
        &self,
        ids: &[TopicId],
    ) -> Result<BTreeMap<TopicId, Result<(), ClientError>>, ClientError> {
        let state = |id: &TopicId| DeleteTopicState {
            name: None,
            topic_id: id.uuid(),
            ..DeleteTopicState::default()
        };
        let request = DeleteTopicsRequest {
            topics: ids.iter().map(state).collect(),
            timeout_ms: self.server_timeout_ms(),
            ..DeleteTopicsRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<DeleteTopicsRequest>();
        let gone = response.responses.into_iter().map(|result| {
            let id = TopicId::new(result.topic_id);
            let message = result.error_message.as_ref();
            let verdict = asked.verdict(format_args!("topic {id}"), result.error_code, message);
            (id, verdict)
        });
        Ok(gone.collect())
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
        self.retried(async || {
            let grown = self
                .create_partitions_of(&[(topic.to_owned(), total)], validation)
                .await?;
            self.asked::<CreatePartitionsRequest>()
                .only(grown.into_values().collect())?
        })
        .await
    }

    /// Raises the numbers of partitions of several topics in one request, each for itself; answers by name.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub async fn create_partitions_of(
        &self,
        totals: &[(String, i32)],
        validation: Validation,
    ) -> Result<BTreeMap<String, Result<(), ClientError>>, ClientError> {
        let topic = |(name, total): &(String, i32)| CreatePartitionsTopic {
            name: name.into(),
            count: *total,
            assignments: None,
            ..CreatePartitionsTopic::default()
        };
        let request = CreatePartitionsRequest {
            topics: totals.iter().map(topic).collect(),
            timeout_ms: self.server_timeout_ms(),
            validate_only: validation == Validation::Only,
            ..CreatePartitionsRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<CreatePartitionsRequest>();
        let grown = response.results.into_iter().map(|result| {
            let subject = format_args!("topic {}", result.name);
            let verdict = asked.verdict(subject, result.error_code, result.error_message.as_ref());
            (String::from(result.name), verdict)
        });
        Ok(grown.collect())
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
