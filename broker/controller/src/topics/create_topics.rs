//! CreateTopics.
//!
//! Topics of a request succeed or fail each for itself, but the records of all that succeed are one batch. Order of
//! the checks, which clients can tell by the code that they get: name, existence, configuration, then numbers,
//! assignment and placement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::messages::{ConfigRecord, TopicRecord};
use broker_metadata::metadata_log::CLUSTER_METADATA_TOPIC;
use broker_metadata::{ConfigResource, ConfigResourceType, MetadataRecord, PartitionRegistration};
use broker_model::Uuid;
use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use broker_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};

use super::topic_name::{Collisions, check_name};
use super::{PARTITIONS_PER_REQUEST_MAX, too_many_partitions};
use crate::manual_assignment::check_assignment;
use crate::{ApiError, EffectiveConfig, Outcome, QuorumController, Seed};

type Configs = BTreeMap<Arc<str>, Arc<str>>;

impl QuorumController {
    /// Makes topics.
    pub fn create_topics(
        &self,
        request: &CreateTopicsRequest,
        mut seed: Seed,
    ) -> Outcome<CreateTopicsResponse> {
        let (names, duplicates) = distinct_names(request);
        let wanted = |topic: &&CreatableTopic| {
            !duplicates.contains(topic.name.as_str()) && topic.name != CLUSTER_METADATA_TOPIC
        };
        let topics: Vec<_> = request.topics.iter().filter(wanted).collect();
        let oversized = self.partitions_wanted(&topics) > PARTITIONS_PER_REQUEST_MAX;
        let collisions = Collisions::new(
            &self.image().topics,
            topics.iter().map(|topic| topic.name.as_str()),
        );
        let mut records = Vec::new();
        let mut results = Vec::new();
        for topic in topics {
            let created = if oversized {
                Err(too_many_partitions())
            } else {
                collisions
                    .check(&topic.name)
                    .and_then(|()| self.create_topic(topic, &mut seed))
            };
            match created {
                Ok((made, result)) => {
                    records.extend(made);
                    results.push(result);
                }
                Err(error) => results.push(refused(&topic.name, error)),
            }
        }
        let twice = || ApiError::invalid_request("The request names the topic twice.");
        results.extend(duplicates.iter().map(|name| refused(name, twice())));
        if names.contains(CLUSTER_METADATA_TOPIC) {
            let message =
                format!("{CLUSTER_METADATA_TOPIC} is the metadata log and cannot be made as a topic.");
            results.push(refused(
                CLUSTER_METADATA_TOPIC,
                ApiError::invalid_request(message),
            ));
        }
        let response = CreateTopicsResponse {
            topics: results,
            ..CreateTopicsResponse::default()
        };
        if request.validate_only {
            return Outcome::answer(response);
        }
        Outcome::new(records, response)
    }

    fn partitions_wanted(&self, topics: &[&CreatableTopic]) -> usize {
        let wanted = |topic: &&CreatableTopic| match (topic.assignments.len(), topic.num_partitions) {
            (0, -1) => usize::try_from(self.settings.default_partitions).unwrap_or(0),
            (0, given) => usize::try_from(given).unwrap_or(0),
            (assigned, _) => assigned,
        };
        topics.iter().map(wanted).fold(0, usize::saturating_add)
    }

    fn create_topic(
        &self,
        topic: &CreatableTopic,
        seed: &mut Seed,
    ) -> Result<(Vec<MetadataRecord>, CreatableTopicResult), ApiError> {
        let name = topic.name.as_str();
        check_name(name)?;
        if self.image().topics.by_name(name).is_some() {
            return Err(ApiError::new(
                ErrorCode::TopicAlreadyExists,
                format!("Topic '{name}' already exists."),
            ));
        }
        let configs = self.creation_configs(topic)?;
        let partitions = if topic.assignments.is_empty() {
            self.placed_partitions(topic, seed)?
        } else {
            self.assigned_partitions(topic)?
        };
        let id = seed.uuid();
        let records = topic_records(name, id, &configs, &partitions);
        let effective = self.rules.effective_topic_configs(self.image(), &configs);
        Ok((records, created(topic, id, &partitions, effective)))
    }

    fn creation_configs(&self, topic: &CreatableTopic) -> Result<Configs, ApiError> {
        let mut configs = Configs::new();
        for config in &topic.configs {
            let Some(value) = &config.value else {
                let message = format!("The configuration {} has no value.", config.name);
                return Err(ApiError::new(ErrorCode::InvalidConfig, message));
            };
            configs.insert(config.name.as_str().into(), value.as_str().into());
        }
        if !configs.is_empty() {
            self.rules.validate(
                self.image(),
                &ConfigResource::topic(topic.name.as_str()),
                &configs,
            )?;
        }
        Ok(configs)
    }

    fn placed_partitions(
        &self,
        topic: &CreatableTopic,
        seed: &mut Seed,
    ) -> Result<Vec<PartitionRegistration>, ApiError> {
        let factor = match topic.replication_factor {
            -1 => self.settings.default_replication_factor,
            given => given,
        };
        let factor = usize::try_from(factor)
            .ok()
            .filter(|factor| *factor > 0)
            .ok_or_else(|| {
                let message = "The replication factor must be above 0, or -1 for the cluster's default.";
                ApiError::new(ErrorCode::InvalidReplicationFactor, message)
            })?;
        let count = match topic.num_partitions {
            -1 => self.settings.default_partitions,
            given => given,
        };
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count > 0)
            .ok_or_else(|| {
                let message = "The number of partitions must be above 0, or -1 for the cluster's default.";
                ApiError::new(ErrorCode::InvalidPartitions, message)
            })?;
        let fork = seed.clone();
        seed.next_u64();
        self.place(count, factor, fork)
    }

    fn assigned_partitions(&self, topic: &CreatableTopic) -> Result<Vec<PartitionRegistration>, ApiError> {
        if topic.replication_factor != -1 || topic.num_partitions != -1 {
            return Err(ApiError::invalid_request(
                "A topic with a manual assignment must have -1 as replication factor and number of partitions.",
            ));
        }
        let refused = |message| ApiError::new(ErrorCode::InvalidReplicaAssignment, message);
        let mut assigned = BTreeMap::new();
        let mut factor = None;
        for assignment in &topic.assignments {
            let index = assignment.partition_index;
            let replicas = check_assignment(self.image(), &assignment.broker_ids, (factor, &[]))?;
            factor = Some(replicas.len());
            if assigned.insert(index, self.new_partition(replicas)?).is_some() {
                return Err(refused(format!(
                    "The manual assignment names partition {index} twice."
                )));
            }
        }
        if assigned
            .keys()
            .zip(0..)
            .any(|(index, expected)| *index != expected)
        {
            return Err(refused(
                "A manual assignment must number the partitions from 0 without gaps.".to_owned(),
            ));
        }
        Ok(assigned.into_values().collect())
    }
}

/// All names of a request, and those that it has more than once.
fn distinct_names(request: &CreateTopicsRequest) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let mut names = BTreeSet::new();
    let twice = request
        .topics
        .iter()
        .map(|topic| topic.name.as_str())
        .filter(|name| !names.insert(*name));
    let twice = twice.collect();
    (names, twice)
}

pub(super) fn topic_records(
    topic: &str,
    id: Uuid,
    configs: &Configs,
    partitions: &[PartitionRegistration],
) -> Vec<MetadataRecord> {
    let head = TopicRecord {
        name: topic.into(),
        topic_id: id,
        unknown_tagged_fields: Vec::new(),
    };
    let mut records = vec![MetadataRecord::from(head)];
    records.extend(configs.iter().map(|(name, value)| {
        let record = ConfigRecord {
            resource_type: ConfigResourceType::Topic.code(),
            resource_name: topic.into(),
            name: (&**name).into(),
            value: Some((&**value).into()),
            unknown_tagged_fields: Vec::new(),
        };
        MetadataRecord::from(record)
    }));
    records.extend(
        (0..)
            .zip(partitions)
            .map(|(index, partition)| partition.to_record(id, index).into()),
    );
    records
}

fn created(
    topic: &CreatableTopic,
    id: Uuid,
    partitions: &[PartitionRegistration],
    effective: Vec<EffectiveConfig>,
) -> CreatableTopicResult {
    let config = |config: EffectiveConfig| CreatableTopicConfigs {
        name: (&*config.name).into(),
        value: config.value.as_deref().map(Into::into),
        read_only: config.read_only,
        config_source: config.source,
        is_sensitive: config.is_sensitive,
        ..CreatableTopicConfigs::default()
    };
    let factor = partitions.first().map_or(0, |partition| partition.replicas.len());
    CreatableTopicResult {
        name: topic.name.clone(),
        topic_id: id,
        error_message: None,
        num_partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(factor).unwrap_or(i16::MAX),
        configs: Some(effective.into_iter().map(config).collect()),
        ..CreatableTopicResult::default()
    }
}

fn refused(name: &str, error: ApiError) -> CreatableTopicResult {
    CreatableTopicResult {
        name: name.into(),
        error_code: error.code.code(),
        error_message: error.message.map(Into::into),
        configs: Some(Vec::new()),
        ..CreatableTopicResult::default()
    }
}
