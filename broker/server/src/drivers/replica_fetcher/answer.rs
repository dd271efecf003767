//! What a leader's answer says of one partition.

use broker_codec::Records;
use broker_model::{HighWatermark, LeaderEpoch, LogStartOffset, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::messages::FetchResponse;
use broker_replication::DivergingEpoch;
use broker_replication::fetch::{FetchStep, SessionAnswer, SessionId};

use crate::replica_manager::FetchedFromLeader;

/// One partition's answer.
#[derive(Debug)]
pub(super) enum PartitionAnswer {
    /// Records, or news of the high watermark alone.
    Fetched(FetchedFromLeader),
    /// The histories part.
    Diverging(DivergingEpoch),
    /// The leader does not have the offset.
    OutOfRange,
    /// The leader has it in the remote tier only.
    MovedToTiered,
    /// It is served later, or by another leader.
    Refused(FetchStep, ErrorCode),
}

/// What the response says of the session.
pub(super) fn session_answer(response: &FetchResponse) -> SessionAnswer {
    match ErrorCode::from_i16(response.error_code) {
        Some(ErrorCode::None) => SessionAnswer::Served(SessionId::new(response.session_id)),
        Some(ErrorCode::FetchSessionIdNotFound) => SessionAnswer::NotFound,
        _ => SessionAnswer::Refused,
    }
}

/// Reads a partition's answer.
pub(super) fn partition_answer(data: PartitionData) -> PartitionAnswer {
    match ErrorCode::from_i16(data.error_code).unwrap_or(ErrorCode::UnknownServerError) {
        ErrorCode::None if data.diverging_epoch.epoch >= 0 || data.diverging_epoch.end_offset >= 0 => {
            PartitionAnswer::Diverging(DivergingEpoch {
                epoch: LeaderEpoch::new(data.diverging_epoch.epoch),
                end_offset: Offset::new(data.diverging_epoch.end_offset.max(0)),
            })
        }
        ErrorCode::None => PartitionAnswer::Fetched(FetchedFromLeader {
            records: data.records.as_ref().map(Records::to_bytes).unwrap_or_default(),
            high_watermark: HighWatermark::at(Offset::new(data.high_watermark.max(0))),
            log_start: LogStartOffset::at(Offset::new(data.log_start_offset.max(0))),
        }),
        ErrorCode::OffsetOutOfRange => PartitionAnswer::OutOfRange,
        ErrorCode::OffsetMovedToTieredStorage => PartitionAnswer::MovedToTiered,
        // The metadata that this broker waits for are there for the leader already.
        error @ ErrorCode::FencedLeaderEpoch => PartitionAnswer::Refused(FetchStep::Halt, error),
        error => PartitionAnswer::Refused(FetchStep::TryLater, error),
    }
}
