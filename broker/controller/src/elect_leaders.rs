//! Elections that a client asks for (KIP-460).

use broker_metadata::{MetadataRecord, PartitionRegistration, TopicImage};
use broker_model::PartitionIndex;
use broker_protocol::ErrorCode;
use broker_protocol::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use broker_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse};

use crate::partition_change::{Election, PartitionChange};
use crate::{ApiError, Outcome, QuorumController};

impl QuorumController {
    /// Elects the preferred leader, or any replica that is alive, of the named partitions or of all. When all are
    /// meant, only those are answered that could be elected or failed.
    pub fn elect_leaders(&self, request: &ElectLeadersRequest) -> Outcome<ElectLeadersResponse> {
        let election = match request.election_type {
            0 => Election::Preferred,
            1 => Election::Unclean,
            _ => {
                return Outcome::answer(ElectLeadersResponse {
                    error_code: ErrorCode::InvalidRequest.code(),
                    ..ElectLeadersResponse::default()
                });
            }
        };
        let mut records = Vec::new();
        let mut results = Vec::new();
        match &request.topic_partitions {
            Some(topics) => {
                for topic in topics {
                    let partitions = topic.partitions.iter().map(|index| {
                        let elected = self.elect_named(&topic.topic, *index, election);
                        partition_result(*index, elected, &mut records)
                    });
                    let partition_result = partitions.collect();
                    results.push(ReplicaElectionResult {
                        topic: topic.topic.clone(),
                        partition_result,
                        ..ReplicaElectionResult::default()
                    });
                }
            }
            None => {
                for topic in self.image().topics.sorted_by_name() {
                    results.push(self.elect_all(topic, election, &mut records));
                }
            }
        }
        let response = ElectLeadersResponse {
            replica_election_results: results,
            ..ElectLeadersResponse::default()
        };
        Outcome::new(records, response)
    }

    fn elect_all(
        &self,
        topic: &TopicImage,
        election: Election,
        records: &mut Vec<MetadataRecord>,
    ) -> ReplicaElectionResult {
        let mut partition_results = Vec::new();
        for (index, partition) in topic.indexed_partitions() {
            let elected = self.elect(topic, index, partition, election);
            if !matches!(&elected, Err(error) if error.code == ErrorCode::ElectionNotNeeded) {
                partition_results.push(partition_result(index.value(), elected, records));
            }
        }
        ReplicaElectionResult {
            topic: (&*topic.name).into(),
            partition_result: partition_results,
            ..ReplicaElectionResult::default()
        }
    }

    fn elect_named(&self, topic: &str, index: i32, election: Election) -> Result<MetadataRecord, ApiError> {
        let unknown = |what: String| ApiError::new(ErrorCode::UnknownTopicOrPartition, what);
        if self.image().topics.by_name(topic).is_none() {
            return Err(unknown(format!("There is no topic {topic}.")));
        }
        let (image, partition) = self
            .find_partition(topic, index)
            .ok_or_else(|| unknown(format!("There is no partition {topic}-{index}.")))?;
        self.elect(image, PartitionIndex::new(index), partition, election)
    }

    fn elect(
        &self,
        topic: &TopicImage,
        index: PartitionIndex,
        partition: &PartitionRegistration,
        election: Election,
    ) -> Result<MetadataRecord, ApiError> {
        let (done, unavailable) = match election {
            Election::Preferred => (
                partition.leader == partition.preferred_leader(),
                ErrorCode::PreferredLeaderNotAvailable,
            ),
            Election::Online | Election::Unclean => {
                (partition.has_leader(), ErrorCode::EligibleLeadersNotAvailable)
            }
        };
        if done {
            return Err(ApiError::general(ErrorCode::ElectionNotNeeded));
        }
        let rules = self.election_rules(topic, Some(election));
        let change = PartitionChange::new(partition, rules, |id| self.can_lead(partition, id));
        let record = change
            .record(topic.id, index)
            .ok_or_else(|| ApiError::general(unavailable))?;
        Ok(record.into())
    }
}

fn partition_result(
    index: i32,
    elected: Result<MetadataRecord, ApiError>,
    records: &mut Vec<MetadataRecord>,
) -> PartitionResult {
    let mut result = PartitionResult {
        partition_id: index,
        ..PartitionResult::default()
    };
    match elected {
        Ok(record) => records.push(record),
        Err(error) => {
            result.error_code = error.code.code();
            result.error_message = error.message.map(Into::into);
        }
    }
    result
}
