//! CreatePartitions: topics only ever grow.

use std::collections::BTreeSet;

use broker_metadata::{MetadataRecord, PartitionRegistration, TopicImage};
use broker_protocol::ErrorCode;
use broker_protocol::create_partitions_request::CreatePartitionsTopic;
use broker_protocol::create_partitions_response::CreatePartitionsTopicResult;
use broker_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

use super::{PARTITIONS_PER_REQUEST_MAX, too_many_partitions};
use crate::manual_assignment::check_assignment;
use crate::{ApiError, Outcome, QuorumController, Seed};

impl QuorumController {
    /// Adds partitions to topics.
    pub fn create_partitions(
        &self,
        request: &CreatePartitionsRequest,
        mut seed: Seed,
    ) -> Outcome<CreatePartitionsResponse> {
        let mut names = BTreeSet::new();
        let twice = request
            .topics
            .iter()
            .map(|topic| topic.name.as_str())
            .filter(|name| !names.insert(*name));
        let duplicates: BTreeSet<_> = twice.collect();
        let mut records = Vec::new();
        let mut results = Vec::new();
        for topic in request
            .topics
            .iter()
            .filter(|topic| !duplicates.contains(topic.name.as_str()))
        {
            let room = PARTITIONS_PER_REQUEST_MAX.saturating_sub(records.len());
            let fork = seed.clone();
            seed.next_u64();
            let error = match self.widen(topic, room, fork) {
                Ok(added) => {
                    records.extend(added);
                    None
                }
                Err(error) => Some(error),
            };
            results.push(result(&topic.name, error));
        }
        let duplicate = ApiError::invalid_request("The request names the topic twice.");
        results.extend(
            duplicates
                .iter()
                .map(|name| result(name, Some(duplicate.clone()))),
        );
        let response = CreatePartitionsResponse {
            results,
            ..CreatePartitionsResponse::default()
        };
        if request.validate_only {
            return Outcome::answer(response);
        }
        Outcome::new(records, response)
    }

    fn widen(
        &self,
        request: &CreatePartitionsTopic,
        room: usize,
        seed: Seed,
    ) -> Result<Vec<MetadataRecord>, ApiError> {
        let unknown = || ApiError::bare(ErrorCode::UnknownTopicOrPartition);
        let topic = self.image().topics.by_name(&request.name).ok_or_else(unknown)?;
        let old = topic.partitions.len();
        let new = usize::try_from(request.count).unwrap_or(0);
        let refused = |message| ApiError::new(ErrorCode::InvalidPartitions, message);
        if new == old {
            return Err(refused(format!(
                "Topic {} already has {old} partition(s).",
                topic.name
            )));
        }
        let Some(added) = new.checked_sub(old) else {
            let (name, count) = (&topic.name, request.count);
            let message =
                format!("Topic {name} has {old} partition(s) and cannot be made smaller, to {count}.");
            return Err(refused(message));
        };
        if added > room {
            return Err(too_many_partitions());
        }
        let factor = topic
            .partitions
            .first()
            .map_or(1, |partition| partition.replicas.len());
        let partitions = match &request.assignments {
            None => self.place(added, factor, seed)?,
            Some(_) => self.assigned(request, added, factor)?,
        };
        Ok(records(topic, &partitions))
    }

    fn assigned(
        &self,
        request: &CreatePartitionsTopic,
        added: usize,
        factor: usize,
    ) -> Result<Vec<PartitionRegistration>, ApiError> {
        let assignments = request.assignments.as_deref().unwrap_or_default();
        if assignments.len() != added {
            let message = format!(
                "{added} partition(s) would be added, but {} are assigned.",
                assignments.len()
            );
            return Err(ApiError::new(ErrorCode::InvalidReplicaAssignment, message));
        }
        let replicas = assignments
            .iter()
            .map(|assignment| check_assignment(self.image(), &assignment.broker_ids, (Some(factor), &[])));
        replicas.map(|replicas| self.new_partition(replicas?)).collect()
    }
}

fn records(topic: &TopicImage, added: &[PartitionRegistration]) -> Vec<MetadataRecord> {
    let first = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
    let numbered = (first..).zip(added);
    numbered
        .map(|(index, partition)| partition.to_record(topic.id.uuid(), index).into())
        .collect()
}

fn result(name: &str, error: Option<ApiError>) -> CreatePartitionsTopicResult {
    let mut result = CreatePartitionsTopicResult {
        name: name.into(),
        ..CreatePartitionsTopicResult::default()
    };
    if let Some(error) = error {
        result.error_code = error.code.code();
        result.error_message = error.message.map(Into::into);
    }
    result
}
