//! Heartbeat (12): a member of a classic group is alive.
//!
//! While the group is loaded every heartbeat is taken as good, as in Kafka: nobody can tell yet.

use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: HeartbeatRequest,
) -> HandlerResult<HeartbeatResponse> {
    let beat = broker
        .groups
        .decide_unwritten(&request.group_id, |coordinator, now| {
            coordinator.heartbeat(now, &request)
        });
    Ok(Answer::Respond(beat.unwrap_or_else(|error| HeartbeatResponse {
        error_code: match error {
            ErrorCode::CoordinatorLoadInProgress => ErrorCode::None.code(),
            error => error.code(),
        },
        ..HeartbeatResponse::default()
    })))
}
