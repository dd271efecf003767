//! DeleteGroups (42): deletes groups that have no members (KIP-229).

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_protocol::delete_groups_response::DeletableGroupResult;
use broker_protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

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
    request: DeleteGroupsRequest,
) -> HandlerResult<DeleteGroupsResponse> {
    let delete = |id: &StringBytes| {
        let deleted = broker
            .groups
            .decide(id, |coordinator, _now| coordinator.delete_group(id));
        deleted.unwrap_or_else(|error| DeletableGroupResult {
            group_id: id.clone(),
            error_code: error.code(),
            ..DeletableGroupResult::default()
        })
    };
    Ok(Answer::Respond(DeleteGroupsResponse {
        results: request.groups_names.iter().map(delete).collect(),
        ..DeleteGroupsResponse::default()
    }))
}
