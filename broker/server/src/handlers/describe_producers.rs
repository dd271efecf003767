//! DescribeProducers (61): who wrote idempotently to a partition, and which transactions are open (KIP-664).

use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::describe_producers_response::{PartitionResponse, ProducerState, TopicResponse};
use broker_protocol::messages::{DescribeProducersRequest, DescribeProducersResponse};
use broker_storage::ProducerStateEntry;

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;

const NONE: i64 = -1;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: DescribeProducersRequest,
) -> HandlerResult<DescribeProducersResponse> {
    let topics = request.topics.iter().map(|topic| TopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partition_indexes
            .iter()
            .map(|index| describe(broker, &topic.name, *index))
            .collect(),
        ..TopicResponse::default()
    });
    Ok(Answer::Respond(DescribeProducersResponse {
        topics: topics.collect(),
        ..DescribeProducersResponse::default()
    }))
}

fn describe(broker: &Broker, topic: &str, index: i32) -> PartitionResponse {
    let states = broker.partition_by_name(topic, index).and_then(|handle| {
        handle.with(|partition| {
            partition
                .log()
                .producer_states()
                .into_iter()
                .map(state_of)
                .collect()
        })
    });
    let mut response = PartitionResponse {
        partition_index: index,
        ..PartitionResponse::default()
    };
    match states {
        Ok(states) => response.active_producers = states,
        Err(error) => {
            let code: ErrorCode = error.error_code();
            response.error_code = code.code();
            response.error_message = Some(code.message().into());
        }
    }
    response
}

fn state_of(entry: &ProducerStateEntry) -> ProducerState {
    ProducerState {
        producer_id: entry.producer_id.value(),
        producer_epoch: entry.producer_epoch.value().into(),
        last_sequence: entry.last_sequence().value(),
        last_timestamp: entry.last_timestamp.as_ms(),
        coordinator_epoch: entry.coordinator_epoch.value(),
        current_txn_start_offset: entry.current_transaction.map_or(NONE, |offset| offset.value()),
        ..ProducerState::default()
    }
}
