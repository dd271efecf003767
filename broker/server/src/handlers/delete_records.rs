//! DeleteRecords (21): moves the start of a log forward (KIP-107).

use std::sync::Arc;

use broker_metadata::is_internal_topic;
use broker_model::Offset;
use broker_protocol::ErrorCode;
use broker_protocol::delete_records_request::DeleteRecordsPartition;
use broker_protocol::delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use broker_protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};
use broker_replication::Partition;

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::FetchWaker;

/// The wire value for "up to the high watermark".
const TO_HIGH_WATERMARK: i64 = -1;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: DeleteRecordsRequest,
) -> HandlerResult<DeleteRecordsResponse> {
    let topics = request.topics.into_iter().map(|topic| {
        let answer = |wanted: &DeleteRecordsPartition| {
            let outcome = delete(broker, &topic.name, wanted);
            DeleteRecordsPartitionResult {
                partition_index: wanted.partition_index,
                low_watermark: outcome.as_ref().map_or(-1, |low_watermark| *low_watermark),
                error_code: outcome.err().unwrap_or_default().code(),
                ..DeleteRecordsPartitionResult::default()
            }
        };
        let partitions = topic.partitions.iter().map(answer).collect();
        DeleteRecordsTopicResult {
            name: topic.name.clone(),
            partitions,
            ..DeleteRecordsTopicResult::default()
        }
    });
    Ok(Answer::Respond(DeleteRecordsResponse {
        topics: topics.collect(),
        ..DeleteRecordsResponse::default()
    }))
}

fn delete(broker: &Broker, topic: &str, wanted: &DeleteRecordsPartition) -> Result<i64, ErrorCode> {
    if is_internal_topic(topic) && broker.image.load().topics.by_name(topic).is_some() {
        return Err(ErrorCode::InvalidTopicException);
    }
    let handle = broker
        .partition_by_name(topic, wanted.partition_index)
        .map_err(|error| error.error_code())?;
    let deleted = handle
        .with(|partition| delete_in(partition, wanted.offset))
        .map_err(|error| error.error_code())?;
    handle.remote_work().notify_one();
    deleted
}

fn delete_in(partition: &mut Partition<FetchWaker>, offset: i64) -> Result<i64, ErrorCode> {
    let policy = partition.log().config().cleanup_policy;
    if policy.compact && !policy.delete {
        return Err(ErrorCode::PolicyViolation);
    }
    let before = match offset {
        TO_HIGH_WATERMARK => None,
        0.. => Some(Offset::new(offset)),
        _ => return Err(ErrorCode::OffsetOutOfRange),
    };
    partition
        .delete_records(before)
        .map(|start| start.value())
        .map_err(|error| error.error_code())
}
