//! AlterReplicaLogDirs (34): moving partitions between the directories of one broker (KIP-113).
//!
//! A path that is no log directory of this broker is refused as in Kafka; naming the directory in which a partition
//! lies already is done at once; of a partition that others keep Kafka says here that the replica is not available. Moving to another directory is not offered yet and is refused.

use std::path::Path;
use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use broker_protocol::messages::{AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::LookupError;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: AlterReplicaLogDirsRequest,
) -> HandlerResult<AlterReplicaLogDirsResponse> {
    let mut response = AlterReplicaLogDirsResponse::default();
    for directory in &request.dirs {
        for topic in &directory.topics {
            let partitions = topic
                .partitions
                .iter()
                .map(|index| AlterReplicaLogDirPartitionResult {
                    partition_index: *index,
                    error_code: place(broker, &directory.path, &topic.name, *index).code(),
                    ..AlterReplicaLogDirPartitionResult::default()
                });
            response.results.push(AlterReplicaLogDirTopicResult {
                topic_name: topic.name.clone(),
                partitions: partitions.collect(),
                ..AlterReplicaLogDirTopicResult::default()
            });
        }
    }
    Ok(Answer::Respond(response))
}

fn place(broker: &Broker, path: &str, topic: &str, index: i32) -> ErrorCode {
    let wanted = Path::new(path);
    let is_ours = {
        let logs = broker.replica_manager.logs();
        logs.directories()
            .iter()
            .any(|directory| directory.path() == wanted)
    };
    if !is_ours {
        return ErrorCode::LogDirNotFound;
    }
    let current = broker
        .partition_by_name(topic, index)
        .and_then(|handle| handle.with_log(|log| log.directory().path() == wanted));
    match current {
        Ok(true) => ErrorCode::None,
        Ok(false) => ErrorCode::InvalidRequest,
        Err(LookupError::NotLeader) => ErrorCode::ReplicaNotAvailable,
        Err(error) => error.error_code(),
    }
}
