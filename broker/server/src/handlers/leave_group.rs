//! LeaveGroup (13): members of a classic group go (KIP-345).

use std::sync::Arc;

use broker_protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

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
    request: LeaveGroupRequest,
) -> HandlerResult<LeaveGroupResponse> {
    let left = broker.groups.decide(&request.group_id, |coordinator, now| {
        coordinator.leave_group(now, context.api_version, &request)
    });
    Ok(Answer::Respond(left.await.unwrap_or_else(|error| {
        LeaveGroupResponse {
            error_code: error.code(),
            ..LeaveGroupResponse::default()
        }
    })))
}
