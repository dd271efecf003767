//! OffsetForLeaderEpoch (23): where an epoch ends, for truncation and for consumers that check (KIP-101, KIP-320).

use std::sync::Arc;

use broker_model::LeaderEpoch;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};
use broker_protocol::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use broker_protocol::offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult};
use broker_replication::Partition;

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::{FetchWaker, NotAskable};

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: OffsetForLeaderEpochRequest,
) -> HandlerResult<OffsetForLeaderEpochResponse> {
    let topics = request.topics.into_iter().map(|topic| {
        let answer = |wanted: &OffsetForLeaderPartition| {
            broker
                .partition_by_name(&topic.topic, wanted.partition)
                .map_err(NotAskable::from)
                .and_then(|handle| {
                    handle.with_leader_of(known_epoch(wanted), |leader| end_of(leader, wanted))
                })
                .unwrap_or_else(|error| refused(wanted.partition, error.error_code()))
        };
        let partitions = topic.partitions.iter().map(answer).collect();
        OffsetForLeaderTopicResult {
            topic: topic.topic.clone(),
            partitions,
            ..Default::default()
        }
    });
    let topics = topics.collect();
    Ok(Answer::Respond(OffsetForLeaderEpochResponse {
        topics,
        ..OffsetForLeaderEpochResponse::default()
    }))
}

fn known_epoch(wanted: &OffsetForLeaderPartition) -> Option<LeaderEpoch> {
    (wanted.current_leader_epoch >= 0).then(|| LeaderEpoch::new(wanted.current_leader_epoch))
}

fn end_of(partition: &mut Partition<FetchWaker>, wanted: &OffsetForLeaderPartition) -> EpochEndOffset {
    let index = wanted.partition;
    match partition
        .log()
        .offset_for_leader_epoch(LeaderEpoch::new(wanted.leader_epoch))
    {
        None => refused(index, ErrorCode::None),
        Some((epoch, end_offset)) => EpochEndOffset {
            partition: index,
            leader_epoch: epoch.value(),
            end_offset: end_offset.value(),
            ..EpochEndOffset::default()
        },
    }
}

fn refused(index: i32, error: ErrorCode) -> EpochEndOffset {
    EpochEndOffset {
        partition: index,
        error_code: error.code(),
        ..EpochEndOffset::default()
    }
}
