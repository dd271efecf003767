//! SyncGroup (14): the leader brings the assignment, everybody gets theirs.

use std::sync::Arc;

use broker_protocol::messages::{SyncGroupRequest, SyncGroupResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: SyncGroupRequest,
) -> HandlerResult<SyncGroupResponse> {
    let assigned = broker
        .groups
        .decide_and_wait(&request.group_id, |coordinator, now| {
            coordinator.sync_group(now, context.api_version, &request)
        })
        .await;
    Ok(Answer::Respond(assigned.unwrap_or_else(|error| {
        SyncGroupResponse {
            error_code: error.code(),
            ..SyncGroupResponse::default()
        }
    })))
}
