//! DeleteTopics, by name and by id.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_metadata::messages::RemoveTopicRecord;
use broker_metadata::{DeletedTopic, begin_removal};
use broker_model::{TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::delete_topics_response::DeletableTopicResult;
use broker_protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse};

use crate::quorum_controller::TopicDeletion;
use crate::{ApiError, Outcome, QuorumController};

/// How a request names a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Name(String),
    Id(Uuid),
}

impl QuorumController {
    /// Deletes topics. `version` is the version of the request: before 3 a refusal for all is `INVALID_REQUEST`.
    pub fn delete_topics(
        &self,
        request: &DeleteTopicsRequest,
        version: i16,
    ) -> Outcome<DeleteTopicsResponse> {
        let mut results = Vec::new();
        let mut wanted = Vec::new();
        for topic in &request.topics {
            match (&topic.name, topic.topic_id == Uuid::ZERO) {
                (None, true) => {
                    let error = ApiError::invalid_request("Neither a topic name nor a topic id is given.");
                    results.push(result(None, Uuid::ZERO, Some(error)));
                }
                (None, false) => wanted.push(Named::Id(topic.topic_id)),
                (Some(name), true) => wanted.push(Named::Name(name.to_string())),
                (Some(name), false) => {
                    let error = ApiError::invalid_request("A topic is given by name or by id, not by both.");
                    results.push(result(Some(name), topic.topic_id, Some(error)));
                }
            }
        }
        wanted.extend(
            request
                .topic_names
                .iter()
                .map(|name| Named::Name(name.to_string())),
        );
        let mut seen = BTreeSet::new();
        let twice = wanted.iter().filter(|named| !seen.insert(*named)).cloned();
        let duplicates: BTreeSet<_> = twice.collect();
        for named in &duplicates {
            let error = ApiError::invalid_request("The request names the topic twice.");
            results.push(refused(named, error));
        }
        let mut records = Vec::new();
        let mut deleted = BTreeSet::new();
        for named in wanted.iter().filter(|named| !duplicates.contains(named)) {
            match self.deletable(named, &deleted, version) {
                Err(error) => results.push(refused(named, error)),
                Ok((name, id)) => {
                    deleted.insert(id);
                    let record = RemoveTopicRecord {
                        topic_id: id.uuid(),
                        unknown_tagged_fields: Vec::new(),
                    };
                    records.push(record.into());
                    records.extend(begin_removal(self.image(), id));
                    let deleted = DeletedTopic {
                        id,
                        name: name.to_string(),
                    };
                    records.extend(self.mark_of_deletion(&deleted));
                    results.push(result(Some(&name), id.uuid(), None));
                }
            }
        }
        let response = DeleteTopicsResponse {
            responses: results,
            ..DeleteTopicsResponse::default()
        };
        Outcome::new(records, response)
    }

    fn deletable(
        &self,
        named: &Named,
        deleted: &BTreeSet<TopicId>,
        version: i16,
    ) -> Result<(Arc<str>, TopicId), ApiError> {
        if self.settings.topic_deletion == TopicDeletion::Disabled {
            let code = if version < 3 {
                ErrorCode::InvalidRequest
            } else {
                ErrorCode::TopicDeletionDisabled
            };
            return Err(ApiError::new(
                code,
                "Topics cannot be deleted: delete.topic.enable is false.",
            ));
        }
        let topics = &self.image().topics;
        let topic = match named {
            Named::Name(name) => topics.by_name(name).ok_or(ErrorCode::UnknownTopicOrPartition),
            Named::Id(id) => topics.by_id(TopicId::new(*id)).ok_or(ErrorCode::UnknownTopicId),
        };
        let topic = topic.map_err(ApiError::general)?;
        if deleted.contains(&topic.id) {
            return Err(ApiError::invalid_request(
                "The request gives the topic by name and by id.",
            ));
        }
        Ok((Arc::clone(&topic.name), topic.id))
    }
}

fn refused(named: &Named, error: ApiError) -> DeletableTopicResult {
    match named {
        Named::Name(name) => result(Some(name), Uuid::ZERO, Some(error)),
        Named::Id(id) => result(None, *id, Some(error)),
    }
}

fn result(name: Option<&str>, id: Uuid, error: Option<ApiError>) -> DeletableTopicResult {
    DeletableTopicResult {
        name: name.map(Into::into),
        topic_id: id,
        error_code: error.as_ref().map_or(0, |error| error.code.code()),
        error_message: error.and_then(|error| error.message).map(Into::into),
        ..DeletableTopicResult::default()
    }
}
